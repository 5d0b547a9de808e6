//! Scripts of calls with keys of many shapes, against a list of results found by walking.
//!
//! What a key is to the list: content for values, a number for each object, the bits of a float.

use std::sync::Arc;

use arbitrary::Arbitrary;
use memo_core::{Anchored, weak_memo};

use crate::{Tally, Token};

/// One step of a script. Objects are counted round, so that it means something with any step left out.
#[derive(Arbitrary, Clone, Debug)]
pub enum Step {
    /// Another object of each kind.
    Open,
    /// The end of an `Arc`, or of an object with its anchor inside.
    End {
        /// Which kind.
        inside: bool,
        /// Which one.
        which: u8,
    },
    /// The function, and what is stored before and after.
    Call(u8, Shape),
    /// One result less.
    Forget(u8, Shape),
    /// Everything that is dead.
    Sweep,
}

/// The arguments besides the owner.
#[derive(Arbitrary, Clone, Debug)]
pub enum Shape {
    /// A text and perhaps a number.
    Text(String, Option<u16>),
    /// A slice, a flag and a float.
    Numbers(Vec<i8>, bool, f32),
    /// Texts that may be missing.
    Names(Vec<Option<String>>),
    /// A slice of `Arc`s.
    Weak(Vec<u8>),
    /// An `Arc` in a tuple, and perhaps an object.
    Mixed(u8, char, Option<u8>),
}

/// The shape with objects as what they are.
#[derive(Clone, Debug, PartialEq)]
enum Identity {
    Text(String, Option<u16>),
    Numbers(Vec<i8>, bool, u32),
    Names(Vec<Option<String>>),
    Weak(Vec<u64>),
    Mixed(u64, char, Option<u64>),
}

impl Identity {
    fn names(&self, object: u64) -> bool {
        match self {
            Self::Weak(arcs) => arcs.contains(&object),
            Self::Mixed(arc, _, inside) => *arc == object || *inside == Some(object),
            Self::Text(..) | Self::Numbers(..) | Self::Names(_) => false,
        }
    }
}

/// A result: which computation it is from.
#[derive(Clone)]
struct Answer {
    number: u64,
    _token: Token,
}

thread_local! {
    static COMPUTED: std::cell::Cell<u64> = const { std::cell::Cell::new(0) };
    static ANSWERS: Tally = Tally::new();
}

fn answer() -> Answer {
    COMPUTED.set(COMPUTED.get() + 1);
    Answer { number: COMPUTED.get(), _token: ANSWERS.with(Tally::token) }
}

type Object = Anchored<u8>;

#[weak_memo]
fn text(_owner: &Arc<u8>, _text: &str, _at: Option<u16>) -> Answer {
    answer()
}

#[weak_memo]
fn numbers(_owner: &Arc<u8>, _numbers: &[i8], _more: (bool, f32)) -> Answer {
    answer()
}

#[weak_memo]
fn names(_owner: &Object, _names: &Vec<Option<String>>) -> Answer {
    answer()
}

#[weak_memo]
fn weak(_owner: &Object, _others: &[Arc<u8>]) -> Answer {
    answer()
}

#[weak_memo]
fn mixed(_owner: &Arc<u8>, _other: (&Arc<u8>, char), _more: Option<&Object>) -> Answer {
    answer()
}

/// What a script does with a result.
#[derive(Clone, Copy)]
enum Ask {
    Call,
    Get,
    Forget,
}

macro_rules! ask {
    ($ask:expr, $function:ident, $memo:ident, $($args:expr),+) => {
        match $ask {
            Ask::Call => Some($function($($args),+).number),
            Ask::Get => $memo().get(($($args),+)).map(|answer| answer.number),
            Ask::Forget => $memo().forget(($($args),+)).then_some(0),
        }
    };
}

/// Objects, by numbers that are never used again, and the results there should be.
struct World {
    arcs: Vec<(u64, Arc<u8>)>,
    inside: Vec<(u64, Box<Object>)>,
    next: u64,
    results: Vec<(u64, Identity, u64)>,
    alive_before: usize,
}

/// More would leave the interesting cases rare.
const MOST: usize = 6;
/// Below the bound of results under one owner: nothing is evicted here.
const LONGEST: usize = 400;

fn at<T>(all: &[T], which: u8) -> &T {
    &all[usize::from(which) % all.len()]
}

impl World {
    fn new() -> Self {
        memo_core::sweep();
        let (arcs, inside, results) = (Vec::new(), Vec::new(), Vec::new());
        let mut world = Self { arcs, inside, next: 0, results, alive_before: ANSWERS.with(Tally::alive) };
        world.open();
        world
    }

