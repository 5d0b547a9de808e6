//! Lifetimes as they are written: finding and renaming them.
//!
//! Elided lifetimes inside `fn(&T)` and `Fn(&T)` belong to those types, like those of a `for<'x>`, and are left alone
//! everywhere here.

use std::collections::BTreeSet;

use proc_macro2::{Ident, TokenStream};
use quote::ToTokens;
use syn::visit::{self, Visit};
use syn::visit_mut::{self, VisitMut};
use syn::{
    BoundLifetimes, FnArg, GenericParam, Generics, Lifetime, LifetimeParam, ParenthesizedGenericArguments, Signature,
    TraitBound, Type, TypeBareFn, TypeReference, WherePredicate,
};

use super::syntax::bare;

pub(crate) fn is_elided(lifetime: Option<&Lifetime>) -> bool {
    lifetime.is_none_or(|lifetime| lifetime.ident == "_")
}

pub(crate) fn is_static(lifetime: Option<&Lifetime>) -> bool {
    lifetime.is_some_and(|lifetime| lifetime.ident == "static")
}

/// The names of the lifetimes that the function itself declares.
pub(crate) fn declared(generics: &Generics) -> BTreeSet<Ident> {
    generics.lifetimes().map(|param| param.lifetime.ident.clone()).collect()
}

/// The lifetimes of `generics` that bounds on its types name. A type parameter needs them wherever it is declared.
pub(crate) fn in_type_bounds(generics: &Generics) -> BTreeSet<Ident> {
    let mut found = Names::default();
    for param in generics.type_params() {
        param.bounds.iter().for_each(|bound| found.visit_type_param_bound(bound));
    }
    for predicate in generics.where_clause.iter().flat_map(|clause| &clause.predicates) {
        if let WherePredicate::Type(predicate) = predicate {
            found.visit_predicate_type(predicate);
        }
    }
    &found.0 & &declared(generics)
}

/// Every lifetime name in a signature, those of inner `for<'x>` included.
pub(crate) fn in_signature(sig: &Signature) -> BTreeSet<Ident> {
    let mut found = Names::default();
    found.visit_signature(sig);
    found.0
}

#[derive(Default)]
struct Names(BTreeSet<Ident>);

impl Visit<'_> for Names {
    fn visit_lifetime(&mut self, lifetime: &Lifetime) {
        self.0.insert(lifetime.ident.clone());
    }
}

/// `generics` with only those of its lifetimes that are in `kept`.
pub(crate) fn keep_only(generics: &mut Generics, kept: &BTreeSet<Ident>) {
    let holds = |lifetime: &Lifetime| kept.contains(&lifetime.ident) || !declared(generics).contains(&lifetime.ident);
    let params = generics.params.iter().filter_map(|param| match param {
        GenericParam::Lifetime(param) if !kept.contains(&param.lifetime.ident) => None,
        GenericParam::Lifetime(param) => Some(GenericParam::Lifetime(LifetimeParam {
            bounds: param.bounds.iter().filter(|bound| holds(bound)).cloned().collect(),
            ..param.clone()
        })),
        other => Some(other.clone()),
    });
    let params = params.collect();
    let clause = generics.where_clause.clone().map(|mut clause| {
        clause.predicates = clause
            .predicates
            .into_iter()
            .filter(|predicate| match predicate {
                WherePredicate::Lifetime(predicate) => {
                    holds(&predicate.lifetime) && predicate.bounds.iter().all(&holds)
                }
                _ => true,
            })
            .collect();
        clause
    });
    generics.params = params;
    generics.where_clause = clause.filter(|clause| !clause.predicates.is_empty());
}

/// The first place in a type that borrows from somewhere: a reference or lifetime that is not `'static`.
pub(crate) fn first_borrow(ty: &Type) -> Option<TokenStream> {
    let mut finder = Borrows::default();
    finder.visit_type(ty);
    finder.found.into_iter().next()
}

