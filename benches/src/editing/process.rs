//! Each replay in a fresh process: the script goes in as JSON, the outcome comes out as JSON.

use std::error::Error;
use std::process::{Command, Stdio};

use corpus::Script;

use super::replay::{Kind, Outcome};
use super::ways::{ALL, Entry, NOTHING};

/// Names the way and the kind of the replay that this process was started for.
const REPLAY: &str = "MEMO_BENCHES_REPLAY";

impl Entry {
    /// A replay in a process of its own, whose `main` begins with [`answer`].
    pub(super) fn replay_afresh(&self, script: &[u8], kind: Kind) -> Result<Outcome, Box<dyn Error>> {
        use std::io::Write;

        let wanted = serde_json::to_string(&(self.name, kind))?;
        let mut child = Command::new(std::env::current_exe()?)
            .env(REPLAY, wanted)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        // Taken out, so that it is closed when all is written. A child that fails has said why.
        let written = child.stdin.take().expect("it is piped").write_all(script);
        let output = child.wait_with_output()?;
        if !output.status.success() {
            return Err(format!("the replay of {} failed", self.name).into());
        }
        written?;
        Ok(serde_json::from_slice(&output.stdout)?)
    }
}

/// Whether this process was started for a replay; if so, it has been done, and `main` should return.
pub fn answer() -> Result<bool, Box<dyn Error>> {
    let Ok(wanted) = std::env::var(REPLAY) else { return Ok(false) };
    let (name, kind): (String, Kind) = serde_json::from_str(&wanted)?;
    let way = ALL.iter().chain([&NOTHING]).find(|way| way.name == name).expect("the parent asks for what there is");
    let script: Script = serde_json::from_reader(std::io::stdin())?;
    serde_json::to_writer(std::io::stdout(), &(way.replay)(&script, kind))?;
    Ok(true)
}
