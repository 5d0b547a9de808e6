//! What the clones of an engine share, and how its calls come to the file.
//!
//! # Locks, in this order
//!
//! 1. `writing`: one call writes at a time, until what it wrote is on the disk, if it is to be.
//! 2. `state`: gets share it. Who writes has it alone for its transaction, and not while it waits for the disk, so that no get ever does.
//! 3. What is waiting, for one get at a time.
//!
//! So between a get's look at an entry and its hold nothing is deleted, and whoever deletes has written all holds before.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard, TryLockError};
use std::time::{Duration, Instant};

use ::redb::{Database, Durability};

use super::file::{self, OpenError};
use super::glance::{Glance, Read};
use super::state::{Closed, Live, State};
use super::tables::Tables;
use super::trouble::{Cure, Trouble, guarded};
use super::waiting::Waiting;
use crate::clock::Clock;
use crate::engine::{Fault, FaultKind, Found, Hold, rules};
use crate::key::Key;

pub(super) struct Shared {
    pub(super) path: PathBuf,
    clock: Clock,
    writing: Mutex<Writing>,
    state: RwLock<State>,
}

/// Of who writes.
struct Writing {
    /// Something is committed that is not on the disk.
    unsynced: bool,
    synced: Instant,
    /// So often the file may still be replaced.
    lives: u32,
    /// For so long it stays closed after the next trouble.
    pause: Duration,
}

/// When what a call wrote is to be on the disk.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Disk {
    Now,
    Soon,
    /// When somebody else says so.
    Later,
}

/// A file is replaced so often at most: a dying disk must not keep a program busy.
const LIVES: u32 = 3;
const SOON: Duration = Duration::from_secs(10);
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

impl Shared {
    pub(super) fn open(path: PathBuf, clock: Clock) -> Result<Self, OpenError> {
        let opened = file::open(&path, false)?;
        let writing = Writing { unsynced: false, synced: Instant::now(), lives: LIVES, pause: FIRST_PAUSE };
        let state = RwLock::new(State::Open(Live::new(opened, 0)));
        Ok(Self { path, clock, writing: Mutex::new(writing), state })
    }

    pub(super) fn get(&self, key: Key, hold: Hold) -> Result<Found, Fault> {
        // The clock is the caller's: it is asked under no lock.
        let now = self.clock.now();
        let state = self.read()?;
        let live = state.live()?;
        let found = guarded(|| {
            let file = Read::new(&live.database, key)?;
            rules::get(&mut Glance { file: &file, waiting: &mut lock(&live.waiting) }, key, hold, now)
        });
        let (number, too_much) = (live.number, lock(&live.waiting).is_too_much());
        drop(state);
        match found {
            Ok(found) => {
                if too_much {
                    self.write_what_waits();
                }
                Ok(found)
            }
            Err(trouble) => Err(self.cure(&mut lock(&self.writing), trouble, number)),
        }
    }

    /// Unless somebody writes already, perhaps to a slow disk.
    fn write_what_waits(&self) {
        let mut writing = match self.writing.try_lock() {
            Ok(writing) => writing,
            Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
            Err(TryLockError::WouldBlock) => return,
        };
        // A fault is told to the next call.
        _ = self.write_alone(&mut writing, Disk::Later, |_| Ok(()));
    }

