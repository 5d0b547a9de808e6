//! The plots that the README shows.

use std::fs;

use crate::Outcome;
use crate::workspace::Workspace;

/// By the names of their files in the report.
const SHOWN: [&str; 4] = ["heap-over-time.svg", "argument-size.svg", "threads.svg", "peers.svg"];

/// Copies them to where they are committed.
pub(crate) fn publish(workspace: &Workspace) -> Outcome<()> {
    let folder = workspace.root.join("docs").join("plots");
    fs::create_dir_all(&folder)?;
    for plot in SHOWN {
        fs::copy(workspace.report().join(plot), folder.join(plot))?;
    }
    println!("{}", folder.display());
    Ok(())
}
