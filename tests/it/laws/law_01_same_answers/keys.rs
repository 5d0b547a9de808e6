//! Law 1, for keys: what a body can tell apart, a stored key tells apart; and one value is one key, in whatever form it comes.

use memo_tests::watchdog;

use std::any::TypeId;
use std::borrow::Cow;
use std::cell::Cell;
use std::cmp::{Ordering, Reverse};
use std::collections::{BTreeMap, BTreeSet, LinkedList, VecDeque};
use std::ffi::{CStr, CString, OsStr, OsString};
use std::fmt::Debug;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::marker::PhantomData;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6};
use std::num::{NonZero, Saturating, Wrapping};
use std::ops::{Range, RangeFrom, RangeInclusive, RangeTo, RangeToInclusive};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use memo_core::key::Shared;
use memo_core::{Anchored, MemoKey, sweep, weak_memo};

fn hash<K: MemoKey + ?Sized>(key: &K) -> u64 {
    let mut state = DefaultHasher::new();
    key.hash_key(&mut state);
    state.finish()
}

/// Every two of the keys are two; each is itself.
#[track_caller]
fn apart<K: MemoKey + Debug>(keys: &[K]) {
    let stored: Vec<_> = keys.iter().map(MemoKey::to_stored).collect();
    for (at, key) in keys.iter().enumerate() {
        for (other, stored) in stored.iter().enumerate() {
            assert_eq!(key.matches_stored(stored), at == other, "{key:?} is number {at}, and not {:?}", keys[other]);
        }
        assert_eq!(hash(key), hash(key), "{key:?}");
    }
}

/// A probe in one form finds what was stored in another.
macro_rules! alike {
    ($($key:expr),+ $(,)?) => {{
        let stored = [$(MemoKey::<Shared>::to_stored(&$key)),+];
        let hashes = [$(hash(&$key)),+];
        $(for (stored, other) in stored.iter().zip(hashes) {
            assert!(MemoKey::<Shared>::matches_stored(&$key, stored), "{} finds all", stringify!($key));
            assert_eq!(hash(&$key), other, "{}", stringify!($key));
        })+
    }};
}

const SPELLINGS: [&str; 8] = ["a/b", "a/b/", "a//b", "a/./b", "a/b/.", "./a/b", "", "."];

#[test]
fn paths_are_distinguished_by_their_spelling() {
    apart(&SPELLINGS.map(Path::new));
    apart(&SPELLINGS.map(PathBuf::from));
    apart(&SPELLINGS.map(|path| Box::<Path>::from(Path::new(path))));
    apart(&SPELLINGS.map(|path| Cow::Borrowed(Path::new(path))));
    apart(&SPELLINGS.map(|path| Some(Path::new(path))));
    apart(&SPELLINGS.map(|path| vec![PathBuf::from(path), PathBuf::new()]));
    apart(&SPELLINGS.map(|path| BTreeMap::from([(PathBuf::from(path), 1)])));
}

#[derive(MemoKey)]
struct Request<'a> {
    path: PathBuf,
    base: Option<&'a Path>,
    #[memo(value)]
    copied: PathBuf,
}

/// Calls `f` on every two spellings; the body gives back what it saw.
fn answers_its_own_spelling(f: impl Fn(&Arc<String>, &str) -> String) {
    let root = Arc::new(String::from("http://h/"));
    for _ in 0..2 {
        for path in SPELLINGS {
            assert_eq!(f(&root, path), format!("http://h/{path}"));
        }
    }
}

