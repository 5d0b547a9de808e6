//! Which functions meet: those of one module, name and version.

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
    assert_eq!(fleet.within(1, || first::renamed(&text)).1, 0, "the same name, in the same module");
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
