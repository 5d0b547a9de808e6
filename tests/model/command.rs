use arbitrary::{Arbitrary, Unstructured};

use super::memos::{Kind, Memo};

/// A small generator of random numbers (SplitMix64): the same seed gives the same script, always.
#[derive(Debug)]
pub struct Random(u64);

impl Random {
    /// The generator of this seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0xA076_1D64_78BD_642F))
    }
}

/// Where the choices of a script come from.
pub trait Choices {
    /// Any number.
    fn next(&mut self) -> u64;

    /// A number below `end`.
    fn below(&mut self, end: usize) -> usize;
}

impl Choices for Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ z >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ z >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ z >> 31
    }

    fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }
}

/// Bytes choose, as long as there are any; then it is the first of all choices.
impl Choices for Unstructured<'_> {
    fn next(&mut self) -> u64 {
        self.arbitrary().unwrap_or(0)
    }

    fn below(&mut self, end: usize) -> usize {
        self.int_in_range(0..=end - 1).unwrap_or(0)
    }
}

/// Which of those that there are, counted round: so that a script means something with any of its commands left out.
#[derive(Clone, Copy, Debug)]
pub struct Pick(pub(crate) u8);

impl Pick {
    fn any(choices: &mut impl Choices) -> Self {
        Self(choices.below(64) as u8)
    }
}

/// The arguments of a call.
#[derive(Clone, Copy, Debug)]
pub struct Arguments {
    pub(crate) memo: Memo,
    pub(crate) owner: Pick,
    /// The further weak argument, or the number.
    pub(crate) extra: Pick,
}

/// One step of a script.
#[derive(Clone, Copy, Debug)]
pub enum Command {
    /// A new object.
    Open(Kind),
    /// One more handle to the same object.
    CloneHandle(Kind, Pick),
    /// One handle less; the last one ends the object.
    Drop(Kind, Pick),
    /// An in-object anchor moves to another address.
    Move(Pick),
    /// `&mut` to an object with its anchor inside.
    Change(Pick),
    /// `Arc::make_mut`: whatever it returns is another object.
    MakeMut(Pick),
    /// The function.
    Call(Arguments),
    /// What is stored.
    Get(Arguments),
    /// Another result.
    Insert(Arguments, u64),
    /// A new result of the function.
    Refresh(Arguments),
    /// One result less.
    Forget(Arguments),
    /// All results of a memo.
    Clear(Memo),
    /// All results of all memos that do not lend.
    ClearAll,
    /// How many results there are.
    Len(Memo),
    /// Everything that is dead.
    Sweep,
}

impl Command {
    /// Any command; calls are as frequent as they are in programs.
    pub fn any(choices: &mut impl Choices) -> Self {
        let kind = Kind::ALL[choices.below(Kind::ALL.len())];
        let memo = Memo::ALL[choices.below(Memo::ALL.len())];
        let arguments = Arguments { memo, owner: Pick::any(choices), extra: Pick::any(choices) };
        match choices.below(200) {
            0..16 => Self::Open(kind),
            16..24 => Self::CloneHandle(kind, Pick::any(choices)),
            24..44 => Self::Drop(kind, Pick::any(choices)),
            44..50 => Self::Move(Pick::any(choices)),
            50..58 => Self::Change(Pick::any(choices)),
            58..62 => Self::MakeMut(Pick::any(choices)),
            62..146 => Self::Call(arguments),
            146..158 => Self::Get(arguments),
            158..168 => Self::Insert(arguments, choices.next()),
            168..178 => Self::Refresh(arguments),
            178..190 => Self::Forget(arguments),
            190..193 => Self::Clear(memo),
            193..194 => Self::ClearAll,
            194..198 => Self::Len(memo),
            _ => Self::Sweep,
        }
    }
}

impl<'b> Arbitrary<'b> for Command {
    fn arbitrary(bytes: &mut Unstructured<'b>) -> arbitrary::Result<Self> {
        Ok(Self::any(bytes))
    }
}
