//! A program with some busy memos, and the page on which they are seen.
//!
//! ```text
//! cargo run --release -p memo-inspect --example watch
//! ```

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use memo_core::weak_memo;
use memo_inspect::Inspector;

struct Document {
    text: String,
}

impl Document {
    fn new(seed: &mut fastrand::Rng) -> Arc<Self> {
        let words = (0..500).map(|_| "abcdefgh"[..seed.usize(1..8)].to_owned());
        Arc::new(Self { text: words.collect::<Vec<_>>().join(" ") })
    }
}

#[weak_memo]
fn words(doc: &Arc<Document>) -> Arc<[String]> {
    doc.text.split_whitespace().map(str::to_owned).collect()
}

#[weak_memo]
fn longest(doc: &Arc<Document>) -> usize {
    words(doc).iter().map(String::len).max().unwrap_or(0)
}

/// With fewer places than there are widths.
#[weak_memo(capacity = 8)]
fn layout(doc: &Arc<Document>, width: usize) -> usize {
    let mut lines = (0, 0);
    for word in words(doc).iter() {
        lines =
            if lines.1 + word.len() > width { (lines.0 + 1, word.len()) } else { (lines.0, lines.1 + word.len() + 1) };
    }
    lines.0 + 1
}

#[weak_memo(ttl = "2s")]
fn rendered(doc: &Arc<Document>, width: usize) -> String {
    thread::sleep(Duration::from_millis(2));
    format!("{} lines, {} letters", layout(doc, width), longest(doc))
}

/// Of objects that are made for one call each.
#[weak_memo]
fn checksum(of: &Arc<String>) -> u32 {
    of.bytes().fold(0, |sum, byte| sum.rotate_left(3) ^ u32::from(byte))
}

/// Several threads ask for it at once.
#[weak_memo(ttl = "20s")]
fn schema(doc: &Arc<Document>) -> usize {
    thread::sleep(Duration::from_millis(600));
    doc.text.len()
}

/// A user: opens documents, looks at them, and closes the oldest.
fn work(number: u64, shared: &[Arc<Document>], ends: &AtomicBool) {
    let mut random = fastrand::Rng::with_seed(number);
    let mut open: VecDeque<_> = (0..20).map(|_| Document::new(&mut random)).collect();
    for round in 0.. {
        if ends.load(Ordering::Relaxed) {
            break;
        }
        open.pop_front();
        open.push_back(Document::new(&mut random));
        // Now busy, now not.
        for _ in 0..random.usize(50..150) * (1 + round / 10 % 4) {
            let doc = &open[random.usize(..open.len())];
            _ = (longest(doc), layout(doc, random.usize(4..16) * 10));
        }
        rendered(&open[random.usize(..open.len())], 80);
        checksum(&Arc::new(random.u64(..).to_string()));
        schema(&shared[random.usize(..shared.len())]);
        thread::sleep(Duration::from_millis(20));
    }
}

fn main() -> Result<(), memo_inspect::SpawnError> {
    let is_quick = std::env::args().any(|argument| argument == "--quick");
    let inspector = Inspector::new().allow_control().spawn(if is_quick { "127.0.0.1:0" } else { "127.0.0.1:7997" })?;
    println!("the memos of this program: {}", inspector.url());

    let shared: Vec<_> = (0..200).map(|seed| Document::new(&mut fastrand::Rng::with_seed(seed))).collect();
    let (ends, started) = (AtomicBool::new(false), Instant::now());
    thread::scope(|threads| {
        for number in 0..3 {
            let (shared, ends) = (&shared, &ends);
            threads.spawn(move || work(number, shared, ends));
        }
        while !is_quick || started.elapsed() < Duration::from_secs(1) {
            thread::sleep(Duration::from_millis(100));
        }
        ends.store(true, Ordering::Relaxed);
    });
    print!("{}", memo_core::report());
    Ok(())
}
