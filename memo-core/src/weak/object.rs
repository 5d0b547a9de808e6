//! An object with an anchor inside, as the maps know it: whether it is alive, and who is told when it is not.
//!
//! The object moves, and its address is used again, so its identity is a counted [`Life`] in a cell of its anchor, made when it first is a
//! key.
//!
//! # Invariants
//!
//! 1. A life is that of one object: its cell stays when the results are cleared, and ends with the anchor. From then on it is dead.
//! 2. An entry of a shared map with such a key has a [`Tie`], made before the entry is put in, and dropped with it. As long as there is one,
//!    the life knows the map; when the last one is gone, it does not.
//! 3. A dying object tells the maps it knows with no lock held, and each drops its entry before the object's drop goes on. (Nobody can put one
//!    in meanwhile, which takes a borrow of the object.)

use std::sync::{Arc, Weak};

use crate::anchor::anchor::Anchor;
use crate::anchor::attached::{self, Attached};
use crate::memo::core::Core;
use crate::memo::listeners::Why;
use crate::memo::site::Site;
use crate::sys::panics::Panics;
use crate::sys::sync::plain::{AtomicBool, Mutex, Ordering};
use crate::sys::sync::unpoisoned;

/// A map that drops the entry of a key when it dies.
pub(crate) trait Told: Send + Sync {
    /// The key of this life, which is at this address, is dead.
    fn died(&self, life: usize);
}

/// Whether an object is alive, and the maps in which it is a key.
pub(super) struct Life {
    dead: AtomicBool,
    known: Mutex<Vec<Known>>,
}

struct Known {
    map: Weak<dyn Told>,
    ties: usize,
}

impl std::fmt::Debug for Life {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Life").finish_non_exhaustive()
    }
}

impl Life {
    /// The life of the object of an anchor, if it ever was a key.
    pub(super) fn find(anchor: &Anchor) -> Option<&Arc<Self>> {
        attached::find(anchor)
    }

    /// The same, made on first use.
    pub(super) fn of(anchor: &Anchor) -> &Arc<Self> {
        attached::of(anchor, || Arc::new(Self { dead: AtomicBool::new(false), known: Mutex::new(Vec::new()) }))
    }

    pub(super) fn identity(self: &Arc<Self>) -> usize {
        Arc::as_ptr(self).addr()
    }

    pub(super) fn is_dead(&self) -> bool {
        self.dead.load(Ordering::Acquire)
    }

    fn tie(&self, map: &Weak<dyn Told>) {
        let mut known = unpoisoned(self.known.lock());
        match known.iter_mut().find(|known| is_same(&known.map, map)) {
            Some(known) => known.ties += 1,
            None => known.push(Known { map: Weak::clone(map), ties: 1 }),
        }
    }

    fn untie(&self, map: &Weak<dyn Told>) {
        let gone = {
            let mut known = unpoisoned(self.known.lock());
            // None, if the object is dying.
            let at = known.iter().position(|known| is_same(&known.map, map));
            let Some(at) = at else { return };
            known[at].ties -= 1;
            (known[at].ties == 0).then(|| {
                let gone = known.swap_remove(at);
                known.shrink_to(2);
                gone
            })
        };
        drop(gone);
    }

    fn end(self: &Arc<Self>) {
        self.dead.store(true, Ordering::Release);
        let known = std::mem::take(&mut *unpoisoned(self.known.lock()));
        let identity = self.identity();
        let mut panics = Panics::default();
        for Known { map, .. } in known {
            if let Some(map) = map.upgrade() {
                // Moved: this may be the end of the map, which is dropped there, too.
                panics.run(move || map.died(identity));
            }
        }
        panics.resume();
    }
}

fn is_same(one: &Weak<dyn Told>, other: &Weak<dyn Told>) -> bool {
    std::ptr::addr_eq(one.as_ptr(), other.as_ptr())
}

/// What a map holds of an object with an anchor inside.
pub struct Tie {
    life: Arc<Life>,
    /// The map that is told, if any.
    map: Option<Weak<dyn Told>>,
}

impl std::fmt::Debug for Tie {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tie").finish_non_exhaustive()
    }
}

impl Tie {
    pub(super) fn new(anchor: &Anchor, map: Option<Weak<dyn Told>>) -> Self {
        let life = Arc::clone(Life::of(anchor));
        if let Some(map) = &map {
            life.tie(map);
        }
        Self { life, map }
    }

    pub(super) fn identity(&self) -> usize {
        self.life.identity()
    }

    pub(super) fn is_dead(&self) -> bool {
        self.life.is_dead()
    }
}

impl Drop for Tie {
    fn drop(&mut self) {
        if let Some(map) = &self.map {
            self.life.untie(map);
        }
    }
}

static LIVES: Core = Core::new(Site::built_in("keys of weak maps"));

// SAFETY: the memo is this type's.
unsafe impl Attached for Arc<Life> {
    const STAYS: bool = true;

    fn memo() -> &'static Core {
        &LIVES
    }
    fn on_end(&self, _: Why) -> usize {
        Life::end(self);
        0
    }
    fn ends_quietly(&self) -> bool {
        unpoisoned(self.known.lock()).is_empty()
    }
}
