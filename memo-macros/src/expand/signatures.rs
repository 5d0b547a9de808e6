use std::collections::BTreeSet;

use proc_macro2::{Ident, Span};
use quote::format_ident;
use syn::visit_mut::VisitMut;
use syn::{FnArg, GenericParam, LifetimeParam, PatIdent, ReturnType, Signature, Type, parse_quote_spanned};

use super::attributes::{self, Function};
use super::{lints, ours};
use crate::lifetimes::{Rename, of_leading_reference};
use crate::model::{Memo, Parameter};
use crate::outcome::Outcome;

/// The signature that callers see: plain names for patterns, and the lifetime of a lent result written out.
pub(super) fn outer(memo: &Memo) -> Signature {
    let mut sig = named_plainly(memo, Function::Outer);
    if let Some(written) = &memo.lifetimes.written_out {
        lend_for(&mut sig, memo, &Rename::new(&BTreeSet::new(), &written.lifetime), written.fresh);
    }
    sig
}

fn named_plainly(memo: &Memo, function: Function) -> Signature {
    let mut sig = memo.function.sig.clone();
    for (input, parameter) in sig.inputs.iter_mut().zip(&memo.parameters) {
        name_plainly(function, input, parameter);
    }
    sig
}

fn name_plainly(function: Function, input: &mut FnArg, parameter: &Parameter) {
    match input {
        FnArg::Receiver(receiver) if receiver.reference.is_none() => receiver.mutability = None,
        FnArg::Receiver(_) => {}
        FnArg::Typed(typed) => {
            attributes::of_a_parameter(function, &mut typed.attrs);
            *typed.pat = plain_pattern(&parameter.name).into();
        }
    }
}

fn plain_pattern(name: &Ident) -> PatIdent {
    PatIdent { attrs: Vec::new(), by_ref: None, mutability: None, ident: name.clone(), subpat: None }
}

/// Borrows the result from the weak arguments for the lifetime that `rename` writes; a fresh one is declared.
fn lend_for(sig: &mut Signature, memo: &Memo, rename: &Rename, fresh: bool) {
    for (input, parameter) in sig.inputs.iter_mut().zip(&memo.parameters) {
        if !parameter.is_borrowed_weak() {
            continue;
        }
        match input {
            FnArg::Receiver(receiver) => {
                rename.leading(&mut receiver.ty);
                if let Some((_, lifetime)) = &mut receiver.reference {
                    *lifetime = of_leading_reference(&receiver.ty).cloned();
                }
            }
            FnArg::Typed(typed) => rename.leading(&mut typed.ty),
        }
    }
    rename.clone().visit_return_type_mut(&mut sig.output);
    if fresh {
        sig.generics.params.insert(0, GenericParam::Lifetime(LifetimeParam::new(rename.to.clone())));
    }
}

/// The signature of the function that asks: as the outer one's, and who asks.
///
/// A lent result is bound to the weak arguments alone: the handle knows no more of it, whatever else the user gave that
/// lifetime to.
pub(super) fn ask(memo: &Memo) -> Signature {
    let private = &memo.paths.private;
    let mut sig = named_plainly(memo, Function::Ask);
    sig.ident = hidden_name(memo, "ask");
    let bound = match &memo.outcome {
        Outcome::Owned(result) => {
            sig.output = parse_quote_spanned!(Span::mixed_site()=> -> __MemoAsk::Reply);
            ours!(AskOwned<#result>)
        }
        Outcome::Lent(lent) => {
            lend_for(&mut sig, memo, &Rename::new(&memo.lifetimes.replaced, &memo.lifetimes.weak), true);
            if let ReturnType::Type(_, written) = &sig.output {
                let yields = &lent.yields;
                sig.output = parse_quote_spanned!(Span::mixed_site()=> -> __MemoAsk::Reply<#written, #yields>);
            }
            ours!(AskLent)
        }
    };
    sig.generics.params.push(parse_quote_spanned!(Span::mixed_site()=> __MemoAsk: #private::#bound));
    sig.inputs.push(parse_quote_spanned!(Span::mixed_site()=> __memo_ask: __MemoAsk));
    sig
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

/// Where the function stands is not seen from its attribute. Where it is in the wrong place the compiler tells this name, which
/// therefore says what to write.
pub(super) fn hidden_name(memo: &Memo, role: &str) -> Ident {
    let name = &memo.function.sig.ident;
    let advice =
        if memo.associated { "in_the_impl_of_a_trait_write_handle_none" } else { "in_an_impl_write_associated" };
    // With a span of the expansion's: what can be said of a name is said of the user's alone.
    let span = Span::mixed_site().located_at(name.span());
    format_ident!("__memo_{}_{}__{}", role, syn::ext::IdentExt::unraw(name), advice, span = span)
}
