//! The memos: every kind of owner, of result and of extra argument, and the options that change how a call goes.

use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;

use memo_core::{Anchored, weak_memo};

use crate::books::dice;
use crate::books::id::Id;
use crate::books::tally::{Count, count};
use crate::memos::object::{Branch, Node, Object, Padded, number_and};
use crate::memos::value::{Counted, Key, Quad, Value};

thread_local! {
    /// The next body is asked by `compute`, which counts nothing.
    static BARE: Cell<bool> = const { Cell::new(false) };
}

/// Runs `compute` of a handle: its own body is not one of the memo's.
pub(crate) fn bare<R>(compute: impl FnOnce() -> R) -> R {
    struct Reset;
    impl Drop for Reset {
        fn drop(&mut self) {
            // Where no body was reached.
            BARE.set(false);
        }
    }
    let _reset = Reset;
    BARE.set(true);
    compute()
}

/// Every body.
pub(super) fn body<V: Value>(id: Id, object: &Object, key: u64) -> V {
    let number = begin(id, object, key);
    V::make(id, number)
}

fn begin(id: Id, object: &Object, key: u64) -> u64 {
    count(id, if BARE.take() { Count::Bare } else { Count::Bodies });
    let number = object.number(id, key);
    // What changes now is not seen: such a result must not be stored.
    dice::linger();
    dice::roll(|| ());
    number
}

#[weak_memo]
pub(crate) fn plain(object: &Arc<Object>) -> u64 {
    body(Id::Plain, object, 0)
}

/// A call of [`plain`] by a value: counted and checked as all calls are.
pub(crate) fn ask_plain(object: &Arc<Object>) {
    let floor = object.floor(Id::Plain);
    count(Id::Plain, Count::Calls);
    let number = plain(object);
    count(Id::Plain, Count::Answered);
    object.check(Id::Plain, 0, floor, number);
}

#[weak_memo]
pub(crate) fn quad(object: &Arc<Object>) -> Quad {
    body(Id::Quad, object, 0)
}

#[weak_memo]
pub(crate) fn counted(object: &Arc<Object>) -> Counted {
    body(Id::Counted, object, 0)
}

#[weak_memo]
pub(crate) fn text(object: &Arc<Object>) -> String {
    body(Id::Text, object, 0)
}

#[weak_memo]
pub(crate) fn lent(object: &Arc<Object>) -> &Counted {
    body(Id::Lent, object, 0)
}

#[weak_memo(capacity = 8)]
pub(crate) fn few(object: &Arc<Object>, key: u32) -> Counted {
    body(Id::Few, object, u64::from(key))
}

#[weak_memo(capacity = 64)]
pub(crate) fn some(object: &Arc<Object>, key: &str) -> Quad {
    body(Id::Some, object, key.len() as u64)
}

#[weak_memo(capacity = unbounded)]
pub(crate) fn valued(object: &Arc<Object>, #[memo(value)] key: &Key) -> Counted {
    body(Id::Valued, object, u64::from(key.0))
}

#[weak_memo(capacity = unbounded)]
pub(crate) fn lent_keyed(object: &Arc<Object>, key: u32) -> &Counted {
    body(Id::LentKeyed, object, u64::from(key))
}

#[weak_memo]
pub(crate) fn pair(object: &Arc<Object>, other: &Arc<Object>) -> Counted {
    body(Id::Pair, object, other.id())
}

#[weak_memo]
pub(crate) fn beside(object: &Arc<Object>, other: &Anchored<Object>) -> u64 {
    body(Id::Beside, object, other.id())
}

#[weak_memo(capacity = 64)]
pub(crate) fn optional(object: &Arc<Object>, other: Option<&Arc<Object>>) -> Quad {
    body(Id::Optional, object, other.map_or(0, |other| other.id()))
}

#[weak_memo(single_flight = false)]
pub(crate) fn racing(object: &Arc<Object>) -> Counted {
    body(Id::Racing, object, 0)
}

#[weak_memo(single_flight = false, capacity = 8)]
pub(crate) fn racing_keyed(object: &Arc<Object>, #[memo(value)] key: &Key) -> Quad {
    body(Id::RacingKeyed, object, u64::from(key.0))
}

