//! What results take: themselves, and what they own where it is said how to measure it.

use std::rc::Rc;
use std::sync::Arc;

use memo_core::{Anchored, memos, report, sweep, weak_memo};
use memo_tests::alone;

#[test]
fn entries_are_counted_by_their_own_size() {
    #[weak_memo]
    fn cloned(of: &Arc<u8>, key: u32) -> [u64; 8] {
        [u64::from(**of) + u64::from(key); 8]
    }
    #[weak_memo]
    fn lent(of: &Anchored<u8>) -> &[u64; 32] {
        [u64::from(**of); 32]
    }
    assert_eq!((cloned_memo().stats().entry_bytes, lent_memo().stats().entry_bytes), (0, 0));
    let of = Arc::new(1);
    (0..10).for_each(|key| _ = cloned(&of, key));
    let ten = cloned_memo().stats().entry_bytes;
    assert!((10 * 64..10 * (64 + 100)).contains(&ten), "{ten}");
    let anchored = Anchored::new(1);
    lent(&anchored);
    let one = lent_memo().stats().entry_bytes;
    assert!((256..256 + 64).contains(&one), "{one}");
    drop((of, anchored));
    sweep();
    assert_eq!(lent_memo().stats().entry_bytes, 0);
}

#[test]
fn what_they_own_is_known_once_it_is_said_how() {
    #[weak_memo(name = "cloned bytes")]
    fn cloned(of: &Arc<u8>, key: usize) -> Vec<u8> {
        vec![**of; key]
    }
    #[weak_memo]
    fn lent(of: &Arc<u8>) -> &Vec<u8> {
        vec![**of; 100]
    }
    #[weak_memo(capacity = unbounded)]
    fn lent_keyed(of: &Anchored<u8>, key: usize) -> &Vec<u8> {
        vec![**of; key]
    }
    #[weak_memo]
    fn ok(of: &Rc<u8>) -> std::io::Result<Vec<u8>> {
        Ok(vec![**of; 7])
    }
    alone(|| {
        let (of, anchored, here) = (Arc::new(1), Anchored::new(1), Rc::new(1));
        cloned(&of, 8);
        assert_eq!(cloned_memo().stats().value_bytes, None);
        assert_eq!(cloned_memo().stats().figures().filter(|figure| figure.name == "value_bytes").count(), 0);
        cloned_memo().measure(Vec::<u8>::capacity);
        lent_memo().measure(Vec::<u8>::capacity);
        lent_keyed_memo().measure(Vec::<u8>::capacity);
        ok_memo().measure(Vec::<u8>::capacity);
        assert_eq!(cloned_memo().stats().value_bytes, None, "none was measured yet");
        // Two were measured, of three.
        _ = (cloned(&of, 10), cloned(&of, 20), lent(&of), ok(&here));
        _ = (lent_keyed(&anchored, 1), lent_keyed(&anchored, 2));
        assert_eq!(cloned_memo().stats().value_bytes, Some(45));
        assert_eq!(lent_memo().stats().value_bytes, Some(100));
        assert_eq!(lent_keyed_memo().stats().value_bytes, Some(3));
        assert_eq!(ok_memo().stats().value_bytes, Some(7));
        let figure = cloned_memo().stats().figures().last().unwrap();
        assert_eq!((figure.name, figure.value), ("value_bytes", 45.0));
        assert!(report().to_string().contains("  . its results own some 45 bytes\n"));
        assert!(memos().iter().any(|memo| memo.name == "cloned bytes" && memo.stats.value_bytes == Some(45)));
        drop(of);
        sweep();
        assert_eq!(cloned_memo().stats().value_bytes, Some(0));
    });
}

/// In the first 64, and in one of 64 after that.
#[test]
fn a_sample_is_measured() {
    use std::sync::atomic::{AtomicUsize, Ordering};
    static MEASURED: AtomicUsize = AtomicUsize::new(0);
    #[weak_memo(capacity = unbounded)]
    fn many(of: &Arc<u8>, key: u32) -> Vec<u32> {
        vec![key + u32::from(**of)]
    }
    alone(|| {
        many_memo().measure(|_: &Vec<u32>| {
            MEASURED.fetch_add(1, Ordering::Relaxed);
            4
        });
        let of = Arc::new(1);
        (0..6400).for_each(|key| _ = many(&of, key));
        assert_eq!(MEASURED.load(Ordering::Relaxed), 64 + 99);
        assert_eq!(many_memo().stats().value_bytes, Some(4 * 6400));
    });
}

#[test]
fn a_measure_may_do_anything() {
    #[weak_memo]
    fn odd(of: &Arc<u8>, key: u8) -> u8 {
        **of + key
    }
    #[weak_memo]
    fn other(of: &Arc<u8>) -> String {
        of.to_string()
    }
    alone(|| {
        let of = Arc::new(1);
        let inner = Arc::clone(&of);
        odd_memo().measure(move |value: &u8| {
            // It may call, replace itself, and panic.
            if *value < 100 {
                odd(&inner, value + 100);
                odd_memo().measure(|_: &u8| panic!("odd"));
            }
            7
        });
        assert_eq!((odd(&of, 0), odd(&of, 1)), (1, 2));
        let before = report().swallowed_panics;
        assert_eq!(odd(&of, 2), 3);
        assert_eq!((report().swallowed_panics, odd_memo().stats().value_bytes), (before + 1, None));
        // What goes with the function may panic as well.
        struct Bomb;
        impl Drop for Bomb {
            fn drop(&mut self) {
                panic!("a bomb");
            }
        }
        let bomb = Bomb;
        odd_memo().measure(move |_: &u8| {
            let _ = &bomb;
            odd_memo().measure(|_: &u8| 1);
            panic!("odd");
        });
        assert_eq!(odd(&of, 3), 4);
        other_memo().measure(|_: &Vec<u8>| 1);
        other(&of);
        assert_eq!(other_memo().stats().value_bytes, None, "it keeps no such type");
    });
}
