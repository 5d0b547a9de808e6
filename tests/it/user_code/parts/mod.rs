//! The parts that are combined, from the ground up: the ways to go back in, the trap where user code runs, the types and memos that pass through
//! it, the operations, how one goes back in, the rules that leave out what cannot be, and one combination of all of these.

pub(crate) mod acts;
pub(crate) mod again;
pub(crate) mod case;
pub(crate) mod enter;
pub(crate) mod rules;
pub(crate) mod subjects;
pub(crate) mod things;
pub(crate) mod trap;
