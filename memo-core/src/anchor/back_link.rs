//! The death of any weak argument ends the entry (law 5): links from the other arguments back to the entries.
//!
//! An object that takes part in entries on *another* object's anchor has a counted [`Peer`] in a cell of its own
//! anchor. The peer is the object's identity in stored keys: an in-object argument moves, and its address is reused,
//! but every key that names a peer pins it. For an `Arc` or `Rc` the peer also holds a `Weak`, which pins the
//! address, so that keys can be compared by address without finding the peer.
//!
//! # Invariants
//!
//! 1. A peer is dead from the moment its object dies or is changed (`&mut`). A dead peer equals no key that comes later.
//! 2. An entry with peers is linked from each *before* it is inserted into its cell, and unlinked (O(1) each) by the
//!    remover, so survivors keep no residue.
//! 3. A peer's links are removed under its own lock, and processed with no lock held: no two anchors' locks are ever
//!    held together (rule 9), and the same object twice in a key is linked once.
//! 4. An entry is removed from its cell once, under the cell's lock. The remover drops it.
//! 5. A racer's result is not stored if its object is forgotten meanwhile. The forget is counted before the links are read, and the entry
//!    is linked before the count is read, under its cell's lock: either the entry is found by its link, or it finds the count changed.

use std::marker::PhantomData;
use std::sync::{Arc, OnceLock};

use hashbrown::HashMap;

use crate::anchor::anchor::Anchor;
use crate::anchor::any_cell::CellRef;
use crate::anchor::attached::{self, Attached};
use crate::anchor::liveness::{AnyWeak, Watch};
use crate::anchor::side_table::end_of_nodes;
use crate::anchor::side_table::{self, shard::Chain};
use crate::memo::cells::vtable::EntryId;
use crate::memo::core::Core;
use crate::memo::counting::counter_block::Count;
use crate::memo::listeners::Why;
use crate::memo::site::Site;
use crate::sys::panics::Panics;
use crate::sys::sync::plain::{AtomicBool, AtomicU32, Mutex, Ordering};
use crate::sys::sync::unpoisoned;

/// An object's identity in the keys of others.
pub(crate) struct Peer {
    /// Pins the address of an `Arc` or `Rc`. In-object peers have none.
    life: Option<AnyWeak>,
    /// The size of an object whose allocation `life` keeps.
    size: usize,
    dead: AtomicBool,
    /// Whether a thread's own table has, or had, a node that watches it.
    watched: AtomicBool,
    /// Whether a result is suspected of holding the object.
    suspected: AtomicBool,
    /// How many times the object was asked to forget all its entries.
    forgets: AtomicU32,
    links: Mutex<HashMap<EntryId, CellRef>>,
}

/// How a peer learns of its object's death.
pub(crate) enum Life {
    /// An `Arc` or `Rc`, whose object has this size.
    Counted(AnyWeak, usize),
    /// Through the peer of its own anchor.
    Watched(AnyWeak),
    /// Its anchor inside says so.
    InObject,
}

impl Peer {
    fn new(life: Life) -> Self {
        let (life, size) = match life {
            Life::Counted(life, size) => (Some(life), size),
            Life::Watched(life) => (Some(life), 0),
            Life::InObject => (None, 0),
        };
        Self {
            life,
            size,
            dead: AtomicBool::new(false),
            watched: AtomicBool::new(false),
            suspected: AtomicBool::new(false),
            forgets: AtomicU32::new(0),
            links: Mutex::new(HashMap::new()),
        }
    }

    pub(crate) fn is_dead(&self) -> bool {
        self.dead.load(Ordering::Acquire) || self.life.as_ref().is_some_and(|life| !life.is_alive())
    }

    /// How many bytes it keeps from being freed, itself included.
    pub(crate) fn keeps(&self) -> usize {
        size_of::<Self>() + self.size
    }

    /// The strong count of an `Arc` or `Rc`.
    pub(crate) fn strong_count(&self) -> Option<usize> {
        self.life.as_ref().map(AnyWeak::strong)
    }

    /// The address of an `Arc`'s or `Rc`'s object.
    pub(crate) fn object(&self) -> Option<usize> {
        self.life.as_ref()?.address()
    }

    /// Whether it takes part in entries of this memo.
    pub(crate) fn has_entries_of(&self, core: &'static Core) -> bool {
        unpoisoned(self.links.lock()).values().any(|cell| std::ptr::eq(cell.memo(), core))
    }

    pub(crate) fn set_suspected(&self) {
        self.suspected.store(true, Ordering::Relaxed);
    }

    pub(crate) fn is_suspected(&self) -> bool {
        self.suspected.load(Ordering::Relaxed)
    }

    /// Links an entry that is about to be inserted into `cell`.
    pub(crate) fn link(&self, entry: EntryId, cell: CellRef) {
        let before = unpoisoned(self.links.lock()).insert(entry, cell);
        // The same object twice in one key. Its count is released outside the lock.
        drop(before);
    }

    pub(crate) fn unlink(&self, entry: EntryId) {
        let link = {
            let mut links = unpoisoned(self.links.lock());
            let link = links.remove(&entry);
            if links.len() < links.capacity() / 8 {
                links.shrink_to_fit();
            }
            link
        };
        drop(link);
    }

    /// Whether ending its entries runs no user code.
    fn is_quiet(&self) -> bool {
        !self.watched.load(Ordering::Relaxed) && unpoisoned(self.links.lock()).values().all(CellRef::is_quiet)
    }

    /// Visits the entries in which the object takes part, under its lock.
    pub(crate) fn each_entry(&self, visit: impl FnMut(&CellRef, EntryId)) {
        self.some_entries(usize::MAX, visit);
    }

