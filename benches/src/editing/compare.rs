//! All ways over one script, as a table.

use std::error::Error;
use std::time::Duration;

use corpus::{Script, Step};

use super::bodies::ANALYSES;
use super::replay::{Kind, Outcome};
use super::rows;
use super::ways::{ALL, Entry, NOTHING};
use crate::report::Table;
use crate::run::Medians;

/// How many times each way is timed.
#[derive(Clone, Copy, Debug)]
pub struct Rounds {
    /// Without bodies.
    pub remembering: usize,
    /// With bodies.
    pub sessions: usize,
}

/// The table of a script. An error: a replay failed, or answers differ.
pub fn compare(script: &Script, rounds: Rounds) -> Result<Table, Box<dyn Error>> {
    let without_pairs = serde_json::to_vec(&without_pairs(script))?;
    let script = serde_json::to_vec(script)?;
    let answers = take(&script, ALL, Kind::Answers)?;
    same_answers(&answers)?;
    let mut table = Table::default();
    let mut times = Times::of(&script, rounds.remembering)?;
    table.add(rows::REMEMBERING, times.row(0.5));
    table.add(rows::REMEMBERING_LOW, times.row(0.25));
    table.add(rows::REMEMBERING_HIGH, times.row(0.75));
    table.note(format!("The editor alone, taken off: {:.1} ms.", milliseconds(times.alone)));
    table.add(rows::WITHOUT_PAIRS, Times::of(&without_pairs, rounds.remembering)?.row(0.5));
    table.add(rows::SESSION, seconds(&script, rounds.sessions)?);
    let all = |of: &dyn Fn(&Outcome) -> f64| -> Medians {
        ALL.iter().zip(&answers).map(|(way, outcome)| (way.name, of(outcome))).collect()
    };
    table.add(rows::PEAK, all(&|outcome| outcome.peak as f64 / f64::from(1 << 20)));
    table.add(rows::END, all(&|outcome| outcome.end as f64 / f64::from(1 << 10)));
    for (analysis, name) in ANALYSES.iter().enumerate() {
        table.add(rows::bodies(name), all(&|outcome| outcome.bodies[analysis] as f64));
    }
    table.add(rows::BODIES, all(&|outcome| outcome.bodies.iter().sum::<u64>() as f64));
    table.add(rows::CODE, ALL.iter().map(|way| (way.name, way.lines_of_code() as f64)).collect());
    Ok(table)
}

/// What two files have in common is left out: every other result is of one file.
fn without_pairs(script: &Script) -> Script {
    let mut script = script.clone();
    script.steps.retain(|step| !matches!(step, Step::Shared(..)));
    script
}

fn take(script: &[u8], ways: &[Entry], kind: Kind) -> Result<Vec<Outcome>, Box<dyn Error>> {
    ways.iter().map(|way| way.replay_afresh(script, kind)).collect()
}

fn same_answers(outcomes: &[Outcome]) -> Result<(), Box<dyn Error>> {
    let [ours, theirs @ ..] = outcomes else { unreachable!("there are ways") };
    for (way, other) in ALL[1..].iter().zip(theirs) {
        if (other.answers, other.digest) != (ours.answers, ours.digest) {
            return Err(format!("the answers of {} differ from those of {}", way.name, ALL[0].name).into());
        }
    }
    Ok(())
}

/// The times of all replays, way by way, and the median of the editor alone.
struct Times {
    ways: Vec<Vec<Duration>>,
    alone: Duration,
}

impl Times {
    /// The ways take turns, so that what else the machine does meets all of them.
    fn of(script: &[u8], rounds: usize) -> Result<Self, Box<dyn Error>> {
        let (mut ways, mut alone) = (vec![Vec::new(); ALL.len()], Vec::new());
        for _ in 0..rounds {
            alone.push(NOTHING.replay_afresh(script, Kind::Remembering)?.took);
            for (times, outcome) in ways.iter_mut().zip(take(script, ALL, Kind::Remembering)?) {
                times.push(outcome.took);
            }
        }
        Ok(Self { ways, alone: quantile(&mut alone, 0.5) })
    }

    /// In milliseconds, without the editor's own.
    fn row(&mut self, share: f64) -> Medians {
        let cell = |(way, times): (&Entry, &mut Vec<Duration>)| {
            (way.name, milliseconds(quantile(times, share).saturating_sub(self.alone)))
        };
        ALL.iter().zip(&mut self.ways).map(cell).collect()
    }
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

fn seconds(script: &[u8], rounds: usize) -> Result<Medians, Box<dyn Error>> {
    let mut all = vec![Vec::new(); ALL.len()];
    for _ in 0..rounds {
        for (times, outcome) in all.iter_mut().zip(take(script, ALL, Kind::Session)?) {
            times.push(outcome.took);
        }
    }
    let all = ALL.iter().zip(&mut all);
    Ok(all.map(|(way, times)| (way.name, quantile(times, 0.5).as_secs_f64())).collect())
}

/// 0.5: the median.
fn quantile(times: &mut [Duration], share: f64) -> Duration {
    times.sort();
    times[((times.len() - 1) as f64 * share).round() as usize]
}
