//! What is being computed now, and who waits for it: for a program that hangs.

use std::collections::HashMap;
use std::fmt;
use std::thread::Thread;
use std::time::Duration;

use crate::compute::as_task::waiting::{self, ParkedFlight};
use crate::compute::boards::{self, Computation};
use crate::compute::wait_graph::{self, WaitingThread};
use crate::inspect::statistics::stats::Counted;
use crate::memo::clock::{self, HAS_CLOCK};
use crate::memo::core::Core;
use crate::memo::names;

/// What is being computed, and who waits for it. `Display` prints it for people.
#[derive(Clone, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct InFlight {
    /// The computes, the oldest first.
    pub computes: Vec<Computing>,
    /// The threads that wait for one, who has waited longest first. Tasks that wait are counted with the [`Computing`] alone.
    pub waits: Vec<Waiting>,
    /// Whether all was seen. A part that another thread was changing at that moment is left out, since this waits for nobody: ask again.
    pub is_complete: bool,
}

/// A compute in progress.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Computing {
    /// The name of the memo.
    pub memo: String,
    /// The source file of its function.
    pub file: &'static str,
    /// The line in that file.
    pub line: u32,
    /// Who runs the body.
    pub by: RunBy,
    /// For how long: since the body was called, or polled first; of a task that has not yet given way, since this poll. To a few milliseconds, and
    /// `None` where there is no clock.
    pub running_for: Option<Duration>,
    /// How many threads and tasks wait for the result.
    pub waiting: usize,
    /// For how long the first of them has waited.
    pub longest_wait: Option<Duration>,
}

/// Who runs a body.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub enum RunBy {
    /// This thread, now: it runs a body, or polls one.
    Thread(ThreadLabel),
    /// Nobody now: the body is a future that waits to be polled. If what it waits for has come, and it is not polled, its task has set it aside or
    /// forgotten it: it is stranded.
    #[non_exhaustive]
    Parked {
        /// How often it was polled.
        polls: u32,
        /// How long ago it was polled last.
        last_polled: Option<Duration>,
    },
}

/// A thread: its name, if it has one, or a number that no other thread has.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct ThreadLabel {
    /// The name.
    pub name: Option<String>,
    /// A number of this crate's, from 1.
    pub number: u32,
}

/// A thread that waits for a result.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Waiting {
    /// The thread that waits.
    pub thread: ThreadLabel,
    /// The memo in whose body it waits: the innermost one. `None` if it waits outside of any.
    pub inside: Option<String>,
    /// The memo that it has called.
    pub memo: Option<String>,
    /// The thread that computes the result, if it does so now.
    pub computed_by: Option<ThreadLabel>,
    /// For how long.
    pub waiting_for: Option<Duration>,
}

/// Returns what is being computed now, and who waits for it.
///
/// For a program that hangs, say on a signal or from a watchdog's thread: it waits for no lock that a body, a destructor or a key may hold, calls nothing of
/// the user's, and a thread that hangs does not hold it up. The figures are those of one moment as far as threads that run meanwhile allow.
///
/// What hangs is seen thus:
///
/// * A body that waits for a lock, a channel or a socket: it runs for long, and its thread is not among [`waits`](InFlight::waits).
/// * Two bodies that wait for each other through a channel: one thread waits inside a memo for another memo, whose thread does not wait here.
/// * A future that nobody polls: it is [parked](RunBy::Parked), and was polled long ago.
///
/// Rings of calls alone are none of these: they panic with a [`Cycle`](crate::Cycle).
///
/// Not listed are bodies that run again for [`verify`](crate::verify()), those of `compute`, computes deeper than 64 levels on one thread, and futures
/// that compute beside others while they are parked. In a child that `fork` has made, the computes of the parent's other threads are listed as well.
///
/// # Cost
///
/// Here, some microseconds, and a line for each compute. For that each compute is noted when it begins and ends, which costs less than
/// 10 ns.
///
/// # Examples
///
/// A watchdog:
///
/// ```
/// use memo_core::{in_flight, weak_memo};
/// use std::sync::{Arc, Barrier};
/// use std::thread;
///
/// #[weak_memo]
/// fn slow(barrier: &Arc<Barrier>) -> u32 {
///     barrier.wait(); // until the watchdog has looked
///     7
/// }
///
/// let barrier = Arc::new(Barrier::new(2));
/// thread::scope(|threads| {
///     threads.spawn(|| slow(&barrier));
///     let seen = loop {
///         let now = in_flight();
///         if !now.computes.is_empty() {
///             break now;
///         }
///     };
///     barrier.wait();
///     assert!(seen.computes[0].memo.ends_with("slow"));
///     println!("{seen}");
/// });
/// ```
#[must_use]
pub fn in_flight() -> InFlight {
    let now = clock::coarse();
    let running = boards::computations();
    let (mut parked, mut tasks) = (Vec::new(), Vec::new());
    let all_tasks = patiently(|| {
        parked.clear();
        tasks.clear();
        waiting::look_at_all(&mut parked, &mut tasks).then_some(())
    });
    let all_threads = patiently(wait_graph::waiting_threads);
    let is_complete = all_tasks.is_some() && all_threads.is_some();
    let mut threads = all_threads.unwrap_or_default();
    threads.sort_by_key(|wait| wait.since);

    let waits = threads.iter().map(|wait| (wait.slot, wait.since));
    let awaited = Awaited::new(tasks.iter().map(|task| (task.slot, task.since)).chain(waits));
    InFlight {
        computes: computes(now, &running, &parked, &awaited),
        waits: threads.iter().map(|wait| Waiting::new(now, wait, &running)).collect(),
        is_complete,
    }
}

