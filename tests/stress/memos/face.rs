//! One face for all memos: what the threads do, they do to any.

use memo_core::Stats;

use super::functions::{self, Blue, Red};
use super::noisy;
use crate::books::id::Id;
use crate::memos::args::Args;
use crate::memos::object::{Node, Object};
use crate::memos::value::Value;

/// A memo, its arguments taken from an [`Args`] and its answers told as numbers.
pub(crate) struct Face {
    pub(crate) name: &'static str,
    pub(crate) id: Id,
    pub(crate) owner: for<'a> fn(&'a Args<'_>) -> &'a Object,
    /// What takes part besides the owner, as the body tells it.
    pub(crate) key: fn(&Args<'_>) -> u64,
    /// Whether taking back the result for some arguments takes back all there is on the owner.
    pub(crate) single: bool,
    pub(crate) call: fn(&Args<'_>) -> u64,
    pub(crate) get: fn(&Args<'_>) -> Option<u64>,
    pub(crate) compute: fn(&Args<'_>) -> u64,
    pub(crate) stats: fn() -> Stats,
    pub(crate) len: fn() -> usize,
    pub(crate) kind: Kind,
}

/// What can be done besides.
pub(crate) enum Kind {
    Owned {
        insert: fn(&Args<'_>, u64),
        refresh: fn(&Args<'_>) -> u64,
        forget: fn(&Args<'_>) -> bool,
        clear: fn() -> usize,
    },
    Lent {
        address: fn(&Args<'_>) -> usize,
    },
}

impl Face {
    pub(crate) fn is_of_rcs(&self) -> bool {
        matches!(self.id, Id::Rc | Id::RcLent | Id::RcNoisy | Id::RcKeyed | Id::RcBesidePadded)
    }

    /// Whether a thread's results are its own, so that what it takes back another may still serve.
    pub(crate) fn is_of_one_thread(&self) -> bool {
        self.is_of_rcs() || self.id == Id::Here
    }

    /// Whether a result for these arguments may be stored at all.
    pub(crate) fn stores(&self, args: &Args<'_>) -> bool {
        match self.id {
            Id::Fallible => args.number() % 3 != 0,
            Id::Picky => functions::worth_keeping((self.owner)(args).number(self.id, (self.key)(args))),
            _ => true,
        }
    }
}

/// One line of the table: the kind and the function, where the owner is, what takes part besides, and the arguments.
macro_rules! face {
    (@owned $id:ident, $a:ident, $call:expr, $handle:expr, $args:tt) => {
        Kind::Owned {
            insert: |$a, number| $handle().insert($args, Value::make(Id::$id, number)),
            refresh: |$a| $handle().refresh($args).number(),
            forget: |$a| $handle().forget($args),
            clear: || $handle().clear(),
        }
    };
    (@lent $id:ident, $a:ident, $call:expr, $handle:expr, $args:tt) => {
        Kind::Lent { address: |$a| std::ptr::from_ref($call $args).addr() }
    };
    ($kind:ident $id:ident, $call:expr, $handle:expr, |$a:ident| $owner:expr, $single:literal, $key:expr, $args:tt) => {
        Face {
            name: stringify!($id),
            id: Id::$id,
            owner: |$a| $owner,
            key: |$a| {
                let _ = $a;
                u64::from($key)
            },
            single: $single,
            call: |$a| $call $args.number(),
            get: |$a| $handle().get($args).map(|value| value.number()),
            compute: |$a| functions::bare(|| $handle().compute($args)).number(),
            stats: || $handle().stats(),
            len: || $handle().len(),
            kind: face!(@$kind $id, $a, $call, $handle, $args),
        }
    };
}

/// All of them, in the order of [`Id`].
#[rustfmt::skip]
#[allow(unused_parens, reason = "one argument or several")]
pub(crate) static FACES: [Face; Id::ALL.len()] = [
    face!(owned Plain, functions::plain, functions::plain_memo, |a| &a.own.arc, true, 0_u32, (&a.own.arc)),
    face!(owned Quad, functions::quad, functions::quad_memo, |a| &a.own.arc, true, 0_u32, (&a.own.arc)),
    face!(owned Counted, functions::counted, functions::counted_memo, |a| &a.own.arc, true, 0_u32, (&a.own.arc)),
    face!(owned Text, functions::text, functions::text_memo, |a| &a.own.arc, true, 0_u32, (&a.own.arc)),
    face!(lent Lent, functions::lent, functions::lent_memo, |a| &a.own.arc, true, 0_u32, (&a.own.arc)),
    face!(owned Few, functions::few, functions::few_memo, |a| &a.own.arc, false, a.number(), (&a.own.arc, a.number())),
    face!(owned Some, functions::some, functions::some_memo, |a| &a.own.arc, false, a.word().len() as u32, (&a.own.arc, a.word())),
    face!(owned Valued, functions::valued, functions::valued_memo, |a| &a.own.arc, false, a.value().0, (&a.own.arc, &a.value())),
    face!(lent LentKeyed, functions::lent_keyed, functions::lent_keyed_memo, |a| &a.own.arc, false, a.number(), (&a.own.arc, a.number())),
    face!(owned Pair, functions::pair, functions::pair_memo, |a| &a.own.arc, false, a.other.arc.id(), (&a.own.arc, &a.other.arc)),
    face!(owned Beside, functions::beside, functions::beside_memo, |a| &a.own.arc, false, a.other.anchored.id(), (&a.own.arc, &a.other.anchored)),
    face!(owned Optional, functions::optional, functions::optional_memo, |a| &a.own.arc, false, a.option().map_or(0, |other| other.id()), (&a.own.arc, a.option())),
    face!(owned Racing, functions::racing, functions::racing_memo, |a| &a.own.arc, true, 0_u32, (&a.own.arc)),
    face!(owned RacingKeyed, functions::racing_keyed, functions::racing_keyed_memo, |a| &a.own.arc, false, a.value().0, (&a.own.arc, &a.value())),
    face!(owned Red, functions::painted::<Red>, functions::painted_memo::<Red>, |a| &a.own.arc, true, 0_u32, (&a.own.arc)),
    face!(owned Blue, functions::painted::<Blue>, functions::painted_memo::<Blue>, |a| &a.own.arc, true, 0_u32, (&a.own.arc)),
    face!(owned Fallible, functions::fallible, functions::fallible_memo, |a| &a.own.arc, false, a.number(), (&a.own.arc, a.number())),
    face!(owned Picky, functions::picky, functions::picky_memo, |a| &a.own.arc, false, a.number(), (&a.own.arc, a.number())),
    face!(owned Noisy, noisy::noisy, noisy::noisy_memo, |a| &a.own.arc, true, 0_u32, (&a.own.arc)),
    // Of this thread: what it takes back, another may still serve.
    face!(owned Here, functions::here, functions::here_memo, |a| &a.own.arc, false, 0_u32, (&a.own.arc)),
    face!(owned Tree, functions::tree, functions::tree_memo, |a| &a.own.branch.object, true, 0_u32, (&a.own.branch)),
    face!(owned Inside, functions::inside, functions::inside_memo, |a| &a.own.anchored, true, 0_u32, (&a.own.anchored)),
    face!(owned InsideKeyed, functions::inside_keyed, functions::inside_keyed_memo, |a| &a.own.anchored, false, a.number(), (&a.own.anchored, a.number())),
    face!(owned InsidePair, functions::inside_pair, functions::inside_pair_memo, |a| &a.own.anchored, false, a.other.node.object.id(), (&a.own.anchored, &a.other.node)),
    face!(owned NodeQuad, Node::quad, Node::quad_memo, |a| &a.own.node.object, true, 0_u32, (&a.own.node)),
    face!(lent NodeLent, Node::lent, Node::lent_memo, |a| &a.own.node.object, true, 0_u32, (&a.own.node)),
    face!(lent NodeUnder, functions::node_under, functions::node_under_memo, |a| &a.own.node.object, false, a.other.arc.id(), (&a.own.node, &a.other.arc)),
    face!(owned NodeNoisy, noisy::node_noisy, noisy::node_noisy_memo, |a| &a.own.node.object, true, 0_u32, (&a.own.node)),
    face!(owned Rc, functions::rc, functions::rc_memo, |a| a.rc, true, 0_u32, (a.rc)),
    face!(lent RcLent, functions::rc_lent, functions::rc_lent_memo, |a| a.rc, true, 0_u32, (a.rc)),
    face!(owned RcNoisy, noisy::rc_noisy, noisy::rc_noisy_memo, |a| a.rc, true, 0_u32, (a.rc)),
    face!(owned RcKeyed, functions::rc_keyed, functions::rc_keyed_memo, |a| a.rc, false, a.rc_key(), (a.rc, a.number(), &a.other.anchored)),
    face!(owned Padded, functions::padded, functions::padded_memo, |a| &a.own.padded.object, true, 0_u32, (&a.own.padded)),
    face!(lent PaddedLent, functions::padded_lent, functions::padded_lent_memo, |a| &a.own.padded.object, true, 0_u32, (&a.own.padded)),
    face!(owned BesidePadded, functions::beside_padded, functions::beside_padded_memo, |a| &a.own.anchored, false, a.other.padded.object.id(), (&a.own.anchored, &a.other.padded)),
    face!(owned RcBesidePadded, functions::rc_beside_padded, functions::rc_beside_padded_memo, |a| a.rc, false, a.other.padded.object.id(), (a.rc, &a.other.padded)),
];

impl Face {
    pub(crate) fn of(id: Id) -> &'static Self {
        &FACES[id as usize]
    }

    pub(crate) fn lends(&self) -> bool {
        matches!(self.kind, Kind::Lent { .. })
    }
}
