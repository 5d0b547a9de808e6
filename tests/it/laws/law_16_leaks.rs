//! Law 16: a leak is reported. (That the macro refuses the visible case is a compile-fail test.)

use std::rc::Rc;
use std::sync::{Arc, Weak};

use memo_core::{Anchored, memos, report, weak_memo};
use memo_tests::alone;

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
        assert_eq!(view_memo().stats().retained, 1, "once an owner, not at each hit");
        assert_eq!((local_memo().stats().retained, itself_memo().stats().retained), (2, 1));
        // Here the one that is kept is the only clone.
        let lending = Arc::new(3);
        assert_eq!(*lent(&lending).of, 3);
        assert_eq!(lent_memo().stats().retained, 1);
        let text = report().to_string();
        for name in ["leaking view", "leaking local view"] {
            let memo = memos().into_iter().find(|memo| memo.name == name).unwrap();
            let line = text.lines().skip_while(|line| !line.starts_with(name)).nth(1).unwrap();
            assert!(line.contains("held by their own result"), "{text}");
            assert!(line.contains(&format!("{}:{}", memo.file, memo.line)), "{text}");
        }
        drop(n);
        assert_eq!(view_memo().len(), 1, "it is a leak, and the entry is never dead");
        assert_eq!(view_memo().clear(), 1, "clearing is the way out");
        assert_eq!((itself_memo().clear(), local_memo().clear()), (1, 3));
        assert_eq!((local_memo().stats().retained, itself_memo().stats().retained), (0, 0));
    });
}

#[test]
fn an_outer_memo_is_not_blamed_for_what_an_inner_one_holds_for_good() {
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
    assert_eq!((inner_memo().stats().retained, innocent_memo().stats().retained), (1, 0));
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
    assert_eq!(all.map(|stats| stats.retained), [0; 10]);
}

/// What a report says of a memo, over all objects.
fn retained(name: &str) -> u64 {
    memos().into_iter().find(|memo| memo.name == name).map_or(0, |memo| memo.stats.retained)
}

/// The leak is there for good when nobody else has the object any more: then it must not be taken back.
#[test]
fn a_leak_is_told_also_when_its_object_is_left_to_it() {
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
            assert_eq!(retained(name), 10, "{name}");
        }
        assert_eq!((bare_memo().clear(), keyed_memo().clear(), local_memo().clear()), (10, 30, 30));
        memo_core::sweep();
        for name in ["left: bare", "left: keyed", "left: local"] {
            assert_eq!(retained(name), 0, "{name}");
        }
        // It is the result that counts, not what the memo once did.
        let n = Arc::new(1);
        keyed(&n, 1);
        assert_eq!(retained("left: keyed"), 1);
        assert!(keyed_memo().forget((&n, 1)));
        assert_eq!(retained("left: keyed"), 0);
    });
}

/// Where the owner is deeper down: in what the result shares, in another memo's result, in what is lent.
#[test]
fn a_leak_is_told_however_deep_it_lies() {
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
            assert_eq!(retained(name), 1, "{name}");
        }
        assert_eq!(retained("deep: inner"), 0, "its own argument is not in it");
        let text = report().to_string();
        assert_eq!(text.matches("held by their own result").count(), 4, "{text}");
    });
}

/// A result that holds another weak argument keeps it as long as the owner lives; two such results keep each other's for ever.
#[test]
fn a_result_that_holds_another_weak_argument_is_told_too() {
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
        assert_eq!((retained("beside an arc"), retained("beside an object")), (1, 3));
        drop(arc);
        memo_core::sweep();
        assert_eq!(retained("beside an arc"), 0, "it went with its owner");
        beside_object_memo().clear();
        assert_eq!(retained("beside an object"), 0);

        let (a, b) = (Arc::new(1), Arc::new(2));
        pair(&a, &b);
        pair(&b, &a);
        assert_eq!(retained("each other's"), 2, "a cycle of two entries");
        let text = report().to_string();
        assert!(text.contains("2 arguments seem to be held by their own result"), "{text}");
        drop((a, b));
        memo_core::sweep();
        assert_eq!(pair_memo().len(), 2, "and that does not hang");
        assert_eq!(pair_memo().clear(), 2);
        assert_eq!(retained("each other's"), 0);
    });
}

/// Whoever else still has a clone of it: when the result is gone, it holds nothing.
#[test]
fn a_result_that_is_gone_holds_no_other_argument() {
    #[weak_memo(name = "gone: beside")]
    fn beside(owner: &Arc<u8>, n: &Arc<u32>) -> View {
        let _ = owner;
        View { of: Arc::clone(n) }
    }
    alone(|| {
        let (owner, n) = (Arc::new(1), Arc::new(1));
        let kept = beside(&owner, &n);
        assert_eq!(retained("gone: beside"), 1);
        assert_eq!(beside_memo().clear(), 1);
        assert_eq!(retained("gone: beside"), 0, "cleared");
        beside(&owner, &n);
        assert!(beside_memo().forget((&owner, &n)));
        assert_eq!(retained("gone: beside"), 0, "forgotten");
        let more = beside(&owner, &n);
        assert_eq!(retained("gone: beside"), 1);
        drop(owner);
        memo_core::sweep();
        assert_eq!(retained("gone: beside"), 0, "it went with its owner");
        assert_eq!(*kept.of + *more.of, 2);
    });
}

/// Shapes in which somebody else has a clone: of the caller's, of another thread's, of the body's own for a while.
#[test]
fn clones_of_others_raise_no_false_alarm() {
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
        let told: Vec<_> = report().memos.into_iter().filter(|memo| memo.stats.retained > 0).collect();
        assert!(told.is_empty(), "{told:?}");
        assert_eq!(Arc::strong_count(&n), 1 + kept.len());
    });
}
