//! A counted pointer: std's without weak pointers, and with fewer atomic steps.
//!
//! A miss makes an entry that the store and the call both hold, and most entries end with one holder left. So an entry can be made with
//! two counts, and the only holder drops it without changing the count. One of two holders leaves without an atomic step, too, if it keeps
//! the other from using its pointer meanwhile.
//!
//! # Invariants
//!
//! 1. The count is the number of pointers. New ones are cloned from a pointer, so a holder that sees 1 is alone, and stays alone.
//! 2. A count is released with `Release`, and the last holder, or one that sees that it is alone, passes an `Acquire` load of the count
//!    before it touches the value: everything the others did comes before.
//! 3. The value does not move until it is dropped.
//! 4. A value that readers without a pointer may be looking at ([`Content::is_seen`]) ends in two steps: what they do not look at with
//!    the last pointer, the rest and the memory when all readers have left.
//! 5. Every count is a pointer somewhere in memory, so there can be no more of them than a word holds.

mod spare;

use std::alloc::{Layout, dealloc};
use std::marker::PhantomData;
use std::mem::{ManuallyDrop, offset_of};
use std::ops::Deref;
use std::ptr::NonNull;

use crate::sys::hazard::memory;
use crate::sys::sync::{AtomicUsize, Ordering};

/// What an [`Arc`] may hold.
pub(crate) trait Content {
    /// Whether the memory of one that ends is [kept](spare) for the next.
    const IS_REUSED: bool = false;

    /// Whether readers without a pointer may still be looking at it when the last pointer goes. Then its memory, and what they look
    /// at, end when all readers have left.
    #[inline(always)]
    fn is_seen(&self) -> bool {
        false
    }

    /// How many bytes it then keeps beside its own.
    fn keeps(&self) -> usize {
        0
    }

    /// Ends what those readers do not look at.
    ///
    /// # Safety
    /// The last pointer has gone. It is called once; later the content is dropped.
    unsafe fn end_early(&self) {}
}

#[repr(C)]
struct Inner<T> {
    count: AtomicUsize,
    value: T,
}

pub(crate) struct Arc<T: Content> {
    inner: NonNull<Inner<T>>,
    owns: PhantomData<Inner<T>>,
}

// SAFETY: as std's: the value may be used and dropped by any holder.
unsafe impl<T: Content + Send + Sync> Send for Arc<T> {}
// SAFETY: as above.
unsafe impl<T: Content + Send + Sync> Sync for Arc<T> {}

impl<T: Content> Arc<T> {
    /// What one takes on the heap.
    pub(crate) const SIZE: usize = size_of::<Inner<T>>();

    #[inline]
    pub(crate) fn new(value: T) -> Self {
        Self::with_count(value, 1)
    }

    /// Two pointers to one value.
    #[inline]
    pub(crate) fn pair(value: T) -> (Self, Self) {
        let first = Self::with_count(value, 2);
        let second = Self { ..first };
        (first, second)
    }

    #[inline]
    fn with_count(value: T, count: usize) -> Self {
        let new = Inner { count: AtomicUsize::new(count), value };
        let spare = if T::IS_REUSED { spare::take(Layout::new::<Inner<T>>()) } else { None };
        let inner = match spare {
            Some(block) => {
                let inner = block.cast();
                // SAFETY: it has this layout, and is this call's.
                unsafe { inner.write(new) };
                inner
            }
            None => NonNull::from(Box::leak(Box::new(new))),
        };
        Self { inner, owns: PhantomData }
    }

    #[inline(always)]
    fn inner(&self) -> &Inner<T> {
        // SAFETY: this pointer has a count.
        unsafe { self.inner.as_ref() }
    }

    /// The value's address, valid for [`Arc::from_raw`].
    #[inline]
    pub(crate) fn as_ptr(this: &Self) -> *const T {
        // SAFETY: this pointer has a count.
        unsafe { &raw const (*this.inner.as_ptr()).value }
    }

    #[inline]
    pub(crate) fn into_raw(this: Self) -> *const T {
        Self::as_ptr(&ManuallyDrop::new(this))
    }

