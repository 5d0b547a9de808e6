//! Plots as SVG.

mod bars;
mod legend;
mod lines;

use std::error::Error;
use std::path::Path;

use plotters::prelude::*;

pub use bars::Bars;
pub use lines::{Axis, Lines, Scale, Series};

/// Pixels of a plot, its legend included.
const SIZE: (u32, u32) = (960, 480);

/// What goes wrong in drawing.
type Drawn = Result<(), Box<dyn Error>>;

/// A plot and the file that it goes to.
#[derive(Debug, Clone)]
pub struct Plot {
    /// Its name, without a folder.
    pub file: &'static str,
    /// What it says above.
    pub title: &'static str,
    /// What is drawn.
    pub kind: Kind,
}

/// What is drawn.
#[derive(Debug, Clone)]
pub enum Kind {
    /// A number that grows with another, for several subjects.
    Lines(Lines),
    /// One number for each subject, in groups.
    Bars(Bars),
}

impl Plot {
    /// Writes the SVG into `folder`.
    pub fn draw(&self, folder: &Path) -> Drawn {
        let path = folder.join(self.file);
        let area = SVGBackend::new(&path, SIZE).into_drawing_area();
        area.fill(&WHITE)?;
        let area = area.titled(self.title, ("sans-serif", 20))?;
        match &self.kind {
            Kind::Lines(lines) => lines.draw(&area)?,
            Kind::Bars(bars) => bars.draw(&area)?,
        }
        Ok(area.present()?)
    }
}

/// The colour of a series: ours are strong, the peers' are those of a palette. By name, so that a subject looks the same in
/// every plot.
fn colour(name: &str) -> RGBColor {
    const NAMED: [(&str, RGBColor); 24] = [
        ("in-object by reference", RGBColor(0, 90, 50)),
        ("in-object by clone", RGBColor(65, 171, 93)),
        ("Anchored by reference", RGBColor(0, 130, 100)),
        ("Arc local by clone", RGBColor(120, 100, 180)),
        ("Arc by reference", RGBColor(8, 69, 148)),
        ("Arc by clone", RGBColor(66, 146, 198)),
        ("Rc by reference", RGBColor(84, 39, 143)),
        ("Rc by clone", RGBColor(158, 154, 200)),
        ("field", RGBColor(90, 90, 90)),
        ("bare", RGBColor(150, 150, 150)),
        ("Box", RGBColor(190, 190, 190)),
        ("HashMap", RGBColor(140, 86, 75)),
        ("cached", RGBColor(214, 39, 40)),
        ("concurrent_cached", RGBColor(255, 152, 150)),
        ("cached, deep", RGBColor(165, 15, 21)),
        ("cached, deep, unbounded", RGBColor(80, 0, 10)),
        ("memoize, deep, unbounded", RGBColor(122, 1, 119)),
        ("memoize", RGBColor(227, 119, 194)),
        ("memoize, deep", RGBColor(174, 1, 126)),
        ("moka", RGBColor(255, 127, 14)),
        ("quick_cache", RGBColor(188, 189, 34)),
        ("dashmap", RGBColor(23, 190, 207)),
        ("weak-table", RGBColor(127, 127, 60)),
        ("papaya", RGBColor(247, 182, 210)),
    ];
    let found = NAMED.iter().filter(|(known, _)| name.starts_with(known)).max_by_key(|(known, _)| known.len());
    found.map_or(RGBColor(127, 127, 127), |(_, colour)| *colour)
}

/// Whether a series is one of ours, which are drawn stronger.
fn ours(name: &str) -> bool {
    ["in-object", "Anchored", "Arc ", "Rc ", "memo-core"].iter().any(|own| name.starts_with(own))
}
