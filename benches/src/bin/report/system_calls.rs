//! Lives on two threads, and what they ask of the system: calls that a thread's own time does not show to others.

use std::path::Path;
use std::process::Command;

use memo_benches::report::{Effort, Section, sections};
use memo_benches::run::Medians;

use crate::workspace::{Outcome, Workspace};

const SUBJECTS: [&str; 8] = [
    "bare",
    "in-object by reference",
    "in-object by clone",
    "Arc by reference",
    "Arc by clone",
    "weak-table in a Mutex",
    "dashmap",
    "quick_cache",
];
const CALLS: [&str; 2] = ["membarrier", "futex"];

/// Lives of each thread, and how many of a run before, so that what is done once falls out of the difference.
const LIVES: u64 = 100_000;
const BEFORE: u64 = 10_000;

pub(crate) fn threads_of_lives(effort: Effort, workspace: &Workspace) -> Outcome<Section> {
    let mut section = sections::threads_of_lives(effort);
    if !can_count() {
        section.table.note("System calls: not counted, since strace is not installed or may not trace here.".into());
        return Ok(section);
    }
    let only = workspace.only()?;
    for threads in [1, 2] {
        let counted: Outcome<Vec<[f64; 2]>> = SUBJECTS.iter().map(|name| of_lives(&only, name, threads)).collect();
        let counted = counted?;
        for (at, call) in CALLS.iter().enumerate() {
            let cells: Medians =
                SUBJECTS.iter().map(|name| column(name)).zip(counted.iter().map(|counts| counts[at])).collect();
            section.table.add(
                format!(
                    "{call} calls in 1,000 objects' lives, {threads} {}",
                    if threads == 1 { "thread" } else { "threads" }
                ),
                cells,
            );
        }
    }
    section.table.note(
        "System calls are counted by strace, which makes each of them slow; they are those of a run of its own.".into(),
    );
    Ok(section)
}

/// A subject's column, where its name says more.
fn column(name: &'static str) -> &'static str {
    name.strip_suffix(" in a Mutex").unwrap_or(name)
}

/// Whether strace is there and may trace, which a container can forbid.
fn can_count() -> bool {
    Command::new("strace").args(["-c", "-o", "/dev/null", "true"]).output().is_ok_and(|output| output.status.success())
}

/// Of each thousand lives.
fn of_lives(only: &Path, subject: &str, threads: u64) -> Outcome<[f64; 2]> {
    let (before, after) = (counted(only, subject, threads, BEFORE)?, counted(only, subject, threads, BEFORE + LIVES)?);
    let thousands = (threads * LIVES) as f64 / 1e3;
    // A few are the threads' own, and not always as many.
    Ok([0, 1].map(|at| (after[at] - before[at]).max(0.0) / thousands))
}

fn counted(only: &Path, subject: &str, threads: u64, lives: u64) -> Outcome<[f64; 2]> {
    let mut strace = Command::new("strace");
    // The summary alone goes to the standard error.
    strace.args(["-f", "-c", "-e", &format!("trace={}", CALLS.join(","))]).arg(only);
    let output = strace.args([&format!("lives-{threads}"), subject, &lives.to_string()]).output()?;
    let text = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() {
        return Err(format!("strace says of {subject}: {text}").into());
    }
    Ok(CALLS.map(|call| calls_of(&text, call)))
}

/// From `% time  seconds  usecs/call  calls  [errors]  syscall`; a call that never came has no line.
fn calls_of(summary: &str, call: &str) -> f64 {
    let line = summary.lines().find(|line| line.split_whitespace().last() == Some(call));
    line.and_then(|line| line.split_whitespace().nth(3)?.parse().ok()).unwrap_or(0.0)
}
