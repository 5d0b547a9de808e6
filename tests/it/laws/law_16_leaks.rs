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
