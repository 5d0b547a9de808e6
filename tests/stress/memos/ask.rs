//! What can be asked of any memo, and what must come of it.

use crate::books::seat;
use crate::books::tally::{Count, count};
use crate::books::violation::violation;
use crate::memos::args::Args;
use crate::memos::face::{Face, Kind};

/// A call.
pub(crate) fn ask(face: &Face, args: &Args<'_>) -> u16 {
    seat::step(face.id as usize);
    let object = (face.owner)(args);
    let floor = object.floor(face.id);
    count(face.id, Count::Calls);
    let number = (face.call)(args);
    count(face.id, Count::Answered);
    object.check(face.id, (face.key)(args), floor, number)
}

/// A look: what it finds is an answer too.
pub(crate) fn get(face: &Face, args: &Args<'_>) {
    seat::step(face.id as usize);
    let object = (face.owner)(args);
    let floor = object.floor(face.id);
    let Some(number) = (face.get)(args) else { return };
    object.check(face.id, (face.key)(args), floor, number);
    if !face.stores(args) {
        violation!("`{}` has stored {number:x}, which is not worth keeping", face.name);
    }
}

/// The bare function.
pub(crate) fn compute(face: &Face, args: &Args<'_>) {
    seat::step(face.id as usize);
    let object = (face.owner)(args);
    let number = (face.compute)(args);
    object.check(face.id, (face.key)(args), 0, number);
}

/// A lending memo lends one result for as long as its arguments are borrowed.
pub(crate) fn twice(face: &Face, args: &Args<'_>) {
    let Kind::Lent { address } = face.kind else { return };
    seat::step(face.id as usize);
    let lend = || {
        count(face.id, Count::Calls);
        let address = address(args);
        count(face.id, Count::Answered);
        address
    };
    let places = [lend(), lend()];
    if places[0] != places[1] {
        violation!("`{}` lends two results for the same arguments: {places:x?}", face.name);
    }
}

/// How an answer is taken back.
#[derive(Clone, Copy, Debug)]
pub(crate) enum How {
    Forget,
    Refresh,
    Insert,
    Clear,
    ClearAll,
}

impl How {
    pub(crate) fn random(random: &mut fastrand::Rng) -> Self {
        // Clearing costs a walk over all there is.
        match random.u32(..6_000) {
            0 => Self::ClearAll,
            1..=20 => Self::Clear,
            n if n % 8 == 0 => Self::Insert,
            n if n % 4 == 1 => Self::Refresh,
            _ => Self::Forget,
        }
    }
}

/// Changes the owner behind its `&`, takes the old answer back, and asks: the next answer is of the new version.
pub(crate) fn change(face: &Face, args: &Args<'_>, how: How) {
    let Kind::Owned { insert, refresh, forget, clear } = face.kind else {
        ask(face, args);
        return;
    };
    seat::step(face.id as usize);
    let object = (face.owner)(args);
    let _writer = object.writer();
    let version = object.change();
    let key = (face.key)(args);
    match how {
        How::Refresh => {
            let number = refresh(args);
            object.check(face.id, key, version, number);
        }
        How::Insert if face.stores(args) => {
            count(face.id, Count::Inserts);
            insert(args, object.number(face.id, key));
            count(face.id, Count::Inserted);
        }
        How::Insert | How::Forget => _ = forget(args),
        How::Clear => _ = clear(),
        How::ClearAll => memo_core::clear_all(),
    }
    let all = face.single || (matches!(how, How::Clear | How::ClearAll) && !face.is_of_one_thread());
    if all {
        object.raise(face.id, version);
    }
    // A few times: what comes back late must not be served for a moment either.
    for _ in 0..3 {
        let answered = ask(face, args);
        if answered != version {
            violation!("`{}` after {how:?}: answered version {answered}, taken back; it has {version}", face.name);
        }
    }
}
