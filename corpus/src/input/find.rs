//! Which files there are.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use walkdir::WalkDir;

/// Larger ones are tables made by programs; a handful would fill the whole session.
const MAX_BYTES: u64 = 512 * 1024;

/// The Rust files in one place, in an order that is the same on every run.
#[derive(Debug)]
pub struct Found {
    /// By their names.
    pub files: Vec<PathBuf>,
    /// Of all of them.
    pub bytes: u64,
    /// How many were left out.
    pub too_large: usize,
    /// Where they are, in words that name nobody's machine.
    pub place: String,
}

/// Every `.rs` file under `dir`, or under the sources that cargo keeps.
pub fn rust_files(dir: Option<&Path>) -> Result<Found, String> {
    let (roots, place) = match dir {
        Some(dir) => (vec![existing(dir)?], dir.display().to_string()),
        None => (cargo_sources()?, "the sources cargo has downloaded".to_owned()),
    };
    let mut found = Found { files: Vec::new(), bytes: 0, too_large: 0, place };
    for root in roots {
        collect(&root, &mut found);
    }
    if found.files.is_empty() {
        return Err(format!("no .rs file in {}", found.place));
    }
    Ok(found)
}

fn existing(dir: &Path) -> Result<PathBuf, String> {
    match dir.metadata() {
        Ok(data) if data.is_dir() => Ok(dir.to_owned()),
        Ok(_) => Err(format!("{} is not a directory", dir.display())),
        Err(error) => Err(format!("cannot look into {}: {error}", dir.display())),
    }
}

/// `registry/src` and `git/checkouts` in cargo's home. `home`, cargo's own crate, finds it as cargo
/// does.
fn cargo_sources() -> Result<Vec<PathBuf>, String> {
    let home = home::cargo_home().map_err(|error| format!("cannot find cargo's home: {error}"))?;
    let places = [home.join("registry").join("src"), home.join("git").join("checkouts")];
    let sources: Vec<_> = places.into_iter().filter(|place| place.is_dir()).collect();
    if sources.is_empty() {
        return Err("cargo keeps no sources of dependencies here (its home has neither registry/src nor \
                    git/checkouts); name a directory: cargo run --release --example corpus -- DIR"
            .into());
    }
    Ok(sources)
}

fn collect(root: &Path, found: &mut Found) {
    let entries = WalkDir::new(root).sort_by_file_name().into_iter().filter_map(Result::ok);
    let rust =
        entries.filter(|entry| entry.file_type().is_file() && entry.path().extension() == Some(OsStr::new("rs")));
    for entry in rust {
        match entry.metadata().map_or(0, |data| data.len()) {
            len if len > MAX_BYTES => found.too_large += 1,
            len => {
                found.bytes += len;
                found.files.push(entry.into_path());
            }
        }
    }
}
