//! Which arguments a result is found by.

use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;

use memo_core::{Anchor, Anchored, HasAnchor, weak_memo};
use memo_store::ContentKey;

use super::{Fleet, are_apart, here, is_shared, runs};

#[derive(ContentKey, HasAnchor, Default)]
struct Doc {
    text: String,
    #[content(skip)]
    anchor: Anchor,
}

fn doc(text: &str) -> Doc {
    Doc { text: text.to_owned(), anchor: Anchor::new() }
}

fn text() -> Arc<String> {
    Arc::new("one two three".to_owned())
}

#[weak_memo(store = here(), version = 1)]
fn words(text: &Arc<String>) -> usize {
    runs();
    text.split_whitespace().count()
}

#[test]
fn a_free_function_is_shared() {
    is_shared(text, words);
    are_apart(["a", "b"], |of| words(&Arc::new(of.to_owned())));
}

#[weak_memo(store = here(), version = 1)]
fn padded(width: usize, text: &Arc<String>, fill: &str) -> String {
    runs();
    format!("{text}{}", fill.repeat(width))
}

#[test]
fn all_arguments_count() {
    is_shared(text, |text| padded(2, text, "."));
    are_apart([(2, "a", "."), (3, "a", "."), (2, "b", "."), (2, "a", "!")], |(width, text, fill)| {
        let text = Arc::new(text.to_owned());
        let result = padded(width, &text, fill);
        (text, result)
    });
}

impl Doc {
    #[weak_memo(store = here(), version = 1)]
    fn lines(&self) -> usize {
        runs();
        self.text.lines().count()
    }

    #[weak_memo(store = here(), version = 1)]
    fn of(self: &Arc<Self>, from: usize) -> String {
        runs();
        self.text[from..].to_owned()
    }

    #[weak_memo(store = here(), version = 1)]
    fn taken(#[memo(owner)] self: Arc<Self>, suffix: String) -> String {
        runs();
        self.text.clone() + &suffix
    }

    #[weak_memo(associated, store = here(), version = 1)]
    fn parsed(text: &Arc<String>) -> usize {
        runs();
        text.len()
    }
}

#[test]
fn methods_are_shared() {
    is_shared(|| doc("a\nb"), Doc::lines);
    is_shared(|| Arc::new(doc("abc")), |doc| doc.of(1));
    is_shared(|| Arc::new(doc("abc")), |doc| Arc::clone(doc).taken("d".to_owned()));
    is_shared(text, Doc::parsed);
}

struct Tagged<T>(T, Anchor);

impl<T> HasAnchor for Tagged<T> {
    fn anchor(&self) -> &Anchor {
        &self.1
    }
}

impl<T> ContentKey for Tagged<T> {
    fn feed(&self, _: &mut memo_store::ContentHasher) {}
}

impl<T: Send + Sync> Tagged<T> {
    #[weak_memo(store = here(), version = 1)]
    fn size(&self) -> usize {
        runs();
        size_of::<T>()
    }
}

#[test]
fn the_types_of_a_generic_impl_are_told_apart() {
    is_shared(|| Tagged(1_u8, Anchor::new()), Tagged::size);
    let fleet = Fleet::new();
    let (small, large) = (Tagged(1_u8, Anchor::new()), Tagged(1_u64, Anchor::new()));
    assert_eq!(fleet.within(0, || small.size()), (1, 1));
    assert_eq!(fleet.within(1, || large.size()), (8, 1));
}

#[weak_memo(store = here(), version = 1)]
fn size_in<T, const N: usize>(text: &Arc<String>) -> usize {
    runs();
    text.len() * size_of::<[T; N]>()
}

#[test]
fn the_parameters_of_a_generic_function_are_told_apart() {
    is_shared(text, size_in::<u8, 2>);
    let fleet = Fleet::new();
    let text = Arc::new("abc".to_owned());
    assert_eq!(fleet.within(0, || size_in::<u8, 2>(&text)), (6, 1));
    assert_eq!(fleet.within(1, || size_in::<u8, 3>(&text)), (9, 1));
    assert_eq!(fleet.within(1, || size_in::<u16, 2>(&text)), (12, 1));
    assert_eq!(fleet.within(1, || size_in::<u8, 2>(&Arc::clone(&text))), (6, 0), "remembered");
}

#[weak_memo(store = here(), version = 1)]
fn shown<T: ContentKey + ToString + Send + Sync + 'static>(of: &Arc<T>, suffix: &str) -> String {
    runs();
    of.to_string() + suffix
}

#[test]
fn generic_arguments_are_told_apart_by_content() {
    is_shared(|| Arc::new(7), |seven: &Arc<u32>| shown(seven, "!"));
    let fleet = Fleet::new();
    assert_eq!(fleet.within(0, || shown(&Arc::new(7_u8), "!")).1, 1);
    assert_eq!(fleet.within(1, || shown(&Arc::new(7_u16), "!")).1, 1);
}

#[weak_memo(store = here(), version = 1)]
fn together(one: &Arc<String>, other: &Anchored<String>) -> String {
    runs();
    format!("{one} {}", **other)
}

#[test]
fn the_content_of_every_weak_argument_counts() {
    is_shared(|| (text(), Anchored::new("other".to_owned())), |(one, other)| together(one, other));
    are_apart([("a", "b"), ("a", "c"), ("d", "b")], |(one, other)| {
        let (one, other) = (Arc::new(one.to_owned()), Anchored::new(other.to_owned()));
        let result = together(&one, &other);
        (one, other, result)
    });
}

