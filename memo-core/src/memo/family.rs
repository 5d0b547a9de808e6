//! The memos of one annotated function: one, or one for each instantiation of a generic one.
//!
//! The attribute emits one `static` [`Family`] for each function. A static inside a method cannot name `Self`, and one in a
//! generic function is shared by all its instantiations, so the static is untyped. It leads to one [`Core`] for each
//! type of a closure written in that function, since a closure's type carries every parameter of the function, its
//! impl and its trait (law 12). A memo's identity is the address of its `Core`, which is never freed and has a size.
//!
//! # Invariants
//!
//! 1. An instance is never freed, and its link to the older ones never changes.
//! 2. A writer holds a lock and has searched under it, so there is one instance for each type. Readers take no lock.
//! 3. A few instances are walked, the newest first. Past [`WALKED`] there is an index of all of them, and a new one is inserted
//!    before it is linked. A full index is replaced by a larger one. Outgrown ones are kept, since a reader may be inside.

use std::any::TypeId;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;
use std::ptr::NonNull;

use super::core::{Core, Instance};
use super::site::Site;
use crate::sys::hash_index::Index;
use crate::sys::sync::plain::{AtomicPtr, Mutex, Ordering};
use crate::sys::sync::unpoisoned;

/// How many instances are found by walking.
const WALKED: usize = 8;

/// The memos of one annotated function: the only static of an expansion.
#[derive(Debug)]
pub struct Family {
    core: Core,
    /// The newest instance, which links to the others.
    instances: AtomicPtr<Core>,
    many: AtomicPtr<Many>,
}

/// The instances of a function with many, by the hash of their type.
struct Many {
    index: Index<Core>,
    /// The one that this replaced.
    _outgrown: *mut Many,
}

impl Family {
    /// The family of the function at `site`, which has `cycle = ..`. Another function, so that all others need not say that they have none.
    #[must_use]
    pub const fn with_cycle(site: Site) -> Self {
        let mut family = Self::new(site);
        family.core.cycle = true;
        family
    }

    /// The family of the function at `site`.
    #[must_use]
    pub const fn new(site: Site) -> Self {
        Self {
            core: Core::new(site),
            instances: AtomicPtr::new(std::ptr::null_mut()),
            many: AtomicPtr::new(std::ptr::null_mut()),
        }
    }

