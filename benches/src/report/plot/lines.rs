//! A number that grows with another: a line for each subject, with its name at its end.

use plotters::coord::ranged1d::{AsRangedCoord, ValueFormatter};
use plotters::prelude::*;
use plotters::style::text_anchor::HPos;

use super::canvas::{AXIS, Area, Drawn, GRID, SIZE, TOP, colour, is_ours, write};
use crate::run::Medians;

/// One subject's points.
#[derive(Debug, Clone)]
pub struct Series {
    /// Its column.
    pub name: &'static str,
    /// What is written at its end.
    pub label: String,
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
    /// By the same amount; upwards, from nothing.
    Linear,
    /// By this factor.
    Logarithmic(f64),
}

/// The lines and both axes.
#[derive(Debug, Clone)]
pub struct Lines {
    /// To the right.
    pub x: Axis,
    /// Upwards.
    pub y: Axis,
    /// What is drawn; the later over the earlier.
    pub series: Vec<Series>,
}

/// Pixels of the names at the ends, from one name to the next, and between lines that are seen as one.
const NAMES: u32 = 250;
const NAME: i32 = 17;
const AS_ONE: i32 = 1;

impl Lines {
    /// One line a column, through `rows`, which say where to the right they are.
    pub fn through(rows: &[(f64, Medians)], x: Axis, y: Axis) -> Self {
        let mut series: Vec<Series> = Vec::new();
        for (at, cells) in rows {
            for (name, value) in cells {
                match series.iter_mut().find(|series| series.name == *name) {
                    Some(series) => series.points.push((*at, *value)),
                    None => series.push(Series { name, label: (*name).into(), points: vec![(*at, *value)] }),
                }
            }
        }
        Self { x, y, series }
    }

    pub(super) fn names(&self) -> Vec<&'static str> {
        self.series.iter().map(|series| series.name).collect()
    }

    pub(super) fn draw(&self, area: &Area<'_>) -> Drawn {
        let (left, right) = self.bounds(|point| point.0);
        let (low, high) = self.bounds(|point| point.1);
        // A line along the border could not be seen.
        let logarithmic = |factor| (low / 1.3..high * 1.3).log_scale().base(factor);
        let far = |factor| (left..right).log_scale().base(factor);
        match (self.x.scale, self.y.scale) {
            (Scale::Linear, Scale::Linear) => self.draw_on(area, left..right, 0.0..high * 1.05),
            (Scale::Linear, Scale::Logarithmic(up)) => self.draw_on(area, left..right, logarithmic(up)),
            (Scale::Logarithmic(by), Scale::Linear) => self.draw_on(area, far(by), 0.0..high * 1.05),
            (Scale::Logarithmic(by), Scale::Logarithmic(up)) => self.draw_on(area, far(by), logarithmic(up)),
        }
    }

    fn draw_on<X, Y>(&self, area: &Area<'_>, x: X, y: Y) -> Drawn
    where
        X: AsRangedCoord<Value = f64, CoordDescType: ValueFormatter<f64>>,
        Y: AsRangedCoord<Value = f64, CoordDescType: ValueFormatter<f64>>,
    {
        let mut chart = ChartBuilder::on(area);
        chart
            .margin_top(TOP)
            .margin_right(NAMES)
            .margin_bottom(8)
            .margin_left(14)
            .x_label_area_size(46)
            .y_label_area_size(80);
        let mut chart = chart.build_cartesian_2d(x, y)?;
        let mut mesh = chart.configure_mesh();
        mesh.light_line_style(WHITE).bold_line_style(GRID).axis_style(AXIS);
        mesh.label_style(("sans-serif", 14).into_font().color(&AXIS));
        mesh.axis_desc_style(("sans-serif", 14).into_font().color(&AXIS));
        mesh.x_desc(self.x.label).x_label_formatter(&self.x.tick).x_labels(6);
        mesh.y_desc(self.y.label).y_label_formatter(&self.y.tick).y_labels(8);
        mesh.draw()?;
        for Series { name, points, .. } in &self.series {
            let style = colour(name).stroke_width(if is_ours(name) { 3 } else { 2 });
            chart.draw_series(LineSeries::new(points.iter().copied(), style))?;
            if points.len() < 20 {
                chart.draw_series(points.iter().map(|point| Circle::new(*point, 3, colour(name).filled())))?;
            }
        }
        let pixels = |series: &Series| -> Vec<(i32, i32)> {
            series.points.iter().map(|point| chart.plotting_area().map_coordinate(point)).collect()
        };
        let drawn: Vec<_> = self.series.iter().map(|series| (series, pixels(series))).collect();
        name_ends(area, &names(&drawn))
    }

    fn bounds(&self, of: fn(&(f64, f64)) -> f64) -> (f64, f64) {
        let all = self.series.iter().flat_map(|series| &series.points).map(of);
        all.fold((f64::INFINITY, 0.0), |(low, high), value| (low.min(value), high.max(value)))
    }
}

/// What is written at an end.
struct Name {
    text: String,
    colour: RGBColor,
    end: (i32, i32),
}

/// From above to below. A line that ends in the place of another of its colour stands under it, and says so.
fn names(drawn: &[(&Series, Vec<(i32, i32)>)]) -> Vec<Name> {
    let is_near = |one: (i32, i32), other: (i32, i32)| one.0 == other.0 && (one.1 - other.1).abs() <= AS_ONE;
    let name = |at: usize| {
        let (series, pixels) = &drawn[at];
        let (colour, end) = (colour(series.name), *pixels.last().expect("a line has points"));
        let met = drawn[..at].iter().map(|(_, others)| others).find(|others| {
            let other = *others.last().expect("a line has points");
            is_near(other, end)
        });
        let Some(others) = met else { return Name { text: series.label.clone(), colour, end } };
        let is_one = others.iter().zip(pixels).all(|(one, other)| is_near(*one, *other));
        let text = format!("{} ({})", series.label, if is_one { "one line" } else { "they meet" });
        Name { text, colour, end: *others.last().expect("a line has points") }
    };
    let mut names: Vec<_> = (0..drawn.len()).map(name).collect();
    names.sort_by_key(|name| name.end.1);
    names
}

/// Beside the ends, apart from each other; a thin line leads to what had to move.
fn name_ends(area: &Area<'_>, names: &[Name]) -> Drawn {
    // Between the heading and what is written below.
    let (highest, lowest) = (TOP - 8, SIZE.1 as i32 - 56);
    let mut heights: Vec<i32> = names.iter().map(|name| name.end.1.min(lowest)).collect();
    // Each pass moves both of a pair by half of what they lack.
    for _ in 0..500 {
        for at in 1..heights.len() {
            let lacking = NAME - (heights[at] - heights[at - 1]);
            if lacking > 0 {
                heights[at - 1] = (heights[at - 1] - (lacking + 1) / 2).max(highest);
                heights[at] = (heights[at] + lacking / 2).min(lowest);
            }
        }
    }
    let right = (SIZE.0 - NAMES) as i32;
    for (name, height) in names.iter().zip(heights) {
        let lead = [(name.end.0 + 5, name.end.1), (right + 18, height)];
        area.draw(&PathElement::new(lead, name.colour.mix(0.4).stroke_width(1)))?;
        write(area, &name.text, (right + 22, height), HPos::Left, name.colour)?;
    }
    Ok(())
}
