//! Scripts of commands on a few objects: after every step the answers, the counts, the entries and the drops are what a plain
//! list of results says.
//!
//! Scripts come from a generator of random numbers (the test `model`), or from bytes (the fuzz targets, and the seeds that
//! they left behind). One at a time in a process: a script clears and sweeps everything.

mod command;
pub mod keys;
mod memos;
mod oracle;
pub mod threads;
mod world;

use arbitrary::{Arbitrary, Unstructured};

pub use command::{Command, Random};
use world::World;

/// Runs a script on this thread, in a world of its own, up to the end of all its objects.
///
/// # Panics
///
/// If a step does anything but what the list of results says.
pub fn run(commands: &[Command]) {
    let mut world = World::new();
    for (step, command) in commands.iter().enumerate() {
        world.step(step, *command);
    }
    world.end();
}

/// A script made of bytes: steps up to their end, so any bytes are one.
#[derive(Clone, Debug)]
pub struct Script<S>(pub Vec<S>);

impl<'b, S: Arbitrary<'b>> Arbitrary<'b> for Script<S> {
    // Not as a list is made of bytes: there every other byte would be the end.
    fn arbitrary(bytes: &mut Unstructured<'b>) -> arbitrary::Result<Self> {
        let mut steps = Vec::new();
        while !bytes.is_empty() {
            steps.push(bytes.arbitrary()?);
        }
        Ok(Self(steps))
    }
}

/// The script that a fuzz target is given for these bytes.
///
/// # Panics
///
/// Never: what is missing at the end is made up.
#[must_use]
pub fn decode<S: for<'b> Arbitrary<'b>>(bytes: &[u8]) -> Script<S> {
    Script::arbitrary_take_rest(Unstructured::new(bytes)).expect("what is missing is made up")
}
