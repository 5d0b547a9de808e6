//! Which case is running, for the message if it fails, hangs or ends the process.

use std::sync::atomic::{AtomicU64, Ordering::SeqCst};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use crate::parts::case::Case;
use crate::parts::subjects::Kind;

static RUNNING: Mutex<Option<Running>> = Mutex::new(None);
/// Cases begun.
static BEGUN: AtomicU64 = AtomicU64::new(0);
/// What one case may take before it is taken for a hang.
const LIMIT: Duration = Duration::from_secs(30);

#[derive(Clone, Copy)]
struct Running {
    kind: Kind,
    case: Case,
    nth: u32,
}

fn running() -> MutexGuard<'static, Option<Running>> {
    RUNNING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Says which case it is.
fn tell(how: &str) {
    if let Some(Running { kind, case, nth }) = *running() {
        eprintln!("{how}: {} of {:?}, {case:?}, time {nth}; {kind:?}", kind.name, kind.owner);
    }
}

/// Notes that a case begins. `nth`: which time that the place is reached.
pub(crate) fn note(kind: Kind, case: Case, nth: u32) {
    *running() = Some(Running { kind, case, nth });
    BEGUN.fetch_add(1, SeqCst);
}

/// Runs many cases. Whichever panics, hangs or aborts is named.
pub(crate) fn watched(act: impl FnOnce()) {
    name_what_panics();
    let (done, watch) = channel::<()>();
    thread::spawn(move || {
        let mut begun = 0;
        while watch.recv_timeout(LIMIT) == Err(RecvTimeoutError::Timeout) {
            let before = std::mem::replace(&mut begun, BEGUN.load(SeqCst));
            if before == begun {
                tell("it hangs in");
                std::process::abort();
            }
        }
    });
    act();
    drop(done);
}

/// The hook runs for checks that fail, and for what ends the process; not for what a trap throws.
fn name_what_panics() {
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if !panic.payload().is::<memo_core::Cycle>() {
            tell("in");
            before(panic);
        }
    }));
}
