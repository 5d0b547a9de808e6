//! A sample of the hits is computed again: what is found, and what is left as it was.
//!
//! Each test that verifies has a process of its own, since the fraction is that of a process.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::Command;
use std::rc::Rc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Barrier, Mutex};
use std::thread;

use memo_core::{Anchored, assert_computed, assert_remembered, testing, verify, weak_memo};
use memo_tests::{alone, assert_balanced, panic_of};

/// How often bodies ran, and so what they return next if they are impure.
static RAN: AtomicU32 = AtomicU32::new(0);

fn ran() -> u32 {
    RAN.fetch_add(1, Ordering::Relaxed)
}

fn runs() -> u32 {
    RAN.load(Ordering::Relaxed)
}

/// Runs a test that verifies all hits, in a process of its own, in builds that can.
macro_rules! all_verified {
    ($test:block) => {
        alone(|| {
            if verify(1.0) $test
        })
    };
}

#[test]
fn an_impure_body_is_found_whatever_the_shape_of_its_memo() {
    #[weak_memo]
    fn plain(_of: &Arc<u8>) -> u32 {
        ran()
    }
    #[weak_memo]
    fn inside(_of: &Anchored<u8>) -> String {
        ran().to_string()
    }
    #[weak_memo]
    fn of_one_thread(_of: &Rc<u8>) -> Rc<u32> {
        Rc::new(ran())
    }
    #[weak_memo]
    fn keyed(_of: &Arc<u8>, _key: u8) -> u32 {
        ran()
    }
    #[weak_memo]
    #[track_caller]
    fn by_value(_of: Arc<u8>, #[memo(value)] key: String, _other: &Arc<u8>) -> String {
        key + &ran().to_string()
    }
    #[weak_memo]
    fn fallible(_of: &Arc<u8>) -> Result<u32, std::io::Error> {
        Ok(ran())
    }
    #[weak_memo]
    fn failing_now(_of: &Arc<u8>) -> Result<u32, std::io::Error> {
        if ran() == 0 { Ok(0) } else { Err(std::io::Error::other("now")) }
    }
    #[weak_memo]
    fn lent(_of: &Arc<u8>) -> &u32 {
        ran()
    }
    #[weak_memo]
    #[track_caller]
    fn lent_inside(_of: &Anchored<u8>) -> Option<&str> {
        Some(ran().to_string())
    }
    #[weak_memo(capacity = unbounded)]
    fn lent_keyed<'o>(_of: &'o Arc<u8>, _key: &str) -> Result<&'o [u32], String> {
        if ran() % 2 == 0 { Ok(vec![runs()]) } else { Err("odd".into()) }
    }
    trait Counted {
        fn count(&self) -> u32;
        fn counts(&self, key: u8) -> &u32;
    }
    impl Counted for Anchored<u8> {
        #[weak_memo(handle = none)]
        fn count(&self) -> u32 {
            ran()
        }
        #[weak_memo(handle = none, capacity = unbounded)]
        fn counts(&self, _key: u8) -> &u32 {
            ran()
        }
    }
    all_verified!({
        let (of, inside_of, rc) = (Arc::new(0), Anchored::new(0), Rc::new(0));
        macro_rules! each {
            ($($call:expr => $name:literal, $key:literal;)+) => {$({
                RAN.store(0, Ordering::Relaxed);
                _ = $call;
                assert_eq!(runs(), 1, stringify!($call));
                let said = panic_of(|| _ = $call);
                let told = concat!(
                    " remembers a result", $key, " that its body does not return any more: it depends on something that is not part \
                     of its key, or an argument has changed"
                );
                assert!(said.starts_with("memo_core: `") && said.ends_with(told), "{said}");
                assert!(said.contains(concat!($name, "` at tests/it/testing/verify.rs:")), "{said}");
                // The memo is as it was.
                assert_eq!(runs(), 2, stringify!($call));
                _ = verify(0.0);
                _ = $call;
                assert_eq!(runs(), 2, stringify!($call));
                _ = verify(1.0);
            })+};
        }
        each! {
            plain(&of) => "::plain", "";
            inside(&inside_of) => "::inside", "";
            of_one_thread(&rc) => "::of_one_thread", "";
            keyed(&of, 7) => "::keyed", " for the key 7";
            fallible(&of) => "::fallible", "";
            failing_now(&of) => "::failing_now", "";
            lent(&of) => "::lent", "";
            lent_inside(&inside_of) => "::lent_inside", "";
            lent_keyed(&of, "a") => "::lent_keyed", " for the key \"a\"";
            inside_of.count() => "::count", "";
            inside_of.counts(3) => "::counts", " for the key 3";
        }
        let other = Arc::new(1);
        let first = by_value(Arc::clone(&of), "a".into(), &other);
        let said = panic_of(|| by_value(Arc::clone(&of), "a".into(), &other));
        assert!(first.starts_with('a') && said.contains(" a result for the key (\"a\", @"), "{said}");
        let stats = plain_memo().stats();
        assert_balanced(&stats);
        assert_eq!((stats.hits, stats.misses, stats.computes), (2, 1, 1));
        assert_eq!((Arc::strong_count(&of), Arc::strong_count(&other)), (1, 1));
    });
}

