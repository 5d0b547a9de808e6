//! Traps that other caches fell into, where no law's and no rule's own tests show that they are not here. The others are in
//! `docs/soundness/traps.md`.

use std::collections::HashSet;
use std::hash::{Hash, Hasher};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::{fmt, thread};

use memo_core::{Anchor, Anchored, HasAnchor, memos, weak_memo};
use memo_tests::watchdog;

/// Two `Arc<str>` that were made by `default` may be one allocation, which `std` never frees: then they are one object.
#[test]
fn the_shared_allocation_of_empty_slices_is_an_object_like_any_other() {
    #[weak_memo]
    fn address(text: &Arc<str>, bytes: &Arc<[u8]>) -> (usize, usize) {
        (Arc::as_ptr(text).addr(), Arc::as_ptr(bytes).addr())
    }
    for _ in 0..3 {
        let (text, bytes) = (Arc::<str>::default(), Arc::<[u8]>::default());
        let strong = (Arc::strong_count(&text), Arc::strong_count(&bytes));
        for _ in 0..2 {
            assert_eq!(address(&text, &bytes), (Arc::as_ptr(&text).addr(), Arc::as_ptr(&bytes).addr()));
        }
        assert_eq!((Arc::strong_count(&text), Arc::strong_count(&bytes)), strong);
    }
    let (empty, other) = (Arc::<str>::default(), Arc::<str>::from("x"));
    let bytes = Arc::default();
    assert_ne!(address(&empty, &bytes), address(&other, &bytes));
}

/// An object and its first field lie at one address, and an anchor has a size: no two of them do.
#[test]
fn an_object_and_its_first_field_are_two_objects() {
    #[repr(C)]
    struct Outer {
        inner: Inner,
        empty: (),
        anchor: Anchor,
    }
    #[repr(C)]
    struct Inner {
        anchor: Anchor,
        number: u32,
    }
    impl HasAnchor for Outer {
        fn anchor(&self) -> &Anchor {
            &self.anchor
        }
    }
    impl HasAnchor for Inner {
        fn anchor(&self) -> &Anchor {
            &self.anchor
        }
    }
    trait Part: HasAnchor {
        fn number(&self) -> u32;
    }
    memo_core::key_as!(dyn Part + '_ => Anchor, |part| part.anchor());
    impl Part for Outer {
        fn number(&self) -> u32 {
            100
        }
    }
    impl Part for Inner {
        fn number(&self) -> u32 {
            self.number
        }
    }
    #[weak_memo]
    fn number(key: &Arc<u32>, part: &dyn Part) -> u32 {
        **key + part.number()
    }
    #[weak_memo]
    fn own(part: &dyn Part) -> u32 {
        part.number()
    }
    let outer = Outer { inner: Inner { anchor: Anchor::new(), number: 1 }, empty: (), anchor: Anchor::new() };
    let key = Arc::new(7);
    assert!(std::ptr::addr_eq(&raw const outer, &raw const outer.inner));
    assert!(size_of::<Anchor>() > 0);
    for _ in 0..2 {
        assert_eq!((number(&key, &outer), number(&key, &outer.inner)), (107, 8));
        assert_eq!((own(&outer), own(&outer.inner)), (100, 1));
    }
    let () = outer.empty;
}

/// Keys that hash alike and print alike are told apart by `Eq`: neither a hash nor a text is ever taken for a key.
#[test]
fn keys_that_hash_and_print_alike_are_two_keys() {
    #[derive(Clone, PartialEq, Eq)]
    struct Alike(u32);
    impl fmt::Debug for Alike {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("the same")
        }
    }
    impl Hash for Alike {
        fn hash<H: Hasher>(&self, _: &mut H) {}
    }
    #[weak_memo]
    fn f(owner: &Anchored<u32>, #[memo(value)] key: Alike) -> u32 {
        **owner + key.0
    }
    let owner = Anchored::new(10);
    for _ in 0..2 {
        assert_eq!((f(&owner, Alike(1)), f(&owner, Alike(2))), (11, 12));
    }
    assert_eq!((f_memo().stats().computes, f_memo().stats().hits), (2, 2));
}

