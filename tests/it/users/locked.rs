//! What stands in the lock file of a user: what the library needs, and nothing that its models and tests do.

use std::fs;
use std::path::Path;

use crate::{dependency, package, run, workspace, write};

const PROGRAM: &str = r##"
#[memo_core::weak_memo]
fn words(text: &std::sync::Arc<String>) -> usize {
    text.split_whitespace().count()
}

fn main() {
    println!("{}", words(&std::sync::Arc::new(String::from("one two"))));
}
"##;

#[test]
fn a_user_locks_what_the_library_needs_and_no_more() {
    let program = Path::new(env!("CARGO_TARGET_TMPDIR")).join("locked");
    let memo_core = dependency("memo-core", &workspace().join("memo-core"), "");
    write(&program.join("Cargo.toml"), &(package("locked", 1, &memo_core) + "[workspace]\n"));
    write(&program.join("src/main.rs"), PROGRAM);
    let lock = program.join("Cargo.lock");
    fs::copy(workspace().join("Cargo.lock"), &lock).expect("a file can be copied");
    assert_eq!(run(&program, ""), "2\n");

    let lock = fs::read_to_string(lock).expect("cargo has written it");
    let names: Vec<_> = lock.lines().filter_map(|line| line.strip_prefix("name = ")).collect();
    let names: Vec<_> = names.iter().map(|name| name.trim_matches('"')).collect();
    // `libc` is for Linux, and in the file for all.
    let of_others =
        ["foldhash", "hashbrown", "humantime", "libc", "once_cell", "proc-macro2", "quote", "syn", "unicode-ident"];
    let mut all = [&of_others[..], &["memo-core", "memo-macros", "locked"]].concat();
    all.sort_unstable();
    assert_eq!(names, all);
}
