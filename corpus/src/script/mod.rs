//! A session written down, so that it can be replayed without its editor: every call of an analysis, every version of a
//! file, and when each version comes and goes. No choice is left to be made, so whoever replays it asks the same questions.

mod recorder;

use crate::input::Plan;
use crate::replay::Session;
use recorder::Recorder;
use serde::{Deserialize, Serialize};
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

/// All steps of a session. Versions of files are numbered from 0 in the order in which they come.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Script {
    /// What the versions are.
    pub versions: Vec<Text>,
    /// What happens, in order.
    pub steps: Vec<Step>,
}

/// One version of a file.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Text {
    /// As it is on the disk.
    Opened(PathBuf),
    /// An earlier version with another piece in it.
    Edited {
        /// The earlier one.
        of: u32,
        /// Where the piece begins, in bytes.
        at: usize,
        /// How many bytes it replaces.
        removed: usize,
        /// The piece.
        inserted: String,
    },
}

/// One thing that happens. The numbers are those of versions.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Step {
    /// A file is opened.
    Open(u32),
    /// `to` comes instead of `from`, which an undo can bring back.
    Edit {
        /// What was on screen.
        from: u32,
        /// New.
        to: u32,
    },
    /// `to` is brought back, and `from` can be dropped.
    Undo {
        /// What was on screen.
        from: u32,
        /// An earlier version.
        to: u32,
    },
    /// No undo can bring this version back any more.
    Drop(u32),
    /// The file is closed whose version on screen this is. Its earlier ones were dropped just before.
    Close(u32),
    /// An analysis is asked for; so are the five that follow.
    LineIndex(u32),
    /// See above.
    Tokens(u32),
    /// See above.
    TokenCounts(u32),
    /// See above.
    Identifiers(u32),
    /// With the width.
    SoftWrap(u32, u32),
    /// Of two files.
    Shared(u32, u32),
    /// The identifiers of all open files are asked for, by two threads at once.
    Search([Vec<u32>; 2]),
}

impl Script {
    /// The session of this plan. It is replayed once for that, with the memos.
    pub fn of(plan: Plan) -> io::Result<Self> {
        let recorder = Recorder::default();
        Session::new(plan, recorder.clone()).run(|_| {})?;
        Ok(recorder.written())
    }

    /// How many calls there are, searches apart.
    pub fn calls(&self) -> usize {
        let asks = |step: &&Step| {
            use Step::{Close, Drop, Edit, Open, Search, Undo};
            !matches!(step, Open(_) | Edit { .. } | Undo { .. } | Drop(_) | Close(_) | Search(_))
        };
        self.steps.iter().filter(asks).count()
    }

    /// The text of every version. An error: a file that was there is gone.
    pub fn texts(&self) -> io::Result<Vec<Arc<str>>> {
        let mut texts: Vec<Arc<str>> = Vec::with_capacity(self.versions.len());
        for version in &self.versions {
            texts.push(match version {
                Text::Opened(path) => std::fs::read_to_string(path)?.into(),
                Text::Edited { of, at, removed, inserted } => {
                    let before = &texts[*of as usize];
                    [&before[..*at], inserted, &before[at + removed..]].concat().into()
                }
            });
        }
        Ok(texts)
    }
}
