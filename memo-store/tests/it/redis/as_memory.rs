//! It does what the engine in memory does, which is the rules themselves: the same calls at the same time have the same answers.

use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use fastrand::Rng;
use memo_store::engine::{Collected, Engine, Hold, Memory, Redis};
use memo_store::{Clock, Key};

use super::server::Server;
use super::{holder, key};
use crate::watchdog::watchdog;

const SEEDS: Range<u64> = 0..24;
const CALLS: usize = 400;
const DAY: u64 = 24 * 60 * 60 * 1000;

struct Both<'a> {
    memory: Memory,
    redis: Redis,
    now: Arc<AtomicU64>,
    rng: Rng,
    holders: u8,
    keys: u8,
    /// Of each holder: the last number.
    numbers: Vec<u64>,
    prefix: String,
    connection: &'a mut ::redis::Connection,
}

impl<'a> Both<'a> {
    fn new(seed: u64, server: &Server, connection: &'a mut ::redis::Connection) -> Self {
        let mut rng = Rng::with_seed(seed);
        // Far ahead of the server's, which must have no part in it.
        let start = SystemTime::UNIX_EPOCH.elapsed().unwrap().as_millis() as u64 + 365 * DAY;
        let now = Arc::new(AtomicU64::new(start));
        let clock = Clock::new({
            let now = Arc::clone(&now);
            move || Duration::from_millis(now.load(Ordering::SeqCst))
        });
        let prefix = format!("seed {seed}");
        Self {
            memory: Memory::with_clock(clock.clone()),
            redis: server.engine().prefix(&prefix).with_clock(clock),
            now,
            holders: rng.u8(2..=4),
            keys: rng.u8(5..=10),
            // The second's get one more digit on the way; the third's and fourth's have more than a float can tell apart.
            numbers: vec![0, 80, u64::MAX - 5000, (1 << 53) - 50],
            prefix,
            rng,
            connection,
        }
    }

    fn a_key(&mut self) -> Key {
        key(self.rng.u8(0..self.keys))
    }

    /// Mostly that of the key, as it is to be.
    fn an_entry(&mut self, of: Key) -> Vec<u8> {
        let odd = if self.rng.u8(0..8) == 0 { self.rng.u8(..) } else { 0 };
        let len = usize::from(of.as_bytes()[15]) * 7;
        let mut entry = of.as_bytes().repeat(len / 16 + 1);
        entry.truncate(len);
        entry.extend((odd > 0).then_some(odd));
        entry
    }

    /// Mostly a new one.
    fn a_number(&mut self, of: u8) -> u64 {
        let last = &mut self.numbers[usize::from(of)];
        if self.rng.u8(0..4) == 0 {
            return last.saturating_sub(self.rng.u64(0..6)).max(1);
        }
        *last += 1;
        *last
    }

    fn a_hold(&mut self) -> Hold {
        let of = self.rng.u8(0..self.holders);
        let (lease, claim) = (self.rng.u64(1..400), self.rng.u64(0..300).saturating_sub(50));
        Hold {
            holder: holder(of),
            number: self.a_number(of),
            lease: Duration::from_millis(lease),
            claim: Duration::from_millis(claim),
        }
    }

    fn some_holds(&mut self) -> (u8, Vec<(Key, u64)>) {
        let of = self.rng.u8(0..self.holders);
        let some = (0..self.rng.usize(0..4)).map(|_| (self.a_key(), self.a_number(of))).collect();
        (of, some)
    }

