//! Every way to write a memo: all legal combinations of
//!
//! * function | method | trait method | associated function,
//! * without | with a type parameter,
//! * result by clone | by reference,
//! * owner `Arc` | `Rc` | with its anchor inside,
//! * no extra key | a value | a weak one (`Arc`, `Rc`, or with its anchor inside).
//!
//! Each is a module, and the path of its test says which: `method::generic::by_clone::rc::rc_key::keeps_the_laws`. What
//! the laws ask of it is in `laws.rs`. Illegal combinations do not compile: `ui/soundness` and `ui/lending`.

#![allow(clippy::needless_lifetimes, reason = "what is lent with a key needs the name, and all are written alike")]

mod laws;
mod parts;

/// One memo, and its test. The memo's function is written here once for each form.
macro_rules! cell {
    (
        $name:ident: function [$($t:ident)?] [$($result:tt)*] [$owner:ty] [$receiver:ty] [$($option:tt)*]
        [$($(#[$mark:meta])? $key:ty)?]
    ) => {
        pub(super) mod $name {
            use crate::parts::*;

            #[weak_memo($($option)*)]
            fn ask<'a $(, $t: Kind)?>(doc: &'a $owner $(, $(#[$mark])? key: &'a $key)?) -> $($result)* {
                doc.answer(0 $(+ $t::NUMBER)?, 0 $(+ number::<$key>(key))?)
            }

            cell!(@test [$($t)?] [$owner] [$($key)?] owner key => ask$(::<$t>)?(owner $(, same::<$key>(key))?));
        }
    };
    (
        $name:ident: method [$($t:ident)?] [$($result:tt)*] [$owner:ty] [$receiver:ty] [$($option:tt)*]
        [$($(#[$mark:meta])? $key:ty)?]
    ) => {
        pub(super) mod $name {
            use crate::parts::*;

            impl Doc<Here> {
                #[weak_memo($($option)*)]
                fn ask<'a $(, $t: Kind)?>(self: &'a $receiver $(, $(#[$mark])? key: &'a $key)?) -> $($result)* {
                    self.answer(0 $(+ $t::NUMBER)?, 0 $(+ number::<$key>(key))?)
                }
            }

            cell!(@test [$($t)?] [$owner] [$($key)?] owner key => owner.ask$(::<$t>)?($(same::<$key>(key))?));
        }
    };
    (
        $name:ident: trait_method [$($t:ident)?] [$($result:tt)*] [$owner:ty] [$receiver:ty] [$($option:tt)*]
        [$($(#[$mark:meta])? $key:ty)?]
    ) => {
        pub(super) mod $name {
            use crate::parts::*;

            trait Ask$(<$t: Kind>)? {
                fn ask<'a>(self: &'a $receiver $(, key: &'a $key)?) -> $($result)*;
            }

            impl$(<$t: Kind>)? Ask$(<$t>)? for Doc<Here> {
                #[weak_memo(handle = none, $($option)*)]
                fn ask<'a>(self: &'a $receiver $(, $(#[$mark])? key: &'a $key)?) -> $($result)* {
                    self.answer(0 $(+ $t::NUMBER)?, 0 $(+ number::<$key>(key))?)
                }
            }

            cell!(@test [$($t)?] [$owner] [$($key)?] owner key => Ask$(::<$t>)?::ask(owner $(, same::<$key>(key))?));
        }
    };
    (
        $name:ident: associated [$($t:ident)?] [$($result:tt)*] [$owner:ty] [$receiver:ty] [$($option:tt)*]
        [$($(#[$mark:meta])? $key:ty)?]
    ) => {
        pub(super) mod $name {
            use crate::parts::*;

            struct Home$(<$t>(PhantomData<$t>))?;

            impl$(<$t: Kind>)? Home$(<$t>)? {
                #[weak_memo(associated, $($option)*)]
                fn ask<'a>(doc: &'a $owner $(, $(#[$mark])? key: &'a $key)?) -> $($result)* {
                    doc.answer(0 $(+ $t::NUMBER)?, 0 $(+ number::<$key>(key))?)
                }
            }

            cell!(@test [$($t)?] [$owner] [$($key)?] owner key => Home$(::<$t>)?::ask(owner $(, same::<$key>(key))?));
        }
    };

    (@test [$($t:ident)?] [$owner:ty] [$($key:ty)?] $doc:ident $extra:ident => $call:expr) => {
        pub(in crate) const CELLS: usize = 1;

        /// Tells this cell's documents from those of the others.
        pub(super) struct Here;

        impl crate::laws::Cell for Here {
            type Owner = $owner;
            type Key = key_or_none!($($key)?);
            const GENERIC: bool = !stringify!($($t)?).is_empty();

            fn ask<'a, T: Kind>($doc: &'a $owner, $extra: &'a Self::Key) -> impl Out + 'a {
                let _ = $extra;
                $call
            }
        }

        #[test]
        fn keeps_the_laws() {
            crate::laws::hold_for::<Here>();
        }
    };
}

macro_rules! key_or_none {
    () => {
        Nothing
    };
    ($key:ty) => {
        $key
    };
}

/// The keys that are legal beside an owner. What is lent with a key needs an option more.
macro_rules! keys {
    ($form:ident $t:tt $result:tt $option:tt $owner:tt $receiver:tt $($name:ident $key:tt)*) => {
        cell!(no_key: $form $t $result $owner $receiver [] []);
        $(cell!($name: $form $t $result $owner $receiver $option $key);)*

        pub(super) const CELLS: usize = no_key::CELLS $(+ $name::CELLS)*;
    };
}

macro_rules! owners {
    ($form:ident $t:tt $result:tt $option:tt) => {
        pub(super) mod arc {
            keys!($form $t $result $option [Arc<Doc<Here>>] [Arc<Self>]
                value_key [#[memo(value)] Mode] arc_key [Arc<Other>] object_key [Other]);
        }
        pub(super) mod rc {
            keys!($form $t $result $option [Rc<Doc<Here>>] [Rc<Self>]
                value_key [#[memo(value)] Mode] arc_key [Arc<Other>] rc_key [Rc<Other>] object_key [Other]);
        }
        pub(super) mod object {
            keys!($form $t $result $option [Doc<Here>] [Self]
                value_key [#[memo(value)] Mode] arc_key [Arc<Other>] object_key [Other]);
        }

        pub(super) const CELLS: usize = arc::CELLS + rc::CELLS + object::CELLS;
    };
}

macro_rules! results {
    ($form:ident $t:tt) => {
        pub(super) mod by_clone {
            owners!($form $t [Answer] []);
        }
        pub(super) mod by_reference {
            owners!($form $t [&'a Answer] [capacity = unbounded]);
        }

        pub(super) const CELLS: usize = by_clone::CELLS + by_reference::CELLS;
    };
}

macro_rules! kinds {
    ($($form:ident)*) => {$(
        mod $form {
            pub(super) mod plain {
                results!($form []);
            }
            pub(super) mod generic {
                results!($form [T]);
            }

            pub(super) const CELLS: usize = plain::CELLS + generic::CELLS;
        }
    )*};
}

kinds!(function method trait_method associated);

#[test]
fn no_combination_is_missing() {
    let (forms, kinds, results) = (4, 2, 2);
    let keys_beside = |owner| match owner {
        "Rc" => 5,
        // An `Rc` is illegal beside results for all threads.
        _ => 4,
    };
    let owners_and_keys: usize = ["Arc", "Rc", "object"].into_iter().map(keys_beside).sum();
    let cells = function::CELLS + method::CELLS + trait_method::CELLS + associated::CELLS;
    assert_eq!(cells, forms * kinds * results * owners_and_keys);
}
