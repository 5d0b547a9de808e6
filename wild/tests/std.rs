//! The standard library.

use std::sync::Arc;

use memo_wild::carries;

#[test]
fn empty_arcs_by_default_are_one_object_that_never_dies() {
    let (one, other) = (Arc::<str>::default(), Arc::<str>::default());
    assert!(carries(&one, &other));
    assert!(carries(&Arc::<[u64]>::default(), &Arc::<[u64]>::default()));
    let weak = Arc::downgrade(&one);
    drop((one, other));
    assert!(weak.upgrade().is_some());
    assert!(!carries(&Arc::<[u64]>::from(vec![]), &Arc::from(vec![])));
}

#[test]
fn a_weak_moves_what_make_mut_changes_and_leaves_the_rest() {
    let mut arc = Arc::new(String::from("text"));
    assert!(carries(&arc, &arc));
    assert!(Arc::get_mut(&mut arc).is_none());
    let before = Arc::as_ptr(&arc);
    Arc::make_mut(&mut arc).push('s');
    assert_ne!(before, Arc::as_ptr(&arc));
    assert!(carries(&arc, &arc));
    assert_eq!(Arc::try_unwrap(arc).as_deref(), Ok("texts"));
}

#[test]
fn a_change_of_the_type_keeps_the_object() {
    let arc: Arc<dyn std::fmt::Debug> = Arc::new(5);
    assert!(carries(&arc, &(Arc::clone(&arc) as Arc<dyn std::fmt::Debug>)));
    let text: Arc<str> = Arc::from("text");
    assert!(!carries(&text, &Arc::from(&*text)));
    assert!(!carries(&text, &Arc::from(Box::<str>::from("text"))));
}
