//! What a registry would get: all packages build from what is packed, with nothing of the workspace around them.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::workspace;

const PACKAGES: [&str; 4] = ["memo-macros", "memo-core", "memo-inspect", "memo-store"];

/// What cargo writes, in the workspace.
fn cargo(arguments: &[&str]) -> String {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let output = Command::new(cargo).current_dir(workspace()).args(arguments).output().expect("cargo runs");
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("cargo writes UTF-8")
}

/// What cargo unpacked for the last time that this was run here: it takes that again, whatever has changed since (`findings/cargo_package_twice.sh`).
fn forget_unpacked() {
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let Some(home) = home.or_else(|| Some(Path::new(&std::env::var_os("HOME")?).join(".cargo"))) else { return };
    // Those of a registry for the time of a check have no name before their hash.
    let folders = std::fs::read_dir(home.join("registry/src")).into_iter().flatten().flatten();
    for folder in folders.filter(|folder| folder.file_name().to_string_lossy().starts_with('-')) {
        for package in PACKAGES {
            _ = std::fs::remove_dir_all(folder.path().join(format!("{package}-{}", env!("CARGO_PKG_VERSION"))));
        }
    }
}

#[test]
fn an_archive_has_the_licences_and_what_a_registry_shows() {
    for package in PACKAGES {
        let list = cargo(&["package", "--list", "--locked", "--offline", "--allow-dirty", "-p", package]);
        let has = |file: &str| list.lines().any(|line| line == file);
        for file in ["Cargo.toml", "LICENSE-APACHE", "LICENSE-MIT", "src/lib.rs"] {
            assert!(has(file), "the archive of {package} has no {file}:\n{list}");
        }
        assert_eq!(has("README.md"), package != "memo-macros", "{list}");
        let of_ours = |line: &str| {
            ["src/", "examples/", "guide/", ".", "Cargo.", "LICENSE-", "README.md"]
                .iter()
                .any(|own| line.starts_with(own))
        };
        let strange: Vec<_> = list.lines().filter(|line| !of_ours(line)).collect();
        assert!(strange.is_empty(), "what are these in the archive of {package}? {strange:?}");
    }
}

#[test]
#[ignore = "it builds all packages anew: `cargo test --locked -p memo-tests --test users -- --ignored packed`"]
fn all_packages_build_from_their_archives() {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("packed");
    let target = target.to_str().expect("a path in UTF-8");
    _ = std::fs::remove_dir_all(target);
    forget_unpacked();
    // Of all at once, since none is in a registry that another could have it from.
    let packages = PACKAGES.map(|package| ["-p", package]).concat();
    let arguments = ["package", "--locked", "--offline", "--allow-dirty", "--all-features", "--target-dir", target];
    cargo(&[&arguments[..], &packages].concat());
    let archives = std::fs::read_dir(Path::new(target).join("package")).expect("cargo puts them there");
    let archives: Vec<_> =
        archives.map(|entry| entry.expect("readable").file_name().into_string().expect("a name")).collect();
    for package in PACKAGES {
        let is_archive = |name: &&String| name.starts_with(package) && name.ends_with(".crate");
        assert_eq!(archives.iter().filter(is_archive).count(), 1, "{archives:?}");
    }
}
