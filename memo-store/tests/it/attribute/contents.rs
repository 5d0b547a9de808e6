//! The derive `ContentKey`.

use std::borrow::Cow;
use std::marker::PhantomData;
use std::rc::Rc;
use std::sync::Arc;

use memo_core::weak_memo;
use memo_store::{ContentHasher, ContentKey};

use super::{Fleet, here, runs};

#[derive(ContentKey)]
struct Unit;

/// With a field that has no content.
#[derive(ContentKey)]
struct Point(f32, #[content(skip)] Box<dyn Fn() -> u8>, i8);

#[derive(ContentKey)]
struct Borrowed<'a> {
    name: &'a str,
    parts: &'a [u8],
    cow: Cow<'a, str>,
    r#type: (u8, char),
}

#[derive(ContentKey)]
struct Open<'a, T: ?Sized, const N: usize>
where
    T: ToString,
{
    numbers: [u16; N],
    one: &'a T,
}

#[derive(ContentKey)]
struct Associated<I: Iterator>(I::Item, Vec<<I as Iterator>::Item>, #[content(skip)] PhantomData<I>);

#[derive(ContentKey)]
enum Tree<T> {
    Leaf,
    Node(Box<Tree<T>>, T, Box<Self>),
    Named { value: T, of: Vec<Tree<T>> },
    Other(Arc<Other<T>>),
}

#[derive(ContentKey)]
struct Other<T> {
    tree: Option<Box<Tree<T>>>,
}

#[derive(ContentKey)]
enum Never {}

/// Something of a content, whose type does not count.
struct Any(Box<dyn Fn(&mut ContentHasher)>);

fn any(of: impl ContentKey + 'static) -> Rc<Any> {
    Rc::new(Any(Box::new(move |hasher| of.feed(hasher))))
}

impl ContentKey for Any {
    fn feed(&self, hasher: &mut ContentHasher) {
        (self.0)(hasher);
    }
}

#[weak_memo(store = here(), version = 1)]
fn seen(_of: &Rc<Any>) -> bool {
    runs();
    true
}

fn borrowed(name: &'static str, parts: &'static [u8], cow: &'static str, of: char) -> Borrowed<'static> {
    Borrowed { name, parts, cow: Cow::Borrowed(cow), r#type: (1, of) }
}

fn leaf<T>() -> Box<Tree<T>> {
    Box::new(Tree::Leaf)
}

#[test]
fn values_that_differ_have_contents_that_differ() {
    let nothing = || Box::new(|| 0);
    let all = || {
        [
            any(Unit),
            any(Point(0.0, nothing(), 1)),
            any(Point(-0.0, nothing(), 1)),
            any(Point(0.0, nothing(), 2)),
            any(borrowed("ab", b"c", "d", 'e')),
            any(borrowed("a", b"bc", "d", 'e')),
            any(borrowed("a", b"b", "cd", 'e')),
            any(borrowed("ab", b"c", "d", 'f')),
            any(Open::<str, 2> { numbers: [1, 2], one: "3" }),
            any(Open::<str, 3> { numbers: [1, 2, 3], one: "3" }),
            any(Open::<u8, 2> { numbers: [1, 2], one: &3 }),
            any(Associated::<std::vec::IntoIter<u8>>(1, vec![2], PhantomData)),
            any(Associated::<std::vec::IntoIter<u8>>(1, vec![3], PhantomData)),
            any(Tree::<u8>::Leaf),
            any(Tree::Node(leaf(), 1_u8, leaf())),
            any(Tree::Node(leaf(), 1_u16, leaf())),
            any(Tree::Node(Box::new(Tree::Node(leaf(), 1, leaf())), 1_u8, leaf())),
            any(Tree::Node(leaf(), 1_u8, Box::new(Tree::Node(leaf(), 1, leaf())))),
            any(Tree::Named { value: 1_u8, of: vec![] }),
            any(Tree::Named { value: 1_u8, of: vec![Tree::Leaf] }),
            any(Tree::Other(Arc::new(Other::<u8> { tree: None }))),
            any(Tree::Other(Arc::new(Other::<u8> { tree: Some(leaf()) }))),
            any(None::<Never>),
        ]
    };
    let fleet = Fleet::new();
    for (number, (one, like_it)) in all().into_iter().zip(all()).enumerate() {
        assert_eq!(fleet.within(0, || seen(&one)).1, 1, "content {number} is like one before");
        assert_eq!(fleet.within(1, || seen(&like_it)).1, 0, "content {number} is not like itself");
    }
}

#[test]
fn what_is_skipped_is_no_content() {
    let fleet = Fleet::new();
    let (one, other) = (Point(0.0, Box::new(|| 1), 1), Point(0.0, Box::new(|| 2), 1));
    assert_eq!(one.1() + 1, other.1());
    assert_eq!(fleet.within(0, || seen(&any(one))).1, 1);
    assert_eq!(fleet.within(0, || seen(&any(other))).1, 0);
}
