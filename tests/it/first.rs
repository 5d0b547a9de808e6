//! smoke
use memo_core::{Anchored, weak_memo};
use std::rc::Rc;
use std::sync::Arc;

#[weak_memo]
fn words(d: &Arc<String>) -> usize {
    d.split_whitespace().count()
}
#[weak_memo]
fn lent(d: &Arc<String>) -> &Vec<String> {
    d.split_whitespace().map(str::to_owned).collect()
}
#[weak_memo]
fn keyed(d: &Arc<String>, n: usize, s: &str) -> String {
    format!("{d}{n}{s}")
}
#[weak_memo]
fn two(d: &Arc<String>, e: &Arc<String>) -> usize {
    d.len() + e.len()
}
#[weak_memo]
fn inobj(d: &Anchored<String>, e: &Anchored<String>) -> usize {
    d.len() + e.len()
}
#[weak_memo(capacity = unbounded)]
fn lentkeyed(d: &Anchored<String>, e: &Anchored<String>, n: u32) -> &String {
    format!("{}{}{n}", **d, **e)
}
#[weak_memo]
fn rc(d: &Rc<String>) -> &str {
    d.to_uppercase()
}

#[test]
fn all() {
    let d = Arc::new("a b c".to_string());
    let e = Arc::new("x".to_string());
    for _ in 0..3 {
        assert_eq!(words(&d), 3);
        assert_eq!(lent(&d).len(), 3);
        assert_eq!(keyed(&d, 3, "z"), "a b c3z");
        assert_eq!(two(&d, &e), 6);
    }
    assert_eq!(Arc::strong_count(&d), 1);
    println!("{}", memo_core::report());
    assert_eq!(words_memo().stats().computes, 1);
    assert_eq!(two_memo().len(), 1);
    drop(e);
    assert_eq!(two_memo().len(), 0);
    assert_eq!(words_memo().len(), 1);
    assert_eq!(words_memo().clear(), 1);
    drop(d);
    assert_eq!(keyed_memo().len(), 0);
    let a = Anchored::new("x".to_string());
    let b = Anchored::new("y".to_string());
    assert_eq!(inobj(&a, &b), 2);
    assert_eq!(inobj(&a, &b), 2);
    assert_eq!(lentkeyed(&a, &b, 7), "xy7");
    assert_eq!(lentkeyed(&a, &b, 7), "xy7");
    assert_eq!(inobj_memo().stats().computes, 1);
    drop(b);
    assert_eq!(inobj_memo().stats().dropped, 1);
    assert_eq!(lentkeyed_memo().stats().dropped, 1);
    let r = Rc::new("x".to_string());
    assert_eq!(rc(&r), "X");
    assert_eq!(rc(&r), "X");
    drop(r);
    assert_eq!(rc_memo().len(), 0);
    println!("{}", memo_core::report());
}
