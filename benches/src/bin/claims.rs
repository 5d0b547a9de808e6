//! What is wrong in the figures of the pages; with `--write`, the marked tables are written anew first.

use std::error::Error;

use memo_benches::claims;

fn main() -> Result<(), Box<dyn Error>> {
    match std::env::args().nth(1).as_deref() {
        None => {}
        Some("--write") => claims::write()?,
        Some(other) => return Err(format!("`{other}` is not `--write`").into()),
    }
    let all = claims::all_wrong()?;
    all.iter().for_each(|wrong| println!("{wrong}"));
    if all.is_empty() { Ok(()) } else { Err(format!("{} figures to mend", all.len()).into()) }
}
