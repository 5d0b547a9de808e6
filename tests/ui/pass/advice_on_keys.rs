//! What the messages about keys advise.

#![deny(warnings, clippy::all)]

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::hash::Hash;
use std::rc::Rc;
use std::sync::Arc;

use memo_core::{Anchor, HasAnchor, weak_memo};

/// `ui/arguments/unordered.rs`, `unordered_value.rs`
#[weak_memo]
fn by_what_counts(
    text: &Arc<String>,
    #[memo(key = map.iter().collect::<std::collections::BTreeMap<_, _>>())] map: &HashMap<String, u32>,
    #[memo(key = set.iter().collect::<BTreeSet<_>>())] set: &HashSet<String>,
) -> usize {
    text.len() + map.len() + set.len()
}

#[weak_memo]
fn ordered(text: &Arc<String>, map: &BTreeMap<String, u32>, set: &BTreeSet<String>) -> usize {
    text.len() + map.len() + set.len()
}

#[weak_memo]
fn by_identity(text: &Arc<String>, map: &Arc<HashMap<String, u32>>, #[memo(skip)] set: &HashSet<String>) -> usize {
    text.len() + map.len() + set.len()
}

/// `ui/arguments/part_of_a_tuple.rs`
#[derive(HasAnchor)]
struct Config {
    width: usize,
    anchor: Anchor,
}

#[weak_memo]
fn of_parts(text: &Arc<String>, how: &(usize, (&Config, Option<&str>)), pair: (Arc<u8>, &[u8])) -> usize {
    let (from, (config, word)) = how;
    text.len() + from + config.width + word.map_or(0, str::len) + usize::from(*pair.0) + pair.1.len()
}

#[weak_memo(capacity = unbounded)]
fn lent_of_parts<'d>(text: &'d Arc<String>, how: &'d (usize, &Config), (from, word): (usize, &str)) -> &'d str {
    format!("{text}{}{}{from}{word}", how.0, how.1.width)
}

/// `ui/arguments/unbounded_parameter.rs`, `shared_parameter_beside_rc.rs`
#[weak_memo]
fn shared<K: memo_core::MemoKey<memo_core::key::Shared>>(text: &Arc<String>, key: &K) -> usize {
    let _ = key;
    text.len()
}

#[weak_memo]
fn local<K: memo_core::MemoKey<memo_core::key::Local>>(text: &Rc<String>, key: &K) -> usize {
    let _ = key;
    text.len()
}

#[weak_memo]
fn copied<K: Hash + Eq + Clone + 'static>(text: &Rc<String>, #[memo(value)] key: &K) -> usize {
    let _ = key;
    text.len()
}

#[weak_memo]
fn copied_for_all<K: Hash + Eq + Clone + 'static + Send + Sync>(text: &Arc<String>, #[memo(value)] key: K) -> usize {
    let _ = key;
    text.len()
}

/// What goes by the name of an unordered collection and is a key is one.
mod own {
    #[derive(memo_core::MemoKey)]
    pub struct HashMap {
        pub len: usize,
    }
}

#[weak_memo]
fn of_own(text: &Arc<String>, map: &own::HashMap) -> usize {
    text.len() + map.len
}

/// `ui/owner/boxed.rs`
#[weak_memo]
fn in_a_box(config: &Config) -> usize {
    config.width
}

#[weak_memo]
fn in_an_arc(config: &Arc<Config>) -> usize {
    config.width
}

fn main() {
    let text = Arc::new("ab".to_owned());
    let map = HashMap::from([("a".to_owned(), 1)]);
    let set = HashSet::from(["b".to_owned()]);
    assert_eq!((by_what_counts(&text, &map, &set), by_identity(&text, &Arc::new(map), &set)), (4, 4));
    let config = Config { width: 3, anchor: Anchor::new() };
    assert_eq!(ordered(&text, &BTreeMap::new(), &set.into_iter().collect()), 3);
    let one = Arc::new(1);
    let whole = |word| of_parts(&text, &(1, (&config, Some(word))), (Arc::clone(&one), &[1]));
    assert_eq!((whole("ab"), whole("ab"), whole("abc")), (10, 10, 11));
    assert_eq!((of_parts_memo().stats().computes, of_parts_memo().stats().hits), (2, 1));
    let how = (1, &config);
    assert_eq!(lent_of_parts(&text, &how, (2, "x")), "ab132x");
    assert_eq!((shared(&text, &1), local(&Rc::new(String::new()), &Rc::new(1))), (2, 0));
    assert_eq!((copied(&Rc::new(String::new()), &Rc::new(1)), copied_for_all(&text, 'a')), (0, 2));
    assert_eq!(of_own(&text, &own::HashMap { len: 3 }), 5);
    let boxed = Box::new(config);
    assert_eq!((in_a_box(&boxed), in_an_arc(&Arc::new(*boxed))), (3, 3));
}
