//! What all plots share: their size, their colours, their texts.

use std::error::Error;

use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

/// Pixels of a plot.
pub(super) const SIZE: (u32, u32) = (960, 480);
/// Pixels above what is drawn, for the heading.
pub(super) const TOP: i32 = 76;
/// Lines between the ticks, and the texts beside an axis.
pub(super) const GRID: RGBColor = RGBColor(222, 222, 222);
pub(super) const AXIS: RGBColor = RGBColor(80, 80, 80);

const OURS: RGBColor = RGBColor(0, 88, 170);
const OTHERS: RGBColor = RGBColor(200, 88, 20);
const FLOOR: RGBColor = RGBColor(125, 125, 125);

pub(super) type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;
/// Or what goes wrong in drawing.
pub(super) type Drawn = Result<(), Box<dyn Error>>;

/// Whether a subject is one of ours.
pub(super) fn is_ours(name: &str) -> bool {
    ["in-object", "Anchored", "Arc ", "Rc ", "memo-core", "memo-store"].iter().any(|own| name.starts_with(own))
}

/// What nothing that remembers can be faster or smaller than.
fn is_floor(name: &str) -> bool {
    ["field", "bare", "Box"].iter().any(|own| name.starts_with(own))
}

pub(super) fn colour(name: &str) -> RGBColor {
    match name {
        ours if is_ours(ours) => OURS,
        floor if is_floor(floor) => FLOOR,
        _ => OTHERS,
    }
}

/// A text whose middle is at this height, and which begins or ends there.
pub(super) fn write(area: &Area<'_>, text: &str, at: (i32, i32), from: HPos, colour: RGBColor) -> Drawn {
    write_sized(area, text, at, from, (colour, 14))
}

fn write_sized(area: &Area<'_>, text: &str, at: (i32, i32), from: HPos, (colour, size): (RGBColor, i32)) -> Drawn {
    let style = TextStyle::from(("sans-serif", size).into_font()).color(&colour).pos(Pos::new(from, VPos::Center));
    Ok(area.draw(&Text::new(text.to_owned(), at, style))?)
}

/// The white ground, the title, what is measured, and whose colour is which of those that `names` have, if they have several.
pub(super) fn heading(area: &Area<'_>, title: &str, about: &str, names: &[&str]) -> Drawn {
    area.fill(&WHITE)?;
    write_sized(area, title, (20, 24), HPos::Left, (BLACK, 20))?;
    write(area, about, (20, 50), HPos::Left, AXIS)?;
    if names.windows(2).all(|pair| colour(pair[0]) == colour(pair[1])) {
        return Ok(());
    }
    let mut right = SIZE.0 as i32 - 20;
    for (text, own, width) in [("the floor", FLOOR, 70), ("others", OTHERS, 58), ("memo-core", OURS, 0)] {
        if names.iter().any(|name| colour(name) == own) {
            write(area, text, (right, 50), HPos::Right, own)?;
            right -= width;
        }
    }
    Ok(())
}

/// The same text on a white ground, so that no grid runs through it.
pub(super) fn write_over(area: &Area<'_>, text: &str, at: (i32, i32), colour: RGBColor) -> Drawn {
    // A letter is about so wide.
    let width = text.chars().count() as i32 * 6;
    area.draw(&Rectangle::new([(at.0 - 2, at.1 - 9), (at.0 + width, at.1 + 8)], WHITE.filled()))?;
    write(area, text, at, HPos::Left, colour)
}
