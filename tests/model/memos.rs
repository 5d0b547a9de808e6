//! The memos of the model, and one face for all of them.

use std::rc::Rc;
use std::sync::{Arc, OnceLock};

use crate::{Tally, Token};
use memo_core::{Anchored, Stats, weak_memo};

/// An object: what it is made of takes part in every answer.
#[derive(Clone)]
pub(crate) struct Doc {
    pub(crate) content: u64,
}

/// A result, counted.
#[derive(Clone)]
pub(crate) struct Answer {
    pub(crate) number: u64,
    _token: Token,
}

/// One of the memos.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Memo {
    /// `Arc`, by clone.
    Plain,
    /// `Arc` and a number, by clone.
    Keyed,
    /// The same with room for [`ROOM`] results only.
    Bounded,
    /// Two `Arc`s.
    Pair,
    /// `Arc` and an object with its anchor inside.
    Beside,
    /// `Arc`, by reference.
    LentArc,
    /// In-object, by clone.
    Object,
    /// In-object, by reference.
    Lent,
    /// Two in-object ones, by reference.
    LentPair,
    /// In-object and an `Arc`.
    Under,
    /// `Rc` and an object with its anchor inside: a memo of one thread.
    Rc,
}

/// What an object is, to a memo.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// An `Arc`.
    Arc,
    /// An `Rc`.
    Rc,
    /// An object with its anchor inside.
    Object,
}

impl Kind {
    pub(crate) const ALL: [Self; 3] = [Self::Arc, Self::Rc, Self::Object];
}

/// What takes part besides the owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Extra {
    None,
    /// One of so many numbers.
    Number(u8),
    Weak(Kind),
}

pub(crate) const ROOM: usize = 3;

impl Memo {
    pub(crate) const ALL: [Self; 11] = [
        Self::Plain,
        Self::Keyed,
        Self::Bounded,
        Self::Pair,
        Self::Beside,
        Self::LentArc,
        Self::Object,
        Self::Lent,
        Self::LentPair,
        Self::Under,
        Self::Rc,
    ];

    pub(crate) fn extra(self) -> Extra {
        match self {
            Self::Plain | Self::LentArc | Self::Object | Self::Lent => Extra::None,
            Self::Keyed => Extra::Number(40),
            Self::Bounded => Extra::Number(6),
            Self::Pair | Self::Under => Extra::Weak(Kind::Arc),
            Self::Beside | Self::LentPair | Self::Rc => Extra::Weak(Kind::Object),
        }
    }

    pub(crate) fn lends(self) -> bool {
        matches!(self, Self::LentArc | Self::Lent | Self::LentPair)
    }

    /// All answers of this memo.
    pub(crate) fn tally(self) -> &'static Tally {
        static TALLIES: OnceLock<[Tally; Memo::ALL.len()]> = OnceLock::new();
        &TALLIES.get_or_init(Default::default)[self as usize]
    }

    pub(crate) fn answer(self, number: u64) -> Answer {
        Answer { number, _token: self.tally().token() }
    }

    /// What the body says.
    pub(crate) fn number(self, owner: u64, extra: u64) -> u64 {
        let mixed = (owner ^ (self as u64) << 56).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        (mixed ^ mixed >> 29).wrapping_add(extra).wrapping_mul(0xBF58_476D_1CE4_E5B9)
    }

    fn body(self, owner: &Doc, extra: u64) -> Answer {
        self.answer(self.number(owner.content, extra))
    }
}

#[weak_memo]
fn plain(doc: &Arc<Doc>) -> Answer {
    Memo::Plain.body(doc, 0)
}

#[weak_memo]
fn keyed(doc: &Arc<Doc>, number: u64) -> Answer {
    Memo::Keyed.body(doc, number)
}

#[weak_memo(capacity = ROOM)]
fn bounded(doc: &Arc<Doc>, number: u64) -> Answer {
    Memo::Bounded.body(doc, number)
}

#[weak_memo]
fn pair(doc: &Arc<Doc>, other: &Arc<Doc>) -> Answer {
    Memo::Pair.body(doc, other.content)
}

#[weak_memo]
fn beside(doc: &Arc<Doc>, other: &Anchored<Doc>) -> Answer {
    Memo::Beside.body(doc, other.content)
}

#[weak_memo]
fn lent_arc(doc: &Arc<Doc>) -> &Answer {
    Memo::LentArc.body(doc, 0)
}

#[weak_memo]
fn object(doc: &Anchored<Doc>) -> Answer {
    Memo::Object.body(doc, 0)
}

#[weak_memo]
fn lent(doc: &Anchored<Doc>) -> &Answer {
    Memo::Lent.body(doc, 0)
}

#[weak_memo(capacity = unbounded)]
fn lent_pair(doc: &Anchored<Doc>, other: &Anchored<Doc>) -> &Answer {
    Memo::LentPair.body(doc, other.content)
}

#[weak_memo]
fn under(doc: &Anchored<Doc>, other: &Arc<Doc>) -> Answer {
    Memo::Under.body(doc, other.content)
}

