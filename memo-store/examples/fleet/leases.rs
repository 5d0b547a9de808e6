//! The picture of what each process held over time.

use std::error::Error;
use std::path::Path;
use std::time::Duration;

use plotters::prelude::*;

use crate::worker::Held;

pub(crate) struct Leases {
    held: Vec<(&'static str, Held)>,
    lease: Duration,
    grace: Duration,
}

impl Leases {
    pub(crate) fn new(held: Vec<(&'static str, Held)>, lease: Duration, grace: Duration) -> Self {
        Self { held, lease, grace }
    }

    pub(crate) fn draw(&self, path: &Path) -> Result<(), Box<dyn Error>> {
        let all = || self.held.iter().flat_map(|(_, held)| held);
        let end = all().map(|(when, _)| when.as_secs_f64()).fold(1.0, f64::max);
        let most = all().map(|(_, held)| *held).max().unwrap_or(1) as f64;
        let area = SVGBackend::new(path, (900, 420)).into_drawing_area();
        area.fill(&WHITE)?;
        let caption = format!("Results held for living objects (lease {:?}, grace {:?})", self.lease, self.grace);
        let mut chart = ChartBuilder::on(&area)
            .caption(caption, ("sans-serif", 18))
            .margin(12)
            .x_label_area_size(36)
            .y_label_area_size(56)
            .build_cartesian_2d(0.0..end, 0.0..most * 1.1)?;
        chart.configure_mesh().x_desc("seconds").y_desc("results").light_line_style(WHITE).draw()?;
        for (number, (name, held)) in self.held.iter().enumerate() {
            let colour = Palette99::pick(number).to_rgba();
            let line = held.iter().map(|(when, held)| (when.as_secs_f64(), *held as f64));
            chart
                .draw_series(LineSeries::new(line, colour.stroke_width(2)))?
                .label(*name)
                .legend(move |(x, y)| PathElement::new([(x, y), (x + 16, y)], colour.stroke_width(2)));
        }
        chart.configure_series_labels().background_style(WHITE).border_style(BLACK.mix(0.2)).draw()?;
        area.present()?;
        Ok(())
    }
}
