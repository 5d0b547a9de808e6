use crate::memos::Memo;

/// A small generator of random numbers (SplitMix64): the same seed gives the same script, always.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0xA076_1D64_78BD_642F))
    }

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

    fn pick(&mut self) -> Pick {
        Pick(self.below(64) as u8)
    }
}

/// Which of those that there are, counted round: so that a script means something with any of its commands left out.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pick(pub(crate) u8);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Arc,
    Rc,
    Object,
}

impl Kind {
    pub(crate) const ALL: [Self; 3] = [Self::Arc, Self::Rc, Self::Object];
}

/// The arguments of a call.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Arguments {
    pub(crate) memo: Memo,
    pub(crate) owner: Pick,
    /// The further weak argument, or the number.
    pub(crate) extra: Pick,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Command {
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
    Call(Arguments),
    Get(Arguments),
    Insert(Arguments, u64),
    Refresh(Arguments),
    Forget(Arguments),
    Clear(Memo),
    ClearAll,
    Len(Memo),
    Sweep,
}

impl Command {
    pub(crate) fn random(random: &mut Random) -> Self {
        let kind = Kind::ALL[random.below(Kind::ALL.len())];
        let memo = Memo::ALL[random.below(Memo::ALL.len())];
        let arguments = Arguments { memo, owner: random.pick(), extra: random.pick() };
        match random.below(200) {
            0..16 => Self::Open(kind),
            16..24 => Self::CloneHandle(kind, random.pick()),
            24..44 => Self::Drop(kind, random.pick()),
            44..50 => Self::Move(random.pick()),
            50..58 => Self::Change(random.pick()),
            58..62 => Self::MakeMut(random.pick()),
            62..146 => Self::Call(arguments),
            146..158 => Self::Get(arguments),
            158..168 => Self::Insert(arguments, random.next()),
            168..178 => Self::Refresh(arguments),
            178..190 => Self::Forget(arguments),
            190..193 => Self::Clear(memo),
            193..194 => Self::ClearAll,
            194..198 => Self::Len(memo),
            _ => Self::Sweep,
        }
    }
}
