//! The memos, whose bodies say which compute made an answer, and values that count and give way wherever they are touched.

use std::cell::RefCell;
use std::hash::{Hash, Hasher};
use std::sync::Arc;
use std::time::Duration;

use memo_core::{Anchored, Stats, weak_memo};
use memo_tests::{Tally, Token};

/// Another thread may go on here: user code is no more atomic than ours.
pub(crate) fn point() {
    if !std::thread::panicking() {
        shuttle::thread::sleep(Duration::ZERO);
    }
}

/// What the run fills in: what every body does, and the count of all answers.
#[derive(Clone)]
pub(crate) struct Run {
    pub(crate) body: fn() -> Version,
    pub(crate) tally: Tally,
}

thread_local! {
    /// Of the system's thread, which all threads of a schedule share.
    static RUN: RefCell<Option<Run>> = const { RefCell::new(None) };
}

pub(crate) fn begin(run: Run) {
    RUN.set(Some(run));
}

fn run() -> Run {
    RUN.with_borrow(Clone::clone).expect("within a run")
}

fn number_of_this_run() -> Version {
    (run().body)()
}

pub(crate) struct Doc;

/// An owner for `Arc` memos and, inside, for those with their anchor in the object.
pub(crate) type Object = Arc<Anchored<Doc>>;

/// Which compute or insert it came from.
pub(crate) type Version = u32;

pub(crate) struct Answer {
    version: Version,
    token: Token,
}

impl Answer {
    fn new(version: Version) -> Self {
        Self { version, token: run().tally.token() }
    }
}

impl Clone for Answer {
    fn clone(&self) -> Self {
        point();
        let copy = Self { version: self.version, token: self.token.clone() };
        point();
        copy
    }
}

impl Drop for Answer {
    fn drop(&mut self) {
        point();
        assert_ne!(self.version, 0, "dropped twice");
        self.version = 0;
    }
}

/// A key of the user's.
#[derive(Clone, Copy)]
pub(crate) struct Name(u8);

impl Hash for Name {
    fn hash<H: Hasher>(&self, state: &mut H) {
        point();
        // All names on one hash chain.
        0_u8.hash(state);
    }
}

impl PartialEq for Name {
    fn eq(&self, other: &Self) -> bool {
        point();
        self.0 == other.0
    }
}

impl Eq for Name {}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Memo {
    /// In-object, by clone.
    Inside,
    /// `Arc`, by clone.
    Plain,
    /// `Arc`, a number: copied by code of ours.
    Number,
    /// `Arc` and a number, room for [`ROOM`].
    Bounded,
    /// `Arc` and a key of the user's.
    Named,
    /// Racers.
    Racing,
    /// `Arc`, by reference.
    Lent,
    /// In-object, by reference.
    LentInside,
    /// Two `Arc`s.
    Pair,
    /// `Arc`, and one with its anchor inside.
    Beside,
}

pub(crate) const ROOM: usize = 2;

impl Memo {
    pub(crate) const ALL: [Self; 10] = [
        Self::Inside,
        Self::Plain,
        Self::Number,
        Self::Bounded,
        Self::Named,
        Self::Racing,
        Self::Lent,
        Self::LentInside,
        Self::Pair,
        Self::Beside,
    ];

    pub(crate) fn lends(self) -> bool {
        matches!(self, Self::Lent | Self::LentInside)
    }

    pub(crate) fn has_name(self) -> bool {
        matches!(self, Self::Bounded | Self::Named)
    }

    pub(crate) fn has_peer(self) -> bool {
        matches!(self, Self::Pair | Self::Beside)
    }

    pub(crate) fn races(self) -> bool {
        self == Self::Racing
    }

    pub(crate) fn room(self) -> usize {
        if self == Self::Bounded { ROOM } else { usize::MAX }
    }
}

fn body() -> Answer {
    Answer::new(number_of_this_run())
}

#[weak_memo]
fn inside(_doc: &Anchored<Doc>) -> Answer {
    body()
}

#[weak_memo]
fn plain(_doc: &Arc<Anchored<Doc>>) -> Answer {
    body()
}

#[weak_memo]
fn number(_doc: &Arc<Anchored<Doc>>) -> u32 {
    number_of_this_run()
}

#[weak_memo(capacity = ROOM)]
fn bounded(_doc: &Arc<Anchored<Doc>>, _name: u8) -> Answer {
    body()
}

#[weak_memo]
fn named(_doc: &Arc<Anchored<Doc>>, #[memo(value)] _name: Name) -> Answer {
    body()
}

#[weak_memo(single_flight = false)]
fn racing(_doc: &Arc<Anchored<Doc>>) -> Answer {
    body()
}

#[weak_memo]
fn lent(_doc: &Arc<Anchored<Doc>>) -> &Answer {
    body()
}

#[weak_memo]
fn lent_inside(_doc: &Anchored<Doc>) -> &Answer {
    body()
}

#[weak_memo]
fn pair(_doc: &Arc<Anchored<Doc>>, _other: &Arc<Anchored<Doc>>) -> Answer {
    body()
}

#[weak_memo]
fn beside(_doc: &Arc<Anchored<Doc>>, _other: &Anchored<Doc>) -> Answer {
    body()
}

/// The arguments of a call.
pub(crate) struct Args {
    pub(crate) memo: Memo,
    pub(crate) owner: Object,
    pub(crate) peer: Object,
    pub(crate) name: u8,
}

