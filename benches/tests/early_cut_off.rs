//! How many bodies run in an editing session: with the whole workspace as key, with interned items or slices, and with
//! `comemo`. The table of `docs/early-cut-off.md` is what this counts.
//!
//! One test, since what is counted is what a memo of this process has computed.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use memo_core::weak_memo;

/// What a name is the sum of: numbers and names.
type Terms = Vec<String>;

/// Files of lines such as `total = net + 5`.
#[derive(Clone)]
struct Workspace {
    files: BTreeMap<&'static str, Arc<String>>,
}

impl Workspace {
    fn new() -> Self {
        let files = [("order", "total = net + 5"), ("notes", "todo = 1")];
        Self { files: files.map(|(name, text)| (name, Arc::new(text.to_owned()))).into() }
    }

    fn with(&self, name: &'static str, text: &str) -> Arc<Self> {
        let mut files = self.files.clone();
        files.insert(name, Arc::new(text.to_owned()));
        Arc::new(Self { files })
    }

    fn terms(&self, name: &str) -> Option<&Terms> {
        self.files.values().find_map(|file| definitions(file).get(name))
    }
}

/// For all ways alike: once for each version of a file.
#[weak_memo]
fn definitions(file: &Arc<String>) -> &BTreeMap<String, Terms> {
    let definition = |line: &str| {
        let (name, terms) = line.split_once('=')?;
        Some((name.trim().to_owned(), terms.split('+').map(|term| term.trim().to_owned()).collect()))
    };
    file.lines().filter_map(definition).collect::<BTreeMap<_, _>>()
}

/// A step: what was edited, the file, its new text, and what `total` is then.
const SESSION: [(&str, &str, &str, i64); 5] = [
    ("first", "prices", "price = 40\nnet = price + 2\ngift = 3", 47),
    ("an unrelated file is edited", "notes", "todo = 2", 47),
    ("only the layout of a used file", "prices", "price  =  40\n\nnet = price+2\ngift = 3", 47),
    ("an unused name in a used file", "prices", "price = 40\nnet = price + 2\ngift = 4", 47),
    ("a used name", "prices", "price = 50\nnet = price + 2\ngift = 4", 57),
];

mod by_workspace {
    use super::*;

    #[weak_memo]
    pub(super) fn value(workspace: &Arc<Workspace>, name: &str) -> i64 {
        let terms = workspace.terms(name).expect("it is defined").iter();
        terms.map(|term| term.parse().unwrap_or_else(|_| value(workspace, term))).sum()
    }
}

mod by_item {
    use super::*;
    use memo_core::weak::Interner;

    #[derive(PartialEq, Eq, Hash)]
    pub(super) struct Item {
        number: i64,
        uses: Vec<Arc<Item>>,
    }

    static ITEMS: Interner<Item> = Interner::new();

    pub(super) fn item(workspace: &Workspace, name: &str) -> Arc<Item> {
        let mut new = Item { number: 0, uses: Vec::new() };
        for term in workspace.terms(name).expect("it is defined") {
            match term.parse::<i64>() {
                Ok(number) => new.number += number,
                Err(_) => new.uses.push(item(workspace, term)),
            }
        }
        ITEMS.intern(new)
    }

    #[weak_memo]
    pub(super) fn value(item: &Arc<Item>) -> i64 {
        item.number + item.uses.iter().map(value).sum::<i64>()
    }
}

mod by_slice {
    use super::*;
    use memo_core::weak::Interner;

    /// All definitions that one name reaches.
    pub(super) type Slice = BTreeMap<String, Terms>;

    static SLICES: Interner<Slice> = Interner::new();

    pub(super) fn slice(workspace: &Workspace, name: &str) -> Arc<Slice> {
        let mut slice = Slice::new();
        let mut reached = vec![name];
        while let Some(name) = reached.pop() {
            if let Some(terms) = workspace.terms(name)
                && slice.insert(name.to_owned(), terms.clone()).is_none()
            {
                reached.extend(terms.iter().map(String::as_str));
            }
        }
        SLICES.intern(slice)
    }

    #[weak_memo]
    pub(super) fn value(slice: &Arc<Slice>, name: &str) -> i64 {
        plain(slice, name)
    }

    fn plain(slice: &Slice, name: &str) -> i64 {
        slice[name].iter().map(|term| term.parse().unwrap_or_else(|_| plain(slice, term))).sum()
    }
}

mod by_comemo {
    use super::*;
    use comemo::{Tracked, memoize, track};

    pub(super) static BODIES: AtomicU64 = AtomicU64::new(0);

    /// What is tracked is asked of the definition, not of the file: the way of least bodies.
    #[track]
    impl Workspace {
        pub(super) fn tracked_terms(&self, name: &str) -> Option<Terms> {
            self.terms(name).cloned()
        }
    }

    #[memoize]
    pub(super) fn value(workspace: Tracked<Workspace>, name: &str) -> i64 {
        BODIES.fetch_add(1, Relaxed);
        let terms = workspace.tracked_terms(name).expect("it is defined");
        terms.iter().map(|term| term.parse().unwrap_or_else(|_| value(workspace, term))).sum()
    }
}

/// How many bodies ran so far, way by way.
fn bodies() -> [u64; 4] {
    let memos = [by_workspace::value_memo().stats(), by_slice::value_memo().stats(), by_item::value_memo().stats()];
    let [workspace, slice, item] = memos.map(|stats| stats.computes);
    [workspace, slice, item, by_comemo::BODIES.load(Relaxed)]
}

/// The counts after each step, as the docs show them.
fn table() -> (String, [u64; 4]) {
    use comemo::Track as _;

    let mut table = String::from(
        "| bodies run so far, after | workspace as key | interned slices | interned items | comemo 0.5 |\n|---|---:|---:|---:|---:|\n",
    );
    let mut workspace = Arc::new(Workspace::new());
    // Whoever shows a value owns what it is of.
    let mut shown = None;
    for (what, file, text, total) in SESSION {
        workspace = workspace.with(file, text);
        let (slice, item) = (by_slice::slice(&workspace, "total"), by_item::item(&workspace, "total"));
        for _ in 0..2 {
            assert_eq!(by_workspace::value(&workspace, "total"), total);
            assert_eq!(by_slice::value(&slice, "total"), total);
            assert_eq!(by_item::value(&item), total);
            assert_eq!(by_comemo::value(workspace.track(), "total"), total);
        }
        shown = Some((slice, item));
        let [by_workspace, by_slice, by_item, by_comemo] = bodies();
        writeln!(table, "| {what} | {by_workspace} | {by_slice} | {by_item} | {by_comemo} |").expect("it is a string");
    }
    drop(shown);
    (table, bodies())
}

#[test]
fn the_docs_tell_how_many_bodies_an_editing_session_takes() {
    let (table, bodies) = table();
    assert_eq!(bodies, [15, 2, 6, 6], "{table}");
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/early-cut-off.md");
    let docs = fs::read_to_string(docs).expect("the docs are there");
    assert!(docs.contains(&table), "the docs have another table than\n{table}");
    assert_eq!(definitions_memo().stats().computes, 7, "each version of a file is read once, three at first");
}
