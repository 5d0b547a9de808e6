//! Two versions of one crate in one program: their memos have one path, and a report tells them apart.

use std::fs;
use std::path::Path;

use crate::{dependency, package, run, workspace, write};

/// The crate `doc`: its memo adds its version.
fn doc(version: u32) -> String {
    format!(
        "#[memo_core::weak_memo]
pub fn words(text: &std::sync::Arc<String>) -> usize {{
    text.len() + {version}
}}
"
    )
}

const PROGRAM: &str = r##"
fn main() {
    let text = std::sync::Arc::new(String::new());
    for _ in 0..3 {
        assert_eq!((first::words(&text), second::words(&text)), (1, 2));
    }
    second::words(&text);
    for memo in memo_core::memos() {
        println!("{}: {} hits", memo.name, memo.stats.hits);
    }
    println!("{}", memo_core::report());
}
"##;

#[test]
fn memos_of_two_versions_of_a_crate_are_told_apart_in_a_report() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("versions");
    for (name, version) in [("doc-1.0.0", 1), ("doc-2.0.0", 2)] {
        let manifest = package("doc", version, &dependency("memo-core", &workspace().join("memo-core"), ""));
        write(&folder.join(name).join("Cargo.toml"), &manifest);
        write(&folder.join(name).join("src/lib.rs"), &doc(version));
    }
    let both: String = [("first", "doc-1.0.0"), ("second", "doc-2.0.0")]
        .map(|(name, path)| dependency(name, &folder.join(path), ", package = \"doc\""))
        .concat();
    let both = both + &dependency("memo-core", &workspace().join("memo-core"), "");
    let program = folder.join("program");
    write(&program.join("Cargo.toml"), &(package("versions", 1, &both) + "[workspace]\n"));
    write(&program.join("src/main.rs"), PROGRAM);
    // The versions of the dependencies that are here; cargo adds the two.
    fs::copy(workspace().join("Cargo.lock"), program.join("Cargo.lock")).expect("a file can be copied");

    let said = run(&program, "");
    let names: Vec<_> = said.lines().filter_map(|line| line.strip_suffix(" hits")).collect();
    assert_eq!(names, ["doc::words: 2", "doc::words (doc-2.0.0/src/lib.rs:1): 3"], "{said}");
    let in_the_table =
        |name: &str| said.lines().filter(|line| *line == name || line.starts_with(&format!("{name}  "))).count();
    assert_eq!((in_the_table("doc::words"), in_the_table("doc::words (doc-2.0.0/src/lib.rs:1)")), (1, 1), "{said}");
}
