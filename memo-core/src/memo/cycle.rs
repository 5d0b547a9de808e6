//! What there is to say of a ring of memo calls: the payload of its panic, and what `cycle = |cycle| ..` sees.

use std::error::Error;
use std::fmt;
use std::panic::panic_any;

use super::core::Core;
use super::names;

/// A ring of memo calls: a call that would wait for itself.
///
/// Without `cycle = ..`, the call that closes a ring panics with this as its payload. With `cycle = |cycle| ..`, the closure gets it.
///
/// `Display` writes it as one sentence. Since the standard library prints no payload that is not text, that sentence is also written to
/// standard error before the panic. A panic hook of your own can get it by `payload().downcast_ref::<Cycle>()`.
///
/// # Examples
///
/// ```
/// use memo_core::{Cycle, weak_memo};
/// use std::sync::Arc;
///
/// struct Count {
///     number: u64,
/// }
///
/// #[weak_memo]
/// fn even(count: &Arc<Count>, below: u32) -> bool {
///     count.number == 0 || odd(count, below)
/// }
///
/// #[weak_memo]
/// fn odd(count: &Arc<Count>, below: u32) -> bool {
///     even(count, below) // of the same number: a mistake
/// }
///
/// let count = Arc::new(Count { number: 1 });
/// let panic = std::panic::catch_unwind(|| even(&count, 7)).unwrap_err();
/// let cycle = panic.downcast::<Cycle>().expect("the payload of a ring");
/// let memos: Vec<_> = cycle.chain.iter().map(|call| call.memo.rsplit("::").next().unwrap()).collect();
/// assert_eq!(memos, ["even", "odd"]);
/// assert_eq!(cycle.chain[0].key.as_deref(), Some("7"));
/// ```
#[derive(Clone, Debug)]
pub struct Cycle {
    /// The calls of the ring, each of which requests the next one. The last one requests the first.
    ///
    /// Around several threads, it begins with the outermost one of the thread that closes the ring.
    pub chain: Vec<CycleCall>,
    kind: Kind,
}

/// One call of a [`Cycle`].
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct CycleCall {
    /// The name of the memo: `module::function`, or the one given by `name = ".."`.
    pub memo: String,
    /// The file that the memo is written in.
    pub file: &'static str,
    /// Its line there.
    pub line: u32,
    /// The extra key of the call, formatted as by [`Memo::entries_of`](crate::Memo::entries_of): values by their `Debug`.
    ///
    /// `None` if there is no extra key, or if it belongs to another thread alone.
    pub key: Option<String>,
}

impl CycleCall {
    pub(crate) fn new(core: &Core, key: Option<String>) -> Self {
        let site = core.site();
        Self { memo: names::own_name(core), file: site.file, line: site.line, key }
    }
}

impl fmt::Display for CycleCall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` at {}:{}", self.memo, self.file, self.line)?;
        match &self.key {
            Some(key) => write!(f, " for {key}"),
            None => Ok(()),
        }
    }
}

/// How a ring was found.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Kind {
    /// A call requests what a call around it computes.
    Inside,
    /// A call would wait for a thread that waits for this one, in a ring of so many.
    Around { threads: usize },
    /// A call would wait for a call that waits for it, as tasks do, in a ring of so many.
    AroundTasks { calls: usize },
    /// A call requests what so many suspended computations of its thread compute.
    Suspended { beside: usize },
    /// A body cleared its own flight and asked again, so many times.
    Again { times: usize },
    /// Computations of one key, which do not wait for each other, are nested so deep.
    Nested { deep: usize },
}

impl Cycle {
    pub(crate) fn new(kind: Kind, chain: Vec<CycleCall>) -> Self {
        Self { chain, kind }
    }

    /// Panics with this as the payload, at the caller's line.
    #[cold]
    #[inline(never)]
    #[track_caller]
    pub(crate) fn raise(self) -> ! {
        // The hook of std prints texts only.
        eprintln!("{self}");
        panic_any(self)
    }
}

impl fmt::Display for Cycle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(first) = self.chain.first() else { return f.write_str("memo_core: a ring of memo calls") };
        let name = &first.memo;
        match self.kind {
            Kind::Inside => write!(f, "memo_core: `{name}` requests a result that it is computing: ")?,
            Kind::Around { threads } => {
                write!(f, "memo_core: `{name}` requests a result that waits for it, in a ring of {threads} threads: ")?;
            }
            Kind::AroundTasks { calls } => {
                write!(f, "memo_core: `{name}` requests a result that waits for it, in a ring of {calls} calls: ")?;
            }
            Kind::Again { times } => {
                write!(f, "memo_core: `{name}` restarted its own computation {times} times after clearing it: ")?;
            }
            Kind::Suspended { beside } => {
                return write!(
                    f,
                    "memo_core: {first} requests a result that {beside} suspended computations of this thread are computing: it seems to call itself"
                );
            }
            Kind::Nested { deep } => {
                return write!(
                    f,
                    "memo_core: {first} is nested {deep} deep on one thread: it seems to request its own result"
                );
            }
        }
        for call in &self.chain {
            write!(f, "{call} -> ")?;
        }
        write!(f, "`{name}`")
    }
}

impl Error for Cycle {}
