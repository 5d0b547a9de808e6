//! Which combinations cannot be, each by a rule with a name.

use std::collections::{BTreeMap, BTreeSet};

use super::acts::Op;
use super::again::Again;
use super::subjects::{Group, Keyed, Kind, Memo, Owners, Visit};
use super::things::{Manners, Seconds};
use super::trap::Place;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Behaviour {
    Panics,
    Enters(Again),
    EntersThenPanics(Again),
}

impl Behaviour {
    pub(crate) fn all() -> impl Iterator<Item = Self> {
        let entering = Again::ALL.into_iter().flat_map(|again| [Self::Enters(again), Self::EntersThenPanics(again)]);
        std::iter::once(Self::Panics).chain(entering)
    }

    pub(crate) fn again(self) -> Option<Again> {
        match self {
            Self::Panics => None,
            Self::Enters(again) | Self::EntersThenPanics(again) => Some(again),
        }
    }

    pub(crate) fn panics(self) -> bool {
        !matches!(self, Self::Enters(_))
    }
}

/// Why a combination is left out.
pub(crate) type Rule = &'static str;

/// All rules, in the order in which they are asked.
pub(crate) const RULES: [Rule; 16] = [
    ONLY_KEYS_LIE,
    LENT_STAYS,
    LENT_UNBOUNDED,
    ONE_ENTRY,
    NO_TABLE,
    NO_SECOND,
    NO_USERS_KEY,
    NO_KEY_BY_HAND,
    NO_ANCHOR_BY_HAND,
    NOT_REACHED,
    NOT_COPIED,
    NOT_COMPARED,
    AGAIN_NO_KEY,
    AGAIN_DEAD,
    AGAIN_LENT_STAYS,
    AGAIN_NO_SUCH_ARGUMENT,
];

const ONLY_KEYS_LIE: Rule = "a memo without a key of the user's hashes nothing of theirs";
const LENT_STAYS: Rule = "a memo that lends takes nothing back and stores everything";
const LENT_UNBOUNDED: Rule = "a memo that lends evicts nothing";
const ONE_ENTRY: Rule = "a memo without extra key evicts nothing";
const NO_TABLE: Rule = "an object with an anchor inside leaves nothing to sweep";
const NO_SECOND: Rule = "the memo has no second weak argument";
const NO_USERS_KEY: Rule = "the memo has no key with a `Hash`, `Eq`, `Clone` and `Drop` of the user's";
const NO_KEY_BY_HAND: Rule = "the memo has no key by hand";
const NO_ANCHOR_BY_HAND: Rule = "no argument has an `anchor()` of the user's";
const NOT_REACHED: Rule = "the operation has nothing to do with that code";
const NOT_COPIED: Rule = "what is lent, or not stored, is not copied";
const NOT_COMPARED: Rule = "no stored key has the same hash";
const AGAIN_NO_KEY: Rule = "there is no other key";
const AGAIN_DEAD: Rule = "the object is dead, and nobody can name it";
const AGAIN_LENT_STAYS: Rule = "what is lent cannot be taken back by going in again";
const AGAIN_NO_SUCH_ARGUMENT: Rule = "no such pointer or argument to drop";

/// Why `op` cannot be asked of a memo.
pub(crate) fn op_left_out(kind: &Kind, manners: Manners, op: Op) -> Option<Rule> {
    if manners != Manners::Honest && kind.keyed != Keyed::Value {
        return Some(ONLY_KEYS_LIE);
    }
    match op {
        _ if kind.lends && op.revokes() => Some(LENT_STAYS),
        Op::Evict if kind.lends => Some(LENT_UNBOUNDED),
        Op::Evict if !kind.is_keyed() => Some(ONE_ENTRY),
        Op::Sweep | Op::Amortised if !kind.is_in_table() => Some(NO_TABLE),
        Op::SecondDeath if kind.second == Seconds::None => Some(NO_SECOND),
        _ => None,
    }
}