#[test]
fn a_skipped_argument_that_counts_and_a_change_behind_a_reference_are_found() {
    #[weak_memo]
    fn logged(text: &Arc<String>, #[memo(skip)] prefix: &str) -> String {
        format!("{prefix}{text}")
    }
    #[weak_memo(interior_mutability)]
    fn last(lines: &Arc<Mutex<Vec<u8>>>) -> Option<u8> {
        lines.lock().unwrap().last().copied()
    }
    all_verified!({
        let text = Arc::new(String::from("a"));
        assert_eq!((logged(&text, "> "), logged(&text, "> ")), ("> a".into(), "> a".into()));
        assert!(panic_of(|| logged(&text, "# ")).contains("`testing::verify::logged`"));
        let lines = Arc::new(Mutex::new(vec![1]));
        assert_eq!((last(&lines), last(&lines)), (Some(1), Some(1)));
        lines.lock().unwrap().push(2);
        assert!(panic_of(|| last(&lines)).contains("`testing::verify::last`"));
    });
}

#[test]
fn a_program_that_is_right_sees_nothing_of_it() {
    #[weak_memo]
    fn words(text: &Arc<String>) -> Arc<Vec<String>> {
        ran();
        Arc::new(text.split(' ').map(str::to_owned).collect())
    }
    #[weak_memo]
    fn itself(text: &Arc<String>) -> Option<Arc<String>> {
        ran();
        Some(Arc::clone(text))
    }
    #[weak_memo]
    fn taken(
        text: &Arc<String>,
        mut with: Vec<String>,
        #[memo(skip)] log: &mut u32,
    ) -> Result<Vec<String>, std::fmt::Error> {
        ran();
        *log += 1;
        with.push(text.to_string());
        Ok(with)
    }
    #[weak_memo(cache_if = |words| words.len() > 1)]
    fn lent_to(text: &Arc<String>, times: usize) -> Vec<String> {
        ran();
        vec![text.to_string(); times]
    }
    all_verified!({
        let text = Arc::new(String::from("a b"));
        let first = words(&text);
        let again = words(&text);
        assert!(Arc::ptr_eq(&first, &again), "what was remembered is returned");
        assert_eq!((runs(), Arc::strong_count(&first)), (2, 3));
        drop((first, again));
        for times in 1..=3 {
            assert!(Arc::ptr_eq(&itself(&text).unwrap(), &text));
            assert_eq!((runs(), Arc::strong_count(&text)), (2 + times, 1));
        }
        let mut log = 0;
        for times in 1..=3 {
            assert_eq!(taken(&text, vec!["c".into()], &mut log), Ok(vec!["c".into(), "a b".into()]));
            // The effects of a body occur again.
            assert_eq!((runs(), log), (5 + times, times));
        }
        for times in 1..=3 {
            // Of what is not stored there is no hit.
            assert_eq!((lent_to(&text, 1).len(), lent_to(&text, 2).len()), (1, 2));
            assert_eq!(runs(), 8 + 2 * times);
        }
        let stats = [words_memo().stats(), itself_memo().stats(), taken_memo().stats(), lent_to_memo().stats()];
        stats.iter().for_each(assert_balanced);
        let counted =
            stats.map(|stats| (stats.hits, stats.misses, stats.computes, stats.rejected, stats.suspected_leaks));
        assert_eq!(counted, [(1, 1, 1, 0, 0), (2, 1, 1, 0, 0), (2, 1, 1, 0, 0), (2, 4, 4, 3, 0)]);
        drop(text);
        assert_eq!((itself_memo().len(), taken_memo().len()), (0, 0));
    });
}

