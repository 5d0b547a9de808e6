//! The content of arguments: what two processes agree on.

mod hasher;
mod std_types;

pub use hasher::ContentHasher;

/// A type whose values have a content: two values of the same content give the same result, in any process, on any machine.
///
/// Derive it, which is right for structs and enums of parts that have it. By hand, put everything into the hasher that a function may see: what is
/// left out is a wrong result that one process hands to another.
///
/// Addresses, hashes that are seeded, and the order of a `HashMap` are no content: `HashMap` and `HashSet` do not have it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no content that two processes could agree on",
    label = "what a store is asked depends on it, so it must be `memo_store::ContentKey`",
    note = "write `#[derive(ContentKey)]` on the type; an argument that is not the owner may instead name what counts with `#[memo(key = ..)]`, or be left out with `#[memo(skip)]`"
)]
pub trait ContentKey {
    /// Puts the content into the hasher.
    fn feed(&self, hasher: &mut ContentHasher);

    /// Puts several into it, without their number.
    #[doc(hidden)]
    fn feed_all(these: &[Self], hasher: &mut ContentHasher)
    where
        Self: Sized,
    {
        these.iter().for_each(|this| this.feed(hasher));
    }
}

/// Puts in an argument.
pub fn part(hasher: &mut ContentHasher, part: &(impl ContentKey + ?Sized)) {
    part.feed(hasher);
}

/// Puts in the value of an expression of the user's.
pub fn computed(hasher: &mut ContentHasher, value: impl ContentKey) {
    value.feed(hasher);
}