/// Waiters of all results share a few places to sleep at. Were those locks, hundreds of flights in progress on one thread
/// would stop every other thread.
#[test]
fn hundreds_of_flights_in_progress_stop_no_other_key() {
    const DEEP: u32 = 300;
    /// What the body at the bottom says and waits for, and a number.
    struct Meeting(Mutex<Option<(Sender<()>, Receiver<()>)>>, u32);
    watchdog(|| {
        let (started, at_the_bottom) = channel::<()>();
        let (go_on, told) = channel::<()>();
        let owner = Arc::new(Meeting(Mutex::new(Some((started, told))), 1));
        #[weak_memo]
        fn sum(owner: &Arc<Meeting>, from: u32, down_to: u32) -> u32 {
            if from > down_to {
                return owner.1 + sum(owner, from - 1, down_to);
            }
            if down_to == 0 {
                let (started, told) = owner.0.lock().unwrap().take().expect("once");
                started.send(()).unwrap();
                told.recv().unwrap();
            }
            owner.1
        }
        thread::scope(|scope| {
            let held = scope.spawn(|| sum(&owner, DEEP, 0));
            at_the_bottom.recv().unwrap();
            // As many again, while all of those are being computed.
            assert_eq!(sum(&owner, 1000 + DEEP, 1000), DEEP + 1);
            go_on.send(()).unwrap();
            assert_eq!(held.join().unwrap(), DEEP + 1);
        });
    });
}

/// Functions of one name in two modules, and methods of one name on two types: each has its own name in reports, and its own
/// figures.
#[test]
fn memos_of_one_name_are_told_apart_in_reports() {
    mod one {
        #[memo_core::weak_memo]
        pub(super) fn trap_name(owner: &std::sync::Arc<u32>) -> u32 {
            **owner
        }
    }
    mod two {
        #[memo_core::weak_memo]
        pub(super) fn trap_name(owner: &std::sync::Arc<u32>) -> u32 {
            **owner
        }
    }
    struct A(Anchor);
    struct B(Anchor);
    impl HasAnchor for A {
        fn anchor(&self) -> &Anchor {
            &self.0
        }
    }
    impl HasAnchor for B {
        fn anchor(&self) -> &Anchor {
            &self.0
        }
    }
    impl A {
        #[weak_memo]
        fn trap_name(&self) -> u32 {
            1
        }
    }
    impl B {
        #[weak_memo]
        fn trap_name(&self) -> u32 {
            2
        }
    }
    let (owner, a, b) = (Arc::new(1), A(Anchor::new()), B(Anchor::new()));
    let asked = [one::trap_name(&owner), two::trap_name(&owner), a.trap_name(), b.trap_name(), b.trap_name()];
    assert_eq!(asked, [1, 1, 1, 2, 2]);
    let seen: Vec<_> = memos().into_iter().filter(|memo| memo.name.contains("trap_name")).collect();
    let names: HashSet<_> = seen.iter().map(|memo| memo.name.as_str()).collect();
    assert_eq!((seen.len(), names.len()), (4, 4), "{names:?}");
    assert_eq!(seen.iter().map(|memo| memo.stats.computes).collect::<Vec<_>>(), [1; 4]);
    assert_eq!(seen.iter().map(|memo| memo.stats.hits).sum::<u64>(), 1);
}

/// A feature that an expansion asks for would be looked up among those of the user's crate.
#[test]
fn expansions_ask_for_no_feature() {
    let named = include_str!("../../../memo-core/src/__private.rs");
    assert!(!named.contains("feature ="), "what expansions name is always there");
    let sources = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../memo-macros/src");
    let mut folders = vec![sources];
    let mut files = 0;
    while let Some(folder) = folders.pop() {
        for entry in folder.read_dir().expect("the sources are beside the tests") {
            let path = entry.expect("readable").path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            files += 1;
            let text = std::fs::read_to_string(&path).expect("text");
            assert!(!text.contains("feature ="), "{}", path.display());
        }
    }
    assert!(files > 5);
}