#[test]
fn what_cannot_be_compared_is_never_computed_again() {
    #[derive(Clone)]
    struct Opaque;
    #[weak_memo]
    fn opaque(_of: &Arc<u8>) -> Opaque {
        ran();
        Opaque
    }
    #[weak_memo]
    fn opaque_lent(_of: &Arc<u8>) -> &Opaque {
        ran();
        Opaque
    }
    #[weak_memo]
    fn unknown<T: Copy + Send + Sync + 'static>(_of: &Arc<u8>, #[memo(skip)] value: T) -> Option<T> {
        ran();
        Some(value)
    }
    #[weak_memo]
    fn known<T: Copy + PartialEq + Send + Sync + 'static>(_of: &Arc<u8>, #[memo(skip)] value: T) -> Option<T> {
        ran();
        Some(value)
    }
    /// Its equality says nothing.
    #[weak_memo]
    fn not_a_number(_of: &Arc<u8>) -> f64 {
        ran();
        f64::NAN
    }
    all_verified!({
        let of = Arc::new(0);
        for _ in 0..3 {
            opaque(&of);
            opaque_lent(&of);
            unknown(&of, 1_u8);
        }
        assert_eq!(runs(), 3);
        known(&of, 1_u8);
        known(&of, 1_u8);
        assert!(not_a_number(&of).is_nan() && not_a_number(&of).is_nan());
        assert_eq!(runs(), 7);
    });
}

#[test]
fn hits_below_a_body_that_runs_again_are_not_verified() {
    #[weak_memo]
    fn fib(seed: &Arc<u64>, n: u64) -> u64 {
        ran();
        if n < 2 { n * **seed } else { fib(seed, n - 1) + fib(seed, n - 2) }
    }
    all_verified!({
        let seed = Arc::new(1);
        // 61 bodies that compute, and one for each hit, which finds those below it.
        assert_eq!(fib(&seed, 60), 1_548_008_755_920);
        let stats = fib_memo().stats();
        assert_eq!(stats.computes, 61);
        assert_eq!(runs(), 61 + 58);
        assert_eq!(fib(&seed, 60), 1_548_008_755_920);
        assert_eq!(runs(), 61 + 58 + 1);
        assert_balanced(&fib_memo().stats());
    });
}

#[test]
fn scopes_and_assertions_see_only_what_the_test_calls() {
    #[weak_memo]
    fn length(text: &Arc<String>) -> usize {
        ran();
        text.len()
    }
    #[weak_memo]
    fn doubled(text: &Arc<String>) -> usize {
        2 * length(text)
    }
    all_verified!({
        let text = Arc::new(String::from("a"));
        testing::scope(|| {
            assert_computed!(doubled(&text));
            length_memo().clear();
            // The body that runs again computes what is missing, but that is not the test's.
            assert_remembered!(doubled(&text));
            let (inner, outer) = (testing::calls(length_memo()), testing::calls(doubled_memo()));
            assert_eq!((inner.computes, inner.hits, outer.computes, outer.hits), (1, 0, 1, 1));
            // Hits of a scope are verified as all others.
            let before = runs();
            assert_remembered!(length(&text));
            assert_eq!(runs(), before + 1);
        });
    });
}

