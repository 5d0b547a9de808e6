//! The rows of `docs/weak-tables.md`: what the weak toolbox does, one test for each row, and that the page names them.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Barrier};

use memo_core::weak::{Instances, Interner, WeakKeyMap, WeakSet, WeakValueMap, WeakWeakMap};
use memo_core::{Anchored, weak_memo};
use memo_tests::{Tally, alone, watchdog};

/// Without `Eq`, `Hash` or `Clone`.
struct Thing;

#[test]
fn a_value_goes_with_its_key() {
    // Calls of the other tests sweep, too.
    alone(|| {
        let tally = Tally::new();
        let (map, key) = (WeakKeyMap::new(), Arc::new(Thing));
        map.insert(&key, Arc::new(tally.token()));
        assert!(map.contains_key(&key) && Arc::strong_count(&key) == 1);
        drop(key);
        assert_eq!((map.len(), map.sweep(), tally.alive()), (0, 1, 0));
    });
}

#[test]
fn keys_are_compared_by_identity() {
    let (map, one, equal) = (WeakKeyMap::new(), Arc::new(1), Arc::new(1));
    map.insert(&one, "one");
    assert_eq!((map.get(&one), map.get(&equal)), (Some("one"), None));
    WeakSet::new().insert(&Arc::new(Thing)); // and need no `Eq`
}

#[test]
fn equal_keys_share_by_way_of_an_interner() {
    let (names, map) = (Interner::<str>::new(), WeakKeyMap::new());
    let ada = names.intern("ada");
    map.insert(&ada, 36);
    assert_eq!(map.get(&names.intern(String::from("ada"))), Some(36));
}

#[test]
fn a_value_is_there_as_long_as_somebody_owns_it() {
    let (map, value) = (WeakValueMap::new(), Arc::new(Thing));
    map.insert("thing", &value);
    assert!(map.get("thing").is_some_and(|there| Arc::ptr_eq(&there, &value)));
    drop(value);
    assert!(map.get("thing").is_none() && map.is_empty());
}

#[test]
fn either_death_ends_an_entry_of_two_objects() {
    for end in [0, 1] {
        let (map, mut both) = (WeakWeakMap::new(), vec![Arc::new(1), Arc::new(2)]);
        map.insert(&both[0], &both[1]);
        assert_eq!(map.len(), 1);
        drop(both.remove(end));
        assert!(map.is_empty());
    }
}

#[test]
fn a_set_has_what_is_alive() {
    let (set, one) = (WeakSet::new(), Arc::new(1));
    set.insert(&Arc::new(2));
    set.insert(&one);
    assert_eq!(set.iter().collect::<Vec<_>>(), [one]);
}

#[test]
fn there_is_one_object_for_each_equal_value() {
    let interner = Interner::<str>::new();
    let first = interner.intern("ada");
    assert!(Arc::ptr_eq(&first, &interner.intern("ada")));
    drop(first);
    assert!(interner.get("ada").is_none());
}

#[test]
fn all_living_instances_are_listed_with_their_places() {
    let instances = Instances::new();
    let kept = instances.register(Arc::new(Thing));
    drop(instances.register(Arc::new(Thing)));
    assert!(instances.iter().all(|thing| Arc::ptr_eq(&thing, &kept)));
    assert_eq!((instances.len(), instances.places().len()), (1, 1));
}

#[test]
fn a_value_that_owns_its_key_stays() {
    struct Page(Arc<String>);
    let (owning, knowing) = (WeakKeyMap::new(), WeakWeakMap::new());
    let key = Arc::new(String::from("key"));
    let page = Arc::new(Page(key.clone()));
    owning.insert(&key, page.clone());
    knowing.insert(&key, &page);
    let owned_by_both = Arc::downgrade(&key);
    drop((key, page));
    assert!(owned_by_both.upgrade().is_some_and(|key| owning.get(&key).is_some_and(|page| *page.0 == *key)));
    owning.clear(); // and a map that owns neither does not keep it
    assert!(owned_by_both.upgrade().is_none() && knowing.is_empty());
}

#[test]
fn the_dead_are_neither_counted_nor_seen() {
    let (map, mut keys) = (WeakKeyMap::new(), (0..10).map(Arc::new).collect::<Vec<_>>());
    for key in &keys {
        map.insert(key, **key);
    }
    keys.retain(|key| **key % 2 == 0);
    assert_eq!((map.len(), map.iter().count(), map.stored_len()), (5, 5, 10));
}

