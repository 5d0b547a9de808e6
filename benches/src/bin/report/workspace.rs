//! Where things are, and Cargo run on them.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::Command;

pub(crate) type Outcome<T> = Result<T, Box<dyn Error>>;

/// The sources that this program was built from, and where it was built to.
#[derive(Debug)]
pub(crate) struct Workspace {
    pub(crate) root: PathBuf,
    target: PathBuf,
}

impl Workspace {
    pub(crate) fn of_this_program() -> Outcome<Self> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().ok_or("the benches are in a workspace")?;
        let own = std::env::current_exe()?;
        let target = own.ancestors().nth(2).ok_or("Cargo builds into a folder of a folder")?;
        Ok(Self { root: root.to_owned(), target: target.to_owned() })
    }

    /// The folder of the report.
    pub(crate) fn report(&self) -> PathBuf {
        self.target.join("report")
    }

    /// The `only` program of this state of the sources.
    pub(crate) fn only(&self) -> Outcome<PathBuf> {
        self.build_only(self.target.clone(), "")
    }

    /// The same with this flag, built apart.
    pub(crate) fn only_with(&self, flag: &str) -> Outcome<PathBuf> {
        self.build_only(self.report().join("uncounted"), flag)
    }

    fn build_only(&self, target: PathBuf, flag: &str) -> Outcome<PathBuf> {
        let mut cargo = cargo(&self.root);
        cargo.args([
            "build",
            "--quiet",
            "--locked",
            "--release",
            "-p",
            "memo-benches",
            "--bin",
            "only",
            "--target-dir",
        ]);
        cargo.arg(&target);
        if !flag.is_empty() {
            let flags = std::env::var("RUSTFLAGS").unwrap_or_default();
            cargo.env("RUSTFLAGS", format!("{flags} {flag}"));
        }
        said(&mut cargo)?;
        Ok(target.join("release").join("only"))
    }
}

/// Cargo in a folder.
pub(crate) fn cargo(folder: &Path) -> Command {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(folder);
    cargo
}

/// What a program that succeeds says.
pub(crate) fn said(program: &mut Command) -> Outcome<String> {
    let output = program.output()?;
    if !output.status.success() {
        return Err(format!("{program:?}: {}", String::from_utf8_lossy(&output.stderr)).into());
    }
    Ok(String::from_utf8(output.stdout)?)
}
