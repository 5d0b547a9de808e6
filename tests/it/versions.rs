//! Two versions of one crate in one program: their memos have one path, and a report tells them apart.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

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
    write(&program.join("Cargo.toml"), &(package("program", 1, &both) + "[workspace]\n"));
    write(&program.join("src/main.rs"), PROGRAM);
    // The versions of the dependencies that are here; cargo adds the two.
    fs::copy(workspace().join("Cargo.lock"), program.join("Cargo.lock")).expect("a file can be copied");

    let said = run(&program);
    let names: Vec<_> = said.lines().filter_map(|line| line.strip_suffix(" hits")).collect();
    assert_eq!(names, ["doc::words: 2", "doc::words (doc-2.0.0/src/lib.rs:1): 3"], "{said}");
    let in_the_table =
        |name: &str| said.lines().filter(|line| *line == name || line.starts_with(&format!("{name}  "))).count();
    assert_eq!((in_the_table("doc::words"), in_the_table("doc::words (doc-2.0.0/src/lib.rs:1)")), (1, 1), "{said}");
}

/// What the program writes, built with the dependencies at hand.
fn run(program: &Path) -> String {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let mut cargo = Command::new(cargo);
    cargo.current_dir(program).args(["run", "--quiet", "--offline", "--target-dir"]);
    cargo.arg(Path::new(env!("CARGO_TARGET_TMPDIR")).join("programs")).env_remove("RUSTFLAGS");
    let output = cargo.output().expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("the program writes UTF-8")
}

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("a package of the workspace").to_owned()
}

fn package(name: &str, version: u32, dependencies: &str) -> String {
    format!(
        "[package]\nname = \"{name}\"\nversion = \"{version}.0.0\"\nedition = \"2024\"\n\n[dependencies]\n{dependencies}\n"
    )
}

fn dependency(name: &str, path: &Path, more: &str) -> String {
    format!("{name} = {{ path = {path:?}{more} }}\n")
}

/// Leaves the file alone if that is what it holds: cargo goes by its time.
fn write(path: &Path, text: &str) {
    if fs::read_to_string(path).is_ok_and(|old| old == text) {
        return;
    }
    fs::create_dir_all(path.parent().expect("a file lies in a folder")).expect("a folder can be made");
    fs::write(path, text).expect("a file can be written");
}
