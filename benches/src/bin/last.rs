//! The layout of lines of text for the width of a window: by hand, in a field; with `last`; and remembered for each width. Half a minute.
//!
//! With `--record` what is printed goes to `benches/results/last.md` as well, from which the pages have their figures.

use std::error::Error;
use std::fmt::Write as _;
use std::hint::black_box;
use std::time::{Duration, Instant};

use memo_benches::report::record;
use memo_benches::run::median;
use memo_benches::{heap, machine};
use memo_core::{Anchor, HasAnchor, weak_memo};

#[global_allocator]
static COUNTING: heap::Counting = heap::Counting;

const ROUND: Duration = Duration::from_millis(100);
const ROUNDS: usize = 21;
const LINES: u64 = 1000;
/// As a window is made narrower and wider again.
const WIDTHS: [u32; 8] = [80, 72, 64, 56, 48, 56, 64, 72];

/// A line of words, for each way.
trait Line {
    const NAME: &'static str;
    fn new(words: Vec<u32>) -> Self;
    /// How many words each row has.
    fn rows(&mut self, width: u32) -> &[u32];
}

fn words(line: u64) -> Vec<u32> {
    (0..64).map(|word| 1 + (line * 31 + word * 17) as u32 % 11).collect()
}

/// Greedily, into rows that are there.
fn lay_out(words: &[u32], width: u32, mut rows: Vec<u32>) -> Vec<u32> {
    rows.clear();
    let mut used = 0;
    for word in words {
        if rows.is_empty() || used + word > width {
            rows.push(0);
            used = 0;
        }
        used += word + 1;
        *rows.last_mut().expect("just made") += 1;
    }
    rows
}

struct ByHand {
    words: Vec<u32>,
    last: Option<(u32, Vec<u32>)>,
}

impl Line for ByHand {
    const NAME: &'static str = "field";

    fn new(words: Vec<u32>) -> Self {
        Self { words, last: None }
    }

    fn rows(&mut self, width: u32) -> &[u32] {
        if !matches!(self.last, Some((last, _)) if last == width) {
            let old = self.last.take().map(|(_, rows)| rows).unwrap_or_default();
            self.last = Some((width, lay_out(&self.words, width, old)));
        }
        &self.last.as_ref().expect("just made").1
    }
}

#[derive(HasAnchor)]
struct Last {
    words: Vec<u32>,
    anchor: Anchor,
}

#[weak_memo(last)]
fn last_rows(line: &mut Last, width: u32, #[memo(old)] old: Option<Vec<u32>>) -> &[u32] {
    lay_out(&line.words, width, old.unwrap_or_default())
}

impl Line for Last {
    const NAME: &'static str = "`last`";

    fn new(words: Vec<u32>) -> Self {
        Self { words, anchor: Anchor::new() }
    }

    fn rows(&mut self, width: u32) -> &[u32] {
        last_rows(self, width)
    }
}

#[derive(HasAnchor)]
struct Each {
    words: Vec<u32>,
    anchor: Anchor,
}

#[weak_memo(capacity = unbounded)]
fn each_rows(line: &Each, width: u32) -> &[u32] {
    lay_out(&line.words, width, Vec::new())
}

impl Line for Each {
    const NAME: &'static str = "each width";

    fn new(words: Vec<u32>) -> Self {
        Self { words, anchor: Anchor::new() }
    }

    /// As it is done where old layouts are not to stay.
    fn rows(&mut self, width: u32) -> &[u32] {
        if each_rows_memo().get((&*self, width)).is_none() {
            each_rows_memo().clear_owner(self);
        }
        each_rows(self, width)
    }
}

/// One way to do it, in rounds: nanoseconds of a hit and of a new width.
trait Way {
    fn name(&self) -> &'static str;
    fn hit(&mut self) -> f64;
    fn new_width(&mut self) -> f64;
    /// Blocks of a new width, once all have been there.
    fn blocks(&mut self) -> f64;
}

struct Lines<L>(Vec<L>);

impl<L: Line> Lines<L> {
    fn boxed() -> Box<dyn Way>
    where
        L: 'static,
    {
        Box::new(Self((0..LINES).map(|line| L::new(words(line))).collect()))
    }

    fn all(&mut self, width: u32) {
        self.0.iter_mut().for_each(|line| _ = black_box(line.rows(black_box(width))));
    }

    /// Nanoseconds of one of `calls` calls.
    fn timed(&mut self, calls: u64, mut act: impl FnMut(&mut Self)) -> f64 {
        let (started, mut done) = (Instant::now(), 0);
        while started.elapsed() < ROUND {
            act(self);
            done += calls;
        }
        started.elapsed().as_secs_f64() * 1e9 / done as f64
    }
}

impl<L: Line> Way for Lines<L> {
    fn name(&self) -> &'static str {
        L::NAME
    }

    fn hit(&mut self) -> f64 {
        self.all(80);
        self.timed(16 * LINES, |this| (0..16).for_each(|_| this.all(80)))
    }

    fn new_width(&mut self) -> f64 {
        self.timed(8 * LINES, |this| WIDTHS.iter().for_each(|width| this.all(*width)))
    }

    fn blocks(&mut self) -> f64 {
        WIDTHS.iter().for_each(|width| self.all(*width));
        heap::blocks(|| WIDTHS.iter().for_each(|width| self.all(*width))) as f64 / (8 * LINES) as f64
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    record::is_asked()?;
    let mut ways = [Lines::<ByHand>::boxed(), Lines::<Last>::boxed(), Lines::<Each>::boxed()];
    let mut text = format!("{}; {}.\n\n|", machine::processor(), machine::versions());
    ways.iter().try_for_each(|way| write!(text, " | {}", way.name()))?;
    text.push_str(" |\n|---|---:|---:|---:|\n");
    let mut row = |name: &str, samples: Vec<Vec<f64>>, digits: usize| {
        write!(text, "| {name}")?;
        samples.into_iter().try_for_each(|of| write!(text, " | {:.digits$}", median(of)))?;
        writeln!(text, " |")
    };
    row("hit, ns", in_turn(&mut ways, |way| way.hit()), 2)?;
    row("new width, ns", in_turn(&mut ways, |way| way.new_width()), 0)?;
    row("blocks of the heap, for a new width", ways.iter_mut().map(|way| vec![way.blocks()]).collect(), 1)?;
    record::print("last", &text)
}

/// The samples of each way, taken in turn; every second round goes backwards.
fn in_turn(ways: &mut [Box<dyn Way>], measure: impl Fn(&mut dyn Way) -> f64) -> Vec<Vec<f64>> {
    let mut samples = vec![Vec::new(); ways.len()];
    for round in 0..ROUNDS {
        for turn in 0..ways.len() {
            let at = if round % 2 == 0 { turn } else { ways.len() - 1 - turn };
            samples[at].push(measure(ways[at].as_mut()));
        }
    }
    samples
}
