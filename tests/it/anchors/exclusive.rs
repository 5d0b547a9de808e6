//! What `&mut` access to the owner allows a memo that lends: `take`, `replace`, `clear_owner`.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::sync::{Arc, Mutex};

use memo_core::{
    Anchor, Anchored, HasAnchor, HasAnchorMut, HasLocalAnchor, LocalAnchor, LocalAnchored, RemovalCause, memos,
    weak_memo,
};
use memo_tests::{Tally, Token, alone, watchdog};

#[derive(HasAnchor)]
struct Doc {
    tally: Tally,
    text: String,
    anchor: Anchor,
}

impl Doc {
    fn new(tally: &Tally, text: &str) -> Self {
        Self { tally: tally.clone(), text: text.to_owned(), anchor: Anchor::new() }
    }

    #[weak_memo]
    fn length(&self) -> &usize {
        self.text.len()
    }

    fn forget_length(&mut self) -> Option<usize> {
        Self::length_memo().take(self)
    }
}

#[test]
fn one_result_without_a_key() {
    #[weak_memo]
    fn token(doc: &Doc) -> &(Token, String) {
        (doc.tally.token(), doc.text.clone())
    }
    #[weak_memo]
    fn other(doc: &Doc) -> &(Token, usize) {
        (doc.tally.token(), doc.text.len())
    }
    let tally = Tally::new();
    let mut doc = Doc::new(&tally, "a");
    assert!(token_memo().take(&mut doc).is_none());
    token(&doc);
    let kept = other(&doc).1;
    let taken = token_memo().take(&mut doc).expect("there is one");
    assert_eq!((&*taken.1, tally.alive(), tally.clones()), ("a", 2, 0), "moved out, not copied");
    drop(taken);
    assert_eq!((token_memo().get(&doc).is_none(), tally.alive()), (true, 1));
    assert!(other_memo().get(&doc).is_some_and(|(_, there)| *there == kept), "no other memo's");
    // The cell is used again: by a compute, by what is put in.
    assert_eq!((&*token(&doc).1, token_memo().stats().computes), ("a", 2));
    let old = token_memo().replace(&mut doc, (tally.token(), String::from("b")));
    assert_eq!(old.as_ref().map(|(_, text)| &**text), Some("a"));
    drop(old);
    assert_eq!((&*token(&doc).1, token_memo().stats().computes, tally.alive()), ("b", 2, 2));
    assert_eq!((token_memo().clear_owner(&mut doc), token_memo().clear_owner(&mut doc), tally.alive()), (1, 0, 1));
    assert!(token_memo().replace(&mut doc, (tally.token(), String::from("c"))).is_none());
    assert_eq!(&*token(&doc).1, "c");
    drop(doc);
    assert_eq!(tally.alive(), 0);
    let stats = token_memo().stats();
    assert_eq!((stats.computes, stats.inserts, stats.cleared, stats.replaced, stats.dropped), (2, 2, 2, 1, 1));
}

#[test]
fn one_result_of_many() {
    #[weak_memo(capacity = unbounded)]
    fn times<'a>(doc: &'a Doc, n: usize, with: &str) -> &'a (Token, String) {
        (doc.tally.token(), doc.text.repeat(n) + with)
    }
    let tally = Tally::new();
    let mut doc = Doc::new(&tally, "ab");
    let with = String::from("!");
    for n in 0..100 {
        times(&doc, n, &with);
    }
    assert!(times_memo().take((&mut doc, 100, "!")).is_none());
    let taken = times_memo().take((&mut doc, 2, &with)).expect("there is one");
    assert_eq!((&*taken.1, tally.clones()), ("abab!", 0));
    assert_eq!((times_memo().get((&doc, 2, "!")).is_none(), times_memo().get((&doc, 3, "!")).is_some()), (true, true));
    assert!(times_memo().replace((&mut doc, 2, "!"), taken).is_none());
    assert_eq!((&*times(&doc, 2, "!").1, times_memo().stats().computes), ("abab!", 100));
    let old = times_memo().replace((&mut doc, 3, "!"), (tally.token(), String::new()));
    assert_eq!((&*old.expect("there was one").1, &*times(&doc, 3, "!").1), ("ababab!", ""));
    assert_eq!((times_memo().len(), tally.alive()), (100, 100));
    assert_eq!((times_memo().clear_owner(&mut doc), tally.alive(), times_memo().len()), (100, 0, 0));
    times(&doc, 1, "");
    drop(doc);
    assert_eq!((tally.alive(), times_memo().stats().entries), (0, 0));
}

