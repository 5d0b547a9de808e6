//! What a result may hold: not its owner, and no type that may hide an `Err`.

use std::collections::BTreeSet;

use syn::visit::{self, Visit};
use syn::{Ident, Type, TypePath, parse_quote};

use crate::model::{NotTheOwner, Output, Parameter};
use crate::parse::Errors;
use crate::parse::function::Function;
use crate::parse::lifetimes::first_borrow;
use crate::parse::options::Options;
use crate::parse::syntax::{
    Looks, bare, counted_pointer, is_known_container, is_named, last_segment, pointee, same, type_arguments,
};

/// Refuses results that could never be dropped, and those that may hide an `Err`.
pub(super) fn check(options: &Options, function: &Function, owner: &Parameter, output: &Output, errors: &mut Errors) {
    if !options.may_return_owner && options.weak_value.is_none() {
        refuse_owner_inside(owner, output, errors);
    }
    match output {
        Output::Owned(ty) if options.cache_if.is_none() && options.cache_err.is_none() => {
            refuse_unknown_err(function, ty, errors);
        }
        _ => {}
    }
}

/// Whether the owner borrows from elsewhere: results live longer, so none of them is the owner itself.
pub(super) fn borrows(owner: &Parameter) -> bool {
    first_borrow(pointee(&owner.ty)).is_some()
}

/// Law 16: a result that holds its own argument strongly can never be dropped.
fn refuse_owner_inside(owner: &Parameter, output: &Output, errors: &mut Errors) {
    for found in Held::by(owner, output).certain {
        match output {
            Output::Lent(lent) if same(&found, bare(&lent.kept)) => errors.under(
                &found,
                "a lent result that is its own owner can never be dropped: return it by clone, without the `&`, or write `may_return_owner` if it is never the owner itself",
            ),
            _ => errors.under(
                &found,
                "a result that holds its own owner can never be dropped: return a `Weak`, or write `may_return_owner` if it is never the owner itself",
            ),
        }
    }
}

/// The types written in a result that the compiler has to compare with the owner's.
pub(super) fn to_compare(function: &Function, owner: &Parameter, output: &Output) -> Vec<NotTheOwner> {
    let parameters: BTreeSet<_> = function.sig.generics.type_params().map(|param| &param.ident).collect();
    let is_parameter = |ty: &Type| matches!(ty, Type::Path(path) if path.path.get_ident().is_some_and(|name| parameters.contains(name)));
    let mut questions = Held::by(owner, output).uncertain;
    questions.retain(|question| !is_parameter(&question.held));
    questions
}

/// The part of a result that is kept, without what may be a mark: see `OrMark` in the runtime.
struct Held<'a> {
    /// As written, behind its `&`.
    owner: &'a Type,
    pointer: Option<(&'a Ident, &'a Type)>,
    /// The result, where it is returned by clone.
    result: Option<&'a Type>,
    /// Inside a type that may be an alias of `Result`.
    in_alias: bool,
    /// Pointers to the same object, as it is written.
    certain: Vec<Type>,
    /// Pointers to types that are written differently, and names that may stand for a pointer.
    uncertain: Vec<NotTheOwner>,
}

impl<'a> Held<'a> {
    fn by(owner: &'a Parameter, output: &'a Output) -> Self {
        let owner = pointee(&owner.ty);
        let pointer = counted_pointer(owner);
        let mut held =
            Self { owner, pointer, result: None, in_alias: false, certain: Vec::new(), uncertain: Vec::new() };
        match output {
            Output::Owned(ty) => {
                held.result = Some(ty);
                held.visit_beside_mark(ty);
            }
            Output::Lent(lent) => held.visit_type(&lent.kept),
        }
        held
    }

    /// By clone, a result of the owner's own pointer type, alone or in an `Option` or `Result`, is kept as a mark.
    fn visit_beside_mark(&mut self, ty: &Type) {
        let ty = bare(ty);
        if is_named(ty, &["Option", "Result"]) {
            let mut arguments = last_segment(ty).into_iter().flat_map(type_arguments);
            if let Some(first) = arguments.next() {
                self.visit_beside_mark(first);
            }
            arguments.for_each(|other| self.visit_type(other));
            return;
        }
        let may_be_mark = match counted_pointer(ty) {
            Some(_) => self.pointer.is_some() || !self.is_certain(ty),
            None => is_bare_name(ty),
        };
        if !may_be_mark {
            self.in_alias = !is_known_container(ty);
            self.visit_type(ty);
            self.in_alias = false;
        }
    }

    fn is_certain(&self, ty: &Type) -> bool {
        match (counted_pointer(ty), self.pointer) {
            (Some((name, target)), Some((owners, object))) => name == owners && same(target, object),
            (Some((_, target)), None) => same(target, self.owner),
            (None, _) => false,
        }
    }

    fn ask(&mut self, held: &Type) {
        let whole = self.result.filter(|_| self.in_alias);
        let unless = whole.map_or_else(|| parse_quote!(()), Clone::clone);
        self.uncertain.push(NotTheOwner { held: held.clone(), unless });
    }
}

impl Visit<'_> for Held<'_> {
    fn visit_type(&mut self, ty: &Type) {
        let written = bare(ty);
        // An alias of `Result` cannot be told from a container of that name.
        let may_be_mark = self.in_alias && self.pointer.is_some();
        if self.is_certain(written) && !may_be_mark {
            self.certain.push(written.clone());
        } else if counted_pointer(written).is_some() {
            self.ask(written);
            visit::visit_type(self, ty);
        } else if is_bare_name(written) {
            if same(written, self.owner) || (self.result.is_some() && self.pointer.is_some()) {
                self.ask(written);
            }
        } else {
            visit::visit_type(self, ty);
        }
    }
}

/// A name that may stand for any type.
fn is_bare_name(ty: &Type) -> bool {
    matches!(ty, Type::Path(path) if path.qself.is_none())
        && last_segment(ty).is_some_and(|segment| segment.arguments.is_none())
        && Looks::of_pointee(ty) == Looks::Object
}

/// Law 15 goes by the result's type, which a generic function does not know where the macro's code is compiled.
fn refuse_unknown_err(function: &Function, result: &Type, errors: &mut Errors) {
    let Type::Path(path) = bare(result) else { return };
    let parameters: BTreeSet<_> = function.sig.generics.type_params().map(|param| param.ident.clone()).collect();
    if is_parameter(path, &parameters, function) || is_projection(path, &parameters) {
        errors.under(
            result,
            "this type may turn out to be a `Result`, and an `Err` is not kept: write `cache_err` to keep everything, or `cache_if = |value| ..`",
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

/// Modules are not written in camel case: the last segment after such a name is an associated type.
fn is_camel_case(name: &Ident) -> bool {
    name.to_string().starts_with(|first: char| first.is_ascii_uppercase())
}
