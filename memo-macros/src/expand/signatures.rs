use proc_macro2::{Ident, Span};
use quote::format_ident;
use syn::visit_mut::VisitMut;
use syn::{FnArg, GenericParam, LifetimeParam, PatIdent, ReturnType, Signature, Type};

use super::attributes::{self, Function};
use super::lints;
use crate::lifetimes::Rename;
use crate::model::{Memo, Parameter, WrittenOut};
use crate::outcome::Outcome;

/// The signature that callers see: plain names for patterns, and the lifetime of a lent result written out.
pub(super) fn outer(memo: &Memo) -> Signature {
    let mut sig = memo.function.sig.clone();
    for (input, parameter) in sig.inputs.iter_mut().zip(&memo.parameters) {
        name_plainly(input, parameter);
    }
    if let Some(written) = &memo.lifetimes.written_out {
        write_lifetime_out(&mut sig, memo, written);
    }
    sig
}

fn name_plainly(input: &mut FnArg, parameter: &Parameter) {
    match input {
        FnArg::Receiver(receiver) if receiver.reference.is_none() => receiver.mutability = None,
        FnArg::Receiver(_) => {}
        FnArg::Typed(typed) => {
            attributes::of_a_parameter(Function::Outer, &mut typed.attrs);
            *typed.pat = plain_pattern(&parameter.name).into();
        }
    }
}

fn plain_pattern(name: &Ident) -> PatIdent {
    PatIdent { attrs: Vec::new(), by_ref: None, mutability: None, ident: name.clone(), subpat: None }
}

fn write_lifetime_out(sig: &mut Signature, memo: &Memo, written: &WrittenOut) {
    let none = Default::default();
    let mut rename = Rename::new(&none, &written.lifetime);
    for (input, parameter) in sig.inputs.iter_mut().zip(&memo.parameters) {
        if !parameter.is_borrowed_weak() {
            continue;
        }
        match input {
            FnArg::Receiver(receiver) => {
                rename.leading(&mut receiver.ty);
                if let Some((_, lifetime)) = &mut receiver.reference {
                    *lifetime = Some(written.lifetime.clone());
                }
            }
            FnArg::Typed(typed) => rename.leading(&mut typed.ty),
        }
    }
    rename.visit_return_type_mut(&mut sig.output);
    if written.fresh {
        let param = LifetimeParam::new(written.lifetime.clone());
        sig.generics.params.insert(0, GenericParam::Lifetime(param));
    }
}

/// The signature of the bare body.
pub(super) fn body(memo: &Memo, name: Ident) -> Signature {
    let mut sig = memo.function.sig.clone();
    sig.ident = name;
    for (input, parameter) in sig.inputs.iter_mut().zip(&memo.parameters) {
        if let FnArg::Typed(typed) = input {
            attributes::of_a_parameter(Function::Body, &mut typed.attrs);
            let allow = lints::of_a_parameter(memo, parameter, &typed.pat);
            typed.attrs.splice(..0, allow);
        }
    }
    if let (Outcome::Lent(lent), ReturnType::Type(_, ty)) = (&memo.outcome, &mut sig.output) {
        **ty = lent.yields.clone();
    }
    sig
}

/// A parameter's type as it stands in the handle's type, where every lifetime must have a name.
pub(super) fn handle_argument(memo: &Memo, parameter: &Parameter) -> Type {
    let lifetimes = &memo.lifetimes;
    let mut ty = parameter.ty.clone();
    let lends = match memo.outcome {
        Outcome::Owned(_) => std::ptr::eq(parameter, memo.owner()),
        Outcome::Lent(_) => parameter.is_borrowed_weak(),
    };
    if lends {
        Rename::new(&lifetimes.replaced, &lifetimes.weak).leading(&mut ty);
    }
    Rename::new(&lifetimes.replaced, &lifetimes.other).visit_type_mut(&mut ty);
    ty
}

/// The result's type in the handle's type.
pub(super) fn handle_result(memo: &Memo) -> Type {
    let mut ty = memo.outcome.written().clone();
    if memo.outcome.lent().is_some() {
        Rename::new(&memo.lifetimes.replaced, &memo.lifetimes.weak).visit_type_mut(&mut ty);
    }
    ty
}

pub(super) fn hidden_name(memo: &Memo, role: &str) -> Ident {
    let name = &memo.function.sig.ident;
    // With a span of the expansion's: what can be said of a name is said of the user's alone.
    let span = Span::mixed_site().located_at(name.span());
    format_ident!("__memo_{}_{}", role, syn::ext::IdentExt::unraw(name), span = span)
}
