//! Plots as SVG: lines, for a number that grows with another, and dots, for one number of each subject.
//!
//! The title says what to see. Ours are in one colour, the others in a second, and what nothing can be faster than is grey; on a logarithmic
//! axis there are no bars, since their lengths would say nothing.

mod canvas;
mod dots;
mod lines;

pub use dots::{Dots, Row};
pub use lines::{Axis, Lines, Scale, Series};

use std::error::Error;
use std::path::Path;

use plotters::prelude::*;

/// A plot and the file that it goes to.
#[derive(Debug, Clone)]
pub struct Plot {
    /// Its name, without a folder.
    pub file: &'static str,
    /// What there is to see.
    pub title: &'static str,
    /// What is measured, and in which unit.
    pub about: &'static str,
    /// What is drawn.
    pub kind: Kind,
}

/// What is drawn.
#[derive(Debug, Clone)]
pub enum Kind {
    /// A number that grows with another, for several subjects.
    Lines(Lines),
    /// One number for each subject, or two.
    Dots(Dots),
}

impl Plot {
    /// Writes the SVG into `folder`.
    pub fn draw(&self, folder: &Path) -> Result<(), Box<dyn Error>> {
        let path = folder.join(self.file);
        let area = SVGBackend::new(&path, canvas::SIZE).into_drawing_area();
        match &self.kind {
            Kind::Lines(lines) => {
                canvas::heading(&area, self.title, self.about, &lines.names())?;
                lines.draw(&area)?;
            }
            Kind::Dots(dots) => {
                canvas::heading(&area, self.title, self.about, &dots.names())?;
                dots.draw(&area)?;
            }
        }
        Ok(area.present()?)
    }
}
