//! Law 5: two to eight weak arguments in every mix of kinds, any of which dies.

#![allow(clippy::too_many_arguments, reason = "the very many are what is tested")]

use std::rc::Rc;
use std::sync::Arc;

use memo_core::{Anchored, MemoKey, Stats, sweep, weak_memo};
use memo_tests::{Tally, Token, alone};

/// An argument that is one of the kinds that any thread may see.
#[derive(Clone, Copy, MemoKey)]
enum Any<'a> {
    Arc(&'a Arc<u8>),
    Inside(&'a Anchored<u8>),
}

/// The same for memos of one thread.
#[derive(Clone, Copy, MemoKey)]
enum AnyHere<'a> {
    Arc(&'a Arc<u8>),
    Inside(&'a Anchored<u8>),
    Rc(&'a Rc<u8>),
}

/// Some deeper down than others.
#[derive(MemoKey)]
struct Deep<A, B> {
    first: Option<(u8, A)>,
    others: Vec<Option<Box<[B]>>>,
}

enum Object {
    Arc(Arc<u8>),
    Inside(Anchored<u8>),
    Rc(Rc<u8>),
}

impl Object {
    /// One of the first so many kinds.
    fn of_kind(kind: usize) -> Self {
        match kind {
            0 => Self::Arc(Arc::new(0)),
            1 => Self::Inside(Anchored::new(0)),
            _ => Self::Rc(Rc::new(0)),
        }
    }

    fn any(&self) -> Any<'_> {
        match self {
            Self::Arc(arc) => Any::Arc(arc),
            Self::Inside(object) => Any::Inside(object),
            Self::Rc(_) => unreachable!("such an argument would not compile"),
        }
    }

    fn any_here(&self) -> AnyHere<'_> {
        match self {
            Self::Arc(arc) => AnyHere::Arc(arc),
            Self::Inside(object) => AnyHere::Inside(object),
            Self::Rc(rc) => AnyHere::Rc(rc),
        }
    }

    /// Whether its death is the end of a result there and then. An owner's own anchor is where the result lies.
    fn is_exact(&self) -> bool {
        matches!(self, Self::Inside(_))
    }
}

/// One memo of some number of arguments.
struct Memo {
    call: fn(&Object, &[&Object], &Tally),
    len: fn() -> usize,
    stats: fn() -> Stats,
    arguments: usize,
}

macro_rules! memos {
    ($owner:ty, $kind:ident, $any:ident, $make:ident, $($arguments:literal: $($argument:ident $at:literal),+;)+) => {
        [$({
            #[weak_memo]
            fn f(owner: &$owner, $($argument: &$any<'_>,)+ #[memo(skip)] tally: &Tally) -> Arc<Token> {
                let _ = (owner, $($argument),+);
                Arc::new(tally.token())
            }
            Memo {
                call: |owner, others, tally| {
                    let Object::$kind(owner) = owner else { unreachable!("an owner of this kind was made") };
                    f(owner, $(&others[$at].$make(),)+ tally);
                },
                len: || f_memo().len(),
                stats: || f_memo().stats(),
                arguments: $arguments,
            }
        }),+]
    };
}

macro_rules! of_two_to_eight {
    ($owner:ty, $kind:ident, $any:ident, $make:ident) => {
        memos! { $owner, $kind, $any, $make,
            2: a 0;
            3: a 0, b 1;
            4: a 0, b 1, c 2;
            5: a 0, b 1, c 2, d 3;
            6: a 0, b 1, c 2, d 3, e 4;
            7: a 0, b 1, c 2, d 3, e 4, f 5;
            8: a 0, b 1, c 2, d 3, e 4, f 5, g 6;
        }
    };
}

/// The same eight, at depth.
macro_rules! at_depth {
    ($owner:ty, $kind:ident, $any:ident, $make:ident) => {{
        #[weak_memo]
        fn deep(
            owner: &$owner,
            key: &Deep<$any<'_>, $any<'_>>,
            rest: (u8, Option<&[$any<'_>]>),
            #[memo(skip)] tally: &Tally,
        ) -> Arc<Token> {
            let _ = (owner, key, rest);
            Arc::new(tally.token())
        }
        Memo {
            call: |owner, others, tally| {
                let Object::$kind(owner) = owner else { unreachable!("an owner of this kind was made") };
                let all: Vec<_> = others.iter().map(|other| other.$make()).collect();
                let others = vec![None, Some(all[1..3].into()), Some(all[3..4].into())];
                deep(owner, &Deep { first: Some((1, all[0])), others }, (2, Some(&all[4..])), tally);
            },
            len: || deep_memo().len(),
            stats: || deep_memo().stats(),
            arguments: 8,
        }
    }};
}

/// Makes the entry of each mix of the first so many kinds, drops each argument in turn, and looks whether the result is gone.
/// `twice`: the last argument is the second one again. Of many mixes a sample is enough.
fn each_death_in_each_mix(memo: &Memo, owner: usize, kinds: usize, twice: bool, every: usize) {
    let tally = Tally::new();
    let others = memo.arguments - 1 - usize::from(twice);
    for mix in (0..kinds.pow(others as u32)).step_by(every) {
        for dying in 0..=others {
            let digits = (0..others).map(|at| mix / kinds.pow(at as u32) % kinds);
            let mut all: Vec<_> =
                std::iter::once(owner).chain(digits).map(|kind| Some(Object::of_kind(kind))).collect();
            for _ in 0..2 {
                let mut given: Vec<&Object> = all.iter().flatten().collect();
                given.extend(twice.then(|| given[1]));
                (memo.call)(given[0], &given[1..], &tally);
            }
            let told = || format!("{dying} of mix {mix}, {} arguments, twice: {twice}", memo.arguments);
            assert_eq!((tally.alive(), (memo.len)()), (1, 1), "before: {}", told());
            let exact = all[dying].as_ref().is_some_and(Object::is_exact);
            all[dying] = None;
            if exact {
                assert_eq!(tally.alive(), 0, "in the drop: {}", told());
            }
            assert_eq!((memo.len)(), 0, "after: {}", told());
            assert_eq!(tally.alive(), usize::from(!exact), "`len` only reads: {}", told());
            sweep();
            assert_eq!(tally.alive(), 0, "after a sweep: {}", told());
        }
    }
    sweep();
    memo_tests::assert_balanced(&(memo.stats)());
    assert_eq!((memo.stats)().hits, (memo.stats)().misses, "each result was found once");
}

fn all_of(memos: &[Memo], owner: usize, kinds: usize) {
    for memo in memos {
        // 3^7 mixes are many.
        let every = if kinds.pow(memo.arguments as u32 - 1) > 300 { 13 } else { 1 };
        each_death_in_each_mix(memo, owner, kinds, false, every);
        if memo.arguments > 2 {
            each_death_in_each_mix(memo, owner, kinds, true, every);
        }
    }
}

#[test]
fn under_an_arc() {
    alone(|| {
        all_of(&of_two_to_eight!(Arc<u8>, Arc, Any, any), 0, 2);
        all_of(&[at_depth!(Arc<u8>, Arc, Any, any)], 0, 2);
    });
}

#[test]
fn under_an_object_with_an_anchor() {
    alone(|| {
        all_of(&of_two_to_eight!(Anchored<u8>, Inside, Any, any), 1, 2);
        all_of(&[at_depth!(Anchored<u8>, Inside, Any, any)], 1, 2);
    });
}

/// Also here an object with an anchor inside takes the result with it, where it dies on this thread.
#[test]
fn under_an_rc() {
    alone(|| {
        all_of(&of_two_to_eight!(Rc<u8>, Rc, AnyHere, any_here), 2, 3);
        all_of(&[at_depth!(Rc<u8>, Rc, AnyHere, any_here)], 2, 3);
    });
}

/// What a second argument's `&mut` access takes away counts as cleared, also beside an `Rc`, and is gone at once.
#[test]
fn a_change_of_an_object_with_an_rc_owner_ends_the_entry_at_once() {
    #[weak_memo]
    fn f(owner: &Rc<u8>, object: &Anchored<u8>, other: &Anchored<u8>, #[memo(skip)] tally: &Tally) -> Rc<Token> {
        let _ = (owner, object, other);
        Rc::new(tally.token())
    }
    alone(|| {
        let (owner, mut object, other, tally) = (Rc::new(0), Anchored::new(0), Anchored::new(0), Tally::new());
        for _ in 0..3 {
            f(&owner, &object, &other, &tally);
            f(&owner, &other, &object, &tally);
            f(&owner, &other, &other, &tally);
            assert_eq!(tally.alive(), 3);
            *object += 1;
            assert_eq!(tally.alive(), 1, "in the change");
        }
        assert_eq!((f_memo().stats().cleared, f_memo().stats().hits), (6, 2));
        drop(other);
        assert_eq!((tally.alive(), f_memo().stats().dropped, f_memo().stats().entries), (0, 1, 0));
    });
}
