//! How it goes, while it goes: a line that is rewritten on a terminal, and one every few seconds elsewhere.

use std::io::IsTerminal;
use std::time::{Duration, Instant};

use indicatif::{HumanBytes, HumanCount, ProgressBar};

use crate::books::seat;
use crate::books::tally;

const EVERY: Duration = Duration::from_secs(5);

#[derive(Debug)]
pub(crate) struct Figures {
    began: Instant,
    shown: Instant,
    /// Hidden where there is no terminal.
    bar: ProgressBar,
}

impl Figures {
    pub(crate) fn start(began: Instant) -> Self {
        Self { began, shown: began, bar: ProgressBar::new_spinner() }
    }

    pub(crate) fn show(&mut self) {
        self.bar.tick();
        if std::io::stderr().is_terminal() {
            self.bar.set_message(self.line());
        } else if self.shown.elapsed() >= EVERY {
            self.shown = Instant::now();
            println!("{}", self.line());
        }
    }

    fn line(&self) -> String {
        let seconds = self.began.elapsed().as_secs_f64();
        let operations = seat::total_steps();
        format!(
            "{seconds:6.1} s  {} operations ({} a second)  {} objects  heap {} (peak {})",
            HumanCount(operations),
            HumanCount((operations as f64 / seconds) as u64),
            HumanCount(tally::objects()),
            HumanBytes(memo_tests::live_bytes() as u64),
            HumanBytes(memo_tests::peak_bytes() as u64),
        )
    }

    /// How many operations there were.
    pub(crate) fn finish(self) -> u64 {
        self.bar.finish_and_clear();
        println!("{}", self.line());
        seat::total_steps()
    }
}
