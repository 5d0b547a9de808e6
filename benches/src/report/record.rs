//! What a program prints, kept as the figures of the pages.

use std::error::Error;
use std::fs;
use std::path::Path;

/// Prints `text`, and with the argument `--record` writes it to `results/<name>.md`. No other argument is known.
pub fn print(name: &str, text: &str) -> Result<(), Box<dyn Error>> {
    if is_asked()? {
        return write(name, text);
    }
    print!("{text}");
    Ok(())
}

/// Prints `text` and writes it to `results/<name>.md`.
pub fn write(name: &str, text: &str) -> Result<(), Box<dyn Error>> {
    print!("{text}");
    Ok(fs::write(Path::new(env!("CARGO_MANIFEST_DIR")).join("results").join(name).with_extension("md"), text)?)
}

/// Whether this run is to be recorded; asked before anything is measured, it tells of a misspelt argument at once.
pub fn is_asked() -> Result<bool, Box<dyn Error>> {
    match std::env::args().nth(1).as_deref() {
        None => Ok(false),
        Some("--record") => Ok(true),
        Some(other) => Err(format!("`{other}` is not `--record`").into()),
    }
}
