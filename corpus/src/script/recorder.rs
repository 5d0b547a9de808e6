//! A way that writes down what it is asked, and lets the memos answer.

use super::{Script, Step, Text};
use crate::input::SourceFile;
use crate::replay::editor::MAX_UNDO;
use crate::ways::{Memos, Way};
use crate::witness::{Identifiers, Layout, LineIndex, Shared, TokenCounts, Tokens};
use std::collections::HashMap;
use std::ops::Deref;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, Weak};

#[derive(Clone, Default)]
pub(super) struct Recorder(Arc<Mutex<Record>>);

#[derive(Default)]
struct Record {
    script: Script,
    /// The number of each version, by its address. The `Weak` keeps the address from being another's.
    numbers: HashMap<usize, (u32, Weak<SourceFile>)>,
    /// The versions of each open file, the one on screen at the end.
    tabs: HashMap<Arc<Path>, Vec<u32>>,
}

impl Recorder {
    pub(super) fn written(self) -> Script {
        std::mem::take(&mut self.record().script)
    }

    fn record(&self) -> MutexGuard<'_, Record> {
        self.0.lock().expect("no holder panics")
    }

    fn asked(&self, step: impl FnOnce(&dyn Fn(&Arc<SourceFile>) -> u32) -> Step) {
        let record = &mut *self.record();
        record.script.steps.push(step(&|file| record.numbers[&address(file)].0));
    }
}

impl Record {
    fn admit(&mut self, file: &Arc<SourceFile>, text: Text) -> u32 {
        let number = self.script.versions.len() as u32;
        self.script.versions.push(text);
        self.numbers.insert(address(file), (number, Arc::downgrade(file)));
        number
    }

    fn open(&mut self, file: &Arc<SourceFile>) {
        let number = self.admit(file, Text::Opened(file.path().to_path_buf()));
        self.tabs.insert(Arc::clone(file.path()), vec![number]);
        self.script.steps.push(Step::Open(number));
    }

    fn change(&mut self, file: &Arc<SourceFile>) {
        let versions = self.tabs.remove(file.path()).expect("it is open");
        let versions = match self.numbers.get(&address(file)) {
            Some(&(to, _)) => self.undo(versions, to),
            None => self.edit(versions, file),
        };
        self.tabs.insert(Arc::clone(file.path()), versions);
    }

    fn undo(&mut self, mut versions: Vec<u32>, to: u32) -> Vec<u32> {
        let from = versions.pop().expect("a version is on screen");
        assert_eq!(versions.last(), Some(&to), "the version before");
        self.script.steps.extend([Step::Undo { from, to }, Step::Drop(from)]);
        versions
    }

    fn edit(&mut self, mut versions: Vec<u32>, file: &Arc<SourceFile>) -> Vec<u32> {
        let from = *versions.last().expect("a version is on screen");
        let before = self.numbers.values().find(|(number, _)| *number == from).and_then(|(_, file)| file.upgrade());
        let to = self.admit(file, difference(from, &before.expect("it is on screen").text, &file.text));
        self.script.steps.push(Step::Edit { from, to });
        versions.push(to);
        if versions.len() > MAX_UNDO + 1 {
            self.script.steps.push(Step::Drop(versions.remove(0)));
        }
        versions
    }

    fn close(&mut self, file: &Arc<SourceFile>) {
        let mut versions = self.tabs.remove(file.path()).expect("it is open");
        let shown = versions.pop().expect("a version is on screen");
        self.script.steps.extend(versions.into_iter().map(Step::Drop));
        self.script.steps.push(Step::Close(shown));
    }
}

fn address(file: &Arc<SourceFile>) -> usize {
    Arc::as_ptr(file) as usize
}

/// What is between the common beginning and the common end.
fn difference(of: u32, before: &str, after: &str) -> Text {
    let same = |pairs: &mut dyn Iterator<Item = (char, char)>| -> usize {
        pairs.take_while(|(a, b)| a == b).map(|(a, _)| a.len_utf8()).sum()
    };
    let at = same(&mut before.chars().zip(after.chars()));
    let end = same(&mut before[at..].chars().rev().zip(after[at..].chars().rev()));
    Text::Edited { of, at, removed: before.len() - at - end, inserted: after[at..after.len() - end].to_owned() }
}

impl Way for Recorder {
    fn line_index(&self, file: &Arc<SourceFile>) -> impl Deref<Target = LineIndex> {
        self.asked(|number| Step::LineIndex(number(file)));
        Memos.line_index(file)
    }

    fn tokens(&self, file: &Arc<SourceFile>) -> impl Deref<Target = Tokens> {
        self.asked(|number| Step::Tokens(number(file)));
        Memos.tokens(file)
    }

    fn token_counts(&self, file: &Arc<SourceFile>) -> TokenCounts {
        self.asked(|number| Step::TokenCounts(number(file)));
        Memos.token_counts(file)
    }

    fn identifiers(&self, file: &Arc<SourceFile>) -> impl Deref<Target = Identifiers> {
        self.asked(|number| Step::Identifiers(number(file)));
        Memos.identifiers(file)
    }

    fn soft_wrap(&self, file: &Arc<SourceFile>, width: u32) -> impl Deref<Target = Layout> {
        self.asked(|number| Step::SoftWrap(number(file), width));
        Memos.soft_wrap(file, width)
    }

    fn shared_identifiers(&self, a: &Arc<SourceFile>, b: &Arc<SourceFile>) -> Shared {
        self.asked(|number| Step::Shared(number(a), number(b)));
        Memos.shared_identifiers(a, b)
    }

    /// Its two threads would be written down in any order.
    fn search(&self, word: &str, halves: [Vec<&Arc<SourceFile>>; 2]) -> usize {
        self.asked(|number| Step::Search(halves.each_ref().map(|half| half.iter().map(|file| number(file)).collect())));
        Memos.search(word, halves)
    }

    fn opened(&self, file: &Arc<SourceFile>) {
        self.record().open(file);
    }

    fn changed(&self, file: &Arc<SourceFile>) {
        self.record().change(file);
    }

    fn closed(&self, file: &Arc<SourceFile>) {
        self.record().close(file);
    }

    fn remembered(&self) -> Option<usize> {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::difference;
    use crate::input::{Plan, rust_files};
    use crate::script::{Script, Text};
    use std::path::Path;

    #[test]
    fn a_difference_makes_the_later_text_of_the_earlier() {
        for (before, after) in
            [("", ""), ("", "é"), ("aé", "aè"), ("éè", "éèéè"), ("one two one", "one"), ("aa", "aaa"), ("日本", "本日")]
        {
            let Text::Edited { at, removed, inserted, .. } = difference(0, before, after) else { unreachable!() };
            assert_eq!([&before[..at], &inserted, &before[at + removed..]].concat(), after, "{before}");
        }
    }

    #[test]
    fn a_session_is_written_down_the_same_each_time() {
        let sources = rust_files(Some(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"))).expect("there are sources");
        let script = || Script::of(Plan::new(sources.files.clone(), 1, 60)).expect("they can be read");
        let (once, again) = (script(), script());
        assert_eq!(format!("{once:?}"), format!("{again:?}"));
        assert_eq!(once.texts().expect("they can be read").len(), once.versions.len());
    }
}
