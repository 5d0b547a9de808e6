//! Which emitted function carries which of the user's attributes, and on which of them each lint is reported.
//!
//! Several emitted functions have the user's signature. Each lint is reported on the one that matches the user's
//! function in all that the lint looks at: on the outer one for docs, names and uses; on the body, which has the same
//! visibility and no other code, for types and their use. The others allow the lint.

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
    /// The function that callers see.
    Outer,
    /// The hidden function with the checks.
    Ask,
    Body,
    Handle,
    /// The test of `cache_if`.
    Keep,
    /// The hidden function that asks a store before the body.
    Stored,
}

type Metas = Punctuated<Meta, Token![,]>;

pub(super) fn of(role: Role, attrs: &[Attribute]) -> TokenStream {
    attrs.iter().filter_map(|attr| carried(role, attr)).collect()
}

/// The attributes of a parameter. Those of other macros are for the one below this, which takes them off: the outer function alone has them.
/// An `expect` is fulfilled in one function, too.
pub(super) fn of_a_parameter(role: Role, attrs: &mut Vec<Attribute>) {
    attrs.retain(|attr| role == Role::Outer || is_level(attr.path()));
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
/// The outer function has the user's own tokens: clippy ignores docs that came through a macro. The others have tokens
/// of the expansion, so that nothing is reported twice.
fn carried(role: Role, attr: &Attribute) -> Option<TokenStream> {
    let meta = part(role, &attr.meta)?;
    let whole = attr.meta.to_token_stream().to_string() == meta.to_string();
    Some(if whole && role == Role::Outer { attr.to_token_stream() } else { ours!(#[#meta]) })
}

/// The part of an attribute that `role` carries.
fn part(role: Role, meta: &Meta) -> Option<TokenStream> {
    let path = meta.path();
    let name = path.get_ident().map(ToString::to_string).unwrap_or_default();
    let goes = match name.as_str() {
        "cfg" | "allow" => true,
        "cfg_attr" => return conditional(role, meta),
        "expect" => return expectation(role, meta),
        "warn" | "deny" | "forbid" => return level(role, meta),
        "track_caller" | "target_feature" => matches!(role, Role::Outer | Role::Ask | Role::Body | Role::Stored),
        "doc" => role == Role::Outer || (role == Role::Handle && hides(meta)),
        _ if is_tool(path) => matches!(role, Role::Outer | Role::Body),
        _ => role == Role::Outer,
    };
    goes.then(|| meta.to_token_stream())
}

/// Whether it sets the level of lints.
fn is_level(path: &Path) -> bool {
    ["allow", "expect", "warn", "deny", "forbid"].iter().any(|word| path.is_ident(word))
}

fn is_tool(path: &Path) -> bool {
    path.segments.len() > 1
        && path.segments.first().is_some_and(|first| first.ident == "clippy" || first.ident == "rustfmt")
}

fn hides(meta: &Meta) -> bool {
    matches!(meta, Meta::List(list) if list.tokens.to_string() == "hidden")
}

/// An `expect` is fulfilled in one function only; the others allow the lint.
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

/// The outer function is a few instructions and a rare call: it should be inlined into its callers, also in other
/// crates. The user's own attribute takes precedence.
pub(super) fn inline(attrs: &[Attribute]) -> Option<TokenStream> {
    let said = attrs.iter().any(|attr| attr.path().is_ident("inline") || attr.path().is_ident("cold"));
    (!said).then(|| quote!(#[inline]))
}

/// Parameters with an underscore are passed on all the same.
pub(super) fn for_passing_on(memo: &Memo) -> Option<TokenStream> {
    memo.parameters.iter().any(is_underscored).then(|| quote!(#[allow(clippy::used_underscore_binding)]))
}

/// Lints of the outer function: docs, names, visibility, whether and how it is used.
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

/// Groups, with lints of several functions.
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

/// Lints that apply to no memo.
const OF_NONE: &[&str] =
    &["doc_lazy_continuation", "missing_const_for_fn", "missing_panics_doc", "only_used_in_recursion"];

/// Whether a lint of this name is reported on `role`.
fn is_told_of(role: Role, lint: &Path) -> bool {
    let Some(name) = lint.segments.last().map(|last| last.ident.to_string()) else { return false };
    let named = |names: &[&str]| names.contains(&name.as_str());
    if named(OF_NONE) {
        return false;
    }
    match role {
        Role::Outer => named(OF_THE_OUTER) || named(GROUPS),
        Role::Body => !named(OF_THE_OUTER),
        Role::Ask | Role::Handle | Role::Keep | Role::Stored => false,
    }
}

/// Lints that are reported on the body, whose types the outer function has. Only lints that may be reported are named,
/// so that a crate may forbid the others.
pub(super) fn allowed_in_outer(memo: &Memo) -> TokenStream {
    let told = told_of_types(memo);
    ours!(#[allow(#told)])
}

/// Lints that are reported on the outer function or the body, whose names and types the asking function has.
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

/// Lints that are reported on the outer function.
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
    // Other deprecated functions that it calls are still reported.
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

/// Names are reported once, on the outer function. If there is nothing to report, a crate may forbid the lint.
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

/// Lints that are reported on the other functions, whose names and types the handle has.
pub(super) fn allowed_in_handle(memo: &Memo) -> TokenStream {
    let names = of_names(memo);
    let of_methods = memo.associated.then(|| ours!(clippy::use_self,));
    let of_futures = memo.is_async().then(|| ours!(clippy::multiple_bound_locations,));
    ours!(#[allow(#names #of_methods #of_futures deprecated)])
}

/// Clippy reports uses of such a name, and each function passes it on.
pub(super) fn is_underscored(parameter: &Parameter) -> bool {
    parameter.name.to_string().starts_with('_')
}

/// Whether the type is a `Result`, as far as that can be seen.
pub(super) fn speaks_of_result(result: &Type) -> bool {
    mentions(result.to_token_stream(), &|ident| ident.to_string().ends_with("Result"))
}

/// A parameter that takes part in the key is used, whether or not the body reads it. An attribute of the user's own
/// takes precedence.
pub(super) fn used(memo: &Memo, parameter: &Parameter, pat: &Pat) -> Option<Attribute> {
    let takes_part = parameter.part.is_extra() || std::ptr::eq(parameter, memo.owner());
    let named = matches!(pat, Pat::Ident(name) if name.ident == parameter.name && parameter.pattern.is_none());
    let is_read = || mentions(memo.function.body.stream(), &|ident| *ident == parameter.name);
    let speaks_of_it = |ident: &Ident| ident == "unused_variables" || ident == "unused";
    let said = || memo.function.attrs.iter().any(|attr| mentions(attr.to_token_stream(), &speaks_of_it));
    (takes_part && named && !is_read() && !said()).then(|| parse_quote!(#[allow(unused_variables)]))
}
