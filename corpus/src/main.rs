//! The main job of `memo-core` on real input: an editor's analyses over thousands of Rust files, remembered for exactly
//! as long as the version of the file they belong to. And, as a control, the same without.
//!
//! ```text
//! cargo run --release --example corpus            # over the dependencies that cargo has downloaded
//! cargo run --release --example corpus -- DIR     # over every .rs file below DIR
//! cargo run --release --example corpus -- --quick # a few seconds
//! cargo run --release --example corpus -- --inspect --files 50000 # with a live page of the memos
//! ```
//!
//! It replays a session at random, but the same one for the same seed: files are opened, viewed, edited (each edit makes
//! a new object), undone (which brings the old object back, and with it its results), searched and closed. It does so
//! three times, in a fresh process each: with the memos, with nothing remembered, and with a strong cache by path. Then it
//! prints the memos' report, and time and heap side by side.
//!
//! The answers of all three have to be the same, and no result of a memo may outlive its file, which is counted from
//! outside the library. Otherwise it exits with 1.
//!
//! Where to look: `analyses.rs` has the functions and their memos, to copy; `ways/` the three ways to call them, of
//! which `by_path.rs` is the cache that one would write instead; `witness/` gathers the evidence.

use peak_alloc::PeakAlloc;
use std::process::ExitCode;

#[global_allocator]
static HEAP: PeakAlloc = PeakAlloc;

fn main() -> ExitCode {
    corpus::main()
}
