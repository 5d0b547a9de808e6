use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::report::{Report, errors};

const EDITIONS: [&str; 3] = ["2018", "2021", "2024"];

/// The form of a source without our attributes, and the one with them.
pub(crate) const PLAIN: &str = "plain";
pub(crate) const MEMO: &str = "memo";

/// A workspace with a source in some forms, in each edition. All such share one target folder, for what they depend on.
pub(crate) struct Crates {
    name: &'static str,
    folder: PathBuf,
}

impl Crates {
    /// None, and a line that says so, where the toolchain has no clippy.
    pub(crate) fn write(name: &'static str, source: &str, forms: &[&str]) -> Option<Self> {
        if !Command::new(cargo()).args(["clippy", "--version"]).output().is_ok_and(|output| output.status.success()) {
            eprintln!("skipped: `cargo clippy` is not there");
            return None;
        }
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        let all = || EDITIONS.iter().flat_map(|edition| forms.iter().map(move |form| (*form, *edition)));
        let members: String = all().map(|(form, edition)| format!("\"{}\", ", package(name, form, edition))).collect();
        write(&folder.join("Cargo.toml"), &format!("[workspace]\nresolver = \"3\"\nmembers = [{members}]\n"));
        let lock = fs::read_to_string(workspace().join("Cargo.lock")).expect("the workspace has a lock file");
        write(&folder.join("Cargo.lock"), &lock);
        for (form, edition) in all() {
            let (source, lend) = match form {
                PLAIN => (blanked(source), include_str!("lend_plain.rs")),
                _ => (source.to_owned(), include_str!("lend_memo.rs")),
            };
            member(&folder, &package(name, form, edition), edition, &source, lend);
        }
        Some(Self { name, folder })
    }

    /// What is said of them, in the order of the editions.
    pub(crate) fn reports<const N: usize>(&self, forms: [&str; N], lints: &[&str]) -> [[Report; N]; 3] {
        let flags: Vec<_> = lints.iter().map(|lint| format!("-W{lint}")).collect();
        let clippy = self.cargo(&["clippy"], &flags, None);
        let doc = self.cargo(&["doc", "--no-deps"], &[], Some("-Wrustdoc::all"));
        let both = format!("{clippy}{doc}");
        EDITIONS.map(|edition| forms.map(|form| Report::of(&package(self.name, form, edition), &both)))
    }

    fn cargo(&self, command: &[&str], flags: &[String], rustdoc: Option<&str>) -> String {
        let mut cargo = Command::new(cargo());
        cargo.current_dir(&self.folder).args(command).args(["--offline", "--workspace", "--message-format=json"]);
        cargo.arg("--target-dir").arg(Path::new(env!("CARGO_TARGET_TMPDIR")).join("lints"));
        cargo.env_remove("RUSTFLAGS").env("CARGO_INCREMENTAL", "1");
        if let Some(flags) = rustdoc {
            cargo.env("RUSTDOCFLAGS", flags);
        }
        if !flags.is_empty() {
            cargo.arg("--").args(flags);
        }
        let output = cargo.output().expect("cargo runs");
        let messages = String::from_utf8(output.stdout).expect("cargo writes UTF-8");
        assert!(output.status.success(), "{}{}", errors(&messages), String::from_utf8_lossy(&output.stderr));
        messages
    }
}

fn cargo() -> String {
    std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned())
}

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("a package of the workspace").to_owned()
}

/// What is unlike those of the other sources: cargo takes packages of one name for one package if they lie alike in their workspaces, and
/// repeats what was said of the one for the other.
fn package(name: &str, form: &str, edition: &str) -> String {
    format!("{name}-{form}-{edition}")
}

fn member(folder: &Path, package: &str, edition: &str, source: &str, lend: &str) {
    let folder = folder.join(package);
    let memo_core = workspace().join("memo-core");
    let manifest = format!(
        "[package]\nname = \"{package}\"\nversion = \"0.1.0\"\nedition = \"{edition}\"\n\n[dependencies]\nmemo-core = {{ path = {memo_core:?} }}\n"
    );
    write(&folder.join("Cargo.toml"), &manifest);
    write(&folder.join("src/lib.rs"), source);
    write(&folder.join("src/lend.rs"), lend);
}

/// Leaves the file alone if that is what it holds: cargo goes by its time.
fn write(path: &Path, text: &str) {
    if fs::read_to_string(path).is_ok_and(|old| old == text) {
        return;
    }
    fs::create_dir_all(path.parent().expect("a file lies in a folder")).expect("a folder can be made");
    fs::write(path, text).expect("a file can be written");
}

/// The source with comments where our attributes and their import stand.
fn blanked(source: &str) -> String {
    let import = "use memo_core::weak_memo;";
    let mut source = source.replace(import, &comment(import.len()));
    for opening in ["#[weak_memo", "#[memo("] {
        while let Some(start) = source.find(opening) {
            let end = start + closing(&source[start + 1..]) + 2;
            source.replace_range(start..end, &comment(end - start));
        }
    }
    source
}

/// Not blanks: clippy has a word on empty lines between a function and its docs.
fn comment(len: usize) -> String {
    format!("/*{}*/", "-".repeat(len - 4))
}

/// Where the bracket closes that `text` begins with.
fn closing(text: &str) -> usize {
    let mut depth = 0;
    for (at, character) in text.char_indices() {
        match character {
            '[' => depth += 1,
            ']' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return at;
        }
    }
    panic!("an attribute that does not close: {text}");
}