#[test]
fn so_many_are_verified_as_it_says() {
    #[weak_memo]
    fn length(text: &Arc<String>) -> usize {
        ran();
        text.len()
    }
    #[weak_memo(capacity = unbounded)]
    fn lent<'t>(text: &'t Arc<String>, key: &str) -> &'t usize {
        ran();
        text.len() + key.len()
    }
    alone(|| {
        let text = Arc::new(String::from("a"));
        let verified = |fraction: f64| {
            let can = verify(fraction);
            let both = || _ = (length(&text), lent(&text, "a"));
            both();
            let before = runs();
            (0..5_000).for_each(|_| both());
            if can { runs() - before } else { (10_000.0 * fraction) as u32 }
        };
        assert_eq!(verified(0.0), 0);
        assert_eq!(verified(1.0), 10_000);
        assert!((2_000..3_000).contains(&verified(0.25)));
        assert!((50..150).contains(&verified(0.01)));
        // A few in four thousand million.
        assert!(verified(f64::MIN_POSITIVE) < 3);
    });
}

#[test]
fn the_environment_says_so_unless_the_program_does() {
    #[weak_memo]
    fn impure(_of: &Arc<u8>) -> u32 {
        ran()
    }
    const NAME: &str = "verify::the_environment_says_so_unless_the_program_does";
    let with = |said: &str| {
        let mut child = Command::new(std::env::current_exe().unwrap());
        child.args(["--exact", NAME, "--nocapture"]).env("MEMO_VERIFY", said).env("MEMO_VERIFY_SAID", said);
        let output = child.output().unwrap();
        assert!(output.status.success(), "{said}: {}", String::from_utf8_lossy(&output.stderr));
    };
    let of = Arc::new(0);
    match std::env::var("MEMO_VERIFY_SAID").as_deref() {
        Err(_) => ["1", " 0.0 ", "1.5", "much", ""].into_iter().for_each(with),
        Ok(said) => {
            let said = said.to_owned();
            impure(&of);
            let ended = catch_unwind(AssertUnwindSafe(|| impure(&of)));
            let can = verify(0.0);
            let panicked = ended.err().map(|panic| memo_tests::message(&*panic).to_owned());
            match said.as_str() {
                _ if !can => assert_eq!(panicked, None),
                "1" => assert!(panicked.unwrap().contains("remembers a result that its body")),
                " 0.0 " => assert_eq!(panicked, None),
                wrong => {
                    let told =
                        format!("memo_core: MEMO_VERIFY is a fraction of all hits, from 0.0 to 1.0, and not {wrong:?}");
                    assert_eq!(panicked, Some(told));
                }
            }
            assert_eq!(impure(&of), 0);
        }
    }
}

#[test]
fn what_is_no_fraction_is_refused() {
    for wrong in [-0.1, 1.1, f64::NAN, f64::INFINITY] {
        let said = panic_of(|| verify(wrong));
        assert_eq!(said, format!("memo_core: `verify` takes a fraction of all hits, from 0.0 to 1.0, and not {wrong}"));
    }
}

#[test]
fn a_body_that_panics_now_panics_and_leaves_no_trace() {
    #[weak_memo]
    fn fails(of: &Arc<u8>, key: u8) -> u8 {
        assert!(ran() == 0, "not again");
        **of + key
    }
    all_verified!({
        let of = Arc::new(1);
        assert_eq!(fails(&of, 2), 3);
        assert_eq!(panic_of(|| fails(&of, 2)), "not again");
        assert_eq!(fails_memo().get((&of, 2)), Some(3));
        // The thread verifies as before, and its depth is what it was: a sweep finds the dead.
        assert_eq!(panic_of(|| fails(&of, 2)), "not again");
        drop(of);
        memo_core::sweep();
        let stats = fails_memo().stats();
        assert_balanced(&stats);
        assert_eq!((stats.hits, stats.entries), (2, 0));
    });
}

#[test]
fn nothing_is_verified_while_the_thread_unwinds() {
    #[weak_memo]
    fn impure(_of: &Arc<u8>) -> u32 {
        ran()
    }
    struct Asks(Arc<u8>);
    impl Drop for Asks {
        fn drop(&mut self) {
            assert_eq!(impure(&self.0), 0);
        }
    }
    all_verified!({
        let asks = Asks(Arc::new(0));
        impure(&asks.0);
        let said = panic_of(move || {
            let _asks = asks;
            panic!("on its way");
        });
        assert_eq!((said.as_str(), runs()), ("on its way", 1));
    });
}

