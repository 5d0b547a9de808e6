//! `last`: one result for the last arguments, changed with `&mut` to its object.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::{Arc, Mutex};

use memo_core::{
    Anchor, Anchored, HasAnchor, HasLocalAnchor, Last, LocalAnchor, LocalAnchored, MissReason, RemovalCause, weak_memo,
};
use memo_tests::{Tally, Token, allocations, assert_balanced, panic_of, watchdog};

/// A text that is laid out.
#[derive(HasAnchor)]
struct Line {
    text: String,
    shaped: usize,
    anchor: Anchor,
}

impl Line {
    fn new(text: &str) -> Self {
        Self { text: text.to_owned(), shaped: 0, anchor: Anchor::new() }
    }

    /// How long each row is.
    #[weak_memo(last)]
    fn layout(&mut self, width: usize, #[memo(old)] old: Option<Vec<usize>>) -> &[usize] {
        self.shaped += 1;
        let mut rows = old.unwrap_or_default();
        rows.clear();
        rows.extend(self.text.as_bytes().chunks(width).map(<[u8]>::len));
        rows
    }

    #[weak_memo(last)]
    fn first(&mut self, pattern: &str) -> Result<&str, String> {
        let at = self.text.find(pattern).ok_or_else(|| format!("no {pattern}"))?;
        Ok(self.text[at..].to_owned())
    }
}

#[test]
fn the_last_key_hits_and_another_uses_the_memory_again() {
    let mut line = Line::new("abcdefg");
    assert_eq!(line.layout(3), [3, 3, 1]);
    let memory = line.layout(3).as_ptr();
    assert_eq!(line.layout(4), [4, 3]);
    assert_eq!(line.layout(4).as_ptr(), memory);
    assert_eq!(line.layout(3), [3, 3, 1], "the result before the last is gone");
    let stats = Line::layout_memo().stats();
    assert_eq!((stats.hits, stats.misses, stats.computes, stats.replaced), (2, 3, 3, 2));
    assert_eq!((line.shaped, Line::layout_memo().len()), (3, 1));
    drop(line);
    assert_eq!(Line::layout_memo().len(), 0);
}

#[test]
fn others_may_look_and_who_has_the_object_may_take() {
    #[weak_memo(last)]
    fn rows(text: &mut Anchored<String>, width: usize) -> &[usize] {
        vec![text.len() / width]
    }
    let mut text = Anchored::new(String::from("abcd"));
    assert!(rows_memo().get(&text).is_none());
    rows(&mut text, 2);
    assert_eq!(rows_memo().get(&text), Some(&Last::new((2,), vec![2])));
    assert_eq!(rows_memo().take(&mut text).unwrap().into_parts(), ((2,), vec![2]));
    assert!(rows_memo().is_empty());
    assert_eq!(rows_memo().replace(&mut text, Last::new((3,), vec![9])), None);
    assert_eq!(rows(&mut text, 3), [9], "it was put in for this key");
    assert_eq!(rows_memo().set(&text, Last::new((1,), vec![])), Err(Last::new((1,), vec![])));
    assert_eq!(rows_memo().clear_owner(&mut text), 1);
    assert_eq!(rows_memo().set(&text, Last::new((1,), vec![7])), Ok(()));
    assert_eq!(rows(&mut text, 1), [7]);
    text.push('e');
    assert_eq!(rows(&mut text, 1), [5], "a change drops it");
}

#[test]
fn an_error_is_not_kept_and_the_old_result_is_gone() {
    let mut line = Line::new("one two");
    assert_eq!(line.first("two"), Ok("two"));
    assert_eq!(line.first("three"), Err(String::from("no three")));
    assert!(Line::first_memo().get(&line).is_none());
    assert_eq!(line.first("three"), Err(String::from("no three")));
    assert_eq!(line.first("one"), Ok("one two"));
    let stats = Line::first_memo().stats();
    assert_eq!((stats.hits, stats.misses, stats.computes, stats.rejected), (0, 4, 4, 2));
}

