//! An hour of a service in some seconds, twice: with a cache that owns its keys, and with
//! `#[weak_memo]`. One picture shows the heap of both.
//!
//! Eight documents are opened each second. Each stays open for about a minute, and meanwhile its
//! outline is requested again and again. Both caches give the same results, and compute each outline
//! once. But the first one's map keeps the documents alive, as their only owner: nobody has told it
//! that they were closed.
//!
//! ```text
//! cargo run --release --example weak_vs_strong              # writes docs/plots/weak-vs-strong.svg
//! cargo run --release --example weak_vs_strong -- --quick   # six minutes, and writes nothing
//! ```

use memo_core::weak_memo;
use peak_alloc::PeakAlloc;
use plotters::prelude::*;
use std::collections::HashMap;
use std::error::Error;
use std::fmt::Write;
use std::sync::{Arc, LazyLock, Mutex};

#[global_allocator]
static HEAP: PeakAlloc = PeakAlloc;

const PLOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/plots/weak-vs-strong.svg");
const HOUR: u32 = 3_600;
const OPENED_EACH_SECOND: usize = 8;

#[derive(PartialEq, Eq, Hash)]
struct Document {
    text: String,
}

type Outline = Arc<Vec<String>>;

fn outline_of(document: &Document) -> Outline {
    Arc::new(document.text.lines().filter(|line| line.starts_with('#')).map(str::to_owned).collect())
}

/// The strong way, as hand-written caches and many attributes do it. (Keyed by a number instead of
/// the document, it would keep only the outlines, and grow all the same.)
fn strong(document: &Arc<Document>) -> Outline {
    static OUTLINES: LazyLock<Mutex<HashMap<Arc<Document>, Outline>>> = LazyLock::new(Mutex::default);
    let mut outlines = OUTLINES.lock().expect("no holder panics");
    Arc::clone(outlines.entry(Arc::clone(document)).or_insert_with(|| outline_of(document)))
}

/// The weak way.
#[weak_memo]
fn weak(document: &Arc<Document>) -> Outline {
    outline_of(document)
}

/// About 4 KiB, a quarter of it headings.
fn open(number: u32) -> Arc<Document> {
    let mut text = String::new();
    for section in 0..16 {
        let _ = write!(text, "# {section} of {number}: {:-<48}\n{:.<190}\n", "", "");
    }
    Arc::new(Document { text })
}

/// The growth of the heap, second by second, in MiB.
fn serve(seconds: u32, outline: fn(&Arc<Document>) -> Outline) -> Vec<f64> {
    let mut rng = fastrand::Rng::with_seed(7);
    let mut all_open: Vec<(Arc<Document>, u32)> = Vec::with_capacity(2_000);
    let mut heap = Vec::with_capacity(seconds as usize);
    let before = HEAP.current_usage();
    for second in 0..seconds {
        all_open.retain(|(_, until)| *until > second);
        for number in 0..OPENED_EACH_SECOND as u32 {
            all_open.push((open(second * 100 + number), second + rng.u32(1..120)));
        }
        for (document, _) in all_open.iter().filter(|_| rng.u8(..3) == 0) {
            assert_eq!(outline(document).len(), 16);
        }
        heap.push((HEAP.current_usage() - before) as f64 / f64::from(1 << 20));
    }
    heap
}

fn draw(svg: &mut String, strong: &[f64], weak: &[f64]) -> Result<(), Box<dyn Error>> {
    const STRONG: RGBColor = RGBColor(200, 88, 20);
    const WEAK: RGBColor = RGBColor(0, 88, 170);
    const GRID: RGBColor = RGBColor(222, 222, 222);
    const AXIS: RGBColor = RGBColor(80, 80, 80);
    let minutes = strong.len() as f64 / 60.0;
    let top = strong.iter().copied().fold(0.0, f64::max);

    let area = SVGBackend::with_string(svg, (960, 480)).into_drawing_area();
    area.fill(&WHITE)?;
    let title = "A map that owns its keys grows by the hour, and the attribute does not";
    area.draw(&Text::new(title, (20, 14), ("sans-serif", 20)))?;
    let about = "the heap of a service: 8 documents opened a second, each for about a minute, 480 open at a time";
    area.draw(&Text::new(about, (20, 44), ("sans-serif", 14).into_font().color(&AXIS)))?;
    let mut chart = ChartBuilder::on(&area);
    chart.margin_top(76).margin_right(220).margin_bottom(8).margin_left(14);
    let mut chart =
        chart.x_label_area_size(46).y_label_area_size(66).build_cartesian_2d(0.0..minutes, 0.0..top * 1.1)?;
    let mut mesh = chart.configure_mesh();
    mesh.light_line_style(WHITE).bold_line_style(GRID).axis_style(AXIS);
    mesh.label_style(("sans-serif", 14).into_font().color(&AXIS));
    mesh.axis_desc_style(("sans-serif", 14).into_font().color(&AXIS));
    mesh.x_desc("minutes of service").x_labels(7).x_label_formatter(&|minute| format!("{minute:.0}"));
    mesh.y_desc("MiB on the heap").y_label_formatter(&|mib| format!("{mib:.0}"));
    mesh.draw()?;

    for (name, colour, heap) in [("HashMap", STRONG, strong), ("#[weak_memo]", WEAK, weak)] {
        let points = heap.iter().enumerate().step_by(5).map(|(second, mib)| (second as f64 / 60.0, *mib));
        chart.draw_series(LineSeries::new(points, colour.stroke_width(3)))?;
        let end = heap[heap.len() - 1];
        let (x, y) = chart.plotting_area().map_coordinate(&(minutes, end));
        let style = ("sans-serif", 14).into_font().color(&colour);
        area.draw(&Text::new(format!("{name}: {end:.1} MiB"), (x + 10, y - 8), style))?;
    }
    area.present()?;
    Ok(())
}

fn main() -> Result<(), Box<dyn Error>> {
    let quick = std::env::args().any(|argument| argument == "--quick");
    let seconds = if quick { HOUR / 10 } else { HOUR };
    let (strong, weak) = (serve(seconds, strong), serve(seconds, weak));

    println!("{:>8}{:>14}{:>14}", "minute", "strong, MiB", "weak, MiB");
    for second in (0..=10).map(|tenth| (tenth * seconds / 10).min(seconds - 1) as usize) {
        println!("{:>8.0}{:>14.1}{:>14.1}", second as f64 / 60.0, strong[second], weak[second]);
    }
    let stats = weak_memo().stats();
    println!("\n{stats}");
    // Once for each document that was asked about, and nearly all are.
    let opened = u64::from(seconds) * OPENED_EACH_SECOND as u64;
    assert!(stats.computes == stats.misses && stats.computes <= opened && stats.computes > opened * 9 / 10);

    // Flat: it has its final height from the third minute on, when as many are closed as are opened.
    let peak = |heap: &[f64]| heap.iter().copied().fold(0.0, f64::max);
    assert!(peak(&weak) < 1.25 * peak(&weak[120..300]), "{} MiB", peak(&weak));
    assert!(strong[strong.len() - 1] > 3.0 * weak[weak.len() - 1]);

    let mut svg = String::new();
    draw(&mut svg, &strong, &weak)?;
    if !quick {
        std::fs::write(PLOT, svg)?;
    }
    Ok(())
}
