//! The operations that a handle requests from its memo, and the replies.

use crate::memo::cycle::Cycle;
use crate::sys::panics::OnItsWay;

/// What the companion handle asks of a memo: of one that lends, the first two.
#[derive(Debug)]
pub enum Op<V> {
    /// The result, if it is there.
    Get,
    /// The bare body.
    Compute,
    /// A new result.
    Refresh,
    /// A new result, and the old one until then.
    Renew,
    /// This result.
    Insert(OnItsWay<V>),
    /// No result.
    Forget,
}

/// What the handle's function pointer writes its answer to.
#[derive(Debug)]
pub enum Reply<Out, Value> {
    /// Nothing to say.
    Nothing,
    /// What the function would return.
    Out(Out),
    /// What the body yielded.
    Value(Value),
    /// Yes or no.
    Flag(bool),
    /// A ring that this would close. Boxed, so that it makes no other answer larger.
    Ring(Box<Cycle>),
}
