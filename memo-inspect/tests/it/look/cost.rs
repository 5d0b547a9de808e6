//! What a poll costs a program with a thousand memos, of which one has a million objects.

use std::any::type_name;
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::{Duration, Instant};

use memo_core::weak_memo;

use crate::client::get;

/// A digit, so that three make a thousand types.
struct Digit<const D: u8>;

/// By type, one memo each.
#[weak_memo]
fn of_type<T: 'static>(of: &Arc<u32>, as_type: PhantomData<T>) -> usize {
    let _ = as_type;
    **of as usize + type_name::<T>().len()
}

fn call<T: 'static>(of: &Arc<u32>) {
    of_type::<T>(of, PhantomData);
}

macro_rules! ten {
    ($of:ident, $call:ident, $($before:ty),*) => {{
        $call::<($($before,)* Digit<0>,)>($of);
        $call::<($($before,)* Digit<1>,)>($of);
        $call::<($($before,)* Digit<2>,)>($of);
        $call::<($($before,)* Digit<3>,)>($of);
        $call::<($($before,)* Digit<4>,)>($of);
        $call::<($($before,)* Digit<5>,)>($of);
        $call::<($($before,)* Digit<6>,)>($of);
        $call::<($($before,)* Digit<7>,)>($of);
        $call::<($($before,)* Digit<8>,)>($of);
        $call::<($($before,)* Digit<9>,)>($of);
    }};
}

fn ten<T: 'static>(of: &Arc<u32>) {
    ten!(of, call, T);
}

fn hundred<T: 'static>(of: &Arc<u32>) {
    ten!(of, ten, T);
}

fn thousand(of: &Arc<u32>) {
    ten!(of, hundred,);
}

#[weak_memo(name = "of a million")]
fn of_a_million(of: &Arc<u32>) -> u32 {
    **of
}

/// The median of some polls, each of a moment of its own.
fn poll() -> Duration {
    let once = |_| {
        let server = memo_inspect::spawn("127.0.0.1:0").expect("it is served");
        let started = Instant::now();
        assert_eq!(get(&server, "/api/memos").status, 200);
        started.elapsed()
    };
    let mut all: Vec<_> = (0..11).map(once).collect();
    all.sort();
    all[5]
}

/// In an optimised build, with nothing else to do: `cargo test --release -p memo-inspect --test it -- --ignored --nocapture cost`.
#[test]
#[ignore = "it measures"]
fn a_poll_takes_less_than_20_ms() {
    let few = poll();
    let of = Arc::new(1);
    thousand(&of);
    let many = poll();
    let all: Vec<_> = (0..1_000_000).map(Arc::new).collect();
    all.iter().for_each(|of| _ = of_a_million(of));
    let of_many_objects = poll();
    eprintln!("a poll: {few:?}; with 1,000 memos {many:?}; with 1,000,000 objects as well {of_many_objects:?}");
    assert!(memo_core::memos().len() > 1000);
    assert!(of_many_objects < Duration::from_millis(20));
}
