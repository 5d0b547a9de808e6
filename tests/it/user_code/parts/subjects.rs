//! The memos: each kind of owner with each kind of memo.

use std::marker::PhantomData;
use std::rc::Rc;
use std::sync::Arc;

use memo_core::{Anchored, Stats, weak_memo};

use super::things::{Answer, Doc, Inside, Key, Other, Second, Seconds, by_hand};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Owners {
    /// With an anchor of its own, and `anchor()` written by hand.
    Inside,
    /// In an `Anchored`.
    Anchored,
    Arc,
    Rc,
}

/// What there is to know about a memo.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Kind {
    pub(crate) name: &'static str,
    pub(crate) owner: Owners,
    pub(crate) keyed: Keyed,
    pub(crate) lends: bool,
    pub(crate) second: Seconds,
    pub(crate) single_flight: bool,
}

/// What the extra key is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Keyed {
    No,
    /// A copy, by the user's `Hash`, `Eq` and `Clone`.
    Value,
    /// Written by hand.
    ByHand,
}

impl Kind {
    pub(crate) fn is_keyed(&self) -> bool {
        self.keyed != Keyed::No
    }

    /// Whether its owners' results are in a side table.
    pub(crate) fn is_in_table(&self) -> bool {
        matches!(self.owner, Owners::Arc | Owners::Rc)
    }
}

/// An object that carries results.
pub(crate) trait Owner: Sized + 'static {
    const KIND: Owners;
    fn new(number: u32) -> Self;
    fn number(&self) -> u32;
    fn strong(&self) -> usize;
    /// Another owner of the same object.
    fn another(&self) -> Option<Self>;
    /// Asks other memos of this object.
    fn ask_beside(&self);
    /// So many misses of another memo that all shards of the side table are swept.
    fn ask_much(&self);
    /// The books of those.
    fn stats_beside() -> [Stats; 3];
}

/// One memo.
pub(crate) trait Memo: 'static {
    type Owner: Owner;
    const KIND: Kind;
    fn call(owner: &Self::Owner, second: &Second, key: &Key) -> u32;
    fn get(owner: &Self::Owner, second: &Second, key: &Key) -> Option<u32>;
    fn insert(owner: &Self::Owner, second: &Second, key: &Key, answer: Answer);
    fn refresh(owner: &Self::Owner, second: &Second, key: &Key) -> u32;
    fn forget(owner: &Self::Owner, second: &Second, key: &Key) -> bool;
    fn clear() -> usize;
    fn len() -> usize;
    fn stats() -> Stats;
}

/// Does something with each memo of one kind of owner.
pub(crate) trait Visit {
    fn visit<M: Memo>(&mut self);
}

/// Some of the memos.
pub(crate) trait Group {
    fn each(visit: &mut impl Visit);
}

/// One memo.
pub(crate) struct Only<M>(PhantomData<M>);

impl<M: Memo> Group for Only<M> {
    fn each(visit: &mut impl Visit) {
        visit.visit::<M>();
    }
}

/// One memo by clone. The arguments are named where it is made.
macro_rules! by_clone {
    ($type:ident $kind:expr; $f:ident $memo:ident |$owner:ident: $O:ty, $second:ident, $key:ident| $($argument:expr),+) => {
        pub(crate) struct $type;

        impl Memo for $type {
            type Owner = $O;
            const KIND: Kind = $kind;

            fn call($owner: &$O, $second: &Second, $key: &Key) -> u32 {
                let _ = ($second, $key);
                $f($($argument),+).take()
            }
            fn get($owner: &$O, $second: &Second, $key: &Key) -> Option<u32> {
                let _ = ($second, $key);
                $memo().get(($($argument),+)).map(Answer::take)
            }
            fn insert($owner: &$O, $second: &Second, $key: &Key, answer: Answer) {
                let _ = ($second, $key);
                $memo().insert(($($argument),+), answer);
            }
            fn refresh($owner: &$O, $second: &Second, $key: &Key) -> u32 {
                let _ = ($second, $key);
                $memo().refresh(($($argument),+)).take()
            }
            fn forget($owner: &$O, $second: &Second, $key: &Key) -> bool {
                let _ = ($second, $key);
                $memo().forget(($($argument),+))
            }
            fn clear() -> usize {
                $memo().clear()
            }
            fn len() -> usize {
                $memo().len()
            }
            fn stats() -> Stats {
                $memo().stats()
            }
        }
    };
}

