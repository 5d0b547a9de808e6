//! Types whose `Clone` certainly runs no user code.
//!
//! `Copy` does not guarantee it: a `Copy` type may have a hand-written `Clone`. So the types are known by name.

use std::any::TypeId;

/// Whether `T`'s `clone` runs no user code, and neither blocks nor panics. With optimisation, known at compile time. Without, only
/// types of `T`'s size are compared.
#[inline(always)]
pub(crate) fn is_plain<T: 'static>() -> bool {
    macro_rules! one_of {
        ($($plain:ty),+ $(,)?) => {$(
            if const { is_like::<T, $plain>() } && is::<T, $plain>() {
                return true;
            }
        )+};
    }
    macro_rules! one_or_some_of {
        ($($name:ty),+ $(,)?) => {
            one_of!($($name),+);
            $(one_of!(($name, $name), [$name; 2], [$name; 3], [$name; 4], Option<$name>);)+
        };
    }
    if const { !std::mem::needs_drop::<T>() } {
        one_or_some_of!(u8, u16, u32, u64, u128, usize, i8, i16, i32, i64, i128, isize, f32, f64, bool, char);
        one_of!((), [u8; 8], [u8; 16], [u8; 32], &'static str);
    }
    false
}

const fn is_like<T, U>() -> bool {
    size_of::<T>() == size_of::<U>() && align_of::<T>() == align_of::<U>()
}

#[inline(always)]
fn is<T: 'static, U: 'static>() -> bool {
    TypeId::of::<T>() == TypeId::of::<U>()
}

#[cfg(all(test, not(memo_loom)))]
mod tests {
    use super::is_plain;

    #[derive(Clone, Copy)]
    struct Own;

    /// As large as the plain types.
    #[derive(Clone, Copy)]
    struct Large(#[expect(dead_code)] u64);

    #[test]
    fn only_what_is_known_by_name_is_plain() {
        assert!(is_plain::<u64>() && is_plain::<(u64, u64)>() && is_plain::<[u32; 4]>() && is_plain::<Option<char>>());
        assert!(!is_plain::<Own>() && !is_plain::<String>() && !is_plain::<[u64; 5]>() && !is_plain::<(u64, Own)>());
        let _ = Own;
    }

    #[test]
    fn what_is_as_large_is_not_as_plain() {
        assert!(is_plain::<i64>() && is_plain::<f64>() && is_plain::<(u32, u32)>() && is_plain::<[u16; 4]>());
        assert!(is_plain::<()>() && is_plain::<[u8; 8]>() && is_plain::<&'static str>() && is_plain::<Option<bool>>());
        assert!(!is_plain::<Large>() && !is_plain::<fn()>() && !is_plain::<&'static u64>() && !is_plain::<Box<u64>>());
        let _ = Large(7);
    }
}