    /// # Safety
    /// `value` came from [`Arc::into_raw`] or [`Arc::as_ptr`], and a count of it becomes the caller's.
    #[inline]
    pub(crate) unsafe fn from_raw(value: *const T) -> Self {
        // SAFETY: the caller's: a value lies in an `Inner`.
        let inner = unsafe { value.byte_sub(offset_of!(Inner<T>, value)) };
        // SAFETY: as above.
        let inner = unsafe { NonNull::new_unchecked(inner.cast_mut().cast()) };
        Self { inner, owns: PhantomData }
    }

    /// Whether this is the only pointer. After `true`, everything the others did is visible.
    #[inline]
    fn is_only(&self) -> bool {
        self.inner().count.load(Ordering::Acquire) == 1
    }

    /// Whether there is just one other pointer. After `true`, everything that former holders did is visible.
    #[inline]
    pub(crate) fn is_one_of_two(this: &Self) -> bool {
        this.inner().count.load(Ordering::Acquire) == 2
    }

    /// Drops one of two pointers without an atomic step.
    ///
    /// # Safety
    /// [`is_one_of_two`](Self::is_one_of_two) was `true`, and the other pointer has not been cloned or dropped since and is not
    /// meanwhile: who does so later comes after this call, say by a lock.
    #[inline]
    pub(crate) unsafe fn leave(this: Self) {
        // What keeps the other pointer from being used orders this, too.
        ManuallyDrop::new(this).inner().count.store(1, Ordering::Relaxed);
    }

    /// The value, if this is the only pointer.
    #[inline]
    pub(crate) fn get_mut(this: &mut Self) -> Option<&mut T> {
        if this.is_only() {
            // SAFETY: invariant 1, and the caller's is borrowed.
            let inner = unsafe { this.inner.as_mut() };
            Some(&mut inner.value)
        } else {
            None
        }
    }

    /// Drops the value.
    #[inline(never)]
    fn end(&mut self) {
        if self.is_seen() {
            let later = Later(self.inner);
            // SAFETY: no pointer is left.
            unsafe { self.end_early() };
            drop(later);
        } else {
            let memory = Memory(self.inner);
            // SAFETY: no pointer is left.
            unsafe { self.inner.drop_in_place() };
            drop(memory);
        }
    }
}

/// The memory of a value that has ended, or is ending: it goes, whether that panics or not.
struct Memory<T: Content>(NonNull<Inner<T>>);

impl<T: Content> Drop for Memory<T> {
    #[inline(always)]
    fn drop(&mut self) {
        let (block, layout) = (self.0.cast(), Layout::new::<Inner<T>>());
        if T::IS_REUSED {
            // SAFETY: made by `with_count`, and no longer used.
            unsafe { spare::give_back(block, layout) };
        } else {
            // SAFETY: as above.
            unsafe { dealloc(block.as_ptr(), layout) };
        }
    }
}

/// What readers look at, when no pointer is left. Dropped, it ends when they have left.
struct Later<T: Content>(NonNull<Inner<T>>);

impl<T: Content> Drop for Later<T> {
    fn drop(&mut self) {
        let end = |at: NonNull<u8>, _: Layout| {
            // SAFETY: made by `with_count`, and nobody looks at it any longer. The memory is freed by the caller.
            unsafe { at.cast::<Inner<T>>().drop_in_place() };
        };
        let layout = Layout::new::<Inner<T>>();
        // SAFETY: it is there until it is let go.
        let keeps = unsafe { &(*self.0.as_ptr()).value }.keeps();
        memory::let_go_one(self.0.cast(), layout, keeps, end);
    }
}

impl<T: Content> Clone for Arc<T> {
    #[inline]
    fn clone(&self) -> Self {
        self.inner().count.fetch_add(1, Ordering::Relaxed);
        Self { ..*self }
    }
}

impl<T: Content> Deref for Arc<T> {
    type Target = T;

    #[inline(always)]
    fn deref(&self) -> &T {
        &self.inner().value
    }
}

impl<T: Content> Drop for Arc<T> {
    #[inline]
    fn drop(&mut self) {
        // The only pointer needs no atomic step.
        if !self.is_only() {
            if self.inner().count.fetch_sub(1, Ordering::Release) != 1 {
                return;
            }
            self.inner().count.load(Ordering::Acquire);
        }
        self.end();
    }
}

/// For the tests and models of the files that use it.
#[cfg(test)]
impl<T> Content for std::rc::Rc<T> {}

