//! The thread of a store: writes, releases, renews and collects.
//!
//! Faults end nothing: what could not be sent is sent at the next tick, but for puts, which are only lost time. Each of the four has its turn,
//! however much there is to do for another one.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::inner::Inner;
use super::puts::{Put, Work};
use super::stats::add;
use crate::engine::{FaultKind, Renewed};

/// So many keys go in one call.
const BATCH: usize = 1000;
/// So many calls in a row release, and so many collect. What is left has to wait for the next turn.
const STEPS: usize = 64;
const LONGEST_TICK: Duration = Duration::from_secs(1);
/// So many releases wait at most for an engine that does not answer.
const MOST_WAITING: usize = 1 << 18;

/// What the thread of a store does, step by step. Which time it is is said from outside, so that it can be simulated.
pub(super) struct Background {
    inner: Arc<Inner>,
    tick: Duration,
    next_renewal: Instant,
    next_collection: Instant,
    /// When it was renewed last.
    renewed: Option<Instant>,
    /// What is held is to be taken hold of again.
    lapsed: bool,
    /// Something was put that a crash may lose.
    unsynced: bool,
}

impl Background {
    pub(super) fn new(inner: Arc<Inner>, now: Instant) -> Self {
        let tick = LONGEST_TICK.min(inner.config.lease / 4);
        // Those of a fleet that was started at one time do not collect at one time.
        let first = collection_pause(&inner).mul_f64((inner.holder().0 as u16) as f64 / f64::from(u16::MAX));
        Self {
            inner,
            tick,
            next_renewal: now,
            next_collection: now + first,
            renewed: None,
            lapsed: false,
            unsynced: false,
        }
    }

    pub(super) fn run(mut self) {
        let mut next = Instant::now();
        loop {
            match self.inner.queue.next(next) {
                Work::Put(put) => self.put(put),
                Work::Rest { flush } => {
                    self.rest(Instant::now());
                    self.inner.queue.flushed(flush);
                    next = Instant::now() + self.tick;
                }
                Work::Close => break self.close(),
            }
            // Puts that keep coming must not keep the lease from being renewed.
            self.renew_in_time(Instant::now());
        }
    }

    /// One turn of [`run`](Self::run), which waits for nothing: writes all that waits, and does the rest. Returns when the next one is due.
    pub(super) fn turn(&mut self, now: Instant) -> Instant {
        self.write();
        self.rest(now);
        self.renew_in_time(now);
        now + self.tick
    }

    /// Writes all that waits, as [`run`](Self::run) does at once.
    pub(super) fn write(&mut self) {
        while let Some(put) = self.inner.queue.pop() {
            self.put(put);
        }
    }

    /// Until when a [`turn`](Self::turn) finds nothing to do, if nothing is let go or computed meanwhile.
    pub(super) fn rests_until(&self, now: Instant) -> Instant {
        let (_, to_release) = self.inner.holds.len();
        if self.lapsed || to_release > 0 || self.inner.queue.len() > 0 {
            now
        } else if self.inner.config.collects {
            self.next_renewal.min(self.next_collection)
        } else {
            self.next_renewal
        }
    }

    fn put(&mut self, Put { key, entry, number }: Put) {
        let inner = &*self.inner;
        match inner.try_ask(|engine| engine.put(key, &entry, inner.hold(number))) {
            Ok(()) => {
                self.unsynced = true;
                add(&inner.counters.puts, 1);
                add(&inner.counters.put_bytes, entry.len() as u64);
            }
            Err(fault) => {
                add(&inner.counters.unwritten, 1);
                // Others need not wait for it. Where no answer came there may be an entry, and the claim runs out by itself.
                if fault == Some(FaultKind::Full) {
                    inner.holds.put_back(vec![(key, number)]);
                }
            }
        }
        // Its object may have died while it waited here, and its release have been sent.
        inner.holds.release_unless_counted(key);
    }

    fn rest(&mut self, now: Instant) {
        self.release(now);
        if self.unsynced {
            self.unsynced = self.inner.ask(|engine| engine.sync()).is_none();
        }
        if self.lapsed {
            self.take_hold_again();
        }
        if self.inner.config.collects && now >= self.next_collection {
            self.collect(now);
        }
    }

    fn release(&mut self, now: Instant) {
        let inner = Arc::clone(&self.inner);
        for _ in 0..STEPS {
            let some = inner.holds.take_released(BATCH);
            if some.is_empty() {
                return;
            }
            if inner.ask(|engine| engine.release(inner.holder(), &some)).is_none() {
                inner.holds.put_back(some);
                break;
            }
            add(&inner.counters.released, some.len() as u64);
        }
        if inner.holds.len().1 > MOST_WAITING {
            self.begin_anew(now);
        }
    }

    /// As another holder, that holds what is needed now. The releases that wait need not be sent: what the former one held goes with its lease.
    fn begin_anew(&mut self, now: Instant) {
        self.inner.begin_anew();
        (self.next_renewal, self.renewed, self.lapsed) = (now, None, true);
    }

    fn renew_in_time(&mut self, now: Instant) {
        if now < self.next_renewal {
            return;
        }
        let inner = &*self.inner;
        let lease = inner.config.lease;
        match inner.insist(|engine| engine.renew(inner.holder(), lease, &[])) {
            Ok(renewed) => {
                add(&inner.counters.renewals, 1);
                inner.holds.renewed();
                self.next_renewal = now + lease / 2;
                // The engine tells of a lapse once. Where that answer was lost, it is told by the time that went by since the last one.
                let before = self.renewed.replace(now);
                if before.is_some_and(|before| renewed == Renewed::Lapsed || now >= before + lease) {
                    add(&inner.counters.lapses, 1);
                    self.lapsed = true;
                }
            }
            Err(_) => self.next_renewal = now + self.tick,
        }
        if self.lapsed {
            self.take_hold_again();
        }
    }

    /// What is gone by now stays gone: it is only computed once more.
    fn take_hold_again(&mut self) {
        let inner = &*self.inner;
        let all = inner.holds.all();
        let sent = all
            .chunks(BATCH)
            .all(|some| inner.ask(|engine| engine.renew(inner.holder(), inner.config.lease, some)).is_some());
        self.lapsed = !sent;
    }

    fn collect(&mut self, now: Instant) {
        let inner = &*self.inner;
        let (started, mut more) = (Instant::now(), true);
        for _ in 0..STEPS {
            let done = inner.ask(|engine| engine.collect(BATCH, inner.config.grace)).unwrap_or_default();
            add(&inner.counters.collected, done.deleted as u64);
            add(&inner.counters.collected_bytes, done.bytes);
            more = done.more;
            // A slow engine must not keep the lease from being renewed.
            if !more || started.elapsed() > LONGEST_TICK {
                break;
            }
        }
        // One that did not come to an end must not fall behind what is let go.
        self.next_collection = now + if more { self.tick } else { collection_pause(inner) };
    }

    pub(super) fn close(&self) {
        let inner = &*self.inner;
        inner.holds.close();
        // Nothing is held any longer, so that what it held is idle at once, and not when the lease runs out.
        inner.ask(|engine| engine.renew(inner.holder(), Duration::ZERO, &[]));
        add(&inner.counters.unwritten, inner.queue.clear() as u64);
    }
}

fn collection_pause(inner: &Inner) -> Duration {
    (inner.config.grace / 4).clamp(Duration::from_millis(50), Duration::from_secs(60))
}
