//! The guide: what to write for a task, what happens then, and when not to.
//!
//! A chapter is a page: the problem, a recipe that compiles, what happens when, and when to do something else. The [crate's own page](crate) has
//! the rules, [`weak_memo`](macro@crate::weak_memo) the options.
//!
//! Where results belong:
//!
//! * [`cached_property`]: a property of an object.
//! * [`per_request`]: what one request asks for again and again.
//! * [`shared_results`]: one result for many short-lived objects that had a cache each.
//! * [`rare_caches`]: objects with many caches that are seldom used.
//! * [`once_cell`]: when a field is enough.
//!
//! Kinds of programs:
//!
//! * [`recursion`]: trees, graphs, and the stack.
//! * [`compiler`]: coarse and fine keys, early cut-off, cycles.
//! * [`record_batches`]: columns of data, as in arrow.
//! * [`hot_reload`]: configs that are replaced while requests run.
//! * [`async_loader`]: what many tasks need, and one of them fetches.
//!
//! Living with it:
//!
//! * [`invalidation`]: by `&mut`, of one object, by a version.
//! * [`expiry`]: results that end in time.
//! * [`testing`]: what a test can see.
//! * [`metrics`]: what to export, and how to read it.
//! * [`hangs`]: what a program that hangs waits for.
//! * [`migrating`]: from fields, `cached`, `moka` and `salsa`.
//! * [`other_attributes`]: which order, and what each does on hits.
//! * [`owners_in_the_wild`]: which `Arc`s of other libraries are the same object, and for how long.
//! * [`expansion`]: what the attribute writes.

/// Where the chapters' links to each other lead in these pages. They come before a chapter's own, which lead to its neighbours among the files:
/// of two definitions the first counts.
macro_rules! links {
    ($($name:ident)*) => {
        concat!($("[", stringify!($name), "]: crate::guide::", stringify!($name), "\n",)* "\n")
    };
}

macro_rules! chapters {
    ($($name:ident)*) => {
        chapters! { @each [$($name)*] $($name)* }
    };
    (@each $all:tt $($name:ident)*) => {
        $(chapters! { @one $all $name })*
    };
    (@one [$($all:ident)*] $name:ident) => {
        #[doc = links!($($all)*)]
        #[doc = include_str!(concat!("../guide/", stringify!($name), ".md"))]
        pub mod $name {}
    };
}

chapters! {
    cached_property
    per_request
    shared_results
    rare_caches
    once_cell
    recursion
    compiler
    record_batches
    hot_reload
    async_loader
    invalidation
    expiry
    testing
    metrics
    hangs
    migrating
    other_attributes
    owners_in_the_wild
    expansion
}
