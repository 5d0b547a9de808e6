//! What may be written: each program under `ui/pass` builds, and runs to its end. Cargo builds them all at once; `trybuild`, which builds the
//! mistakes beside them, would build these one after the other, and each twice.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::{cargo, dependency, output, package, target, workspace, write};

#[test]
fn what_is_no_mistake_builds_and_runs() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("no_mistake");
    let programs = programs();
    assert!(programs.len() >= 20, "{programs:?}");
    let memo_core = dependency("memo-core", &workspace().join("memo-core"), "");
    // They are there to be built, and not all of each is called.
    let mut manifest = package("no_mistake", 1, &memo_core) + "[workspace]\n\n[lints.rust]\ndead_code = \"allow\"\n";
    for name in &programs {
        let path = workspace().join("tests/ui/pass").join(name).with_extension("rs");
        manifest += &format!("\n[[bin]]\nname = \"no_mistake-{name}\"\npath = {path:?}\n");
    }
    write(&folder.join("Cargo.toml"), &manifest);
    fs::copy(workspace().join("Cargo.lock"), folder.join("Cargo.lock")).expect("a file can be copied");
    cargo(&folder, &["build", "--keep-going"], "");
    for name in &programs {
        output(&mut Command::new(target().join("debug").join(format!("no_mistake-{name}"))));
    }
}

fn programs() -> Vec<String> {
    let files = fs::read_dir(workspace().join("tests/ui/pass")).expect("a folder");
    let files = files.map(|file| file.expect("readable").path());
    let programs = files.filter(|file| file.extension().is_some_and(|extension| extension == "rs"));
    let mut programs: Vec<_> = programs
        .map(|file| file.file_stem().and_then(|name| name.to_str()).expect("named in ASCII").to_owned())
        .collect();
    programs.sort();
    programs
}
