//! The operations that a handle requests from its memo, and the replies.

use super::source::Hit;
use crate::anchor::anchor::Anchor;
use crate::memo::cycle::Cycle;
use crate::sys::panics::OnItsWay;

/// What the companion handle asks of a memo: of one that lends the first three and the last two, of all others all but these.
#[derive(Debug)]
pub enum Op<V> {
    /// The result, if it is there.
    Get,
    /// The bare body.
    Compute,
    /// What the function would return, and how it came to be.
    Call,
    /// A new result.
    Refresh,
    /// A new result, and the old one until then.
    Renew,
    /// This result.
    Insert(OnItsWay<V>),
    /// No result.
    Forget,
    /// This result, if there is none.
    Set(OnItsWay<V>),
    /// What to do with the anchor, once that is the caller's alone.
    Prepare,
}

/// What the handle's function pointer writes its answer to.
#[derive(Debug)]
pub enum Reply<Out, Value> {
    /// Nothing to say.
    Nothing,
    /// What the function would return.
    Out(Out),
    /// The same, and how it came to be.
    Told(Out, Hit),
    /// What the body yielded, or what was not taken.
    Value(Value),
    /// Yes or no.
    Flag(bool),
    /// A ring that this would close. Boxed, so that it makes no other answer larger.
    Ring(Box<Cycle>),
    /// A change that is yet to be made.
    Prepared(Prepared<Value>),
}

/// A change of one result, whose key is known: to be made to the anchor of its owner.
pub(crate) trait Change<Y> {
    /// Takes the result out, puts `new` there if it is given and to be kept, and returns the old one.
    fn make(self: Box<Self>, anchor: &mut Anchor, new: Option<OnItsWay<Y>>) -> Option<Y>;
}

/// A [`Change`] of any memo.
pub struct Prepared<Y>(pub(crate) Box<dyn Change<Y>>);

impl<Y> std::fmt::Debug for Prepared<Y> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Prepared")
    }
}

/// What the body of a memo that lends yields, as far as `Kept` is kept of it: all, or the `Ok` of a `Result`.
pub trait Yields<Kept>: Sized {
    /// What is to be kept. `Err`: nothing.
    ///
    /// # Errors
    ///
    /// The whole.
    fn keep(self) -> Result<Kept, Self>;
    /// What the body would have yielded.
    fn give(kept: Kept) -> Self;
}

impl<V> Yields<V> for V {
    fn keep(self) -> Result<V, V> {
        Ok(self)
    }

    fn give(kept: V) -> V {
        kept
    }
}

impl<V, E> Yields<V> for Result<V, E> {
    fn keep(self) -> Result<V, Self> {
        self.map_err(Err)
    }

    fn give(kept: V) -> Self {
        Ok(kept)
    }
}
