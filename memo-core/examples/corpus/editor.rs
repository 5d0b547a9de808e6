//! The editor that the session drives: its open files and what it shows of them.

use crate::analyses::{identifiers, line_index, shared_identifiers, soft_wrap, token_counts};
use crate::ledger::Ledger;
use crate::source::SourceFile;
use fastrand::Rng;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

/// When more files are open, the least recently viewed one is closed.
const MAX_TABS: usize = 100;
/// How many earlier versions of a file can be brought back.
const MAX_UNDO: usize = 4;
/// The files that a view is compared with, to list the most related first.
const NEIGHBOURS: usize = 4;
const WIDTHS: [u32; 4] = [60, 80, 100, 120];

/// An open file: the version on screen and those before it.
#[derive(Debug)]
struct Tab {
    file: Arc<SourceFile>,
    undo: Vec<Arc<SourceFile>>,
    width: u32,
}

/// What the editor has done.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Steps {
    pub(crate) opened: u64,
    pub(crate) views: u64,
    pub(crate) edits: u64,
    pub(crate) undos: u64,
    pub(crate) searches: u64,
}

/// What the last view showed, for the check.
#[derive(Debug)]
pub(crate) struct View {
    pub(crate) file: Arc<SourceFile>,
    pub(crate) width: u32,
    pub(crate) neighbour: Option<Arc<SourceFile>>,
}

/// The tabs, the most recently viewed one last.
#[derive(Debug, Default)]
pub(crate) struct Editor {
    tabs: Vec<Tab>,
    pub(crate) steps: Steps,
    /// A digest of everything shown: equal sessions end with equal digests.
    pub(crate) digest: DefaultHasher,
}

impl Editor {
    pub(crate) fn open(&mut self, file: Arc<SourceFile>) {
        self.steps.opened += 1;
        if self.tabs.len() == MAX_TABS {
            self.close(0);
        }
        self.tabs.push(Tab { file, undo: Vec::new(), width: 100 });
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.tabs.is_empty()
    }

    /// The file, its earlier versions and all their results are dropped here.
    fn close(&mut self, tab: usize) {
        drop(self.tabs.remove(tab));
    }

    pub(crate) fn close_any(&mut self, rng: &mut Rng) {
        self.close(rng.usize(..self.tabs.len()));
    }

    pub(crate) fn close_all(&mut self) {
        self.tabs.clear();
    }

    /// Views a place in one of the files, more often in a recently viewed one, now and
    /// then in another width.
    pub(crate) fn view(&mut self, rng: &mut Rng) -> View {
        self.steps.views += 1;
        self.turn_to(recent(self.tabs.len(), rng));
        let (tab, others) = self.tabs.split_last_mut().expect("a file is open");
        if rng.u8(..) < 24 {
            tab.width = WIDTHS[rng.usize(..WIDTHS.len())];
        }
        let neighbours = others.iter().rev().take(NEIGHBOURS);
        show(tab, neighbours, rng, &mut self.digest);
        View {
            file: Arc::clone(&tab.file),
            width: tab.width,
            neighbour: others.last().map(|other| Arc::clone(&other.file)),
        }
    }

    /// Makes the next version of the file on screen: a line is duplicated, deleted or commented.
    pub(crate) fn edit(&mut self, rng: &mut Rng, ledger: &mut Ledger) {
        self.steps.edits += 1;
        let tab = self.tabs.last_mut().expect("a file is open");
        let lines = line_index(&tab.file);
        let range = lines.range(rng.usize(..lines.count()));
        let line = &tab.file.text[range.clone()];
        let replacement = match rng.u8(..3) {
            0 => String::new(),
            1 => [line, line].concat(),
            _ => ["// what was here: ", line].concat(),
        };
        let next = tab.file.edited(range, &replacement, ledger);
        tab.undo.push(std::mem::replace(&mut tab.file, next));
        if tab.undo.len() > MAX_UNDO {
            tab.undo.remove(0);
        }
    }

    /// Brings back the previous version, the very object: its results are still there.
    pub(crate) fn undo(&mut self) {
        let tab = self.tabs.last_mut().expect("a file is open");
        let Some(before) = tab.undo.pop() else { return };
        self.steps.undos += 1;
        tab.file = before;
    }

    /// Looks for a word of the file on screen in all open files, on two threads.
    pub(crate) fn search(&mut self, rng: &mut Rng) {
        self.steps.searches += 1;
        let here = identifiers(&self.tabs.last().expect("a file is open").file);
        let Some(word) = here.names().nth(rng.usize(..here.len().max(1))) else {
            return;
        };
        let (left, right) = self.tabs.split_at(self.tabs.len() / 2);
        let uses = std::thread::scope(|scope| {
            let other = scope.spawn(|| count_uses(right, word));
            count_uses(left, word) + other.join().expect("a search does not panic")
        });
        uses.hash(&mut self.digest);
    }

    fn turn_to(&mut self, tab: usize) {
        let tab = self.tabs.remove(tab);
        self.tabs.push(tab);
    }
}

/// A position near the end, as people go back to what they have just left.
fn recent(len: usize, rng: &mut Rng) -> usize {
    let back = (rng.f64().powi(3) * len as f64) as usize;
    len - 1 - back.min(len - 1)
}

fn show<'t>(tab: &Tab, neighbours: impl Iterator<Item = &'t Tab>, rng: &mut Rng, screen: &mut impl Hasher) {
    let file = &tab.file;
    let lines = line_index(file);
    let cursor = lines.range(rng.usize(..lines.count())).start as u32;

    let layout = soft_wrap(file, tab.width);
    (layout.row_at(cursor), layout.row_count()).hash(screen);
    token_counts(file).hash(screen);

    let names = identifiers(file);
    let word = names.names().nth(rng.usize(..names.len().max(1)));
    for &offset in word.map_or(&[][..], |word| names.uses(word)) {
        lines.line_at(offset).hash(screen);
    }
    for neighbour in neighbours {
        shared_identifiers(file, &neighbour.file).hash(screen);
    }
}

fn count_uses(tabs: &[Tab], word: &str) -> usize {
    tabs.iter().map(|tab| identifiers(&tab.file).uses(word).len()).sum()
}
