//! The weak toolbox beside its peers: maps with weak keys, and interners. Half a minute; `report` has the same.
//!
//! With `--record` what is printed goes to `benches/results/toolbox.md` as well, from which the pages have their figures.

use std::error::Error;
use std::fmt::Write as _;

use memo_benches::machine;
use memo_benches::report::{Effort, record, sections, targets};

fn main() -> Result<(), Box<dyn Error>> {
    record::is_asked()?;
    let sections = [sections::weak_maps(Effort::QUICK), sections::interners(Effort::QUICK)];
    let mut text = format!("{}; {}.\n\n", machine::processor(), machine::versions());
    for section in &sections {
        writeln!(text, "{section}")?;
    }
    let [mut table, interners] = sections.map(|section| section.table);
    table.append(interners);
    for target in targets::of_toolbox(&table) {
        writeln!(text, "- {target}")?;
    }
    record::print("toolbox", &text)
}