#[test]
fn an_error_that_was_waited_for_is_not_verified() {
    static ENTERED: Barrier = Barrier::new(2);

    #[weak_memo]
    fn fails(of: &Arc<u8>, _key: u8) -> Result<u8, String> {
        ran();
        ENTERED.wait();
        while fails_memo().stats().waits == 0 {
            thread::yield_now();
        }
        Err(of.to_string())
    }
    all_verified!({
        let of = Arc::new(1);
        thread::scope(|threads| {
            let first = threads.spawn(|| fails(&of, 1));
            ENTERED.wait();
            assert_eq!(fails(&of, 1), Err("1".into()));
            assert_eq!(first.join().unwrap(), Err("1".into()));
        });
        assert_eq!(runs(), 1);
    });
}

#[test]
fn the_new_result_and_the_key_are_dropped_once() {
    struct Value(Arc<()>);
    impl PartialEq for Value {
        fn eq(&self, other: &Self) -> bool {
            Arc::ptr_eq(&self.0, &other.0)
        }
    }
    #[weak_memo(capacity = unbounded)]
    #[allow(clippy::redundant_allocation)]
    fn lent<'o>(of: &'o Arc<Arc<()>>, #[memo(value)] _key: &[Arc<()>]) -> &'o Value {
        ran();
        Value(Arc::clone(of))
    }
    all_verified!({
        let counted = Arc::new(());
        let of = Arc::new(Arc::clone(&counted));
        let key = [Arc::new(())];
        for _ in 0..4 {
            lent(&of, &key);
            // The owner's, this one, and that of what is kept.
            assert_eq!((Arc::strong_count(&counted), Arc::strong_count(&key[0])), (3, 2));
        }
        assert_eq!(runs(), 4);
    });
}

#[test]
fn results_that_are_to_change_with_time_or_with_who_asks_are_not_verified() {
    /// With a `ttl`, the body depends on something that changes: that is what it is for.
    #[weak_memo(ttl = "1h")]
    fn over_time(_of: &Arc<u8>) -> u32 {
        ran()
    }
    #[weak_memo(ttl = "1h")]
    fn over_time_lent_to(_of: &Arc<u8>, _key: u8) -> String {
        ran().to_string()
    }
    #[weak_memo(idle = "1h")]
    fn impure(_of: &Arc<u8>) -> u32 {
        ran()
    }
    /// Below its own computation there is another value than what is remembered then.
    #[weak_memo(cycle = 0)]
    fn depth(of: &Arc<Vec<u32>>, at: usize) -> u32 {
        ran();
        1 + depth(of, of[at] as usize)
    }
    all_verified!({
        let of = Arc::new(0);
        assert_eq!((over_time(&of), over_time(&of)), (0, 0));
        assert_eq!((over_time_lent_to(&of, 1), over_time_lent_to(&of, 1)), ("1".into(), "1".into()));
        assert_eq!((impure(&of), runs()), (2, 3));
        assert!(panic_of(|| impure(&of)).contains("`testing::verify::impure`"));
        let ring = Arc::new(vec![1, 2, 0]);
        let before = runs();
        assert_eq!((depth(&ring, 0), depth(&ring, 0)), (3, 3));
        assert_eq!(runs(), before + 3);
    });
}

#[test]
fn results_that_are_kept_weakly_or_replaced_by_equal_ones_are_compared_by_content() {
    #[weak_memo(weak_value)]
    fn weak(of: &Arc<String>) -> Arc<String> {
        ran();
        Arc::new(of.to_uppercase())
    }
    #[weak_memo(reuse_equal)]
    fn equal(of: &Arc<String>) -> Arc<String> {
        ran();
        Arc::new(of.to_uppercase())
    }
    all_verified!({
        let of = Arc::new(String::from("a"));
        for memo in [weak, equal] {
            let before = runs();
            let first = memo(&of);
            let again = memo(&of);
            assert!(Arc::ptr_eq(&first, &again));
            assert_eq!(runs(), before + 2);
        }
    });
}
