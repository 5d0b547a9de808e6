//! Law 6: identity, not equality, for weak arguments.

mod reuse_equal;

use std::collections::HashSet;
use std::fmt::Debug;
use std::hash::{Hash, Hasher};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};

use memo_core::{Anchor, Anchored, HasAnchor, weak_memo};
use memo_tests::watchdog;

/// Neither is ever asked.
#[derive(Debug)]
struct Hostile(u32);

impl PartialEq for Hostile {
    fn eq(&self, _: &Self) -> bool {
        panic!("equality was asked for")
    }
}

impl Eq for Hostile {}

impl Hash for Hostile {
    fn hash<H: Hasher>(&self, _: &mut H) {
        panic!("a hash was asked for")
    }
}

#[test]
fn hash_and_eq_of_weak_arguments_are_never_called() {
    #[weak_memo]
    fn f(a: &Arc<Hostile>, b: &Anchored<Hostile>, c: Option<&Arc<Hostile>>) -> u32 {
        a.0 + b.0 + c.map_or(0, |c| c.0)
    }
    let (a, b, c) = (Arc::new(Hostile(1)), Anchored::new(Hostile(2)), Arc::new(Hostile(3)));
    for _ in 0..2 {
        assert_eq!(f(&a, &b, Some(&c)), 6);
        assert_eq!(f(&a, &b, None), 3);
    }
    assert_eq!((f_memo().stats().computes, f_memo().stats().hits), (2, 2));
    assert!(f_memo().forget((&a, &b, None)));
    f_memo().insert((&a, &b, None), 9);
    assert_eq!(f_memo().clear(), 2);
}

#[test]
fn two_equal_objects_are_two_objects() {
    #[weak_memo]
    fn f(a: &Arc<String>, b: &Arc<String>) -> String {
        format!("{a}{b}")
    }
    let [a, b, c] = ["x"; 3].map(|text| Arc::new(text.to_owned()));
    for (one, other) in [(&a, &b), (&a, &c), (&b, &a), (&a, &a)] {
        f(one, other);
    }
    assert_eq!((f_memo().stats().computes, f_memo().stats().hits), (4, 0));
    f(&Arc::clone(&a), &Arc::clone(&b));
    assert_eq!(f_memo().stats().hits, 1, "another pointer to the same object is the same object");
}

#[test]
fn fat_pointers_compare_by_address_alone() {
    #[weak_memo]
    fn dynamic(value: &Arc<dyn Debug + Send + Sync>) -> String {
        format!("{value:?}")
    }
    #[weak_memo]
    fn slice(value: &Arc<[u8]>, other: &Arc<str>) -> usize {
        value.len() + other.len()
    }
    // The same object through two coercions: vtables may differ between codegen units, the address does not.
    let number = Arc::new(7_u32);
    let one: Arc<dyn Debug + Send + Sync> = number.clone();
    let two: Arc<dyn Debug + Send + Sync> = number;
    assert_eq!((dynamic(&one), dynamic(&two)), ("7".to_owned(), "7".to_owned()));
    assert_eq!((dynamic_memo().stats().computes, dynamic_memo().stats().hits), (1, 1));

    let (empty, also_empty): (Arc<[u8]>, Arc<[u8]>) = (Arc::from([]), Arc::from(vec![]));
    let text: Arc<str> = Arc::from("ab");
    for _ in 0..2 {
        assert_eq!((slice(&empty, &text), slice(&also_empty, &text)), (2, 2));
    }
    let separate = !std::ptr::addr_eq(Arc::as_ptr(&empty), Arc::as_ptr(&also_empty));
    assert_eq!(slice_memo().stats().computes, if separate { 2 } else { 1 });
}

#[test]
fn zero_sized_objects_are_objects() {
    #[weak_memo]
    fn f(owner: &Arc<()>, n: u32, other: &Arc<()>) -> (usize, u32, usize) {
        (Arc::as_ptr(owner) as usize, n, Arc::as_ptr(other) as usize)
    }
    let all: Vec<_> = (0..10).map(|_| Arc::new(())).collect();
    for _ in 0..2 {
        for a in &all {
            for b in &all {
                assert_eq!(f(a, 1, b), (Arc::as_ptr(a) as usize, 1, Arc::as_ptr(b) as usize));
            }
        }
    }
    assert_eq!(f_memo().stats().computes, 100);
}

