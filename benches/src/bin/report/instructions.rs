//! Instructions of one hit: they do not waver with what else the machine does.

use std::path::Path;
use std::process::Command;

use memo_benches::report::{Effort, Section};
use memo_benches::run::Medians;

use crate::Outcome;
use crate::workspace::Workspace;

/// Ours, by a `u64`, by 32 bytes and by a counted pointer.
const OURS: [&str; 6] = [
    "in-object by reference",
    "in-object by clone",
    "Arc by reference",
    "Arc by clone",
    "Rc by reference",
    "Rc by clone",
];
const VALUES: [(&str, &str); 3] = [("`u64`", ""), ("32 bytes", ", 32 bytes"), ("`Arc<str>`", ", Arc<str>")];

/// Others, by a `u64`.
const OTHERS: [&str; 8] = [
    "Arc local by clone",
    "field",
    "HashTable in a RefCell",
    "cached",
    "concurrent_cached",
    "quick_cache",
    "dashmap",
    "papaya",
];

/// Hits counted, and how many go before, so that what is done once falls out of the difference.
const HITS: u64 = 100_000;
const BEFORE: u64 = 1_000;

pub(crate) fn instructions(effort: Effort, workspace: &Workspace) -> Outcome<Section> {
    let mut section = Section::new(
        "Instructions of one hit",
        "Counted by callgrind on one hot object in a loop: the difference of two runs, the loop's own few included. By \
         reference, an `Arc<str>` is cloned by the caller.",
    );
    if !can_count() {
        section.table.note("Not counted: valgrind is not installed.".into());
        return Ok(section);
    }
    let only = workspace.only()?;
    // With one repeat there is no time for all.
    let values = if effort.repeats > 1 { &VALUES[..] } else { &VALUES[..1] };
    for subject in OURS {
        let cells: Outcome<Medians> = values
            .iter()
            .map(|(column, suffix)| Ok((*column, of_a_hit(&only, &format!("{subject}{suffix}"))?)))
            .collect();
        section.table.add(format!("instructions of a hit, {subject}"), cells?);
    }
    for subject in OTHERS {
        let cells = vec![(VALUES[0].0, of_a_hit(&only, subject)?)];
        section.table.add(format!("instructions of a hit, {subject}"), cells);
    }
    Ok(section)
}

/// Whether valgrind is there.
pub(crate) fn can_count() -> bool {
    Command::new("valgrind").arg("--version").output().is_ok()
}

/// Of the program `only`, for one of its subjects.
pub(crate) fn of_a_hit(only: &Path, subject: &str) -> Outcome<f64> {
    let more = collected(only, subject, BEFORE + HITS)?;
    Ok((more - collected(only, subject, BEFORE)?) / HITS as f64)
}

fn collected(only: &Path, subject: &str, hits: u64) -> Outcome<f64> {
    let mut valgrind = Command::new("valgrind");
    valgrind.args(["--tool=callgrind", "--callgrind-out-file=/dev/null"]).arg(only);
    let output = valgrind.args(["hit", subject, &hits.to_string()]).output()?;
    let text = String::from_utf8_lossy(&output.stderr);
    let count = text.lines().find_map(|line| line.split_once("Collected : ")).map(|(_, count)| count.trim());
    Ok(count.ok_or_else(|| format!("callgrind says of {subject}: {text}"))?.parse()?)
}
