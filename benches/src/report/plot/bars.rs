//! Bars: one number for each subject, in groups that are compared.

use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::{Drawn, SIZE, colour};
use crate::report::table::Figures;
use crate::run::Medians;

/// Groups side by side, each from the smallest number down; lengths are logarithms, since they go from one to hundreds.
#[derive(Debug, Clone)]
pub struct Bars {
    /// What is measured and in which unit.
    pub unit: &'static str,
    /// What each group is, and its numbers.
    pub groups: Vec<(&'static str, Medians)>,
}

/// Pixels: of the names, above the first bar, and of the number behind a bar.
const NAMES: i32 = 150;
const TOP: i32 = 46;
const NUMBER: i32 = 54;

impl Bars {
    pub(super) fn draw(&self, area: &DrawingArea<SVGBackend<'_>, Shift>) -> Drawn {
        let numbers = || self.groups.iter().flat_map(|(_, cells)| cells).map(|(_, value)| *value);
        let (low, high) = (numbers().fold(f64::INFINITY, f64::min) / 2.0, numbers().fold(0.0, f64::max));
        let width = SIZE.0 as i32 / self.groups.len().max(1) as i32;
        for ((title, cells), part) in self.groups.iter().zip(area.split_evenly((1, self.groups.len()))) {
            let heading = format!("{title}, {} (logarithmic)", self.unit);
            part.draw(&Text::new(heading, (20, 12), ("sans-serif", 16)))?;
            let mut cells = cells.clone();
            cells.sort_by(|(_, one), (_, other)| one.total_cmp(other));
            let step = (SIZE.1 as i32 - 40 - TOP) / cells.len().max(1) as i32;
            for (line, (name, value)) in cells.iter().enumerate() {
                let length = (value / low).ln() / (high / low).ln() * f64::from(width - NAMES - NUMBER - 20);
                let top = TOP + step * line as i32;
                draw_bar(&part, (name, *value), top, (step * 3 / 4, length as i32))?;
            }
        }
        Ok(())
    }
}

fn draw_bar(
    area: &DrawingArea<SVGBackend<'_>, Shift>,
    (name, value): (&str, f64),
    top: i32,
    (thickness, length): (i32, i32),
) -> Drawn {
    let middle = top + thickness / 2;
    let text = |position| TextStyle::from(("sans-serif", 13).into_font()).pos(Pos::new(position, VPos::Center));
    area.draw(&Text::new(name.to_owned(), (NAMES - 6, middle), text(HPos::Right)))?;
    let corners = [(NAMES, top), (NAMES + length, top + thickness)];
    area.draw(&Rectangle::new(corners, colour(name).filled()))?;
    let number = Figures(value).to_string();
    area.draw(&Text::new(number, (NAMES + length + 5, middle), text(HPos::Left)))?;
    Ok(())
}
