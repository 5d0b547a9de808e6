//! Types of results that certainly hold no argument: they own only plain data, and are known by name.

use std::any::TypeId;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use std::ffi::{CString, OsString};
use std::path::PathBuf;

/// Whether a `V` certainly owns only plain data.
///
/// One function for all types: it is called once for each memo, and should not be compiled for each.
pub(crate) fn holds_nothing<V: 'static>() -> bool {
    is_known(TypeId::of::<V>())
}

fn is_known(id: TypeId) -> bool {
    macro_rules! one_of {
        ($($part:ty),+ => $name:ident: $($type:ty),+ $(,)?) => {{
            fn one<$name: 'static>(id: TypeId) -> bool {
                [$(TypeId::of::<$type>()),+].contains(&id)
            }
            $(one::<$part>(id))||+
        }};
    }
    one_of!(u8, u16, u32, u64, u128, usize, i8, i16, i32, i64, i128, isize, f32, f64, bool, char, &'static str => T:
        Vec<T>, Option<Vec<T>>, Vec<Option<T>>, Vec<Vec<T>>, Vec<(T, T)>, Box<T>, Box<[T]>, VecDeque<T>, HashSet<T>,
        BTreeSet<T>, HashMap<T, T>, BTreeMap<T, T>, Vec<(String, T)>, HashMap<String, T>, BTreeMap<String, T>, (String, T),
        (Vec<T>, Vec<T>), HashMap<T, String>, BTreeMap<T, String>,
    ) || one_of!(String, Box<str>, Cow<'static, str>, PathBuf, OsString, CString => T:
        T, Option<T>, Vec<T>, Box<[T]>, Option<Vec<T>>, Vec<Option<T>>, Vec<Vec<T>>, (T, T), Vec<(T, T)>, VecDeque<T>, HashSet<T>,
        BTreeSet<T>, HashMap<T, T>, BTreeMap<T, T>, Box<T>, HashMap<T, Vec<T>>, BTreeMap<T, Vec<T>>,
    )
}

#[cfg(all(test, not(memo_loom)))]
mod tests {
    use std::sync::{Arc, Weak};

    use super::*;

    #[test]
    fn only_what_is_known_by_name_holds_nothing() {
        assert!(holds_nothing::<String>() && holds_nothing::<Vec<u8>>() && holds_nothing::<HashMap<String, usize>>());
        assert!(holds_nothing::<Option<PathBuf>>() && holds_nothing::<Box<[f64]>>());
        assert!(!holds_nothing::<Arc<str>>(), "it may be the owner itself");
        assert!(!holds_nothing::<Vec<Arc<u8>>>() && !holds_nothing::<Weak<u8>>() && !holds_nothing::<Box<dyn Fn()>>());
    }
}
