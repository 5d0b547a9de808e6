//! The editor that the session drives: some open files, and what it shows of them.

use super::screen::Screen;
use crate::input::SourceFile;
use crate::ways::Way;
use crate::witness::Ledger;
use fastrand::Rng;
use serde::{Deserialize, Serialize};
use std::path::Path;
use std::sync::Arc;

/// When more files are open, the one not looked at for the longest time is closed.
const MAX_TABS: usize = 100;
/// How many earlier versions of a file can be brought back.
pub(crate) const MAX_UNDO: usize = 4;
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

/// What the editor was asked to do.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Steps {
    pub(crate) opened: u64,
    pub(crate) views: u64,
    pub(crate) edits: u64,
    pub(crate) undos: u64,
    pub(crate) searches: u64,
}

/// The tabs, the one on screen at the end.
#[derive(Debug)]
pub(crate) struct Editor<W> {
    pub(crate) way: W,
    tabs: Vec<Tab>,
    pub(crate) steps: Steps,
    pub(crate) screen: Screen,
}

impl<W: Way> Editor<W> {
    pub(crate) fn new(way: W) -> Self {
        Editor { way, tabs: Vec::new(), steps: Steps::default(), screen: Screen::default() }
    }

    /// A file that is open already is not opened twice: its tab comes to the front.
    pub(crate) fn open(&mut self, path: &Arc<Path>, ledger: &mut Ledger) -> std::io::Result<()> {
        self.steps.opened += 1;
        if let Some(tab) = self.tabs.iter().position(|tab| Arc::ptr_eq(tab.file.path(), path)) {
            self.turn_to(tab);
            return Ok(());
        }
        if self.tabs.len() == MAX_TABS {
            self.close(0);
        }
        let file = SourceFile::open(path, ledger)?;
        self.way.opened(&file);
        self.tabs.push(Tab { file, undo: Vec::new(), width: 100 });
        Ok(())
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.tabs.is_empty()
    }

    /// Drops the file and its earlier versions; with the memos, all their results too.
    fn close(&mut self, tab: usize) {
        let tab = self.tabs.remove(tab);
        self.way.closed(&tab.file);
    }

    pub(crate) fn close_any(&mut self, rng: &mut Rng) {
        self.close(rng.usize(..self.tabs.len()));
    }

    pub(crate) fn close_all(&mut self) {
        while !self.is_empty() {
            self.close(0);
        }
    }

    /// Looks at a place in one of the files, more often in one of those looked at last, now and then in another width.
    pub(crate) fn view(&mut self, rng: &mut Rng) {
        self.steps.views += 1;
        self.turn_to(recent(self.tabs.len(), rng));
        let (tab, others) = self.tabs.split_last_mut().expect("a file is open");
        if rng.u8(..) < 24 {
            tab.width = WIDTHS[rng.usize(..WIDTHS.len())];
        }
        let (way, screen, file) = (&self.way, &mut self.screen, &tab.file);

        let lines = way.line_index(file);
        let cursor = lines.range(rng.usize(..lines.count())).start as u32;
        let layout = way.soft_wrap(file, tab.width);
        screen.show((layout.row_at(cursor), layout.row_count()));
        screen.show(way.token_counts(file));
        let names = way.identifiers(file);
        if let Some(word) = names.names().nth(rng.usize(..names.len().max(1))) {
            let uses = names.uses(word).iter();
            screen.show(uses.map(|&offset| lines.line_at(offset)).collect::<Vec<_>>());
        }
        for neighbour in others.iter().rev().take(NEIGHBOURS) {
            screen.show(way.shared_identifiers(file, &neighbour.file));
        }
    }

    /// Shows all results for the file on screen, from the first byte to the last.
    pub(crate) fn view_everything(&mut self) {
        let (tab, others) = self.tabs.split_last().expect("a file is open");
        let (way, screen, file) = (&self.way, &mut self.screen, &tab.file);
        screen.show(&*way.line_index(file));
        screen.show(&*way.tokens(file));
        screen.show(way.token_counts(file));
        screen.show(&*way.identifiers(file));
        screen.show(&*way.soft_wrap(file, tab.width));
        if let Some(neighbour) = others.last() {
            screen.show(way.shared_identifiers(file, &neighbour.file));
        }
    }

    /// Makes the next version of the file on screen: a line is doubled or deleted, or gets a comment.
    pub(crate) fn edit(&mut self, rng: &mut Rng, ledger: &mut Ledger) {
        self.steps.edits += 1;
        let tab = self.tabs.last_mut().expect("a file is open");
        let range = {
            let lines = self.way.line_index(&tab.file);
            lines.range(rng.usize(..lines.count()))
        };
        let line = &tab.file.text[range.clone()];
        let replacement = match rng.u8(..3) {
            0 => String::new(),
            1 => [line, line].concat(),
            _ => ["// what was here: ", line].concat(),
        };
        let next = tab.file.edited(range, &replacement, ledger);
        self.way.changed(&next);
        tab.undo.push(std::mem::replace(&mut tab.file, next));
        if tab.undo.len() > MAX_UNDO {
            tab.undo.remove(0);
        }
    }

    /// Brings back the version before, the very object: its results are still there.
    pub(crate) fn undo(&mut self) {
        let tab = self.tabs.last_mut().expect("a file is open");
        let Some(before) = tab.undo.pop() else { return };
        self.steps.undos += 1;
        self.way.changed(&before);
        tab.file = before;
    }

    /// Looks for a word of the file on screen in all open files, on two threads.
    pub(crate) fn search(&mut self, rng: &mut Rng) {
        self.steps.searches += 1;
        let here = self.way.identifiers(&self.tabs.last().expect("a file is open").file);
        let Some(word) = here.names().nth(rng.usize(..here.len().max(1))) else {
            return;
        };
        let (left, right) = self.tabs.split_at(self.tabs.len() / 2);
        let halves = [left, right].map(|half| half.iter().map(|tab| &tab.file).collect());
        self.screen.show(self.way.search(word, halves));
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
