//! Objects come, are asked about and die, one after the other: what the dead hold does not grow.

use std::mem::MaybeUninit;
use std::rc::Rc;
use std::sync::Arc;
use std::thread;

use memo_core::{Anchored, weak_memo};
use memo_tests::{alone, live_bytes};

use crate::{MOST_BYTES_OF_DEAD, sized};

/// Bytes that nobody writes: a run that fails holds address space and not the machine's memory.
type Block = [MaybeUninit<u8>];

fn arc(bytes: usize) -> Arc<Block> {
    Arc::new_uninit_slice(bytes)
}

fn rc(bytes: usize) -> Rc<Block> {
    Rc::new_uninit_slice(bytes)
}

const KIB_4: usize = 4 << 10;
const KIB_64: usize = 64 << 10;

/// Without a destructor, so that it may go at any time.
#[weak_memo]
fn len(block: &Arc<Block>) -> usize {
    block.len()
}

/// Looks after each request, and ends at the first that is too much.
fn flat(requests: usize, mut request: impl FnMut(usize)) {
    let held = holds();
    for number in 0..requests {
        request(number);
        held(number);
    }
}

/// From here on, no more than the bound.
fn holds() -> impl Fn(usize) + Copy {
    let before = live_bytes();
    move |number| {
        let more = live_bytes().saturating_sub(before);
        assert!(more < MOST_BYTES_OF_DEAD, "after {} requests {more} bytes are held", number + 1);
    }
}

/// `count` of each of 17 sizes from 8 B to 1 MiB, not 4 KiB, each with a result.
fn of_other_sizes(count: usize) -> Vec<Arc<Block>> {
    let sizes = (3..=20).map(|power| 1 << power).filter(|bytes| *bytes != KIB_4);
    let living: Vec<_> = sizes.flat_map(|bytes| (0..count).map(move |_| arc(bytes))).collect();
    assert_eq!(living.len(), 17 * count);
    living.iter().for_each(|block| _ = len(block));
    living
}

/// One owner that lives on, and an argument that is another with each request.
macro_rules! second_arguments {
    ($($test:ident: $owner:ty, $object:ty, $make:ident;)*) => {$(
        #[test]
        fn $test() {
            #[weak_memo]
            fn f(owner: &$owner, block: &$object) -> usize {
                let _ = owner;
                block.len()
            }
            alone(|| {
                let (living, owner) = (of_other_sizes(50), <$owner>::new(1));
                flat(sized(400_000), |_| _ = f(&owner, &$make(KIB_4)));
                assert_eq!(f_memo().stats().computes, sized(400_000) as u64);
                drop(living);
            });
        }
    )*};
}

second_arguments! {
    second_arcs_of_an_arc: Arc<u32>, Arc<Block>, arc;
    second_arcs_of_an_object: Anchored<u32>, Arc<Block>, arc;
    second_arcs_of_an_rc: Rc<u32>, Arc<Block>, arc;
    second_rcs_of_an_rc: Rc<u32>, Rc<Block>, rc;
}

/// The owners go, and the argument lives on.
#[test]
fn rc_owners_beside_an_rc() {
    #[weak_memo]
    fn f(block: &Rc<Block>, other: &Rc<u32>) -> usize {
        block.len() + **other as usize
    }
    alone(|| {
        let other = Rc::new(1);
        flat(sized(200_000), |_| _ = f(&rc(KIB_4), &other));
    });
}

#[test]
fn a_thread_for_each_request_of_few_misses() {
    alone(|| {
        flat(3_000, |request| {
            let requested = move || (0..=request % 7).for_each(|_| _ = len(&arc(KIB_64)));
            thread::spawn(requested).join().expect("no body panics");
        });
    });
}

/// Beside others that live on: most of the table is alive.
#[test]
fn a_thread_for_each_request_beside_many_that_live() {
    alone(|| {
        let living: Vec<_> = (0..sized(100_000)).map(|_| arc(16)).collect();
        living.iter().for_each(|block| _ = len(block));
        flat(3_000, |request| {
            let requested = move || (0..=request % 7).for_each(|_| _ = len(&arc(KIB_64)));
            thread::spawn(requested).join().expect("no body panics");
        });
        drop(living);
    });
}

#[test]
fn all_sizes_on_two_threads() {
    alone(|| {
        let held = holds();
        thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(move || {
                    for request in 0..sized(60_000) {
                        len(&arc(8 << (request % 14)));
                        held(request);
                    }
                });
            }
        });
    });
}

#[test]
fn large_ones_after_a_crowd_of_small_ones() {
    alone(|| {
        let crowd: Vec<_> = (0..sized(200_000)).map(|_| arc(16)).collect();
        crowd.iter().for_each(|block| _ = len(block));
        drop(crowd);
        flat(20_000, |_| _ = len(&arc(KIB_64)));
    });
}

/// The call that makes them has not ended: what has no destructor need not wait for that.
#[test]
fn within_one_call_that_is_memoized_itself() {
    const MADE: usize = 20_000;
    #[weak_memo]
    fn driver(_: &Arc<u32>) -> usize {
        let mut sum = 0;
        flat(MADE, |_| sum += len(&arc(KIB_64)));
        sum
    }
    alone(|| assert_eq!(driver(&Arc::new(1)), MADE * KIB_64));
}