/// A type argument that is found nowhere in the arguments.
pub(crate) trait Paint: 'static {
    const ID: Id;
}

#[derive(Debug)]
pub(crate) struct Red;

impl Paint for Red {
    const ID: Id = Id::Red;
}

#[derive(Debug)]
pub(crate) struct Blue;

impl Paint for Blue {
    const ID: Id = Id::Blue;
}

#[weak_memo]
pub(crate) fn painted<P: Paint>(object: &Arc<Object>) -> Counted {
    body(P::ID, object, 0)
}

/// An error for every third key, which is not remembered.
#[weak_memo]
pub(crate) fn fallible(object: &Arc<Object>, key: u32) -> Result<Counted, u64> {
    let number = begin(Id::Fallible, object, u64::from(key));
    if key % 3 == 0 { Err(number) } else { Value::make(Id::Fallible, number) }
}

/// Not worth keeping where the object's truth ends in a 1.
#[weak_memo(cache_if = |value: &Counted| worth_keeping(value.number()))]
pub(crate) fn picky(object: &Arc<Object>, key: u32) -> Counted {
    body(Id::Picky, object, u64::from(key))
}

pub(crate) fn worth_keeping(number: u64) -> bool {
    number & 0x1_0000 == 0
}

#[weak_memo(local)]
pub(crate) fn here(object: &Arc<Object>) -> Counted {
    body(Id::Here, object, 0)
}

/// Asks itself about the children.
#[weak_memo]
pub(crate) fn tree(branch: &Arc<Branch>) -> u64 {
    let number = begin(Id::Tree, &branch.object, 0);
    for child in &branch.children {
        let floor = child.object.floor(Id::Tree);
        count(Id::Tree, Count::Calls);
        let below = tree(child);
        count(Id::Tree, Count::Answered);
        child.object.check(Id::Tree, 0, floor, below);
    }
    number
}

#[weak_memo]
pub(crate) fn inside(object: &Anchored<Object>) -> u64 {
    body(Id::Inside, object, 0)
}

#[weak_memo(capacity = 8)]
pub(crate) fn inside_keyed(object: &Anchored<Object>, key: u32) -> Counted {
    body(Id::InsideKeyed, object, u64::from(key))
}

#[weak_memo]
pub(crate) fn inside_pair(object: &Anchored<Object>, other: &Node) -> Counted {
    body(Id::InsidePair, object, other.object.id())
}

impl Node {
    #[weak_memo]
    pub(crate) fn quad(&self) -> Quad {
        body(Id::NodeQuad, &self.object, 0)
    }

    #[weak_memo]
    pub(crate) fn lent(&self) -> &Counted {
        body(Id::NodeLent, &self.object, 0)
    }
}

#[weak_memo(capacity = unbounded)]
pub(crate) fn node_under<'a>(node: &'a Node, other: &'a Arc<Object>) -> &'a Counted {
    body(Id::NodeUnder, &node.object, other.id())
}

#[weak_memo]
pub(crate) fn rc(object: &Rc<Object>) -> Counted {
    body(Id::Rc, object, 0)
}

#[weak_memo]
pub(crate) fn rc_lent(object: &Rc<Object>) -> &Counted {
    body(Id::RcLent, object, 0)
}

#[weak_memo(capacity = 8)]
pub(crate) fn rc_keyed(object: &Rc<Object>, key: u32, other: &Anchored<Object>) -> u64 {
    body(Id::RcKeyed, object, number_and(key, other))
}

#[weak_memo]
pub(crate) fn padded(object: &Arc<Padded<[u8]>>) -> Counted {
    body(Id::Padded, &object.object, 0)
}

#[weak_memo]
pub(crate) fn padded_lent(object: &Arc<Padded<[u8]>>) -> &Counted {
    body(Id::PaddedLent, &object.object, 0)
}

#[weak_memo]
pub(crate) fn beside_padded(object: &Anchored<Object>, other: &Arc<Padded<[u8]>>) -> Counted {
    body(Id::BesidePadded, object, other.object.id())
}

#[weak_memo]
pub(crate) fn rc_beside_padded(object: &Rc<Object>, other: &Arc<Padded<[u8]>>) -> u64 {
    body(Id::RcBesidePadded, object, other.object.id())
}