/// Wherever the owner is, whatever the other arguments are.
#[test]
fn with_arguments_of_every_kind() {
    #[weak_memo(capacity = unbounded)]
    fn second<'a>(
        n: u8,
        #[memo(owner)] doc: &'a Doc,
        other: &'a Arc<String>,
        #[memo(skip)] log: &mut Vec<u8>,
    ) -> Result<&'a [u8], String> {
        log.push(n);
        doc.text.parse::<u8>().map(|m| vec![m, n, other.len() as u8]).map_err(|_| String::from("no number"))
    }
    #[weak_memo(capacity = unbounded)]
    fn versioned(#[memo(owner, key = doc.text.as_str())] doc: &Doc) -> Option<&str> {
        doc.text.get(1..).map(str::to_owned)
    }
    #[weak_memo]
    fn generic<T: HasAnchor>(of: &T) -> &'_ str {
        format!("{:p}", of.anchor())
    }
    let tally = Tally::new();
    let mut doc = Doc::new(&tally, "12");
    let (other, mut log) = (Arc::new(String::new()), Vec::new());
    assert_eq!(second(1, &doc, &other, &mut log), Ok(&[12, 1, 0][..]));
    assert_eq!(second_memo().take((1, &mut doc, &other, &mut log)), Some(Ok(vec![12, 1, 0])));
    assert_eq!(second_memo().replace((1, &mut doc, &other, &mut log), Ok(vec![3])), None);
    assert_eq!(second(1, &doc, &other, &mut log), Ok(&[3][..]));
    assert_eq!(
        second_memo().replace((1, &mut doc, &other, &mut log), Err(String::from("not kept"))),
        Some(Ok(vec![3]))
    );
    assert_eq!(second_memo().get((1, &doc, &other, &mut log)), None);
    // A weak argument ends what was put in, as it does what was computed.
    assert_eq!(second_memo().replace((1, &mut doc, &other, &mut log), Ok(vec![4])), None);
    drop(other);
    assert_eq!(second_memo().len(), 0);

    versioned(&doc);
    doc.text.push('3');
    versioned(&doc);
    assert_eq!(versioned_memo().take(&mut doc), Some(Some(String::from("23"))));
    doc.text.pop();
    assert_eq!(versioned_memo().take(&mut doc), Some(Some(String::from("2"))));
    generic(&doc);
    assert!(generic_memo::<Doc>().take(&mut doc).is_some());
    doc.length();
    assert_eq!((doc.forget_length(), doc.forget_length(), log.len()), (Some(2), None, 1));
}

