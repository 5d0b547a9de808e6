//! The forms in which weak arguments come.

use std::rc::Rc;
use std::sync::Arc;

use futures::executor::block_on;
use memo_core::{Anchor, HasAnchor, HasLocalAnchor, LocalAnchor, MemoKey, weak_memo};
use memo_store::ContentKey;

use super::{Fleet, are_apart, here, is_shared, runs};

fn text(of: &str) -> Arc<String> {
    Arc::new(of.to_owned())
}

#[weak_memo(store = here(), version = 1)]
fn in_containers(
    one: &Arc<String>,
    some: Option<&Arc<String>>,
    several: &[Arc<String>],
    own: Option<Arc<u8>>,
) -> usize {
    runs();
    one.len() + some.map_or(0, |some| some.len()) + several.len() + usize::from(own.is_some())
}

#[test]
fn weak_arguments_may_be_in_containers() {
    let made = || (text("a"), text("b"), [text("c")], Arc::new(1));
    is_shared(made, |(one, some, several, own)| in_containers(one, Some(some), several, Some(Arc::clone(own))));
    are_apart([None, Some("b"), Some("c")], |some| {
        let (one, some) = (text("a"), some.map(text));
        let result = in_containers(&one, some.as_ref(), &[], None);
        (one, some, result)
    });
    let fleet = Fleet::new();
    let (one, some, several, own) = made();
    fleet.within(0, || in_containers(&one, Some(&some), &several, Some(Arc::clone(&own))));
    assert_eq!(fleet.engine.memory.holds(), 1);
    drop(several);
    fleet.nothing_is_held();
    drop((one, some, own));
}

#[derive(MemoKey, ContentKey)]
struct Options<'a> {
    font: &'a Arc<String>,
    width: u32,
}

#[weak_memo(store = here(), version = 1)]
fn laid_out(text: &Arc<String>, options: &Options<'_>) -> usize {
    runs();
    text.len() + options.font.len() + options.width as usize
}

#[test]
fn weak_arguments_may_be_in_a_key_of_the_users() {
    is_shared(|| (text("a"), text("b")), |(text, font)| laid_out(text, &Options { font, width: 3 }));
    let fleet = Fleet::new();
    let (text, font) = (text("a"), text("b"));
    fleet.within(0, || laid_out(&text, &Options { font: &font, width: 3 }));
    drop(font);
    fleet.nothing_is_held();
}

#[derive(HasAnchor, ContentKey)]
struct Page<'a> {
    of: &'a str,
    #[content(skip)]
    anchor: Anchor,
}

impl<'a> Page<'a> {
    fn new(of: &'a str) -> Self {
        Self { of, anchor: Anchor::new() }
    }

    #[weak_memo(store = here(), version = 1)]
    fn length(&self) -> usize {
        runs();
        self.of.len()
    }

    #[weak_memo(capacity = unbounded, store = here(), version = 1)]
    fn with<'b>(&'b self, other: &'b Page<'a>, suffix: &str) -> &'b str {
        runs();
        format!("{}{}{suffix}", self.of, other.of)
    }

    #[weak_memo(store = here(), version = 1)]
    async fn later(&self, #[memo(skip)] log: &mut Vec<usize>) -> usize {
        runs();
        log.push(self.of.len());
        self.of.len()
    }
}

#[test]
fn objects_may_borrow() {
    is_shared(|| Page::new("a"), Page::length);
    is_shared(|| (Page::new("a"), Page::new("b")), |(one, other)| one.with(other, "c").to_owned());
    is_shared(|| Page::new("a"), |page| block_on(page.later(&mut Vec::new())));
}

#[derive(HasLocalAnchor, ContentKey)]
struct Node {
    children: Vec<Rc<Node>>,
    #[content(skip)]
    anchor: LocalAnchor,
}

impl Node {
    fn new(children: Vec<Rc<Self>>) -> Self {
        Self { children, anchor: LocalAnchor::new() }
    }

    #[weak_memo(store = here(), version = 1)]
    fn count(&self) -> &usize {
        runs();
        1 + self.children.iter().map(|child| child.count()).sum::<usize>()
    }
}

#[test]
fn objects_of_one_thread_are_found_from_any() {
    is_shared(|| Node::new(Vec::new()), |node| *node.count());
    let tree = || Node::new(vec![Rc::new(Node::new(Vec::new())), Rc::new(Node::new(Vec::new()))]);
    let fleet = Fleet::new();
    // The leaves are alike, but the first may not be written yet when the second is asked for.
    assert_eq!(fleet.within(0, || *tree().count()).0, 3);
    assert_eq!(fleet.engine.memory.len(), 2);
    assert_eq!(fleet.within(1, || *tree().count()), (3, 0));
    fleet.nothing_is_held();
}

trait Shape: Send + Sync {
    fn area(&self) -> u32;
    fn anchor(&self) -> &Anchor;
}

impl HasAnchor for dyn Shape {
    fn anchor(&self) -> &Anchor {
        Shape::anchor(self)
    }
}

impl ContentKey for dyn Shape {
    fn feed(&self, hasher: &mut memo_store::ContentHasher) {
        hasher.part(&self.area());
    }
}

struct Square(u32, Anchor);

impl Shape for Square {
    fn area(&self) -> u32 {
        self.0 * self.0
    }
    fn anchor(&self) -> &Anchor {
        &self.1
    }
}

#[weak_memo(store = here(), version = 1)]
fn double(of: &(dyn Shape + 'static)) -> u32 {
    runs();
    of.area() * 2
}

#[weak_memo(store = here(), version = 1)]
fn double_shared(of: &Arc<dyn Shape>, times: u32) -> u32 {
    runs();
    of.area() * 2 * times
}

#[test]
fn owners_may_be_trait_objects() {
    is_shared(|| Square(2, Anchor::new()), |square| double(square));
    is_shared(|| -> Arc<dyn Shape> { Arc::new(Square(2, Anchor::new())) }, |square| double_shared(square, 3));
}

#[weak_memo(store = here(), version = 1)]
async fn taken(#[memo(owner)] of: Arc<[u8]>, #[memo(value)] to: String) -> String {
    runs();
    to + &of.len().to_string()
}

#[test]
fn a_future_may_take_its_owner() {
    is_shared(|| Arc::from([1, 2, 3]), |of: &Arc<[u8]>| block_on(taken(Arc::clone(of), "a".to_owned())));
}
