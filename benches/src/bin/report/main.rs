//! The report: every question, as Markdown with plots, and a line for each target.
//!
//! ```text
//! cargo run --release -p memo-benches --bin report                 # ten to fifteen minutes; on a quiet machine
//! cargo run --release -p memo-benches --bin report -- --quick      # whether it all works, with few samples
//! cargo run --release -p memo-benches --bin report -- --publish    # also copies the published plots to docs/plots/
//! cargo run --release -p memo-benches --bin report -- --plots      # asks nothing but what these show, and copies them
//! cargo run --release -p memo-benches --bin report -- --growth     # how costs grow with how much there is, plotted; nothing is copied
//! cargo run --release -p memo-benches --bin report -- --instructions    # counts those of a hit, and records them in benches/results/
//! cargo run --release -p memo-benches --bin report -- --builds     # times builds with one memo and a hundred, and records them
//! cargo run --release -p memo-benches --bin report -- --targets    # records all that the table of the targets is made of, and writes it
//! ```

mod cold_build;
mod instructions;
mod system_calls;
mod workspace;

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use memo_benches::heap::Counting;
use memo_benches::report::{Effort, Section, Table, quick, record, sections, targets};
use memo_benches::{claims, fresh, machine, questions};
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
        Asked::Builds => return record_builds(effort, &workspace),
        Asked::Targets => return record_targets(effort, &workspace),
        Asked::Plots => {
            let sections = [
                sections::hits(effort),
                sections::argument_size(effort),
                sections::keys(effort),
                sections::over_time(effort),
            ];
            write(&sections, &workspace.report())?;
        }
        Asked::Growth => println!("{}", write(&sections::growth(effort), &workspace.report())?.display()),
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
    ask("hits with an extra key", &|| Ok(sections::extra_key(effort)))?;
    ask("new and evicted keys", &|| Ok(sections::insertion_and_eviction(effort)))?;
    ask("what eviction keeps", &|| Ok(sections::hit_ratios(effort)))?;
    ask("Zipf", &|| Ok(sections::zipf(effort)))?;
    ask("few objects and many", &|| Ok(sections::few_and_many(effort)))?;
    ask("many objects on two threads", &|| Ok(sections::many_on_threads(effort)))?;
    ask("growth: objects", &|| Ok(sections::objects(effort)))?;
    ask("growth: memos", &|| Ok(sections::memos(effort)))?;
    ask("growth: extra keys", &|| Ok(sections::keys(effort)))?;
    ask("growth: weak arguments", &|| Ok(sections::weak_arguments(effort)))?;
    ask("growth: the argument's size", &|| Ok(sections::argument_size(effort)))?;
    ask("misses, lives, churn", &|| Ok(sections::lives(effort)))?;
    ask("lives on two threads", &|| system_calls::threads_of_lives(effort, workspace))?;
    ask("crowds", &|| Ok(sections::bursts(effort)))?;
    ask("storms", &|| Ok(sections::storm(effort)))?;
    ask("heap", &|| Ok(sections::heap()))?;
    ask("heap over time", &|| Ok(sections::over_time(effort)))?;
    ask("from drop to reclaimed", &|| Ok(sections::reclaim(effort)))?;
    ask("weak maps", &|| Ok(sections::weak_maps(effort)))?;
    ask("interners", &|| Ok(sections::interners(effort)))?;
    ask("builds", &|| cold_build::cold_build(effort, workspace))?;
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
    /// How costs grow with how much there is.
    Growth,
    Instructions,
    /// Of crates with one memo and with a hundred.
    Builds,
    /// What the table of the targets is made of.
    Targets,
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
                "--growth" => asked = Asked::Growth,
                "--instructions" => asked = Asked::Instructions,
                "--builds" => asked = Asked::Builds,
                "--targets" => asked = Asked::Targets,
                other => {
                    let known =
                        "`--quick`, `--publish`, `--plots`, `--growth`, `--instructions`, `--builds`, `--targets`";
                    return Err(format!("`{other}` is none of {known}").into());
                }
            }
        }
        let effort = match (quick, asked) {
            (false, _) => Effort::FULL,
            (true, Asked::All) => Effort::SMOKE,
            (true, Asked::Growth) => Effort::SKETCH,
            // A picture of a few samples would say nothing.
            (true, _) => Effort::QUICK,
        };
        Ok(Self { effort, asked, publish })
    }
}

/// Counts those of a hit, as figures for the pages.
fn record_instructions(effort: Effort, workspace: &Workspace) -> Outcome<()> {
    let section = instructions::instructions(effort, workspace)?;
    let targets: String =
        targets::of_instructions(&section.table).iter().map(|target| format!("- {target}\n")).collect();
    record::write("instructions", &format!("{}{section}{targets}", head()))
}

/// Times builds, as figures for the pages.
fn record_builds(effort: Effort, workspace: &Workspace) -> Outcome<()> {
    record::write("builds", &format!("{}{}", head(), cold_build::cold_build(effort, workspace)?))
}

/// All that the table of the targets is made of, and the tables of the pages with it.
fn record_targets(effort: Effort, workspace: &Workspace) -> Outcome<()> {
    record_instructions(effort, workspace)?;
    let statistics = instructions::statistics(effort, workspace)?;
    record::write("statistics", &format!("{}{statistics}", head()))?;
    record::write("quick", &quick::measured()?)?;
    claims::write()?;
    claims::all_wrong()?.iter().for_each(|wrong| println!("{wrong}"));
    Ok(())
}

/// The machine and the versions, before a record.
fn head() -> String {
    format!("{}; {}.\n\n", machine::processor(), machine::versions())
}

/// The plots that the pages show, by the names of their files in the report.
const SHOWN: [&str; 5] = ["heap-over-time.svg", "argument-size.svg", "extra-keys.svg", "threads.svg", "peers.svg"];

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