#[test]
fn what_either_of_two_arguments_holds_dies_with_it() {
    let fleet = Fleet::new();
    let (one, other) = (text(), Anchored::new("other".to_owned()));
    fleet.within(0, || together(&one, &other));
    assert_eq!(fleet.engine.memory.holds(), 1);
    drop(other);
    fleet.nothing_is_held();
    drop(one);
}

#[weak_memo(store = here(), version = 1)]
fn moved(#[memo(owner)] text: Arc<String>, other: Arc<String>, parts: Vec<u32>) -> usize {
    runs();
    text.len() + other.len() + parts.len()
}

#[test]
fn arguments_passed_by_value_are_the_bodys() {
    is_shared(|| (text(), text()), |(one, other)| moved(Arc::clone(one), Arc::clone(other), vec![1, 2]));
    are_apart([vec![1], vec![1, 2]], |parts| moved(text(), text(), parts));
}

#[weak_memo(store = here(), version = 1)]
fn local(text: &Rc<String>, other: &Rc<u32>) -> usize {
    runs();
    text.len() + **other as usize
}

#[weak_memo(local, store = here(), version = 1)]
fn local_by_option(text: &Arc<String>, other: &Rc<u32>) -> usize {
    runs();
    text.len() + **other as usize
}

#[test]
fn memos_of_one_thread_are_shared_with_other_processes() {
    is_shared(|| (Rc::new("text".to_owned()), Rc::new(3)), |(text, other)| local(text, other));
    is_shared(|| (text(), Rc::new(3)), |(text, other)| local_by_option(text, other));
}

#[weak_memo(store = here(), version = 1)]
fn logged(text: &Arc<String>, #[memo(skip)] log: &mut Vec<usize>, #[memo(skip)] _never: fn()) -> usize {
    runs();
    log.push(text.len());
    text.len()
}

#[test]
fn what_is_skipped_does_not_count() {
    fn never() {}
    is_shared(text, |text| logged(text, &mut Vec::new(), never));
    is_shared(text, |text| logged(text, &mut vec![1], never));
}

/// Without a content.
struct Options {
    width: usize,
    name: &'static str,
}

#[weak_memo(store = here(), version = 1)]
fn cut(text: &Arc<String>, #[memo(key = options.width.min(100))] options: &Options) -> String {
    runs();
    text.chars().take(options.width.min(100)).collect()
}

#[test]
fn a_key_expression_stands_for_its_parameter() {
    is_shared(text, |text| cut(text, &Options { width: 3, name: "a" }));
    let fleet = Fleet::new();
    let calls = [(300, "a", 1), (200, "b", 0), (2, "b", 1)];
    for (width, name, computed) in calls {
        let options = Options { width, name };
        assert_eq!(fleet.within(width % 2, || cut(&text(), &options)).1, computed, "{}", options.name);
    }
}

struct Versioned {
    text: String,
    version: Cell<u32>,
}

impl ContentKey for Versioned {
    fn feed(&self, hasher: &mut memo_store::ContentHasher) {
        hasher.part(&self.text);
    }
}

#[weak_memo(store = here(), version = 1)]
fn at_version(#[memo(key = of.version.get())] of: &Rc<Versioned>) -> String {
    runs();
    format!("{} {}", of.text, of.version.get())
}

#[test]
fn the_key_of_an_owner_counts_beside_its_content() {
    let of = |text: &str| Rc::new(Versioned { text: text.to_owned(), version: Cell::new(1) });
    is_shared(|| of("a"), at_version);
    let fleet = Fleet::new();
    let (a, b) = (of("a"), of("b"));
    assert_eq!(fleet.within(0, || at_version(&a)), ("a 1".to_owned(), 1));
    assert_eq!(fleet.within(1, || at_version(&b)), ("b 1".to_owned(), 1), "another object of the same version");
    a.version.set(2);
    assert_eq!(fleet.within(1, || at_version(&a)), ("a 2".to_owned(), 1));
}

thread_local!(static LOCALE: Cell<&'static str> = const { Cell::new("en") });

#[weak_memo(context = (LOCALE.get(), loud.len()), store = here(), version = 1)]
fn greeting(name: &Arc<String>, #[memo(skip)] loud: String) -> String {
    runs();
    format!("{} {name}{loud}", LOCALE.get())
}

#[test]
fn the_context_counts() {
    is_shared(text, |text| greeting(text, "!".to_owned()));
    are_apart([("en", 1), ("de", 1), ("de", 2)], |(locale, loud)| {
        LOCALE.set(locale);
        greeting(&text(), "!".repeat(loud))
    });
}

#[weak_memo(store = here(), version = 1)]
fn patterned(text: &Arc<String>, (a, mut b): (u32, u32), mut c: u32) -> u32 {
    runs();
    b += a;
    c += b;
    c + text.len() as u32
}

#[test]
fn patterns_are_bound_in_the_body() {
    is_shared(text, |text| patterned(text, (1, 2), 3));
    are_apart([(1, 2, 3), (2, 2, 3), (1, 3, 3), (1, 2, 4)], |(a, b, c)| patterned(&text(), (a, b), c));
}

/// The expression sees the arguments by reference, whether or not they are passed so.
#[weak_memo(store = if width > &0 && prefix.len() < 100 { here() } else { None }, version = 1)]
fn conditional(text: &Arc<String>, width: usize, prefix: String) -> String {
    runs();
    prefix + &text[..width]
}

#[test]
fn the_store_is_chosen_by_call() {
    is_shared(text, |text| conditional(text, 2, "a".to_owned()));
    let fleet = Fleet::new();
    assert_eq!(fleet.within(0, || conditional(&text(), 0, "a".to_owned())).1, 1);
    assert_eq!((fleet.gets(), fleet.engine.memory.len()), (0, 0));
}
