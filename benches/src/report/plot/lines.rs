//! Lines: a number that grows with another.

use plotters::coord::Shift;
use plotters::coord::ranged1d::{AsRangedCoord, ValueFormatter};
use plotters::prelude::*;

use super::{Drawn, SIZE, colour, legend, ours};
use crate::run::Medians;

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

    pub(super) fn draw(&self, area: &DrawingArea<SVGBackend<'_>, Shift>) -> Drawn {
        let (plot, names) = area.split_horizontally(SIZE.0 as i32 - legend::WIDTH);
        legend::draw(&names, self.series.iter().map(|series| series.name))?;
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