#[test]
fn a_memo_of_a_path_distinguishes_paths_by_their_spelling() {
    #[weak_memo]
    fn borrowed(root: &Arc<String>, path: &Path) -> String {
        format!("{root}{}", path.display())
    }
    #[weak_memo]
    fn owned(root: &Arc<String>, path: PathBuf) -> String {
        format!("{root}{}", path.display())
    }
    #[weak_memo]
    fn several(root: &Arc<String>, paths: &[PathBuf]) -> String {
        format!("{root}{}", paths[0].display())
    }
    #[weak_memo]
    fn by_value(root: &Arc<String>, #[memo(value)] path: PathBuf) -> String {
        format!("{root}{}", path.display())
    }
    #[weak_memo]
    fn boxed_by_value(root: &Arc<String>, #[memo(value)] path: Box<Path>) -> String {
        format!("{root}{}", path.into_path_buf().display())
    }
    #[weak_memo]
    fn borrowed_by_value(root: &Arc<String>, #[memo(value)] path: &Path) -> String {
        format!("{root}{}", path.display())
    }
    #[weak_memo]
    fn several_by_value(root: &Arc<String>, #[memo(value)] paths: &[PathBuf]) -> String {
        format!("{root}{}", paths[0].display())
    }
    #[weak_memo]
    fn computed(root: &Arc<String>, #[memo(key = Path::new(text))] text: &str) -> String {
        format!("{root}{text}")
    }
    #[weak_memo]
    fn derived(root: &Arc<String>, request: &Request<'_>) -> String {
        assert_eq!(request.path.as_os_str(), request.copied.as_os_str());
        format!("{root}{}", request.path.display())
    }
    #[weak_memo]
    fn a_field_behind_an_option(root: &Arc<String>, request: &Request<'_>) -> String {
        format!("{root}{}", request.base.unwrap().display())
    }
    #[weak_memo]
    fn a_field_by_value(root: &Arc<String>, request: &Request<'_>) -> String {
        format!("{root}{}", request.copied.display())
    }
    #[weak_memo(capacity = unbounded)]
    fn lent<'r>(root: &'r Arc<String>, path: &Path) -> &'r str {
        format!("{root}{}", path.display())
    }
    answers_its_own_spelling(|root, path| borrowed(root, Path::new(path)));
    answers_its_own_spelling(|root, path| owned(root, path.into()));
    answers_its_own_spelling(|root, path| several(root, &[path.into()]));
    answers_its_own_spelling(|root, path| by_value(root, path.into()));
    answers_its_own_spelling(|root, path| boxed_by_value(root, Path::new(path).into()));
    answers_its_own_spelling(|root, path| borrowed_by_value(root, Path::new(path)));
    answers_its_own_spelling(|root, path| several_by_value(root, &[path.into()]));
    answers_its_own_spelling(computed);
    answers_its_own_spelling(|root, path| {
        derived(root, &Request { path: path.into(), base: None, copied: path.into() })
    });
    answers_its_own_spelling(|root, path| {
        let base = Some(Path::new(path));
        a_field_behind_an_option(root, &Request { path: "a".into(), base, copied: "a".into() })
    });
    answers_its_own_spelling(|root, path| {
        a_field_by_value(root, &Request { path: "a".into(), base: None, copied: path.into() })
    });
    answers_its_own_spelling(|root, path| lent(root, Path::new(path)).to_owned());
    assert_eq!(borrowed_memo().stats().hits, SPELLINGS.len() as u64);
}

#[test]
fn numbers_are_distinguished_by_their_bits() {
    let nans = [f64::NAN, -f64::NAN, f64::from_bits(f64::NAN.to_bits() | 1), f64::from_bits(f64::NAN.to_bits() | 2)];
    apart(&[
        0.0,
        -0.0,
        f64::INFINITY,
        f64::NEG_INFINITY,
        f64::MIN_POSITIVE,
        5e-324,
        nans[0],
        nans[1],
        nans[2],
        nans[3],
    ]);
    apart(&[0.0_f32, -0.0, 1.0, f32::NAN, f32::from_bits(f32::NAN.to_bits() | 1), f32::from_bits(1)]);
    apart(&[Some(0.0), Some(-0.0), None]);
    apart(&[u128::MAX, u128::from(u64::MAX), 0, 1 << 64]);
    apart(&[i64::MIN, i64::MAX, 0, -1]);
    apart(&[NonZero::<u8>::MIN, NonZero::<u8>::MAX]);
    apart(&['a', 'A', '\u{e4}', '\0']);
    apart(&[true, false]);
    apart(&[Wrapping(0.0), Wrapping(-0.0)]);
    apart(&[Saturating(1_u8), Saturating(2)]);
    apart(&[Reverse(1), Reverse(2)]);
    apart(&[Ordering::Less, Ordering::Equal, Ordering::Greater]);
    apart(&[TypeId::of::<u8>(), TypeId::of::<i8>()]);
    apart(&[std::thread::current().id(), std::thread::spawn(|| std::thread::current().id()).join().unwrap()]);
}