    /// The memo of a function without parameters.
    #[inline(always)]
    pub const fn __memo_only(&'static self) -> &'static Core {
        &self.core
    }

    /// The memo of the instantiation in which `_closure` was written.
    #[inline]
    pub fn __memo_instance<F>(&'static self, _closure: &F) -> &'static Core {
        let id = type_id_of::<F>();
        self.find(id).unwrap_or_else(|| self.add(id, std::any::type_name::<F>()))
    }

    #[inline]
    fn find(&'static self, id: TypeId) -> Option<&'static Core> {
        let newest = self.newest()?;
        if newest.is_of(id) { Some(newest) } else { self.find_behind(newest, id) }
    }

    #[inline]
    fn newest(&'static self) -> Option<&'static Core> {
        // SAFETY: null, or an instance (invariant 1) that was published with `Release`.
        unsafe { self.instances.load(Ordering::Acquire).as_ref() }
    }

    fn many(&'static self) -> Option<&'static Many> {
        // SAFETY: null, or never freed (invariant 3) and published with `Release`.
        unsafe { self.many.load(Ordering::Acquire).as_ref() }
    }

    /// Searches all but the newest.
    #[inline(never)]
    fn find_behind(&'static self, newest: &'static Core, id: TypeId) -> Option<&'static Core> {
        let Some(many) = self.many() else { return newest.chain().skip(1).find(|core| core.is_of(id)) };
        let core = many.index.find(hash_of(id), |core| core.is_of(id))?;
        // SAFETY: invariant 1.
        Some(unsafe { core.as_ref() })
    }

    #[cold]
    fn add(&'static self, id: TypeId, path: &'static str) -> &'static Core {
        static ADDING: Mutex<()> = Mutex::new(());
        let _one_at_a_time = unpoisoned(ADDING.lock());
        if let Some(core) = self.find(id) {
            return core;
        }
        let newest = self.newest();
        let mut core = Core::with_instance(self.core.site, Some(Instance { id, path, older: newest }));
        core.cycle = self.core.cycle;
        let core: &'static Core = Box::leak(Box::new(core));
        match self.many() {
            None if newest.map_or(0, |newest| newest.chain().count()) < WALKED => {}
            Some(many) if many.index.has_room() => {
                // SAFETY: invariants 1 and 2.
                unsafe { many.index.insert(hash_of(id), NonNull::from(core)) };
            }
            outgrown => {
                let larger = Many::new(core, outgrown);
                self.many.store(Box::into_raw(Box::new(larger)), Ordering::Release);
            }
        }
        self.instances.store(std::ptr::from_ref(core).cast_mut(), Ordering::Release);
        core
    }
}

impl Many {
    fn new(newest: &'static Core, outgrown: Option<&'static Self>) -> Self {
        let index = Index::with_room(newest.chain().count());
        for core in newest.chain() {
            let id = core.instance.expect("instances only are linked").id;
            // SAFETY: invariant 1, and the index is not shared yet.
            unsafe { index.insert(hash_of(id), NonNull::from(core)) };
        }
        Self { index, _outgrown: outgrown.map_or(std::ptr::null_mut(), |many| std::ptr::from_ref(many).cast_mut()) }
    }
}

/// For `TypeId`s, which are hashes already.
#[inline]
fn hash_of(id: TypeId) -> u64 {
    struct Given(u64);
    impl Hasher for Given {
        fn write(&mut self, bytes: &[u8]) {
            for &byte in bytes {
                self.0 = self.0.rotate_left(8) ^ u64::from(byte);
            }
        }
        fn write_u64(&mut self, hash: u64) {
            self.0 ^= hash;
        }
        fn finish(&self) -> u64 {
            self.0
        }
    }
    let mut given = Given(0);
    id.hash(&mut given);
    given.finish()
}

/// The `TypeId` of a type that may contain lifetimes, which are erased.
///
/// Two instantiations that differ only in lifetimes share a memo. That is harmless: results and stored keys are
/// `'static`, so their types do not depend on those lifetimes.
#[inline]
fn type_id_of<T>() -> TypeId {
    trait Identify {
        fn id(&self) -> TypeId
        where
            Self: 'static;
    }
    impl<T> Identify for PhantomData<T> {
        #[inline]
        fn id(&self) -> TypeId
        where
            Self: 'static,
        {
            TypeId::of::<T>()
        }
    }
    let marker = PhantomData::<T>;
    let marker: &dyn Identify = &marker;
    // SAFETY: only the lifetime bound of the trait object changes; `id` reads the type, never the data.
    let marker = unsafe { std::mem::transmute::<&dyn Identify, &(dyn Identify + 'static)>(marker) };
    marker.id()
}

#[cfg(test)]
mod tests {
    use super::*;

    struct N<const N: usize>;

    fn row<const A: usize>() -> [TypeId; 16] {
        macro_rules! ids {
            ($($b:literal)*) => { [$(TypeId::of::<(N<A>, N<$b>)>()),*] };
        }
        ids!(0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15)
    }

    fn types() -> Vec<TypeId> {
        [row::<0>(), row::<1>(), row::<2>(), row::<3>(), row::<4>(), row::<5>(), row::<6>(), row::<7>()].concat()
    }

    #[test]
    fn every_type_has_one_instance_however_many_there_are() {
        static FAMILY: Family = Family::new(Site::built_in("many"));
        let (family, types) = (&FAMILY, types());
        let mut cores = Vec::new();
        for (at, &id) in types.iter().enumerate() {
            assert!(family.find(id).is_none());
            cores.push(family.add(id, ""));
            for (&id, &core) in types.iter().zip(&cores) {
                assert!(family.find(id).is_some_and(|found| std::ptr::eq(found, core)));
                assert!(std::ptr::eq(family.add(id, ""), core));
            }
            assert_eq!(family.newest().unwrap().chain().count(), at + 1);
        }
    }

    #[test]
    fn threads_agree_on_the_instance_of_a_type() {
        static FAMILY: Family = Family::new(Site::built_in("many"));
        let (family, types) = (&FAMILY, types());
        let start = std::sync::Barrier::new(4);
        let seen = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..4)
                .map(|turn| {
                    let (types, start) = (&types, &start);
                    scope.spawn(move || {
                        start.wait();
                        let mut cores = vec![0; types.len()];
                        for at in (0..types.len()).map(|at| (at * 5 + turn * 3) % types.len()) {
                            let core = family.find(types[at]).unwrap_or_else(|| family.add(types[at], ""));
                            cores[at] = std::ptr::from_ref(core).addr();
                        }
                        cores
                    })
                })
                .collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect::<Vec<_>>()
        });
        assert!(seen.iter().all(|cores| *cores == seen[0]));
        assert_eq!(family.newest().unwrap().chain().count(), types.len());
    }
}
