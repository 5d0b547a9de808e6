//! The memos by name.

macro_rules! ids {
    ($($(#[$doc:meta])* $id:ident,)*) => {
        /// A memo.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Id {
            $($(#[$doc])* $id,)*
        }

        impl Id {
            pub(crate) const ALL: &'static [Self] = &[$(Self::$id,)*];
        }
    };
}

ids! {
    Plain, Quad, Counted, Text, Lent,
    Few, Some, Valued, LentKeyed,
    Pair, Beside, Optional,
    Racing, RacingKeyed, Red, Blue,
    Fallible, Picky,
    Noisy, Here, Tree,
    Inside, InsideKeyed, InsidePair, NodeQuad, NodeLent, NodeUnder, NodeNoisy,
    Rc, RcLent, RcNoisy, RcKeyed,
    Padded, PaddedLent, BesidePadded, RcBesidePadded,
}
