//! A key's destructor panics when the call has its result already, or has begun to compute: neither leaks.

use std::sync::Arc;
use std::thread;

use memo_core::{Anchored, MemoKey, report, verify, weak_memo};
use memo_tests::{Tally, Token, alone, join_all, panic_of};

use super::fragile::Fragile;
use super::{BOMB, tick};

/// Made by an expression for one call.
#[derive(MemoKey)]
struct Made(u32);

impl Drop for Made {
    fn drop(&mut self) {
        tick("drop");
    }
}

/// A job that leaked would never end: another thread would wait for it.
#[test]
fn of_an_expression() {
    #[weak_memo]
    fn cloned(n: &Arc<u32>, #[memo(key = Made(*m))] m: u32, #[memo(skip)] tally: &Tally) -> Token {
        let _ = (n, m);
        tally.token()
    }
    #[weak_memo(capacity = unbounded, context = Made(1))]
    fn lent<'n>(n: &'n Anchored<u32>, #[memo(skip)] tally: &Tally) -> &'n Token {
        let _ = n;
        tally.token()
    }
    alone(|| {
        let (tally, arc, anchored) = (Tally::new(), Arc::new(1), Anchored::new(1));
        // A miss, and a hit.
        for at in 0..2 {
            BOMB.set("drop");
            drop(cloned(&arc, 1, &tally));
            assert_eq!((BOMB.replace("drop"), tally.alive()), ("", at + 1));
            lent(&anchored, &tally);
            assert_eq!((BOMB.get(), tally.alive()), ("", 2));
        }
        assert_eq!(report().swallowed_panics, 4);
        thread::scope(|scope| {
            let cloned = scope.spawn(|| drop(cloned(&arc, 1, &tally)));
            let lent = scope.spawn(|| _ = lent(&anchored, &tally));
            join_all(vec![cloned, lent]);
        });
        drop((arc, anchored));
        memo_core::sweep();
        assert_eq!(tally.alive(), 0);
    });
}

#[test]
fn beside_a_result_that_the_handle_gives_back() {
    #[weak_memo(capacity = unbounded)]
    fn f<'n>(n: &'n Anchored<u32>, #[memo(value)] key: &Fragile, #[memo(skip)] tally: &Tally) -> &'n Token {
        let _ = (n, key);
        tally.token()
    }
    let (tally, keys) = (Tally::new(), Tally::new());
    let (mut n, key) = (Anchored::new(1), Fragile::new(1, &keys));
    f(&n, &key, &tally);
    BOMB.set("drop");
    assert_eq!(panic_of(|| f_memo().set((&n, &key, &tally), tally.token())), "drop");
    assert_eq!((tally.alive(), keys.alive()), (1, 2), "what was not taken did not leak");
    for bomb in ["drop", "second drop"] {
        f(&n, &key, &tally);
        BOMB.set(bomb);
        // One of the two panics is swallowed: the result is already out.
        let taken = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            drop(f_memo().take((&mut n, &key, &tally)));
        }));
        assert_eq!((taken.is_ok(), BOMB.get()), (bomb == "drop", ""));
        assert_eq!((tally.alive(), keys.alive()), (0, 1));
    }
}

#[test]
fn of_a_hit_that_is_verified() {
    #[weak_memo]
    fn f(n: &Anchored<u32>, #[memo(value)] key: &Fragile, #[memo(skip)] tally: &Tally) -> Token {
        let _ = (n, key);
        tally.token()
    }
    alone(|| {
        let tally = Tally::new();
        let (n, key) = (Anchored::new(1), Fragile::new(1, &tally));
        drop(f(&n, &key, &tally));
        assert_eq!(tally.alive(), 3);
        verify(1.0);
        BOMB.set("drop");
        assert_eq!(panic_of(|| f(&n, &key, &tally)), "drop");
        assert_eq!(tally.alive(), 3);
    });
}
