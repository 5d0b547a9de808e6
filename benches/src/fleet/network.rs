//! The network between the processes and the engine: what it loses, holds up, and how long it takes.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use memo_store::engine::{Collected, Engine, Found, Hold, Holder, Memory, Renewed};
use memo_store::{Fault, FaultKind, Key};
use rand::rngs::Xoshiro256PlusPlus as Rng;
use rand::{RngExt as _, SeedableRng as _};

use super::time::{Time, micros};
use super::traffic::{Kind, Traffic};

/// After so long a call gives up: the bound that an engine sets to its calls.
pub(super) const TIMEOUT: Duration = Duration::from_secs(1);
/// The fastest answer, and how much longer others take in the mean.
const FASTEST: f64 = 200.0;
const LONGER: f64 = 200.0;
/// So long a request is held up at most that is done after its caller gave up.
const LATEST: Duration = Duration::from_secs(5);

/// Shares of the calls that something befalls.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Weather {
    /// The request does not arrive.
    pub(super) lost: f64,
    /// The request is done, and the answer does not arrive.
    pub(super) unanswered: f64,
    /// The request is done after its caller gave up.
    pub(super) late: f64,
    /// The answer takes up to nearly as long as the caller waits.
    pub(super) slow: f64,
}

/// What becomes of a call.
enum Fate {
    Answered(u64),
    Unanswered,
    Late(u64),
    Lost,
}

/// A request that is done later.
pub(super) enum Request {
    Get(Key, Hold),
    Put(Key, Vec<u8>, Hold),
    Renew(Holder, Duration, Vec<(Key, u64)>),
    Release(Holder, Vec<(Key, u64)>),
}

/// A clone is the same one.
#[derive(Clone)]
pub(super) struct Network {
    pub(super) memory: Memory,
    pub(super) time: Time,
    state: Arc<Mutex<State>>,
}

struct State {
    rng: Rng,
    weather: Weather,
    traffic: Traffic,
    late: Vec<(u64, Request)>,
    /// By which version of the code each entry was written, if somebody wants to know.
    versions: Option<HashMap<Key, u64>>,
}

impl State {
    fn fate(&mut self) -> Fate {
        let Weather { lost, unanswered, late, slow } = self.weather;
        let chance: f64 = self.rng.random();
        let latest = micros(LATEST) as f64;
        if chance < lost {
            Fate::Lost
        } else if chance < lost + unanswered {
            Fate::Unanswered
        } else if chance < lost + unanswered + late {
            Fate::Late((self.rng.random::<f64>() * latest) as u64)
        } else if chance < lost + unanswered + late + slow {
            Fate::Answered((self.rng.random::<f64>() * micros(TIMEOUT) as f64) as u64)
        } else {
            Fate::Answered((FASTEST - LONGER * (1.0 - self.rng.random::<f64>()).ln()) as u64)
        }
    }
}

impl Network {
    pub(super) fn new(time: &Time, seed: u64) -> Self {
        let state = State {
            rng: Rng::seed_from_u64(seed),
            weather: Weather::default(),
            traffic: Traffic::default(),
            late: Vec::new(),
            versions: None,
        };
        let memory = Memory::with_clock(time.clock());
        Self { memory, time: time.clone(), state: Arc::new(Mutex::new(state)) }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn set_weather(&self, weather: Weather) {
        self.state().weather = weather;
    }

    pub(super) fn traffic(&self) -> Traffic {
        self.state().traffic
    }

    /// From now on it is noted which version of the code wrote an entry.
    pub(super) fn note_versions(&self) {
        self.state().versions = Some(HashMap::new());
    }

    /// How many entries there are of each of the first two versions.
    pub(super) fn entries_by_version(&self) -> [usize; 2] {
        let (keys, state) = (self.memory.keys(), self.state());
        let Some(versions) = &state.versions else { return [0; 2] };
        let of = |version| keys.iter().filter(|key| versions.get(*key) == Some(&version)).count();
        [of(1), of(2)]
    }

    /// Does what was held up until now.
    pub(super) fn deliver(&self) {
        let now = self.time.now();
        let late = std::mem::take(&mut self.state().late);
        if late.is_empty() {
            return;
        }
        let (due, rest): (Vec<_>, Vec<_>) = late.into_iter().partition(|(at, _)| *at <= now);
        self.state().late = rest;
        for (_, request) in due {
            // Nobody waits for the answer.
            _ = match request {
                Request::Get(key, hold) => self.memory.get(key, hold).map(|_| ()),
                Request::Put(key, entry, hold) => self.memory.put(key, &entry, hold),
                Request::Renew(holder, lease, holds) => self.memory.renew(holder, lease, &holds).map(|_| ()),
                Request::Release(holder, holds) => self.memory.release(holder, &holds),
            };
        }
    }
}

/// One process's way to the engine. A clone is the same one.
#[derive(Clone)]
pub(super) struct Line {
    network: Network,
    wire: Arc<Wire>,
}

#[derive(Default)]
struct Wire {
    cut: AtomicBool,
    version: AtomicU64,
    /// Microseconds that calls took since it was last asked.
    spent: AtomicU64,
    /// The last look was told that another process computes.
    busy: AtomicBool,
    /// The collector ran since it was last asked.
    collected: AtomicBool,
}

impl Line {
    pub(super) fn new(network: &Network, version: u64) -> Self {
        let wire = Wire { version: version.into(), ..Wire::default() };
        Self { network: network.clone(), wire: Arc::new(wire) }
    }

