//! Programs of users, built as theirs: with cargo, in folders of their own.

mod flags;
mod locked;
mod no_mistake;
mod packed;
mod versions;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Where all programs are built to, side by side. Each package has a name of its own: cargo takes packages of one name for one package if they lie
/// alike in their workspaces, and the one would run what was built of the other.
fn target() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("programs")
}

/// What the program writes, built with the dependencies at hand and with these flags for all crates.
fn run(program: &Path, flags: &str) -> String {
    cargo(program, &["run"], flags)
}

/// What cargo writes, or the program it runs.
fn cargo(program: &Path, command: &[&str], flags: &str) -> String {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let mut cargo = Command::new(cargo);
    cargo.current_dir(program).args(command).args(["--quiet", "--offline", "--target-dir"]).arg(target());
    output(cargo.env("RUSTFLAGS", flags).env("CARGO_PROFILE_DEV_DEBUG", "0"))
}

/// What a command writes that succeeds.
fn output(command: &mut Command) -> String {
    let output = command.output().expect("it can be started");
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("it writes UTF-8")
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
