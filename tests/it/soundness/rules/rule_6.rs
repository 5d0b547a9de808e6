//! `HasAnchor` is safe to implement: a wrong implementation is only wrong. Every operation is tried on objects that give
//! out another object's anchor, one for all, and another one at each call. What may be wrong is the answer; what may
//! not: a hang, a lent result that goes, a result that is dropped twice or never.

use memo_core::{Anchor, Anchored, HasAnchor, MemoKey, key_as, weak_memo};
use memo_tests::{Tally, Token, in_time, watchdog};
use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Whose `anchor()` is wrong, in what way.
trait Liar: HasAnchor + MemoKey + Sync {
    fn tally(&self) -> &Tally;
}

/// A result that shows when it is used after its drop.
#[derive(Clone)]
struct Answer {
    text: String,
    _token: Token,
}

fn answer(tally: &Tally) -> Answer {
    Answer { text: String::from("on the heap, for AddressSanitizer"), _token: tally.token() }
}

impl Answer {
    fn check(&self) {
        assert_eq!(self.text, "on the heap, for AddressSanitizer");
    }
}

#[weak_memo]
fn plain<L: Liar>(liar: &L) -> Answer {
    answer(liar.tally())
}

#[weak_memo(capacity = 3)]
fn numbered<L: Liar>(liar: &L, number: u32) -> Answer {
    let _ = number;
    answer(liar.tally())
}

#[weak_memo]
fn pair<L: Liar>(liar: &L, other: &L) -> Answer {
    let _ = other;
    answer(liar.tally())
}

#[weak_memo]
fn beside<L: Liar>(owner: &Arc<Tally>, liar: &L, more: (&Arc<Tally>, u8)) -> Answer {
    let _ = (liar, more);
    answer(owner)
}

#[weak_memo(single_flight = false)]
fn racing<L: Liar>(liar: &L, other: &L) -> Answer {
    let _ = other;
    answer(liar.tally())
}

#[weak_memo]
fn lent<L: Liar>(liar: &L) -> &Answer {
    answer(liar.tally())
}

#[weak_memo(capacity = unbounded)]
fn lent_pair<'w, L: Liar>(liar: &'w L, other: &'w L, number: u32) -> &'w Answer {
    let _ = (other, number);
    answer(liar.tally())
}

#[weak_memo(capacity = unbounded)]
fn lent_beside<'w, L: Liar>(owner: &'w Arc<Tally>, liar: &'w L) -> &'w Answer {
    let _ = liar;
    answer(owner)
}

/// Everything there is to do with two of them, while lent results are held.
fn all_operations<L: Liar>(a: &L, b: &L, owner: &Arc<Tally>) {
    let mut held = vec![lent(a), lent(b), lent_beside(owner, a), lent_beside(owner, b)];
    for number in 0..6 {
        plain(a).check();
        plain(b).check();
        numbered(a, number).check();
        numbered(b, number).check();
        pair(a, b).check();
        pair(b, a).check();
        pair(a, a).check();
        racing(a, b).check();
        racing(b, b).check();
        beside(owner, a, (owner, 1)).check();
        beside(owner, b, (owner, 1)).check();
        held.extend([lent(a), lent_pair(a, b, number), lent_pair(b, b, number), lent_beside(owner, a)]);
        held.extend(lent_memo::<L>().get(b));
        held.extend(lent_pair_memo::<L>().get((b, a, number)));
        held.extend(lent_beside_memo::<L>().get((owner, b)));

        plain_memo::<L>().insert(a, answer(a.tally()));
        pair_memo::<L>().insert((a, b), answer(a.tally()));
        beside_memo::<L>().insert((owner, b, (owner, 2)), answer(owner));
        plain_memo::<L>().refresh(b).check();
        pair_memo::<L>().refresh((b, a)).check();
        beside_memo::<L>().refresh((owner, b, (owner, 1))).check();
        if let Some(there) = pair_memo::<L>().get((a, b)) {
            there.check();
        }
        plain_memo::<L>().forget(a);
        pair_memo::<L>().forget((a, b));
        beside_memo::<L>().forget((owner, a, (owner, 1)));
        if number % 3 == 2 {
            plain_memo::<L>().clear();
            numbered_memo::<L>().clear();
            pair_memo::<L>().clear();
            beside_memo::<L>().clear();
        }
        memo_core::sweep();
        held.iter().for_each(|answer| answer.check());
    }
}

/// Clears what can be cleared; what lends goes with its objects.
fn clear_all_of<L: Liar>() {
    plain_memo::<L>().clear();
    numbered_memo::<L>().clear();
    pair_memo::<L>().clear();
    racing_memo::<L>().clear();
    beside_memo::<L>().clear();
}

/// After all of them and their anchors have gone.
fn nothing_is_left(tally: &Tally) {
    in_time(|| {
        memo_core::sweep();
        tally.alive() == 0
    });
    assert_eq!(tally.made(), tally.dropped());
}