#[test]
fn no_address_is_confused_after_it_is_reused() {
    #[weak_memo]
    fn arc(n: &Arc<u32>, other: &Arc<u32>) -> (u32, u32) {
        (**n, **other)
    }
    #[weak_memo]
    fn lent(n: &Arc<u32>) -> &u32 {
        **n
    }
    #[weak_memo]
    fn boxed(n: &Anchored<u32>, other: &Anchored<u32>) -> (u32, u32) {
        (**n, **other)
    }
    watchdog(|| {
        let (keep_arc, keep) = (Arc::new(0), Anchored::new(0));
        let (mut used, mut came_back) = (HashSet::new(), 0);
        for n in 1..20_000 {
            // The allocator likes to give back the address that was freed last; the slot on the stack is always the same.
            let object = Arc::new(n);
            came_back += usize::from(!used.insert(Arc::as_ptr(&object).addr()));
            assert_eq!((arc(&object, &keep_arc), arc(&keep_arc, &object)), ((n, 0), (0, n)));
            assert_eq!(*lent(&object), n);
            drop(object);
            let object = Box::new(Anchored::new(n));
            assert_eq!((boxed(&object, &keep), boxed(&keep, &object)), ((n, 0), (0, n)));
            drop(object);
            let object = Anchored::new(n);
            assert_eq!((boxed(&object, &keep), boxed(&keep, &object)), ((n, 0), (0, n)));
        }
        // AddressSanitizer keeps freed memory back on purpose.
        let kept_back = std::env::var_os("ASAN_OPTIONS").is_some();
        assert!(came_back > 0 || kept_back, "no address came back: the test is about nothing");
    });
}

#[test]
fn an_object_that_moves_stays_itself() {
    #[weak_memo]
    fn f(a: &Anchored<u32>, b: &Anchored<u32>) -> u32 {
        **a * 10 + **b
    }
    let mut objects: Vec<_> = (0..5).map(Anchored::new).collect();
    for _ in 0..10 {
        for a in &objects {
            for b in &objects {
                assert_eq!(f(a, b), **a * 10 + **b);
            }
        }
        objects.rotate_left(2);
        objects.swap(0, 3);
    }
    assert_eq!(f_memo().stats().computes, 25);
}

/// With an anchor of its own, behind an `Arc`.
#[derive(HasAnchor)]
struct Own {
    computed: AtomicU32,
    anchor: Anchor,
}

#[test]
fn the_written_type_decides_the_anchor() {
    #[weak_memo]
    fn through_the_table(own: &Arc<Own>) -> u32 {
        own.computed.fetch_add(1, SeqCst) + 1
    }
    #[weak_memo]
    fn inside(own: &Own) -> u32 {
        own.computed.fetch_add(1, SeqCst) + 1
    }
    let mut own = Arc::new(Own { computed: AtomicU32::new(0), anchor: Anchor::new() });
    assert_eq!((through_the_table(&own), through_the_table(&own)), (1, 1));
    assert!(own.anchor.is_empty(), "`&Arc<T>` is the side table, whatever `T` carries");
    assert_eq!((inside(&own), inside(&own)), (2, 2));
    assert!(!own.anchor.is_empty());
    assert!(Arc::get_mut(&mut own).is_none(), "the table's `Weak` is out");
}

#[test]
fn zero_sized_rcs_are_objects() {
    #[weak_memo]
    fn f(unit: &Rc<()>, other: &Rc<()>) -> (usize, usize) {
        (Rc::as_ptr(unit) as usize, Rc::as_ptr(other) as usize)
    }
    let all: Vec<_> = (0..5).map(|_| Rc::new(())).collect();
    for a in &all {
        for b in &all {
            assert_eq!(f(a, b), (Rc::as_ptr(a) as usize, Rc::as_ptr(b) as usize));
        }
    }
    assert_eq!(f_memo().len(), 25);
}

#[test]
fn rcs_of_unsized_types_are_known_by_their_thin_address() {
    #[weak_memo]
    fn dynamic(value: &Rc<dyn Debug>) -> String {
        format!("{value:?}")
    }
    #[weak_memo]
    fn slice(value: &Rc<[u16]>) -> usize {
        value.len()
    }
    #[weak_memo]
    fn text(value: &Rc<str>) -> usize {
        value.len()
    }
    let number = Rc::new(5_u32);
    let (one, two): (Rc<dyn Debug>, Rc<dyn Debug>) = (number.clone(), number);
    assert_eq!((dynamic(&one), dynamic(&two), dynamic_memo().stats().computes), ("5".into(), "5".into(), 1));
    let (a, b): (Rc<[u16]>, Rc<[u16]>) = (Rc::from([1, 2]), Rc::from([1, 2]));
    assert_eq!((slice(&a), slice(&b), slice(&a.clone()), slice_memo().stats().computes), (2, 2, 2, 2));
    let (a, b): (Rc<str>, Rc<str>) = (Rc::from("ab"), Rc::from("ab"));
    assert_eq!((text(&a), text(&b), text(&a.clone()), text_memo().stats().computes), (2, 2, 2, 2));
}
