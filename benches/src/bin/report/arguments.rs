//! The command line.

use memo_benches::report::Effort;

use crate::Outcome;

/// What was asked for.
#[derive(Debug)]
pub(crate) struct Arguments {
    pub(crate) effort: Effort,
    /// Whether the README's plots are to be replaced.
    pub(crate) publish: bool,
}

impl Arguments {
    pub(crate) fn read() -> Outcome<Self> {
        let mut read = Self { effort: Effort::FULL, publish: false };
        for argument in std::env::args().skip(1) {
            match argument.as_str() {
                "--quick" => read.effort = Effort::SMOKE,
                "--publish" => read.publish = true,
                other => return Err(format!("`{other}` is neither `--quick` nor `--publish`").into()),
            }
        }
        Ok(read)
    }
}