#[test]
fn of_objects_in_wrappers_and_of_one_thread() {
    #[derive(HasLocalAnchor)]
    struct Tree(LocalAnchor);

    #[weak_memo]
    fn wrapped(text: &Anchored<String>) -> &str {
        text.to_uppercase()
    }
    #[weak_memo]
    fn unsized_one(list: &Anchored<[u8]>) -> &usize {
        list.len()
    }
    #[weak_memo]
    fn local(text: &LocalAnchored<String>) -> &Rc<str> {
        text.as_str().into()
    }
    #[weak_memo(capacity = unbounded)]
    fn tree(_of: &Tree, n: u8) -> &Rc<u8> {
        Rc::new(n)
    }
    let mut text = Anchored::new(String::from("a"));
    wrapped(&text);
    assert_eq!(wrapped_memo().take(&mut text).as_deref(), Some("A"));
    let list: &mut Anchored<[u8]> = &mut Anchored::new([1, 2]);
    unsized_one(list);
    assert_eq!(unsized_one_memo().take(list), Some(2));
    let mut text = LocalAnchored::new(String::from("a"));
    let lent = local(&text).clone();
    assert!(Rc::ptr_eq(&lent, &local_memo().take(&mut text).expect("there is one")));
    let mut of = Tree(LocalAnchor::new());
    tree(&of, 1);
    assert_eq!(tree_memo().replace((&mut of, 1), Rc::new(5)).as_deref(), Some(&1));
    assert_eq!((**tree(&of, 1), tree_memo().clear_owner(&mut of)), (5, 1));
}

/// Listeners are told, before the result is handed out.
#[test]
fn listeners_are_told() {
    #[weak_memo]
    fn length(doc: &Doc) -> &usize {
        doc.text.len()
    }
    #[weak_memo(capacity = unbounded)]
    fn times(doc: &Doc, n: usize) -> &usize {
        doc.text.len() * n
    }
    let heard = Arc::new(Mutex::new(Vec::new()));
    for memo in [0, 1] {
        let heard = heard.clone();
        let tell = move |cause, value: usize| heard.lock().unwrap().push((memo, cause, value));
        match memo {
            0 => length_memo().on_removal(move |removal| tell(removal.cause(), *removal.value().unwrap())),
            _ => times_memo().on_removal(move |removal| tell(removal.cause(), *removal.value().unwrap())),
        };
    }
    let mut doc = Doc::new(&Tally::new(), "abc");
    length(&doc);
    length_memo().take(&mut doc);
    length(&doc);
    length_memo().replace(&mut doc, 4);
    length_memo().clear_owner(&mut doc);
    times(&doc, 2);
    times_memo().take((&mut doc, 2));
    times(&doc, 2);
    times_memo().replace((&mut doc, 2), 7);
    times_memo().clear_owner(&mut doc);
    let (cleared, replaced) = (RemovalCause::Cleared, RemovalCause::Replaced);
    let all = [(cleared, 3), (replaced, 3), (cleared, 4), (cleared, 6), (replaced, 6), (cleared, 7)];
    let heard = heard.lock().unwrap();
    let told: Vec<_> = heard.iter().map(|&(_, cause, value)| (cause, value)).collect();
    assert_eq!(told, all);
}

/// Law 8: destructors that panic, in what is cleared and in the key.
#[test]
fn panics_leave_no_trace() {
    struct Bomb {
        armed: bool,
        _token: Token,
    }
    impl Drop for Bomb {
        fn drop(&mut self) {
            assert!(!self.armed, "as asked");
        }
    }
    #[weak_memo(capacity = unbounded)]
    fn bomb(doc: &Doc, armed: bool, n: u8) -> &Bomb {
        let _ = n;
        Bomb { armed, _token: doc.tally.token() }
    }
    #[weak_memo(capacity = unbounded)]
    fn computed(doc: &Doc, #[memo(key = { assert_ne!(*n, 7, "as asked"); *n })] n: u8) -> &Token {
        let _ = n;
        doc.tally.token()
    }
    watchdog(|| {
        let tally = Tally::new();
        let mut doc = Doc::new(&tally, "");
        for n in 0..4 {
            bomb(&doc, n == 2, n);
        }
        let end = catch_unwind(AssertUnwindSafe(|| bomb_memo().clear_owner(&mut doc)));
        assert_eq!((end.is_err(), bomb_memo().len(), tally.alive()), (true, 0, 0), "the rest goes, too");
        bomb(&doc, false, 1);
        computed(&doc, 1);
        assert!(catch_unwind(AssertUnwindSafe(|| computed_memo().take((&mut doc, 7)))).is_err());
        assert_eq!((tally.alive(), computed_memo().take((&mut doc, 1)).is_some()), (2, true));
    });
}

