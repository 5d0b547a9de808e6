//! One replay of a script in one way: what it asks, what it measures, and that every answer is of the right text.

use std::borrow::Borrow;
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, Barrier};
use std::time::Duration;

use corpus::{Script, Step};
use cpu_time::ThreadTime;
use serde::{Deserialize, Serialize};

use super::bodies::{self, ANALYSES, Answer};
use super::file::SourceFile;
use super::way::Way;
use crate::heap;

/// What a replay is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Kind {
    /// Bodies compute nothing: what is timed is the remembering.
    Remembering,
    /// Bodies compute: what is timed is the session.
    Session,
    /// Bodies compute, the heap is counted and every answer is read to its end. Times say nothing.
    Answers,
}

/// What came out.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Outcome {
    /// Of the calls alone, on each thread that made some: what the thread ran itself. No way has threads of its own, and what
    /// else the machine does is left out.
    pub(crate) took: Duration,
    pub(crate) bodies: [u64; ANALYSES.len()],
    /// With the texts that are open or can be brought back.
    pub(crate) peak: i64,
    /// With all files closed.
    pub(crate) end: i64,
    pub(crate) answers: u64,
    pub(crate) digest: u64,
}

pub(crate) fn replay<W: Way>(script: &Script, kind: Kind) -> Outcome {
    let texts = script.texts().expect("the files that were there are there");
    let numbers = numbers(&texts);
    let before = bodies::run();
    bodies::be_real(kind != Kind::Remembering);
    let mut player =
        Player::<W> { way: W::default(), files: Vec::with_capacity(texts.len()), screen: Screen::new(kind), numbers };
    player.files.resize_with(texts.len(), || None);
    // Only where it is asked: an allocation takes longer when it is counted.
    if kind == Kind::Answers {
        heap::count();
    }
    let mut took = Duration::ZERO;
    let mut since = ThreadTime::now();
    for step in &script.steps {
        match step {
            // A thread takes its time to start, and is not the way's: the two that search have clocks of their own.
            Step::Search(halves) => {
                took += since.elapsed() + player.search(halves);
                since = ThreadTime::now();
            }
            step => player.step(step, |number| text(&texts[number as usize], kind)),
        }
    }
    player.way.settle();
    took += since.elapsed();
    let bodies = bodies::run();
    Outcome {
        took,
        bodies: std::array::from_fn(|analysis| bodies[analysis] - before[analysis]),
        peak: heap::peak(),
        end: heap::live(),
        answers: player.screen.answers,
        digest: player.screen.all.finish(),
    }
}

/// Of equal texts the first one's, for each version.
fn numbers(texts: &[Arc<str>]) -> Vec<u32> {
    let mut first = HashMap::new();
    texts.iter().zip(0..).map(|(text, number)| *first.entry(text).or_insert(number)).collect()
}

/// An editor has a text of its own, which counts as heap. Where that is not asked, it need not be copied.
fn text(text: &Arc<str>, kind: Kind) -> Arc<str> {
    if kind == Kind::Answers { Arc::from(&**text) } else { Arc::clone(text) }
}

struct Player<W: Way> {
    way: W,
    /// Of each version that is there.
    files: Vec<Option<W::File>>,
    screen: Screen,
    /// What an answer says that it is of.
    numbers: Vec<u32>,
}

/// What the editor shows.
struct Screen {
    reads: bool,
    all: DefaultHasher,
    answers: u64,
}

impl Screen {
    fn new(kind: Kind) -> Self {
        Self { reads: kind == Kind::Answers, all: DefaultHasher::new(), answers: 0 }
    }

    fn show<T: Hash>(&mut self, answer: &Answer<T>, texts: [u32; 2]) {
        assert_eq!(answer.texts, texts, "an answer of another text");
        self.answers += 1;
        if self.reads {
            answer.hash(&mut self.all);
        }
    }
}

impl<W: Way> Player<W> {
    fn step(&mut self, step: &Step, text: impl Fn(u32) -> Arc<str>) {
        let version = |number: u32| Arc::new(SourceFile { number: self.numbers[number as usize], text: text(number) });
        match *step {
            Step::Open(number) => self.files[number as usize] = Some(self.way.open(version(number))),
            Step::Edit { from, to } => {
                let version = version(to);
                let before = self.files[from as usize].as_ref().expect("it is on screen");
                self.files[to as usize] = Some(self.way.edit(before, version));
            }
            Step::Undo { to, .. } => self.way.undo(self.files[to as usize].as_ref().expect("it can be brought back")),
            Step::Drop(number) => self.way.drop(self.files[number as usize].take().expect("it is there")),
            Step::Close(number) => self.way.close(self.files[number as usize].take().expect("it is on screen")),
            ref ask => self.ask(ask),
        }
    }

    fn ask(&mut self, step: &Step) {
        let file = |number: u32| self.files[number as usize].as_ref().expect("it is there");
        let of = |number: u32| self.numbers[number as usize];
        let (way, screen) = (&self.way, &mut self.screen);
        match *step {
            Step::LineIndex(a) => screen.show(way.line_index(file(a)).borrow(), [of(a); 2]),
            Step::Tokens(a) => screen.show(way.tokens(file(a)).borrow(), [of(a); 2]),
            Step::TokenCounts(a) => screen.show(way.token_counts(file(a)).borrow(), [of(a); 2]),
            Step::Identifiers(a) => screen.show(way.identifiers(file(a)).borrow(), [of(a); 2]),
            Step::SoftWrap(a, width) => screen.show(way.soft_wrap(file(a), width).borrow(), [of(a); 2]),
            Step::Shared(a, b) => screen.show(way.shared_identifiers(file(a), file(b)).borrow(), [of(a), of(b)]),
            _ => unreachable!("the other steps ask nothing"),
        }
    }

    /// Both threads ask at once. Returns how long they took together, without their start.
    fn search(&mut self, halves: &[Vec<u32>; 2]) -> Duration {
        let [left, right] = halves;
        let (here, there) = (self.way.clone(), self.way.clone());
        let (files, numbers, start) = (&self.files, &self.numbers, &Barrier::new(2));
        let look = move |way: W, half: &[u32]| {
            start.wait();
            let since = ThreadTime::now();
            for &number in half {
                let file = files[number as usize].as_ref().expect("it is open");
                let found = way.identifiers(file);
                assert_eq!(found.borrow().texts, [numbers[number as usize]; 2], "an answer of another text");
            }
            let took = since.elapsed();
            // Its handle goes before the next edit, which with some ways waits for it.
            drop(way);
            took
        };
        let look = &look;
        let took = std::thread::scope(|scope| {
            let other = scope.spawn(move || look(there, right));
            look(here, left) + other.join().expect("a search does not panic")
        });
        self.screen.answers += (left.len() + right.len()) as u64;
        took
    }
}