    /// Visits at most `most` of them, and returns how many there are.
    pub(crate) fn some_entries(&self, most: usize, mut visit: impl FnMut(&CellRef, EntryId)) -> usize {
        let links = unpoisoned(self.links.lock());
        links.iter().take(most).for_each(|(&entry, cell)| visit(cell, entry));
        links.len()
    }

    /// Returns the entries in which the object takes part. They are to be dropped though the object lives on.
    pub(crate) fn forget(&self) -> Vec<(CellRef, EntryId)> {
        // Before the links are read: an entry that is linked later sees it (invariant 5).
        self.forgets.fetch_add(1, Ordering::Relaxed);
        let mut entries = Vec::new();
        self.each_entry(|cell, entry| entries.push((cell.clone(), entry)));
        entries
    }

    /// How many times [`Peer::forget`] was called.
    pub(crate) fn forgets(&self) -> u32 {
        self.forgets.load(Ordering::Relaxed)
    }

    /// Ends every entry in which the object takes part.
    fn end(&self, why: Why) -> usize {
        self.dead.store(true, Ordering::Release);
        let links = std::mem::take(&mut *unpoisoned(self.links.lock()));
        let mut panics = Panics::default();
        let mut ended = 0;
        for (entry, cell) in links {
            if panics.run(|| cell.remove(entry, why)) == Some(true) {
                ended += 1;
                if why.count == Count::Dropped {
                    note_death_with(self, cell.memo());
                }
            }
            panics.drop(cell);
        }
        panics.resume();
        ended
    }
}

static DIED_WITH: OnceLock<fn(&Peer, &'static Core)> = OnceLock::new();

/// From now on `act` is called for every result that dies with an argument other than its owner.
pub(crate) fn when_results_die(act: fn(&Peer, &'static Core)) {
    DIED_WITH.get_or_init(|| act);
}

fn note_death_with(peer: &Peer, core: &'static Core) {
    if let Some(act) = DIED_WITH.get() {
        act(peer, core);
    }
}

/// A peer whose object is watched through the peer of its own anchor: an in-object argument of a memo with an `Rc` owner.
struct Watched(Arc<Peer>);

// SAFETY: touches only the peer, which is counted.
unsafe impl Watch for Watched {
    const PLAIN: bool = false;
    const THREAD_BOUND: bool = false;

    fn is_alive(&self) -> bool {
        !self.0.is_dead()
    }
    fn strong(&self) -> usize {
        usize::from(self.is_alive())
    }
    fn address(&self) -> Option<usize> {
        None
    }
}

/// A weak argument in a stored key.
pub struct PeerRef<S> {
    peer: Arc<Peer>,
    /// Probes are compared with this: the address of the `Arc`'s object, or of the in-object argument's peer.
    address: usize,
    /// In the `Local` scope it must stay on its thread: the peer may hold an `Rc`'s `Weak`.
    scope: PhantomData<S>,
}

impl<S> std::fmt::Debug for PeerRef<S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // All that distinguishes it from other objects.
        write!(f, "@{:x}", self.address)
    }
}

impl<S> PeerRef<S> {
    pub(crate) fn new(peer: Arc<Peer>, address: usize) -> Self {
        Self { peer, address, scope: PhantomData }
    }

    pub(crate) fn is(&self, address: usize) -> bool {
        self.address == address && !self.peer.dead.load(Ordering::Acquire)
    }

    pub(crate) fn same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.peer, &other.peer)
    }

    pub(crate) fn peer(&self) -> &Arc<Peer> {
        &self.peer
    }
}

/// Ends every entry in which the object takes part and that this thread can reach: the shared ones, and this thread's own. The
/// entries of other threads end when those threads sweep.
fn end_here(peer: &Arc<Peer>, why: Why) -> usize {
    let mut panics = Panics::default();
    let mut ended = panics.run(|| peer.end(why)).unwrap_or(0);
    // If this thread has a node, it set the flag itself: `Relaxed` is enough.
    if peer.watched.load(Ordering::Relaxed) {
        let dead = side_table::local::take_if_dead(Arc::as_ptr(peer) as usize);
        dead.each(|node| {
            if let Some(here) = find(node.anchor()) {
                ended += panics.run(|| here.end(why)).unwrap_or(0);
            }
        });
        let free = end_of_nodes::end_all(dead, &mut panics);
        side_table::local::give_back(free, const { Chain::new() });
    }
    panics.resume();
    ended
}

static PEERS: Core = Core::new(Site::built_in("peers"));

// SAFETY: the memo is this type's.
unsafe impl Attached for Arc<Peer> {
    const STAYS: bool = false;

    fn memo() -> &'static Core {
        &PEERS
    }
    fn on_end(&self, why: Why) -> usize {
        end_here(self, why)
    }
    fn ends_quietly(&self) -> bool {
        Peer::is_quiet(self)
    }
}

/// The anchor's peer, if it has one.
pub(crate) fn find(anchor: &Anchor) -> Option<&Arc<Peer>> {
    attached::find(anchor)
}

/// The anchor's peer, made on first use.
pub(crate) fn of(anchor: &Anchor, life: impl FnOnce() -> Life) -> &Arc<Peer> {
    attached::of(anchor, || Arc::new(Peer::new(life())))
}

/// Watches the object that `peer` belongs to.
pub(crate) fn watch(peer: &Arc<Peer>) -> AnyWeak {
    peer.watched.store(true, Ordering::Relaxed);
    AnyWeak::new(Watched(Arc::clone(peer)))
}