    /// One transaction.
    pub(super) fn write<T>(
        &self,
        sync: Disk,
        run: impl FnOnce(&mut Tables<'_>, u64) -> Result<T, Trouble>,
    ) -> Result<T, Fault> {
        let now = self.clock.now();
        self.write_alone(&mut lock(&self.writing), sync, |tables| run(tables, now))
    }

    fn write_alone<T>(
        &self,
        writing: &mut Writing,
        sync: Disk,
        run: impl FnOnce(&mut Tables<'_>) -> Result<T, Trouble>,
    ) -> Result<T, Fault> {
        self.open_again_if_due(writing);
        let mut state = self.state_alone();
        let live = state.live_alone()?;
        let number = live.number;
        let waiting = live.waiting.get_mut().unwrap_or_else(PoisonError::into_inner);
        let done = guarded(|| in_transaction(&live.database, waiting, run));
        if let Ok((_, true)) = done {
            waiting.written();
            writing.unsynced = true;
        }
        drop(state);
        let done = done.map(|(done, _)| done).map_err(|trouble| self.cure(writing, trouble, number))?;
        match sync {
            Disk::Now => self.sync(writing)?,
            Disk::Soon if writing.synced.elapsed() >= SOON => self.sync(writing)?,
            Disk::Soon | Disk::Later => {}
        }
        Ok(done)
    }

    pub(super) fn sync_if_needed(&self) -> Result<(), Fault> {
        self.sync(&mut lock(&self.writing))
    }

    /// Waits until all that was committed is on the disk. Gets go on meanwhile.
    fn sync(&self, writing: &mut Writing) -> Result<(), Fault> {
        if !writing.unsynced {
            return Ok(());
        }
        let state = self.state();
        let live = state.live()?;
        let (database, number) = (Arc::clone(&live.database), live.number);
        drop(state);
        // An empty one, and all before it with it.
        let synced = guarded(|| Ok(database.begin_write()?.commit()?));
        // Before it may be closed.
        drop(database);
        synced.map_err(|trouble| self.cure(writing, trouble, number))?;
        writing.unsynced = false;
        writing.synced = Instant::now();
        writing.pause = FIRST_PAUSE;
        Ok(())
    }

    /// Does what is to be done about the file, unless it is another one by now.
    fn cure(&self, writing: &mut Writing, trouble: Trouble, number: u64) -> Fault {
        let mut state = self.state_alone();
        let cure = trouble.cure();
        if let State::Open(live) = &*state
            && live.number == number
            && cure != Cure::Nothing
        {
            let mut pause = Duration::ZERO;
            if cure == Cure::SetAside {
                writing.lives = writing.lives.saturating_sub(1);
                // Before it is closed, which may panic, too. If it cannot be renamed, opening it will tell.
                _ = file::set_aside(&self.path, &live.file, "");
            } else {
                pause = writing.next_pause();
            }
            let until = (writing.lives > 0).then(|| Instant::now() + pause);
            let closed = Closed { kind: trouble.kind(), why: trouble.to_string(), until, number };
            state.close(closed);
        }
        trouble.into_fault()
    }

    /// For a get.
    fn read(&self) -> Result<RwLockReadGuard<'_, State>, Fault> {
        let state = self.state();
        if !state.is_due() {
            return Ok(state);
        }
        drop(state);
        self.open_again_if_due(&mut lock(&self.writing));
        Ok(self.state())
    }

    fn open_again_if_due(&self, writing: &mut Writing) {
        if !self.state().is_due() {
            return;
        }
        let mut state = self.state_alone();
        let State::Closed(closed) = &mut *state else { return };
        let number = closed.number + 1;
        match file::open(&self.path, true) {
            Ok(opened) => {
                writing.lives = writing.lives.saturating_sub(u32::from(opened.in_place_of_another));
                writing.unsynced = false;
                *state = State::Open(Live::new(opened, number));
            }
            Err(error) => {
                *closed = Closed {
                    kind: error.kind(),
                    why: error.to_string(),
                    until: Some(Instant::now() + writing.next_pause()),
                    number,
                };
            }
        }
    }

    fn state(&self) -> RwLockReadGuard<'_, State> {
        self.state.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn state_alone(&self) -> RwLockWriteGuard<'_, State> {
        self.state.write().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The answer, and whether something was written.
fn in_transaction<T>(
    database: &Database,
    waiting: &mut Waiting,
    run: impl FnOnce(&mut Tables<'_>) -> Result<T, Trouble>,
) -> Result<(T, bool), Trouble> {
    let mut transaction = database.begin_write()?;
    transaction.set_durability(Durability::None)?;
    let mut tables = Tables::open(&transaction, waiting)?;
    let done = run(&mut tables)?;
    let changed = tables.changed;
    drop(tables);
    if changed {
        transaction.commit()?;
    } else {
        transaction.abort()?;
    }
    Ok((done, changed))
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Writing {
    fn next_pause(&mut self) -> Duration {
        let pause = self.pause;
        self.pause = (pause * 2).min(LONGEST_PAUSE);
        pause
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        // One that is closed stays so.
        if self.state().live().is_ok() {
            _ = self.write(Disk::Now, |_, _| Ok(()));
        }
        self.state_alone().close(Closed { kind: FaultKind::Down, why: String::new(), until: None, number: 0 });
    }
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;
    use crate::engine::{Holder, Renewed};

    const LEASE: Duration = Duration::from_secs(60);
    const HOLDER: Holder = Holder(1);

    fn key(n: u8) -> Key {
        Key::from_bytes([n; 16])
    }

    fn get(shared: &Shared, n: u8) -> Result<bool, FaultKind> {
        let hold = Hold { holder: HOLDER, number: 1, lease: LEASE, claim: Duration::ZERO };
        match shared.get(key(n), hold) {
            Ok(found) => Ok(found == Found::Entry(vec![n])),
            Err(fault) => Err(fault.kind()),
        }
    }

    fn put(shared: &Shared, n: u8) {
        let hold = Hold { holder: HOLDER, number: 1, lease: LEASE, claim: Duration::ZERO };
        shared.write(Disk::Now, |tables, now| rules::put(tables, key(n), &[n], hold, now)).expect("it answers");
    }

    fn renew(shared: &Shared) -> Renewed {
        shared.write(Disk::Now, |tables, now| rules::renew(tables, HOLDER, LEASE, &[], now)).expect("it answers")
    }

    fn meets(shared: &Shared, trouble: impl FnOnce() -> Trouble) -> FaultKind {
        shared.write(Disk::Now, |_, _| Err::<(), _>(trouble())).expect_err("a trouble").kind()
    }

    #[test]
    fn a_file_that_redb_panics_at_is_replaced_three_times() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("file");
        let shared = Shared::open(path.clone(), Clock::system()).expect("it can be opened");
        for _ in 1..LIVES {
            assert_eq!(renew(&shared), Renewed::Lapsed, "this file has no lease");
            put(&shared, 1);
            assert_eq!(renew(&shared), Renewed::InTime);
            assert_eq!(meets(&shared, || panic!("a test of ours")), FaultKind::Damaged);
            assert_eq!(get(&shared, 1), Ok(false), "an empty one is begun");
            assert!(path.exists() && directory.path().join("file.damaged").exists());
        }
        assert_eq!(meets(&shared, || Trouble::Foreign("a test".to_owned())), FaultKind::Damaged);
        assert_eq!(get(&shared, 1), Err(FaultKind::Damaged), "it gives up");
        drop(shared);
        assert!(!path.exists(), "and makes no more files");
        assert!(Shared::open(path, Clock::system()).is_ok());
    }

    #[test]
    fn after_a_failed_write_the_file_is_opened_again_and_holders_are_told() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("file");
        let shared = Shared::open(path, Clock::system()).expect("it can be opened");
        put(&shared, 1);
        renew(&shared);
        assert_eq!(renew(&shared), Renewed::InTime);
        let failed = || ::redb::StorageError::Io(std::io::ErrorKind::StorageFull.into()).into();
        assert_eq!(meets(&shared, failed), FaultKind::Full);
        assert_eq!(get(&shared, 1), Err(FaultKind::Full), "not at once");
        let next = loop {
            match get(&shared, 1) {
                Err(FaultKind::Full) => thread::yield_now(),
                next => break next,
            }
        };
        assert_eq!(next, Ok(true));
        assert_eq!(renew(&shared), Renewed::Lapsed);
        assert_eq!(renew(&shared), Renewed::InTime);
        assert!(!directory.path().join("file.damaged").exists());
    }
}
