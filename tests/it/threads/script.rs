//! Small scripts, at random and by hand.

use crate::memos::Memo;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Act {
    Call,
    Get,
    Insert,
    Refresh,
    Forget,
    Clear,
    Len,
    Stats,
    Sweep,
    /// This thread's handle of the object goes.
    Drop,
    /// The same, and a new object comes in its place, perhaps at its address.
    Renew,
}

#[derive(Clone, Debug)]
pub(crate) struct Command {
    pub(crate) act: Act,
    pub(crate) memo: Memo,
    /// One of [`OBJECTS`].
    pub(crate) object: usize,
    pub(crate) name: u8,
    /// Whether the body ends in a panic.
    pub(crate) panics: bool,
    /// What the body does.
    pub(crate) inside: Vec<Command>,
}

pub(crate) const OBJECTS: usize = 2;
const NAMES: u8 = 3;

#[derive(Clone, Debug, Default)]
pub(crate) struct Script {
    /// Before the threads begin.
    pub(crate) first: Vec<Command>,
    pub(crate) threads: Vec<Vec<Command>>,
    /// Whether the objects outlive the threads: then what is stored in the end is looked at, too.
    pub(crate) keep: bool,
}

impl Command {
    pub(crate) fn new(act: Act, memo: Memo, object: usize) -> Self {
        Self { act, memo, object, name: 0, panics: false, inside: Vec::new() }
    }

    pub(crate) fn named(mut self, name: u8) -> Self {
        self.name = name;
        self
    }

    pub(crate) fn with(mut self, inside: Vec<Self>) -> Self {
        self.inside = inside;
        self
    }

    pub(crate) fn panicking(mut self) -> Self {
        self.panics = true;
        self
    }

    fn random(random: &mut fastrand::Rng, memos: &[Memo], depth: usize) -> Self {
        let memo = memos[random.usize(..memos.len())];
        let mut act = match random.u8(..100) {
            0..40 => Act::Call,
            40..48 => Act::Get,
            48..58 => Act::Insert,
            58..67 => Act::Refresh,
            67..77 => Act::Forget,
            77..84 => Act::Clear,
            84..87 => Act::Len,
            87..90 => Act::Stats,
            90..93 => Act::Sweep,
            93..97 => Act::Drop,
            _ => Act::Renew,
        };
        if memo.lends() && matches!(act, Act::Insert | Act::Refresh | Act::Forget | Act::Clear) {
            act = Act::Call;
        }
        if depth > 0 && matches!(act, Act::Drop | Act::Renew | Act::Refresh) {
            act = Act::Call;
        }
        let mut command = Self::new(act, memo, random.usize(..OBJECTS)).named(random.u8(..NAMES));
        if matches!(act, Act::Call | Act::Refresh) {
            command.panics = random.u8(..10) == 0;
            if depth < 2 && random.u8(..8) == 0 {
                command.inside.push(Self::random(random, memos, depth + 1));
            }
        }
        command
    }
}

impl Script {
    pub(crate) fn random(random: &mut fastrand::Rng) -> Self {
        // Few memos, or nothing would meet.
        let memos: Vec<Memo> = (0..random.usize(1..=2)).map(|_| Memo::ALL[random.usize(..Memo::ALL.len())]).collect();
        let mut commands = |range: std::ops::RangeInclusive<usize>| -> Vec<Command> {
            (0..random.usize(range)).map(|_| Command::random(random, &memos, 0)).collect()
        };
        let first = commands(0..=2);
        let threads = if commands(0..=1).is_empty() { 2 } else { 3 };
        let threads = (0..threads).map(|_| commands(2..=5)).collect();
        Self { first, threads, keep: random.u8(..4) > 0 }
    }
}
