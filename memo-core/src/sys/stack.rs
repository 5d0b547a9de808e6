//! Which stack a call runs on: a compute may be suspended on a stack of its own (stackful coroutines) while others of its
//! thread continue.
//!
//! Such a switch is not announced, but memory shows it. The stacks of coroutines have a page without access below
//! them, as those of threads have. So everything between two addresses of one stack is writable, and between two stacks there is a gap.
//! This is checked only when a thread meets a compute of its own.
//!
//! If the system does not report its memory map, or stacks are adjacent with nothing between them, addresses further up
//! are taken for the same stack. A compute that is only suspended is then taken for a ring. The reverse never happens.

use std::hint::black_box;
use std::ops::Range;

/// The stack that a call runs on.
pub(crate) struct Stack {
    /// The writable memory around it, as far as known.
    memory: Range<usize>,
}

/// An address on the caller's stack, not below the frames that it calls.
#[inline(always)]
pub(crate) fn address() -> usize {
    let here = 0_u8;
    black_box(std::ptr::from_ref(&here)).addr()
}

impl Stack {
    #[cold]
    #[inline(never)]
    pub(crate) fn current() -> Self {
        let here = address();
        // Stacks grow downwards everywhere that Rust runs.
        Self { memory: memory_around(here).unwrap_or(here..usize::MAX) }
    }

    pub(crate) fn has(&self, address: usize) -> bool {
        self.memory.contains(&address)
    }
}

#[cfg(all(any(target_os = "linux", target_os = "android"), not(miri)))]
fn memory_around(address: usize) -> Option<Range<usize>> {
    in_maps(&std::fs::read_to_string("/proc/self/maps").ok()?, address)
}

#[cfg(not(all(any(target_os = "linux", target_os = "android"), not(miri))))]
fn memory_around(_: usize) -> Option<Range<usize>> {
    None
}

/// Finds the part around `address` that is writable without a gap, in Linux's list of memory with one mapping on each line.
#[cfg_attr(not(any(target_os = "linux", target_os = "android")), allow(dead_code))]
fn in_maps(maps: &str, address: usize) -> Option<Range<usize>> {
    let mut around = 0..0;
    for line in maps.lines() {
        let (bounds, rest) = line.split_once(' ')?;
        let (start, end) = bounds.split_once('-')?;
        let (start, end) = (usize::from_str_radix(start, 16).ok()?, usize::from_str_radix(end, 16).ok()?);
        if !rest.starts_with("rw") {
            continue;
        }
        if start == around.end {
            around.end = end;
        } else if around.contains(&address) {
            break;
        } else {
            around = start..end;
        }
    }
    around.contains(&address).then_some(around)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAPS: &str = "\
1000-2000 rw-p 00000000 00:00 0
2000-3000 ---p 00000000 00:00 0
3000-4000 rw-p 00000000 00:00 0
4000-6000 rw-p 00000000 00:00 0 [a name]
6000-7000 r--p 00000000 00:00 0
8000-9000 rw-p 00000000 00:00 0
";

    #[test]
    fn one_stack_is_what_can_be_written_to_without_a_gap() {
        assert_eq!(in_maps(MAPS, 0x1800), Some(0x1000..0x2000));
        assert_eq!(in_maps(MAPS, 0x3000), Some(0x3000..0x6000));
        assert_eq!(in_maps(MAPS, 0x5fff), Some(0x3000..0x6000));
        assert_eq!(in_maps(MAPS, 0x8000), Some(0x8000..0x9000));
        for nowhere in [0x0, 0x2000, 0x6800, 0x7800, 0x9000] {
            assert_eq!(in_maps(MAPS, nowhere), None);
        }
        assert_eq!(in_maps("not such a list", 1), None);
    }

    #[test]
    fn a_call_is_on_its_callers_stack_and_not_on_another_threads() {
        let here = address();
        assert!(Stack::current().has(here));
        std::thread::scope(|scope| {
            let there = scope.spawn(|| Stack::current().has(here)).join().unwrap();
            assert!(!there || cfg!(not(target_os = "linux")) || cfg!(miri));
        });
    }
}
