//! Listeners, which are notified when results of a memo are removed.

use std::any::Any;
use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use crate::memo::core::Core;
use crate::memo::listeners::RemovalCause;

/// A removed result, as passed to a listener of [`Memo::on_removal`](crate::Memo::on_removal).
pub struct Removal<'r, R> {
    cause: RemovalCause,
    value: &'r dyn Any,
    result: PhantomData<fn() -> R>,
}

impl<R: 'static> Removal<'_, R> {
    /// Returns why it was removed.
    #[must_use]
    pub fn cause(&self) -> RemovalCause {
        self.cause
    }

    /// Returns the result, if it is kept as the type that the body returned.
    ///
    /// Otherwise `None`: if the error of a `Result` is never kept, the memo keeps only the `Ok` value, which [`kept`](Removal::kept) returns; if
    /// the result may be an argument itself, it keeps a mark instead; with `weak_value` it keeps a weak pointer.
    #[must_use]
    pub fn value(&self) -> Option<&R> {
        self.kept()
    }

    /// Returns what was kept of the result, if that is a `T`: for memos that keep only the `Ok` value of a `Result`.
    ///
    /// ```
    /// # use memo_core::{Anchored, weak_memo};
    /// # use std::sync::atomic::{AtomicUsize, Ordering};
    /// # static BYTES: AtomicUsize = AtomicUsize::new(0);
    /// #[weak_memo]
    /// fn load(path: &Anchored<&'static str>) -> std::io::Result<String> {
    ///     Ok(format!("the text of {}", **path))
    /// }
    /// load_memo().on_removal(|removal| {
    ///     let bytes = removal.kept::<String>().map_or(0, String::len);
    ///     BYTES.fetch_add(bytes, Ordering::Relaxed);
    /// });
    /// load(&Anchored::new("a.txt")).unwrap();
    /// assert_eq!(BYTES.load(Ordering::Relaxed), 17);
    /// ```
    #[must_use]
    pub fn kept<T: 'static>(&self) -> Option<&T> {
        self.value.downcast_ref()
    }
}

impl<R> fmt::Debug for Removal<'_, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Removal").field("cause", &self.cause).finish_non_exhaustive()
    }
}

/// A listener added by [`Memo::on_removal`](crate::Memo::on_removal).
///
/// Dropping this value changes nothing: the listener stays.
#[derive(Debug)]
pub struct Listener {
    core: &'static Core,
    number: u64,
}

impl Listener {
    pub(crate) fn new<R: 'static>(
        core: &'static Core,
        listener: impl Fn(Removal<'_, R>) + Send + Sync + 'static,
    ) -> Self {
        let call = move |cause, value: &dyn Any| listener(Removal { cause, value, result: PhantomData });
        Self { core, number: core.listeners().add(Arc::new(call)) }
    }

    /// Stops the listener, and returns whether it was active until now.
    ///
    /// It is dropped before this returns or, if another thread is calling it, when that call is done.
    ///
    /// ```
    /// # use memo_core::{Anchored, weak_memo};
    /// #[weak_memo]
    /// fn len(text: &Anchored<String>) -> usize {
    ///     text.len()
    /// }
    /// let listener = len_memo().on_removal(|_| unreachable!());
    /// assert!(listener.stop());
    /// assert!(!listener.stop());
    /// len(&Anchored::new(String::new()));
    /// ```
    pub fn stop(&self) -> bool {
        self.core.listeners().remove(self.number)
    }

    /// Returns whether the listener is active.
    #[must_use]
    pub fn is_listening(&self) -> bool {
        self.core.listeners().has(self.number)
    }
}
