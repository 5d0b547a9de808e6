//! The report: every question, as Markdown with plots, and a line for each target.
//!
//! ```text
//! cargo run --release -p memo-benches --bin report                 # ten to fifteen minutes; on a quiet machine
//! cargo run --release -p memo-benches --bin report -- --quick      # whether it all works, with few samples
//! cargo run --release -p memo-benches --bin report -- --publish    # also copies the published plots to docs/plots/
//! cargo run --release -p memo-benches --bin report -- --plots      # asks nothing but what these show, and copies them
//! cargo run --release -p memo-benches --bin report -- --instructions    # counts those of a hit, and records them in benches/results/
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
    let Arguments { effort, asked, publish } = Arguments::read()?;
    let workspace = Workspace::of_this_program()?;
    match asked {
        Asked::Instructions => return record_instructions(effort, &workspace),
        Asked::Plots => {
            let sections = [sections::hits(effort), sections::argument_size(effort), sections::over_time(effort)];
            write(&sections, &workspace.report())?;
        }
        Asked::All => println!("{}", write(&ask(effort, &workspace)?, &workspace.report())?.display()),
    }
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

/// Which questions.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Asked {
    All,
    /// Those whose plots are published.
    Plots,
    Instructions,
}

/// What was asked for.
#[derive(Debug)]
struct Arguments {
    effort: Effort,
    asked: Asked,
    /// Whether the plots in `docs/plots` are to be replaced.
    publish: bool,
}

impl Arguments {
    fn read() -> Outcome<Self> {
        let (mut asked, mut publish, mut quick) = (Asked::All, false, false);
        for argument in std::env::args().skip(1) {
            match argument.as_str() {
                "--quick" => quick = true,
                "--publish" => publish = true,
                "--plots" => (asked, publish) = (Asked::Plots, true),
                "--instructions" => asked = Asked::Instructions,
                other => {
                    let known = "`--quick`, `--publish`, `--plots`, `--instructions`";
                    return Err(format!("`{other}` is none of {known}").into());
                }
            }
        }
        let effort = match (quick, asked) {
            (false, _) => Effort::FULL,
            (true, Asked::All) => Effort::SMOKE,
            // A picture of a few samples would say nothing.
            (true, _) => Effort::QUICK,
        };
        Ok(Self { effort, asked, publish })
    }
}

/// Counts those of a hit, as figures for the pages.
fn record_instructions(effort: Effort, workspace: &Workspace) -> Outcome<()> {
    let section = instructions::instructions(effort, workspace)?;
    let text = format!("{}; {}.\n\n{section}", machine::processor(), machine::versions());
    print!("{text}");
    Ok(fs::write(workspace.root.join("benches/results/instructions.md"), text)?)
}

/// The plots that the pages show, by the names of their files in the report.
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
