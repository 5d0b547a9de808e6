//! Curves over the session, for a terminal.

const WIDTH: u32 = 64;
const HEIGHT: u32 = 14;
const OFFSET: u32 = 9;

/// One curve, and what stands at its end.
pub(crate) struct Curve {
    pub(crate) label: String,
    pub(crate) values: Vec<f64>,
}

/// All curves over one linear axis that begins at 0.
pub(crate) fn draw(title: &str, curves: &[Curve]) {
    let top = curves.iter().flat_map(|curve| &curve.values).copied().fold(0.0, f64::max);
    let axis = vec![0.0; curves[0].values.len()];
    let all = std::iter::once(axis).chain(curves.iter().map(|curve| curve.values.clone())).collect();
    let config = rasciigraph::Config::default().with_width(WIDTH).with_height(HEIGHT).with_offset(OFFSET);
    let plot = rasciigraph::plot_many(all, config);

    println!("\n{title}");
    for (line, row) in plot.lines().zip((0..=HEIGHT).rev()) {
        println!("{}", format!("{:2$} {}", line, labels(curves, top, row), (WIDTH + OFFSET) as usize).trim_end());
    }
}

/// Of the curves that end in this row, counted from the axis.
fn labels(curves: &[Curve], top: f64, row: u32) -> String {
    let ends_here = |curve: &&Curve| {
        let last = curve.values.last().copied().unwrap_or_default();
        (last / top * f64::from(HEIGHT)).round() == f64::from(row)
    };
    curves.iter().filter(ends_here).map(|curve| curve.label.as_str()).collect::<Vec<_>>().join(", ")
}
