//! A parser and its handler that know each other without a reference cycle, as in Python's
//! `xml.sax.expatreader`.
//!
//! ```text
//!   Parser  ── owns ──>  Handler
//!     ^                     │ owns
//!     └┄┄┄┄┄ knows ┄┄┄┄  Locator
//! ```
//!
//! The parser owns the handler that it calls. The handler wants to say where in the text it is, so it
//! gets a locator, which asks the parser. If the locator held an `Arc`, the three would form a cycle and
//! never be dropped. In `expatreader` the locator has a weak proxy of the parser; here it has a `Weak`.
//! Rust has no collector that would find the cycle later, so the question is not when the three are
//! freed, but whether.
//!
//! (A handler that needs the position only while it is called needs no locator: pass it the position
//! with each call. A locator is for handlers that ask later, or pass it on.)
//!
//! ```text
//! cargo run --example expat
//! ```

use memo_core::weak::Instances;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, OnceLock, Weak};

static PARSERS: Instances<Parser> = Instances::new();

trait Handler: Send + Sync {
    fn set_locator(&self, locator: Locator);
    fn start(&self, tag: &str);
    fn end(&self, tag: &str);
}

struct Parser {
    line: AtomicUsize,
    handler: Box<dyn Handler>,
}

/// Knows the parser's line, as long as there is a parser.
enum Locator {
    Weak(Weak<Parser>),
    /// For comparison: what not to do.
    Strong(Arc<Parser>),
}

impl Locator {
    fn line(&self) -> Option<usize> {
        match self {
            Locator::Weak(parser) => Some(parser.upgrade()?.line.load(Relaxed)),
            Locator::Strong(parser) => Some(parser.line.load(Relaxed)),
        }
    }
}

impl Parser {
    #[track_caller]
    fn new(handler: impl Handler + 'static, locator: fn(&Arc<Parser>) -> Locator) -> Arc<Self> {
        let parser = PARSERS.register(Arc::new(Parser { line: AtomicUsize::new(1), handler: Box::new(handler) }));
        parser.handler.set_locator(locator(&parser));
        parser
    }

    /// Tags only: enough to have something to locate.
    fn feed(&self, text: &str) {
        for line in text.lines() {
            for tag in line.split('<').filter_map(|part| Some(part.split_once('>')?.0)) {
                match tag.strip_prefix('/') {
                    Some(tag) => self.handler.end(tag),
                    None => self.handler.start(tag),
                }
            }
            self.line.fetch_add(1, Relaxed);
        }
    }
}

/// Prints the outline of the parsed document, with lines.
#[derive(Default)]
struct Outline {
    locator: OnceLock<Locator>,
    depth: AtomicUsize,
}

impl Outline {
    fn line(&self) -> Option<usize> {
        self.locator.get()?.line()
    }
}

impl Handler for Outline {
    fn set_locator(&self, locator: Locator) {
        assert!(self.locator.set(locator).is_ok(), "a handler has one parser");
    }

    fn start(&self, tag: &str) {
        let line = self.line().expect("the parser is there: it is calling");
        println!("  {line}: {:indent$}{tag}", "", indent = 2 * self.depth.fetch_add(1, Relaxed));
    }

    fn end(&self, _: &str) {
        self.depth.fetch_sub(1, Relaxed);
    }
}

fn main() {
    let text = "<html>\n<head></head>\n<body>\n<p>words</p>\n<p>more</p>\n</body></html>";

    println!("a locator that knows its parser:");
    let parser = Parser::new(Outline::default(), |parser| Locator::Weak(Arc::downgrade(parser)));
    parser.feed(text);
    assert_eq!(Arc::strong_count(&parser), 1);
    let elsewhere = Locator::Weak(Arc::downgrade(&parser));
    assert_eq!(elsewhere.line(), Some(7));
    drop(parser);
    println!("it is dropped: {} parsers are alive", PARSERS.len());
    PARSERS.assert_none_alive();
    assert_eq!(elsewhere.line(), None); // too late: the parser is gone

    println!("\na locator that owns its parser:");
    let parser = Parser::new(Outline::default(), |parser| Locator::Strong(Arc::clone(parser)));
    parser.feed("<html></html>");
    assert_eq!(Arc::strong_count(&parser), 2);
    drop(parser);
    assert_eq!(PARSERS.len(), 1);
    for (place, alive) in PARSERS.places() {
        assert_eq!(alive, 1);
        println!("it is dropped: {alive} parser is alive, made at {place}");
    }
}
