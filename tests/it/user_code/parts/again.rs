//! The ways in which user code goes back in.

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Again {
    SameKey,
    OtherKey,
    OtherOwner,
    OtherMemo,
    Get,
    Insert,
    Refresh,
    Forget,
    Clear,
    Look,
    Report,
    Sweep,
    ClearAll,
    /// Drops the last owner of another object that has results.
    DropObject,
    /// Drops another weak argument that has results of this object.
    DropSecond,
    /// Drops a clone of this object's own pointer.
    DropClone,
}

impl Again {
    pub(crate) const ALL: [Self; 16] = [
        Self::SameKey,
        Self::OtherKey,
        Self::OtherOwner,
        Self::OtherMemo,
        Self::Get,
        Self::Insert,
        Self::Refresh,
        Self::Forget,
        Self::Clear,
        Self::Look,
        Self::Report,
        Self::Sweep,
        Self::ClearAll,
        Self::DropObject,
        Self::DropSecond,
        Self::DropClone,
    ];

    /// Whether it asks for results of this very object.
    pub(crate) fn needs_the_object(self) -> bool {
        use Again::*;
        matches!(self, SameKey | OtherKey | OtherMemo | Get | Insert | Refresh | Forget | DropSecond | DropClone)
    }

    /// Whether it takes results back, which memos that lend cannot.
    pub(crate) fn revokes(self) -> bool {
        matches!(self, Self::Insert | Self::Refresh | Self::Forget | Self::Clear)
    }

    /// Whether it may take away what is being asked for.
    pub(crate) fn removes(self) -> bool {
        self.revokes() || matches!(self, Self::ClearAll | Self::OtherKey | Self::SameKey)
    }
}

/// Whether asking for the same key is a ring (law 10).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ring {
    Must,
    Never,
    May,
}