#[test]
fn times_and_addresses_are_distinguished_by_all_their_parts() {
    let nanosecond = Duration::from_nanos(1);
    apart(&[Duration::ZERO, nanosecond, Duration::MAX, Duration::MAX - nanosecond, Duration::from_secs(1)]);
    let (now, today) = (Instant::now(), SystemTime::UNIX_EPOCH);
    let tick = Duration::from_micros(1);
    apart(&[now, now + tick]);
    apart(&[today, today + tick, today - tick]);
    let (v4, v6) = (Ipv4Addr::LOCALHOST, Ipv6Addr::LOCALHOST);
    apart(&[IpAddr::V4(v4), IpAddr::V6(v6), IpAddr::V6(v4.to_ipv6_mapped()), IpAddr::V6(v4.to_ipv6_compatible())]);
    let with = |port, flow, scope| SocketAddrV6::new(v6, port, flow, scope);
    let all = [with(1, 0, 0), with(2, 0, 0), with(1, 1, 0), with(1, 0, 1), with(1, 1, 1)];
    apart(&all);
    apart(&all.map(SocketAddr::V6));
    apart(&[SocketAddrV4::new(v4, 1), SocketAddrV4::new(v4, 2)]);
}

#[test]
fn texts_are_distinguished_by_their_bytes() {
    apart(&["", "a", "A", "a\0", "\u{e9}", "e\u{301}"]);
    apart(&["", "a", "b"].map(OsString::from));
    apart(&[c"", c"a", c"ab"]);
    #[cfg(unix)]
    {
        use std::os::unix::ffi::OsStrExt;
        apart(&[OsStr::from_bytes(b"\xff"), OsStr::from_bytes(b"\xfe"), OsStr::new("\u{fffd}")]);
        apart(&[Path::new(OsStr::from_bytes(b"\xff")), Path::new(OsStr::from_bytes(b"\xfe")), Path::new("\u{fffd}")]);
    }
}

#[test]
fn containers_are_distinguished_by_their_items_and_positions() {
    apart(&[None, Some(None), Some(Some(()))]);
    apart(&[Some(0_u8), None, Some(1)]);
    apart(&[Ok(1_u8), Err(1), Ok(2), Err(2)]);
    apart(&[vec![], vec![0_u8], vec![0, 0], vec![1, 0], vec![0, 1]]);
    apart(&[vec![vec![], vec![1_u8]], vec![vec![1], vec![]], vec![vec![1]], vec![vec![], vec![], vec![1]]]);
    apart(&[("a", "bc"), ("ab", "c"), ("", "abc"), ("abc", "")]);
    apart(&[[1, 2], [2, 1]]);
    apart(&[VecDeque::from([1, 2]), VecDeque::from([2, 1]), VecDeque::new()]);
    apart(&[LinkedList::from([1, 2]), LinkedList::from([2, 1]), LinkedList::new()]);
    apart(&[BTreeSet::from([1, 2]), BTreeSet::from([1]), BTreeSet::new()]);
    // In their order: a body sees which way a `Reverse` goes by the elements alone.
    apart(&[BTreeSet::from([Reverse(1), Reverse(2)]), BTreeSet::from([Reverse(1), Reverse(3)])]);
    apart(&[BTreeMap::from([(1, "a")]), BTreeMap::from([(1, "b")]), BTreeMap::from([(2, "a")]), BTreeMap::new()]);
    apart(&[BTreeMap::from([(1, 0.0), (2, 0.0)]), BTreeMap::from([(1, 0.0), (2, -0.0)])]);
    apart(&[PhantomData::<u8>]);
    apart(&[..]);
}

