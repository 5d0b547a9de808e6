//! What a parameter's type looks like. Whether an argument *is* weak is a fact of types, which a macro cannot see;
//! the compiler checks each guess made here through the traits of the runtime, so that a wrong one is an error.

use syn::{PathArguments, Type};

use crate::syntax::{bare, counted_pointer, is_named, last_segment, type_arguments};

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Looks {
    /// `&T`: may own the results.
    Object,
    /// `Arc<T>` or `Rc<T>` by value: may own the results too.
    OwnedPointer,
    /// `Option<&T>`, `&[Arc<T>]`, ...: may hold weak arguments, but is itself nobody's anchor.
    Container,
    /// `&str`, `&[u8]`, or anything by value.
    Plain,
}

const PLAIN: &[&str] = &[
    "str", "String", "Path", "PathBuf", "OsStr", "OsString", "CStr", "CString", "bool", "char", "u8", "u16", "u32",
    "u64", "u128", "usize", "i8", "i16", "i32", "i64", "i128", "isize", "f32", "f64",
];

const CONTAINERS: &[&str] =
    &["Option", "Result", "Vec", "VecDeque", "Box", "Cow", "Pin", "HashMap", "HashSet", "BTreeMap", "BTreeSet"];

/// Containers that a type of the user's may share its name with; std's have an argument.
const WITH_ARGUMENT: &[&str] = &[
    "LinkedList",
    "PhantomData",
    "Range",
    "RangeFrom",
    "RangeInclusive",
    "RangeTo",
    "RangeToInclusive",
    "Reverse",
    "Saturating",
    "Wrapping",
];

impl Looks {
    pub(crate) fn of(ty: &Type) -> Self {
        match bare(ty) {
            Type::Reference(reference) => Self::of_pointee(&reference.elem),
            other if counted_pointer(other).is_some() => Self::OwnedPointer,
            other if may_hold_weak(other) => Self::Container,
            _ => Self::Plain,
        }
    }

    pub(crate) fn may_own(self) -> bool {
        matches!(self, Self::Object | Self::OwnedPointer)
    }

    /// As what stands behind a `&`.
    pub(crate) fn of_pointee(pointee: &Type) -> Self {
        let pointee = bare(pointee);
        let is_container =
            matches!(pointee, Type::Slice(_) | Type::Array(_) | Type::Tuple(_) | Type::Reference(_) | Type::Ptr(_))
                || is_named(pointee, CONTAINERS)
                || is_named(pointee, WITH_ARGUMENT) && has_argument(pointee);
        if is_container {
            return if may_hold_weak(pointee) || is_opaque_container(pointee) { Self::Container } else { Self::Plain };
        }
        if is_named(pointee, PLAIN) { Self::Plain } else { Self::Object }
    }
}

fn has_argument(ty: &Type) -> bool {
    last_segment(ty).is_some_and(|segment| type_arguments(segment).next().is_some())
}

/// Whether a type is written as one that holds others and is no alias.
pub(crate) fn is_known_container(ty: &Type) -> bool {
    !matches!(bare(ty), Type::Path(_) | Type::Macro(_)) || is_named(ty, CONTAINERS) || counted_pointer(ty).is_some()
}

/// Containers other than slices are taken for weak ones, as any other `&T` is.
fn is_opaque_container(ty: &Type) -> bool {
    !matches!(ty, Type::Slice(_) | Type::Array(_) | Type::Ptr(_))
}

/// Whether a reference, an `Arc` or an `Rc` to something that is no plain value is written anywhere in the type.
fn may_hold_weak(ty: &Type) -> bool {
    match bare(ty) {
        Type::Reference(_) => Looks::of(ty) != Looks::Plain,
        Type::Tuple(tuple) => tuple.elems.iter().any(may_hold_weak),
        Type::Slice(slice) => may_hold_weak(&slice.elem),
        Type::Array(array) => may_hold_weak(&array.elem),
        other => {
            counted_pointer(other).is_some()
                || last_segment(other).is_some_and(|segment| {
                    matches!(segment.arguments, PathArguments::AngleBracketed(_))
                        && type_arguments(segment).any(may_hold_weak)
                })
        }
    }
}
