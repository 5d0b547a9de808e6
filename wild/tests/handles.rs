//! Shared handles that are no `std::sync::Arc`: they have no `Weak` to be an owner by, and what they turn into is new each time.

use std::sync::Arc;

use memo_wild::carries;

#[test]
fn a_string_of_arcstr_turns_into_another_arc_each_time() {
    let text = arcstr::ArcStr::from("a text that is shared");
    assert!(arcstr::ArcStr::ptr_eq(&text, &text.clone()));
    assert!(!carries(&Arc::<str>::from(text.clone()), &Arc::from(text)));
}

#[test]
fn a_short_string_of_ecow_has_another_address_in_each_clone() {
    let (short, long) = (ecow::EcoString::from("short"), ecow::EcoString::from("a text that is longer than the room"));
    assert_ne!(short.clone().as_ptr(), short.as_ptr());
    assert_eq!(long.clone().as_ptr(), long.as_ptr());
}

#[test]
fn clones_of_bytes_triomphe_and_rowan_are_one_object_by_their_own_means() {
    let bytes = bytes::Bytes::from(vec![1, 2, 3]);
    assert_eq!(bytes.clone().as_ptr(), bytes.as_ptr());
    let arc = triomphe::Arc::new(5);
    assert!(triomphe::Arc::ptr_eq(&arc, &arc.clone()));
    let node = rowan::GreenNode::new(rowan::SyntaxKind(0), []);
    assert!(std::ptr::eq(&*node, &*node.clone()));
}

/// The way out: one `Arc` around the handle, kept beside it.
#[test]
fn an_arc_that_is_kept_carries() {
    let kept = Arc::new(bytes::Bytes::from(vec![1, 2, 3]));
    assert!(carries(&kept, &Arc::clone(&kept)));
    assert!(!carries(&kept, &Arc::new((*kept).clone())));
}