/// One memo that lends.
macro_rules! by_reference {
    ($type:ident $kind:expr; $f:ident $memo:ident |$owner:ident: $O:ty, $second:ident, $key:ident| $($argument:expr),+) => {
        pub(crate) struct $type;

        impl Memo for $type {
            type Owner = $O;
            const KIND: Kind = $kind;

            fn call($owner: &$O, $second: &Second, $key: &Key) -> u32 {
                let _ = ($second, $key);
                $f($($argument),+).number
            }
            fn get($owner: &$O, $second: &Second, $key: &Key) -> Option<u32> {
                let _ = ($second, $key);
                $memo().get(($($argument),+)).map(|answer| answer.number)
            }
            fn insert(_: &$O, _: &Second, _: &Key, _: Answer) {
                unreachable!("left out");
            }
            fn refresh(_: &$O, _: &Second, _: &Key) -> u32 {
                unreachable!("left out")
            }
            fn forget(_: &$O, _: &Second, _: &Key) -> bool {
                unreachable!("left out")
            }
            fn clear() -> usize {
                unreachable!("left out")
            }
            fn len() -> usize {
                $memo().len()
            }
            fn stats() -> Stats {
                $memo().stats()
            }
        }
    };
}

/// All memos of one kind of owner.
macro_rules! memos_of {
    ($module:ident, $kind:ident, $O:ty, |$new:ident| $make:expr, |$object:ident| $number:expr, $strong:expr, $another:expr) => {
        pub(crate) mod $module {
            use super::*;

            impl Owner for $O {
                const KIND: Owners = Owners::$kind;

                fn new($new: u32) -> Self {
                    $make
                }
                fn number(&self) -> u32 {
                    let $object = self;
                    $number
                }
                fn strong(&self) -> usize {
                    let $object = self;
                    let _ = $object;
                    $strong
                }
                fn another(&self) -> Option<Self> {
                    let $object = self;
                    let _ = $object;
                    $another
                }
                fn ask_beside(&self) {
                    for _ in 0..2 {
                        assert_eq!(beside(self).take() / 100, self.number());
                        assert_eq!(lent_beside(self).number / 100, self.number());
                        assert_eq!(much(self, 0), 0);
                    }
                }
                fn ask_much(&self) {
                    (0..450).for_each(|n| assert_eq!(much(self, n), n));
                }
                fn stats_beside() -> [Stats; 3] {
                    [beside_memo().stats(), lent_beside_memo().stats(), much_memo().stats()]
                }
            }

            #[weak_memo]
            fn beside(owner: &$O) -> Answer {
                Answer::compute(owner.number(), 50)
            }

            #[weak_memo]
            fn lent_beside(owner: &$O) -> &Answer {
                Answer::compute(owner.number(), 51)
            }

            #[weak_memo(capacity = 4)]
            fn much(owner: &$O, n: u32) -> u32 {
                let _ = owner;
                n
            }

            #[weak_memo(cache_if = Answer::is_worth_storing)]
            fn bare(owner: &$O, #[memo(skip)] key: &Key) -> Answer {
                Answer::compute(owner.number(), key.number)
            }

            #[weak_memo(cache_if = Answer::is_worth_storing, single_flight = false)]
            fn racing(owner: &$O, #[memo(skip)] key: &Key) -> Answer {
                Answer::compute(owner.number(), key.number)
            }

            #[weak_memo(cache_if = Answer::is_worth_storing, capacity = 2)]
            fn keyed(owner: &$O, #[memo(value)] key: &Key) -> Answer {
                Answer::compute(owner.number(), key.number)
            }

            #[weak_memo(cache_if = Answer::is_worth_storing, capacity = 2, single_flight = false)]
            fn racing_keyed(owner: &$O, #[memo(value)] key: &Key) -> Answer {
                Answer::compute(owner.number(), key.number)
            }

            #[weak_memo(cache_if = Answer::is_worth_storing, capacity = 2)]
            fn hand_keyed(owner: &$O, #[memo(key = by_hand(key))] key: &Key) -> Answer {
                Answer::compute(owner.number(), key.number)
            }

            #[weak_memo(cache_if = Answer::is_worth_storing, capacity = 2)]
            fn second(owner: &$O, other: &Other, #[memo(value)] key: &Key) -> Answer {
                let _ = other;
                Answer::compute(owner.number(), key.number)
            }

            #[weak_memo(cache_if = Answer::is_worth_storing, capacity = 2, single_flight = false)]
            fn racing_second(owner: &$O, other: &Other, #[memo(value)] key: &Key) -> Answer {
                let _ = other;
                Answer::compute(owner.number(), key.number)
            }

            #[weak_memo(cache_if = Answer::is_worth_storing, capacity = 2)]
            fn second_arc(owner: &$O, other: &Arc<Other>, #[memo(value)] key: &Key) -> Answer {
                let _ = other;
                Answer::compute(owner.number(), key.number)
            }

            #[weak_memo]
            fn lent<'a>(owner: &'a $O, #[memo(skip)] key: &Key) -> &'a Answer {
                Answer::compute(owner.number(), key.number)
            }

            #[weak_memo(single_flight = false)]
            fn racing_lent<'a>(owner: &'a $O, #[memo(skip)] key: &Key) -> &'a Answer {
                Answer::compute(owner.number(), key.number)
            }

            #[weak_memo(capacity = unbounded)]
            fn lent_keyed<'a>(owner: &'a $O, #[memo(value)] key: &Key) -> &'a Answer {
                Answer::compute(owner.number(), key.number)
            }

            #[weak_memo(capacity = unbounded)]
            fn lent_second<'a>(owner: &'a $O, other: &'a Other, #[memo(value)] key: &Key) -> &'a Answer {
                let _ = other;
                Answer::compute(owner.number(), key.number)
            }

            const BARE: Kind = Kind {
                name: "bare",
                owner: Owners::$kind,
                keyed: Keyed::No,
                lends: false,
                second: Seconds::None,
                single_flight: true,
            };
            const KEYED: Kind = Kind { name: "keyed", keyed: Keyed::Value, ..BARE };
            const SECOND: Kind = Kind { name: "second", second: Seconds::Inside, ..KEYED };

            by_clone!(Bare BARE; bare bare_memo |owner: $O, second, key| owner, key);
            by_clone!(Racing Kind { name: "racing", single_flight: false, ..BARE };
                racing racing_memo |owner: $O, second, key| owner, key);
            by_clone!(KeyedMemo KEYED; keyed keyed_memo |owner: $O, second, key| owner, key);
            by_clone!(RacingKeyed Kind { name: "racing_keyed", single_flight: false, ..KEYED };
                racing_keyed racing_keyed_memo |owner: $O, second, key| owner, key);
            by_clone!(HandKeyed Kind { name: "hand_keyed", keyed: Keyed::ByHand, ..BARE };
                hand_keyed hand_keyed_memo |owner: $O, second, key| owner, key);
            by_clone!(SecondMemo SECOND; second second_memo |owner: $O, other, key| owner, other.inside(), key);
            by_clone!(RacingSecond Kind { name: "racing_second", single_flight: false, ..SECOND };
                racing_second racing_second_memo |owner: $O, other, key| owner, other.inside(), key);
            by_clone!(SecondArc Kind { name: "second_arc", second: Seconds::Shared, ..KEYED };
                second_arc second_arc_memo |owner: $O, other, key| owner, other.shared(), key);
            by_reference!(Lent Kind { name: "lent", lends: true, ..BARE };
                lent lent_memo |owner: $O, second, key| owner, key);
            by_reference!(RacingLent Kind { name: "racing_lent", lends: true, single_flight: false, ..BARE };
                racing_lent racing_lent_memo |owner: $O, second, key| owner, key);
            by_reference!(LentKeyed Kind { name: "lent_keyed", lends: true, ..KEYED };
                lent_keyed lent_keyed_memo |owner: $O, second, key| owner, key);
            by_reference!(LentSecond Kind { name: "lent_second", lends: true, ..SECOND };
                lent_second lent_second_memo |owner: $O, other, key| owner, other.inside(), key);

            pub(crate) struct All;

            impl Group for All {
                fn each(visit: &mut impl Visit) {
                    visit.visit::<Bare>();
                    visit.visit::<Racing>();
                    visit.visit::<KeyedMemo>();
                    visit.visit::<RacingKeyed>();
                    visit.visit::<HandKeyed>();
                    visit.visit::<SecondMemo>();
                    visit.visit::<RacingSecond>();
                    visit.visit::<SecondArc>();
                    visit.visit::<Lent>();
                    visit.visit::<RacingLent>();
                    visit.visit::<LentKeyed>();
                    visit.visit::<LentSecond>();
                }
            }
        }
    };
}

memos_of!(inside, Inside, Inside, |number| Inside::new(number), |object| object.number, 1, None);
memos_of!(anchored, Anchored, Anchored<Doc>, |number| Anchored::new(Doc::new(number)), |object| object.number, 1, None);
memos_of!(
    arc,
    Arc,
    Arc<Doc>,
    |number| Arc::new(Doc::new(number)),
    |object| object.number,
    Arc::strong_count(object),
    Some(Arc::clone(object))
);
memos_of!(
    rc,
    Rc,
    Rc<Doc>,
    |number| Rc::new(Doc::new(number)),
    |object| object.number,
    Rc::strong_count(object),
    Some(Rc::clone(object))
);

/// All memos.
pub(crate) struct All;

impl Group for All {
    fn each(visit: &mut impl Visit) {
        inside::All::each(visit);
        anchored::All::each(visit);
        arc::All::each(visit);
        rc::All::each(visit);
    }
}
