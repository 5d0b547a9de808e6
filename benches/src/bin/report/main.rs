//! The report: every question, as Markdown with plots, and a line for each target.
//!
//! ```text
//! cargo run --release -p memo-benches --bin report                 # ten to fifteen minutes; on a quiet machine
//! cargo run --release -p memo-benches --bin report -- --quick      # whether it all works, with few samples
//! cargo run --release -p memo-benches --bin report -- --publish    # also copies the README's plots to docs/plots/
//! ```

mod cold_build;
mod instructions;
mod system_calls;
mod workspace;

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use memo_benches::heap::Counting;
use memo_benches::report::{Effort, Section, Table, sections, targets};
use memo_benches::{fresh, machine, questions};
use workspace::{Outcome, Workspace};

#[global_allocator]
static COUNTING: Counting = Counting;

fn main() -> Outcome<()> {
    if fresh::answer(questions::figures()) {
        return Ok(());
    }
    let Arguments { effort, publish } = Arguments::read()?;
    let workspace = Workspace::of_this_program()?;
    let sections = ask(effort, &workspace)?;
    let report = write(&sections, &workspace.report())?;
    println!("{}", report.display());
    if publish {
        publish_plots(&workspace)?;
    }
    Ok(())
}

/// All sections in the order of the report.
fn ask(effort: Effort, workspace: &Workspace) -> Outcome<Vec<Section>> {
    let mut asked = Vec::new();
    let mut ask = |what: &str, section: &dyn Fn() -> Outcome<Section>| -> Outcome<()> {
        eprintln!("{what}");
        asked.push(section()?);
        Ok(())
    };
    ask("hits", &|| Ok(sections::hits(effort)))?;
    ask("hits by what is remembered", &|| Ok(sections::values(effort)))?;
    ask("instructions of a hit", &|| instructions::instructions(effort, workspace))?;
    ask("statistics on and off", &|| instructions::statistics(effort, workspace))?;
    ask("hits by the argument's size", &|| Ok(sections::argument_size(effort)))?;
    ask("hits with an extra key", &|| Ok(sections::extra_key(effort)))?;
    ask("many extra keys", &|| Ok(sections::many_keys(effort)))?;
    ask("Zipf", &|| Ok(sections::zipf(effort)))?;
    ask("many memos", &|| Ok(sections::memos(effort)))?;
    ask("few objects and many", &|| Ok(sections::few_and_many(effort)))?;
    ask("many objects", &|| Ok(sections::many_objects(effort)))?;
    ask("misses, lives, churn", &|| Ok(sections::lives(effort)))?;
    ask("lives on two threads", &|| system_calls::threads_of_lives(effort, workspace))?;
    ask("crowds", &|| Ok(sections::bursts(effort)))?;
    ask("storms", &|| Ok(sections::storm(effort)))?;
    ask("heap", &|| Ok(sections::heap()))?;
    ask("heap over time", &|| Ok(sections::over_time(effort)))?;
    ask("from drop to reclaimed", &|| Ok(sections::reclaim(effort)))?;
    ask("weak maps", &|| Ok(sections::weak_maps(effort)))?;
    ask("interners", &|| Ok(sections::interners(effort)))?;
    ask("cold builds", &|| cold_build::cold_build(effort, workspace))?;
    Ok(asked)
}

/// Plots and text into `folder`; the text's path.
fn write(sections: &[Section], folder: &Path) -> Outcome<std::path::PathBuf> {
    fs::create_dir_all(folder)?;
    let mut all = Table::default();
    let mut text = format!("# Measured\n\n{}.\n\n{}.\n\n", machine::processor(), machine::versions());
    writeln!(text, "{}\n\n## Targets\n", sections::ABOUT)?;
    sections.iter().for_each(|section| all.append(section.table.clone()));
    for target in targets::of(&all) {
        writeln!(text, "- {target}")?;
    }
    for section in sections {
        write!(text, "\n{section}")?;
        for plot in &section.plots {
            plot.draw(folder)?;
        }
    }
    let path = folder.join("report.md");
    fs::write(&path, text)?;
    Ok(path)
}

/// What was asked for.
#[derive(Debug)]
struct Arguments {
    effort: Effort,
    /// Whether the README's plots are to be replaced.
    publish: bool,
}

impl Arguments {
    fn read() -> Outcome<Self> {
        let mut read = Self { effort: Effort::FULL, publish: false };
        for argument in std::env::args().skip(1) {
            match argument.as_str() {
                "--quick" => read.effort = Effort::SMOKE,
                "--publish" => read.publish = true,
                other => return Err(format!("`{other}` is neither `--quick` nor `--publish`").into()),
            }
        }
        Ok(read)
    }
}

/// The plots that the README shows, by the names of their files in the report.
const SHOWN: [&str; 4] = ["heap-over-time.svg", "argument-size.svg", "threads.svg", "peers.svg"];

/// Copies them to where they are committed.
fn publish_plots(workspace: &Workspace) -> Outcome<()> {
    let folder = workspace.root.join("docs").join("plots");
    fs::create_dir_all(&folder)?;
    for plot in SHOWN {
        fs::copy(workspace.report().join(plot), folder.join(plot))?;
    }
    println!("{}", folder.display());
    Ok(())
}
