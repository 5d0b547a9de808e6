//! What a crate pays for one memo, and for a hundred: a build from nothing, one after a change, and the packages built.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use memo_benches::machine::version_of;
use memo_benches::report::targets::OURS;
use memo_benches::report::{Effort, Section, rows};
use memo_benches::run::median;

use crate::workspace::{Outcome, Workspace, cargo, said};

/// A crate whose memos are shared by threads.
struct User {
    of: &'static str,
    dependency: String,
    /// With one memo.
    source: &'static str,
    many: Many,
}

/// How a hundred memos are written.
struct Many {
    uses: &'static str,
    attribute: &'static str,
    /// The type of the first parameter, of which there are ten.
    parameter: fn(usize) -> String,
    /// An argument of that type.
    argument: fn(usize) -> String,
}

const OWNERS: usize = 10;

/// The types of the results, and bodies that make one.
const RESULTS: [(&str, &str); 10] = [
    ("u8", "doc.0.len() as u8"),
    ("u32", "doc.0.len() as u32"),
    ("u64", "doc.0.len() as u64"),
    ("usize", "doc.0.len()"),
    ("bool", "doc.0.is_empty()"),
    ("String", "doc.0.to_uppercase()"),
    ("Vec<u8>", "doc.0.as_bytes().to_vec()"),
    ("Vec<String>", "doc.0.lines().map(str::to_owned).collect()"),
    ("Option<char>", "doc.0.chars().next()"),
    ("(usize, usize)", "(doc.0.len(), doc.0.lines().count())"),
];

impl Many {
    /// One memo for each owner and result; every second has an extra key. `text`: what the program is about.
    fn source(&self, text: &str) -> String {
        let Self { uses, attribute, parameter, argument } = self;
        let (mut items, mut calls) = (format!("{uses}\n"), String::new());
        for owner in 0..OWNERS {
            items += &format!("\n#[derive(Clone, PartialEq, Eq, Hash)]\nstruct Doc{owner}(String);\n");
            let (parameter, argument) = (parameter(owner), argument(owner));
            for (at, (result, body)) in RESULTS.into_iter().enumerate() {
                let (key, used, one) =
                    if at % 2 == 0 { ("", "", "") } else { (", width: u32", "let _ = width;\n    ", ", 1") };
                items += &format!(
                    "\n{attribute}\nfn memo_{owner}_{at}(doc: {parameter}{key}) -> {result} {{\n    {used}{body}\n}}\n"
                );
                calls += &format!("    let _ = memo_{owner}_{at}({argument}{one});\n");
            }
        }
        format!("{items}\nfn main() {{\n    let text = String::from({text:?});\n{calls}}}\n")
    }
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
        User {
            of: OURS,
            dependency: format!("memo-core = {{ path = {ours:?} }}"),
            source: WEAK,
            many: Many {
                uses: "use std::sync::Arc;",
                attribute: "#[memo_core::weak_memo]",
                parameter: |owner| format!("&Arc<Doc{owner}>"),
                argument: |owner| format!("&Arc::new(Doc{owner}(text.clone()))"),
            },
        },
        User {
            of: "cached",
            dependency: format!(r#"cached = {{ version = "={cached}", {proc_macro} }}"#),
            source: CACHED,
            many: Many {
                uses: "use cached::macros::cached;",
                attribute: "#[cached]",
                parameter: by_value,
                argument: copy,
            },
        },
        User {
            of: "memoize",
            dependency: format!(r#"memoize = {{ version = "={memoize}", default-features = false }}"#),
            source: MEMOIZE,
            many: Many {
                uses: "use memoize::memoize;",
                attribute: "#[memoize(SharedCache)]",
                parameter: by_value,
                argument: copy,
            },
        },
    ]
}

fn by_value(owner: usize) -> String {
    format!("Doc{owner}")
}

fn copy(owner: usize) -> String {
    format!("Doc{owner}(text.clone())")
}

pub(crate) fn cold_build(effort: Effort, workspace: &Workspace) -> Outcome<Section> {
    let mut section = Section::new(
        "Builds",
        "`cargo build`, a debug build, of a crate that uses one memo or a hundred (of ten types of arguments and ten of results, half of them \
         with an extra key), from an empty target folder, all that is needed downloaded before; each crate with the features it takes and no \
         others, built in turn. And again after one line of its `main` has changed. The packages are those of `cargo tree -e normal,build`.",
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
    let (mut cold, mut again) = (vec![Vec::new(); users.len()], vec![Vec::new(); users.len()]);
    for _ in 0..effort.repeats {
        for (at, user) in users.iter().enumerate() {
            fs::write(main_of(&crates[at]), user.many.source("text"))?;
            cold[at].push(build(&crates[at])?);
            fs::write(main_of(&crates[at]), user.many.source("another text"))?;
            again[at].push(build_on(&crates[at])?);
        }
    }
    for (row, times) in [(rows::BUILD_MANY, cold), (rows::BUILD_AGAIN, again)] {
        section.table.add(row, users.iter().zip(times).map(|(user, times)| (user.of, median(times))).collect());
    }
    let counts: Outcome<_> =
        users.iter().zip(&crates).map(|(user, at)| Ok((user.of, dependencies(at)? as f64))).collect();
    section.table.add(rows::DEPENDENCIES, counts?);
    Ok(section)
}

impl User {
    /// Makes the crate, locked to the versions of this workspace, with all it needs downloaded.
    fn write(&self, folder: &Path, workspace: &Workspace) -> Outcome<PathBuf> {
        let Self { of, dependency, source, .. } = self;
        let at = folder.join(of);
        fs::create_dir_all(at.join("src"))?;
        let manifest = format!(
            "[workspace]\n\n[package]\nname = \"user-of-{of}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[dependencies]\n{dependency}\n"
        );
        fs::write(at.join("Cargo.toml"), manifest)?;
        fs::write(main_of(&at), source)?;
        fs::copy(workspace.root.join("Cargo.lock"), at.join("Cargo.lock"))?;
        said(cargo(&at).args(["fetch", "--quiet"]))?;
        Ok(at)
    }
}

fn main_of(at: &Path) -> PathBuf {
    at.join("src").join("main.rs")
}

/// Seconds of a build from nothing.
fn build(at: &Path) -> Outcome<f64> {
    let target = at.join("target");
    if target.exists() {
        fs::remove_dir_all(&target)?;
    }
    build_on(at)
}

/// Seconds of a build that has what was built before.
fn build_on(at: &Path) -> Outcome<f64> {
    let start = Instant::now();
    said(cargo(at).args(["build", "--quiet", "--offline", "--target-dir"]).arg(at.join("target")))?;
    Ok(start.elapsed().as_secs_f64())
}

/// Packages built for the crate, itself not counted.
fn dependencies(at: &Path) -> Outcome<usize> {
    let tree = said(cargo(at).args(["tree", "--offline", "-e", "normal,build", "--prefix", "none"]))?;
    // A package is a name and a version; what follows says where it is from and whether it was listed before.
    let packages: BTreeSet<Vec<&str>> = tree.lines().map(|line| line.split(' ').take(2).collect()).collect();
    Ok(packages.len() - 1)
}
