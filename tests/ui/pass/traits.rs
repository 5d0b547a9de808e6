//! In the `impl` of a trait and in default bodies the body stands in place.

use memo_core::{Anchor, Anchored, HasAnchor, MemoKey, weak_memo};
use std::sync::Arc;

#[derive(HasAnchor)]
struct Square {
    side: f64,
    anchor: Anchor,
}

trait Shape<A> {
    fn area(&self, times: u32, add: A) -> f64;
    fn label(&self) -> &str;
    fn both(&self, other: &Arc<String>) -> Result<&str, String>;

    #[weak_memo(handle = none)]
    fn doubled(&self, times: u32) -> u32
    where
        Self: HasAnchor,
    {
        if times == 7 {
            return 7;
        }
        times * 2
    }
}

impl<A: MemoKey + Into<f64>> Shape<A> for Square {
    #[weak_memo(handle = none)]
    fn area(&self, mut times: u32, add: A) -> f64 {
        times += 1;
        self.side * self.side * f64::from(times) + add.into()
    }

    #[weak_memo(handle = none)]
    fn label(&self) -> &str {
        format!("{}", self.side)
    }

    #[weak_memo(handle = none, capacity = unbounded)]
    fn both(&self, #[memo(key = other.len())] other: &Arc<String>) -> Result<&str, String> {
        let first = other.chars().next().ok_or("empty")?;
        Ok(format!("{first}{}", self.side))
    }
}

trait Taken {
    fn taken(self: Arc<Self>, pair: (u32, u32)) -> Option<u32>;
    fn counted(text: Arc<String>, log: &mut Vec<usize>) -> Result<usize, String>;
}

impl Taken for Square {
    #[weak_memo(handle = none, some_only)]
    fn taken(self: Arc<Self>, (one, other): (u32, u32)) -> Option<u32> {
        let owned = self;
        (owned.side > 0.0).then_some(one + other)
    }

    #[weak_memo(handle = none, cache_if = |result| result.is_err())]
    fn counted(text: Arc<String>, #[memo(skip)] log: &mut Vec<usize>) -> Result<usize, String> {
        log.push(text.len());
        let owned = text;
        if owned.is_empty() { Err(String::from("empty")) } else { Ok(owned.len()) }
    }
}

trait Node: HasAnchor {
    fn number(&self) -> u64;
}

impl Node for Anchored<u64> {
    fn number(&self) -> u64 {
        **self
    }
}

#[weak_memo]
fn of_an_object(node: &dyn Node) -> u64 {
    node.number() + 1
}

#[weak_memo]
fn of_a_pointer(node: &Arc<dyn Node + Send + Sync>) -> u64 {
    node.number() + 2
}

fn main() {
    let square = Arc::new(Square { side: 2.0, anchor: Anchor::new() });
    let mut log = Vec::new();
    for _ in 0..2 {
        assert_eq!(square.area(0, 1_u8), 5.0);
        assert_eq!(square.area(0, 1.5_f32), 5.5);
        assert_eq!(Shape::<u8>::label(&*square), "2");
        assert_eq!(Shape::<u8>::both(&*square, &Arc::new(String::from("x"))), Ok("x2"));
        assert!(Shape::<u8>::both(&*square, &Arc::default()).is_err());
        assert_eq!(Shape::<u8>::doubled(&*square, 7), 7);
        assert_eq!(Shape::<u8>::doubled(&*square, 8), 16);
        assert_eq!(Arc::clone(&square).taken((1, 2)), Some(3));
    }
    let (empty, full) = (Arc::new(String::new()), Arc::new(String::from("x")));
    for _ in 0..2 {
        assert!(Square::counted(Arc::clone(&empty), &mut log).is_err());
        assert_eq!(Square::counted(Arc::clone(&full), &mut log), Ok(1));
    }
    assert_eq!(log, [0, 1, 1]);
    assert_eq!(Arc::strong_count(&square), 1);
    let node = Arc::new(Anchored::new(1_u64));
    assert_eq!(of_an_object(&*node), 2);
    let node: Arc<dyn Node + Send + Sync> = node;
    assert_eq!(of_a_pointer(&node), 3);
}
