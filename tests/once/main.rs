//! Each mistake is told once, with incremental builds and without: the compiler takes two errors for one only where they are
//! of one item, and an expansion has several with the same types.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const MISTAKES: &str = include_str!("mistakes.rs");

/// The message of an error, and the line and column that its caret is under.
type Told = (String, u64, u64);

#[test]
fn each_mistake_is_told_once_by_cargo() {
    let folder = crate_of_mistakes();
    let expected: Vec<_> =
        (1..).zip(MISTAKES.lines()).filter(|(_, line)| line.ends_with("// here")).map(|(number, _)| number).collect();
    for incremental in ["1", "0"] {
        let errors = errors(&folder, incremental);
        let mut lines: Vec<u64> = errors.iter().map(|(_, line, _)| *line).collect();
        lines.sort_unstable();
        assert_eq!(lines, expected, "CARGO_INCREMENTAL={incremental}: {errors:#?}");
    }
}

fn crate_of_mistakes() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("once");
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("a package of the workspace");
    let memo_core = workspace.join("memo-core");
    let manifest = format!(
        "[package]\nname = \"once\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[dependencies]\nmemo-core = {{ path = {memo_core:?} }}\n\n[workspace]\n"
    );
    fs::create_dir_all(folder.join("src")).expect("a folder can be made");
    let lock = fs::read_to_string(workspace.join("Cargo.lock")).expect("the workspace has a lock file");
    for (name, text) in [("Cargo.toml", manifest.as_str()), ("Cargo.lock", &lock), ("src/lib.rs", MISTAKES)] {
        fs::write(folder.join(name), text).expect("a file can be written");
    }
    folder
}

fn errors(folder: &Path, incremental: &str) -> Vec<Told> {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let output = Command::new(cargo)
        .current_dir(folder)
        .args(["check", "--offline", "--message-format=json"])
        .arg("--target-dir")
        .arg(Path::new(env!("CARGO_TARGET_TMPDIR")).join("lints"))
        .env_remove("RUSTFLAGS")
        .env("CARGO_INCREMENTAL", incremental)
        .output()
        .expect("cargo runs");
    let messages = String::from_utf8(output.stdout).expect("cargo writes UTF-8");
    messages.lines().filter_map(error).collect()
}

fn error(line: &str) -> Option<Told> {
    let message: serde_json::Value = serde_json::from_str(line).ok()?;
    let message = message.get("message").filter(|message| message["level"] == "error")?;
    let caret = message["spans"].as_array()?.iter().find(|span| span["is_primary"] == true)?;
    Some((message["message"].to_string(), caret["line_start"].as_u64()?, caret["column_start"].as_u64()?))
}

#[test]
fn no_report_tells_an_error_twice() {
    for path in reports(Path::new("ui")) {
        let report = fs::read_to_string(&path).expect("a report can be read");
        let mut told = BTreeMap::new();
        for error in report.split("\n\n").filter(|part| part.starts_with("error")) {
            let mut lines = error.lines();
            let (what, place) = (lines.next(), lines.next().map(str::trim));
            // A future stays on its thread for several reasons: each is told.
            let why = lines.find(|line| line.starts_with("   = help: the trait"));
            *told.entry((what, place, why)).or_insert(0) += 1;
        }
        assert!(told.values().all(|times| *times == 1), "{}: {told:#?}", path.display());
    }
}

fn reports(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("a test runs in its package's folder");
    let paths = entries.map(|entry| entry.expect("readable").path());
    let found = paths.flat_map(|path| if path.is_dir() { reports(&path) } else { vec![path] });
    found.filter(|path| path.extension().is_some_and(|extension| extension == "stderr")).collect()
}
