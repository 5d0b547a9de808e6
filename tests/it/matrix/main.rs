//! Every way to write a memo: all legal combinations of
//!
//! * function | method | trait method | associated function,
//! * without | with a type parameter,
//! * result by clone | by reference,
//! * owner `Arc` | `Rc` | with its anchor inside | with one of its thread's inside,
//! * no extra key | a value | a weak one (`Arc`, `Rc`, or with its anchor inside),
//! * synchronous | `async` | `async` and `local`, for an `Arc`'s results by clone.
//!
//! Each is a module, and the path of its test says which: `method::generic::by_clone::rc::rc_key::keeps_the_laws`. What
//! the laws ask of it is in `laws.rs`. Illegal combinations do not compile: `ui/soundness` and `ui/lending`.

#![allow(clippy::needless_lifetimes, reason = "what is lent with a key needs the name, and all are written alike")]

mod laws;
mod parts;

/// One memo, and its test. The memo's function is written here once for each form.
macro_rules! cell {
    (
        $name:ident: function [$($t:ident)?] [$($result:tt)*] [$owner:ty] [$receiver:ty; $home:ty] [$($option:tt)*]
        [$($(#[$mark:meta])? $key:ty)?] [$($word:ident)?] [$($local:ident)?]
    ) => {
        pub(super) mod $name {
            use crate::parts::*;

            #[weak_memo($($local,)? $($option)*)]
            $($word)? fn ask<'a $(, $t: Kind)?>(doc: &'a $owner $(, $(#[$mark])? key: &'a $key)?) -> $($result)* {
                pause!($($word)?);
                doc.answer(0 $(+ $t::NUMBER)?, 0 $(+ number::<$key>(key))?)
            }

            cell!(@test [$($t)?] [$owner] [$($key)?] [$($local)?] owner key => answer!(ask$(::<$t>)?(owner $(, same::<$key>(key))?); $($word)?));
        }
    };
    (
        $name:ident: method [$($t:ident)?] [$($result:tt)*] [$owner:ty] [$receiver:ty; $home:ty] [$($option:tt)*]
        [$($(#[$mark:meta])? $key:ty)?] [$($word:ident)?] [$($local:ident)?]
    ) => {
        pub(super) mod $name {
            use crate::parts::*;

            impl $home {
                #[weak_memo($($local,)? $($option)*)]
                $($word)? fn ask<'a $(, $t: Kind)?>(self: &'a $receiver $(, $(#[$mark])? key: &'a $key)?) -> $($result)* {
                    pause!($($word)?);
                    self.answer(0 $(+ $t::NUMBER)?, 0 $(+ number::<$key>(key))?)
                }
            }

            cell!(@test [$($t)?] [$owner] [$($key)?] [$($local)?] owner key => answer!(owner.ask$(::<$t>)?($(same::<$key>(key))?); $($word)?));
        }
    };
    (
        $name:ident: trait_method [$($t:ident)?] [$($result:tt)*] [$owner:ty] [$receiver:ty; $home:ty] [$($option:tt)*]
        [$($(#[$mark:meta])? $key:ty)?] [$($word:ident)?] [$($local:ident)?]
    ) => {
        pub(super) mod $name {
            use crate::parts::*;

            trait Ask$(<$t: Kind>)? {
                $($word)? fn ask<'a>(self: &'a $receiver $(, key: &'a $key)?) -> $($result)*;
            }

            impl$(<$t: Kind>)? Ask$(<$t>)? for $home {
                #[weak_memo(handle = none, $($local,)? $($option)*)]
                $($word)? fn ask<'a>(self: &'a $receiver $(, $(#[$mark])? key: &'a $key)?) -> $($result)* {
                    pause!($($word)?);
                    self.answer(0 $(+ $t::NUMBER)?, 0 $(+ number::<$key>(key))?)
                }
            }

            cell!(@test [$($t)?] [$owner] [$($key)?] [$($local)?] owner key => answer!(Ask$(::<$t>)?::ask(owner $(, same::<$key>(key))?); $($word)?));
        }
    };
    (
        $name:ident: associated [$($t:ident)?] [$($result:tt)*] [$owner:ty] [$receiver:ty; $home:ty] [$($option:tt)*]
        [$($(#[$mark:meta])? $key:ty)?] [$($word:ident)?] [$($local:ident)?]
    ) => {
        pub(super) mod $name {
            use crate::parts::*;

            struct Home$(<$t>(PhantomData<$t>))?;

            impl$(<$t: Kind>)? Home$(<$t>)? {
                #[weak_memo(associated, $($local,)? $($option)*)]
                $($word)? fn ask<'a>(doc: &'a $owner $(, $(#[$mark])? key: &'a $key)?) -> $($result)* {
                    pause!($($word)?);
                    doc.answer(0 $(+ $t::NUMBER)?, 0 $(+ number::<$key>(key))?)
                }
            }

            cell!(@test [$($t)?] [$owner] [$($key)?] [$($local)?] owner key => answer!(Home$(::<$t>)?::ask(owner $(, same::<$key>(key))?); $($word)?));
        }
    };

    (@test [$($t:ident)?] [$owner:ty] [$($key:ty)?] [$($local:ident)?] $doc:ident $extra:ident => $call:expr) => {
        pub(in crate) const CELLS: usize = 1;

        /// Tells this cell's documents from those of the others.
        pub(super) struct Here;

        impl crate::laws::Cell for Here {
            type Owner = $owner;
            type Key = key_or_none!($($key)?);
            const GENERIC: bool = !stringify!($($t)?).is_empty();
            const LOCAL: bool = !stringify!($($local)?).is_empty();

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

/// A body that is a future waits once.
macro_rules! pause {
    () => {};
    (async) => {
        pause().await
    };
}

/// What a call comes to.
macro_rules! answer {
    ($call:expr;) => {
        $call
    };
    ($call:expr; async) => {
        run($call)
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
    ($form:ident $t:tt $result:tt $option:tt $owner:tt $receiver:tt $word:tt $local:tt $($name:ident $key:tt)*) => {
        cell!(no_key: $form $t $result $owner $receiver [] [] $word $local);
        $(cell!($name: $form $t $result $owner $receiver $option $key $word $local);)*

        pub(super) const CELLS: usize = no_key::CELLS $(+ $name::CELLS)*;
    };
}

/// An `Rc` is illegal beside results for all threads.
macro_rules! keys_for_all_threads {
    ($($cells:tt)*) => {
        keys!($($cells)* [] value_key [#[memo(value)] Mode] arc_key [Arc<Other>] object_key [Other]);
    };
}

macro_rules! keys_of_one_thread {
    ($($cells:tt)*) => {
        keys!($($cells)* value_key [#[memo(value)] Mode] arc_key [Arc<Other>] rc_key [Rc<Other>] object_key [Other]);
    };
}

macro_rules! owners {
    ($form:ident $t:tt $result:tt $option:tt $word:tt []) => {
        pub(super) mod arc {
            keys_for_all_threads!($form $t $result $option [Arc<Doc<Here>>] [Arc<Self>; Doc<Here>] $word);
        }
        pub(super) mod rc {
            keys_of_one_thread!($form $t $result $option [Rc<Doc<Here>>] [Rc<Self>; Doc<Here>] $word []);
        }
        pub(super) mod object {
            keys_for_all_threads!($form $t $result $option [Doc<Here>] [Self; Doc<Here>] $word);
        }
        // Not where the others are built many times over.
        #[cfg(not(memo_no_tools))]
        pub(super) mod local_object {
            keys_of_one_thread!($form $t $result $option [LocalDoc<Here>] [Self; LocalDoc<Here>] $word []);
        }
        #[cfg(memo_no_tools)]
        mod local_object {
            pub(super) const CELLS: usize = 0;
        }

        pub(super) const CELLS: usize = arc::CELLS + rc::CELLS + object::CELLS + local_object::CELLS;
    };
    // An `Rc` needs no `local`, and neither does an object with an anchor of its thread's.
    ($form:ident $t:tt $result:tt $option:tt $word:tt [local]) => {
        pub(super) mod arc {
            keys_of_one_thread!($form $t $result $option [Arc<Doc<Here>>] [Arc<Self>; Doc<Here>] $word [local]);
        }

        pub(super) const CELLS: usize = arc::CELLS;
    };
}

macro_rules! results {
    ($form:ident $t:tt $word:tt []) => {
        pub(super) mod by_clone {
            owners!($form $t [Answer] [] $word []);
        }
        pub(super) mod by_reference {
            owners!($form $t [&'a Answer] [capacity = unbounded] $word []);
        }

        pub(super) const CELLS: usize = by_clone::CELLS + by_reference::CELLS;
    };
    // An `Arc` may outlive the thread that would lend.
    ($form:ident $t:tt $word:tt [local]) => {
        pub(super) mod by_clone {
            owners!($form $t [Answer] [] $word [local]);
        }

        pub(super) const CELLS: usize = by_clone::CELLS;
    };
}

macro_rules! kinds {
    ($word:tt $local:tt: $($form:ident)*) => {
        $(pub(super) mod $form {
            pub(super) mod plain {
                results!($form [] $word $local);
            }
            pub(super) mod generic {
                results!($form [T] $word $local);
            }

            pub(super) const CELLS: usize = plain::CELLS + generic::CELLS;
        })*

        pub(super) const CELLS: usize = 0 $(+ $form::CELLS)*;
    };
}

mod synchronous {
    kinds!([] []: function method trait_method associated);
}

// Not where the others are built many times over.
#[cfg(not(memo_no_tools))]
mod asynchronous {
    kinds!([async] []: function method trait_method associated);
}

#[cfg(not(memo_no_tools))]
mod asynchronous_and_local {
    kinds!([async] [local]: function method trait_method associated);
}

#[test]
fn no_combination_is_missing() {
    let (forms, kinds, results) = (4, 2, 2);
    // With an `Rc` as the owner, or `local`, it may be a key, too.
    let (for_all_threads, of_one_thread) = (4, 5);
    let every_owner = 2 * for_all_threads + if cfg!(memo_no_tools) { 1 } else { 2 } * of_one_thread;
    assert_eq!(synchronous::CELLS, forms * kinds * results * every_owner);
    #[cfg(not(memo_no_tools))]
    assert_eq!(asynchronous::CELLS, forms * kinds * results * every_owner);
    #[cfg(not(memo_no_tools))]
    assert_eq!(asynchronous_and_local::CELLS, forms * kinds * of_one_thread);
}
