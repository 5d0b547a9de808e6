//! Figures that are taken in a fresh process each.
//!
//! Our side table and the statics of the macro peers keep the size they once grew to, and in one process the second subject
//! would be given the room that the first one made.

use std::process::Command;

/// Names the figure that this process was started for, and what it was asked.
const FIGURE: &str = "MEMO_BENCHES_FIGURE";
const SIZE: &str = "MEMO_BENCHES_SIZE";

/// One subject's figure for one question, to be taken in a process of its own.
#[derive(Debug, Clone, Copy)]
pub struct Figure {
    /// The subject's column in the report.
    pub column: &'static str,
    question: &'static str,
    name: &'static str,
    take: fn(u64) -> Vec<f64>,
}

impl Figure {
    /// `take` is given the size that is asked about; one that has none ignores it.
    pub(crate) fn new(
        question: &'static str,
        name: &'static str,
        column: &'static str,
        take: fn(u64) -> Vec<f64>,
    ) -> Self {
        Self { column, question, name, take }
    }

    pub(crate) fn of<S: crate::Subject>(question: &'static str, take: fn(u64) -> Vec<f64>) -> Self {
        Self::new(question, S::NAME, S::COLUMN, take)
    }

    fn id(&self) -> String {
        format!("{}/{}", self.question, self.name)
    }

    /// The numbers, from a fresh process of this binary, whose `main` begins with [`answer`].
    pub fn take(&self, size: u64) -> Vec<f64> {
        let own = std::env::current_exe().expect("a bench has a path");
        let mut fresh = Command::new(own);
        let output = fresh.env(FIGURE, self.id()).env(SIZE, size.to_string()).output();
        let output = output.expect("a bench can start itself");
        assert!(output.status.success(), "{}: {}", self.id(), String::from_utf8_lossy(&output.stderr));
        let text = String::from_utf8_lossy(&output.stdout);
        text.split_whitespace().map(|word| word.parse().expect("a figure is numbers")).collect()
    }
}

/// Whether this process was started for one of `figures`; if so, it has been taken and printed, and `main` should return.
pub fn answer(figures: impl IntoIterator<Item = Figure>) -> bool {
    let Ok(wanted) = std::env::var(FIGURE) else { return false };
    let size = std::env::var(SIZE).ok().and_then(|size| size.parse().ok()).unwrap_or_default();
    let figure = figures.into_iter().find(|figure| figure.id() == wanted).expect("the parent asks for what is listed");
    for number in (figure.take)(size) {
        print!("{number} ");
    }
    true
}
