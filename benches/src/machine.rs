//! What a number needs beside it: the peers' versions and the machine.

use std::fmt::Write as _;

/// What was locked when this was built, the same as what it was built from.
const LOCK: &str = include_str!("../../Cargo.lock");

/// What the benches are made with, and is measured by none of them.
const TOOLS: [&str; 10] = [
    "core_affinity",
    "corpus",
    "cpu-time",
    "criterion",
    "plotters",
    "rand",
    "rand_distr",
    "regex",
    "serde",
    "serde_json",
];

/// The names and locked versions of the crates that are measured, one line.
pub fn versions() -> String {
    let mut line = String::new();
    for dependency in dependencies_of("memo-benches") {
        let (name, version) = match dependency.split_once(' ') {
            // The lock names the version beside a crate that it holds several versions of.
            Some((name, version)) => (name, version),
            None => (dependency, version_of(dependency)),
        };
        let separator = if line.is_empty() { "" } else { ", " };
        write!(line, "{separator}{name} {version}").expect("a string takes all");
    }
    line
}

/// The processor as it calls itself and how many threads it runs at once.
pub fn processor() -> String {
    let model = std::fs::read_to_string("/proc/cpuinfo").ok().and_then(|info| {
        let line = info.lines().find(|line| line.starts_with("model name"))?;
        Some(line.split_once(':')?.1.trim().to_owned())
    });
    let model = model.unwrap_or_else(|| format!("unknown {} processor", std::env::consts::ARCH));
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    format!("{model}, {threads} hardware threads")
}

fn packages() -> impl Iterator<Item = &'static str> {
    LOCK.split("[[package]]").skip(1)
}

fn package(name: &str) -> &'static str {
    let line = format!("name = \"{name}\"");
    packages().find(|package| package.lines().any(|own| own == line)).unwrap_or_default()
}

/// The locked version of a crate, of which there is one.
pub fn version_of(name: &str) -> &'static str {
    package(name).lines().find_map(|line| line.strip_prefix("version = ")).unwrap_or("?").trim_matches('"')
}

fn dependencies_of(name: &str) -> Vec<&'static str> {
    let lines = package(name).lines().skip_while(|line| *line != "dependencies = [").skip(1);
    let quoted = lines.take_while(|line| *line != "]").map(|line| line.trim_matches([' ', '"', ',']));
    let tool = |name: &str| TOOLS.iter().any(|tool| name.split(' ').next() == Some(tool));
    quoted.filter(|dependency| !tool(dependency)).collect()
}