#[test]
fn the_anchor_of_another_object() {
    struct Borrower<'a> {
        anchor: &'a Anchor,
        tally: Tally,
    }

    impl HasAnchor for Borrower<'_> {
        fn anchor(&self) -> &Anchor {
            self.anchor
        }
    }

    key_as!(Borrower<'_> => Anchor, |this| this.anchor());

    impl Liar for Borrower<'_> {
        fn tally(&self) -> &Tally {
            &self.tally
        }
    }

    watchdog(|| {
        let tally = Tally::new();
        let owner = Arc::new(tally.clone());
        let mut victim = Anchored::new(1);
        for _ in 0..20 {
            {
                let anchor = victim.anchor();
                let a = Borrower { anchor, tally: tally.clone() };
                let b = Borrower { anchor, tally: tally.clone() };
                all_operations(&a, &b, &owner);
            }
            // The borrowers are gone, the anchor is not; then `&mut` to its object.
            *victim += 1;
        }
        clear_all_of::<Borrower<'_>>();
        drop((victim, owner));
        nothing_is_left(&tally);
    });
}

#[test]
fn one_anchor_for_all_that_never_dies() {
    struct Static(Tally);

    impl HasAnchor for Static {
        fn anchor(&self) -> &Anchor {
            static ANCHOR: Anchor = Anchor::new();
            &ANCHOR
        }
    }

    key_as!(Static => Anchor, |this| this.anchor());

    impl Liar for Static {
        fn tally(&self) -> &Tally {
            &self.0
        }
    }

    watchdog(|| {
        let tally = Tally::new();
        for _ in 0..20 {
            let owner = Arc::new(tally.clone());
            all_operations(&Static(tally.clone()), &Static(tally.clone()), &owner);
        }
        clear_all_of::<Static>();
        // What was lent from a static anchor is there for ever: one result without a key, one for each other key.
        in_time(|| {
            memo_core::sweep();
            tally.alive() == 1 + 6
        });
    });
}

/// Which anchor comes at which call, by the bits of a number: every order of eight calls is tried, since what a memo
/// asks twice it may be told differently.
#[test]
fn another_anchor_at_each_call() {
    struct Fickle {
        anchors: [Anchor; 2],
        pattern: u8,
        calls: AtomicUsize,
        tally: Tally,
    }

    impl HasAnchor for Fickle {
        fn anchor(&self) -> &Anchor {
            let call = self.calls.fetch_add(1, Ordering::Relaxed);
            &self.anchors[usize::from(self.pattern >> (call % 8) & 1)]
        }
    }

    key_as!(Fickle => Anchor, |this| this.anchor());

    impl Liar for Fickle {
        fn tally(&self) -> &Tally {
            &self.tally
        }
    }

    watchdog(|| {
        for pattern in 0..=u8::MAX {
            let tally = Tally::new();
            let fickle =
                || Fickle { anchors: Default::default(), pattern, calls: AtomicUsize::new(0), tally: tally.clone() };
            let owner = Arc::new(tally.clone());
            let (a, b) = (fickle(), fickle());
            all_operations(&a, &b, &owner);
            drop(a);
            plain(&b).check();
            pair(&b, &b).check();
            lent_pair(&b, &b, 100).check();
            drop((b, owner));
            nothing_is_left(&tally);
        }
    });
}

/// The worst order there is: first the anchor that an entry is stored by, then for ever one that does not match where one
/// is sought, and one that is there already where one is stored. It may compute each time; it may not try for ever.
///
/// In a collection, since a call asks an argument that stands alone once.
#[test]
fn an_anchor_that_never_agrees_with_itself() {
    struct Contrary {
        anchors: [Anchor; 2],
        first: usize,
        calls: AtomicUsize,
    }

    impl HasAnchor for Contrary {
        fn anchor(&self) -> &Anchor {
            let call = self.calls.fetch_add(1, Ordering::Relaxed);
            let at = match call.checked_sub(self.first) {
                None => 0,
                Some(0) => 1,
                Some(later) => later % 2,
            };
            &self.anchors[at]
        }
    }

    key_as!(Contrary => Anchor, |this| this.anchor());

    #[weak_memo]
    fn cloned(owner: &Arc<u32>, other: &Vec<Contrary>) -> u32 {
        let _ = other;
        **owner
    }

    #[weak_memo(capacity = unbounded)]
    fn lent<'w>(owner: &'w Arc<u32>, other: &'w Vec<Contrary>) -> &'w String {
        let _ = other;
        owner.to_string()
    }

    watchdog(|| {
        let owner = Arc::new(5);
        for first in 0..20 {
            let contrary = vec![Contrary { anchors: Default::default(), first, calls: AtomicUsize::new(0) }];
            for _ in 0..20 {
                assert_eq!(cloned(&owner, &contrary), 5);
                assert_eq!(lent(&owner, &contrary), "5");
            }
        }
    });
}

