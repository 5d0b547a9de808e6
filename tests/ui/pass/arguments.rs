//! Every way in which an argument takes part, and every pattern.

use memo_core::weak_memo;
use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;

#[derive(Clone, PartialEq, Eq, Hash)]
struct Mode(u32);

#[weak_memo(capacity = 16)]
fn all(
    text: &Arc<String>,
    width: u32,
    name: &str,
    #[memo(value)] mode: Mode,
    #[memo(value)] other_mode: &Mode,
    #[memo(skip)] calls: &Cell<u32>,
) -> String {
    calls.set(calls.get() + 1);
    format!("{text}{width}{name}{}{}", mode.0, other_mode.0)
}

#[weak_memo]
fn patterns(text: &Arc<String>, (one, mut two): (u32, u32), mut three: u32, _: u8, [four, ..]: &[u32; 2], ref five: u32) -> u32 {
    two += 1;
    three += *five;
    one + two + three + four + u32::try_from(text.len()).unwrap()
}

#[weak_memo]
fn computed(
    text: &Arc<String>,
    #[memo(key = mode.0)] mode: &Mode,
    #[memo(key = (*one / 10, two % 2))] (one, mut two): (u32, u32),
    #[memo(skip)] log: &mut Vec<u32>,
    #[memo(key = Arc::clone(other))] other: &Arc<String>,
) -> u32 {
    two += 1;
    log.push(two);
    mode.0 + one + two + u32::try_from(text.len() + other.len()).unwrap()
}

#[weak_memo]
fn containers(text: &Arc<String>, maybe: Option<&Arc<String>>, all: &[Arc<String>], pair: (&Arc<String>, u32)) -> usize {
    text.len() + maybe.map_or(0, |text| text.len()) + all.len() + pair.0.len()
}

#[weak_memo]
fn functions(text: &Arc<String>, #[memo(skip)] f: fn(&str) -> usize, #[memo(skip)] g: &dyn for<'a> Fn(&'a str) -> &'a str) -> usize {
    f(g(text))
}

#[weak_memo]
fn by_value(text: Arc<String>, more: usize) -> usize {
    text.len() + more
}

#[weak_memo(may_return_owner)]
fn longer(one: &Arc<String>, #[memo(owner)] other: &Arc<String>) -> Option<Arc<String>> {
    (one.len() > other.len()).then(|| one.clone())
}

#[weak_memo(local)]
fn on_this_thread(text: &Arc<String>, other: &Rc<String>) -> Rc<usize> {
    Rc::new(text.len() + other.len())
}

#[weak_memo]
fn r#type(r#fn: &Arc<String>, r#in: usize) -> usize {
    r#fn.len() + r#in
}

/// More than the type of a handle has room for, one by one: they are one tuple there.
#[weak_memo]
fn seventeen(
    text: &Arc<String>, a: u8, b: u8, c: u8, d: u8, e: u8, f: u8, g: u8, h: u8, i: u8, j: u8, k: u8, l: u8,
    #[memo(skip)] m: &str, #[memo(skip)] n: &str, #[memo(skip)] o: &str, #[memo(skip)] p: &str,
) -> usize {
    let rest: u8 = [a, b, c, d, e, f, g, h, i, j, k, l].iter().sum();
    text.len() + m.len() + n.len() + o.len() + p.len() + usize::from(rest)
}

/// As many as it has, the owner last.
#[weak_memo]
fn sixteen(
    a: u8, b: u8, c: u8, d: u8, e: u8, f: u8, g: u8, h: u8, i: u8, j: u8, k: u8, l: u8,
    #[memo(skip)] m: &str, #[memo(skip)] n: &str, #[memo(skip)] o: &str, text: &Arc<String>,
) -> usize {
    let rest: u8 = [a, b, c, d, e, f, g, h, i, j, k, l].iter().sum();
    text.len() + m.len() + n.len() + o.len() + usize::from(rest)
}

fn main() {
    let text = Arc::new(String::from("t"));
    let (calls, mut log) = (Cell::new(0), Vec::new());
    for _ in 0..2 {
        assert_eq!(all(&text, 8, &String::from("n"), Mode(1), &Mode(2), &calls), "t8n12");
        assert_eq!(patterns(&text, (1, 2), 3, 4, &[5, 6], 7), 1 + 3 + 10 + 5 + 1);
        assert_eq!(computed(&text, &Mode(1), (10, 1), &mut log, &text), 1 + 10 + 2 + 2);
        assert_eq!(computed(&text, &Mode(1), (11, 1), &mut log, &text), 1 + 10 + 2 + 2);
        assert_eq!(containers(&text, Some(&text), &[Arc::clone(&text)], (&text, 1)), 4);
        assert_eq!(functions(&text, str::len, &|text| text), 1);
        assert_eq!(by_value(Arc::clone(&text), 1), 2);
        assert_eq!(longer(&text, &Arc::default()).as_deref().map(String::as_str), Some("t"));
        assert_eq!(*on_this_thread(&text, &Rc::default()), 1);
        assert_eq!(r#type(&text, 1), 2);
    }
    assert_eq!((calls.get(), &log[..]), (1, &[2][..]));
    assert_eq!(all_memo().get((&text, 8, &String::from("n"), Mode(1), &Mode(2), &calls)).as_deref(), Some("t8n12"));
    assert_eq!(computed_memo().get((&text, &Mode(1), (12, 3), &mut log, &text)), Some(15));
    assert_eq!(patterns_memo().get((&text, (1, 2), 3, 4, &[5, 6], 7)), Some(20));
    assert_eq!(type_memo().get((&text, 1)), Some(2));
    assert_eq!(functions_memo().get((&text, str::len, &|text| text)), Some(1));
    all_memo().insert((&text, 9, "n", Mode(1), &Mode(2), &calls), String::from("given"));
    assert_eq!(all(&text, 9, "n", Mode(1), &Mode(2), &calls), "given");
    let string = String::from("s");
    let _ = seventeen(&text, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, "", "", &string, "");
    assert_eq!(seventeen_memo().get((&text, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, "", "", &string, "")), Some(3));
    let _ = sixteen(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, "", "", &string, &text);
    assert_eq!(sixteen_memo().get((0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, "", "", &string, &text)), Some(3));
    assert_eq!(sixteen_memo().entries_of(&text).len(), 1);
    assert_eq!((sixteen_memo().forget_owner(&text), seventeen_memo().clear()), (1, 1));
    longer_memo().clear();
    assert_eq!(Arc::strong_count(&text), 1);
}
