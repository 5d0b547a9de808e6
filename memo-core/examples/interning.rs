//! Early cut-off: results are recomputed when the *meaning* of a file has changed, not when its text
//! has.
//!
//! ```text
//!   file ──> definitions ──> items, interned ──> values
//!    new       read again        the same          remembered
//! ```
//!
//! A memo goes by identity, and each edit makes a new file in a new workspace. With the workspace as
//! key, each edit recomputes everything. So there is a stage in between whose results are interned. An
//! item that comes out equal is the same object as before, and its results are still there. No
//! dependencies are declared.
//!
//! ```text
//! cargo run --example interning
//! ```
//!
//! `docs/early-cut-off.md` is the recipe, and compares the numbers with those of `comemo`.

use memo_core::weak::Interner;
use memo_core::weak_memo;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Files of lines such as `total = net + 5`.
#[derive(Clone, Default)]
struct Workspace {
    files: BTreeMap<&'static str, Arc<String>>,
}

impl Workspace {
    /// Another workspace in which one file is replaced. All other files are shared.
    fn with(&self, name: &'static str, text: &str) -> Arc<Self> {
        let mut files = self.files.clone();
        files.insert(name, Arc::new(text.to_owned()));
        Arc::new(Workspace { files })
    }

    /// What a name is the sum of: numbers and names.
    fn terms(&self, name: &str) -> &[String] {
        let found = self.files.values().find_map(|file| definitions(file).get(name));
        found.map_or(&[], Vec::as_slice)
    }
}

/// Once for each version of a file.
#[weak_memo]
fn definitions(file: &Arc<String>) -> &BTreeMap<String, Vec<String>> {
    let definition = |line: &str| {
        let (name, terms) = line.split_once('=')?;
        Some((name.trim().to_owned(), terms.split('+').map(|term| term.trim().to_owned()).collect()))
    };
    file.lines().filter_map(definition).collect::<BTreeMap<_, _>>()
}

/// The first way: a value belongs to the workspace.
mod by_workspace {
    use super::*;

    #[weak_memo]
    pub(super) fn value(workspace: &Arc<Workspace>, name: &str) -> i64 {
        let terms = workspace.terms(name).iter();
        terms.map(|term| term.parse().unwrap_or_else(|_| value(workspace, term))).sum()
    }
}

/// The second way: a value belongs to an item, which is all it depends on. The rest of this module is all
/// that early cut-off takes.
mod by_item {
    use super::*;

    /// What a name means: a number and the items it uses. Neither the name nor its position.
    #[derive(PartialEq, Eq, Hash)]
    pub(super) struct Item {
        number: i64,
        uses: Vec<Arc<Item>>,
    }

    static ITEMS: Interner<Item> = Interner::new();

    /// Built at each call from remembered definitions. Equal items are one object.
    pub(super) fn item(workspace: &Workspace, name: &str) -> Arc<Item> {
        let mut new = Item { number: 0, uses: Vec::new() };
        for term in workspace.terms(name) {
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

/// An edit: what it is, the file, its new text, and what `total` is then.
type Edit = (&'static str, &'static str, &'static str, i64);

const SESSION: [Edit; 5] = [
    ("first", "prices", "price = 40\nnet = price + 2\ngift = 3", 47),
    ("an unrelated file", "notes", "todo = 2", 47),
    ("only the layout of a used file", "prices", "price  =  40\n\nnet = price+2\ngift = 3", 47),
    ("an unused name", "prices", "price = 40\nnet = price + 2\ngift = 4", 47),
    ("a used name", "prices", "price = 50\nnet = price + 2\ngift = 4", 57),
];

fn main() {
    let mut workspace = Workspace::default().with("order", "total = net + 5").with("notes", "todo = 1");
    let mut shown; // keeps the item of the value on show; otherwise it would be gone by the next step
    let mut before = [0; 3];

    println!("{:32}{:>10}{:>16}{:>16}", "bodies run after", "files", "by workspace", "by item");
    for (what, file, text, total) in SESSION {
        workspace = workspace.with(file, text);
        shown = by_item::item(&workspace, "total");
        assert_eq!(by_workspace::value(&workspace, "total"), total);
        assert_eq!(by_item::value(&shown), total);

        let memos = [definitions_memo().stats(), by_workspace::value_memo().stats(), by_item::value_memo().stats()];
        let now = memos.map(|stats| stats.computes);
        let [files, by_workspace, by_item] = [0, 1, 2].map(|memo| now[memo] - before[memo]);
        println!("{what:32}{files:>10}{by_workspace:>16}{by_item:>16}");
        before = now;
    }
    println!("{:32}{:>10}{:>16}{:>16}", "in all", before[0], before[1], before[2]);
    assert_eq!(before, [7, 15, 6]);
}
