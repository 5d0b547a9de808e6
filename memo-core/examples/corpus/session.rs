//! The session: which step comes next, and what is measured between steps.

use crate::HEAP;
use crate::analyses;
use crate::check::Checked;
use crate::editor::{Editor, Steps};
use crate::ledger::{Census, Ledger};
use crate::source::{SourceFile, Unopened};
use fastrand::Rng;
use std::hash::Hasher;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Measurements over a session.
const SAMPLES: u64 = 240;
/// Measurements between sweeps. After a sweep no result without its file may be left.
const CHECKPOINT: usize = 12;
/// Views between checks, which recompute everything shown.
const CHECK: u64 = 40;

/// The heap and what is alive at one moment.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sample {
    pub(crate) heap: usize,
    pub(crate) census: Census,
}

/// What a session leaves behind.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    pub(crate) steps: Steps,
    pub(crate) digest: u64,
    pub(crate) elapsed: Duration,
    pub(crate) samples: Vec<Sample>,
    /// How many different files there were to open.
    pub(crate) readable: usize,
    pub(crate) not_utf8: usize,
    pub(crate) unreadable: usize,
    pub(crate) checked: Checked,
    pub(crate) checkpoints: usize,
    /// What is wrong with the lifetimes of results, if anything.
    pub(crate) overstays: Vec<String>,
    pub(crate) at_start: usize,
    pub(crate) at_end: Option<Sample>,
}

/// One run over `files`, in an order of its own; they are opened again from the first when they run
/// out.
#[derive(Debug)]
pub(crate) struct Session {
    files: Vec<Arc<Path>>,
    next: usize,
    length: u64,
    rng: Rng,
    ledger: Ledger,
    editor: Editor,
    outcome: Outcome,
}

impl Session {
    pub(crate) fn new(mut files: Vec<Arc<Path>>, seed: u64, length: u64) -> Self {
        let mut rng = Rng::with_seed(seed);
        rng.shuffle(&mut files);
        Session {
            files,
            next: 0,
            length,
            rng,
            ledger: Ledger::default(),
            editor: Editor::default(),
            outcome: Outcome::default(),
        }
    }

    /// Runs to the end, telling `progress` now and then how many files have been opened.
    pub(crate) fn run(mut self, progress: impl Fn(u64, Sample)) -> Outcome {
        let start = Instant::now();
        self.outcome.at_start = HEAP.current_usage();
        let mut due = 0;
        while self.step() {
            let opened = self.editor.steps.opened;
            if opened * SAMPLES >= due * self.length {
                due += 1;
                progress(opened, self.measure());
            }
        }
        self.end(start)
    }

    /// Takes a random step; `false` when the session is over.
    fn step(&mut self) -> bool {
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
        true
    }

    fn open(&mut self) -> bool {
        if self.editor.steps.opened == self.length {
            return false;
        }
        let Some(file) = self.next_file() else {
            return false;
        };
        self.editor.open(file);
        self.view();
        true
    }

    /// The next file that can be read as text; the others are counted, and not tried again.
    fn next_file(&mut self) -> Option<Arc<SourceFile>> {
        while !self.files.is_empty() {
            self.next %= self.files.len();
            match SourceFile::open(&self.files[self.next], &mut self.ledger) {
                Ok(file) => {
                    self.next += 1;
                    return Some(file);
                }
                Err(Unopened::NotUtf8) => self.outcome.not_utf8 += 1,
                Err(Unopened::Unreadable) => self.outcome.unreadable += 1,
            }
            self.files.remove(self.next);
        }
        None
    }

    fn view(&mut self) {
        let view = self.editor.view(&mut self.rng);
        if self.editor.steps.views % CHECK == 0 {
            self.outcome.checked.compare(&view);
        }
    }

    fn edit(&mut self) {
        self.editor.edit(&mut self.rng, &mut self.ledger);
        self.view();
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
        Sample { heap: HEAP.current_usage(), census: self.ledger.census() }
    }

    /// After a sweep every result belongs to a living file, and the memos know of just those.
    fn checkpoint(&mut self) {
        self.outcome.checkpoints += 1;
        memo_core::sweep();
        let Census { results, orphans, .. } = self.ledger.census();
        let opened = self.editor.steps.opened;
        if orphans > 0 {
            self.outcome.overstays.push(format!("{orphans} results outlive their files (at file {opened})"));
        }
        let remembered = analyses::remembered();
        if remembered != results {
            let text = format!("the memos hold {remembered} results, {results} are alive (at file {opened})");
            self.outcome.overstays.push(text);
        }
    }

    fn end(mut self, start: Instant) -> Outcome {
        self.editor.close_all();
        self.checkpoint();
        let last = self.sample();
        self.outcome.at_end = Some(last);
        if last.census.results > 0 {
            let text = format!("{} results are alive, and no file", last.census.results);
            self.outcome.overstays.push(text);
        }
        self.outcome.elapsed = start.elapsed();
        self.outcome.readable = self.files.len();
        self.outcome.steps = self.editor.steps;
        self.outcome.digest = self.editor.digest.finish();
        self.outcome
    }
}