#[test]
fn one_map_serves_all_threads() {
    static MAP: WeakKeyMap<Arc<u32>, u32> = WeakKeyMap::new();
    std::thread::scope(|scope| {
        for thread in 0..4 {
            scope.spawn(move || {
                let keys: Vec<_> = (0..100).map(|n| Arc::new(n + thread)).collect();
                keys.iter().for_each(|key| assert!(MAP.insert(key, **key).is_none()));
                assert!(keys.iter().all(|key| MAP.get(key) == Some(**key)));
            });
        }
    });
    assert!(MAP.is_empty());
}

#[test]
fn who_makes_a_value_at_the_same_time_gets_the_first() {
    watchdog(|| {
        let (map, key, start) = (WeakKeyMap::new(), Arc::new(Thing), Barrier::new(4));
        let make = |thread: u32| {
            start.wait();
            map.get_or_insert_with(&key, || thread)
        };
        let values: BTreeSet<u32> = std::thread::scope(|scope| {
            let threads = [0, 1, 2, 3].map(|thread| scope.spawn(move || make(thread)));
            threads.into_iter().map(|thread| thread.join().expect("it does not panic")).collect()
        });
        assert_eq!(values.len(), 1);
    });
}

#[test]
fn a_map_may_be_changed_while_it_is_iterated() {
    let (map, keys) = (WeakKeyMap::new(), (0..10).map(Arc::new).collect::<Vec<_>>());
    (&map).extend(keys.iter().map(|key| (key, ())));
    let mut seen = 0;
    for (key, _) in map.iter() {
        map.remove(&key);
        map.clear();
        seen += 1;
    }
    assert!(seen >= 1 && map.is_empty());
}

#[test]
fn objects_are_of_any_type() {
    let (texts, errors) = (WeakSet::<Arc<str>>::new(), WeakSet::<Arc<dyn Send + Sync>>::new());
    let (text, error): (Arc<str>, Arc<dyn Send + Sync>) = ("text".into(), Arc::new(Thing));
    assert!(texts.insert(&text) && errors.insert(&error));
}

#[test]
fn an_object_with_an_anchor_inside_takes_its_entry_along() {
    let (tally, map, key) = (Tally::new(), WeakKeyMap::new(), Anchored::new(Thing));
    map.insert(&key, Arc::new(tally.token()));
    assert!(map.contains_key(&key));
    drop(key);
    assert_eq!((map.stored_len(), tally.alive()), (0, 0));
}

#[test]
fn a_memoized_result_goes_with_its_argument() {
    #[weak_memo]
    fn length(text: &Arc<String>) -> usize {
        text.len()
    }
    let text = Arc::new(String::from("text"));
    assert_eq!((length(&text), length(&text), length_memo().stats().computes), (4, 4, 1));
    drop(text);
    assert!(length_memo().is_empty());
}

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("a package of the workspace").to_owned()
}

fn tests_in(file: &Path) -> BTreeSet<String> {
    let text = fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let after = text.split("\n#[test]\n").skip(1).filter_map(|part| part.split_once("fn ")?.1.split_once('('));
    after.map(|(name, _)| name.to_owned()).collect()
}

#[test]
fn the_page_names_the_test_of_each_row() {
    let page = fs::read_to_string(workspace().join("docs/weak-tables.md")).expect("the page is there");
    let named: BTreeSet<_> = page.split('`').filter_map(|span| span.split_once(".rs::")).collect();
    assert!(!named.is_empty());
    // The other files come with the part of the toolbox that they test.
    let files = named.iter().map(|(file, test)| (workspace().join(format!("tests/it/{file}.rs")), *test));
    for (file, test) in files.filter(|(file, _)| file.exists()) {
        assert!(tests_in(&file).contains(test), "no `{test}` in {}", file.display());
    }
    let own = tests_in(&workspace().join("tests/it/weak_tables.rs"));
    let of_rows = own.iter().filter(|test| *test != "the_page_names_the_test_of_each_row");
    let unnamed: Vec<_> = of_rows.filter(|test| !named.contains(&("weak_tables", test.as_str()))).collect();
    assert!(unnamed.is_empty(), "no row names {unnamed:?}");
}
