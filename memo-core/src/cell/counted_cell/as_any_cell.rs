//! What an anchor, `clear` and the sweep do with a counted cell whose types they do not know.

use std::mem::{self, ManuallyDrop};
use std::ptr::NonNull;

use super::CountedCell;
use super::remove::{drop_entry, tell};
use crate::anchor::any_cell::{self, AnyCell};
use crate::argument::key::{StoredKey, show_whole};
use crate::argument::scope::Scope;
use crate::memo::cells::head::CellHead;
use crate::memo::cells::vtable::{CellVtable, SharedVtable};
use crate::memo::counting::counter_block::Count;
use crate::memo::explain::spot::{Spot, Went};
use crate::memo::listeners::Why;
use crate::sys::arc::Arc;
use crate::sys::panics::Panics;
use crate::sys::sync::unpoisoned;
use crate::value::entry::{Entry, Meta};
use crate::value::store::Store;

impl<S: Scope, St> CountedCell<S, St>
where
    St: Store + 'static,
    St::Key: StoredKey<S>,
{
    /// Whether dropping an entry runs no user code.
    const QUIET: bool =
        !mem::needs_drop::<St::Value>() && (!mem::needs_drop::<St::Key>() || <St::Key as StoredKey<S>>::DROPS_OURS);

    pub(super) const VTABLE: CellVtable = CellVtable {
        release: any_cell::release::<Self>,
        end: <Self as AnyCell>::end,
        ready: any_cell::ready::<Self>,
        living: any_cell::living::<Self>,
        entries: any_cell::entries::<Self>,
        entry_size: Arc::<Entry<St::Meta, St::Value>>::SIZE,
        inert: St::FRONTED && !mem::needs_drop::<St::Value>(),
        is_quiet: |_| Self::QUIET,
        stays: false,
        shared: Some(SharedVtable {
            quiet: Self::QUIET,
            // SAFETY: the vtable is that of this type, and the caller's cell is alive.
            is_ready: |cell, entry| unsafe { any_cell::cast::<Self>(cell) }.is_ready(entry),
            retain: any_cell::retain_counted::<Self>,
            // SAFETY: the vtable is that of this type, and the caller's cell is alive.
            remove: |cell, entry, why| unsafe { any_cell::cast::<Self>(cell) }.remove(entry, why),
            // SAFETY: as above.
            listing: |cell| NonNull::from(&unsafe { any_cell::cast::<Self>(cell) }.listing),
            // SAFETY: as above.
            remove_gone: |cell, panics| unsafe { any_cell::cast::<Self>(cell) }.remove_all_gone(panics),
            // SAFETY: as above.
            empty: |cell, why, batch, panics| unsafe { any_cell::cast::<Self>(cell) }.empty(why, batch, panics),
            expire: if Self::EXPIRES {
                // SAFETY: as above.
                Some(|cell, all, batch, panics| unsafe { any_cell::cast::<Self>(cell) }.expire_some(all, batch, panics))
            } else {
                None
            },
        }),
    };
}

// SAFETY: `repr(C)`, the head first.
unsafe impl<S: Scope, St> AnyCell for CountedCell<S, St>
where
    St: Store + 'static,
    St::Key: StoredKey<S>,
{
    type Handle = Arc<Self>;

    fn into_raw(handle: Arc<Self>) -> NonNull<CellHead> {
        let raw = Arc::into_raw(handle).cast_mut().cast::<CellHead>();
        raw.expose_provenance();
        NonNull::new(raw).expect("an allocation is not null")
    }

    unsafe fn from_raw(cell: NonNull<CellHead>) -> Arc<Self> {
        // SAFETY: the caller's.
        unsafe { Arc::from_raw(cell.cast::<Self>().as_ptr()) }
    }

    unsafe fn end(cell: NonNull<CellHead>, why: Why) -> usize {
        // SAFETY: the caller's; the count stays the anchor's.
        let mut counted = ManuallyDrop::new(unsafe { Self::from_raw(cell) });
        let entries = match Arc::get_mut(&mut counted) {
            // It is on no list, so no other call can reach it.
            Some(this) => {
                let store = unpoisoned(this.store.get_mut());
                if why.count == Count::Cleared && this.head.memo().explanation().is_on() {
                    let cell = std::ptr::from_ref(&this.head).addr();
                    store.each(&this.front, &mut |entry| {
                        let spot = Spot { cell, hash: entry.meta.hash() };
                        this.head.memo().explanation().went(spot, Went::Cleared);
                    });
                }
                let drained = store.drain(&this.front);
                if let Some(retired) = store.retired() {
                    // SAFETY: nobody else has the cell.
                    unsafe { retired.free() };
                }
                drained
            }
            None => counted.drain(),
        };
        let (this, mut panics) = (&**counted, Panics::default());
        // The object is dead, or borrowed by the caller alone: no hit holds an entry.
        let told = this.core().tells(why);
        let ready = this.end_each(entries, why.count, &mut |taken| {
            if told && taken.ready {
                tell::<St>(this.core(), why, taken.entry(), &mut panics);
            }
            drop_entry::<St>(taken.into_unseen(), &mut panics);
        });
        panics.resume();
        ready
    }

    fn ready(&self) -> usize {
        self.lock().ready(&self.front)
    }

    fn living(&self) -> usize {
        let now = Self::now();
        let store = self.lock();
        match Self::IS_DEAD {
            None if !Self::EXPIRES && !self.core().has_weak_values() => store.ready(&self.front),
            _ => {
                let mut living = 0;
                store.each(&self.front, &mut |entry| living += usize::from(self.is_living(entry, now)));
                living
            }
        }
    }

    fn entries(&self) -> Vec<String> {
        let (mut living, now) = (Vec::new(), Self::now());
        self.lock().each(&self.front, &mut |entry| {
            if self.is_living(entry, now) {
                living.push(entry.clone());
            }
        });
        let mut shown = Vec::with_capacity(living.len());
        for entry in &living {
            shown.push(show_whole::<S, St::Key>(entry.meta.key()));
        }
        // These may be the last counts.
        let mut panics = Panics::default();
        for entry in living {
            panics.drop(entry);
        }
        panics.resume();
        shown
    }
}
