//! The session: which step comes next, and what is measured between steps.

use super::clock::Clock;
use super::editor::Editor;
use super::outcome::{Figures, Outcome, Sample};
use crate::HEAP;
use crate::input::Plan;
use crate::ways::Way;
use crate::witness::Ledger;
use fastrand::Rng;
use std::io;
use std::path::Path;
use std::sync::Arc;

/// Measurements over a session.
const SAMPLES: u64 = 240;
/// Every so many measurements there is a sweep, after which no result without its file may be left. Few, or the sweeps
/// would flatter the heap.
const CHECKPOINT: usize = 40;
/// Every so many views, all results for the file on screen are shown in full.
const EVERYTHING: u64 = 40;

/// One replay of a plan, in one of the three ways.
#[derive(Debug)]
pub(crate) struct Session<W> {
    files: Vec<Arc<Path>>,
    length: u64,
    rng: Rng,
    ledger: Ledger,
    editor: Editor<W>,
    clock: Clock,
    outcome: Outcome,
}

impl<W: Way> Session<W> {
    pub(crate) fn new(plan: Plan, way: W) -> Self {
        Session {
            files: plan.files.into_iter().map(Arc::from).collect(),
            length: plan.length,
            rng: Rng::with_seed(plan.seed),
            ledger: Ledger::default(),
            editor: Editor::new(way),
            clock: Clock::start(),
            outcome: Outcome { samples: Vec::with_capacity(SAMPLES as usize + 1), ..Outcome::default() },
        }
    }

    /// Runs to the end, and calls `progress` at each sample. An error: a file that was there is gone.
    pub(crate) fn run(mut self, progress: impl Fn(Sample)) -> io::Result<Outcome> {
        HEAP.reset_peak_usage();
        self.outcome.start = self.sample();
        self.clock = Clock::start();
        let mut due = 0;
        while self.step()? {
            if self.editor.steps.opened * SAMPLES >= due * self.length {
                due += 1;
                progress(self.aside(Self::measure));
            }
        }
        self.editor.close_all();
        self.outcome.took = self.clock.stop();
        Ok(self.end())
    }

    /// One step at random; `false` when the session is over.
    fn step(&mut self) -> io::Result<bool> {
        if self.editor.is_empty() {
            return self.open();
        }
        match self.rng.u8(..100) {
            0..12 => return self.open(),
            12..70 => self.view(),
            70..85 => self.edit(),
            85..92 => self.editor.undo(),
            92..99 => self.editor.close_any(&mut self.rng),
            _ => self.editor.search(&mut self.rng),
        }
        Ok(true)
    }

    fn open(&mut self) -> io::Result<bool> {
        let opened = self.editor.steps.opened;
        if opened == self.length {
            return Ok(false);
        }
        let next = &self.files[opened as usize % self.files.len()];
        self.editor.open(next, &mut self.ledger)?;
        self.view();
        Ok(true)
    }

    fn view(&mut self) {
        self.editor.view(&mut self.rng);
        if self.editor.steps.views % EVERYTHING == 0 {
            self.aside(|session| session.editor.view_everything());
        }
    }

    fn edit(&mut self) {
        self.editor.edit(&mut self.rng, &mut self.ledger);
        self.view();
    }

    /// With the clock stopped.
    fn aside<T>(&mut self, what: impl FnOnce(&mut Self) -> T) -> T {
        self.clock.stop();
        let result = what(self);
        self.clock.go_on();
        result
    }

    fn measure(&mut self) -> Sample {
        let sample = self.sample();
        self.outcome.samples.push(sample);
        if self.outcome.samples.len() % CHECKPOINT == 0 {
            self.checkpoint();
        }
        sample
    }

    fn sample(&mut self) -> Sample {
        Sample {
            opened: self.editor.steps.opened,
            heap: HEAP.current_usage(),
            census: self.ledger.census(),
            digest: self.editor.screen.digest(),
        }
    }

    /// After a sweep every result belongs to a living file, and the way knows of just those.
    fn checkpoint(&mut self) {
        let Some(remembered) = self.editor.way.remembered() else { return };
        self.outcome.sweeps += 1;
        let Sample { opened, census, .. } = self.sample();
        let mut wrong = |what: String| self.outcome.overstays.push(format!("{what} (at opening {opened})"));
        if census.orphans > 0 {
            wrong(format!("{} results outlive their files", census.orphans));
        }
        if remembered != census.results {
            wrong(format!("the memos hold {remembered} results of living files, and {} are alive", census.results));
        }
    }

    fn end(mut self) -> Outcome {
        self.outcome.peak = HEAP.peak_usage();
        self.checkpoint();
        self.outcome.end = self.sample();
        self.outcome.steps = self.editor.steps;
        self.outcome.answers = self.editor.screen.answers;
        let memos = memo_core::memos();
        if !memos.is_empty() {
            self.outcome.report = memo_core::report().to_string();
        }
        self.outcome.memos = memos.into_iter().map(|memo| Figures::of(&memo)).collect();
        self.outcome
    }
}

impl Figures {
    fn of(memo: &memo_core::MemoInfo) -> Self {
        let (name, stats) = (memo.name.to_string(), &memo.stats);
        Figures { name, hits: stats.hits, misses: stats.misses, time_saved: stats.time_saved() }
    }
}
