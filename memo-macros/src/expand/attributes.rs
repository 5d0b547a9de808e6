//! Which of the user's attributes go to which of the emitted functions, and which of these is told of a lint.
//!
//! Several of them have the user's signature. A lint is told of that one which stands where the user's function does with
//! all that the lint asks about: of the outer one where it is about docs, names and uses; of the body, which is as visible
//! and has nothing else in it, where it is about types and what is done with them. The others are silent about it.

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::parse::Parser;
use syn::punctuated::Punctuated;
use syn::{Attribute, FnArg, Meta, Pat, Path, Token, Type, Visibility, parse_quote};

use crate::model::{Memo, Parameter};
use crate::parse::syntax::{mentions, ours};

/// The emitted functions.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
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

pub(super) fn of(role: Role, attrs: &[Attribute]) -> TokenStream {
    attrs.iter().filter_map(|attr| carried(role, attr)).collect()
}

/// The attributes of a parameter: what is expected of it is met in one function, too.
pub(super) fn of_a_parameter(role: Role, attrs: &mut [Attribute]) {
    for attr in attrs.iter_mut().filter(|attr| attr.path().is_ident("expect")) {
        if let Some(meta) = expectation(role, &attr.meta) {
            *attr = parse_quote!(#[#meta]);
        }
    }
}

/// The attributes of a function that stands alone, with its body in place.
pub(super) fn all(attrs: &[Attribute]) -> TokenStream {
    attrs.iter().map(ToTokens::to_token_stream).collect()
}

/// An attribute as `role` carries it.
///
/// The outer function has the user's own tokens: clippy does not take docs for the user's that came through a macro. What
/// the others have is ours, so that nothing is said of it twice.
fn carried(role: Role, attr: &Attribute) -> Option<TokenStream> {
    let meta = part(role, &attr.meta)?;
    let whole = attr.meta.to_token_stream().to_string() == meta.to_string();
    Some(if whole && role == Role::Outer { attr.to_token_stream() } else { ours!(#[#meta]) })
}

/// What `role` carries of an attribute.
fn part(role: Role, meta: &Meta) -> Option<TokenStream> {
    let path = meta.path();
    let name = path.get_ident().map(ToString::to_string).unwrap_or_default();
    let goes = match name.as_str() {
        "cfg" | "allow" => true,
        "cfg_attr" => return conditional(role, meta),
        "expect" => return expectation(role, meta),
        "warn" | "deny" | "forbid" => return level(role, meta),
        "track_caller" | "target_feature" => matches!(role, Role::Outer | Role::Ask | Role::Body),
        "doc" => role == Role::Outer || (role == Role::Handle && hides(meta)),
        _ if is_tool(path) => matches!(role, Role::Outer | Role::Body),
        _ => role == Role::Outer,
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
fn expectation(role: Role, meta: &Meta) -> Option<TokenStream> {
    let place = [Role::Body, Role::Outer];
    let place = |lint: &Meta| place.into_iter().find(|place| is_told_of(*place, lint.path()));
    let (lints, reason) = lints(meta)?;
    let (here, elsewhere): (Vec<_>, Vec<_>) = lints.into_iter().partition(|lint| place(lint) == Some(role));
    let expected = (!here.is_empty()).then(|| quote!(expect(#(#here,)* #reason)));
    let allowed = (!elsewhere.is_empty()).then(|| quote!(allow(#(#elsewhere,)* #reason)));
    match (expected, allowed) {
        // An attribute is one meta; `cfg_attr` with a condition that holds is two.
        (Some(expected), Some(allowed)) => Some(quote!(cfg_attr(all(), #expected, #allowed))),
        (expected, allowed) => expected.or(allowed),
    }
}

fn level(role: Role, meta: &Meta) -> Option<TokenStream> {
    let (lints, reason) = lints(meta)?;
    let here: Vec<_> = lints.into_iter().filter(|lint| is_told_of(role, lint.path())).collect();
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

fn conditional(role: Role, meta: &Meta) -> Option<TokenStream> {
    let Meta::List(list) = meta else { return None };
    let Ok(metas) = Metas::parse_terminated.parse2(list.tokens.clone()) else {
        return (role == Role::Outer).then(|| meta.to_token_stream());
    };
    let mut metas = metas.iter();
    let condition = metas.next()?;
    let carried: Vec<_> = metas.filter_map(|meta| part(role, meta)).collect();
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

/// What the outer function is asked about: docs, names, visibility, whether and how it is used.
const OF_THE_OUTER: &[&str] = &[
    "dead_code",
    "deprecated_in_future",
    "exported_private_dependencies",
    "missing_docs",
    "non_snake_case",
    "private_bounds",
    "private_interfaces",
    "redundant_lifetimes",
    "single_use_lifetimes",
    "unreachable_pub",
    "unused_attributes",
    "unused_doc_comments",
    "unused_lifetimes",
    "doc_link_with_quotes",
    "doc_markdown",
    "doc_overindented_list_items",
    "double_must_use",
    "empty_docs",
    "empty_line_after_doc_comments",
    "empty_line_after_outer_attr",
    "extra_unused_lifetimes",
    "implicit_hasher",
    "inherent_to_string",
    "inline_always",
    "len_without_is_empty",
    "missing_errors_doc",
    "missing_inline_in_public_items",
    "must_use_candidate",
    "must_use_unit",
    "needless_doctest_main",
    "needless_lifetimes",
    "new_ret_no_self",
    "new_without_default",
    "return_self_not_must_use",
    "same_name_method",
    "should_implement_trait",
    "suspicious_doc_comments",
    "tabs_in_doc_comments",
    "too_long_first_doc_paragraph",
    "unused_unit",
    "wrong_self_convention",
];

/// What those say who are asked of several functions at once.
const GROUPS: &[&str] = &[
    "all",
    "cargo",
    "complexity",
    "correctness",
    "nursery",
    "pedantic",
    "perf",
    "restriction",
    "style",
    "suspicious",
    "unused",
    "warnings",
];

/// What is asked of no memo.
const OF_NONE: &[&str] =
    &["doc_lazy_continuation", "missing_const_for_fn", "missing_panics_doc", "only_used_in_recursion"];

/// Whether a lint of this name is told of `role`.
fn is_told_of(role: Role, lint: &Path) -> bool {
    let Some(name) = lint.segments.last().map(|last| last.ident.to_string()) else { return false };
    let named = |names: &[&str]| names.contains(&name.as_str());
    if named(OF_NONE) {
        return false;
    }
    match role {
        Role::Outer => named(OF_THE_OUTER) || named(GROUPS),
        Role::Body => !named(OF_THE_OUTER),
        Role::Ask | Role::Handle | Role::Keep => false,
    }
}

/// What the body is told, where the outer function has the same types. Lints are named only where they may be told, so that a
/// crate may forbid the others.
pub(super) fn allowed_in_outer(memo: &Memo) -> TokenStream {
    let told = told_of_types(memo);
    ours!(#[allow(#told)])
}

/// What the outer function and the body are told, where the function that asks has the same names and types.
pub(super) fn allowed_in_ask(memo: &Memo) -> TokenStream {
    let told = told_of_types(memo);
    let lifetimes = told_of_lifetimes(memo);
    let names = of_names(memo);
    ours!(#[allow(#lifetimes #names #told)])
}

fn told_of_types(memo: &Memo) -> TokenStream {
    let sig = &memo.function.sig;
    let tokens = sig.to_token_stream();
    let speaks_of = |name: &str| mentions(tokens.clone(), &|ident| ident == name);
    let takes_values = memo.parameters.len() > 1 || memo.owner().is_by_value();
    let lints = [
        (true, ours!(deprecated, clippy::perf, clippy::type_complexity)),
        (
            takes_values,
            ours!(
                clippy::fn_params_excessive_bools,
                clippy::large_types_passed_by_value,
                clippy::needless_pass_by_value,
                clippy::ref_option,
                clippy::too_many_arguments,
                clippy::trivially_copy_pass_by_ref
            ),
        ),
        (speaks_of("Box"), ours!(clippy::borrowed_box, clippy::unnecessary_box_returns, clippy::vec_box)),
        (speaks_of("Option"), ours!(clippy::option_option)),
        (speaks_of("Result"), ours!(clippy::result_unit_err)),
        (speaks_of("LinkedList"), ours!(clippy::linkedlist)),
        (sig.generics.type_params().next().is_some(), ours!(clippy::extra_unused_type_parameters)),
        (memo.associated, ours!(clippy::use_self)),
        (matches!(memo.function.vis, Visibility::Restricted(_)), ours!(clippy::redundant_pub_crate)),
    ];
    let told = lints.into_iter().filter_map(|(may_be, lints)| may_be.then_some(lints));
    ours!(#(#told),*)
}

/// What the outer function is told.
pub(super) fn allowed_in_body(memo: &Memo) -> TokenStream {
    let function = &memo.function;
    let vis = (!matches!(function.vis, Visibility::Inherited)).then(|| {
        ours!(
            private_bounds,
            private_interfaces,
            unreachable_pub,
            clippy::must_use_candidate,
            clippy::return_self_not_must_use,
        )
    });
    let lifetimes = told_of_lifetimes(memo);
    // Of what it calls besides itself it is told.
    let calls_itself = || mentions(function.body.stream(), &|ident| *ident == function.sig.ident);
    let is_deprecated = function.attrs.iter().any(|attr| attr.path().is_ident("deprecated"));
    let deprecated = (is_deprecated && calls_itself()).then(|| ours!(deprecated,));
    let names = of_names(memo);
    ours!(#[allow(#vis #lifetimes #deprecated #names clippy::missing_const_for_fn)])
}

/// Lifetimes may be left without a use where the result was lent from them.
fn told_of_lifetimes(memo: &Memo) -> Option<TokenStream> {
    let first = memo.function.sig.generics.lifetimes().next();
    first.map(|_| ours!(single_use_lifetimes, clippy::extra_unused_lifetimes, clippy::needless_lifetimes,))
}

/// Names are told of once, in the outer function. Where there is nothing to tell, a crate may forbid it.
fn of_names(memo: &Memo) -> Option<TokenStream> {
    let sig = &memo.function.sig;
    let mut names = TokenStream::from(TokenTree::Ident(sig.ident.clone()));
    for input in &sig.inputs {
        if let FnArg::Typed(typed) = input {
            typed.pat.to_tokens(&mut names);
        }
    }
    mentions(names, &|ident| ident.to_string().contains(char::is_uppercase)).then(|| ours!(non_snake_case,))
}

/// What the others are told, where the handle has the same names and types.
pub(super) fn allowed_in_handle(memo: &Memo) -> TokenStream {
    let names = of_names(memo);
    let of_methods = memo.associated.then(|| ours!(clippy::use_self,));
    ours!(#[allow(#names #of_methods deprecated)])
}

/// Of such a name it is told that it is used, and each of the functions passes it on.
pub(super) fn is_underscored(parameter: &Parameter) -> bool {
    parameter.name.to_string().starts_with('_')
}

/// Whether the type is a `Result`, as far as that can be seen.
pub(super) fn speaks_of_result(result: &Type) -> bool {
    mentions(result.to_token_stream(), &|ident| ident.to_string().ends_with("Result"))
}

/// A parameter that takes part in the key is used, whether or not the body reads it. Where the user speaks of that himself,
/// his word stands.
pub(super) fn used(memo: &Memo, parameter: &Parameter, pat: &Pat) -> Option<Attribute> {
    let takes_part = parameter.part.is_extra() || std::ptr::eq(parameter, memo.owner());
    let named = matches!(pat, Pat::Ident(name) if name.ident == parameter.name && parameter.pattern.is_none());
    let is_read = || mentions(memo.function.body.stream(), &|ident| *ident == parameter.name);
    let speaks_of_it = |ident: &Ident| ident == "unused_variables" || ident == "unused";
    let said = || memo.function.attrs.iter().any(|attr| mentions(attr.to_token_stream(), &speaks_of_it));
    (takes_part && named && !is_read() && !said()).then(|| parse_quote!(#[allow(unused_variables)]))
}
