//! What must hold after each case.

use std::rc::Rc;

use memo_core::{Stats, sweep};
use memo_tests::assert_balanced;

use crate::parts::acts::{Op, World};
use crate::parts::subjects::{Memo, Owner};
use crate::parts::things::{ANSWERS, Answer, KEYS, Key, Manners, OWNERS, REFUSED, SECONDS, Second, behave};
use crate::parts::trap::Place;

/// Whether the key in question is there after a panic (law 8): nothing new was stored, nothing else was lost.
pub(crate) fn expected_after_panic(op: Op, place: Place, nth: u32) -> Option<bool> {
    if matches!(place, Place::EqKey | Place::KeyByHand) && nth > 1 {
        // Replacing takes the old one out before it looks once more.
        return (!matches!(op, Op::Replace | Op::Refresh)).then_some(!op.is_new());
    }
    match op {
        Op::Miss | Op::Refused | Op::Insert => Some(false),
        Op::Evict => Some(matches!(place, Place::DropResult | Place::DropKey)),
        Op::Hit | Op::Get => Some(true),
        Op::Replace => Some(true),
        Op::Refresh => Some(!matches!(place, Place::Body | Place::CacheIf | Place::CloneResult)),
        Op::Forget => Some(!matches!(place, Place::DropResult | Place::DropKey)),
        Op::Clear | Op::ClearAll => Some(false),
        Op::Sweep | Op::Amortised | Op::Death | Op::SecondDeath => None,
    }
}

/// Checks everything after a case. `there`: whether the key in question must be there, if that is known.
pub(crate) fn after<M: Memo>(world: Rc<World<M>>, there: Option<bool>) {
    let before = M::stats();
    assert_balanced(&before);
    let owner = world.owner.borrow().clone();
    let second = world.second.borrow().clone();
    if let (Some(owner), Some(second)) = (&owner, &second) {
        let pointers = 1 + usize::from(world.another.borrow().is_some());
        assert_eq!(owner.strong(), pointers, "law 3");
        assert_eq!(second.strong(), 1, "law 3");
        if world.honest {
            contents::<M>(&world, owner, second, there);
        }
    }
    // From here on keys tell the truth, also those that lied when they were stored.
    behave(Manners::Honest, 0);
    let hits = usual::<M>(owner.as_deref().unwrap_or(&world.bystander));
    drop((owner, second));
    // Everything goes, each thing once.
    drop(Rc::into_inner(world).expect("nobody else keeps what the case was about"));
    sweep();
    assert_eq!(nothing_is_left::<M>().hits - before.hits, hits, "a call is a hit or not");
}

/// What is counted is what is found.
fn contents<M: Memo>(world: &World<M>, owner: &M::Owner, second: &Second, there: Option<bool>) {
    let keys: &[u32] = if M::KIND.is_keyed() { &[1, 2, 3, REFUSED] } else { &[1] };
    let mut found = 0;
    for key in keys.iter().map(|&key| Key::new(key)) {
        let number = M::get(owner, second, &key);
        if let Some(number) = number {
            world.assert_right(owner, &key, number);
            found += 1;
        }
        if key.number == world.key {
            let right = there.unwrap_or(number.is_some());
            assert_eq!(number.is_some(), right, "law 8: whether the key is there");
        }
    }
    assert_eq!(M::len(), found, "what is counted is what is found");
}

/// The memo works as if nothing had been; how many of these calls are hits.
fn usual<M: Memo>(owner: &M::Owner) -> u64 {
    let (second, key) = (&Second::new(M::KIND.second), &Key::new(4));
    let right = |number: u32| {
        assert_eq!(number / 100, owner.number(), "law 1: a result of another object");
        assert!(number % 100 == 4 || !M::KIND.is_keyed(), "law 1: a result of another key");
    };
    let known = M::get(owner, second, key).is_some();
    right(M::call(owner, second, key));
    right(M::call(owner, second, key));
    if M::KIND.lends {
        return 1 + u64::from(known);
    }
    assert!(M::forget(owner, second, key), "law 9: what was asked for is there");
    assert!(M::get(owner, second, key).is_none());
    right(M::call(owner, second, key));
    M::insert(owner, second, key, Answer::new(100 * owner.number() + 4));
    right(M::call(owner, second, key));
    right(M::refresh(owner, second, key));
    right(M::call(owner, second, key));
    assert!(M::clear() > 0);
    assert!(M::get(owner, second, key).is_none());
    3 + u64::from(known)
}

/// Checks that all things are gone, each once.
pub(crate) fn nothing_is_left<M: Memo>() -> Stats {
    let stats = M::stats();
    assert_balanced(&stats);
    assert_eq!((stats.entries, stats.abandoned), (0, 0), "nothing is left");
    for (name, alive) in [("owners", &OWNERS), ("seconds", &SECONDS), ("keys", &KEYS), ("answers", &ANSWERS)] {
        let (made, dropped) = alive.figures();
        assert_eq!(made, dropped, "{name}: made, and dropped");
    }
    stats
}

/// The books of the memos beside.
pub(crate) fn beside<M: Memo>() {
    M::Owner::stats_beside().iter().for_each(assert_balanced);
}
