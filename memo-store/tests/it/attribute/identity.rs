//! Which functions meet: those of one path, name and version.

use std::sync::Arc;

use memo_core::weak_memo;
use memo_store::Store;

use super::{Fleet, here, runs};

mod first {
    use super::*;
    #[weak_memo(name = "length", store = here(), version = 1)]
    pub(super) fn length(text: &Arc<String>) -> usize {
        runs();
        text.len()
    }
    #[weak_memo(name = "length", store = here(), version = 1)]
    pub(super) fn renamed(text: &Arc<String>) -> usize {
        runs();
        text.len()
    }
    #[weak_memo(name = "length", store = here(), version = 1 + 1)]
    pub(super) fn next_version(text: &Arc<String>) -> usize {
        runs();
        text.len()
    }
    #[weak_memo(store = here(), version = 1)]
    pub(super) fn of_its_own_name(text: &Arc<String>) -> usize {
        runs();
        text.len()
    }
    #[weak_memo(name = "length", store = here(), version = 1)]
    pub(super) fn of_another_type(text: &Arc<String>) -> u64 {
        runs();
        text.len() as u64
    }
}

mod second {
    use super::*;
    #[weak_memo(name = "length", store = here(), version = 1)]
    pub(super) fn length(text: &Arc<String>) -> usize {
        runs();
        text.len()
    }
}

#[test]
fn only_the_same_functions_meet() {
    let fleet = Fleet::new();
    let text = Arc::new("text".to_owned());
    assert_eq!(fleet.within(0, || first::length(&text)).1, 1);
    assert_eq!(fleet.within(1, || first::renamed(&text)).1, 1, "one name, and two functions");
    assert_eq!(fleet.within(1, || first::length(&text)).1, 0);
    assert_eq!(fleet.within(1, || first::next_version(&text)).1, 1);
    assert_eq!(fleet.within(1, || first::of_its_own_name(&text)).1, 1);
    assert_eq!(fleet.within(1, || first::of_another_type(&text)).1, 1);
    assert_eq!(fleet.within(1, || second::length(&text)).1, 1);
}

#[weak_memo(store = None::<&Store>, version = 1)]
fn nowhere(text: &Arc<String>) -> usize {
    runs();
    text.len()
}

#[test]
fn without_a_store_it_is_a_memo() {
    let fleet = Fleet::new();
    let text = Arc::new("text".to_owned());
    assert_eq!(fleet.within(0, || nowhere(&text) + nowhere(&text)), (8, 1));
    assert_eq!(fleet.within(1, || nowhere(&Arc::new("text".to_owned()))), (4, 1));
    assert_eq!(fleet.gets(), 0);
}

/// Two functions of one name, in one module.
#[test]
fn functions_inside_of_functions_do_not_meet() {
    fn one(text: &Arc<String>) -> usize {
        #[weak_memo(store = here(), version = 1)]
        fn inner(text: &Arc<String>) -> usize {
            runs();
            text.len()
        }
        inner(text)
    }
    fn other(text: &Arc<String>) -> usize {
        #[weak_memo(store = here(), version = 1)]
        fn inner(text: &Arc<String>) -> usize {
            runs();
            text.len() * 1000
        }
        inner(text)
    }
    let fleet = Fleet::new();
    let text = Arc::new("text".to_owned());
    assert_eq!((fleet.within(0, || one(&text)), fleet.within(1, || other(&text))), ((4, 1), (4000, 1)));
}

/// All closures of a function have one name.
#[test]
fn a_function_of_a_closure_has_no_second_tier() {
    #[weak_memo(store = here(), version = 1)]
    fn mapped<F: Fn(usize) -> usize + 'static>(text: &Arc<String>, #[memo(skip)] map: F) -> usize {
        runs();
        map(text.len())
    }
    let fleet = Fleet::new();
    let text = Arc::new("text".to_owned());
    assert_eq!(fleet.within(0, || mapped(&text, |n| n + 1)), (5, 1));
    assert_eq!(fleet.within(1, || mapped(&text, |n| n * 10)), (40, 1));
    assert_eq!(fleet.gets(), 0);
}

mod alike {
    pub(super) mod a {
        #[derive(memo_store::ContentKey)]
        pub(crate) struct Shape {
            pub(crate) side: u64,
        }
    }
    pub(super) mod b {
        #[derive(memo_store::ContentKey)]
        pub(crate) struct Shape {
            pub(crate) side: u64,
        }
    }
}

trait Area: memo_store::ContentKey + Send + Sync {
    fn area(&self) -> u64;
}

impl Area for alike::a::Shape {
    fn area(&self) -> u64 {
        self.side * self.side
    }
}

impl Area for alike::b::Shape {
    fn area(&self) -> u64 {
        self.side * 7
    }
}

#[test]
fn types_of_one_name_do_not_meet() {
    #[weak_memo(store = here(), version = 1)]
    fn area(shape: &Arc<dyn Area>) -> u64 {
        runs();
        shape.area()
    }
    let fleet = Fleet::new();
    let (a, b): (Arc<dyn Area>, Arc<dyn Area>) =
        (Arc::new(alike::a::Shape { side: 3 }), Arc::new(alike::b::Shape { side: 3 }));
    assert_eq!((fleet.within(0, || area(&a)), fleet.within(1, || area(&b))), ((9, 1), (21, 1)));
}
