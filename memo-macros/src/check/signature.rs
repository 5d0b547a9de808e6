//! Which kinds of functions can be memoized.

use proc_macro2::{Span, TokenStream};
use quote::ToTokens;
use syn::punctuated::Punctuated;
use syn::visit::{self, Visit};
use syn::{Attribute, FnArg, Meta, Path, ReturnType, Signature, Token, Type, TypeImplTrait};

use super::output::is_future;
use crate::parse::Errors;
use crate::parse::function::Function;
use crate::parse::syntax::{bare, mentions};

/// A function that another attribute has made, beside the user's or instead of it, with the user's attributes on it.
pub(super) struct Made {
    pub(super) error: syn::Error,
    /// It cannot be memoized, whatever it looks like.
    pub(super) beside: bool,
}

/// The place of a name that an attribute made up is that attribute. What it wrote with a `#[weak_memo]` of its own is its own affair.
pub(super) fn made_by_another(sig: &Signature) -> Option<Made> {
    let name = &sig.ident;
    let place = name.span().source_text().filter(|text| text.starts_with("#["))?;
    if Span::call_site().source_text().as_ref() == Some(&place) {
        return None;
    }
    let attribute = place[2..].split(['(', ' ', '=', ']']).next().unwrap_or_default();
    let message = format!(
        "`#[{attribute}]` copied `#[weak_memo]` to this function of its own, `{name}`: write `#[weak_memo]` above it, or memoize a function that this one calls"
    );
    // In an `impl` of its own, which nothing here tells.
    let beside = attribute.ends_with("fixture");
    Some(Made { error: syn::Error::new_spanned(name, message), beside })
}

/// Refuses the kinds of functions that cannot be memoized.
pub(super) fn check(function: &Function, in_place: bool, errors: &mut Errors) {
    let sig = &function.sig;
    if let Some(word) = &sig.constness {
        errors.under(word, "a `const fn` cannot be memoized, since it has nowhere to keep results: remove `const`");
    }
    if let Some(word) = &sig.unsafety {
        errors.under(word, "an `unsafe fn` cannot be memoized, since its handle would call it from safe code: memoize a safe function around it");
    }
    if let Some(abi) = &sig.abi {
        errors.under(abi, "a function with an `extern` ABI cannot be memoized: memoize a Rust function and call that");
    }
    if let Some(dots) = &sig.variadic {
        errors.under(dots, "a variadic function cannot be memoized: take a slice");
    }
    for attr in &function.attrs {
        if attr.path().segments.last().is_some_and(|segment| segment.ident == "weak_memo") {
            errors.under(attr, "`#[weak_memo]` is written twice: keep one");
        }
    }
    refuse_attributes(&function.attrs, in_place, errors);
    refuse_impl_trait(sig, errors);
    refuse_no_result(sig, errors);
}

fn refuse_no_result(sig: &Signature, errors: &mut Errors) {
    const NOTHING: &str = "a function that returns nothing has no result to keep, and its effects would happen only once for each object: return a value, or remove `#[weak_memo]`";
    let ReturnType::Type(_, ty) = &sig.output else { return errors.under(&sig.ident, NOTHING) };
    match bare(ty) {
        Type::Never(never) => {
            errors.under(never, "a function that never returns has no result to keep: remove `#[weak_memo]`");
        }
        Type::Tuple(tuple) if tuple.elems.is_empty() => errors.under(tuple, NOTHING),
        _ => {}
    }
}

/// Refuses attributes that change how the body is called if it cannot be called that way.
fn refuse_attributes(attrs: &[Attribute], in_place: bool, errors: &mut Errors) {
    for attr in attrs.iter().flat_map(|attr| applied(&attr.meta)) {
        if attr.is_ident("target_feature") && !in_place {
            errors.under(
                &attr,
                "the handle of a memo may call the body where the feature is missing: write `handle = none`, or memoize a function that calls this one",
            );
        }
        if attr.is_ident("track_caller") && in_place {
            errors.under(
                attr,
                "with `handle = none` the body is a closure, which does not know its caller's location: remove `#[track_caller]`, or memoize a function that this one calls",
            );
        }
    }
}

/// Whether an attribute of this name is written, perhaps under a condition.
pub(crate) fn is_marked(attrs: &[Attribute], name: &str) -> bool {
    attrs.iter().flat_map(|attr| applied(&attr.meta)).any(|path| path.is_ident(name))
}

/// The paths that an attribute names, looking into `cfg_attr`.
fn applied(meta: &Meta) -> Vec<Path> {
    let Meta::List(list) = meta else { return vec![meta.path().clone()] };
    if !list.path.is_ident("cfg_attr") {
        return vec![list.path.clone()];
    }
    let metas = list.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated).unwrap_or_default();
    metas.iter().skip(1).flat_map(applied).collect()
}

fn refuse_impl_trait(sig: &Signature, errors: &mut Errors) {
    for input in &sig.inputs {
        if let FnArg::Typed(typed) = input {
            for found in impl_traits(|finder| finder.visit_type(&typed.ty)) {
                let instead = if is_closure(&found) {
                    "take `#[memo(skip)] f: &dyn Fn(..)` (with a type parameter, each closure would have a memo of its own)"
                } else {
                    "name a type parameter, `fn f<T: Trait>(.., t: T)`"
                };
                errors
                    .under(found, format_args!("`impl Trait` has no name that the handle's type could use: {instead}"));
            }
        }
    }
    if let ReturnType::Type(_, ty) = &sig.output {
        if is_future(ty) {
            return;
        }
        for found in impl_traits(|finder| finder.visit_type(ty)) {
            errors.under(found, "`impl Trait` has no name under which a result could be kept: write the type, or a `Box<dyn Trait>` or `Arc<dyn Trait>`");
        }
    }
}

fn impl_traits(visit: impl FnOnce(&mut ImplTraits)) -> Vec<TokenStream> {
    let mut finder = ImplTraits(Vec::new());
    visit(&mut finder);
    finder.0
}

/// `impl Fn(..)`, `impl FnMut(..)`, `impl FnOnce(..)`
fn is_closure(impl_trait: &TokenStream) -> bool {
    mentions(impl_trait.clone(), &|ident| ident == "Fn" || ident == "FnMut" || ident == "FnOnce")
}

struct ImplTraits(Vec<TokenStream>);

impl Visit<'_> for ImplTraits {
    fn visit_type_impl_trait(&mut self, ty: &TypeImplTrait) {
        self.0.push(ty.to_token_stream());
        visit::visit_type_impl_trait(self, ty);
    }
}

/// An attribute cannot tell an associated function from a free one, unless the signature says it.
pub(super) fn speaks_of_self(sig: &Signature) -> bool {
    let parts = [
        sig.inputs.to_token_stream(),
        sig.output.to_token_stream(),
        sig.generics.to_token_stream(),
        sig.generics.where_clause.to_token_stream(),
    ];
    sig.receiver().is_some() || parts.into_iter().any(|part: TokenStream| mentions(part, &|ident| ident == "Self"))
}