/// Keys of every shape, compared as other keys are.
#[test]
fn keys_are_kept_in_their_owned_form() {
    #[derive(Clone, PartialEq, Eq, memo_core::MemoKey)]
    struct Options {
        wrap: bool,
    }
    #[derive(Clone, PartialEq, Eq)]
    struct Mode(u8);
    #[weak_memo(last)]
    #[allow(clippy::too_many_arguments, reason = "one of every shape")]
    fn all(
        text: &mut Anchored<u32>,
        name: &str,
        path: &Path,
        list: &[u8],
        options: &Options,
        #[memo(value)] mode: Mode,
        owned: String,
        #[memo(skip)] log: &mut Vec<String>,
        width: f32,
    ) -> &u32 {
        log.push(format!("{name} {path:?} {list:?} {} {} {owned} {width}", options.wrap, mode.0));
        **text
    }
    let mut text = Anchored::new(5);
    let mut log = Vec::new();
    let mut call = |name: &str, path: &str, list: &[u8], wrap, mode, owned: &str, width| {
        let before = log.len();
        let owned = owned.to_owned();
        all(&mut text, name, Path::new(path), list, &Options { wrap }, Mode(mode), owned, &mut log, width);
        log.len() > before
    };
    assert!(call("a", "p", &[1], true, 1, "x", 0.0));
    assert!(!call("a", "p", &[1], true, 1, "x", 0.0));
    assert!(call("b", "p", &[1], true, 1, "x", 0.0));
    assert!(call("b", "q", &[1], true, 1, "x", 0.0));
    assert!(call("b", "q/", &[1], true, 1, "x", 0.0), "as in other keys, a path is as it is spelt");
    assert!(call("b", "q", &[1], true, 1, "x", 0.0));
    assert!(call("b", "q", &[1, 2], true, 1, "x", 0.0));
    assert!(call("b", "q", &[1, 2], false, 1, "x", 0.0));
    assert!(call("b", "q", &[1, 2], false, 2, "x", 0.0));
    assert!(call("b", "q", &[1, 2], false, 2, "y", 0.0));
    assert!(call("b", "q", &[1, 2], false, 2, "y", -0.0), "as in other keys, this is another");
    assert!(call("b", "q", &[1, 2], false, 2, "y", f32::NAN));
    assert!(!call("b", "q", &[1, 2], false, 2, "y", f32::NAN), "as in other keys, this is the same");
}

/// By its own `Eq`, whatever it is called.
#[test]
fn a_type_that_is_called_like_one_of_std() {
    mod outline {
        #[derive(Clone, PartialEq, Eq)]
        pub(super) struct Path(pub(super) u8);
    }
    #[weak_memo(last)]
    fn f(text: &mut Anchored<String>, #[memo(value)] path: outline::Path) -> &usize {
        text.len() + usize::from(path.0)
    }
    let mut text = Anchored::new(String::new());
    assert_eq!([1, 1, 2].map(|n| *f(&mut text, outline::Path(n))), [1, 1, 2]);
    assert_eq!(f_memo().stats().computes, 2);
}

/// What the result borrows is the owner alone, however the key is passed.
#[test]
fn a_key_by_reference_need_not_outlive_the_result() {
    #[weak_memo(last)]
    fn elided(text: &mut Anchored<String>, parts: &(u8, u8)) -> &usize {
        text.len() + usize::from(parts.0)
    }
    #[weak_memo(last)]
    fn named<'t>(text: &'t mut Anchored<String>, parts: &(u8, u8)) -> &'t usize {
        text.len() + usize::from(parts.1)
    }
    let mut text = Anchored::new(String::from("a"));
    // A constant would outlive it.
    let parts = || (1, 2);
    let result = elided(&mut text, &parts());
    assert_eq!(*result, 2);
    let result = named(&mut text, &parts());
    assert_eq!(*result, 3);
}

