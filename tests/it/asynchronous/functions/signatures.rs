//! Functions and methods of all kinds, and what their futures are.

use std::sync::Arc;

use memo_core::handle::{Async, First, Lent, Next, Owned};
use memo_core::{Anchor, HasAnchor, Memo, weak_memo};

use crate::parts::{Task, pause};

fn sends<F: Send>(future: F) -> F {
    future
}

#[derive(HasAnchor)]
struct Doc {
    text: String,
    anchor: Anchor,
}

impl Doc {
    fn new(text: &str) -> Self {
        Self { text: text.to_owned(), anchor: Anchor::new() }
    }

    #[weak_memo]
    async fn length(&self) -> usize {
        pause().await;
        self.text.len()
    }

    #[weak_memo]
    async fn words(&self) -> &[String] {
        pause().await;
        self.text.split(' ').map(str::to_owned).collect()
    }

    #[weak_memo]
    async fn shared(self: &Arc<Self>, times: usize) -> String {
        pause().await;
        self.text.repeat(times)
    }

    #[weak_memo(associated)]
    async fn associated(text: &Arc<String>) -> usize {
        text.len()
    }
}

#[test]
fn methods() {
    let doc = Arc::new(Doc::new("a bc"));
    for _ in 0..2 {
        assert_eq!(futures::executor::block_on(sends(doc.length())), 4);
        assert_eq!(futures::executor::block_on(sends(doc.words())), ["a", "bc"]);
        assert_eq!(futures::executor::block_on(sends(doc.shared(2))), "a bca bc");
        assert_eq!(futures::executor::block_on(Doc::associated(&Arc::new(String::new()))), 0);
    }
    assert_eq!(Doc::length_memo().stats().computes, 1);
    assert_eq!(Arc::strong_count(&doc), 1);
}

trait Sized_ {
    async fn size(&self, more: u32) -> Result<u32, String>;
    async fn first(&self) -> &str;
}

impl Sized_ for Doc {
    #[weak_memo(handle = none)]
    async fn size(&self, more: u32) -> Result<u32, String> {
        pause().await;
        if more == 0 {
            return Err("nothing".to_owned());
        }
        let length = u32::try_from(self.text.len()).map_err(|error| error.to_string())?;
        Ok(length + more)
    }

    #[weak_memo(handle = none)]
    async fn first(&self) -> &str {
        pause().await;
        self.text[..1].to_owned()
    }
}

#[test]
fn the_impl_of_a_trait() {
    let doc = Doc::new("a bc");
    for _ in 0..2 {
        assert_eq!(futures::executor::block_on(sends(doc.size(1))), Ok(5));
        assert_eq!(futures::executor::block_on(doc.size(0)), Err("nothing".to_owned()));
        assert_eq!(futures::executor::block_on(sends(doc.first())), "a");
    }
    let first = futures::executor::block_on(doc.first());
    assert!(std::ptr::eq(first, futures::executor::block_on(doc.first())));
}

#[weak_memo]
async fn generic<T: ToString + Send + Sync + 'static>(of: &Arc<T>, #[memo(value)] suffix: &str) -> String {
    pause().await;
    of.to_string() + suffix
}

#[weak_memo(capacity = unbounded)]
async fn from<'t>(text: &'t Arc<String>, other: &'t Arc<String>, #[memo(skip)] log: &mut Vec<u32>) -> &'t str {
    log.push(1);
    pause().await;
    text[other.len()..].to_owned()
}

#[weak_memo]
async fn second(times: usize, #[memo(owner)] text: &Arc<String>) -> String {
    pause().await;
    text.repeat(times)
}

#[weak_memo]
async fn takes_all(text: Arc<String>, mut parts: Vec<u32>) -> usize {
    parts.push(1);
    pause().await;
    text.len() + parts.len()
}

/// The key borrows what the body consumes.
#[weak_memo]
async fn takes_what_the_key_is_made_of(text: &Arc<String>, #[memo(key = name.trim())] name: String) -> String {
    pause().await;
    name + text
}

#[weak_memo(capacity = unbounded)]
async fn lends_of_it(text: &Arc<String>, #[memo(key = name.trim().to_owned())] name: String) -> &String {
    pause().await;
    name + text
}

#[weak_memo]
async fn versioned(#[memo(key = of.1.len())] of: &Arc<(u32, String)>) -> usize {
    of.1.len()
}

#[test]
fn arguments_of_all_kinds() {
    let (a, b) = (Arc::new(String::from("abc")), Arc::new(String::from("d")));
    let mut log = Vec::new();
    for name in ["x", " x"] {
        let name = || name.to_owned();
        assert_eq!(futures::executor::block_on(sends(takes_what_the_key_is_made_of(&a, name()))), "xabc");
        assert_eq!(futures::executor::block_on(sends(lends_of_it(&a, name()))), "xabc");
    }
    for _ in 0..2 {
        assert_eq!(futures::executor::block_on(sends(generic(&Arc::new(7_u8), "x"))), "7x");
        assert_eq!(futures::executor::block_on(sends(from(&a, &b, &mut log))), "bc");
        assert_eq!(futures::executor::block_on(sends(second(2, &a))), "abcabc");
        assert_eq!(futures::executor::block_on(sends(takes_all(Arc::clone(&a), vec![1, 2]))), 6);
        assert_eq!(futures::executor::block_on(sends(versioned(&Arc::new((1, String::from("ab")))))), 2);
    }
    assert_eq!(log, [1]);
    assert_eq!(second_memo().stats().computes, 1);
    assert_eq!(Arc::strong_count(&a), 1);
}

#[test]
#[allow(clippy::type_complexity, reason = "they are what is shown")]
fn the_types_of_handles() {
    let _: Memo<fn(&Doc) -> usize, Async> = Doc::length_memo().storable();
    let _: Memo<fn(&Doc) -> &[String], Async<Lent<Vec<String>>>> = Doc::words_memo().storable();
    let _: Memo<fn(usize, &Arc<String>) -> String, Async<Owned<Next<First>>>> = second_memo().storable();
    let a = Arc::new(String::from("ab"));
    second_memo().insert((3, &a), String::from("inserted"));
    assert_eq!(Task::new(second(3, &a)).end(), "inserted");
    assert_eq!(second_memo().entries_of(&a), ["3"]);
    assert!(second_memo().forget((3, &a)));
    assert_eq!(second_memo().get((3, &a)), None);
}
