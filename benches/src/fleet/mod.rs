//! A fleet of processes with one store, simulated: the code of leases and collection is the real one, time, the network and the server are not.
//!
//! # Where things are
//!
//! From the ground up; each file imports from those before it.
//!
//! * `time`: simulated time, and the engine's clock.
//! * `traffic`: what reaches the server; `network`: what becomes of a call on its way.
//! * `load`: what is asked for; `process`: one process, with the real client.
//! * `world`: the events of all of them, in order.
//! * `rates`: calls per second of a fleet of which a part is simulated.
//! * `scenarios`: what is told in the record, one a file.

mod chapter;
mod effort;
mod load;
mod network;
mod process;
mod rates;
mod scenarios;
mod time;
mod traffic;
mod world;

pub use chapter::Chapter;
pub use effort::Effort;

/// A scenario.
pub type Scenario = fn(Effort) -> Chapter;

/// All scenarios, by the names that the program knows them by.
pub const SCENARIOS: [(&str, Scenario); 8] = [
    ("scaling", scenarios::scaling),
    ("steady", scenarios::steady),
    ("knobs", scenarios::knobs),
    ("hot", scenarios::hot),
    ("killed", scenarios::killed),
    ("rolling", scenarios::rolling),
    ("partition", scenarios::partition),
    ("day", scenarios::day),
];

#[cfg(test)]
mod tests {
    use super::{Chapter, Effort, SCENARIOS};

    #[test]
    fn nothing_is_seen_in_a_small_fleet_that_must_not_be() {
        let chapters: Vec<_> = SCENARIOS.iter().map(|(_, scenario)| scenario(Effort::Quick)).collect();
        assert_eq!(chapters.iter().flat_map(Chapter::broken).collect::<Vec<_>>(), Vec::<&str>::new());
    }
}
