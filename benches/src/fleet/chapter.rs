//! What one scenario found.

use std::fmt;

use crate::report::Table;
use crate::report::plot::{Axis, Kind, Lines, Plot, Scale};
use crate::run::Medians;

/// A title, what was simulated, the figures, and plots of them.
pub struct Chapter {
    title: &'static str,
    about: String,
    pub(super) table: Table,
    /// How it looks.
    pub plots: Vec<Plot>,
    broken: Vec<String>,
}

impl Chapter {
    pub(super) fn new(title: &'static str, about: impl Into<String>) -> Self {
        Self { title, about: about.into(), table: Table::default(), plots: Vec::new(), broken: Vec::new() }
    }

    /// What must not be, and was.
    pub fn broken(&self) -> impl Iterator<Item = &str> {
        self.broken.iter().map(String::as_str)
    }

    /// What has to be so.
    pub(super) fn hold(&mut self, is: bool, what: impl FnOnce() -> String) {
        if !is {
            self.broken.push(format!("{}: {}", self.title, what()));
        }
    }
}

impl fmt::Display for Chapter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "## {}\n\n{}\n\n{}", self.title, self.about, self.table)?;
        self.plots.iter().try_for_each(|plot| writeln!(f, "![{}](../../docs/plots/{})\n", plot.title, plot.file))?;
        self.broken.iter().try_for_each(|broken| writeln!(f, "**broken**: {broken}\n"))
    }
}

/// How a plot's axes are written.
pub(super) fn axis(label: &'static str, scale: Scale) -> Axis {
    Axis { label, tick: |value| if *value < 1.0 { format!("{value:.1}") } else { format!("{value:.0}") }, scale }
}

/// Lines of columns that are named `memo-store: ..`, by which all of them are ours.
pub(super) fn lines(points: &[(f64, Medians)], x: Axis, y: Axis) -> Kind {
    let mut lines = Lines::through(points, x, y);
    for series in &mut lines.series {
        series.label = series.name.trim_start_matches("memo-store: ").to_owned();
    }
    Kind::Lines(lines)
}