/// Which object lends, and where its anchor is.
#[test]
fn every_owner_that_has_its_anchor_inside() {
    #[derive(HasLocalAnchor)]
    struct Node {
        children: Vec<Node>,
        anchor: LocalAnchor,
    }
    /// The result is of one thread, and the owner is not the first.
    #[weak_memo(last)]
    fn count(depth: u8, node: &mut Node, #[memo(old)] old: Option<std::rc::Rc<usize>>) -> &std::rc::Rc<usize> {
        drop(old);
        let below = node.children.iter_mut().filter(|_| depth > 0);
        std::rc::Rc::new(1 + below.map(|child| **count(depth - 1, child)).sum::<usize>())
    }
    let leaf = || Node { children: Vec::new(), anchor: LocalAnchor::new() };
    let mut node = Node { children: vec![leaf(), leaf()], anchor: LocalAnchor::new() };
    assert_eq!((**count(0, &mut node), **count(3, &mut node), **count(3, &mut node)), (1, 3, 3));
    assert_eq!(count_memo().stats().computes, 4);

    #[weak_memo(last)]
    fn local(text: &mut LocalAnchored<String>, at: usize) -> Option<&str> {
        text.get(at..).map(str::to_owned)
    }
    let mut text = LocalAnchored::new(String::from("abc"));
    assert_eq!(local(&mut text, 1), Some("bc"));
    assert_eq!(local(&mut text, 9), None);
    assert_eq!(local(&mut text, 9), None);
    assert_eq!((local_memo().stats().hits, local_memo().stats().computes), (1, 2));

    struct Doc<T> {
        content: T,
    }
    #[weak_memo(last)]
    fn generic<'a, T: ToString + 'static>(doc: &'a mut Anchored<Doc<T>>, name: &str) -> &'a str {
        name.to_owned() + &doc.content.to_string()
    }
    let (mut a, mut b) = (Anchored::new(Doc { content: 1 }), Anchored::new(Doc { content: 'b' }));
    assert_eq!((generic(&mut a, "x"), generic(&mut b, "y")), ("x1", "yb"));
    assert_eq!(generic_memo::<i32>().len(), 1);
}

#[test]
fn nothing_leaks_whatever_the_body_does() {
    #[weak_memo(last)]
    fn token(
        this: &mut Anchored<Tally>,
        way: u8,
        #[memo(old)] old: Option<(Token, u8)>,
    ) -> Result<&(Token, u8), (Token, u8)> {
        let new = (this.token(), way);
        match way {
            1 => panic!("on purpose"),
            2 => return Err(new),
            // The object changes, which drops what a call inside has left.
            3 => {
                let _inside = token(this, 4).is_ok();
                let _changed: &mut Tally = this;
            }
            // Another result for another key, which this one replaces.
            5 => assert!(token(this, 4).is_ok_and(|there| there.1 == 4)),
            // Another object in its place.
            6 => *this = Anchored::new(Tally::clone(this)),
            _ => {}
        }
        drop(old);
        Ok(new)
    }
    let tally = Tally::new();
    let mut object = Anchored::new(tally.clone());
    for round in 0..3 {
        for way in 0..8 {
            let result = catch_unwind(AssertUnwindSafe(|| token(&mut object, way).map(|kept| kept.1).map_err(drop)));
            match (way, result) {
                (1, Err(_)) | (2, Ok(Err(()))) => assert!(token_memo().get(&object).is_none(), "round {round}"),
                (way, Ok(Ok(kept))) => {
                    assert_eq!((way, token_memo().get(&object).unwrap().key()), (kept, &(way,)));
                }
                other => panic!("{other:?}"),
            }
        }
    }
    assert_eq!(token_memo().len(), 1);
    drop(object);
    assert_eq!(token_memo().len(), 0);
    assert_balanced(&token_memo().stats());
    assert_eq!(tally.alive(), 0);
}

/// What a call inside a body has left is for the object as it was then.
#[test]
fn a_body_that_fails_leaves_nothing_of_calls_inside_it() {
    #[weak_memo(last)]
    fn len(line: &mut Line, way: u8) -> Result<&usize, ()> {
        if way > 0 {
            assert_eq!(len(line, 0), Ok(&1));
            line.text.push('x');
            assert!(way == 1, "on purpose");
            return Err(());
        }
        Ok(line.text.len())
    }
    for way in [1, 2] {
        let mut line = Line::new("a");
        let failed = catch_unwind(AssertUnwindSafe(|| len(&mut line, way).is_err()));
        assert_eq!(failed.is_ok(), way == 1);
        assert!(len_memo().get(&line).is_none());
        assert_eq!(len(&mut line, 0), Ok(&2));
    }
    assert_balanced(&len_memo().stats());
}

/// Parts of a key whose code panics, one at a time and two at once: the caller sees one panic, and nothing is lost.
#[test]
fn keys_that_panic() {
    /// Panics when it is cloned, or when a clone is dropped.
    #[derive(PartialEq, Eq)]
    struct Loud {
        in_clone: bool,
        in_drop: bool,
        number: u8,
        _token: Token,
    }
    impl Clone for Loud {
        fn clone(&self) -> Self {
            assert!(!self.in_clone, "in a clone");
            let (in_clone, in_drop, number) = (self.in_clone, self.in_drop, self.number);
            Self { in_clone, in_drop, number, _token: self._token.clone() }
        }
    }
    impl Drop for Loud {
        fn drop(&mut self) {
            // The originals are dropped by the test.
            assert!(!self.in_drop || self.number == 0, "in a drop");
        }
    }
    #[weak_memo(last)]
    fn f(
        this: &mut Anchored<Tally>,
        #[memo(value)] a: &Loud,
        #[memo(value)] b: &Loud,
        way: u8,
    ) -> Result<&Token, Token> {
        assert!(way != 1, "in the body");
        let _ = (a, b);
        if way == 2 { Err(this.token()) } else { Ok(this.token()) }
    }
    let tally = Tally::new();
    let loud = |in_clone, in_drop, number| Loud { in_clone, in_drop, number, _token: tally.token() };
    for way in 0..3 {
        for (first, second) in
            [((false, true), (true, false)), ((false, true), (false, false)), ((false, false), (true, true))]
        {
            let mut object = Anchored::new(tally.clone());
            let (mut a, mut b) = (loud(first.0, first.1, 1), loud(second.0, second.1, 1));
            let mut call = |way| catch_unwind(AssertUnwindSafe(|| f(&mut object, &a, &b, way).is_ok()));
            let called = [call(way), call(way + 3)];
            assert_eq!(called[0].is_err(), second.0 || way == 1, "{way}, {first:?}, {second:?}");
            let _dropped = catch_unwind(AssertUnwindSafe(|| drop(object)));
            (a.number, b.number) = (0, 0);
        }
    }
    assert_eq!((f_memo().len(), tally.alive()), (0, 0));
    assert_balanced(&f_memo().stats());
}

#[test]
fn a_body_that_asks_for_itself_without_end_is_told() {
    #[weak_memo(last)]
    #[allow(unconditional_recursion, reason = "it is what is told")]
    fn ring(text: &mut Anchored<String>, width: usize) -> &usize {
        *ring(text, width)
    }
    let run = || {
        let mut text = Anchored::new(String::new());
        let told = panic_of(|| _ = ring(&mut text, 1));
        assert!(ring_memo().get(&text).is_none());
        told
    };
    let on_a_large_stack = || std::thread::Builder::new().stack_size(64 << 20).spawn(run).unwrap().join().unwrap();
    let told = watchdog(on_a_large_stack);
    assert!(told.contains("ring"), "{told}");
}

/// Through another memo, whose objects are new each time.
#[test]
fn a_ring_around_two_memos_is_told() {
    #[weak_memo(last)]
    fn ring(text: &mut Anchored<String>, width: usize) -> &usize {
        let mut other = Anchored::new(());
        *other_way(&mut other, width, text)
    }
    #[weak_memo(last)]
    fn other_way(_: &mut Anchored<()>, width: usize, #[memo(skip)] text: &mut Anchored<String>) -> &usize {
        *ring(text, width)
    }
    #[weak_memo(last)]
    fn around(_: &mut Anchored<()>, width: usize, #[memo(skip)] text: &mut Anchored<String>) -> &usize {
        *ring(text, width)
    }
    let run = || {
        let mut text = Anchored::new(String::new());
        panic_of(|| _ = around(&mut Anchored::new(()), 1, &mut text))
    };
    let on_a_large_stack = || std::thread::Builder::new().stack_size(64 << 20).spawn(run).unwrap().join().unwrap();
    let told = watchdog(on_a_large_stack);
    assert!(told.contains("ring"), "{told}");
}

/// A recursion that ends is none, however many others are around it.
#[test]
fn a_deep_recursion_over_objects_is_no_ring() {
    struct Node {
        below: Option<Box<Anchored<Node>>>,
    }
    #[weak_memo(last)]
    fn depth(node: &mut Anchored<Node>, from: usize) -> &usize {
        // By `&mut`, which drops the node's own results.
        node.below.as_mut().map_or(from, |below| depth(below, from) + 1)
    }
    let run = || {
        let mut node = Anchored::new(Node { below: None });
        for _ in 0..3000 {
            node = Anchored::new(Node { below: Some(Box::new(node)) });
        }
        let all = *depth(&mut node, 1);
        // Nor does the drop recurse.
        while let Some(below) = node.below.take() {
            node = *below;
        }
        all
    };
    let all = std::thread::Builder::new().stack_size(256 << 20).spawn(run).unwrap().join().unwrap();
    assert_eq!(all, 3001);
}

#[test]
fn listeners_are_told_of_what_goes() {
    #[weak_memo(last)]
    fn row(text: &mut Anchored<String>, at: usize) -> &char {
        text.chars().nth(at).unwrap_or(' ')
    }
    let gone = Arc::new(Mutex::new(Vec::new()));
    let noted = Arc::clone(&gone);
    row_memo().on_removal(move |removal| {
        noted.lock().unwrap().push((removal.cause(), removal.value().map(|last| (last.key().0, *last.value()))));
    });
    let mut text = Anchored::new(String::from("abc"));
    row(&mut text, 0);
    row(&mut text, 1);
    row_memo().take(&mut text);
    row(&mut text, 2);
    drop(text);
    let gone = std::mem::take(&mut *gone.lock().unwrap());
    let expected = [
        (RemovalCause::Replaced, Some((0, 'a'))),
        (RemovalCause::Cleared, Some((1, 'b'))),
        (RemovalCause::ObjectGone, Some((2, 'c'))),
    ];
    assert_eq!(gone, expected);
}

#[test]
fn misses_are_explained() {
    #[weak_memo(last)]
    fn cell(text: &mut Anchored<String>, row: usize, column: u8) -> Result<&usize, ()> {
        if row == 9 { Err(()) } else { Ok(text.len() + row + usize::from(column)) }
    }
    cell_memo().explain(true);
    let mut text = Anchored::new(String::new());
    let why = |text: &mut Anchored<String>, row, column| {
        let _kept = cell(text, row, column).is_ok();
        cell_memo().misses().pop().unwrap().reason
    };
    assert_eq!(why(&mut text, 0, 0), MissReason::NewObject);
    assert_eq!(why(&mut text, 0, 1), MissReason::NewKey { differs: vec!["column"] });
    assert_eq!(why(&mut text, 1, 2), MissReason::NewKey { differs: vec!["row", "column"] });
    cell_memo().clear_owner(&mut text);
    assert_eq!(why(&mut text, 1, 2), MissReason::Cleared);
    assert_eq!(why(&mut text, 9, 2), MissReason::NewKey { differs: vec!["row"] });
    assert_eq!(why(&mut text, 1, 2), MissReason::Rejected);
    let mut text = Anchored::new(String::new());
    assert_eq!(why(&mut text, 9, 0), MissReason::NewObject);
    assert_eq!(why(&mut text, 9, 0), MissReason::Rejected);
}

#[test]
fn clones_carry_the_last_result() {
    #[weak_memo(last, carry)]
    fn rows(text: &mut Anchored<String>, width: usize) -> &[usize] {
        vec![text.len() / width]
    }
    let mut text = Anchored::new(String::from("abcd"));
    rows(&mut text, 2);
    let mut clone = text.clone_with_results();
    drop(text);
    assert_eq!(rows(&mut clone, 2), [2]);
    assert_eq!((rows_memo().stats().computes, rows_memo().stats().hits), (1, 1));
}

#[test]
fn a_miss_allocates_nothing_where_the_old_result_has_room() {
    #[weak_memo(last)]
    fn rows(text: &mut Anchored<String>, width: usize, #[memo(old)] old: Option<Vec<usize>>) -> &[usize] {
        let mut rows = old.unwrap_or_default();
        rows.clear();
        rows.extend(text.as_bytes().chunks(width).map(<[u8]>::len));
        rows
    }
    let mut text = Anchored::new(String::from("abcdefghij"));
    let mut all = || (1..9).for_each(|width| _ = rows(&mut text, width));
    all();
    let before = allocations();
    all();
    assert_eq!(allocations() - before, 0);
}
