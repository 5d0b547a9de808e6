//! What is asked of every cell of the matrix: laws 1, 3, 4 and 12.

use crate::parts::{Doc, Extra, Kind, One, Out, Own, Seen, Two};
use memo_tests::{Tally, in_time};

/// One way to write a memo.
pub(crate) trait Cell: Sized {
    type Owner: Own<Self>;
    type Key: Extra;
    /// Whether the memo has a type parameter; then `ask` asks the instance of its own.
    const GENERIC: bool;
    /// Whether its results stay on their thread, even if the owner does not.
    const LOCAL: bool;

    fn ask<'a, T: Kind>(owner: &'a Self::Owner, key: &'a Self::Key) -> impl Out + 'a;
}

/// The documents, keys and instances of a cell, and the answers they have given.
struct World<C: Cell> {
    owners: Vec<C::Owner>,
    keys: Vec<C::Key>,
    kinds: Vec<u64>,
    /// Answers, those in the memo included.
    answers: Tally,
    /// Value arguments, those in the memo included.
    copies: Tally,
}

impl<C: Cell> World<C> {
    fn new() -> Self {
        let (answers, copies) = (Tally::new(), Tally::new());
        Self {
            owners: (1..=2).map(|number| Own::new(Doc::new(number, &answers))).collect(),
            keys: (1..=C::Key::MANY).map(|number| C::Key::new(number, &copies)).collect(),
            kinds: if C::GENERIC { vec![1, 2] } else { vec![0] },
            answers,
            copies,
        }
    }

    /// How many results there are when all has been asked.
    fn results(&self) -> usize {
        self.owners.len() * self.keys.len() * self.kinds.len()
    }

    fn runs(&self) -> usize {
        self.owners.iter().map(|owner| owner.doc().runs()).sum()
    }

    /// Asks for every result, and checks each by what the body says.
    fn ask_all(&self) -> Vec<Seen> {
        let mut seen = Vec::new();
        for owner in &self.owners {
            for key in &self.keys {
                for &kind in &self.kinds {
                    let answer = match kind {
                        Two::NUMBER => C::ask::<Two>(owner, key).see(),
                        _ => C::ask::<One>(owner, key).see(),
                    };
                    assert_eq!(answer.number, owner.doc().expected(kind, key.number()), "law 1, or law 12");
                    seen.push(answer);
                }
            }
        }
        seen
    }

    fn assert_nothing_is_kept_alive(&self) {
        assert!(self.owners.iter().all(|owner| owner.strong() == 1), "law 3");
        assert!(self.keys.iter().all(|key| key.strong() == 1), "law 3");
    }

    /// After the death of something: what is left is there and found, all else is dropped.
    fn assert_only_these_are_left(&self, runs_of_living: usize, exact: bool) {
        let settled = || self.answers.alive() == self.results();
        if exact {
            assert!(settled(), "law 4: {} of {} are left", self.answers.alive(), self.results());
        } else {
            in_time(|| {
                memo_core::sweep();
                settled()
            });
        }
        self.ask_all();
        assert_eq!(self.runs(), runs_of_living, "the results of others went too");
    }
}

pub(crate) fn hold_for<C: Cell>() {
    let mut world = World::<C>::new();

    let first = world.ask_all();
    assert_eq!(world.runs(), world.results(), "law 12: two objects or instances share a result");
    assert_eq!(world.answers.alive(), world.results());
    world.assert_nothing_is_kept_alive();

    let copies = world.copies.clones();
    for _ in 0..3 {
        assert_eq!(world.ask_all(), first);
    }
    assert_eq!(world.runs(), world.results(), "law 1: a hit ran the body");
    assert_eq!(world.copies.clones(), copies, "law 3: a hit cloned its argument");
    world.assert_nothing_is_kept_alive();

    let lends = first[0].address.is_some();
    assert_eq!(world.answers.clones() == 0, lends, "what is lent is never cloned, all else for each caller");

    // What stays on its thread lies in the thread's own table.
    let (owner_exact, key_exact) = (C::Owner::EXACT && !C::LOCAL, C::Key::EXACT && C::Owner::SHARED && !C::LOCAL);
    if C::Key::WEAK {
        let runs = world.runs();
        drop(world.keys.pop());
        world.assert_only_these_are_left(runs, key_exact);
    }
    let runs = world.owners[0].doc().runs();
    drop(world.owners.pop());
    world.assert_only_these_are_left(runs, owner_exact);

    world.owners.clear();
    world.assert_only_these_are_left(0, owner_exact);
    world.keys.clear();
    in_time(|| {
        memo_core::sweep();
        world.answers.alive() == 0 && world.copies.alive() == 0
    });
    assert_eq!(world.answers.made(), world.answers.dropped());
}