    fn call(&mut self) -> String {
        match self.rng.u8(0..100) {
            0..30 => {
                let (key, hold) = (self.a_key(), self.a_hold());
                let answer = self.memory.get(key, hold).unwrap();
                let what = format!("get {key} {hold:?}: {answer:?}");
                assert_eq!(self.redis.get(key, hold).unwrap(), answer, "{what}");
                what
            }
            30..50 => {
                let (key, hold) = (self.a_key(), self.a_hold());
                let entry = self.an_entry(key);
                self.memory.put(key, &entry, hold).unwrap();
                self.redis.put(key, &entry, hold).unwrap();
                format!("put {key} {hold:?}")
            }
            50..60 => {
                let (of, holds) = self.some_holds();
                let lease = Duration::from_millis(self.rng.u64(0..600).saturating_sub(100));
                let answer = self.memory.renew(holder(of), lease, &holds).unwrap();
                let what = format!("renew {of} {lease:?} {holds:?}: {answer:?}");
                assert_eq!(self.redis.renew(holder(of), lease, &holds).unwrap(), answer, "{what}");
                what
            }
            60..75 => {
                let (of, holds) = self.some_holds();
                self.memory.release(holder(of), &holds).unwrap();
                self.redis.release(holder(of), &holds).unwrap();
                format!("release {of} {holds:?}")
            }
            75..78 => {
                let key = self.a_key();
                let entry = self.an_entry(key);
                self.memory.discard(key, &entry).unwrap();
                self.redis.discard(key, &entry).unwrap();
                format!("discard {key}")
            }
            78..84 => {
                let grace = self.a_grace();
                let answer = self.memory.collect(1000, grace).unwrap();
                let what = format!("collect {grace:?}: {answer:?}");
                assert_eq!(self.redis.collect(1000, grace).unwrap(), answer, "{what}");
                what
            }
            // Which holds and entries are in a small step is the engine's choice, but not what becomes of all of them.
            84..88 => {
                let (at_most, grace) = (self.rng.usize(1..4), self.a_grace());
                let answer = collect_all(&self.memory, at_most, grace);
                let what = format!("collect all {grace:?}, {at_most} at a time: {answer:?}");
                assert_eq!(collect_all(&self.redis, at_most, grace), answer, "{what}");
                what
            }
            dice => {
                let now = self.now.load(Ordering::SeqCst);
                let then = match dice {
                    88..96 => now + self.rng.u64(1..150),
                    96..98 => now - self.rng.u64(1..300),
                    98 => now + 2 * DAY,
                    _ => now - 2 * DAY,
                };
                if then < now {
                    self.end_claims();
                }
                self.now.store(then, Ordering::SeqCst);
                format!("now it is {then}")
            }
        }
    }

    /// The one forgets those that are over when it collects; the server, when its own clock says so. They would differ in those that are none again
    /// because the time went back.
    fn end_claims(&self) {
        for of in 0..self.holders {
            // Older than all holds.
            let all: Vec<_> = (0..self.keys).map(|number| (key(number), 0)).collect();
            self.memory.release(holder(of), &all).unwrap();
            self.redis.release(holder(of), &all).unwrap();
        }
    }

    fn a_grace(&mut self) -> Duration {
        *self
            .rng
            .choice(&[Duration::ZERO, Duration::from_millis(50), Duration::from_millis(300), Duration::MAX])
            .unwrap()
    }

    /// How many entries there are, their bytes, the holds on them, and the holds of holders.
    fn counts(&mut self) -> (usize, u64, usize, usize) {
        const COUNTS: &str = "
            local entries, bytes, holds, held = 0, 0, 0, 0
            for _, name in ipairs(redis.call('KEYS', KEYS[1] .. ':entry:*')) do
                entries, bytes = entries + 1, bytes + redis.call('STRLEN', name)
            end
            for _, name in ipairs(redis.call('KEYS', KEYS[1] .. ':holds:*')) do holds = holds + redis.call('HLEN', name) end
            for _, name in ipairs(redis.call('KEYS', KEYS[1] .. ':held:*')) do held = held + redis.call('SCARD', name) end
            return { entries, bytes, holds, held }";
        ::redis::Script::new(COUNTS).key(format!("{{{}}}", self.prefix)).invoke(self.connection).unwrap()
    }

    fn compare(&mut self, after: &str) {
        let holds = self.memory.holds();
        let expected = (self.memory.len(), self.memory.bytes(), holds, holds);
        assert_eq!(self.counts(), expected, "after {after}");
    }
}

fn collect_all(engine: &impl Engine, at_most: usize, grace: Duration) -> Collected {
    let mut all = Collected::default();
    for _ in 0..1000 {
        let step = engine.collect(at_most, grace).unwrap();
        assert!(step.lapsed <= at_most && step.doomed + step.deleted <= at_most, "{step:?}");
        all.lapsed += step.lapsed;
        all.doomed += step.doomed;
        all.deleted += step.deleted;
        all.bytes += step.bytes;
        if !step.more {
            return all;
        }
    }
    panic!("there is always more");
}

#[test]
fn any_calls_at_any_times_have_the_same_answers() {
    watchdog(|| {
        let Some(server) = Server::start() else { return };
        let mut connection = server.connection();
        for seed in SEEDS {
            let mut both = Both::new(seed, &server, &mut connection);
            for call in 0..CALLS {
                let what = both.call();
                both.compare(&format!("call {call} of seed {seed}: {what}"));
            }

            // All is let go, all leases run out, and all is collected.
            for of in 0..both.holders {
                let all: Vec<_> = (0..both.keys).map(|number| (key(number), u64::MAX)).collect();
                both.redis.release(holder(of), &all).unwrap();
            }
            both.now.fetch_add(5 * DAY, Ordering::SeqCst);
            collect_all(&both.redis, 1000, Duration::ZERO);
            assert_eq!(server.size(), 0, "seed {seed}");
        }
    });
}
