//! What counting costs a hit: the same program built with and without it.

use std::path::Path;
use std::process::Command;

use memo_benches::report::{Effort, Section, rows};
use memo_benches::run::{Medians, median};

use crate::Outcome;
use crate::instructions::{can_count, of_a_hit};
use crate::workspace::{Workspace, said};

const SUBJECTS: [&str; 6] = [
    "in-object by reference",
    "in-object by clone",
    "Arc by reference",
    "Arc by clone",
    "Rc by reference",
    "Rc by clone",
];

/// Hits in one run of the program.
const HITS: u64 = 5_000_000;

pub(crate) fn statistics(effort: Effort, workspace: &Workspace) -> Outcome<Section> {
    let mut section = Section::new(
        "Statistics on and off",
        "There is no switch: `--cfg memo_uncounted`, for this report alone, builds a second program in which no hit is counted. Both run \
         in turn, on one hot object in a tight loop, where a count weighs most: it is a load and a store at the same place each time, and each waits for the one before. Two programs also differ in where their code happens to lie.",
    );
    let programs = [workspace.only()?, workspace.only_with("--cfg memo_uncounted")?];
    let mut times = [Medians::new(), Medians::new()];
    for subject in SUBJECTS {
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
            let cells: Outcome<Medians> = SUBJECTS.iter().map(|name| Ok((*name, of_a_hit(program, name)?))).collect();
            section.table.add(format!("instructions of a hit, statistics {state}"), cells?);
        }
    }
    Ok(section)
}

fn hit(only: &Path, subject: &str) -> Outcome<f64> {
    Ok(said(Command::new(only).args(["hit", subject, &HITS.to_string()]))?.trim().parse()?)
}
