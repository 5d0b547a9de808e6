//! One process: its objects, and the code of the store's client over its line.

use std::sync::Arc;
use std::time::Duration;

use memo_store::__private::{Call, Leases, Look, Simulated};
use memo_store::engine::Holder;
use memo_store::{Secret, Store};

use super::network::{Line, Network};

/// How a fleet's stores are opened.
#[derive(Clone, Copy, Debug)]
pub(super) struct Settings {
    pub(super) lease: Duration,
    pub(super) grace: Duration,
    pub(super) claim: Duration,
    /// How long a call waits for another process's compute.
    pub(super) wait: Duration,
    /// One process in so many collects.
    pub(super) collectors: u64,
}

/// Those of a [`Builder`](memo_store::Builder) that is told nothing.
pub(super) const DEFAULT: Settings = Settings {
    lease: Duration::from_secs(60),
    grace: Duration::from_secs(600),
    claim: Duration::from_secs(10),
    wait: Duration::from_secs(1),
    collectors: 1,
};

pub(super) struct Process {
    pub(super) simulated: Simulated,
    pub(super) line: Line,
    pub(super) version: u64,
    pub(super) turns: Turns,
    /// Each has one object after the other.
    pub(super) slots: Vec<Slot>,
}

/// When the store's thread has its turns. Those in which it has nothing to do are left out.
#[derive(Clone, Copy, Default)]
pub(super) struct Turns {
    pub(super) last: u64,
    /// When the one after it is due, and how long it is from there to the others.
    pub(super) due: u64,
    pub(super) tick: u64,
    /// The next one that is not left out.
    pub(super) next: u64,
}

impl Turns {
    /// The first that is not before this time.
    pub(super) fn at(&self, time: u64) -> u64 {
        self.due + time.saturating_sub(self.due).div_ceil(self.tick) * self.tick
    }
}

#[derive(Default)]
pub(super) struct Slot {
    pub(super) content: u64,
    /// While an object lives in it.
    #[expect(dead_code, reason = "lets go of its results when it is dropped")]
    pub(super) object: Option<Arc<Leases>>,
    pub(super) pending: Option<Pending>,
}

/// A call that has not returned.
pub(super) struct Pending {
    pub(super) look: Look<String>,
    pub(super) began: u64,
    pub(super) pause: u64,
    /// Microseconds that it took in the store, or waited for another process.
    pub(super) took: u64,
}

impl Process {
    pub(super) fn new(network: &Network, number: u64, version: u64, slots: usize, settings: Settings) -> Self {
        let line = Line::new(network, version);
        // Waiting is simulated: a look returns at once, and is asked again.
        let builder = Store::builder(line.clone(), Secret::new("of the simulated fleet"))
            .lease(settings.lease)
            .grace(settings.grace)
            .claim(settings.claim)
            .collects(number.is_multiple_of(settings.collectors))
            .wait(Duration::ZERO);
        let (own, time) = (line.clone(), network.time.clone());
        let simulated = Simulated::new(builder, holder(number), move || time.instant(own.spent()));
        Self { simulated, line, version, turns: Turns::default(), slots: (0..slots).map(|_| Slot::default()).collect() }
    }

    pub(super) fn look(&self, content: u64, object: &Arc<Leases>) -> Look<String> {
        let call = Call { path: "fleet", name: "body", version: self.version };
        let leases = || Arc::clone(object);
        Look::begin(Some(self.simulated.store()), call, "", |hasher| hasher.part(&content), leases)
    }
}

/// As if by chance, and the same in every run.
pub(super) fn holder(number: u64) -> Holder {
    let half = |salt: u64| u128::from((number ^ salt).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29) ^ salt);
    let mixed = half(0x1234_5678_9abc_def1).wrapping_mul(0xd6e8_feb8_6659_fd93);
    Holder(mixed << 64 | u128::from(number) << 16 | (mixed >> 7) & 0xffff)
}
