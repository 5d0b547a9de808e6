//! Programs of users, built as theirs: with cargo, in folders of their own.

mod flags;
mod locked;
mod packed;
mod versions;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What the program writes, built with the dependencies at hand and with these flags for all crates.
fn run(program: &Path, flags: &str) -> String {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let mut cargo = Command::new(cargo);
    cargo.current_dir(program).args(["run", "--quiet", "--offline", "--target-dir"]);
    cargo.arg(Path::new(env!("CARGO_TARGET_TMPDIR")).join("programs")).env("RUSTFLAGS", flags);
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
