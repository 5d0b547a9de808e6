//! The one Markdown table.

use std::fmt;

use memo_benches::run::Medians;

/// Rows of measurements; the first row names the columns in their order.
#[derive(Debug, Default)]
pub(crate) struct Table {
    columns: Vec<&'static str>,
    rows: Vec<Row>,
    notes: Vec<String>,
}

#[derive(Debug)]
struct Row {
    label: &'static str,
    cells: Medians,
}

impl Table {
    pub(crate) fn add(&mut self, label: &'static str, cells: Medians) {
        for (column, _) in &cells {
            if !self.columns.contains(column) {
                self.columns.push(column);
            }
        }
        self.rows.push(Row { label, cells });
    }

    /// A sentence under the table.
    pub(crate) fn note(&mut self, note: String) {
        self.notes.push(note);
    }

    /// What `column` measured in the row of this label, if it was asked.
    pub(crate) fn cell(&self, label: &str, column: &str) -> Option<f64> {
        let row = self.rows.iter().find(|row| row.label == label)?;
        row.cells.iter().find(|(name, _)| *name == column).map(|(_, value)| *value)
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "| | {} |", self.columns.join(" | "))?;
        writeln!(f, "|---|{}", "---:|".repeat(self.columns.len()))?;
        for row in &self.rows {
            write!(f, "| {} |", row.label)?;
            for column in &self.columns {
                match self.cell(row.label, column) {
                    Some(value) => write!(f, " {} |", Figures(value))?,
                    None => write!(f, " |")?,
                }
            }
            writeln!(f)?;
        }
        self.notes.iter().try_for_each(|note| writeln!(f, "\n{note}"))
    }
}

/// A number with about three figures.
#[derive(Debug)]
pub(crate) struct Figures(pub(crate) f64);

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let decimals = match self.0.abs() {
            size if size < 9.995 => 2,
            size if size < 99.95 => 1,
            _ => 0,
        };
        write!(f, "{:.decimals$}", self.0)
    }
}