#[test]
fn ranges_are_distinguished_by_both_ends_and_by_whether_they_are_exhausted() {
    apart::<Range<usize>>(&[0..1, 0..2, 1..2, Range { start: 2, end: 1 }, 1..1]);
    apart::<RangeFrom<u8>>(&[(0..), (1..)]);
    apart::<RangeTo<u8>>(&[..0, ..1]);
    apart::<RangeToInclusive<u8>>(&[..=0, ..=1]);
    apart::<Range<f64>>(&[0.0..1.0, -0.0..1.0]);
    let mut ended = 0..=1;
    assert_eq!(ended.by_ref().count(), 2);
    assert_eq!((ended.start(), ended.end(), ended.is_empty()), (&1, &1, true));
    apart::<RangeInclusive<u8>>(&[ended, 1..=1, 0..=1, RangeInclusive::new(1, 0)]);
}

#[test]
fn objects_are_distinguished_by_identity_wherever_they_are() {
    let (a, b) = (Arc::new(1), Arc::new(1));
    let pair = || [Arc::clone(&a), Arc::clone(&b)];
    apart(&pair());
    apart(&pair().map(Some));
    apart(&pair().map(|arc| VecDeque::from([arc])));
    apart(&pair().map(|arc| BTreeMap::from([(1, arc)])));
    apart(&pair().map(|arc| (1.0, Ok::<_, ()>(arc))));
    apart(&[Anchored::new(1), Anchored::new(1)]);
    // Those of no size, too.
    apart(&[Arc::new(()), Arc::new(())]);
}

#[test]
fn one_value_is_one_key_in_every_form() {
    alike!(
        *"ab",
        "ab",
        &"ab".to_owned(),
        "ab".to_owned(),
        Box::<str>::from("ab"),
        Box::new("ab".to_owned()),
        Cow::from("ab")
    );
    let path = Path::new("a//b");
    alike!(
        *path,
        path,
        &path.to_owned(),
        path.to_owned(),
        Box::<Path>::from(path),
        Cow::from(path),
        Cow::from(path.to_owned())
    );
    let os = OsStr::new("ab");
    alike!(*os, os, &os.to_owned(), os.to_owned(), Box::<OsStr>::from(os), Cow::from(os));
    let c: &CStr = c"ab";
    alike!(*c, c, &c.to_owned(), c.to_owned(), Box::<CStr>::from(c), Cow::from(c), CString::from(c));
    let slice: &[u8] = &[1, 2];
    alike!(
        *slice,
        slice,
        [1_u8, 2],
        &[1_u8, 2],
        vec![1_u8, 2],
        &vec![1_u8, 2],
        Box::<[u8]>::from(slice),
        Cow::from(slice)
    );
    let none: &[String] = &[];
    let empty: [String; 0] = [];
    alike!(*none, none, empty, Vec::<String>::new());
    alike!([1, 2], VecDeque::from([1, 2]), BTreeSet::from([2, 1]), LinkedList::from([1, 2]));
    alike!([(1, "a".to_owned())], BTreeMap::from([(1, "a")]), vec![(1, Cow::from("a"))]);
    alike!(Some("a"), Some("a".to_owned()), &Some(Cow::from("a")));
    alike!(1, &1, Box::new(1));
    alike!((1, "a"), (1, "a".to_owned()), &(1, "a"));
    let arc = Arc::new(1);
    alike!(arc, Arc::clone(&arc), &arc, Box::new(Arc::clone(&arc)));
    let unsized_: Arc<dyn Debug + Send + Sync> = arc.clone();
    alike!(arc, unsized_);
}