#[cfg(all(test, not(memo_loom)))]
mod tests {
    use super::{Arc, Content};

    #[test]
    fn the_last_pointer_drops_the_value() {
        let value = std::rc::Rc::new(());
        let (first, second) = Arc::pair(std::rc::Rc::clone(&value));
        let mut third = Arc::clone(&first);
        drop(first);
        assert!(Arc::get_mut(&mut third).is_none());
        // SAFETY: just made of one.
        drop(unsafe { Arc::from_raw(Arc::into_raw(second)) });
        assert_eq!(std::rc::Rc::strong_count(&value), 2);
        assert!(Arc::get_mut(&mut third).is_some());
        drop(third);
        assert_eq!(std::rc::Rc::strong_count(&value), 1);
    }

    #[test]
    fn one_of_two_leaves_the_value_to_the_other() {
        let value = std::rc::Rc::new(());
        let (first, mut second) = Arc::pair(std::rc::Rc::clone(&value));
        let third = Arc::clone(&first);
        assert!(!Arc::is_one_of_two(&first));
        drop(third);
        assert!(Arc::is_one_of_two(&first));
        // SAFETY: the other one is not used meanwhile.
        unsafe { Arc::leave(first) };
        assert!(!Arc::is_one_of_two(&second) && Arc::get_mut(&mut second).is_some());
        drop(second);
        assert_eq!(std::rc::Rc::strong_count(&value), 1);
    }

    #[test]
    fn an_aligned_value_is_found_again() {
        #[repr(align(64))]
        struct Aligned(u8);
        impl Content for Aligned {}
        let value = Arc::into_raw(Arc::new(Aligned(7)));
        assert_eq!(value.addr() % 64, 0);
        // SAFETY: just made of one.
        assert_eq!(unsafe { Arc::from_raw(value) }.0, 7);
    }
}

#[cfg(all(test, memo_loom))]
mod loom_models {
    use loom::cell::UnsafeCell;
    use loom::thread;

    use super::{Arc, Content};

    /// A value that may be dropped only after every read of it.
    struct Value(UnsafeCell<u32>);

    impl Content for Value {}

    impl Value {
        fn look(&self) {
            // SAFETY: what the models are to show.
            self.0.with(|value| assert_eq!(unsafe { *value }, 7));
        }
    }

    impl Drop for Value {
        fn drop(&mut self) {
            // SAFETY: as above.
            self.0.with_mut(|value| unsafe { *value = 0 });
        }
    }

    #[test]
    fn loom_a_value_is_dropped_after_the_last_look() {
        loom::model(|| {
            let (mine, theirs) = Arc::pair(Value(UnsafeCell::new(7)));
            let other = thread::spawn(move || {
                let more = Arc::clone(&theirs);
                drop(theirs);
                more.look();
            });
            mine.look();
            drop(mine);
            other.join().unwrap();
        });
    }

    /// As an entry: its maker leaves it to the store under the store's lock, under which others clone the store's pointer.
    #[test]
    fn loom_one_of_two_leaves_what_others_may_take() {
        loom::model(|| {
            let (mine, stored) = Arc::pair(Value(UnsafeCell::new(7)));
            let store = loom::sync::Arc::new(loom::sync::Mutex::new(Some(stored)));
            let theirs = loom::sync::Arc::clone(&store);
            let other = thread::spawn(move || {
                let found = theirs.lock().unwrap().as_ref().map(Arc::clone);
                found.inspect(|found| found.look());
                theirs.lock().unwrap().take()
            });
            mine.look();
            {
                let store = store.lock().unwrap();
                if store.is_some() && Arc::is_one_of_two(&mine) {
                    // SAFETY: the other is the store's, whose lock is held.
                    unsafe { Arc::leave(mine) };
                } else {
                    drop(mine);
                }
            }
            drop(other.join().unwrap());
            drop(store);
        });
    }

    #[test]
    fn loom_who_is_alone_comes_after_the_others() {
        loom::model(|| {
            let (mut mine, theirs) = Arc::pair(Value(UnsafeCell::new(7)));
            let other = thread::spawn(move || theirs.look());
            if let Some(value) = Arc::get_mut(&mut mine) {
                // SAFETY: alone.
                value.0.with_mut(|value| unsafe { *value = 7 });
            }
            drop(mine);
            other.join().unwrap();
        });
    }
}
