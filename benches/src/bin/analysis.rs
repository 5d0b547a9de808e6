//! The peers on real work: the editing session of `corpus`, replayed with each of them in the place of the memos, in a
//! fresh process each time. Some minutes; `--quick` takes seconds.
//!
//! With `--record` what is printed goes to `benches/results/analysis.md` as well, from which the pages have their figures.
//! It fails if the answers of any two differ.

use std::error::Error;
use std::fmt::Write as _;

use corpus::{Plan, Script, rust_files};
use memo_benches::editing::{self, Rounds};
use memo_benches::heap::Counting;
use memo_benches::machine;
use memo_benches::report::{record, targets};

#[global_allocator]
static COUNTING: Counting = Counting;

fn main() -> Result<(), Box<dyn Error>> {
    if editing::answer()? {
        return Ok(());
    }
    let quick = std::env::args().nth(1).as_deref() == Some("--quick");
    if !quick {
        record::is_asked()?;
    }
    let found = rust_files(None)?;
    let (files, rounds) = if quick {
        (100, Rounds { remembering: 3, sessions: 1 })
    } else {
        (2_000, Rounds { remembering: 15, sessions: 3 })
    };
    let plan = Plan::new(found.files, 1, files);
    let opened = plan.files.len();
    let script = Script::of(plan)?;
    let table = editing::compare(&script, rounds)?;
    let mut text = format!(
        "{}; {}.\n\nThe session of `corpus`, {opened} files with {} versions: {} calls in a row, and searches on two threads.\n\n{table}\nTargets:\n\n",
        machine::processor(),
        machine::versions(),
        script.versions.len(),
        script.calls(),
    );
    for target in targets::of_analysis(&table) {
        writeln!(text, "- {target}")?;
    }
    if quick {
        print!("{text}");
        return Ok(());
    }
    record::print("analysis", &text)
}