#[test]
fn a_slice_of_foreign_values_is_a_key_by_value_and_a_hit_copies_nothing() {
    #[derive(Clone, PartialEq, Eq, Hash, Debug)]
    struct Feature(String);
    #[weak_memo]
    fn shape(font: &Arc<String>, #[memo(value)] features: &[Feature], #[memo(value)] name: &str) -> String {
        format!("{font}{features:?}{name}")
    }
    let (font, features) = (Arc::new("f".to_owned()), [Feature("a".to_owned()), Feature("b".to_owned())]);
    let answer = shape(&font, &features, "n");
    assert_eq!(answer, shape_memo().compute((&font, &features, "n")));
    assert_ne!(answer, shape(&font, &features[..1], "n"));
    assert_ne!(answer, shape(&font, &features, "m"));
    assert_ne!(answer, shape(&font, &[], "n"));
    #[weak_memo]
    fn count(font: &Arc<String>, #[memo(value)] features: &[Feature]) -> usize {
        font.len() + features.len()
    }
    count(&font, &features);
    let before = memo_tests::allocations();
    count(&font, &features);
    assert_eq!(memo_tests::allocations(), before);
    assert_eq!(count_memo().stats().hits, 1);
}

#[test]
fn an_arc_of_a_text_marked_as_a_value_is_a_key_by_content() {
    #[weak_memo]
    fn by_identity(owner: &Arc<u8>, text: &Arc<str>) -> usize {
        usize::from(**owner) + text.len()
    }
    #[weak_memo]
    fn by_content(owner: &Arc<u8>, #[memo(value)] text: &Arc<str>) -> usize {
        usize::from(**owner) + text.len()
    }
    let (owner, texts) = (Arc::new(1), [Arc::<str>::from("text"), Arc::from("text")]);
    for text in &texts {
        assert_eq!((by_identity(&owner, text), by_content(&owner, text)), (5, 5));
    }
    assert_eq!((by_identity_memo().stats().computes, by_content_memo().stats().computes), (2, 1));
}

#[test]
fn collections_and_ranges_are_keys_of_memos() {
    #[weak_memo]
    fn all(
        text: &Arc<String>,
        map: &BTreeMap<String, Vec<u32>>,
        set: BTreeSet<&str>,
        deque: &VecDeque<u8>,
        range: Range<usize>,
        outcome: &Result<u8, String>,
    ) -> String {
        format!("{}{map:?}{set:?}{deque:?}{outcome:?}", &text[range])
    }
    #[weak_memo(capacity = unbounded)]
    fn lent(text: &Arc<String>, range: Range<usize>, set: BTreeSet<u8>) -> &String {
        format!("{}{set:?}", &text[range])
    }
    #[weak_memo]
    fn ranges_first(range: &Range<usize>, text: &Arc<String>) -> String {
        text[range.clone()].to_owned()
    }
    let text = Arc::new("some text".to_owned());
    let map = BTreeMap::from([("a".to_owned(), vec![1]), ("b".to_owned(), vec![])]);
    let deque = VecDeque::from([1, 2]);
    for range in [0..4, 5..9] {
        let set = || BTreeSet::from(["a", "b"]);
        let answer = all(&text, &map, set(), &deque, range.clone(), &Ok(1));
        assert_eq!(answer, all_memo().compute((&text, &map, set(), &deque, range.clone(), &Ok(1))));
        assert_ne!(answer, all(&text, &BTreeMap::new(), set(), &deque, range.clone(), &Ok(1)));
        assert_ne!(answer, all(&text, &map, set(), &deque, range.clone(), &Err(String::new())));
        assert_eq!(*lent(&text, range.clone(), BTreeSet::from([1])), format!("{}{{1}}", &text[range.clone()]));
        assert_eq!(ranges_first(&range, &text), text[range]);
    }
}

