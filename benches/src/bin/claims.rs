//! What is wrong in the figures of the pages; with `--write`, the marked tables are written anew first.

use std::error::Error;
use std::fs;

use memo_benches::claims::{Recorded, filled, pages, unmarked, workspace, wrong};

fn main() -> Result<(), Box<dyn Error>> {
    let write = match std::env::args().nth(1).as_deref() {
        None => false,
        Some("--write") => true,
        Some(other) => return Err(format!("`{other}` is not `--write`").into()),
    };
    let recorded = Recorded::read(&workspace().join("benches/results"))?;
    let mut all = Vec::new();
    for (name, text) in pages()? {
        // In a source there are claims, and no tables that are filled.
        if write && name.ends_with(".md") {
            fs::write(workspace().join(name), filled(&text, &recorded).map_err(|why| format!("{name}:{why}"))?)?;
        }
    }
    for (name, text) in pages()? {
        all.extend(wrong(name, &text, &recorded));
        all.extend(unmarked(name, &text, &recorded));
    }
    all.iter().for_each(|wrong| println!("{wrong}"));
    if all.is_empty() { Ok(()) } else { Err(format!("{} figures to mend", all.len()).into()) }
}