/// Why the operation does not reach that code of the user's.
pub(crate) fn place_left_out(kind: &Kind, manners: Manners, op: Op, place: Place) -> Option<Rule> {
    let users_key = kind.keyed == Keyed::Value;
    let drops_at_death = op != Op::Death || !kind.is_in_table();
    let reached = match place {
        Place::HashKey | Place::EqKey | Place::CloneKey | Place::DropKey if !users_key => return Some(NO_USERS_KEY),
        Place::KeyByHand | Place::KeyExpression if kind.keyed != Keyed::ByHand => return Some(NO_KEY_BY_HAND),
        Place::Anchor if kind.owner != Owners::Inside && kind.second != Seconds::Inside => {
            return Some(NO_ANCHOR_BY_HAND);
        }
        Place::DropSecond if kind.second == Seconds::None => return Some(NO_SECOND),
        Place::CacheIf if kind.lends => return Some(LENT_STAYS),
        Place::CloneResult if kind.lends || op == Op::Refused => return Some(NOT_COPIED),
        Place::EqKey if manners == Manners::Honest && op.is_new() => return Some(NOT_COMPARED),
        Place::Body | Place::CacheIf => op.computes(),
        Place::HashKey | Place::EqKey | Place::Anchor | Place::KeyByHand | Place::KeyExpression => op.looks(),
        Place::CloneKey => op.stores(),
        Place::CloneResult => op.computes() || matches!(op, Op::Hit | Op::Get),
        // The flight of a result that is not stored goes, with its key.
        Place::DropKey if op == Op::Refused => true,
        Place::DropKey | Place::DropResult => op.removes() && drops_at_death,
        Place::DropOwner => op == Op::Death,
        Place::DropSecond => op == Op::SecondDeath,
    };
    (!reached).then_some(NOT_REACHED)
}

/// Why that code cannot go in again so.
pub(crate) fn behaviour_left_out(kind: &Kind, op: Op, place: Place, behaviour: Behaviour) -> Option<Rule> {
    let again = behaviour.again()?;
    // An object with an anchor inside can be asked for results in its own `Drop`.
    let nobody = op.is_the_end_of_the_object() && !(place == Place::DropOwner && kind.owner == Owners::Inside);
    match again {
        Again::OtherKey if !kind.is_keyed() => Some(AGAIN_NO_KEY),
        _ if again.needs_the_object() && nobody => Some(AGAIN_DEAD),
        _ if again.revokes() && kind.lends => Some(AGAIN_LENT_STAYS),
        Again::DropClone if !kind.is_in_table() => Some(AGAIN_NO_SUCH_ARGUMENT),
        Again::DropSecond if kind.second == Seconds::None => Some(AGAIN_NO_SUCH_ARGUMENT),
        _ => None,
    }
}

/// How keys behave in the whole matrix.
pub(crate) const TRUTHFUL: [Manners; 2] = [Manners::Honest, Manners::Colliding];

/// The combinations, counted.
#[derive(Debug, Default)]
pub(crate) struct Counted {
    pub(crate) memos: u64,
    /// Those that no rule leaves out.
    pub(crate) ran: u64,
    /// What it does during which operation, in some memo and at some place.
    pub(crate) during: BTreeSet<(Op, Behaviour)>,
    /// And at which place, in some memo and during some operation.
    pub(crate) at: BTreeSet<(Place, Behaviour)>,
    /// Those that one does.
    pub(crate) left_out: BTreeMap<Rule, u64>,
}

impl Counted {
    pub(crate) fn of<G: Group>() -> Self {
        let mut counted = Self::default();
        G::each(&mut counted);
        counted
    }

    fn count(&mut self, op: Op, place: Place, behaviour: Behaviour, left_out: Option<Rule>) -> bool {
        if let Some(rule) = left_out {
            *self.left_out.entry(rule).or_default() += 1;
            return false;
        }
        self.ran += 1;
        self.during.insert((op, behaviour));
        self.at.insert((place, behaviour));
        true
    }
}

impl Visit for Counted {
    fn visit<M: Memo>(&mut self) {
        let kind = &M::KIND;
        self.memos += 1;
        let mut ways = BTreeSet::new();
        for manners in TRUTHFUL {
            for op in Op::ALL {
                let no_op = op_left_out(kind, manners, op);
                for place in Place::ALL {
                    let no_place = no_op.or_else(|| place_left_out(kind, manners, op, place));
                    for behaviour in Behaviour::all() {
                        let left_out = no_place.or_else(|| behaviour_left_out(kind, op, place, behaviour));
                        if self.count(op, place, behaviour, left_out) {
                            ways.insert(behaviour);
                        }
                    }
                }
            }
        }
        // Each way to go in, by itself and with a panic after it, but for those that this memo has no argument or no call for.
        let without = usize::from(!kind.is_keyed())
            + usize::from(!kind.is_in_table())
            + usize::from(kind.second == Seconds::None)
            + Again::ALL.into_iter().filter(|again| kind.lends && again.revokes()).count();
        assert_eq!(ways.len(), 1 + 2 * (Again::ALL.len() - without), "{kind:?}: {ways:?}");
    }
}