/// A weak argument ends the result wherever in a collection it is.
#[test]
fn the_death_of_an_object_in_a_collection_ends_the_result() {
    #[weak_memo]
    fn f(owner: &Arc<u8>, others: &BTreeMap<u8, VecDeque<Result<Arc<u8>, u8>>>) -> usize {
        usize::from(**owner) + others.len()
    }
    let (owner, other) = (Arc::new(1), Arc::new(2));
    let others = BTreeMap::from([(1, VecDeque::from([Err(1), Ok(Arc::clone(&other))]))]);
    assert_eq!((f(&owner, &others), f(&owner, &others), f_memo().len()), (2, 2, 1));
    assert_eq!((f_memo().stats().hits, Arc::strong_count(&other)), (1, 2));
    drop((others, other));
    assert_eq!(f_memo().len(), 0);
}

/// A few keys of an owner are looked at one by one, more are found by an index.
#[test]
fn every_key_is_found_however_many_were_added_or_forgotten() {
    #[weak_memo]
    fn f(owner: &Rc<u32>, key: u32) -> u32 {
        **owner + key
    }
    let owner = Rc::new(100);
    for keys in [1, 2, 3, 4, 5, 6, 9, 40, 5, 4, 3, 1] {
        let before = f_memo().stats().computes;
        for _ in 0..2 {
            assert!((0..keys).all(|key| f(&owner, key) == 100 + key), "of {keys}");
        }
        assert_eq!((f_memo().stats().computes - before, f_memo().len()), (u64::from(keys), keys as usize));
        for key in (0..keys).step_by(2) {
            assert!(f_memo().forget((&owner, key)));
            assert_eq!((f_memo().get((&owner, key)), f_memo().forget((&owner, key))), (None, false));
        }
        assert!((0..keys).skip(1).step_by(2).all(|key| f_memo().get((&owner, key)) == Some(100 + key)));
        f_memo().clear();
    }
}

#[test]
fn a_skipped_argument_by_value_is_dropped_once_on_a_hit_and_on_a_miss() {
    struct Log(Rc<Cell<u32>>);
    impl Drop for Log {
        fn drop(&mut self) {
            self.0.set(self.0.get() + 1);
        }
    }
    #[weak_memo]
    fn f(owner: &Arc<u32>, #[memo(skip)] log: Log) -> u32 {
        assert_eq!(log.0.get(), 0, "the body has it");
        drop(log);
        **owner
    }
    #[weak_memo]
    fn text(owner: &Arc<u32>, #[memo(skip)] log: Log) -> String {
        format!("{owner} {}", log.0.get())
    }
    let owner = Arc::new(7);
    for _ in 0..2 {
        let ends = Rc::new(Cell::new(0));
        assert_eq!((f(&owner, Log(Rc::clone(&ends))), ends.get()), (7, 1));
        ends.set(0);
        assert_eq!((text(&owner, Log(Rc::clone(&ends))), ends.get()), ("7 0".to_owned(), 1));
    }
}

#[test]
fn a_value_is_kept_as_a_copy_that_lives_as_long_as_the_owner() {
    #[derive(Clone, PartialEq, Eq, Hash)]
    struct Name(String);
    #[weak_memo]
    fn f(owner: &Anchored<u8>, #[memo(value)] key: &Name) -> usize {
        key.0.len() + usize::from(**owner)
    }
    let owner = Anchored::new(0);
    let (k1, k2) = (Name("key".to_owned()), Name("key".to_owned()));
    f(&owner, &k1);
    drop(k1);
    f(&owner, &k2);
    assert_eq!(f_memo().stats().hits, 1, "a copy was kept: the first key's death means nothing");
    drop(k2);
    assert_eq!(f_memo().len(), 1);
    drop(owner);
    assert_eq!(f_memo().len(), 0);
}

