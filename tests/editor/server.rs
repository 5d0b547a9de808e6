use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Once;

/// rust-analyzer, if it is there with what it needs. None, and one line that says why, where it is not.
pub(crate) fn server() -> Option<PathBuf> {
    match found() {
        Ok(server) => Some(server),
        Err(why) => {
            skipped(&why);
            None
        }
    }
}

/// Says so, once for all tests.
pub(crate) fn skipped(why: &str) {
    static SAID: Once = Once::new();
    SAID.call_once(|| eprintln!("skipped: {why}"));
}

fn found() -> Result<PathBuf, String> {
    let server = env::var_os("RUST_ANALYZER").map_or_else(|| "rust-analyzer".into(), PathBuf::from);
    if answer(Command::new(&server).arg("--version")).is_none() {
        return Err(format!("`{}` is not there; `RUST_ANALYZER=path` names it", server.display()));
    }
    // It would have `rustup` add them, to a toolchain that others use.
    if !sources().is_some_and(|sources| sources.join("core").is_dir()) {
        return Err("`rust-src` is not there; `RUST_SRC_PATH=path/to/library` names it".to_owned());
    }
    Ok(server)
}

/// Where the sources of std are looked for.
fn sources() -> Option<PathBuf> {
    if let Some(named) = env::var_os("RUST_SRC_PATH") {
        return Some(named.into());
    }
    let sysroot = answer(Command::new("rustc").args(["--print", "sysroot"]))?;
    Some(Path::new(sysroot.trim()).join("lib/rustlib/src/rust/library"))
}

fn answer(command: &mut Command) -> Option<String> {
    let output = command.output().ok().filter(|output| output.status.success())?;
    String::from_utf8(output.stdout).ok()
}
