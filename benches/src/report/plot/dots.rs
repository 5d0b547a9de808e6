//! One number for each subject: a dot on a logarithmic axis, with the number beside it.

use plotters::prelude::*;
use plotters::style::text_anchor::HPos;

use super::canvas::{AXIS, Area, Drawn, GRID, SIZE, TOP, colour, write, write_over};
use crate::report::Figures;
use crate::run::Medians;

/// A line of the plot.
#[derive(Debug, Clone, Copy)]
pub struct Row {
    /// The subject, as it is written.
    pub name: &'static str,
    /// The columns of its dots: the first is filled, the second a ring.
    pub columns: &'static [&'static str],
    /// How it differs in kind from the others, or nothing.
    pub note: &'static str,
}

/// The rows from above to below.
#[derive(Debug, Clone)]
pub struct Dots {
    /// The rows, and where their numbers are.
    pub rows: &'static [Row],
    /// The number of each column.
    pub cells: Medians,
    /// What the axis measures.
    pub label: &'static str,
}

/// Pixels of the names, of what is right of the axis, and below the last row.
const NAMES: i32 = 190;
const RIGHT: i32 = 150;
const BELOW: i32 = 52;

impl Dots {
    pub(super) fn names(&self) -> Vec<&'static str> {
        self.rows.iter().map(|row| row.columns[0]).collect()
    }

    pub(super) fn draw(&self, area: &Area<'_>) -> Drawn {
        let (low, high) = self.bounds();
        let (width, bottom) = (SIZE.0 as i32 - NAMES - RIGHT, SIZE.1 as i32 - BELOW);
        let at = |value: f64| NAMES + ((value / low).ln() / (high / low).ln() * f64::from(width)) as i32;
        for tick in ticks(low, high) {
            area.draw(&PathElement::new([(at(tick), TOP), (at(tick), bottom)], GRID.stroke_width(1)))?;
            write(area, &tick.to_string(), (at(tick), bottom + 14), HPos::Center, AXIS)?;
        }
        write(area, self.label, (NAMES + width / 2, bottom + 36), HPos::Center, AXIS)?;
        let step = (bottom - TOP) / self.rows.len().max(1) as i32;
        for (line, row) in self.rows.iter().enumerate() {
            let middle = TOP + step / 2 + step * line as i32;
            let colour = colour(row.columns[0]);
            write(area, row.name, (NAMES - 14, middle), HPos::Right, colour)?;
            let values: Vec<f64> = row.columns.iter().filter_map(|column| self.cell(column)).collect();
            for (number, value) in values.iter().enumerate() {
                let style = if number == 0 { colour.filled() } else { colour.stroke_width(2) };
                area.draw(&Circle::new((at(*value), middle), 5, style))?;
            }
            let numbers = values.iter().map(|value| Figures(*value).to_string()).collect::<Vec<_>>().join(" / ");
            let end = values.iter().copied().fold(low, f64::max);
            let text = if row.note.is_empty() { numbers } else { format!("{numbers}: {}", row.note) };
            write_over(area, &text, (at(end) + 12, middle), colour)?;
        }
        Ok(())
    }

    fn cell(&self, column: &str) -> Option<f64> {
        self.cells.iter().find(|(name, _)| *name == column).map(|(_, value)| *value)
    }

    /// Round numbers below the least and above the most.
    fn bounds(&self) -> (f64, f64) {
        let shown = self.rows.iter().flat_map(|row| row.columns).filter_map(|column| self.cell(column));
        let (low, high) =
            shown.fold((f64::INFINITY, 0.0), |(low, high), value| (f64::min(low, value), f64::max(high, value)));
        let round = |value: f64, up: bool| {
            let power = 10f64.powf(value.log10().floor());
            let steps = [1.0, 2.0, 5.0, 10.0].map(|step| step * power);
            let found = if up {
                steps.iter().find(|step| **step >= value)
            } else {
                steps.iter().rev().find(|step| **step <= value)
            };
            found.copied().unwrap_or(power)
        };
        (round(low, false), round(high, true))
    }
}

/// 1, 2, 5, 10 and so on.
fn ticks(low: f64, high: f64) -> Vec<f64> {
    let powers = (low.log10().floor() as i32)..=(high.log10().ceil() as i32);
    let all = powers.flat_map(|power| [1, 2, 5].map(|step| f64::from(step) * 10f64.powi(power)));
    all.filter(|tick| (low * 0.99..high * 1.01).contains(tick)).map(|tick| (tick * 100.0).round() / 100.0).collect()
}