/// How many lifetimes are in the parameters' types, written or elided.
pub(crate) fn count_in_inputs(sig: &Signature) -> usize {
    let mut finder = Borrows::default();
    for input in &sig.inputs {
        match input {
            FnArg::Receiver(receiver) => finder.visit_type(&receiver.ty),
            FnArg::Typed(typed) => finder.visit_type(&typed.ty),
        }
    }
    finder.found.len()
}

#[derive(Default)]
struct Borrows {
    found: Vec<TokenStream>,
    own_elision: bool,
    /// The lifetimes that the enclosing `for<'x>` declare.
    bound: Vec<Ident>,
}

impl Borrows {
    /// Whether a lifetime belongs to an enclosing type, and not to the function.
    fn is_own(&self, lifetime: Option<&Lifetime>) -> bool {
        match lifetime {
            Some(lifetime) if !is_elided(Some(lifetime)) => self.bound.contains(&lifetime.ident),
            _ => self.own_elision,
        }
    }

    /// Visits the scope of a `for<'x>`.
    fn within(&mut self, lifetimes: Option<&BoundLifetimes>, visit: impl FnOnce(&mut Self)) {
        let outside = self.bound.len();
        for param in lifetimes.iter().flat_map(|bound| &bound.lifetimes) {
            if let GenericParam::Lifetime(param) = param {
                self.bound.push(param.lifetime.ident.clone());
            }
        }
        visit(self);
        self.bound.truncate(outside);
    }
}

impl Visit<'_> for Borrows {
    fn visit_type_reference(&mut self, reference: &TypeReference) {
        if !self.is_own(reference.lifetime.as_ref()) && !is_static(reference.lifetime.as_ref()) {
            self.found.push(reference.to_token_stream());
        }
        self.visit_type(&reference.elem);
    }

    fn visit_lifetime(&mut self, lifetime: &Lifetime) {
        if !self.is_own(Some(lifetime)) && !is_static(Some(lifetime)) {
            self.found.push(lifetime.to_token_stream());
        }
    }

    fn visit_bound_lifetimes(&mut self, _: &BoundLifetimes) {}

    fn visit_type_bare_fn(&mut self, ty: &TypeBareFn) {
        let before = std::mem::replace(&mut self.own_elision, true);
        self.within(ty.lifetimes.as_ref(), |this| visit::visit_type_bare_fn(this, ty));
        self.own_elision = before;
    }

    fn visit_trait_bound(&mut self, bound: &TraitBound) {
        self.within(bound.lifetimes.as_ref(), |this| visit::visit_trait_bound(this, bound));
    }

    fn visit_parenthesized_generic_arguments(&mut self, arguments: &ParenthesizedGenericArguments) {
        let before = std::mem::replace(&mut self.own_elision, true);
        visit::visit_parenthesized_generic_arguments(self, arguments);
        self.own_elision = before;
    }
}

/// Gives every elided lifetime of a type, and every one named in `names`, the name `to`.
#[derive(Clone)]
pub(crate) struct Rename<'a> {
    pub(crate) names: &'a BTreeSet<Ident>,
    pub(crate) to: &'a Lifetime,
    own_elision: bool,
}

impl<'a> Rename<'a> {
    pub(crate) fn new(names: &'a BTreeSet<Ident>, to: &'a Lifetime) -> Self {
        Self { names, to, own_elision: false }
    }

    fn applies(&self, lifetime: Option<&Lifetime>) -> bool {
        if is_elided(lifetime) {
            return !self.own_elision;
        }
        lifetime.is_some_and(|lifetime| self.names.contains(&lifetime.ident))
    }

    /// Renames the lifetime of the leading `&` alone.
    pub(crate) fn leading(&self, ty: &mut Type) {
        if let Some(reference) = leading_reference(ty).filter(|reference| self.applies(reference.lifetime.as_ref())) {
            reference.lifetime = Some(self.to.clone());
        }
    }
}