/// Also through a `dyn`, as an owner and as a second argument.
#[test]
fn an_anchor_behind_a_trait_object() {
    #[weak_memo]
    fn of_dyn(owner: &(dyn HasAnchor + Sync), other: &(dyn HasAnchor + Sync)) -> usize {
        std::ptr::from_ref(owner).addr() ^ std::ptr::from_ref(other).addr()
    }

    let (a, b) = (Anchored::new(1), Anchored::new("b"));
    let first = of_dyn(&a, &b);
    assert_eq!(of_dyn(&a, &b), first);
    assert_eq!(of_dyn_memo().stats().computes, 1);
    drop(b);
    assert_eq!(of_dyn_memo().stats().entries, 0);
}

/// Counts how often its anchor is asked for.
#[derive(Default)]
struct Counting {
    anchor: Anchor,
    asked: Cell<usize>,
}

impl HasAnchor for Counting {
    fn anchor(&self) -> &Anchor {
        self.asked.set(self.asked.get() + 1);
        &self.anchor
    }
}

key_as!(Counting => Anchor, |this| this.anchor());

/// How often the anchors were asked for by a miss and by two hits.
fn asked(objects: [&Counting; 2], call: impl Fn()) -> [[usize; 2]; 3] {
    std::array::from_fn(|_| {
        call();
        objects.map(|object| object.asked.take())
    })
}

/// The text of the rule: `anchor()` is called once per argument per call, and everything derives from that borrow.
#[test]
fn the_anchor_of_the_owner_is_asked_for_once_a_call() {
    #[weak_memo]
    fn cloned(owner: &Counting, number: u32) -> u32 {
        let _ = owner;
        number
    }

    #[weak_memo]
    fn lent(owner: &Counting) -> &u32 {
        let _ = owner;
        1
    }

    let owner = Counting::default();
    let other = Counting::default();
    assert_eq!(asked([&owner, &other], || assert_eq!(cloned(&owner, 1), 1)), [[1, 0]; 3]);
    assert_eq!(asked([&owner, &other], || assert_eq!(*lent(&owner), 1)), [[1, 0]; 3]);
}

/// The same for a further argument.
#[test]
fn the_anchor_of_another_argument_is_asked_for_once_a_call() {
    #[weak_memo]
    fn cloned(owner: &Counting, other: &Counting) -> u32 {
        let _ = (owner, other);
        1
    }

    let (owner, other) = (Counting::default(), Counting::default());
    assert_eq!(asked([&owner, &other], || assert_eq!(cloned(&owner, &other), 1)), [[1, 1]; 3]);
}

/// Also in what holds it.
#[test]
fn the_anchor_in_an_option_a_tuple_or_a_box_is_asked_for_once_a_call() {
    #[allow(clippy::redundant_allocation, reason = "a key, however it is held")]
    #[weak_memo]
    fn held(owner: &Counting, other: Option<&Counting>, more: &(u8, Result<Box<&&Counting>, u8>)) -> bool {
        let _ = owner;
        other.is_some() && more.1.is_ok()
    }

    let [owner, other, more] = std::array::from_fn(|_| Counting::default());
    let more_still = &&more;
    let third = (1, Ok(Box::new(more_still)));
    assert_eq!(asked([&other, &more], || assert!(held(&owner, Some(&other), &third))), [[1, 1]; 3]);
}

/// An `anchor()` runs user code, which may itself look for results: it is asked before the call begins to look.
#[test]
fn an_anchor_that_calls_memos_is_an_anchor() {
    #[derive(Default)]
    struct Asking {
        anchor: Anchor,
        beside: Arc<u32>,
    }

    impl HasAnchor for Asking {
        fn anchor(&self) -> &Anchor {
            (0..10)
                .for_each(|key| assert_eq!((beside(&self.beside, key), *lent_beside(&self.beside, key)), (key, key)));
            &self.anchor
        }
    }

    #[weak_memo]
    fn beside(owner: &Arc<u32>, key: u32) -> u32 {
        **owner + key
    }

    #[weak_memo(capacity = unbounded)]
    fn lent_beside(owner: &Arc<u32>, key: u32) -> &u32 {
        **owner + key
    }

    #[weak_memo]
    fn cloned(owner: &Asking, key: u32) -> u32 {
        let _ = owner;
        key
    }

    #[weak_memo(capacity = unbounded)]
    fn lent(owner: &Asking, key: u32) -> &u32 {
        let _ = owner;
        key
    }

    let owner = Asking::default();
    for _ in 0..3 {
        (0..10).for_each(|key| assert_eq!((cloned(&owner, key), *lent(&owner, key)), (key, key)));
    }
    assert_eq!((cloned_memo().stats().computes, lent_memo().stats().computes), (10, 10));
}
