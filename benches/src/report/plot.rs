//! Plots as SVG: lines, for a number that grows with another, and bars, for one number of each subject.

use std::error::Error;
use std::path::Path;

use plotters::coord::Shift;
use plotters::coord::ranged1d::{AsRangedCoord, ValueFormatter};
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::table::Figures;
use crate::run::Medians;

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

/// One subject's points.
#[derive(Debug, Clone)]
pub struct Series {
    /// Its column.
    pub name: &'static str,
    /// Where it was, in the order of the first number.
    pub points: Vec<(f64, f64)>,
}

/// An axis and how its numbers are written.
#[derive(Debug, Clone, Copy)]
pub struct Axis {
    /// What it measures and in which unit.
    pub label: &'static str,
    /// A tick's text.
    pub tick: fn(&f64) -> String,
    /// How its steps grow.
    pub scale: Scale,
}

/// How the steps of an axis grow.
#[derive(Debug, Clone, Copy)]
pub enum Scale {
    /// By the same amount.
    Linear,
    /// By this factor.
    Logarithmic(f64),
}

/// The lines and both axes; upwards each step is a factor.
#[derive(Debug, Clone)]
pub struct Lines {
    /// To the right.
    pub x: Axis,
    /// Upwards.
    pub y: Axis,
    /// What is drawn.
    pub series: Vec<Series>,
}

impl Lines {
    /// One line a column, through `rows`, which say where to the right they are.
    pub fn through(rows: &[(f64, Medians)], x: Axis, y: Axis) -> Self {
        let mut series: Vec<Series> = Vec::new();
        for (at, cells) in rows {
            for (name, value) in cells {
                match series.iter_mut().find(|series| series.name == *name) {
                    Some(series) => series.points.push((*at, *value)),
                    None => series.push(Series { name, points: vec![(*at, *value)] }),
                }
            }
        }
        Self { x, y, series }
    }

    fn draw(&self, area: &DrawingArea<SVGBackend<'_>, Shift>) -> Drawn {
        let (plot, names) = area.split_horizontally(SIZE.0 as i32 - LEGEND);
        draw_names(&names, self.series.iter().map(|series| series.name))?;
        let (left, right) = self.bounds(|point| point.0);
        let (low, high) = self.bounds(|point| point.1);
        // A line along the border could not be seen.
        let upwards = (low / 1.3..high * 1.3).log_scale();
        match self.x.scale {
            Scale::Linear => self.draw_on(&plot, left..right, upwards),
            Scale::Logarithmic(factor) => self.draw_on(&plot, (left..right).log_scale().base(factor), upwards),
        }
    }

    fn draw_on<X, Y>(&self, area: &DrawingArea<SVGBackend<'_>, Shift>, x: X, y: Y) -> Drawn
    where
        X: AsRangedCoord<Value = f64, CoordDescType: ValueFormatter<f64>>,
        Y: AsRangedCoord<Value = f64, CoordDescType: ValueFormatter<f64>>,
    {
        let mut chart = ChartBuilder::on(area);
        chart.margin(12).x_label_area_size(44).y_label_area_size(70);
        let mut chart = chart.build_cartesian_2d(x, y)?;
        let mut mesh = chart.configure_mesh();
        mesh.light_line_style(WHITE).label_style(("sans-serif", 14)).axis_desc_style(("sans-serif", 15));
        mesh.x_desc(self.x.label).x_label_formatter(&self.x.tick);
        mesh.y_desc(self.y.label).y_label_formatter(&self.y.tick);
        mesh.draw()?;
        for Series { name, points } in &self.series {
            let style = colour(name).stroke_width(if ours(name) { 3 } else { 2 });
            chart.draw_series(LineSeries::new(points.iter().copied(), style))?;
            if points.len() < 20 {
                chart.draw_series(points.iter().map(|point| Circle::new(*point, 3, colour(name).filled())))?;
            }
        }
        Ok(())
    }

    fn bounds(&self, of: fn(&(f64, f64)) -> f64) -> (f64, f64) {
        let all = self.series.iter().flat_map(|series| &series.points).map(of);
        all.fold((f64::INFINITY, 0.0), |(low, high), value| (low.min(value), high.max(value)))
    }
}

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
    fn draw(&self, area: &DrawingArea<SVGBackend<'_>, Shift>) -> Drawn {
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

/// Pixels of the column of names beside the lines: inside the plot they would lie over them.
const LEGEND: i32 = 230;

/// One under the other.
fn draw_names<'names>(area: &DrawingArea<SVGBackend<'_>, Shift>, names: impl Iterator<Item = &'names str>) -> Drawn {
    for (line, name) in names.enumerate() {
        let top = 20 + 22 * line as i32;
        area.draw(&Rectangle::new([(10, top), (26, top + 10)], colour(name).filled()))?;
        area.draw(&Text::new(name.to_owned(), (34, top - 2), ("sans-serif", 15)))?;
    }
    Ok(())
}