    pub(super) fn cut(&self, cut: bool) {
        self.wire.cut.store(cut, Relaxed);
    }

    /// How long calls took that were made since this was last asked.
    pub(super) fn take_spent(&self) -> u64 {
        self.wire.spent.swap(0, Relaxed)
    }

    /// What time it is for the process, in the middle of a turn too.
    pub(super) fn spent(&self) -> u64 {
        self.wire.spent.load(Relaxed)
    }

    pub(super) fn is_busy(&self) -> bool {
        self.wire.busy.swap(false, Relaxed)
    }

    pub(super) fn has_collected(&self) -> bool {
        self.wire.collected.swap(false, Relaxed)
    }

    fn spend(&self, micros: u64) {
        self.wire.spent.fetch_add(micros, Relaxed);
    }

    fn pass<T>(
        &self,
        kind: Kind,
        keys: usize,
        late: impl FnOnce() -> Option<Request>,
        ask: impl FnOnce(&Memory) -> Result<T, Fault>,
    ) -> Result<T, Fault> {
        if self.wire.cut.load(Relaxed) {
            self.spend(micros(TIMEOUT));
            return Err(Fault::new(FaultKind::Down, "the line is cut"));
        }
        let mut state = self.network.state();
        let fate = state.fate();
        if !matches!(fate, Fate::Lost) {
            state.traffic.add(kind, keys);
        }
        self.spend(if let Fate::Answered(latency) = fate { latency } else { micros(TIMEOUT) });
        match fate {
            Fate::Answered(_) => {
                drop(state);
                return ask(&self.network.memory);
            }
            Fate::Unanswered => {
                drop(state);
                ask(&self.network.memory)?;
            }
            Fate::Late(by) => {
                let at = self.network.time.now() + micros(TIMEOUT) + by;
                state.late.extend(late().map(|request| (at, request)));
            }
            Fate::Lost => {}
        }
        Err(Fault::new(FaultKind::Slow, "no answer came"))
    }
}

impl Engine for Line {
    fn get(&self, key: Key, hold: Hold) -> Result<Found, Fault> {
        let found = self.pass(Kind::Get, 1, || Some(Request::Get(key, hold)), |engine| engine.get(key, hold))?;
        self.wire.busy.store(found == Found::Busy, Relaxed);
        Ok(found)
    }

    fn put(&self, key: Key, entry: &[u8], hold: Hold) -> Result<(), Fault> {
        if let Some(versions) = &mut self.network.state().versions {
            versions.insert(key, self.wire.version.load(Relaxed));
        }
        let late = || Some(Request::Put(key, entry.to_vec(), hold));
        self.pass(Kind::Put, 1, late, |engine| engine.put(key, entry, hold))
    }

    fn renew(&self, holder: Holder, lease: Duration, holds: &[(Key, u64)]) -> Result<Renewed, Fault> {
        let kind = if holds.is_empty() { Kind::Renew } else { Kind::TakeAgain };
        let late = || Some(Request::Renew(holder, lease, holds.to_vec()));
        self.pass(kind, holds.len(), late, |engine| engine.renew(holder, lease, holds))
    }

    fn release(&self, holder: Holder, holds: &[(Key, u64)]) -> Result<(), Fault> {
        let late = || Some(Request::Release(holder, holds.to_vec()));
        self.pass(Kind::Release, holds.len(), late, |engine| engine.release(holder, holds))
    }

    fn discard(&self, key: Key, entry: &[u8]) -> Result<(), Fault> {
        self.pass(Kind::Discard, 1, || None, |engine| engine.discard(key, entry))
    }

    fn collect(&self, at_most: usize, grace: Duration) -> Result<Collected, Fault> {
        self.wire.collected.store(true, Relaxed);
        let network = &self.network;
        self.pass(
            Kind::Collect,
            0,
            || None,
            |engine| {
                let done = engine.collect(at_most, grace)?;
                let keys = (done.lapsed + done.doomed + done.deleted) as u64;
                let traffic = &mut network.state().traffic;
                traffic.let_go += done.lapsed as u64;
                traffic.doomed += done.doomed as u64;
                traffic.deleted += done.deleted as u64;
                let count = &mut traffic[Kind::Collect];
                count.keys += keys;
                count.most = count.most.max(keys);
                Ok(done)
            },
        )
    }
}
