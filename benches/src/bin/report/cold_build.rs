//! What a crate pays for one memo: a build from nothing, and the packages built.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use memo_benches::machine::version_of;
use memo_benches::report::targets::OURS;
use memo_benches::report::{Effort, Section, rows};
use memo_benches::run::median;

use crate::workspace::{Outcome, Workspace, cargo, said};

/// A crate that uses one memo that threads share.
struct User {
    of: &'static str,
    dependency: String,
    source: &'static str,
}

const WEAK: &str = "\
use std::sync::Arc;

#[memo_core::weak_memo]
fn length(text: &Arc<String>) -> usize {
    text.len()
}

fn main() {
    println!(\"{}\", length(&Arc::new(String::from(\"text\"))));
}
";

const CACHED: &str = "\
use cached::macros::cached;

#[cached]
fn length(text: String) -> usize {
    text.len()
}

fn main() {
    println!(\"{}\", length(String::from(\"text\")));
}
";

const MEMOIZE: &str = "\
use memoize::memoize;

#[memoize(SharedCache)]
fn length(text: String) -> usize {
    text.len()
}

fn main() {
    println!(\"{}\", length(String::from(\"text\")));
}
";

/// Each with the features that this takes and no others.
fn users(workspace: &Workspace) -> [User; 3] {
    let ours = workspace.root.join("memo-core");
    let (cached, memoize) = (version_of("cached"), version_of("memoize"));
    let proc_macro = r#"default-features = false, features = ["proc_macro"]"#;
    [
        User { of: OURS, dependency: format!("memo-core = {{ path = {ours:?} }}"), source: WEAK },
        User {
            of: "cached",
            dependency: format!(r#"cached = {{ version = "={cached}", {proc_macro} }}"#),
            source: CACHED,
        },
        User {
            of: "memoize",
            dependency: format!(r#"memoize = {{ version = "={memoize}", default-features = false }}"#),
            source: MEMOIZE,
        },
    ]
}

pub(crate) fn cold_build(effort: Effort, workspace: &Workspace) -> Outcome<Section> {
    let mut section = Section::new(
        "A cold build",
        "`cargo build`, a debug build, of a crate that uses one memo, from an empty target folder, all that is needed downloaded before; each \
         crate with the features it takes and no others, built in turn. The packages are those of `cargo tree -e normal,build`.",
    );
    let users = users(workspace);
    let folder = workspace.report().join("cold-build");
    let crates: Vec<PathBuf> = users.iter().map(|user| user.write(&folder, workspace)).collect::<Outcome<_>>()?;
    let mut times = vec![Vec::new(); users.len()];
    for _ in 0..effort.repeats {
        for (at, times) in crates.iter().zip(&mut times) {
            times.push(build(at)?);
        }
    }
    let seconds = users.iter().zip(times).map(|(user, times)| (user.of, median(times)));
    section.table.add(rows::BUILD, seconds.collect());
    let counts: Outcome<_> =
        users.iter().zip(&crates).map(|(user, at)| Ok((user.of, dependencies(at)? as f64))).collect();
    section.table.add(rows::DEPENDENCIES, counts?);
    Ok(section)
}

impl User {
    /// Makes the crate, locked to the versions of this workspace, with all it needs downloaded.
    fn write(&self, folder: &Path, workspace: &Workspace) -> Outcome<PathBuf> {
        let Self { of, dependency, source } = self;
        let at = folder.join(of);
        fs::create_dir_all(at.join("src"))?;
        let manifest = format!(
            "[workspace]\n\n[package]\nname = \"user-of-{of}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[dependencies]\n{dependency}\n"
        );
        fs::write(at.join("Cargo.toml"), manifest)?;
        fs::write(at.join("src").join("main.rs"), source)?;
        fs::copy(workspace.root.join("Cargo.lock"), at.join("Cargo.lock"))?;
        said(cargo(&at).args(["fetch", "--quiet"]))?;
        Ok(at)
    }
}

/// Seconds of a build from nothing.
fn build(at: &Path) -> Outcome<f64> {
    let target = at.join("target");
    if target.exists() {
        fs::remove_dir_all(&target)?;
    }
    let start = Instant::now();
    said(cargo(at).args(["build", "--quiet", "--offline", "--target-dir"]).arg(&target))?;
    Ok(start.elapsed().as_secs_f64())
}

/// Packages built for the crate, itself not counted.
fn dependencies(at: &Path) -> Outcome<usize> {
    let tree = said(cargo(at).args(["tree", "--offline", "-e", "normal,build", "--prefix", "none"]))?;
    // A package is a name and a version; what follows says where it is from and whether it was listed before.
    let packages: BTreeSet<Vec<&str>> = tree.lines().map(|line| line.split(' ').take(2).collect()).collect();
    Ok(packages.len() - 1)
}
