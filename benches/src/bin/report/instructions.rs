//! Instructions of one hit, which do not waver with what else the machine does; and what counting costs a hit, by the same program
//! built with and without it.

use std::path::Path;
use std::process::Command;

use memo_benches::report::{Effort, Section, rows};
use memo_benches::run::{Medians, median};

use crate::workspace::{Outcome, Workspace, said};

/// Ours, by a `u64`, by 32 bytes and by a counted pointer.
const OURS: [&str; 6] = [
    "in-object by reference",
    "in-object by clone",
    "Arc by reference",
    "Arc by clone",
    "Rc by reference",
    "Rc by clone",
];
const VALUES: [(&str, &str); 3] = [(rows::NUMBER, ""), ("32 bytes", ", 32 bytes"), ("`Arc<str>`", ", Arc<str>")];

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

/// With an extra key, a name of `only` beside that of the row.
const KEYED: [(&str, &str); 9] = [
    ("in-object by reference, keyed", "in-object by reference"),
    ("in-object by clone, keyed", "in-object by clone"),
    ("Arc by reference, keyed", "Arc by reference"),
    ("Arc by clone, keyed", "Arc by clone"),
    ("HashMap in a RefCell, keyed", "HashMap in a RefCell"),
    ("cached, keyed", "cached"),
    ("concurrent_cached, keyed", "concurrent_cached"),
    ("quick_cache, keyed", "quick_cache"),
    ("dashmap, keyed", "dashmap"),
];

/// Calls that are futures, in the same way.
const FUTURES: [(&str, &str); 6] = [
    ("async, Arc by reference", "Arc by reference"),
    ("async, Arc by clone", "Arc by clone"),
    ("plain in async, Arc by reference", "around the plain call, Arc by reference"),
    ("plain in async, Arc by clone", "around the plain call, Arc by clone"),
    ("moka::future", "moka::future"),
    ("cached, async", "cached"),
];

/// Hits counted, and how many go before, so that what is done once falls out of the difference.
const HITS: u64 = 100_000;
const BEFORE: u64 = 1_000;

pub(crate) fn instructions(effort: Effort, workspace: &Workspace) -> Outcome<Section> {
    let mut section = Section::new(
        "Instructions of one hit",
        "Counted by callgrind on one hot object in a loop: the difference of two runs, the loop's own few included. By \
         reference, an `Arc<str>` is cloned by the caller. With an extra key: one object of four entries. Of an \
         `async fn`: its future is made, polled once and dropped.",
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
            .map(|(column, suffix)| Ok((*column, of_a_hit(&only, "hit", &format!("{subject}{suffix}"))?)))
            .collect();
        section.table.add(format!("{}{subject}", rows::INSTRUCTIONS), cells?);
    }
    for subject in OTHERS {
        let cells = vec![(rows::NUMBER, of_a_hit(&only, "hit", subject)?)];
        section.table.add(format!("{}{subject}", rows::INSTRUCTIONS), cells);
    }
    for (subject, row) in KEYED {
        let cells = vec![(rows::NUMBER, of_a_hit(&only, "keyed", subject)?)];
        section.table.add(format!("{}{row}", rows::KEYED_INSTRUCTIONS), cells);
    }
    for (subject, row) in FUTURES {
        let cells = vec![(rows::NUMBER, of_a_hit(&only, "async-hit", subject)?)];
        section.table.add(format!("{}{row}", rows::FUTURE_INSTRUCTIONS), cells);
    }
    Ok(section)
}

/// Whether valgrind is there.
fn can_count() -> bool {
    Command::new("valgrind").arg("--version").output().is_ok()
}

/// Of the program `only`, for one of its subjects.
fn of_a_hit(only: &Path, question: &str, subject: &str) -> Outcome<f64> {
    let more = collected(only, question, subject, BEFORE + HITS)?;
    Ok((more - collected(only, question, subject, BEFORE)?) / HITS as f64)
}

fn collected(only: &Path, question: &str, subject: &str, hits: u64) -> Outcome<f64> {
    let mut valgrind = Command::new("valgrind");
    valgrind.args(["--tool=callgrind", "--callgrind-out-file=/dev/null"]).arg(only);
    let output = valgrind.args([question, subject, &hits.to_string()]).output()?;
    let text = String::from_utf8_lossy(&output.stderr);
    let count = text.lines().find_map(|line| line.split_once("Collected : ")).map(|(_, count)| count.trim());
    Ok(count.ok_or_else(|| format!("callgrind says of {subject}: {text}"))?.parse()?)
}

/// Hits in one run of the program, where they are timed.
const TIMED: u64 = 5_000_000;

pub(crate) fn statistics(effort: Effort, workspace: &Workspace) -> Outcome<Section> {
    let mut section = Section::new(
        "Statistics on and off",
        "There is no switch: `--cfg memo_uncounted`, for this report alone, builds a second program in which no hit is counted. Both run \
         in turn, on one hot object in a tight loop, where a count weighs most: it is a load and a store at the same place each time, and each waits for the one before. Two programs also differ in where their code happens to lie.",
    );
    let programs = [workspace.only()?, workspace.only_with("--cfg memo_uncounted")?];
    let mut times = [Medians::new(), Medians::new()];
    for subject in OURS {
        let mut samples = [Vec::new(), Vec::new()];
        for _ in 0..5 * effort.repeats {
            for (program, samples) in programs.iter().zip(&mut samples) {
                samples.push(hit(program, subject)?);
            }
        }
        for (times, samples) in times.iter_mut().zip(samples) {
            times.push((subject, median(samples)));
        }
    }
    let [counted, uncounted] = times;
    section.table.add(rows::COUNTED, counted);
    section.table.add(rows::UNCOUNTED, uncounted);
    if can_count() {
        for (state, program) in ["on", "off"].iter().zip(&programs) {
            let cells: Outcome<Medians> =
                OURS.iter().map(|name| Ok((*name, of_a_hit(program, "hit", name)?))).collect();
            section.table.add(format!("instructions of a hit, statistics {state}"), cells?);
        }
    }
    Ok(section)
}

fn hit(only: &Path, subject: &str) -> Outcome<f64> {
    Ok(said(Command::new(only).args(["hit", subject, &TIMED.to_string()]))?.trim().parse()?)
}