/// What is computed by threads, and what is parked, the oldest first. A future that is polled is both, and listed once.
fn computes(now: u64, running: &[Computation], parked: &[ParkedFlight], awaited: &Awaited) -> Vec<Computing> {
    let by_threads = running.iter().map(|running| {
        let same = |parked: &&ParkedFlight| (parked.slot, parked.number) == (running.slot, running.flight);
        let begun = parked.iter().find(same).map_or(running.started, |parked| parked.begun);
        (begun, running.core, running.slot, RunBy::Thread(ThreadLabel::of(running)))
    });
    let is_polled = |parked: &ParkedFlight| {
        running.iter().any(|running| (running.slot, running.flight) == (parked.slot, parked.number))
    };
    let by_nobody = parked.iter().filter(|parked| !is_polled(parked)).map(|parked| {
        let by = RunBy::Parked { polls: parked.polls, last_polled: since(now, parked.polled) };
        (parked.begun, parked.core, parked.slot, by)
    });
    let mut all: Vec<_> = by_threads.chain(by_nobody).collect();
    all.sort_by_key(|&(begun, ..)| begun);
    let computing = |(begun, core, slot, by): (u64, &'static Core, usize, RunBy)| {
        let (waiting, first) = awaited.of(slot);
        Computing {
            memo: name(core),
            file: core.site().file,
            line: core.site().line,
            by,
            running_for: since(now, begun),
            waiting,
            longest_wait: first.and_then(|first| since(now, first)),
        }
    };
    all.into_iter().map(computing).collect()
}

impl Waiting {
    fn new(now: u64, wait: &WaitingThread, running: &[Computation]) -> Self {
        let computed = running.iter().find(|running| running.slot == wait.slot);
        Self {
            thread: ThreadLabel::new(wait.number, wait.thread.as_ref()),
            inside: wait.inside.map(name),
            memo: wait.core.or(computed.map(|computed| computed.core)).map(name),
            computed_by: computed.map(ThreadLabel::of),
            waiting_for: since(now, wait.since),
        }
    }
}

/// Tries a few times: what is in the way is a lock that is held for some instructions.
fn patiently<R>(mut look: impl FnMut() -> Option<R>) -> Option<R> {
    (0..100).find_map(|_| {
        let seen = look();
        if seen.is_none() {
            std::thread::yield_now();
        }
        seen
    })
}

/// How many wait for each slot, and since when.
struct Awaited(HashMap<usize, (usize, u64)>);

impl Awaited {
    fn new(waits: impl Iterator<Item = (usize, u64)>) -> Self {
        let mut of = HashMap::new();
        for (slot, since) in waits {
            let (count, first) = of.entry(slot).or_insert((0, since));
            *count += 1;
            *first = since.min(*first);
        }
        Self(of)
    }

    fn of(&self, slot: usize) -> (usize, Option<u64>) {
        self.0.get(&slot).map_or((0, None), |&(count, first)| (count, Some(first)))
    }
}

impl ThreadLabel {
    fn new(number: u32, thread: Option<&Thread>) -> Self {
        Self { name: thread.and_then(Thread::name).map(str::to_owned), number }
    }

    fn of(running: &Computation) -> Self {
        Self::new(running.thread, boards::handle_of(running.thread).as_ref())
    }
}

/// Without the lock that gives names.
fn name(core: &'static Core) -> String {
    names::known(core).map_or_else(|| names::own_name(core), str::to_owned)
}

fn since(now: u64, then: u64) -> Option<Duration> {
    HAS_CLOCK.then(|| Duration::from_nanos(now.saturating_sub(then)))
}

impl fmt::Display for ThreadLabel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.name {
            Some(name) => write!(f, "thread `{name}`"),
            None => write!(f, "thread {}", self.number),
        }
    }
}

/// One line for each compute, and one for each thread that waits.
impl fmt::Display for InFlight {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.computes.is_empty() && self.waits.is_empty() {
            writeln!(f, "nothing is being computed")?;
        }
        for computing in &self.computes {
            write!(f, "`{}` ({}:{})", computing.memo, computing.file, computing.line)?;
            time(f, " for ", computing.running_for)?;
            match &computing.by {
                RunBy::Thread(thread) => write!(f, ", by {thread}")?,
                RunBy::Parked { polls, last_polled } => {
                    write!(f, ", a future polled {}", Counted(u64::from(*polls), "time", "times"))?;
                    time(f, ", last ", *last_polled)?;
                    if last_polled.is_some() {
                        write!(f, " ago")?;
                    }
                }
            }
            if computing.waiting > 0 {
                write!(f, "; {}", Counted(computing.waiting as u64, "call waits", "calls wait"))?;
                time(f, ", the first for ", computing.longest_wait)?;
            }
            writeln!(f)?;
        }
        for waiting in &self.waits {
            write!(f, "{} waits", waiting.thread)?;
            if let Some(inside) = &waiting.inside {
                write!(f, " inside `{inside}`")?;
            }
            if let Some(memo) = &waiting.memo {
                write!(f, " for `{memo}`")?;
            }
            if let Some(by) = &waiting.computed_by {
                write!(f, ", which {by} computes")?;
            }
            time(f, ", for ", waiting.waiting_for)?;
            writeln!(f)?;
        }
        if self.is_complete { Ok(()) } else { writeln!(f, "(not all was seen: other threads were busy there)") }
    }
}

fn time(f: &mut fmt::Formatter<'_>, before: &str, time: Option<Duration>) -> fmt::Result {
    time.map_or(Ok(()), |time| write!(f, "{before}{time:.1?}"))
}