/// Two handles of one shared anchor: an implementation that gives one out has no `HasAnchorMut`. And one that gives out by `&mut` another
/// than by `&` makes the methods wrong, and nothing worse: the key is made of the one, the result is that of the other.
#[test]
fn another_anchor_by_mut_is_only_wrong() {
    struct Two(Anchor, Anchor, String);
    impl HasAnchor for Two {
        fn anchor(&self) -> &Anchor {
            &self.0
        }
    }
    impl HasAnchorMut for Two {
        fn anchor_mut(&mut self) -> &mut Anchor {
            &mut self.1
        }
    }
    #[weak_memo]
    fn text(two: &Two) -> &str {
        two.2.clone()
    }
    #[weak_memo(capacity = unbounded)]
    fn repeat(two: &Two, n: usize) -> &str {
        two.2.repeat(n)
    }
    let mut two = Two(Anchor::new(), Anchor::new(), String::from("a"));
    text(&two);
    repeat(&two, 2);
    assert_eq!((text_memo().take(&mut two), repeat_memo().take((&mut two, 2))), (None, None));
    assert_eq!(repeat_memo().replace((&mut two, 2), String::from("b")), None);
    assert_eq!((text(&two), repeat(&two, 2)), ("a", "aa"));
    assert_eq!(repeat_memo().take((&mut two, 2)).as_deref(), Some("b"));
    assert_eq!((text_memo().clear_owner(&mut two), repeat_memo().clear_owner(&mut two)), (0, 0));
}

/// As when their objects die (law 4).
#[test]
fn a_chain_of_owners_in_results_goes_one_by_one() {
    struct Link(u32);
    #[weak_memo(may_return_owner)]
    fn next(link: &Anchored<Link>) -> &Option<Arc<Anchored<Link>>> {
        (link.0 > 0).then(|| Arc::new(Anchored::new(Link(link.0 - 1))))
    }
    watchdog(|| {
        let mut first = Anchored::new(Link(50_000));
        let mut at = next(&first).clone();
        while let Some(link) = at {
            at = next(&link).clone();
        }
        let small = std::thread::Builder::new().stack_size(128 << 10);
        std::thread::scope(|scope| {
            let clear = || next_memo().clear_owner(&mut first);
            assert_eq!(small.spawn_scoped(scope, clear).expect("a thread").join().expect("no overflow"), 1);
        });
        assert_eq!(next_memo().len(), 0);
    });
}

#[test]
fn the_books_balance() {
    #[weak_memo]
    fn one(doc: &Doc) -> &u8 {
        doc.text.len() as u8
    }
    #[weak_memo(capacity = unbounded)]
    fn many(doc: &Doc, n: u8) -> &u8 {
        doc.text.len() as u8 + n
    }
    alone(|| {
        let mut doc = Doc::new(&Tally::new(), "");
        for round in 0..50_u8 {
            let n = round % 7;
            match round % 6 {
                0 => drop(one_memo().take(&mut doc)),
                1 => drop(one_memo().replace(&mut doc, n)),
                2 => drop(many_memo().take((&mut doc, n))),
                3 => drop(many_memo().replace((&mut doc, n), n)),
                4 => drop(many_memo().set((&doc, n), n)),
                _ => drop((one(&doc), many(&doc, n))),
            }
            if round == 30 {
                many_memo().clear_owner(&mut doc);
            }
        }
        for memo in memos() {
            let s = memo.stats;
            let gone = s.dropped + s.evicted + s.cleared + s.replaced + s.rejected + s.abandoned;
            assert_eq!(s.computes + s.inserts, s.entries + gone, "{}", memo.name);
        }
        assert_eq!(many_memo().len() as u64, many_memo().stats().entries);
    });
}
