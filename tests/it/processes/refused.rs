//! A process may shut itself in after its first memo call, and forget `membarrier`: then no hit holds without a lock any more, and
//! nothing that came later is lost.

use std::sync::Arc;
use std::sync::mpsc::channel;
use std::thread;

use memo_core::{Anchored, weak_memo};
use memo_tests::{Tally, Token, alone};

/// From now on the kernel refuses `membarrier` to all threads.
fn refuse() {
    const NUMBER: u32 = 0;
    let refusal = libc::SECCOMP_RET_ERRNO | libc::EPERM as u32;
    let step = |code: u32, if_not: u8, k: u32| libc::sock_filter { code: code as u16, jt: 0, jf: if_not, k };
    let mut steps = [
        step(libc::BPF_LD | libc::BPF_W | libc::BPF_ABS, 0, NUMBER),
        step(libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K, 1, libc::SYS_membarrier as u32),
        step(libc::BPF_RET | libc::BPF_K, 0, refusal),
        step(libc::BPF_RET | libc::BPF_K, 0, libc::SECCOMP_RET_ALLOW),
    ];
    let program = libc::sock_fprog { len: steps.len() as u16, filter: steps.as_mut_ptr() };
    // SAFETY: takes integers.
    let done = unsafe { libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) };
    assert_eq!(done, 0);
    let (set, all) = (libc::SECCOMP_SET_MODE_FILTER, libc::SECCOMP_FILTER_FLAG_TSYNC);
    // SAFETY: the program stands until the call returns.
    let done = unsafe { libc::syscall(libc::SYS_seccomp, set, all, &raw const program) };
    assert_eq!(done, 0, "no filter");
}

#[weak_memo]
fn token(n: &Anchored<Tally>) -> Arc<Token> {
    Arc::new(n.token())
}

#[weak_memo]
fn plain(n: &Anchored<Tally>) -> [u64; 8] {
    [n.made() as u64; 8]
}

#[weak_memo]
fn arc(n: &Arc<u64>) -> String {
    n.to_string()
}

#[test]
fn a_kernel_that_refuses_later_costs_what_was_shown_before_and_nothing_else() {
    alone(|| {
        let tally = Tally::default();
        let old: Vec<_> = (0..3).map(|_| Anchored::new(tally.clone())).collect();
        thread::scope(|scope| {
            let (here, is_here) = channel();
            let (_stay, stays) = channel::<()>();
            let there = old[1].clone();
            scope.spawn(move || {
                // Others see its marks.
                let _ = (token(&there), token(&there));
                drop(there);
                here.send(()).unwrap();
                let _ended = stays.recv();
            });
            for object in &old {
                let _ = (token(object), token(object), plain(object), arc(&Arc::new(1)));
            }
            is_here.recv().unwrap();
            token_memo().insert(&old[0], Arc::new(tally.token()));
            assert_eq!(tally.alive(), 3, "as long as it agrees");
            refuse();
            // What was shown may be kept for good; this is when it is noticed.
            token_memo().insert(&old[0], Arc::new(tally.token()));
            token_memo().insert(&old[0], Arc::new(tally.token()));
            let kept = tally.alive() - 3;
            assert!(kept <= 2, "{kept}");
            for _ in 0..2_000 {
                let new = Arc::new(tally.token());
                let named = Arc::as_ptr(&new);
                token_memo().insert(&old[0], new);
                assert_eq!(Arc::as_ptr(&token(&old[0])), named);
                assert_eq!(tally.alive(), 3 + kept, "what is replaced goes at once");
            }
            let new = Anchored::new(tally.clone());
            let _ = (token(&new), token(&new));
            assert!(token_memo().forget(&new));
            token_memo().clear();
            assert!(tally.alive() <= 2 + kept, "only what was shown: {}", tally.alive());
            // The other memos do what they did.
            for n in 0..2_000 {
                let n = Arc::new(n);
                assert_eq!((arc(&n), arc(&n)), (n.to_string(), n.to_string()));
                assert_eq!(plain(&new), plain(&new));
                plain_memo().forget(&new);
            }
        });
    });
}

#[weak_memo]
fn lent(n: &Arc<u64>) -> &u64 {
    **n + 1
}

#[test]
fn a_kernel_that_refuses_from_the_start_costs_time_only() {
    alone(|| {
        refuse();
        let tally = Tally::default();
        let all: Vec<_> = (0..500).map(Arc::new).collect();
        let own = Anchored::new(tally.clone());
        let ask = || {
            for n in &all {
                assert_eq!((*lent(n), arc(n)), (**n + 1, n.to_string()));
                assert_eq!((lent_memo().get(n), arc_memo().get(n)), (Some(&(**n + 1)), Some(n.to_string())));
            }
            let _ = (token(&own), plain(&own));
        };
        thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| (0..20).for_each(|_| ask()));
            }
        });
        ask();
        let calls = |stats: memo_core::Stats| (stats.hits + stats.misses, stats.computes);
        assert_eq!(calls(lent_memo().stats()), (41 * 500, 500));
        assert_eq!(calls(arc_memo().stats()), (41 * 500, 500));
        assert!(token_memo().forget(&own) && tally.alive() == 0, "what is removed goes at once");
    });
}
