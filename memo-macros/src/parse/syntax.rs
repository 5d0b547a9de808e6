//! Questions about tokens and types as they are written: their spans, their names, their looks.

use proc_macro2::{Delimiter, Ident, Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{Expr, GenericArgument, PathArguments, PathSegment, Type};

/// `quote!` with names of the expansion.
macro_rules! ours {
    ($($tokens:tt)*) => { ::quote::quote_spanned!(::proc_macro2::Span::mixed_site()=> $($tokens)*) };
}
pub(crate) use ours;

/// The first and the last span of some tokens.
///
/// `Span::join` does nothing on stable, but the compiler joins the spans of an expression's own first and last token:
/// an expression that begins with `first` and ends with `last` is underlined from one to the other.
#[derive(Clone, Copy)]
pub(crate) struct Extent {
    pub(crate) first: Span,
    pub(crate) last: Span,
}

impl Extent {
    pub(crate) fn of(tokens: impl ToTokens) -> Self {
        let flat = without_invisible_groups(tokens.to_token_stream());
        let mut trees = flat.into_iter();
        let Some(head) = trees.next() else {
            return Self { first: Span::call_site(), last: Span::call_site() };
        };
        let first = opening(&head);
        let last = closing(&trees.last().unwrap_or(head));
        Self { first, last }
    }
}

fn opening(tree: &TokenTree) -> Span {
    match tree {
        TokenTree::Group(group) => group.span_open(),
        other => other.span(),
    }
}

fn closing(tree: &TokenTree) -> Span {
    match tree {
        TokenTree::Group(group) => group.span_close(),
        other => other.span(),
    }
}

/// Whether an attribute macro has written a copy of `token`, the first of a type, into `tokens` as the type of something: it has the place of what was
/// copied, and follows a `:` or `->` that is not in the source. `false` where the compiler is not there.
pub(crate) fn has_a_copy(tokens: TokenStream, token: &TokenTree) -> bool {
    // Lines and columns are newer than the compiler that is promised.
    let place = |tree: &TokenTree| format!("{:?}", opening(tree));
    let is_same = |tree: &TokenTree| tree.to_string() == token.to_string() && place(tree) == place(token);
    // What a `macro_rules` macro writes is in the source.
    let is_made = |tree: &TokenTree| {
        let text = tree.to_string();
        matches!(&*text, ":" | ">") && tree.span().source_text().is_some_and(|source| source != text)
    };
    let mut before = None;
    proc_macro::is_available()
        && tokens.into_iter().any(|tree| {
            let found = match &tree {
                TokenTree::Group(group) => has_a_copy(group.stream(), token),
                _ => before.as_ref().is_some_and(is_made) && is_same(&tree),
            };
            before = Some(tree);
            found
        })
}

/// A type that a `macro_rules` macro passes on as `$t:ty` is in a group without delimiters.
pub(crate) fn without_invisible_groups(tokens: TokenStream) -> TokenStream {
    tokens
        .into_iter()
        .flat_map(|tree| match tree {
            TokenTree::Group(group) if group.delimiter() == Delimiter::None => without_invisible_groups(group.stream()),
            other => TokenStream::from(other),
        })
        .collect()
}

/// The type without the parentheses and invisible groups around it.
pub(crate) fn bare(ty: &Type) -> &Type {
    match ty {
        Type::Group(group) => bare(&group.elem),
        Type::Paren(paren) => bare(&paren.elem),
        other => other,
    }
}

/// The type behind a leading `&`, or the type itself.
pub(crate) fn pointee(ty: &Type) -> &Type {
    match bare(ty) {
        Type::Reference(reference) => bare(&reference.elem),
        other => other,
    }
}

/// The expression without the invisible groups that a `macro_rules` macro puts around it.
pub(crate) fn bare_expr(expr: &Expr) -> &Expr {
    match expr {
        Expr::Group(group) => bare_expr(&group.expr),
        other => other,
    }
}

/// The last segment of a path type: `Arc<Doc>` of `std::sync::Arc<Doc>`.
pub(crate) fn last_segment(ty: &Type) -> Option<&PathSegment> {
    match bare(ty) {
        Type::Path(path) => path.path.segments.last(),
        _ => None,
    }
}

pub(crate) fn is_named(ty: &Type, names: &[&str]) -> bool {
    last_segment(ty).is_some_and(|segment| names.iter().any(|name| segment.ident == name))
}

/// The type arguments written on a path segment.
pub(crate) fn type_arguments(segment: &PathSegment) -> impl Iterator<Item = &Type> {
    let arguments = match &segment.arguments {
        PathArguments::AngleBracketed(arguments) => Some(&arguments.args),
        _ => None,
    };
    arguments.into_iter().flatten().filter_map(|argument| match argument {
        GenericArgument::Type(ty) => Some(ty),
        _ => None,
    })
}

/// `T` of `Arc<T>` or `Rc<T>`, with the pointer's name.
pub(crate) fn counted_pointer(ty: &Type) -> Option<(&Ident, &Type)> {
    let segment = last_segment(ty)?;
    if segment.ident != "Arc" && segment.ident != "Rc" {
        return None;
    }
    let target = type_arguments(segment).next()?;
    Some((&segment.ident, bare(target)))
}

/// Whether two types are written alike.
pub(crate) fn same(a: &Type, b: &Type) -> bool {
    let text = |ty: &Type| without_invisible_groups(ty.to_token_stream()).to_string();
    text(a) == text(b)
}

/// Whether the identifier occurs anywhere in the tokens.
pub(crate) fn mentions(tokens: TokenStream, name: &dyn Fn(&Ident) -> bool) -> bool {
    tokens.into_iter().any(|tree| match tree {
        TokenTree::Ident(ident) => name(&ident),
        TokenTree::Group(group) => mentions(group.stream(), name),
        _ => false,
    })
}

/// A guess by the looks of a parameter's type. Whether an argument *is* weak is a fact of types, which a macro cannot see;
/// the compiler checks each guess made here through the traits of the runtime, so that a wrong one is an error.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Looks {
    /// `&T`: may own the results.
    Object,
    /// `Arc<T>` or `Rc<T>` by value: may own the results too.
    OwnedPointer,
    /// `Option<&T>`, `&[Arc<T>]`, ...: may hold weak arguments, but is never the owner.
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

/// Containers of std whose name a user's type may have; those of std have an argument.
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

    /// As the target of a `&`.
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
