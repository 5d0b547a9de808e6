//! One question as the report answers it.

use std::fmt;

use super::plot::Plot;
use super::table::Table;

/// A title, what a reader has to know, the numbers, and plots of them.
#[derive(Debug)]
pub struct Section {
    title: &'static str,
    about: &'static str,
    /// What was measured.
    pub table: Table,
    /// How it looks.
    pub plots: Vec<Plot>,
}

impl Section {
    /// With an empty table.
    pub fn new(title: &'static str, about: &'static str) -> Self {
        Self { title, about, table: Table::default(), plots: Vec::new() }
    }
}

impl fmt::Display for Section {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "## {}\n\n{}\n\n{}", self.title, self.about, self.table)?;
        self.plots.iter().try_for_each(|plot| writeln!(f, "![{}]({})\n", plot.title, plot.file))
    }
}