    fn open(&mut self) {
        if self.arcs.len() < MOST {
            self.next += 1;
            self.arcs.push((self.next, Arc::new(0)));
        }
        if self.inside.len() < MOST {
            self.next += 1;
            self.inside.push((self.next, Box::new(Anchored::new(0))));
        }
    }

    /// The last of a kind stays: every shape needs one of each.
    fn end(&mut self, inside: bool, which: u8) {
        let which = usize::from(which);
        let ended = match inside {
            true if self.inside.len() > 1 => self.inside.remove(which % self.inside.len()).0,
            false if self.arcs.len() > 1 => self.arcs.remove(which % self.arcs.len()).0,
            _ => return,
        };
        self.results.retain(|(owner, key, _)| *owner != ended && !key.names(ended));
    }

    /// What the memo says to `which` owner and `shape`, with the name of the result.
    fn ask(&self, ask: Ask, which: u8, shape: &Shape) -> (u64, Identity, Option<u64>) {
        let (arc, inside) = (at(&self.arcs, which), at(&self.inside, which));
        match shape {
            Shape::Text(words, number) => {
                let said = ask!(ask, text, text_memo, &arc.1, words, *number);
                (arc.0, Identity::Text(words.clone(), *number), said)
            }
            Shape::Numbers(list, flag, float) => {
                let said = ask!(ask, numbers, numbers_memo, &arc.1, list, (*flag, *float));
                (arc.0, Identity::Numbers(list.clone(), *flag, float.to_bits()), said)
            }
            Shape::Names(list) => {
                let said = ask!(ask, names, names_memo, &*inside.1, list);
                (inside.0, Identity::Names(list.clone()), said)
            }
            Shape::Weak(list) => {
                let (ids, arcs): (Vec<_>, Vec<_>) = list.iter().map(|which| at(&self.arcs, *which).clone()).unzip();
                let said = ask!(ask, weak, weak_memo, &*inside.1, &arcs);
                (inside.0, Identity::Weak(ids), said)
            }
            Shape::Mixed(other, letter, more) => {
                let other = at(&self.arcs, *other);
                let more = more.map(|more| at(&self.inside, more));
                let object = more.map(|(_, object)| &**object);
                let said = ask!(ask, mixed, mixed_memo, &arc.1, (&other.1, *letter), object);
                (arc.0, Identity::Mixed(other.0, *letter, more.map(|(id, _)| *id)), said)
            }
        }
    }

    fn position(&self, owner: u64, key: &Identity) -> Option<usize> {
        self.results.iter().position(|(of, there, _)| *of == owner && there == key)
    }

    fn call(&mut self, which: u8, shape: &Shape) {
        let (owner, key, stored) = self.ask(Ask::Get, which, shape);
        let there = self.position(owner, &key).map(|at| self.results[at].2);
        assert_eq!(stored, there, "what is stored of {owner} and {key:?}");
        let answer = self.ask(Ask::Call, which, shape).2.expect("a call has an answer");
        match there {
            Some(there) => assert_eq!(answer, there, "a hit on {owner} and {key:?}"),
            None => {
                assert_eq!(answer, COMPUTED.get(), "a miss of {owner} and {key:?}");
                self.results.push((owner, key, answer));
            }
        }
        assert_eq!(self.ask(Ask::Get, which, shape).2, Some(answer), "stored by now");
    }

    fn forget(&mut self, which: u8, shape: &Shape) {
        let (owner, key, forgotten) = self.ask(Ask::Forget, which, shape);
        let there = self.position(owner, &key);
        assert_eq!(forgotten.is_some(), there.is_some(), "forgetting {owner} and {key:?}");
        there.map(|at| self.results.swap_remove(at));
    }

    fn alive(&self) -> usize {
        ANSWERS.with(Tally::alive) - self.alive_before
    }

    fn sweep(&self) {
        memo_core::sweep();
        assert_eq!(self.alive(), self.results.len(), "answers that are alive, and results");
    }
}

/// Runs a script on this thread, up to the end of all its objects.
///
/// # Panics
///
/// If a step does anything but what the list of results says.
pub fn run(steps: &[Step]) {
    let mut world = World::new();
    for step in steps.iter().take(LONGEST) {
        match step {
            Step::Open => world.open(),
            Step::End { inside, which } => world.end(*inside, *which),
            Step::Call(which, shape) => world.call(*which, shape),
            Step::Forget(which, shape) => world.forget(*which, shape),
            Step::Sweep => world.sweep(),
        }
        assert!(world.alive() >= world.results.len(), "a result is missing");
    }
    world.arcs.clear();
    world.inside.clear();
    world.results.clear();
    world.sweep();
}