impl Args {
    pub(crate) fn call(&self) -> Version {
        let (doc, other) = (&self.owner, &self.peer);
        match self.memo {
            Memo::Inside => inside(doc).version,
            Memo::Plain => plain(doc).version,
            Memo::Number => number(doc),
            Memo::Bounded => bounded(doc, self.name).version,
            Memo::Named => named(doc, Name(self.name)).version,
            Memo::Racing => racing(doc).version,
            Memo::Lent => lent(doc).version,
            Memo::LentInside => lent_inside(doc).version,
            Memo::Pair => pair(doc, other).version,
            Memo::Beside => beside(doc, other).version,
        }
    }

    pub(crate) fn get(&self) -> Option<Version> {
        let (doc, other) = (&self.owner, &self.peer);
        match self.memo {
            Memo::Inside => inside_memo().get(doc).map(|answer| answer.version),
            Memo::Plain => plain_memo().get(doc).map(|answer| answer.version),
            Memo::Number => number_memo().get(doc),
            Memo::Bounded => bounded_memo().get((doc, self.name)).map(|answer| answer.version),
            Memo::Named => named_memo().get((doc, Name(self.name))).map(|answer| answer.version),
            Memo::Racing => racing_memo().get(doc).map(|answer| answer.version),
            Memo::Lent => lent_memo().get(doc).map(|answer| answer.version),
            Memo::LentInside => lent_inside_memo().get(doc).map(|answer| answer.version),
            Memo::Pair => pair_memo().get((doc, other)).map(|answer| answer.version),
            Memo::Beside => beside_memo().get((doc, other)).map(|answer| answer.version),
        }
    }

    pub(crate) fn refresh(&self) -> Version {
        let (doc, other) = (&self.owner, &self.peer);
        match self.memo {
            Memo::Inside => inside_memo().refresh(doc).version,
            Memo::Plain => plain_memo().refresh(doc).version,
            Memo::Number => number_memo().refresh(doc),
            Memo::Bounded => bounded_memo().refresh((doc, self.name)).version,
            Memo::Named => named_memo().refresh((doc, Name(self.name))).version,
            Memo::Racing => racing_memo().refresh(doc).version,
            Memo::Pair => pair_memo().refresh((doc, other)).version,
            Memo::Beside => beside_memo().refresh((doc, other)).version,
            Memo::Lent | Memo::LentInside => unreachable!("not asked of what lends"),
        }
    }

    pub(crate) fn insert(&self, version: Version) {
        let (doc, other) = (&self.owner, &self.peer);
        match self.memo {
            Memo::Inside => inside_memo().insert(doc, Answer::new(version)),
            Memo::Plain => plain_memo().insert(doc, Answer::new(version)),
            Memo::Number => number_memo().insert(doc, version),
            Memo::Bounded => bounded_memo().insert((doc, self.name), Answer::new(version)),
            Memo::Named => named_memo().insert((doc, Name(self.name)), Answer::new(version)),
            Memo::Racing => racing_memo().insert(doc, Answer::new(version)),
            Memo::Pair => pair_memo().insert((doc, other), Answer::new(version)),
            Memo::Beside => beside_memo().insert((doc, other), Answer::new(version)),
            Memo::Lent | Memo::LentInside => unreachable!("not asked of what lends"),
        }
    }

    pub(crate) fn forget(&self) -> bool {
        let (doc, other) = (&self.owner, &self.peer);
        match self.memo {
            Memo::Inside => inside_memo().forget(doc),
            Memo::Plain => plain_memo().forget(doc),
            Memo::Number => number_memo().forget(doc),
            Memo::Bounded => bounded_memo().forget((doc, self.name)),
            Memo::Named => named_memo().forget((doc, Name(self.name))),
            Memo::Racing => racing_memo().forget(doc),
            Memo::Pair => pair_memo().forget((doc, other)),
            Memo::Beside => beside_memo().forget((doc, other)),
            Memo::Lent | Memo::LentInside => unreachable!("not asked of what lends"),
        }
    }
}

impl Memo {
    pub(crate) fn clear(self) -> usize {
        match self {
            Self::Inside => inside_memo().clear(),
            Self::Plain => plain_memo().clear(),
            Self::Number => number_memo().clear(),
            Self::Bounded => bounded_memo().clear(),
            Self::Named => named_memo().clear(),
            Self::Racing => racing_memo().clear(),
            Self::Pair => pair_memo().clear(),
            Self::Beside => beside_memo().clear(),
            Self::Lent | Self::LentInside => unreachable!("not asked of what lends"),
        }
    }
}

macro_rules! every {
    ($memo:expr, $method:ident) => {
        match $memo {
            Memo::Inside => inside_memo().$method(),
            Memo::Plain => plain_memo().$method(),
            Memo::Number => number_memo().$method(),
            Memo::Bounded => bounded_memo().$method(),
            Memo::Named => named_memo().$method(),
            Memo::Racing => racing_memo().$method(),
            Memo::Lent => lent_memo().$method(),
            Memo::LentInside => lent_inside_memo().$method(),
            Memo::Pair => pair_memo().$method(),
            Memo::Beside => beside_memo().$method(),
        }
    };
}

impl Memo {
    pub(crate) fn len(self) -> usize {
        every!(self, len)
    }

    pub(crate) fn stats(self) -> Stats {
        every!(self, stats)
    }
}
