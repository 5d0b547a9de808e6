//! A module's state for each thread.
//!
//! Plain `Cell`s in one `const` thread-local without a destructor: it can be read and written until the very end of the thread,
//! even from the destructors of other thread-locals (law 14). What a module must free at the thread's end, it frees in a function
//! registered with [`at_end`](super::thread::at_end).

use std::ops::Deref;
use std::ptr::NonNull;

/// This thread's state, while no code runs that may be suspended and continue on another thread.
///
/// A pointer, so that it stays on its thread.
pub(crate) struct Here<T>(NonNull<T>);

impl<T> Here<T> {
    /// # Safety
    /// It stays valid until the thread's end.
    #[inline(always)]
    pub(crate) unsafe fn new(at: NonNull<T>) -> Self {
        Self(at)
    }
}

impl<T> Deref for Here<T> {
    type Target = T;

    #[inline(always)]
    fn deref(&self) -> &T {
        // SAFETY: it stays valid until the thread's end, and the pointer does not leave the thread.
        unsafe { self.0.as_ref() }
    }
}

/// Declares a struct of `Cell`s, each with its first value. Every thread has one: `Name::here()`.
macro_rules! per_thread {
    (
        $(#[$about:meta])*
        $vis:vis struct $name:ident {
            $($(#[$says:meta])* $field_vis:vis $field:ident: $type:ty = $first:expr,)*
        }
    ) => {
        $(#[$about])*
        $vis struct $name {
            $($(#[$says])* $field_vis $field: $type,)*
        }

        const _: () = assert!(!std::mem::needs_drop::<$name>(), "a destructor would end the thread-local early");

        impl $name {
            const fn first() -> Self {
                Self { $($field: $first,)* }
            }

            /// This thread's instance. Never fails, even at the thread's very end.
            #[inline(always)]
            $vis fn here() -> $crate::sys::per_thread::Here<Self> {
                #[cfg(not(memo_shuttle))]
                thread_local! {
                    static HERE: $name = const { $name::first() };
                }
                #[cfg(memo_shuttle)]
                thread_local! {
                    static HERE: $crate::sys::sync::Own<$name> = const { $crate::sys::sync::Own::new() };
                }
                // In two steps: `LocalKey::with` is inlined only if its closure is small.
                #[cfg(not(memo_shuttle))]
                let here = if $crate::sys::keyed_thread_locals::KEYED {
                    static PLACE: $crate::sys::keyed_thread_locals::Place = $crate::sys::keyed_thread_locals::Place::new();
                    $crate::sys::keyed_thread_locals::part(&PLACE, $name::first)
                } else {
                    HERE.with(|here| std::ptr::NonNull::from(here))
                };
                #[cfg(memo_shuttle)]
                let here = HERE.with(|all| std::ptr::NonNull::from(all.get($name::first, || HERE.with(|all| all.forget()))));
                // SAFETY: a thread-local without a destructor, or a part that `keyed` keeps until the thread's end.
                unsafe { $crate::sys::per_thread::Here::new(here) }
            }
        }
    };
}
pub(crate) use per_thread;
