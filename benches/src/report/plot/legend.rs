//! The names of the series, beside the plot: inside it they would lie over the lines.

use plotters::coord::Shift;
use plotters::prelude::*;

use super::{Drawn, colour};

/// Pixels of its column.
pub(super) const WIDTH: i32 = 230;

/// Draws `names`, one under the other.
pub(super) fn draw<'names>(
    area: &DrawingArea<SVGBackend<'_>, Shift>,
    names: impl Iterator<Item = &'names str>,
) -> Drawn {
    for (line, name) in names.enumerate() {
        let top = 20 + 22 * line as i32;
        area.draw(&Rectangle::new([(10, top), (26, top + 10)], colour(name).filled()))?;
        area.draw(&Text::new(name.to_owned(), (34, top - 2), ("sans-serif", 15)))?;
    }
    Ok(())
}
