//! Which of the user's attributes go to which of the emitted functions.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::parse::Parser;
use syn::punctuated::Punctuated;
use syn::{Attribute, Meta, Token};

use crate::model::Memo;

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Function {
    /// The one that callers see.
    Outer,
    Body,
    Handle,
    /// The test of `cache_if`.
    Keep,
}

pub(super) fn of(function: Function, attrs: &[Attribute]) -> TokenStream {
    attrs.iter().filter_map(|attr| carried(function, &attr.meta)).map(|meta| quote!(#[#meta])).collect()
}

/// The attributes of a function that stands alone, with its body in place.
pub(super) fn all(attrs: &[Attribute]) -> TokenStream {
    attrs.iter().map(ToTokens::to_token_stream).collect()
}

/// What `function` carries of an attribute.
fn carried(function: Function, meta: &Meta) -> Option<TokenStream> {
    let path = meta.path();
    let name = path.get_ident().map(ToString::to_string).unwrap_or_default();
    let whole = Some(meta.to_token_stream());
    let goes = match name.as_str() {
        "cfg" | "allow" => true,
        "cfg_attr" => return conditional(function, meta),
        "expect" => return expectation(function, meta),
        "warn" | "deny" | "forbid" => function != Function::Handle && function != Function::Keep,
        "track_caller" | "target_feature" => matches!(function, Function::Outer | Function::Body),
        "doc" => function == Function::Outer || (function == Function::Handle && hides(meta)),
        _ if is_tool(path) => matches!(function, Function::Outer | Function::Body),
        _ => function == Function::Outer,
    };
    whole.filter(|_| goes)
}

fn is_tool(path: &syn::Path) -> bool {
    path.segments.len() > 1
        && path.segments.first().is_some_and(|first| first.ident == "clippy" || first.ident == "rustfmt")
}

fn hides(meta: &Meta) -> bool {
    matches!(meta, Meta::List(list) if list.tokens.to_string() == "hidden")
}

/// What is expected of the user's code is found in one of the functions only; the others just allow it.
fn expectation(function: Function, meta: &Meta) -> Option<TokenStream> {
    let Meta::List(list) = meta else { return None };
    let about_use = list.tokens.to_string().contains("dead_code");
    let place = if about_use { Function::Outer } else { Function::Body };
    if function == place {
        return Some(meta.to_token_stream());
    }
    let lints = &list.tokens;
    Some(quote!(allow(#lints)))
}

fn conditional(function: Function, meta: &Meta) -> Option<TokenStream> {
    let Meta::List(list) = meta else { return None };
    let Ok(metas) = Punctuated::<Meta, Token![,]>::parse_terminated.parse2(list.tokens.clone()) else {
        return (function == Function::Outer).then(|| meta.to_token_stream());
    };
    let mut metas = metas.iter();
    let condition = metas.next()?;
    let carried: Vec<_> = metas.filter_map(|meta| carried(function, meta)).collect();
    (!carried.is_empty()).then(|| quote!(cfg_attr(#condition, #(#carried),*)))
}

/// The outer function is a few instructions and a call that is seldom made: it belongs where it is called, also from other
/// crates. What the user says about it goes first.
pub(super) fn inline(attrs: &[Attribute]) -> Option<TokenStream> {
    let said = attrs.iter().any(|attr| attr.path().is_ident("inline") || attr.path().is_ident("cold"));
    (!said).then(|| quote!(#[inline]))
}

/// What the user did not use may be passed on all the same.
pub(super) fn for_passing_on(memo: &Memo) -> Option<TokenStream> {
    let unused = memo.parameters.iter().any(|parameter| parameter.name.to_string().starts_with('_'));
    unused.then(|| quote!(#[allow(clippy::used_underscore_binding)]))
}
