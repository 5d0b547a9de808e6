//! The page in a real browser: Debian's `chromium`. Where there is none, these tests say so, and pass.

mod chromium;
mod crowd;
mod page;
mod pictures;
mod stub;
mod used;
