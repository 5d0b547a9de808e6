//! One object with many memos on it, each asked in turn.

use std::sync::Arc;

use super::owners::{ArcLent, Own, OwnLent};
use super::subject;
use crate::Subject as _;
use crate::doc::Doc;

/// A module of memos of one owner, and the sum of a call to each.
macro_rules! crowd {
    ($module:ident, |$owner:ident: $object:ty| $derived:expr, $($memo:ident)*) => {
        mod $module {
            use super::*;

            $(
                #[memo_core::weak_memo]
                fn $memo($owner: &$object) -> &u64 {
                    $derived
                }
            )*

            pub(in crate::subjects::ours::memos) fn each(owner: &$object) -> u64 {
                let mut sum = 0u64;
                $(sum = sum.wrapping_add(*$memo(std::hint::black_box(owner)));)*
                sum
            }
        }
    };
}

macro_rules! hundred {
    ($module:ident, |$owner:ident: $object:ty| $derived:expr) => {
        crowd! { $module, |$owner: $object| $derived,
            m00 m01 m02 m03 m04 m05 m06 m07 m08 m09 m10 m11 m12 m13 m14 m15 m16 m17 m18 m19
            m20 m21 m22 m23 m24 m25 m26 m27 m28 m29 m30 m31 m32 m33 m34 m35 m36 m37 m38 m39
            m40 m41 m42 m43 m44 m45 m46 m47 m48 m49 m50 m51 m52 m53 m54 m55 m56 m57 m58 m59
            m60 m61 m62 m63 m64 m65 m66 m67 m68 m69 m70 m71 m72 m73 m74 m75 m76 m77 m78 m79
            m80 m81 m82 m83 m84 m85 m86 m87 m88 m89 m90 m91 m92 m93 m94 m95 m96 m97 m98 m99
        }
    };
}

/// A thousand memos in ten modules. For one kind of owner: they take as long to compile as all else here, and what they show is
/// what an anchor does with its cells, which is the same wherever the anchor is.
macro_rules! thousand {
    ($module:ident, |$owner:ident: $object:ty| $derived:expr, $($hundred:ident)*) => {
        mod $module {
            use super::*;

            $(hundred!($hundred, |$owner: $object| $derived);)*

            /// The memos of all modules.
            pub(super) fn each(owner: &$object) -> u64 {
                let mut sum = 0u64;
                $(sum = sum.wrapping_add($hundred::each(owner));)*
                sum
            }

            /// A hundred of them.
            pub(super) fn each_of_a_hundred(owner: &$object) -> u64 {
                h0::each(owner)
            }
        }
    };
}

crowd!(own_8, |own: Own| own.doc.derived(), m0 m1 m2 m3 m4 m5 m6 m7);
crowd!(arc_8, |doc: Arc<Doc>| doc.derived(), m0 m1 m2 m3 m4 m5 m6 m7);
crowd!(own_30, |own: Own| own.doc.derived(),
    m00 m01 m02 m03 m04 m05 m06 m07 m08 m09 m10 m11 m12 m13 m14 m15 m16 m17 m18 m19 m20 m21 m22 m23 m24 m25 m26 m27 m28 m29);
crowd!(arc_30, |doc: Arc<Doc>| doc.derived(),
    m00 m01 m02 m03 m04 m05 m06 m07 m08 m09 m10 m11 m12 m13 m14 m15 m16 m17 m18 m19 m20 m21 m22 m23 m24 m25 m26 m27 m28 m29);
thousand!(own_1000, |own: Own| own.doc.derived(), h0 h1 h2 h3 h4 h5 h6 h7 h8 h9);
hundred!(arc_100, |doc: Arc<Doc>| doc.derived());

const OWN: &str = OwnLent::NAME;
const ARC: &str = ArcLent::NAME;

subject!(Own8, "in-object by reference, 8 memos", column OWN, calls 8, Arc<Own>, |own| own_8::each(own));
subject!(Own30, "in-object by reference, 30 memos", column OWN, calls 30, Arc<Own>, |own| own_30::each(own));
subject!(Own100, "in-object by reference, 100 memos", column OWN, calls 100, Arc<Own>, |own| own_1000::each_of_a_hundred(own));
subject!(Own1000, "in-object by reference, 1,000 memos", column OWN, calls 1000, Arc<Own>, |own| own_1000::each(own));
subject!(Arc8, "Arc by reference, 8 memos", column ARC, calls 8, Arc<Doc>, |doc| arc_8::each(doc));
subject!(Arc30, "Arc by reference, 30 memos", column ARC, calls 30, Arc<Doc>, |doc| arc_30::each(doc));
subject!(Arc100, "Arc by reference, 100 memos", column ARC, calls 100, Arc<Doc>, |doc| arc_100::each(doc));
