//! A fleet of processes with one store, simulated: how much one server gets, how late what nobody needs is deleted, and that no answer is wrong. Some
//! minutes.
//!
//! With `--record` what is printed goes to `benches/results/fleet.md` as well, and the plots to `docs/plots/`; with `--quick` all is small, in seconds. Names
//! of scenarios, for these alone. Fails if something is seen that must not be.

use std::error::Error;
use std::fmt::Write as _;
use std::path::Path;
use std::time::Instant;

use memo_benches::fleet::{Chapter, Effort, SCENARIOS, Scenario};
use memo_benches::machine;
use memo_benches::report::record;

const ABOUT: &str = "\
Simulated, so that two runs on any machine give the same: the code of holds, leases, claims, renewals, releases and collection is the library's, over its engine in \
memory. Time, the network and the server's load are not real: an answer takes 0.2 ms and 0.2 ms more in the mean, and a call that gets none gives up after a \
second. Bytes of a call are counted as 150, and 34 for each key.";

/// What is asked for.
struct Arguments {
    effort: Effort,
    records: bool,
    scenarios: Vec<(&'static str, Scenario)>,
}

impl Arguments {
    fn read() -> Result<Self, Box<dyn Error>> {
        let mut arguments = Self { effort: Effort::Whole, records: false, scenarios: Vec::new() };
        for argument in std::env::args().skip(1) {
            let scenario = SCENARIOS.into_iter().find(|(name, _)| *name == argument);
            match (argument.as_str(), scenario) {
                ("--quick", _) => arguments.effort = Effort::Quick,
                ("--record", _) => arguments.records = true,
                (_, Some(scenario)) => arguments.scenarios.push(scenario),
                _ => return Err(format!("`{argument}` is neither `--quick`, `--record` nor a scenario").into()),
            }
        }
        if arguments.records && (arguments.effort == Effort::Quick || !arguments.scenarios.is_empty()) {
            return Err("what is recorded is all of it".into());
        }
        if arguments.scenarios.is_empty() {
            arguments.scenarios.extend(SCENARIOS);
        }
        Ok(arguments)
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let Arguments { effort, records, scenarios } = Arguments::read()?;
    let mut text = format!("memo-store {}. {ABOUT}\n\n", machine::version_of("memo-store"));
    let mut chapters = Vec::new();
    for (name, scenario) in scenarios {
        let started = Instant::now();
        let chapter = scenario(effort);
        eprintln!("{name}: {:.1} s", started.elapsed().as_secs_f64());
        write!(text, "{chapter}")?;
        chapters.push(chapter);
    }
    if records {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/plots");
        chapters.iter().flat_map(|chapter| &chapter.plots).try_for_each(|plot| plot.draw(&folder))?;
        record::write("fleet", text.trim_end())?;
        println!();
    } else {
        print!("{text}");
    }
    let broken: Vec<&str> = chapters.iter().flat_map(Chapter::broken).collect();
    if broken.is_empty() { Ok(()) } else { Err(broken.join("; ").into()) }
}
