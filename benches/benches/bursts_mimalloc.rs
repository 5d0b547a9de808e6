//! The questions of `bursts`, with an allocator that puts nothing off: what is left in the worst calls is our own.
//!
//! glibc keeps what was freed as it is until something of another size is asked for, and then goes over all of it: 0.1 s after
//! 1,000,000 boxes. mimalloc does not; but it gives pages back to the system after a while, which takes milliseconds, unless it is told not to.

use std::process::{Command, exit};

#[path = "bursts.rs"]
mod bursts;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Read when the process starts: milliseconds, none for never.
const DELAY: &str = "MIMALLOC_PURGE_DELAY";

fn main() {
    if std::env::var_os(DELAY).is_some() {
        return bursts::main();
    }
    let own = std::env::current_exe().expect("a bench has a path");
    let again = Command::new(own).args(std::env::args_os().skip(1)).env(DELAY, "-1").status();
    exit(again.expect("a bench can start itself").code().unwrap_or(1));
}
