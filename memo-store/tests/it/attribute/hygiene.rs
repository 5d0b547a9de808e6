//! What is written meets nothing of the user's, whatever it is called.
#![deny(warnings)]
#![forbid(unsafe_code)]

use memo_store::ContentKey as Content;

use super::{here as there, is_shared, runs as count};

#[allow(dead_code, non_camel_case_types)]
mod shadowed {
    use memo_core::weak_memo as memoized;

    use super::{count, there};

    struct Option;
    struct Result;
    struct Some;
    struct Ok;
    struct Default;
    struct Arc;
    struct String;
    struct u64;
    struct usize;
    mod std {}
    mod core {}
    mod memo_store {}

    /// For every type.
    trait ContentKey {
        fn part(&self) {}
        fn text(&self) {}
        fn find(&self) {}
        fn end(&self) {}
        fn begin(&self) {}
        fn feed(&self) {}
    }
    impl<T: ?Sized> ContentKey for T {}

    #[derive(super::Content, PartialEq, Eq, Hash)]
    pub(super) struct Both(pub(super) u8, pub(super) (u8, char));

    #[memoized(store = there(), version = 1)]
    pub(super) fn lent(of: &::std::sync::Arc<Both>) -> ::core::option::Option<&u8> {
        count();
        ::core::option::Option::Some(of.0)
    }

    #[memoized(store = there(), version = 1)]
    pub(super) fn by_clone(of: &::std::sync::Arc<Both>) -> ::core::result::Result<u8, u8> {
        count();
        ::core::result::Result::Ok(of.0)
    }
}

#[test]
fn names_and_traits_of_the_users_are_not_met() {
    let both = || std::sync::Arc::new(shadowed::Both(1, (2, '3')));
    is_shared(both, |both| shadowed::lent(both).copied());
    is_shared(both, shadowed::by_clone);
}
