//! Law 16: a leak is reported. (That the macro refuses the visible case is a compile-fail test.)

use std::rc::Rc;
use std::sync::{Arc, Mutex, Weak};

use memo_core::{Anchored, memos, report, weak_memo};
use memo_tests::{Tally, Token, alone, join_all};

#[derive(Clone)]
struct View {
    of: Arc<u32>,
}

#[derive(Clone)]
struct LocalView {
    _of: Rc<u32>,
    _m: u32,
}

#[test]
fn a_result_that_holds_its_owner_is_counted_and_reported() {
    #[weak_memo(name = "leaking view")]
    fn view(n: &Arc<u32>) -> View {
        View { of: Arc::clone(n) }
    }
    #[weak_memo(name = "leaking local view")]
    fn local(n: &Rc<u32>, m: u32) -> LocalView {
        LocalView { _of: Rc::clone(n), _m: m }
    }
    #[weak_memo]
    fn lent(n: &Arc<u32>) -> &View {
        View { of: Arc::clone(n) }
    }
    #[weak_memo(may_return_owner, name = "itself")]
    fn itself(n: &Arc<u32>) -> Arc<u32> {
        Arc::clone(n)
    }
    alone(|| {
        let (n, rc, another) = (Arc::new(1), Rc::new(1), Rc::new(2));
        assert_eq!(*view(&n).of, 1);
        view(&n);
        local(&rc, 1);
        local(&rc, 2);
        local(&another, 1);
        itself(&n);
        assert_eq!(view_memo().stats().suspected_leaks, 1, "once an owner, not at each hit");
        assert_eq!((local_memo().stats().suspected_leaks, itself_memo().stats().suspected_leaks), (2, 1));
        // Here the one that is kept is the only clone.
        let lending = Arc::new(3);
        assert_eq!(*lent(&lending).of, 3);
        assert_eq!(lent_memo().stats().suspected_leaks, 1);
        let text = report().to_string();
        for name in ["leaking view", "leaking local view"] {
            let memo = memos().into_iter().find(|memo| memo.name == name).unwrap();
            let line = text.lines().skip_while(|line| !line.starts_with(name)).nth(1).unwrap();
            assert!(line.contains("own result ("), "{text}");
            assert!(line.contains(&format!("{}:{}", memo.file, memo.line)), "{text}");
        }
        drop(n);
        assert_eq!(view_memo().len(), 1, "it is a leak, and the entry is never dead");
        assert_eq!(view_memo().clear(), 1, "clearing is the way out");
        assert_eq!((itself_memo().clear(), local_memo().clear()), (1, 3));
        assert_eq!((local_memo().stats().suspected_leaks, itself_memo().stats().suspected_leaks), (0, 0));
    });
}

#[test]
fn an_outer_memo_is_not_blamed_for_what_an_inner_one_holds_forever() {
    #[weak_memo]
    fn inner(n: &Arc<u32>) -> View {
        View { of: Arc::clone(n) }
    }
    #[weak_memo]
    fn innocent(n: &Arc<u32>, m: u32) -> u32 {
        **n + m
    }
    let n = Arc::new(1);
    innocent(&n, 1);
    inner(&n);
    innocent(&n, 2);
    assert_eq!((inner_memo().stats().suspected_leaks, innocent_memo().stats().suspected_leaks), (1, 0));
    inner_memo().clear();
}

