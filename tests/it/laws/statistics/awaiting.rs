//! What is left of the dead until a sweep: statistics and reports tell it apart from what lives.

use std::rc::Rc;
use std::sync::Arc;
use std::thread;

use memo_core::{Anchored, MemoInfo, Stats, memos, overview, report, sweep, weak_memo};
use memo_tests::{alone, assert_balanced};

/// As `memos` has it: from one walk over everything.
fn exact(name: &str) -> Stats {
    let found = memos().into_iter().find(|memo: &MemoInfo| memo.name == name);
    found.expect("it was used").stats
}

/// As who looks often has it: from a sample, where there are many.
fn at_a_glance(name: &str) -> Stats {
    overview().memos.into_iter().find(|memo| memo.name == name).unwrap_or_else(|| panic!("{name} is listed")).stats
}

/// Living results, and those that await the sweep.
fn told(stats: &Stats) -> (u64, u64) {
    assert_balanced(stats);
    assert_eq!(stats.entries, stats.living() + stats.awaiting_sweep);
    (stats.living(), stats.awaiting_sweep)
}

#[test]
fn what_is_printed_after_the_last_handle_is_gone_says_that_the_result_is_gone() {
    #[weak_memo(name = "printed")]
    fn len(text: &Arc<[u8; 24]>) -> usize {
        text.len()
    }
    alone(|| {
        let text = Arc::new([0; 24]);
        assert_eq!((len(&text), len(&text)), (24, 24));
        let line = len_memo().stats().to_string();
        assert!(line.starts_with("1 hit, 1 miss (50.0 % hits), 1 compute in "), "{line}");
        assert!(line.ends_with(", 1 living result"), "{line}");

        drop(text);
        let stats = len_memo().stats();
        assert_eq!((told(&stats), stats.entries, stats.dropped), ((0, 1), 1, 0));
        assert_eq!(exact("printed"), stats);
        let line = stats.to_string();
        let bytes = stats.pinned_bytes;
        assert!(bytes >= 24);
        assert!(line.ends_with(&format!(", 0 living results, 1 awaiting the sweep ({bytes} bytes)")), "{line}");
        let text = report().to_string();
        let mut lines = text.lines();
        assert!(lines.next().unwrap().contains("  living  dropped  "), "{text}");
        let mut lines = lines.skip_while(|line| !line.starts_with("printed "));
        let figures: Vec<_> = lines.next().unwrap().split_whitespace().skip(1).take(5).collect();
        assert_eq!(figures, ["1", "1", "50.0", "0", "0"], "{text}");
        assert_eq!(lines.next(), Some("  . 1 result of a dead argument awaits the sweep"), "{text}");
        assert_eq!(lines.next().unwrap(), format!("  . {bytes} bytes of dead arguments await the sweep"), "{text}");

        sweep();
        let stats = len_memo().stats();
        assert_eq!((told(&stats), stats.entries, stats.dropped, stats.pinned_bytes), ((0, 0), 0, 1, 0));
        assert!(stats.to_string().ends_with(", 0 living results, 1 dropped"), "{stats}");
        assert!(!report().to_string().contains("1 result of a dead argument"));
    });
}

#[test]
fn a_result_counts_once_however_many_of_its_arguments_are_dead() {
    #[weak_memo(name = "several dead")]
    fn f(owner: &Arc<u32>, other: &Arc<u32>, third: &Arc<u32>, n: u32) -> u32 {
        **owner + **other + **third + n
    }
    alone(|| {
        let [owner, other, third, owner_2, other_2, alive] = std::array::from_fn(|n| Arc::new(n as u32));
        for n in 0..3 {
            f(&owner, &other, &third, n);
            f(&owner, &other_2, &other_2, n);
            f(&owner_2, &other, &third, n);
        }
        // As many that live on: a result that counts twice shows.
        (0..9).for_each(|n| _ = f(&alive, &alive, &alive, n));
        let told = || {
            let stats = f_memo().stats();
            assert_eq!(exact("several dead"), stats);
            assert_eq!(f_memo().len() as u64, stats.living());
            told(&stats)
        };
        assert_eq!(told(), (18, 0));
        drop(third);
        assert_eq!(told(), (12, 6));
        drop(other);
        assert_eq!(told(), (12, 6), "these are the same results");
        drop(owner);
        assert_eq!(told(), (9, 9), "six of these were counted already");
        drop(other_2);
        assert_eq!(told(), (9, 9));
        sweep();
        assert_eq!(told(), (9, 0));
        drop(owner_2);
        assert_eq!(told(), (9, 0), "it has no results");
    });
}

#[test]
fn an_object_with_an_anchor_inside_awaits_no_sweep_but_its_results_may_with_another_argument() {
    #[weak_memo(name = "inside")]
    fn f(owner: &Anchored<u32>, other: &Arc<u32>) -> u32 {
        **owner + **other
    }
    #[weak_memo(capacity = unbounded, name = "inside, lent")]
    fn lent<'w>(owner: &'w Anchored<u32>, other: &'w Arc<u32>) -> &'w u32 {
        **owner + **other
    }
    alone(|| {
        let (owner, other, another) = (Anchored::new(1), Arc::new(2), Arc::new(3));
        assert_eq!((f(&owner, &other), f(&owner, &another), *lent(&owner, &other)), (3, 4, 3));
        drop(other);
        let stats = f_memo().stats();
        assert_eq!((told(&stats), told(&lent_memo().stats())), ((1, 1), (0, 1)));
        assert!(stats.pinned_bytes >= 4, "an argument, though not the owner");
        assert_eq!((exact("inside"), exact("inside, lent")), (stats, lent_memo().stats()));
        drop(owner);
        assert_eq!((told(&f_memo().stats()), told(&lent_memo().stats())), ((0, 0), (0, 0)));
    });
}

