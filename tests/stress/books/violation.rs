//! The end of a run that found something.

use std::fmt;
use std::sync::OnceLock;

use crate::books::options::Options;
use crate::books::seat;

static OPTIONS: OnceLock<Options> = OnceLock::new();

pub(crate) fn set_options(options: Options) {
    OPTIONS.set(options).expect("one run a process");
}

/// Says what is wrong, where and in which run, and ends the process: what follows could not be trusted.
macro_rules! violation {
    ($($what:tt)*) => {
        $crate::books::violation::end(format_args!($($what)*))
    };
}
pub(crate) use violation;

#[cold]
pub(crate) fn end(what: fmt::Arguments<'_>) -> ! {
    let (number, seat) = (seat::index(), seat::mine());
    eprintln!("\nstress: VIOLATION: {what}");
    eprintln!("  thread {number}: {}", seat.describe());
    if let Some(options) = OPTIONS.get() {
        let panics = if options.panics { " --panics" } else { "" };
        let (threads, seed, objects) = (options.threads, options.seed, options.objects);
        eprintln!("  run: --threads {threads} --seed {seed} --objects {objects}{panics}");
    }
    eprintln!("  {}", std::backtrace::Backtrace::capture());
    std::process::exit(1)
}
