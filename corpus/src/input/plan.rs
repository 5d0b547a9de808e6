//! Which files a session opens.

use fastrand::Rng;
use serde::{Deserialize, Serialize};
use std::io;
use std::path::PathBuf;

/// The same for each replay of a session.
#[derive(Debug, Serialize, Deserialize)]
pub struct Plan {
    /// Of everything that the session draws.
    pub seed: u64,
    /// How many times a file is opened.
    pub length: u64,
    /// In the order in which they are opened, again from the first if the session is longer.
    pub files: Vec<PathBuf>,
    /// Files that were left out.
    pub not_utf8: usize,
    /// Files that were left out.
    pub unreadable: usize,
}

impl Plan {
    /// Draws files from `all`, and reads each: what is no text is left out, and no replay is the one that waits for the
    /// disk.
    pub fn new(mut all: Vec<PathBuf>, seed: u64, length: u64) -> Self {
        Rng::with_seed(seed).shuffle(&mut all);
        let mut plan = Plan { seed, length, files: Vec::new(), not_utf8: 0, unreadable: 0 };
        for path in all {
            match std::fs::read_to_string(&path) {
                // Handed on as text, so its name has to be text, too.
                Ok(_) if path.to_str().is_some() => plan.files.push(path),
                Ok(_) => plan.unreadable += 1,
                Err(error) if error.kind() == io::ErrorKind::InvalidData => plan.not_utf8 += 1,
                Err(_) => plan.unreadable += 1,
            }
            if plan.files.len() as u64 == length {
                break;
            }
        }
        plan
    }
}