#[weak_memo]
fn rc(doc: &Rc<Doc>, other: &Anchored<Doc>) -> Answer {
    Memo::Rc.body(doc, other.content)
}

/// The arguments of one call.
pub(crate) enum Args<'a> {
    Plain(&'a Arc<Doc>),
    Keyed(&'a Arc<Doc>, u64),
    Bounded(&'a Arc<Doc>, u64),
    Pair(&'a Arc<Doc>, &'a Arc<Doc>),
    Beside(&'a Arc<Doc>, &'a Anchored<Doc>),
    LentArc(&'a Arc<Doc>),
    Object(&'a Anchored<Doc>),
    Lent(&'a Anchored<Doc>),
    LentPair(&'a Anchored<Doc>, &'a Anchored<Doc>),
    Under(&'a Anchored<Doc>, &'a Arc<Doc>),
    Rc(&'a Rc<Doc>, &'a Anchored<Doc>),
}

/// One method of the handle of each memo that returns by clone.
macro_rules! owned {
    ($args:expr, $method:ident $(, $value:expr)?) => {
        match *$args {
            Args::Plain(doc) => plain_memo().$method(doc $(, $value)?),
            Args::Keyed(doc, number) => keyed_memo().$method((doc, number) $(, $value)?),
            Args::Bounded(doc, number) => bounded_memo().$method((doc, number) $(, $value)?),
            Args::Pair(doc, other) => pair_memo().$method((doc, other) $(, $value)?),
            Args::Beside(doc, other) => beside_memo().$method((doc, other) $(, $value)?),
            Args::Object(doc) => object_memo().$method(doc $(, $value)?),
            Args::Under(doc, other) => under_memo().$method((doc, other) $(, $value)?),
            Args::Rc(doc, other) => rc_memo().$method((doc, other) $(, $value)?),
            Args::LentArc(_) | Args::Lent(_) | Args::LentPair(..) => {
                unreachable!("not asked of a memo that lends")
            }
        }
    };
}

macro_rules! every {
    ($memo:expr, $method:ident) => {
        match $memo {
            Memo::Plain => plain_memo().$method(),
            Memo::Keyed => keyed_memo().$method(),
            Memo::Bounded => bounded_memo().$method(),
            Memo::Pair => pair_memo().$method(),
            Memo::Beside => beside_memo().$method(),
            Memo::LentArc => lent_arc_memo().$method(),
            Memo::Object => object_memo().$method(),
            Memo::Lent => lent_memo().$method(),
            Memo::LentPair => lent_pair_memo().$method(),
            Memo::Under => under_memo().$method(),
            Memo::Rc => rc_memo().$method(),
        }
    };
}

impl Args<'_> {
    pub(crate) fn call(&self) -> u64 {
        match *self {
            Self::Plain(doc) => plain(doc).number,
            Self::Keyed(doc, number) => keyed(doc, number).number,
            Self::Bounded(doc, number) => bounded(doc, number).number,
            Self::Pair(doc, other) => pair(doc, other).number,
            Self::Beside(doc, other) => beside(doc, other).number,
            Self::LentArc(doc) => lent_arc(doc).number,
            Self::Object(doc) => object(doc).number,
            Self::Lent(doc) => lent(doc).number,
            Self::LentPair(doc, other) => lent_pair(doc, other).number,
            Self::Under(doc, other) => under(doc, other).number,
            Self::Rc(doc, other) => rc(doc, other).number,
        }
    }

    pub(crate) fn get(&self) -> Option<u64> {
        match *self {
            Self::LentArc(doc) => lent_arc_memo().get(doc).map(|answer| answer.number),
            Self::Lent(doc) => lent_memo().get(doc).map(|answer| answer.number),
            Self::LentPair(doc, other) => lent_pair_memo().get((doc, other)).map(|answer| answer.number),
            _ => owned!(self, get).map(|answer| answer.number),
        }
    }

    pub(crate) fn insert(&self, answer: Answer) {
        owned!(self, insert, answer);
    }

    pub(crate) fn refresh(&self) -> u64 {
        owned!(self, refresh).number
    }

    pub(crate) fn forget(&self) -> bool {
        owned!(self, forget)
    }
}

impl Memo {
    pub(crate) fn stats(self) -> Stats {
        every!(self, stats)
    }

    pub(crate) fn len(self) -> usize {
        every!(self, len)
    }

    pub(crate) fn is_empty(self) -> bool {
        every!(self, is_empty)
    }

    pub(crate) fn clear(self) -> usize {
        match self {
            Self::Plain => plain_memo().clear(),
            Self::Keyed => keyed_memo().clear(),
            Self::Bounded => bounded_memo().clear(),
            Self::Pair => pair_memo().clear(),
            Self::Beside => beside_memo().clear(),
            Self::Object => object_memo().clear(),
            Self::Under => under_memo().clear(),
            Self::Rc => rc_memo().clear(),
            Self::LentArc | Self::Lent | Self::LentPair => unreachable!("not asked of a memo that lends"),
        }
    }
}
