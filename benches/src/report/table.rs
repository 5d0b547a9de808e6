//! A Markdown table.

use std::fmt;

use crate::run::Medians;

/// Rows of measurements; the first row names the columns in their order.
#[derive(Debug, Clone, Default)]
pub struct Table {
    columns: Vec<&'static str>,
    rows: Vec<Row>,
    notes: Vec<String>,
}

#[derive(Debug, Clone)]
struct Row {
    label: String,
    cells: Medians,
}

impl Table {
    /// A row.
    pub fn add(&mut self, label: impl Into<String>, cells: Medians) {
        for (column, _) in &cells {
            if !self.columns.contains(column) {
                self.columns.push(column);
            }
        }
        self.rows.push(Row { label: label.into(), cells });
    }

    /// The rows and sentences of `other` after these.
    pub fn append(&mut self, other: Self) {
        for row in other.rows {
            self.add(row.label, row.cells);
        }
        self.notes.extend(other.notes);
    }

    /// The columns from left to right.
    pub fn columns(&self) -> &[&'static str] {
        &self.columns
    }

    /// A sentence under the table.
    pub fn note(&mut self, note: String) {
        self.notes.push(note);
    }

    /// What `column` measured in the row of this label, if it was asked.
    pub fn cell(&self, label: &str, column: &str) -> Option<f64> {
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
                match self.cell(&row.label, column) {
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
pub struct Figures(pub f64);

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_infinite() {
            return write!(f, "not seen");
        }
        let decimals = match self.0.abs() {
            size if size < 9.995 => 2,
            size if size < 99.95 => 1,
            _ => 0,
        };
        write!(f, "{:.decimals$}", self.0)
    }
}
