//! What a thread does, and how often.

macro_rules! acts {
    ($($(#[$doc:meta])* $act:ident $weight:literal,)*) => {
        /// Something that a thread does.
        #[derive(Clone, Copy, Debug)]
        pub(crate) enum Act {
            $($(#[$doc])* $act,)*
        }

        impl Act {
            pub(crate) const NAMES: &'static [&'static str] = &[$(stringify!($act),)*];

            const WEIGHTS: &'static [(Self, u32)] = &[$((Self::$act, $weight),)*];
        }
    };
}

// The frequent first: that is the order in which one is looked for.
acts! {
    /// A few calls on one of the hot objects, which all threads share.
    Hot 400_000,
    /// Many calls and changes of one memo on one hot object, the same for all threads.
    Duel 50_000,
    /// A call on any of the many objects.
    Pool 200_000,
    /// A call on an object that this thread owns alone.
    Own 120_000,
    /// A call on an `Rc`.
    Rc 80_000,
    Get 50_000,
    /// Drops what another thread sent.
    Receive 30_000,
    /// Changes an object and takes its answers back, on an own object.
    ChangeOwn 25_000,
    /// The same on a hot one.
    ChangeHot 20_000,
    /// Other hot objects at hand.
    Grip 15_000,
    ReplaceOwn 12_000,
    /// Changes an object by `&mut`.
    Mutate 10_000,
    ReplaceRc 10_000,
    ReplaceHot 8_000,
    ReplacePool 8_000,
    /// Asks a lending memo twice: the same place.
    Twice 8_000,
    /// Lets the pool grow or shrink.
    Tide 4_000,
    Compute 4_000,
    /// Values that own the next object.
    Chain 1_500,
    Guest 60,
    /// A thread of a few calls.
    Brief 600,
    /// Many objects that die at once.
    Crowd 60,
    Clear 30,
    Sweep 20,
    Sweeper 20,
    Stats 10,
    Len 10,
    ClearAll 3,
    Report 3,
    /// Not by chance: a thread's start and end.
    Begin 0,
    /// The end of all.
    End 0,
}

impl Act {
    pub(crate) fn random(random: &mut fastrand::Rng) -> Self {
        const ALL: u32 = {
            let (mut sum, mut at) = (0, 0);
            while at < Act::WEIGHTS.len() {
                sum += Act::WEIGHTS[at].1;
                at += 1;
            }
            sum
        };
        let mut left = random.u32(..ALL);
        for &(act, weight) in Self::WEIGHTS {
            if left < weight {
                return act;
            }
            left -= weight;
        }
        unreachable!("the weights were summed")
    }
}
