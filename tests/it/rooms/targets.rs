//! What each package builds, as cargo knows it.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::sources::{from_workspace, workspace};

pub(crate) struct Targets {
    /// The library's name in code, and the file it begins with.
    pub(crate) library: Option<(String, String)>,
    /// The files that programs, tests and benches begin with. Examples are users.
    pub(crate) others: Vec<String>,
}

impl Targets {
    pub(crate) fn of(package: &str) -> Self {
        let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
        let mut command = Command::new(cargo);
        command.current_dir(workspace()).args(["metadata", "--no-deps", "--offline", "--format-version=1"]);
        let output = command.output().expect("cargo runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let metadata: Value = serde_json::from_slice(&output.stdout).expect("cargo writes JSON");
        let packages = metadata["packages"].as_array().expect("packages");
        let package = packages.iter().find(|found| found["name"] == package).expect("a package of the workspace");
        let mut targets = Self { library: None, others: Vec::new() };
        for target in package["targets"].as_array().expect("targets") {
            let text = |value: &Value| value.as_str().expect("a string").to_owned();
            let root = from_workspace(Path::new(&text(&target["src_path"])));
            match target["kind"][0].as_str().expect("a kind") {
                "lib" | "proc-macro" => targets.library = Some((text(&target["name"]).replace('-', "_"), root)),
                "example" => {}
                _ => targets.others.push(root),
            }
        }
        targets
    }
}
