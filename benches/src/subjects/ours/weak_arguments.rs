//! Several objects as arguments: the first carries the entry, the others are extra keys by identity. One module for each count.

use std::sync::Arc;

use memo_core::weak_memo;

use super::owners::{self, Own};
use super::subject;
use crate::doc::Doc;

/// The four memos of so many objects.
macro_rules! arguments {
    ($module:ident, $count:literal: $first:ident $($other:ident)*) => {
        #[allow(clippy::too_many_arguments, reason = "how many there are is the question")]
        pub(crate) mod $module {
            use super::*;

            #[weak_memo(capacity = unbounded)]
            fn own_lent($first: &Own, $($other: &Own),*) -> &u64 {
                let _others = ($($other,)*);
                $first.doc.derived()
            }

            #[weak_memo]
            fn own_cloned($first: &Own, $($other: &Own),*) -> u64 {
                let _others = ($($other,)*);
                $first.doc.derived()
            }

            #[weak_memo(capacity = unbounded)]
            fn arc_lent($first: &Arc<Doc>, $($other: &Arc<Doc>),*) -> &u64 {
                let _others = ($($other,)*);
                $first.derived()
            }

            #[weak_memo]
            fn arc_cloned($first: &Arc<Doc>, $($other: &Arc<Doc>),*) -> u64 {
                let _others = ($($other,)*);
                $first.derived()
            }

            subject!(OwnLent, "in-object by reference, several objects", column owners::OwnLent::NAME, [Arc<Own>; $count], |objects| {
                let [$first, $($other),*] = objects;
                *own_lent($first, $($other),*)
            });
            subject!(OwnCloned, "in-object by clone, several objects", column owners::OwnCloned::NAME, [Arc<Own>; $count], |objects| {
                let [$first, $($other),*] = objects;
                own_cloned($first, $($other),*)
            });
            subject!(ArcLent, "Arc by reference, several objects", column owners::ArcLent::NAME, [Arc<Doc>; $count], |objects| {
                let [$first, $($other),*] = objects;
                *arc_lent($first, $($other),*)
            });
            subject!(ArcCloned, "Arc by clone, several objects", column owners::ArcCloned::NAME, [Arc<Doc>; $count], |objects| {
                let [$first, $($other),*] = objects;
                arc_cloned($first, $($other),*)
            });
        }
    };
}

arguments!(two, 2: a b);
arguments!(three, 3: a b c);
arguments!(four, 4: a b c d);
arguments!(five, 5: a b c d e);
arguments!(six, 6: a b c d e f);
arguments!(seven, 7: a b c d e f g);
arguments!(eight, 8: a b c d e f g h);
