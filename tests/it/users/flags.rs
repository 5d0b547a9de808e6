//! Flags that a user sets for models of his own are not for this library.

use std::fs;
use std::path::Path;

use crate::{dependency, package, run, workspace, write};

const PROGRAM: &str = r##"
use std::sync::Arc;

// In a model no atomic could be made here.
static ANCHOR: memo_core::Anchor = memo_core::Anchor::new();

#[memo_core::weak_memo]
fn words(text: &Arc<String>) -> usize {
    text.split_whitespace().count()
}

fn main() {
    let text = Arc::new(String::from("as ever"));
    let other = std::thread::spawn({
        let text = Arc::clone(&text);
        move || words(&text)
    });
    assert_eq!((words(&text), other.join().unwrap()), (2, 2));
    drop(text);
    assert_eq!(memo_core::sweep(), 1);
    println!("{ANCHOR:?} {}", words_memo().stats().dropped);
}
"##;

#[test]
fn models_of_the_users_own_change_nothing() {
    let program = Path::new(env!("CARGO_TARGET_TMPDIR")).join("flags");
    let memo_core = dependency("memo-core", &workspace().join("memo-core"), "");
    write(&program.join("Cargo.toml"), &(package("flags", 1, &memo_core) + "[workspace]\n"));
    write(&program.join("src/main.rs"), PROGRAM);
    fs::copy(workspace().join("Cargo.lock"), program.join("Cargo.lock")).expect("a file can be copied");
    let said = run(&program, "--cfg loom --cfg shuttle");
    assert!(said.ends_with(" 1\n"), "{said}");
}