impl VisitMut for Rename<'_> {
    fn visit_type_reference_mut(&mut self, reference: &mut TypeReference) {
        if self.applies(reference.lifetime.as_ref()) {
            reference.lifetime = Some(self.to.clone());
        }
        self.visit_type_mut(&mut reference.elem);
    }

    fn visit_lifetime_mut(&mut self, lifetime: &mut Lifetime) {
        if self.applies(Some(lifetime)) {
            *lifetime = self.to.clone();
        }
    }

    fn visit_type_bare_fn_mut(&mut self, ty: &mut TypeBareFn) {
        let before = std::mem::replace(&mut self.own_elision, true);
        visit_mut::visit_type_bare_fn_mut(self, ty);
        self.own_elision = before;
    }

    fn visit_parenthesized_generic_arguments_mut(&mut self, arguments: &mut ParenthesizedGenericArguments) {
        let before = std::mem::replace(&mut self.own_elision, true);
        visit_mut::visit_parenthesized_generic_arguments_mut(self, arguments);
        self.own_elision = before;
    }
}

/// How often a lifetime is named in a type.
pub(crate) fn count(ty: &Type, lifetime: &Lifetime) -> usize {
    let mut all = All::default();
    all.visit_type(ty);
    all.0.iter().filter(|name| **name == lifetime.ident).count()
}

/// How often any lifetime is named in a type.
pub(crate) fn count_all(ty: &Type) -> usize {
    let mut all = All::default();
    all.visit_type(ty);
    all.0.len()
}

#[derive(Default)]
struct All(Vec<Ident>);

impl Visit<'_> for All {
    fn visit_lifetime(&mut self, lifetime: &Lifetime) {
        self.0.push(lifetime.ident.clone());
    }
}

/// Leaves a lifetime out of these types. `false`: it stays, since somewhere it would then mean another.
pub(crate) fn elide<'t>(lifetime: &Lifetime, types: impl Iterator<Item = &'t mut Type>) -> bool {
    let mut types: Vec<_> = types.collect();
    let mut elided: Vec<Type> = types.iter().map(|ty| (**ty).clone()).collect();
    elided.iter_mut().for_each(|ty| Elide(lifetime).visit_type_mut(ty));
    let all = elided.iter().all(|ty| count(ty, lifetime) == 0);
    if all {
        types.iter_mut().zip(elided).for_each(|(ty, elided)| **ty = elided);
    }
    all
}

struct Elide<'a>(&'a Lifetime);

impl VisitMut for Elide<'_> {
    fn visit_type_reference_mut(&mut self, reference: &mut TypeReference) {
        reference.lifetime.take_if(|lifetime| lifetime.ident == self.0.ident);
        visit_mut::visit_type_reference_mut(self, reference);
    }

    fn visit_lifetime_mut(&mut self, lifetime: &mut Lifetime) {
        if lifetime.ident == self.0.ident {
            lifetime.ident = Ident::new("_", lifetime.ident.span());
        }
    }

    fn visit_type_bare_fn_mut(&mut self, _: &mut TypeBareFn) {}

    fn visit_parenthesized_generic_arguments_mut(&mut self, _: &mut ParenthesizedGenericArguments) {}
}

pub(crate) fn leading_reference(ty: &mut Type) -> Option<&mut TypeReference> {
    match ty {
        Type::Group(group) => leading_reference(&mut group.elem),
        Type::Paren(paren) => leading_reference(&mut paren.elem),
        Type::Reference(reference) => Some(reference),
        _ => None,
    }
}

/// The lifetime written on the leading `&`, `'_` counting as none.
pub(crate) fn of_leading_reference(ty: &Type) -> Option<&Lifetime> {
    match bare(ty) {
        Type::Reference(reference) => reference.lifetime.as_ref().filter(|lifetime| lifetime.ident != "_"),
        _ => None,
    }
}
