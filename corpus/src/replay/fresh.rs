//! Each replay in a fresh process, so that none begins with the heap, the tables or the allocator's pages of another.
//!
//! The program starts itself with `--replay WAY`: the plan goes in as JSON, the outcome comes out as JSON.

use super::inspected::Inspected;
use super::outcome::{Outcome, Sample};
use super::session::Session;
use crate::input::Plan;
use crate::ways::{Bare, ByPath, Memos, Way};
use indicatif::{HumanBytes, ProgressBar, ProgressStyle};
use std::error::Error;
use std::process::{Command, Stdio};

/// The outcome of `plan` in the way called `way`, from a process of its own, which may serve a page meanwhile.
pub(crate) fn replay(plan: &Plan, way: &str, inspect: bool) -> Result<Outcome, Box<dyn Error>> {
    let mut command = Command::new(std::env::current_exe()?);
    command.args(inspect.then_some("--inspect")).args(["--replay", way]).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn()?;
    // Taken out, so that it is closed when all is written. A child that fails has said why.
    let written = serde_json::to_writer(child.stdin.take().expect("it is piped"), plan);
    let output = child.wait_with_output()?;
    if !output.status.success() {
        return Err(format!("the replay {way} failed").into());
    }
    written?;
    Ok(serde_json::from_slice(&output.stdout)?)
}

/// The other side: takes the plan, replays it, and hands out the outcome.
pub(crate) fn answer(way: &str, inspect: bool) -> Result<(), Box<dyn Error>> {
    let plan: Plan = serde_json::from_reader(std::io::stdin())?;
    let page = inspect.then(Inspected::begin).transpose()?;
    let outcome = match way {
        "memos" => run(plan, way, Memos, page.as_ref()),
        "bare" => run(plan, way, Bare, None),
        "by-path" => run(plan, way, ByPath::default(), None),
        _ => return Err(format!("no way is called {way}").into()),
    }?;
    serde_json::to_writer(std::io::stdout(), &outcome)?;
    Ok(())
}

/// The bar goes to the error stream, and hides if that is not a terminal.
fn run(plan: Plan, name: &str, way: impl Way, page: Option<&Inspected>) -> std::io::Result<Outcome> {
    let style = ProgressStyle::with_template("{prefix:7} {bar:32} {human_pos}/{human_len} files opened, {msg}");
    let length = plan.length;
    let bar = ProgressBar::new(length).with_style(style.expect("the template is right"));
    bar.set_prefix(name.to_owned());
    let outcome = Session::new(plan, way).run(|Sample { opened, heap, census, .. }| {
        bar.set_position(opened);
        let results = census.results + census.orphans;
        let message = format!("{results} results of {} versions, heap {}", census.files, HumanBytes(heap as u64));
        if let Some(page) = page {
            page.tell(format!("{opened} of {length} files opened, {message}"));
        }
        bar.set_message(message);
    });
    bar.finish_and_clear();
    outcome
}
