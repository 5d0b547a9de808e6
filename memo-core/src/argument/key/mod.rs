//! Keys: how an argument besides the owner takes part in finding a result.
//!
//! A *weak* argument takes part by identity and is not kept alive; a *value* argument by a stored copy. A call gets the *probe* of each
//! argument once, and hashes, compares and stores that. A probe borrows: a hit on a `&str` allocates nothing.

/// Passes each tuple that can be a key to a macro: the name and the index of each part.
macro_rules! each_tuple {
    ($of:ident) => {
        $of! {
            #[doc(hidden)]
            A.0;
            /// Tuples of up to twelve keys, compared part by part.
            A.0 B.1;
            #[doc(hidden)]
            A.0 B.1 C.2;
            #[doc(hidden)]
            A.0 B.1 C.2 D.3;
            #[doc(hidden)]
            A.0 B.1 C.2 D.3 E.4;
            #[doc(hidden)]
            A.0 B.1 C.2 D.3 E.4 F.5;
            #[doc(hidden)]
            A.0 B.1 C.2 D.3 E.4 F.5 G.6;
            #[doc(hidden)]
            A.0 B.1 C.2 D.3 E.4 F.5 G.6 I.7;
            #[doc(hidden)]
            A.0 B.1 C.2 D.3 E.4 F.5 G.6 I.7 J.8;
            #[doc(hidden)]
            A.0 B.1 C.2 D.3 E.4 F.5 G.6 I.7 J.8 K.9;
            #[doc(hidden)]
            A.0 B.1 C.2 D.3 E.4 F.5 G.6 I.7 J.8 K.9 L.10;
            #[doc(hidden)]
            A.0 B.1 C.2 D.3 E.4 F.5 G.6 I.7 J.8 K.9 L.10 M.11;
        }
    };
}

mod by_copy;
mod collections;
mod derived;
mod key_set;
mod memo_key;
mod parts;
mod pointers;
mod probe;
mod std_values;
mod stored;
mod weak;

pub use by_copy::{Kept, Shows, ShowsAny, Value};
pub use derived::{Composite, Derived, DerivedProbe, Fields, Visit};
pub use key_set::KeySet;
pub use memo_key::{MemoKey, PlainKey};
pub use parts::Computed;
pub use probe::Probe;
pub(crate) use stored::show_whole;
pub use stored::{Either, Shown, StoredKey};
