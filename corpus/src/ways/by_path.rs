//! A strong cache as people write it by hand: a map from the path to all results for it.
//!
//! It is meant to be a good one. Results are shared by `Arc`, computed outside the lock, and found without a copy of the
//! path. It keeps no texts. It is invalidated where it has to be: when a text changes (an edit, an undo), and when a file
//! is opened whose results are of an edited text. The results of two files know both, so that an edit of either drops
//! them without a search. As usual, it does not forget a file that is closed: nothing fails without that, and the file may
//! be opened again.

use super::Way;
use crate::input::SourceFile;
use crate::witness::{Identifiers, Layout, LineIndex, Shared, TokenCounts, Tokens};
use std::collections::{HashMap, HashSet};
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

#[derive(Default)]
pub(crate) struct ByPath {
    files: Mutex<HashMap<PathBuf, Remembered>>,
}

/// The results for one path.
#[derive(Default)]
struct Remembered {
    line_index: Option<Arc<LineIndex>>,
    tokens: Option<Arc<Tokens>>,
    token_counts: Option<TokenCounts>,
    identifiers: Option<Arc<Identifiers>>,
    layouts: HashMap<u32, Option<Arc<Layout>>>,
    shared: HashMap<PathBuf, Shared>,
    /// The paths that have this one in their `shared`.
    shared_by: HashSet<PathBuf>,
    /// The text has changed since the file was opened.
    changed: bool,
}

impl ByPath {
    fn with<T>(&self, path: &Path, f: impl FnOnce(&mut Remembered) -> T) -> T {
        let mut files = self.files.lock().expect("no holder panics");
        match files.get_mut(path) {
            Some(remembered) => f(remembered),
            None => f(files.entry(path.to_owned()).or_default()),
        }
    }

    /// What is in `slot`, and computed if nothing is: with no lock held, since computing asks for other results.
    fn remember<T: Clone>(
        &self,
        file: &SourceFile,
        slot: impl Fn(&mut Remembered) -> &mut Option<T>,
        compute: impl FnOnce() -> T,
    ) -> T {
        if let Some(result) = self.with(file.path(), |remembered| slot(remembered).clone()) {
            return result;
        }
        let result = compute();
        self.with(file.path(), |remembered| *slot(remembered) = Some(result.clone()));
        result
    }

    fn forget(&self, path: &Path) {
        let mut files = self.files.lock().expect("no holder panics");
        let Some(forgotten) = files.remove(path) else { return };
        for other in forgotten.shared_by {
            files.get_mut(&other).map(|other| other.shared.remove(path));
        }
        for other in forgotten.shared.keys() {
            files.get_mut(other).map(|other| other.shared_by.remove(path));
        }
    }
}

impl Way for ByPath {
    fn line_index(&self, file: &Arc<SourceFile>) -> impl Deref<Target = LineIndex> {
        self.remember(file, |remembered| &mut remembered.line_index, || Arc::new(LineIndex::of(file)))
    }

    fn tokens(&self, file: &Arc<SourceFile>) -> impl Deref<Target = Tokens> {
        self.remember(file, |remembered| &mut remembered.tokens, || Arc::new(Tokens::of(file)))
    }

    fn token_counts(&self, file: &Arc<SourceFile>) -> TokenCounts {
        let compute = || TokenCounts::of(file, &self.tokens(file));
        self.remember(file, |remembered| &mut remembered.token_counts, compute)
    }

    fn identifiers(&self, file: &Arc<SourceFile>) -> impl Deref<Target = Identifiers> {
        let compute = || Arc::new(Identifiers::of(file, &self.tokens(file)));
        self.remember(file, |remembered| &mut remembered.identifiers, compute)
    }

    fn soft_wrap(&self, file: &Arc<SourceFile>, width: u32) -> impl Deref<Target = Layout> {
        let compute = || Arc::new(Layout::of(file, &self.line_index(file), width));
        self.remember(file, |remembered| remembered.layouts.entry(width).or_default(), compute)
    }

    fn shared_identifiers(&self, a: &Arc<SourceFile>, b: &Arc<SourceFile>) -> Shared {
        let known = self.with(a.path(), |remembered| remembered.shared.get(&**b.path()).cloned());
        known.unwrap_or_else(|| {
            let shared = Shared::of([a, b], &self.identifiers(a), &self.identifiers(b));
            self.with(a.path(), |remembered| remembered.shared.insert(b.path().to_path_buf(), shared.clone()));
            self.with(b.path(), |remembered| remembered.shared_by.insert(a.path().to_path_buf()));
            shared
        })
    }

    fn opened(&self, file: &Arc<SourceFile>) {
        if self.with(file.path(), |remembered| remembered.changed) {
            self.forget(file.path());
        }
    }

    fn changed(&self, file: &Arc<SourceFile>) {
        self.forget(file.path());
        self.with(file.path(), |remembered| remembered.changed = true);
    }

    fn remembered(&self) -> Option<usize> {
        None
    }
}