#[test]
fn results_of_rcs_await_a_sweep_of_their_own_thread_which_alone_counts_them() {
    #[weak_memo]
    fn of_rc(owner: &Rc<u32>, n: u32) -> u32 {
        **owner + n
    }
    #[weak_memo(local)]
    fn local(owner: &Arc<u32>, other: &Rc<u32>) -> u32 {
        **owner + **other
    }
    alone(|| {
        let (rc, arc, other) = (Rc::new(1), Arc::new(2), Rc::new(3));
        assert_eq!((of_rc(&rc, 1), of_rc(&rc, 2), local(&arc, &other), local(&arc, &rc)), (2, 3, 5, 3));
        drop(rc);
        assert_eq!((told(&of_rc_memo().stats()), told(&local_memo().stats())), ((0, 2), (1, 1)));
        let elsewhere = || (told(&of_rc_memo().stats()), told(&local_memo().stats()));
        assert_eq!(thread::spawn(elsewhere).join().unwrap(), ((2, 0), (2, 0)));
        drop(arc);
        assert_eq!(told(&local_memo().stats()), (0, 2));
        sweep();
        assert_eq!((told(&of_rc_memo().stats()), told(&local_memo().stats())), ((0, 0), (0, 0)));
    });
}

#[test]
fn memory_awaits_the_sweep_where_no_result_does() {
    #[weak_memo(name = "cleared before")]
    fn f(owner: &Arc<u32>) -> u32 {
        **owner
    }
    alone(|| {
        f(&Arc::new(1));
        assert_eq!(f_memo().clear(), 1);
        let stats = f_memo().stats();
        assert_eq!(told(&stats), (0, 0));
        let bytes = stats.pinned_bytes;
        assert!(
            stats.to_string().contains(&format!(", 0 living results, {bytes} bytes awaiting the sweep")),
            "{stats}"
        );
        assert_eq!(exact("cleared before"), stats);
    });
}

/// In a large table, a sample of each class and shard: of objects that are all dead, or of which every other one is.
#[test]
fn of_many_objects_a_handle_gives_an_estimate_and_a_report_all() {
    const MANY: u64 = 20_000;
    #[weak_memo(name = "of many")]
    fn f(owner: &Arc<u64>) -> u64 {
        **owner
    }
    #[weak_memo(name = "beside many")]
    fn beside(owner: &Arc<u64>) -> u64 {
        **owner
    }
    alone(|| {
        let alive = Arc::new(1);
        beside(&alive);
        let mut all: Vec<_> = (0..MANY).map(Arc::new).collect();
        all.iter().for_each(|one| _ = f(one));
        assert_eq!(told(&f_memo().stats()), (MANY, 0));
        all.retain(|one| **one % 2 == 0);
        let (_, estimate) = told(&f_memo().stats());
        assert!((MANY / 4..=MANY * 3 / 4).contains(&estimate), "{estimate}");
        assert_eq!(told(&exact("of many")), (MANY / 2, MANY / 2));
        assert_eq!((at_a_glance("of many"), at_a_glance("beside many").pinned_bytes), (f_memo().stats(), 0));
        all.clear();
        assert_eq!(told(&f_memo().stats()), (0, MANY), "each one of the sample is dead");
        assert_eq!(told(&exact("of many")), (0, MANY));
        sweep();
        assert_eq!((told(&f_memo().stats()), told(&exact("of many"))), ((0, 0), (0, 0)));
    });
}

/// A dead argument of many owners: a handle does not look at all their results.
#[test]
fn of_many_results_of_one_argument_a_handle_gives_an_estimate_and_a_report_all() {
    const MANY: u64 = 10_000;
    #[weak_memo(name = "of one argument")]
    fn f(owner: &Anchored<u64>, other: &Arc<u64>) -> u64 {
        **owner + **other
    }
    alone(|| {
        let (other, owners) = (Arc::new(1), (0..MANY).map(Anchored::new).collect::<Vec<_>>());
        owners.iter().for_each(|owner| _ = f(owner, &other));
        drop(other);
        assert_eq!(told(&f_memo().stats()), (0, MANY));
        assert_eq!(told(&exact("of one argument")), (0, MANY));
        assert_eq!(at_a_glance("of one argument"), f_memo().stats());
        assert_eq!((f_memo().len(), sweep(), f_memo().stats().dropped), (0, 1, MANY));
        assert_eq!(told(&f_memo().stats()), (0, 0));
    });
}

/// So many that `stats()` takes a sample.
#[test]
fn a_result_with_two_dead_arguments_counts_once_in_a_sample() {
    #[weak_memo(name = "sampled", capacity = unbounded)]
    fn sum(one: &Arc<u32>, other: &Arc<u32>, more: u32) -> u32 {
        **one + **other + more
    }
    alone(|| {
        let [one, other, third, fourth] = [1, 2, 3, 4].map(Arc::new);
        for more in 0..5000 {
            sum(&one, &other, more);
            sum(&third, &fourth, more);
        }
        drop((one, other));
        assert_eq!(told(&sum_memo().stats()), (5000, 5000));
        assert_eq!(told(&exact("sampled")), (5000, 5000));
        assert_eq!(at_a_glance("sampled"), sum_memo().stats());
        assert_eq!(sum_memo().len(), 5000);
    });
}