#[test]
fn a_value_is_hashed_once_in_each_call_and_never_when_dropped() {
    thread_local! {
        static HASHES: Cell<usize> = const { Cell::new(0) };
    }
    #[derive(Clone, PartialEq, Eq)]
    struct Key(u32);
    impl Hash for Key {
        fn hash<H: Hasher>(&self, state: &mut H) {
            HASHES.set(HASHES.get() + 1);
            self.0.hash(state);
        }
    }
    #[weak_memo(capacity = 4)]
    fn f(owner: &Rc<u32>, #[memo(value)] key: &Key) -> u32 {
        **owner + key.0
    }
    let owner = Rc::new(1);
    // Misses, growth of the table, evictions; then hits; then everything goes.
    for n in 0..50 {
        f(&owner, &Key(n));
        assert_eq!(HASHES.replace(0), 1, "at miss number {n}");
    }
    f(&owner, &Key(49));
    assert_eq!(HASHES.replace(0), 1, "at a hit");
    f_memo().forget((&owner, &Key(49)));
    f_memo().insert((&owner, &Key(49)), 1);
    f_memo().refresh((&owner, &Key(49)));
    assert_eq!(HASHES.replace(0), 3);
    f_memo().clear();
    drop(owner);
    sweep();
    assert_eq!(HASHES.get(), 0);
}

#[test]
fn a_thousand_keys_of_one_hash_are_all_found() {
    #[derive(Clone, PartialEq, Eq)]
    struct Colliding(u32);
    impl Hash for Colliding {
        fn hash<H: Hasher>(&self, state: &mut H) {
            state.write_u32(42);
        }
    }
    #[weak_memo]
    fn f(owner: &Anchored<u32>, #[memo(value)] key: &Colliding) -> u32 {
        **owner + key.0
    }
    watchdog(|| {
        let owner = Anchored::new(1);
        for _ in 0..2 {
            for number in 0..1_000 {
                assert_eq!(f(&owner, &Colliding(number)), 1 + number);
            }
        }
        assert_eq!((f_memo().stats().computes, f_memo().stats().hits), (1_000, 1_000));
    });
}

/// A few keys lie in the cell, more in pages beside it; a few cells are walked, and more are found through a directory.
#[test]
fn any_number_of_keys_of_any_number_of_memos_is_found_on_one_object() {
    #[weak_memo(capacity = unbounded)]
    fn by_clone<const MEMO: u32>(owner: &Arc<u32>, key: u32, more: f64) -> u64 {
        let _ = more;
        expected(**owner + MEMO, key)
    }
    #[weak_memo(capacity = unbounded)]
    fn lent<const MEMO: u32>(owner: &Arc<u32>, key: u32) -> &u64 {
        expected(**owner + MEMO, key)
    }
    fn expected(of_memo: u32, key: u32) -> u64 {
        1_000_000 * u64::from(of_memo) + u64::from(key)
    }
    fn ask<const MEMO: u32>(owner: &Arc<u32>, keys: u32) {
        for key in 0..keys {
            let expected = expected(1 + MEMO, key);
            assert_eq!((by_clone::<MEMO>(owner, key, 0.0), *lent::<MEMO>(owner, key)), (expected, expected));
        }
    }
    fn ask_all(owner: &Arc<u32>, keys: u32) {
        ask::<0>(owner, keys);
        ask::<1>(owner, keys);
        ask::<2>(owner, keys);
        ask::<3>(owner, keys);
        ask::<4>(owner, keys);
        ask::<5>(owner, keys);
    }
    watchdog(|| {
        for keys in [1, 7, 8, 50, 2_000] {
            let owner = Arc::new(1);
            ask::<0>(&owner, keys);
            let before = by_clone_memo::<0>().stats();
            ask::<0>(&owner, keys);
            let after = by_clone_memo::<0>().stats();
            assert_eq!((after.hits - before.hits, after.misses), (u64::from(keys), before.misses));
            for _ in 0..2 {
                ask_all(&owner, keys);
            }
            let of = [by_clone_memo::<5>().stats(), lent_memo::<5>().stats()];
            assert!(of.iter().all(|stats| stats.computes == stats.hits), "{of:?}");
        }
    });
}
