//! Law 10: never hangs by itself: a ring of calls ends in a panic, and what is no ring does not.

mod cycle;
mod mixed;
mod none;
mod rings;
