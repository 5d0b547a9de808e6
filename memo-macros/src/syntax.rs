//! Questions about types as they are written.

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{Expr, GenericArgument, PathArguments, PathSegment, Type};

use crate::spans::without_invisible_groups;

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
