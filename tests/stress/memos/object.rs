//! What results come from: objects that know what every answer about them should be.

use std::sync::atomic::{AtomicU16, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use memo_core::{Anchor, Anchored, HasAnchor};

use crate::books::id::Id;
use crate::books::tally::OBJECTS;
use crate::books::violation::violation;

const ALIVE: u64 = 0x0B1E_C7A1_1FE0_0B1E;
const DEAD: u64 = 0xDEAD_0B1E_C7DE_AD00;

/// Room for the last changes: versions are never used twice.
const LAST: u16 = u16::MAX - 8;

/// What an answer is about. Its id is never used again, whatever becomes of its address.
#[derive(Debug)]
pub(crate) struct Object {
    id: u64,
    canary: u64,
    /// What changes of it, behind a `&`. Answers say of which version they are.
    version: AtomicU16,
    /// For each memo, the oldest version that may still be served to a call that begins now.
    floors: [AtomicU16; Id::ALL.len()],
    /// Held by who changes the version and takes old answers back, and by who inserts: an insert is of today's version.
    writer: Mutex<()>,
}

impl Object {
    pub(crate) fn new() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        OBJECTS[0].fetch_add(1, Ordering::Relaxed);
        Self {
            id: NEXT.fetch_add(1, Ordering::Relaxed),
            canary: ALIVE,
            version: AtomicU16::new(0),
            floors: [const { AtomicU16::new(0) }; Id::ALL.len()],
            writer: Mutex::new(()),
        }
    }

    pub(crate) fn id(&self) -> u64 {
        self.id
    }

    /// What the bare function `id` says of this object and `key` now: the object's truth above, the version below.
    pub(crate) fn number(&self, id: Id, key: u64) -> u64 {
        if self.canary != ALIVE {
            violation!("a body was given an object that is gone: canary {:x}", self.canary);
        }
        self.truth(id, key) | u64::from(self.version())
    }

    fn truth(&self, id: Id, key: u64) -> u64 {
        let mut x = self.id ^ key.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ ((id as u64 + 1) << 56);
        // The finish of splitmix64: all bits of the object, the key and the memo count.
        x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (x ^ (x >> 31)) & !0xFFFF
    }

    pub(crate) fn version(&self) -> u16 {
        self.version.load(Ordering::SeqCst)
    }

    pub(crate) fn floor(&self, id: Id) -> u16 {
        self.floors[id as usize].load(Ordering::SeqCst)
    }

    /// From now on, calls of this memo get nothing older.
    pub(crate) fn raise(&self, id: Id, version: u16) {
        self.floors[id as usize].fetch_max(version, Ordering::SeqCst);
    }

    pub(crate) fn writer(&self) -> MutexGuard<'_, ()> {
        // A panic under it is one of ours, and the lock guards no data.
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes the object behind a `&`; the writer's lock is held. Answers of the old version may still be served until they
    /// are taken back.
    pub(crate) fn change(&self) -> u16 {
        let version = self.version();
        if version < LAST {
            self.version.store(version + 1, Ordering::SeqCst);
        }
        self.version()
    }

    /// Changes the object behind a `&mut`, which took all its answers back.
    pub(crate) fn change_alone(&mut self) {
        let version = self.version.get_mut();
        *version = (*version + 1).min(LAST);
        let version = *version;
        for floor in &mut self.floors {
            *floor.get_mut() = version;
        }
    }

    /// Checks an answer against the bare function; `floor` was read before the call.
    #[track_caller]
    pub(crate) fn check(&self, id: Id, key: u64, floor: u16, number: u64) -> u16 {
        let version = number as u16;
        if number & !0xFFFF != self.truth(id, key) {
            violation!(
                "`{id:?}` of object {} and key {key}: answered {number:x}, which is about something else",
                self.id
            );
        }
        if !(floor..=self.version()).contains(&version) {
            let now = self.version();
            violation!(
                "`{id:?}` of object {} and key {key}: answered version {version}, taken back before version {floor}; it has {now}",
                self.id
            );
        }
        version
    }
}

impl Drop for Object {
    fn drop(&mut self) {
        if self.canary != ALIVE {
            violation!("object {} is dropped twice, or is none: canary {:x}", self.id, self.canary);
        }
        self.canary = DEAD;
        OBJECTS[1].fetch_add(1, Ordering::Relaxed);
    }
}

/// An object with its anchor inside, by derive.
#[derive(Debug, HasAnchor)]
pub(crate) struct Node {
    pub(crate) object: Object,
    pub(crate) anchor: Anchor,
}

/// An object of a tree, for bodies that ask their own memo.
#[derive(Debug)]
pub(crate) struct Branch {
    pub(crate) object: Object,
    pub(crate) children: Vec<Arc<Branch>>,
    depth: u8,
}

/// Trees are this deep at most, however many generations of bundles take each other's branches.
const DEPTH: u8 = 8;

impl Branch {
    /// Above `children`, those of them that are not too deep.
    pub(crate) fn above(children: impl IntoIterator<Item = Arc<Branch>>) -> Self {
        let children: Vec<_> = children.into_iter().filter(|child| child.depth < DEPTH).collect();
        let depth = children.iter().map(|child| child.depth + 1).max().unwrap_or(0);
        Self { object: Object::new(), children, depth }
    }
}

/// An object of any size: a `Weak` that is kept keeps all of it.
#[derive(Debug)]
pub(crate) struct Padded<P: ?Sized> {
    pub(crate) object: Object,
    _pad: P,
}

/// Pads are of 8 B to 64 KiB, each twice the one before.
pub(crate) const SIZES: u32 = 14;

impl Padded<[u8]> {
    /// The pad is of `8 << power` bytes.
    fn of_size(power: u32) -> Arc<Self> {
        fn new<const BYTES: usize>() -> Arc<Padded<[u8]>> {
            Arc::new(Padded { object: Object::new(), _pad: [0; BYTES] })
        }
        type New = fn() -> Arc<Padded<[u8]>>;
        const NEW: [New; SIZES as usize] = [
            new::<8>,
            new::<16>,
            new::<32>,
            new::<64>,
            new::<128>,
            new::<256>,
            new::<512>,
            new::<1024>,
            new::<2048>,
            new::<4096>,
            new::<8192>,
            new::<16384>,
            new::<32768>,
            new::<65536>,
        ];
        NEW[power as usize]()
    }
}

/// One owner of each kind that may cross threads.
#[derive(Debug)]
pub(crate) struct Bundle {
    pub(crate) arc: Arc<Object>,
    pub(crate) anchored: Anchored<Object>,
    pub(crate) node: Node,
    pub(crate) branch: Arc<Branch>,
    pub(crate) padded: Arc<Padded<[u8]>>,
}

/// So many owners are in a bundle.
pub(crate) const OWNERS: usize = 5;

impl Bundle {
    /// `power` is the size of the one with a pad, as two to the power of it.
    pub(crate) fn above(children: impl IntoIterator<Item = Arc<Branch>>, power: u32) -> Self {
        Self {
            arc: Arc::new(Object::new()),
            anchored: Anchored::new(Object::new()),
            node: Node { object: Object::new(), anchor: Anchor::new() },
            branch: Arc::new(Branch::above(children)),
            padded: Padded::of_size(power),
        }
    }
}

/// A number and an object as one key.
pub(crate) fn number_and(key: u32, other: &Object) -> u64 {
    other.id() * 64 + u64::from(key)
}
