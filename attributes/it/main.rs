//! `#[weak_memo]` and another attribute on one function, in both orders: above, it sees the body as it was written, and acts on misses alone; below,
//! it sees the function that callers call.

mod builders;
mod caches;
mod checks;
mod futures;
mod harnesses;
mod names;
mod spans;
mod traits;
