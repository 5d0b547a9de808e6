use std::collections::BTreeSet;

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::visit::{self, Visit};
use syn::{Ident, Type, TypePath};

use crate::errors::Errors;
use crate::function::Function;
use crate::model::Parameter;
use crate::options::Options;
use crate::outcome::Outcome;
use crate::syntax::{bare, counted_pointer, pointee, same};

/// Refuses results that could never be dropped, and those of which it cannot be known whether they are an `Err`.
pub(super) fn check(options: &Options, function: &Function, owner: &Parameter, outcome: &Outcome, errors: &mut Errors) {
    if !options.may_return_owner {
        refuse_owner_inside(owner, outcome.written(), errors);
    }
    if let Outcome::Owned(ty) = outcome
        && options.cache_if.is_none()
        && options.cache_err.is_none()
    {
        refuse_unknown_err(function, ty, errors);
    }
}

/// Law 16: a result that holds its own argument strongly can never be dropped.
fn refuse_owner_inside(owner: &Parameter, result: &Type, errors: &mut Errors) {
    let owned = pointee(&owner.ty);
    let mut finder = Pointers { target: counted_pointer(owned).map_or(owned, |(_, target)| target), found: Vec::new() };
    finder.visit_type(result);
    for found in finder.found {
        errors.under(
            found,
            "a result that holds its own owner can never be dropped: return a `Weak`, or write `may_return_owner` if it is never the owner itself",
        );
    }
}

struct Pointers<'a> {
    target: &'a Type,
    found: Vec<TokenStream>,
}

impl Visit<'_> for Pointers<'_> {
    fn visit_type(&mut self, ty: &Type) {
        match counted_pointer(ty) {
            Some((_, target)) if same(target, self.target) => self.found.push(ty.to_token_stream()),
            _ => visit::visit_type(self, ty),
        }
    }
}

/// Law 15 goes by the result's type, which a generic function does not know where the macro's code is compiled.
fn refuse_unknown_err(function: &Function, result: &Type, errors: &mut Errors) {
    let Type::Path(path) = bare(result) else { return };
    let parameters: BTreeSet<_> = function.sig.generics.type_params().map(|param| param.ident.clone()).collect();
    if is_parameter(path, &parameters, function) || is_projection(path, &parameters) {
        errors.under(
            result,
            "this type may turn out to be a `Result`, and an `Err` is not kept: write `cache_err` if all is to be kept, or `cache_if = |value| ..`",
        );
    }
}

fn is_parameter(path: &TypePath, parameters: &BTreeSet<Ident>, function: &Function) -> bool {
    let Some(name) = path.path.get_ident().filter(|_| path.qself.is_none()) else { return false };
    // The parameters of an `impl` cannot be seen from inside; by custom one capital letter names nothing else.
    let looks_like_one = || {
        let text = name.to_string();
        function.sig.receiver().is_some()
            && text.len() == 1
            && text.starts_with(|first: char| first.is_ascii_uppercase())
    };
    parameters.contains(name) || looks_like_one()
}

/// `T::Out`, `Self::Out`, `<T as Trait>::Out`.
fn is_projection(path: &TypePath, parameters: &BTreeSet<Ident>) -> bool {
    if path.qself.is_some() {
        return true;
    }
    let first = path.path.segments.first().map(|segment| &segment.ident);
    path.path.segments.len() == 2
        && path.path.leading_colon.is_none()
        && first.is_some_and(|first| parameters.contains(first) || first == "Self" || is_camel_case(first))
}

/// Modules are not written in camel case: what stands behind such a name is an associated type.
fn is_camel_case(name: &Ident) -> bool {
    name.to_string().starts_with(|first: char| first.is_ascii_uppercase())
}
