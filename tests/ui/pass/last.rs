//! `last`, wherever it may be written, in a crate that forbids much.

#![forbid(unsafe_code, dead_code, non_snake_case, unused_variables, unused_mut, missing_docs, unused_qualifications)]
#![forbid(unreachable_code, private_interfaces, unused_imports)]

use std::path::{Path, PathBuf};

use memo_core::{Anchor, Anchored, HasAnchor, Last, Memo, weak_memo};

#[derive(HasAnchor)]
struct Line<T: 'static> {
    words: Vec<T>,
    anchor: Anchor,
}

impl<T: Clone + Send + Sync> Line<T> {
    #[weak_memo(last, handle = firsts)]
    fn first(&mut self, many: usize, #[memo(old)] mut old: Option<Vec<T>>) -> &[T] {
        let mut rows = old.take().unwrap_or_default();
        rows.clear();
        rows.extend_from_slice(&self.words[..many]);
        rows
    }

    #[weak_memo(last)]
    fn named<'a>(self: &'a mut Self, names: &[String], (low, high): (u32, u32)) -> Option<&'a str> {
        names.get(self.words.len()).map(|name| format!("{name} {low} {high}"))
    }
}

#[weak_memo(last, cache_err, owner = text, skip(log), value(mode))]
fn either<'t>(log: &mut Vec<usize>, mode: &str, text: &'t mut Anchored<String>) -> Result<&'t PathBuf, &'t String> {
    log.push(text.len());
    if mode.is_empty() { Err(String::clone(text)) } else { Ok(Path::new(mode).join(&**text)) }
}

macro_rules! layout {
    ($name:ident, $width:ty) => {
        #[weak_memo(last)]
        fn $name(text: &mut Anchored<String>, width: $width) -> &usize {
            text.len() / width as usize
        }
    };
}
layout!(rows, u8);

/// Callers pass the function on, and keep the handle.
type Rows = for<'t> fn(&'t mut Anchored<String>, u8) -> &'t usize;

fn main() {
    let mut line = Line { words: vec![1, 2, 3], anchor: Anchor::new() };
    assert_eq!(line.first(2), [1, 2]);
    assert_eq!(line.first(1), [1]);
    assert_eq!(Line::<i32>::firsts().get(&line), Some(&Last::new((1,), vec![1])));
    assert_eq!(line.named(&[], (1, 2)), None);
    let mut text = Anchored::new(String::from("abcd"));
    let mut log = Vec::new();
    assert_eq!(either(&mut log, "", &mut text), Err(&String::from("abcd")));
    assert_eq!(either(&mut log, "", &mut text), Err(&String::from("abcd")));
    assert_eq!(either(&mut log, "a", &mut text), Ok(&PathBuf::from("a/abcd")));
    assert_eq!(log, [4, 4]);
    let call: Rows = rows;
    assert_eq!(call(&mut text, 2), &2);
    let kept: Memo<fn(&Anchored<String>) -> &Last<(u8,), usize>, memo_core::handle::LastOnly<memo_core::handle::Lent<Last<(u8,), usize>>>> =
        rows_memo();
    assert_eq!(kept.get(&text).map(Last::key), Some(&(2,)));
}
