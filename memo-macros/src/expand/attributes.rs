//! Which of the user's attributes go to which of the emitted functions.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::parse::Parser;
use syn::punctuated::Punctuated;
use syn::{Attribute, Meta, Path, Token, parse_quote};

use super::lints::{is_told_of, is_underscored};
use super::ours;
use crate::model::Memo;

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Function {
    /// The one that callers see.
    Outer,
    /// The one that asks.
    Ask,
    Body,
    Handle,
    /// The test of `cache_if`.
    Keep,
}

type Metas = Punctuated<Meta, Token![,]>;

pub(super) fn of(function: Function, attrs: &[Attribute]) -> TokenStream {
    attrs.iter().filter_map(|attr| carried(function, attr)).collect()
}

/// The attributes of a parameter: what is expected of it is met in one function, too.
pub(super) fn of_a_parameter(function: Function, attrs: &mut [Attribute]) {
    for attr in attrs.iter_mut().filter(|attr| attr.path().is_ident("expect")) {
        if let Some(meta) = expectation(function, &attr.meta) {
            *attr = parse_quote!(#[#meta]);
        }
    }
}

/// The attributes of a function that stands alone, with its body in place.
pub(super) fn all(attrs: &[Attribute]) -> TokenStream {
    attrs.iter().map(ToTokens::to_token_stream).collect()
}

/// An attribute as `function` carries it.
///
/// The outer function has the user's own tokens: clippy does not take docs for the user's that came through a macro. What
/// the others have is ours, so that nothing is said of it twice.
fn carried(function: Function, attr: &Attribute) -> Option<TokenStream> {
    let meta = part(function, &attr.meta)?;
    let whole = attr.meta.to_token_stream().to_string() == meta.to_string();
    Some(if whole && function == Function::Outer { attr.to_token_stream() } else { ours!(#[#meta]) })
}

/// What `function` carries of an attribute.
fn part(function: Function, meta: &Meta) -> Option<TokenStream> {
    let path = meta.path();
    let name = path.get_ident().map(ToString::to_string).unwrap_or_default();
    let goes = match name.as_str() {
        "cfg" | "allow" => true,
        "cfg_attr" => return conditional(function, meta),
        "expect" => return expectation(function, meta),
        "warn" | "deny" | "forbid" => return level(function, meta),
        "track_caller" | "target_feature" => matches!(function, Function::Outer | Function::Ask | Function::Body),
        "doc" => function == Function::Outer || (function == Function::Handle && hides(meta)),
        _ if is_tool(path) => matches!(function, Function::Outer | Function::Body),
        _ => function == Function::Outer,
    };
    goes.then(|| meta.to_token_stream())
}

fn is_tool(path: &Path) -> bool {
    path.segments.len() > 1
        && path.segments.first().is_some_and(|first| first.ident == "clippy" || first.ident == "rustfmt")
}

fn hides(meta: &Meta) -> bool {
    matches!(meta, Meta::List(list) if list.tokens.to_string() == "hidden")
}

/// What is expected is met in one function only, the others just allow it.
fn expectation(function: Function, meta: &Meta) -> Option<TokenStream> {
    let place = [Function::Body, Function::Outer];
    let place = |lint: &Meta| place.into_iter().find(|place| is_told_of(*place, lint.path()));
    let (lints, reason) = lints(meta)?;
    let (here, elsewhere): (Vec<_>, Vec<_>) = lints.into_iter().partition(|lint| place(lint) == Some(function));
    let expected = (!here.is_empty()).then(|| quote!(expect(#(#here,)* #reason)));
    let allowed = (!elsewhere.is_empty()).then(|| quote!(allow(#(#elsewhere,)* #reason)));
    match (expected, allowed) {
        // An attribute is one meta; `cfg_attr` with a condition that holds is two.
        (Some(expected), Some(allowed)) => Some(quote!(cfg_attr(all(), #expected, #allowed))),
        (expected, allowed) => expected.or(allowed),
    }
}

fn level(function: Function, meta: &Meta) -> Option<TokenStream> {
    let (lints, reason) = lints(meta)?;
    let here: Vec<_> = lints.into_iter().filter(|lint| is_told_of(function, lint.path())).collect();
    let word = meta.path();
    (!here.is_empty()).then(|| quote!(#word(#(#here,)* #reason)))
}

/// The lints that a list names, and `reason = ".."`.
fn lints(meta: &Meta) -> Option<(Vec<Meta>, Option<Meta>)> {
    let Meta::List(list) = meta else { return None };
    let metas = Metas::parse_terminated.parse2(list.tokens.clone()).ok()?;
    let (reasons, lints): (Vec<_>, Vec<_>) = metas.into_iter().partition(|meta| meta.path().is_ident("reason"));
    Some((lints, reasons.into_iter().next()))
}

fn conditional(function: Function, meta: &Meta) -> Option<TokenStream> {
    let Meta::List(list) = meta else { return None };
    let Ok(metas) = Metas::parse_terminated.parse2(list.tokens.clone()) else {
        return (function == Function::Outer).then(|| meta.to_token_stream());
    };
    let mut metas = metas.iter();
    let condition = metas.next()?;
    let carried: Vec<_> = metas.filter_map(|meta| part(function, meta)).collect();
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
    memo.parameters.iter().any(is_underscored).then(|| quote!(#[allow(clippy::used_underscore_binding)]))
}
