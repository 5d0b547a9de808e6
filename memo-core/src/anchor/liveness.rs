//! A type-erased weak pointer of any kind: is the object alive, and where was it?
//!
//! `Weak<T>` of a `T` that need not be `'static`, `Send` or even sized is kept in two words and a table of functions.
//! Only its counts are ever touched, never the `T`: to read the strong count, and to release the allocation.

use std::mem::{MaybeUninit, align_of, size_of};
use std::{rc, sync};

/// A pointer that an [`AnyWeak`] can be made of.
///
/// # Safety
/// Dropping or querying a `Self` must touch only the object's counts, never the object.
pub(crate) unsafe trait Watch: Sized {
    /// Whether dropping it at most frees an allocation, and ends nothing else.
    const PLAIN: bool;
    /// Whether the object cannot leave its thread, so that a result of it may be lent from the thread's own table.
    const THREAD_BOUND: bool;
    /// Whether the object is alive.
    fn is_alive(&self) -> bool;
    /// Its strong count; 1 if there is no count.
    fn strong(&self) -> usize;
    /// Where the object is, if it is an `Arc`'s or `Rc`'s.
    fn address(&self) -> Option<usize>;
}

macro_rules! watch {
    ($($pointers:ident: $thread_bound:literal)+) => {$(
        // SAFETY: a `Weak` never reaches into its object.
        unsafe impl<T: ?Sized> Watch for $pointers::Weak<T> {
            const PLAIN: bool = true;
            const THREAD_BOUND: bool = $thread_bound;

            fn is_alive(&self) -> bool {
                self.strong_count() > 0
            }
            fn strong(&self) -> usize {
                self.strong_count()
            }
            fn address(&self) -> Option<usize> {
                Some(self.as_ptr().addr())
            }
        }
    )+};
}

watch! { sync: false rc: true }

type Raw = [MaybeUninit<*const ()>; 2];

struct Vtable {
    plain: bool,
    thread_bound: bool,
    is_alive: unsafe fn(&Raw) -> bool,
    strong: unsafe fn(&Raw) -> usize,
    address: unsafe fn(&Raw) -> Option<usize>,
    drop: unsafe fn(&mut Raw),
}

/// Watches the life of one object without keeping it alive.
pub(crate) struct AnyWeak {
    raw: Raw,
    vtable: &'static Vtable,
}

// SAFETY: an `AnyWeak` of an `Arc` touches only that `Arc`'s atomic counts and allocation. An `AnyWeak` of an `Rc` never leaves
// the table of its thread: only the `Local` scope makes those, and it stores them nowhere else. This type is private,
// so nobody outside can call what gives one out.
unsafe impl Send for AnyWeak {}
// SAFETY: as above; a query reads an atomic count.
unsafe impl Sync for AnyWeak {}

struct VtableOf<W>(W);

impl<W: Watch> VtableOf<W> {
    const FITS: () = assert!(size_of::<W>() <= size_of::<Raw>() && align_of::<W>() <= align_of::<Raw>());

    const VTABLE: Vtable = Vtable {
        plain: W::PLAIN,
        thread_bound: W::THREAD_BOUND,
        // SAFETY: `raw` holds a `W`, see `AnyWeak::new`.
        is_alive: |raw| unsafe { Self::get(raw) }.is_alive(),
        // SAFETY: as above.
        strong: |raw| unsafe { Self::get(raw) }.strong(),
        // SAFETY: as above.
        address: |raw| unsafe { Self::get(raw) }.address(),
        // SAFETY: as above, and it is dropped once.
        drop: |raw| unsafe { std::ptr::from_mut(raw).cast::<W>().drop_in_place() },
    };

    /// # Safety
    /// `raw` holds a `W`.
    unsafe fn get(raw: &Raw) -> &W {
        // SAFETY: the caller says so; size and alignment were checked by `FITS`.
        unsafe { &*std::ptr::from_ref(raw).cast::<W>() }
    }
}

impl AnyWeak {
    /// Stands for an `AnyWeak` that was released.
    pub(crate) const GONE: Self = Self {
        raw: [MaybeUninit::uninit(); 2],
        vtable: &Vtable {
            plain: true,
            thread_bound: false,
            is_alive: |_| false,
            strong: |_| 0,
            address: |_| None,
            drop: |_| (),
        },
    };

    pub(crate) fn new<W: Watch>(watched: W) -> Self {
        const { VtableOf::<W>::FITS };
        let mut raw: Raw = [MaybeUninit::uninit(); 2];
        // SAFETY: `W` fits in two aligned words.
        unsafe { raw.as_mut_ptr().cast::<W>().write(watched) };
        Self { raw, vtable: &VtableOf::<W>::VTABLE }
    }

    /// Whether the object is alive. `false` is final, and says nothing about what other threads did with the object before: see
    /// [`after_deaths`](crate::sys::hazard::deaths::after_deaths).
    #[inline]
    pub(crate) fn is_alive(&self) -> bool {
        // SAFETY: `raw` holds what the vtable is for.
        unsafe { (self.vtable.is_alive)(&self.raw) }
    }

    /// Whether releasing it at most frees an allocation.
    pub(crate) fn is_plain(&self) -> bool {
        self.vtable.plain
    }

    pub(crate) fn is_thread_bound(&self) -> bool {
        self.vtable.thread_bound
    }

    pub(crate) fn strong(&self) -> usize {
        // SAFETY: `raw` holds what the vtable is for.
        unsafe { (self.vtable.strong)(&self.raw) }
    }

    /// Where the object of an `Arc` or `Rc` is, or was.
    pub(crate) fn address(&self) -> Option<usize> {
        // SAFETY: `raw` holds what the vtable is for.
        unsafe { (self.vtable.address)(&self.raw) }
    }
}

impl Drop for AnyWeak {
    fn drop(&mut self) {
        // SAFETY: `raw` holds what the vtable is for, and is dropped once.
        unsafe { (self.vtable.drop)(&mut self.raw) };
    }
}
