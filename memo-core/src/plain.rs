//! Values whose copy is certain to run no code of the user's.
//!
//! `Copy` does not say so: its `Clone` may be written by hand. What is known by name is certain.

use std::any::TypeId;

/// Whether `T`'s `clone` runs no code of the user's, and neither blocks nor panics. Known when this is compiled, wherever
/// anything is optimised.
#[inline(always)]
pub(crate) fn is_plain<T: 'static>() -> bool {
    macro_rules! one_of {
        ($($name:ty),+ $(,)?) => {
            $(is::<T, $name>() || is::<T, ($name, $name)>() || is::<T, [$name; 2]>() || is::<T, [$name; 3]>()
                || is::<T, [$name; 4]>() || is::<T, Option<$name>>() ||)+ false
        };
    }
    one_of!(u8, u16, u32, u64, u128, usize, i8, i16, i32, i64, i128, isize, f32, f64, bool, char)
        || is::<T, ()>()
        || is::<T, [u8; 8]>()
        || is::<T, [u8; 16]>()
        || is::<T, [u8; 32]>()
        || is::<T, &'static str>()
}

#[inline(always)]
fn is<T: 'static, U: 'static>() -> bool {
    TypeId::of::<T>() == TypeId::of::<U>()
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::is_plain;

    #[derive(Clone, Copy)]
    struct Own;

    #[test]
    fn only_what_is_known_by_name_is_plain() {
        assert!(is_plain::<u64>() && is_plain::<(u64, u64)>() && is_plain::<[u32; 4]>() && is_plain::<Option<char>>());
        assert!(!is_plain::<Own>() && !is_plain::<String>() && !is_plain::<[u64; 5]>() && !is_plain::<(u64, Own)>());
        let _ = Own;
    }
}