#[test]
fn the_usual_shapes_raise_no_false_alarm() {
    #[derive(Clone)]
    struct Copied(#[expect(dead_code, reason = "it only is")] String);
    #[weak_memo]
    fn weak(n: &Arc<u32>) -> Weak<u32> {
        Arc::downgrade(n)
    }
    #[weak_memo]
    fn copy(n: &Arc<u32>) -> Copied {
        Copied(n.to_string())
    }
    #[weak_memo]
    fn fresh(n: &Arc<u32>) -> Arc<String> {
        Arc::new(n.to_string())
    }
    #[weak_memo]
    fn by_value(n: Arc<u32>) -> u32 {
        // The body owns its clone, and may pass it on.
        let clone = Arc::clone(&n);
        std::thread::spawn(move || *clone).join().unwrap()
    }
    #[weak_memo]
    fn temporary(n: &Arc<u32>) -> u32 {
        let clones = vec![Arc::clone(n); 10];
        by_value(Arc::clone(n)) + clones.len() as u32
    }
    #[weak_memo(may_return_owner)]
    fn next(n: &Arc<u32>) -> Arc<u32> {
        Arc::new(**n + 1)
    }
    #[weak_memo]
    fn other(n: &Arc<u32>, m: &Arc<u32>) -> u32 {
        **n + **m
    }
    #[weak_memo]
    fn rejected(n: &Arc<u32>) -> Result<u32, View> {
        Err(View { of: Arc::clone(n) })
    }
    #[weak_memo]
    fn lent(n: &Arc<u32>) -> &String {
        n.to_string()
    }
    #[weak_memo]
    fn inside(n: &Anchored<Arc<u32>>) -> View {
        View { of: Arc::clone(n) }
    }
    let n = Arc::new(1);
    let held = rejected(&n);
    for n in [Arc::clone(&n), Arc::new(5)] {
        for _ in 0..2 {
            weak(&n);
            copy(&n);
            fresh(&n);
            temporary(&n);
            lent(&n);
            let after = next(&n);
            other(&n, &after);
            other(&after, &n);
            let _ = rejected(&n);
        }
    }
    inside(&Anchored::new(n));
    drop(held);
    let all = [
        weak_memo().stats(),
        copy_memo().stats(),
        fresh_memo().stats(),
        by_value_memo().stats(),
        temporary_memo().stats(),
        next_memo().stats(),
        other_memo().stats(),
        rejected_memo().stats(),
        lent_memo().stats(),
        inside_memo().stats(),
    ];
    assert_eq!(all.map(|stats| stats.suspected_leaks), [0; 10]);
}

/// What a report says of a memo, over all objects.
fn suspected_leaks(name: &str) -> u64 {
    memos().into_iter().find(|memo| memo.name == name).map_or(0, |memo| memo.stats.suspected_leaks)
}

/// The leak is there for good when nobody else has the object any more: then it must not be taken back.
#[test]
fn a_leak_is_reported_even_if_only_the_result_holds_its_object() {
    #[weak_memo(name = "left: bare")]
    fn bare(n: &Arc<u32>) -> View {
        View { of: Arc::clone(n) }
    }
    #[weak_memo(name = "left: keyed", capacity = unbounded)]
    fn keyed(n: &Arc<u32>, m: u32) -> Option<(u32, Vec<View>)> {
        Some((m, vec![View { of: Arc::clone(n) }]))
    }
    #[weak_memo(name = "left: local")]
    fn local(n: &Rc<u32>, m: u32) -> LocalView {
        LocalView { _of: Rc::clone(n), _m: m }
    }
    alone(|| {
        for n in 0..10 {
            bare(&Arc::new(n));
            let (arc, rc) = (Arc::new(n), Rc::new(n));
            for m in 0..3 {
                keyed(&arc, m);
                local(&rc, m);
            }
        }
        memo_core::sweep();
        for name in ["left: bare", "left: keyed", "left: local"] {
            assert_eq!(suspected_leaks(name), 10, "{name}");
        }
        assert_eq!((bare_memo().clear(), keyed_memo().clear(), local_memo().clear()), (10, 30, 30));
        memo_core::sweep();
        for name in ["left: bare", "left: keyed", "left: local"] {
            assert_eq!(suspected_leaks(name), 0, "{name}");
        }
        // It is the result that counts, not what the memo once did.
        let n = Arc::new(1);
        keyed(&n, 1);
        assert_eq!(suspected_leaks("left: keyed"), 1);
        assert!(keyed_memo().forget((&n, 1)));
        assert_eq!(suspected_leaks("left: keyed"), 0);
    });
}

/// Where the owner is deeper down: in what the result shares, in another memo's result, in what is lent.
#[test]
fn a_leak_is_reported_however_deep_it_lies() {
    #[derive(Clone)]
    struct Deep(#[expect(dead_code, reason = "it only is")] Arc<Vec<View>>);
    #[weak_memo(name = "deep: shared")]
    fn shared(n: &Arc<u32>) -> Deep {
        Deep(Arc::new(vec![View { of: Arc::clone(n) }]))
    }
    #[weak_memo(name = "deep: inner")]
    fn inner(key: &Arc<u8>, #[memo(skip)] of: &Arc<u32>) -> Arc<View> {
        let _ = key;
        Arc::new(View { of: Arc::clone(of) })
    }
    #[weak_memo(name = "deep: outer")]
    fn outer(n: &Arc<u32>, #[memo(skip)] key: &Arc<u8>) -> Deep {
        Deep(Arc::new(vec![(*inner(key, n)).clone()]))
    }
    #[weak_memo(name = "deep: lent")]
    fn lent(n: &Arc<u32>) -> &Vec<View> {
        vec![View { of: Arc::clone(n) }]
    }
    #[weak_memo(name = "deep: refreshed")]
    #[expect(dead_code, reason = "its handle is used")]
    fn refreshed(n: &Arc<u32>, m: u32) -> View {
        let _ = m;
        View { of: Arc::clone(n) }
    }
    alone(|| {
        let objects: Vec<_> = (0..6).map(Arc::new).collect();
        let key = Arc::new(1);
        shared(&objects[0]);
        outer(&objects[1], &key);
        lent(&objects[2]);
        drop(refreshed_memo().refresh((&objects[3], 1)));
        for name in ["deep: shared", "deep: outer", "deep: lent", "deep: refreshed"] {
            assert_eq!(suspected_leaks(name), 1, "{name}");
        }
        assert_eq!(suspected_leaks("deep: inner"), 0, "its own argument is not in it");
        let text = report().to_string();
        assert_eq!(text.matches("own result (").count(), 4, "{text}");
    });
}

/// A result that holds another weak argument keeps it as long as the owner lives; two such results keep each other's for ever.
#[test]
fn a_result_that_holds_another_weak_argument_is_reported_too() {
    #[weak_memo(name = "beside an arc")]
    fn beside_arc(owner: &Arc<u8>, n: &Arc<u32>) -> View {
        let _ = owner;
        View { of: Arc::clone(n) }
    }
    #[weak_memo(name = "beside an object", capacity = unbounded)]
    fn beside_object(owner: &Anchored<u8>, m: u8, all: &[Arc<u32>]) -> Vec<View> {
        let _ = (owner, m);
        all.iter().map(|n| View { of: Arc::clone(n) }).collect()
    }
    #[weak_memo(name = "each other's")]
    fn pair(n: &Arc<u32>, other: &Arc<u32>) -> View {
        let _ = n;
        View { of: Arc::clone(other) }
    }
    alone(|| {
        let (arc, object) = (Arc::new(1), Anchored::new(1));
        let all: Vec<_> = (0..3).map(Arc::new).collect();
        let n = Arc::new(1);
        beside_arc(&arc, &n);
        beside_arc(&arc, &n);
        beside_object(&object, 1, &all);
        assert_eq!((suspected_leaks("beside an arc"), suspected_leaks("beside an object")), (1, 3));
        drop(arc);
        memo_core::sweep();
        assert_eq!(suspected_leaks("beside an arc"), 0, "it went with its owner");
        beside_object_memo().clear();
        assert_eq!(suspected_leaks("beside an object"), 0);

        let (a, b) = (Arc::new(1), Arc::new(2));
        pair(&a, &b);
        pair(&b, &a);
        assert_eq!(suspected_leaks("each other's"), 2, "a cycle of two entries");
        let text = report().to_string();
        assert!(text.contains("2 arguments seem to be held by their own result"), "{text}");
        drop((a, b));
        memo_core::sweep();
        assert_eq!(pair_memo().len(), 2, "and that does not hang");
        assert_eq!(pair_memo().clear(), 2);
        assert_eq!(suspected_leaks("each other's"), 0);
    });
}

/// Whoever else still has a clone of it: when the result is gone, it holds nothing.
#[test]
fn a_dropped_result_holds_no_other_argument() {
    #[weak_memo(name = "gone: beside")]
    fn beside(owner: &Arc<u8>, n: &Arc<u32>) -> View {
        let _ = owner;
        View { of: Arc::clone(n) }
    }
    alone(|| {
        let (owner, n) = (Arc::new(1), Arc::new(1));
        let kept = beside(&owner, &n);
        assert_eq!(suspected_leaks("gone: beside"), 1);
        assert_eq!(beside_memo().clear(), 1);
        assert_eq!(suspected_leaks("gone: beside"), 0, "cleared");
        beside(&owner, &n);
        assert!(beside_memo().forget((&owner, &n)));
        assert_eq!(suspected_leaks("gone: beside"), 0, "forgotten");
        let more = beside(&owner, &n);
        assert_eq!(suspected_leaks("gone: beside"), 1);
        drop(owner);
        memo_core::sweep();
        assert_eq!(suspected_leaks("gone: beside"), 0, "it went with its owner");
        assert_eq!(*kept.of + *more.of, 2);
    });
}

/// Shapes in which somebody else has a clone: of the caller's, of another thread's, of the body's own for a while.
#[test]
fn foreign_clones_raise_no_false_alarm() {
    use std::collections::HashMap;
    use std::sync::{Mutex, mpsc};
    use std::thread;

    static SEEN: Mutex<Vec<Weak<u32>>> = Mutex::new(Vec::new());
    #[weak_memo(name = "usual: plain")]
    fn plain(n: &Arc<u32>, m: u32) -> String {
        format!("{n}{m}")
    }
    #[weak_memo(name = "usual: noted")]
    fn noted(n: &Arc<u32>) -> usize {
        let mut seen = SEEN.lock().unwrap();
        seen.push(Arc::downgrade(n));
        seen.len()
    }
    #[weak_memo(name = "usual: map")]
    fn map(n: &Arc<u32>) -> Arc<HashMap<u32, Arc<str>>> {
        let scratch: HashMap<u32, Arc<u32>> = (0..10).map(|m| (m, Arc::clone(n))).collect();
        Arc::new(scratch.iter().map(|(&m, n)| (m, Arc::from(n.to_string()))).collect())
    }
    #[weak_memo(may_return_owner, name = "usual: text")]
    fn text(n: &Arc<str>) -> Arc<str> {
        n.to_uppercase().into()
    }
    #[weak_memo(may_return_owner, name = "usual: slice")]
    fn slice(n: &Arc<[u32]>) -> Arc<[u32]> {
        n.iter().map(|one| one + 1).collect()
    }
    #[weak_memo(name = "usual: sent")]
    fn sent(n: &Arc<u32>, m: u32) -> u32 {
        let (to, from) = mpsc::channel();
        let theirs = Arc::clone(n);
        let there = thread::spawn(move || to.send(*theirs).unwrap());
        let got = from.recv().unwrap();
        there.join().unwrap();
        got + m
    }
    #[weak_memo(name = "usual: tree")]
    fn tree(node: &Arc<Tree>) -> u32 {
        1 + node.children.iter().map(tree).sum::<u32>()
    }
    struct Tree {
        children: Vec<Arc<Tree>>,
    }
    fn grow(depth: u32) -> Arc<Tree> {
        let children = if depth == 0 { Vec::new() } else { vec![grow(depth - 1), grow(depth - 1)] };
        Arc::new(Tree { children })
    }
    #[weak_memo(name = "usual: outer")]
    fn outer(n: &Arc<u32>, m: &Arc<u32>) -> usize {
        let kept = [Arc::clone(n), Arc::clone(m)];
        plain(&kept[0], 1).len() + noted(&kept[1]) + map(n).len()
    }
    alone(|| {
        let n = Arc::new(1);
        // The caller's clones, made before, and after.
        let mut kept = vec![Arc::clone(&n); 3];
        for m in 0..5 {
            plain(&n, m);
            kept.push(Arc::clone(&n));
            plain(&kept[m as usize], m);
        }
        noted(&n);
        map(&n);
        outer(&n, &kept[0]);
        outer(&n, &Arc::new(2));
        sent(&n, 1);
        tree(&grow(6));
        text(&text(&Arc::from("n")));
        slice(&slice(&Arc::from([1, 2])));
        // Another thread has its own, and calls too.
        thread::scope(|scope| {
            for m in 10..14 {
                let theirs = Arc::clone(&n);
                scope.spawn(move || (plain(&theirs, m), sent(&theirs, m), outer(&theirs, &theirs)));
            }
        });
        // The owner is sent away during the call, and lives there for a while.
        let (to, from) = mpsc::channel::<Arc<u32>>();
        let (go, end) = mpsc::channel::<()>();
        let there = thread::spawn(move || {
            let theirs = from.recv().unwrap();
            end.recv().unwrap();
            drop(theirs);
        });
        #[weak_memo(name = "usual: away")]
        fn away(n: &Arc<u32>, #[memo(skip)] to: &mpsc::Sender<Arc<u32>>) -> u32 {
            to.send(Arc::clone(n)).unwrap();
            **n
        }
        away(&n, &to);
        go.send(()).unwrap();
        there.join().unwrap();
        let told: Vec<_> = report().memos.into_iter().filter(|memo| memo.stats.suspected_leaks > 0).collect();
        assert!(told.is_empty(), "{told:?}");
        assert_eq!(Arc::strong_count(&n), 1 + kept.len());
    });
}

/// Scope after scope: each leaves its object to the result, and nobody else. However the result holds it, and how often.
#[test]
fn a_leak_is_reported_scope_after_scope_whatever_its_shape() {
    struct Other(#[expect(dead_code, reason = "it only is")] Arc<u32>);
    struct Here(#[expect(dead_code, reason = "it only is")] Rc<u32>);
    fn other(n: &Arc<u32>) -> Other {
        Other(Arc::clone(n))
    }
    #[weak_memo(name = "scopes: lent")]
    fn lent(n: &Arc<u32>) -> &Other {
        other(n)
    }
    #[weak_memo(name = "scopes: shared")]
    fn shared(n: &Arc<u32>) -> Arc<Other> {
        Arc::new(other(n))
    }
    #[weak_memo(name = "scopes: some")]
    fn some(n: &Arc<u32>) -> Option<&Other> {
        Some(other(n))
    }
    #[weak_memo(name = "scopes: ok")]
    fn ok(n: &Arc<u32>) -> Result<&Other, String> {
        Ok(other(n))
    }
    #[weak_memo(name = "scopes: keyed", capacity = unbounded)]
    fn keyed(n: &Arc<u32>, m: u32) -> &(Other, u32) {
        (other(n), m)
    }
    #[weak_memo(name = "scopes: tokens")]
    fn tokens(n: &Arc<u32>) -> &[Other] {
        (0..=**n).map(|_| other(n)).collect()
    }
    #[weak_memo(name = "scopes: here, lent")]
    fn here_lent(n: &Rc<u32>) -> &Here {
        Here(Rc::clone(n))
    }
    #[weak_memo(name = "scopes: here, shared")]
    fn here_shared(n: &Rc<u32>) -> Rc<Here> {
        Rc::new(Here(Rc::clone(n)))
    }
    #[weak_memo(name = "scopes: here, of an arc", local)]
    fn here_of_arc(n: &Arc<u32>) -> Rc<Other> {
        Rc::new(other(n))
    }
    #[weak_memo(name = "scopes: by clone")]
    fn by_clone(n: &Arc<u32>) -> View {
        View { of: Arc::clone(n) }
    }
    #[weak_memo(name = "scopes: two callers")]
    fn two_callers(n: &Arc<u32>) -> &Other {
        other(n)
    }
    alone(|| {
        for n in 0..10 {
            lent(&Arc::new(n));
            shared(&Arc::new(n));
            some(&Arc::new(n));
            ok(&Arc::new(n)).unwrap();
            let arc = Arc::new(n);
            for m in 0..3 {
                keyed(&arc, m);
            }
            tokens(&Arc::new(n));
            here_lent(&Rc::new(n));
            here_shared(&Rc::new(n));
            here_of_arc(&Arc::new(n));
            by_clone(&Arc::new(n));
            let one = Arc::new(n);
            let again = Arc::clone(&one);
            two_callers(&one);
            drop(one);
            assert_eq!(suspected_leaks("scopes: two callers"), 1 + u64::from(n), "the other caller has it still");
            drop(again);
        }
        for _ in 0..2 {
            memo_core::sweep();
            let told: Vec<_> = memos().into_iter().filter(|memo| memo.name.starts_with("scopes: ")).collect();
            assert_eq!(told.len(), 11);
            for memo in told {
                assert_eq!(memo.stats.suspected_leaks, 10, "{}", memo.name);
                assert_eq!(memo.stats.dropped, 0, "{}", memo.name);
            }
        }
        let line = format!("`alloc::sync::Arc<u32>`, {}:", file!());
        let text = report().to_string();
        assert!(text.contains("10 arguments seem to be held by their own result (`alloc::"), "{text}");
        assert!(text.contains(&line), "{line}\n{text}");
    });
}

/// Threads that hold the configurations of late, and ask for this and that, while new ones come.
#[test]
fn a_busy_service_is_not_suspected() {
    use std::collections::VecDeque;
    use std::sync::RwLock;
    use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
    use std::thread;

    const LAST: usize = 20;

    #[derive(Clone)]
    struct Parsed(#[expect(dead_code, reason = "it only is")] Vec<(String, u32)>);
    fn parsed(n: &Arc<u32>) -> Parsed {
        Parsed((0..**n % 50).map(|m| (m.to_string(), m)).collect())
    }
    #[weak_memo(name = "busy: by clone")]
    fn by_clone(n: &Arc<u32>) -> Parsed {
        parsed(n)
    }
    #[weak_memo(name = "busy: lent")]
    fn lent(n: &Arc<u32>) -> &Parsed {
        parsed(n)
    }
    #[weak_memo(name = "busy: shared")]
    fn shared(n: &Arc<u32>, m: u32) -> Arc<Parsed> {
        let _ = m;
        // Long enough for all the others to come.
        thread::yield_now();
        Arc::new(parsed(n))
    }
    #[weak_memo(name = "busy: text")]
    fn text(n: &Arc<u32>) -> String {
        n.to_string()
    }
    #[weak_memo(name = "busy: bytes")]
    fn bytes(n: &Arc<u32>) -> &[u8] {
        vec![0; **n as usize % 100]
    }
    #[weak_memo(name = "busy: beside")]
    fn beside(n: &Arc<u32>, m: &Arc<u32>) -> Parsed {
        let _ = m;
        parsed(n)
    }
    fn told() -> Vec<(String, u64)> {
        memos()
            .into_iter()
            .filter(|memo| memo.stats.suspected_leaks > 0)
            .map(|memo| (memo.name, memo.stats.suspected_leaks))
            .collect()
    }
    alone(|| {
        let (now, end, rounds) = (RwLock::new(Arc::new(0)), AtomicBool::new(false), AtomicUsize::new(0));
        let kept = thread::scope(|scope| {
            let threads: Vec<_> = (0..6)
                .map(|_| {
                    scope.spawn(|| {
                        let mut last = VecDeque::<Arc<u32>>::new();
                        while !end.load(Ordering::Relaxed) {
                            let config = Arc::clone(&now.read().unwrap());
                            if last.back().is_none_or(|back| !Arc::ptr_eq(back, &config)) {
                                last.push_back(Arc::clone(&config));
                            }
                            if last.len() > LAST {
                                last.pop_front();
                            }
                            by_clone(&config);
                            lent(&config);
                            shared(&config, 1);
                            shared(&config, 2);
                            text(&config);
                            bytes(&config);
                            beside(&config, &last[0]);
                            rounds.fetch_add(1, Ordering::Relaxed);
                        }
                        last
                    })
                })
                .collect();
            let mut worst = Vec::new();
            for n in 1..150 {
                *now.write().unwrap() = Arc::new(n);
                let seen = rounds.load(Ordering::Relaxed) + 30;
                while rounds.load(Ordering::Relaxed) < seen {
                    thread::yield_now();
                    worst.extend(told().into_iter().map(|told| (n, told)));
                }
            }
            end.store(true, Ordering::Relaxed);
            assert_eq!(worst, [], "all along");
            threads.into_iter().map(|thread| thread.join().unwrap()).collect::<Vec<_>>()
        });
        assert_eq!(told(), [], "at rest");
        for last in kept {
            drop(last);
            assert_eq!(told(), [], "as the holders go");
        }
    });
}

/// Where threads come in between, a leak is told when all of them have let go.
#[test]
fn a_leak_of_several_threads_is_reported_when_no_other_owner_is_left() {
    use std::sync::Barrier;
    use std::thread;

    const THREADS: u32 = 4;
    const EACH: u32 = 50;

    #[weak_memo(name = "several: lent")]
    fn lent(n: &Arc<u32>) -> &View {
        View { of: Arc::clone(n) }
    }
    #[weak_memo(name = "several: by clone")]
    fn by_clone(n: &Arc<u32>, m: u32) -> Vec<View> {
        let _ = m;
        vec![View { of: Arc::clone(n) }; 3]
    }
    alone(|| {
        let start = Barrier::new(THREADS as usize);
        thread::scope(|scope| {
            let start = &start;
            let each = |thread| {
                scope.spawn(move || {
                    start.wait();
                    for n in 0..EACH {
                        let n = Arc::new(thread * EACH + n);
                        lent(&n);
                        let n = Arc::new(*n);
                        by_clone(&n, 1);
                        by_clone(&n, 2);
                    }
                })
            };
            join_all((0..THREADS).map(each).collect());
        });
        memo_core::sweep();
        let all = u64::from(THREADS * EACH);
        assert_eq!((suspected_leaks("several: lent"), suspected_leaks("several: by clone")), (all, all));
        assert_eq!(by_clone_memo().clear(), 2 * all as usize);
        memo_core::sweep();
        assert_eq!((suspected_leaks("several: lent"), suspected_leaks("several: by clone")), (all, 0));
    });
}

/// When the results are cleared the leak ends, and the objects' deaths speak for nobody: the next leak is told again.
#[test]
fn a_leak_that_ends_is_no_longer_reported_and_the_next_one_is() {
    #[weak_memo(name = "ends: shared")]
    fn shared(n: &Arc<u32>, m: u32) -> Arc<View> {
        let _ = m;
        Arc::new(View { of: Arc::clone(n) })
    }
    #[weak_memo(name = "ends: by clone")]
    fn by_clone(n: &Arc<u32>) -> View {
        View { of: Arc::clone(n) }
    }
    alone(|| {
        let names = ["ends: shared", "ends: by clone"];
        for round in 0..3 {
            for n in 0..10 {
                let (one, another) = (Arc::new(n), Arc::new(n));
                shared(&one, 1);
                shared(&one, 2);
                by_clone(&another);
            }
            memo_core::sweep();
            assert_eq!(names.map(suspected_leaks), [10, 10], "in round {round}");
            let kept = Arc::new(1);
            shared(&kept, 1);
            assert_eq!(suspected_leaks("ends: shared"), 11);
            assert!(shared_memo().forget((&kept, 1)));
            assert_eq!(suspected_leaks("ends: shared"), 10, "its result is gone");
            assert_eq!((shared_memo().clear(), by_clone_memo().clear()), (20, 10));
            assert_eq!(names.map(suspected_leaks), [0, 0]);
            memo_core::sweep();
            assert_eq!(names.map(suspected_leaks), [0, 0]);
        }
    });
}

/// A body that puts a clone away looks like a leak, until such an object dies with its result: that held nothing.
#[test]
fn a_suspicion_is_dropped_permanently_when_a_death_disproves_it() {
    use std::sync::Mutex;

    struct Word(#[expect(dead_code, reason = "it only is")] Box<dyn Send + Sync>);
    static TABLE: Mutex<Vec<Arc<u32>>> = Mutex::new(Vec::new());
    #[weak_memo(name = "disproved: owner")]
    fn put_away(n: &Arc<u32>) -> &Word {
        TABLE.lock().unwrap().push(Arc::clone(n));
        Word(Box::new(**n))
    }
    #[weak_memo(name = "disproved: another", capacity = unbounded)]
    fn put_another_away(n: &Arc<u32>, m: &Arc<u32>) -> &Word {
        TABLE.lock().unwrap().push(Arc::clone(m));
        Word(Box::new(**n))
    }
    #[weak_memo(name = "disproved: a leak", capacity = unbounded)]
    fn leak(n: &Arc<u32>, m: u32) -> &(View, u32) {
        (View { of: Arc::clone(n) }, m)
    }
    alone(|| {
        let owner = Arc::new(0);
        for n in 0..3 {
            put_away(&Arc::new(n));
            put_another_away(&owner, &Arc::new(n));
            leak(&Arc::new(n), 1);
        }
        let names = ["disproved: owner", "disproved: another", "disproved: a leak"];
        assert_eq!(names.map(suspected_leaks), [3, 3, 3], "it cannot be told apart");
        TABLE.lock().unwrap().truncate(4);
        assert_eq!(suspected_leaks("disproved: owner"), 0, "dead, and not yet swept");
        memo_core::sweep();
        assert_eq!(names.map(suspected_leaks), [0, 0, 3]);
        for n in 0..3 {
            put_away(&Arc::new(n));
            put_another_away(&owner, &Arc::new(n));
        }
        assert_eq!(names.map(suspected_leaks), [0, 0, 3], "never again");
        TABLE.lock().unwrap().clear();
        memo_core::sweep();
        assert_eq!(names.map(suspected_leaks), [0, 0, 3]);
    });
}

/// Of what a thread alone can see, only that thread tells; what it noted goes with it.
#[test]
fn leaks_in_a_threads_own_table_are_reported_there() {
    use std::sync::Barrier;
    use std::thread;

    struct Here(#[expect(dead_code, reason = "it only is")] Rc<u32>);
    #[weak_memo(name = "own: rc")]
    fn rc(n: &Rc<u32>, m: u32) -> Rc<Here> {
        let _ = m;
        Rc::new(Here(Rc::clone(n)))
    }
    #[weak_memo(name = "own: arc", local)]
    fn arc(n: &Arc<u32>) -> Rc<View> {
        Rc::new(View { of: Arc::clone(n) })
    }
    alone(|| {
        let (shared, all_leak) = (Arc::new(1), Arc::new(Barrier::new(3)));
        let threads: Vec<_> = (0..3)
            .map(|_| {
                let (theirs, all_leak) = (Arc::clone(&shared), Arc::clone(&all_leak));
                thread::spawn(move || {
                    for n in 0..10 {
                        let n = Rc::new(n);
                        rc(&n, 1);
                        rc(&n, 2);
                    }
                    arc(&Arc::new(1));
                    arc(&theirs);
                    all_leak.wait();
                    assert_eq!(suspected_leaks("own: rc"), 10, "its own only, whoever else calls");
                    all_leak.wait();
                    rc_memo().clear();
                    memo_core::sweep();
                    assert_eq!(suspected_leaks("own: rc"), 0);
                    rc(&Rc::new(1), 1);
                    assert_eq!(suspected_leaks("own: rc"), 1, "and again");
                })
            })
            .collect();
        // To the end of their thread-locals.
        threads.into_iter().for_each(|thread| thread.join().unwrap());
        assert_eq!((suspected_leaks("own: rc"), suspected_leaks("own: arc")), (0, 0));
        assert_eq!(Arc::strong_count(&shared), 1, "results by clone went with their threads");
    });
}

/// A crowd whose clones were here and there while it was computed, and that is gone.
#[test]
fn a_crowd_that_came_and_went_leaves_no_suspicion_and_no_memory() {
    use std::sync::mpsc;
    use std::thread;

    const CROWD: u32 = 300;
    const LARGE: usize = 1 << 16;

    #[derive(Clone)]
    struct Word(#[expect(dead_code, reason = "it only is")] Arc<dyn Send + Sync>);
    struct Large(u32, [u8; LARGE]);
    #[weak_memo(name = "crowd")]
    fn word(n: &Arc<Large>, #[memo(skip)] to: &mpsc::Sender<Arc<Large>>) -> Word {
        to.send(Arc::clone(n)).unwrap();
        Word(Arc::new(n.0))
    }
    alone(|| {
        let before = memo_tests::live_bytes();
        let (to, from) = mpsc::channel::<Arc<Large>>();
        let there = thread::spawn(move || from.into_iter().map(|n| usize::from(n.1[0])).sum::<usize>());
        for n in 0..CROWD {
            let large = Arc::new(Large(n, [0; LARGE]));
            word(&large, &to);
        }
        drop(to);
        there.join().unwrap();
        memo_core::sweep();
        assert_eq!((suspected_leaks("crowd"), word_memo().stats().dropped), (0, u64::from(CROWD)));
        let left = memo_tests::live_bytes().saturating_sub(before);
        assert!(left < 20 * LARGE, "{left} bytes: a suspicion keeps no memory of the dead");
    });
}

/// What a memo that is called from a body holds is not held against the memo that calls.
#[test]
fn a_memo_is_not_blamed_for_what_the_one_below_it_holds() {
    #[derive(Clone)]
    struct Word(#[expect(dead_code, reason = "it only is")] Box<str>);
    #[weak_memo(name = "below: leaks")]
    fn below(n: &Arc<u32>) -> &View {
        View { of: Arc::clone(n) }
    }
    #[weak_memo(name = "below: calls")]
    fn above(n: &Arc<u32>) -> &Word {
        Word(below(n).of.to_string().into())
    }
    #[weak_memo(name = "below: both")]
    fn both(n: &Arc<u32>) -> &View {
        View { of: Arc::clone(&below(n).of) }
    }
    alone(|| {
        for n in 0..5 {
            above(&Arc::new(n));
            both(&Arc::new(n));
        }
        memo_core::sweep();
        assert_eq!(["below: leaks", "below: calls", "below: both"].map(suspected_leaks), [10, 0, 5]);
    });
}

#[test]
fn an_object_in_a_cycle_of_its_own_is_not_reported() {
    struct Node {
        me: Mutex<Option<Arc<Node>>>,
        tally: Tally,
    }
    #[weak_memo]
    fn f(node: &Arc<Node>) -> Arc<Token> {
        Arc::new(node.tally.token())
    }
    alone(|| {
        let tally = Tally::new();
        let node = Arc::new(Node { me: Mutex::new(None), tally: tally.clone() });
        *node.me.lock().unwrap() = Some(Arc::clone(&node));
        f(&node);
        assert_eq!(f_memo().stats().suspected_leaks, 0, "the cycle was there before the call");
        let weak = Arc::downgrade(&node);
        drop(node);
        assert_eq!((f_memo().len(), tally.alive()), (1, 1), "it lives");
        drop(weak.upgrade().unwrap().me.lock().unwrap().take());
        assert_eq!(f_memo().len(), 0);
        memo_core::sweep();
        assert_eq!(tally.alive(), 0);
    });
}
