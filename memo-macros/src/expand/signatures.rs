//! The signatures of the emitted functions, their names and how they are called.

use std::collections::BTreeSet;

use proc_macro2::{Ident, Span, TokenStream};
use syn::visit_mut::VisitMut;
use syn::{FnArg, GenericParam, Generics, LifetimeParam, PatIdent, ReturnType, Signature, Type, parse_quote_spanned};

use super::attributes::{self, Role};
use crate::model::{self, Memo, Output, Parameter};
use crate::parse::function::Part;
use crate::parse::lifetimes::{Rename, in_type_bounds, keep_only, of_leading_reference};
use crate::parse::syntax::ours;

/// The signature that callers see: plain names for patterns, and the lifetime of a lent result written out.
pub(super) fn outer(memo: &Memo) -> Signature {
    let mut sig = named_plainly(memo, Role::Outer);
    if let Some(written) = &memo.lifetimes.written_out {
        lend_for(&mut sig, memo, &Rename::new(&BTreeSet::new(), &written.lifetime), written.fresh);
    }
    // No caller passes the old result.
    let passed = sig.inputs.into_iter().zip(&memo.parameters);
    sig.inputs = passed.filter(|(_, parameter)| !matches!(parameter.part, Part::Old)).map(|(input, _)| input).collect();
    sig
}

fn named_plainly(memo: &Memo, role: Role) -> Signature {
    let mut sig = memo.function.sig.clone();
    for (input, parameter) in sig.inputs.iter_mut().zip(&memo.parameters) {
        name_plainly(role, input, parameter);
    }
    sig
}

fn name_plainly(role: Role, input: &mut FnArg, parameter: &Parameter) {
    match input {
        FnArg::Receiver(receiver) => {
            attributes::of_a_parameter(role, &mut receiver.attrs);
            if receiver.reference.is_none() {
                receiver.mutability = None;
            }
        }
        FnArg::Typed(typed) => {
            attributes::of_a_parameter(role, &mut typed.attrs);
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

/// The signature of the asking function: the outer one's, with one more argument for its caller.
///
/// A lent result is bound to the weak arguments alone: the handle knows no other bound, wherever else the user wrote
/// that lifetime.
pub(super) fn ask(memo: &Memo) -> Signature {
    let private = &memo.paths.private;
    let mut sig = named_plainly(memo, Role::Ask);
    sig.ident = hidden_name(memo, "ask");
    let bound = match &memo.output {
        Output::Owned(result) => {
            sig.output = parse_quote_spanned!(Span::mixed_site()=> -> __MemoAsk::Reply);
            if memo.is_async() { ours!(AskOwnedAsTask<#result>) } else { ours!(AskOwned<#result>) }
        }
        Output::Lent(lent) => {
            lend_for(&mut sig, memo, &Rename::new(&memo.lifetimes.replaced, &memo.lifetimes.weak), true);
            if let ReturnType::Type(_, written) = &sig.output {
                sig.output = parse_quote_spanned!(Span::mixed_site()=> -> __MemoAsk::Reply<#written>);
            }
            let yields = &lent.yields;
            if memo.is_async() { ours!(AskLentAsTask<#yields>) } else { ours!(AskLent<#yields>) }
        }
    };
    sig.generics.params.push(parse_quote_spanned!(Span::mixed_site()=> __MemoAsk: #private::#bound));
    sig.inputs.push(parse_quote_spanned!(Span::mixed_site()=> __memo_ask: __MemoAsk));
    sig
}

/// The signature of the function that asks a store before the body: the body's, with plain names.
pub(super) fn stored(memo: &Memo) -> Signature {
    let mut sig = named_plainly(memo, Role::Stored);
    sig.ident = hidden_name(memo, "stored");
    yield_owned(memo, &mut sig);
    sig
}

/// The signature of the bare body.
pub(super) fn body(memo: &Memo, name: Ident) -> Signature {
    let mut sig = memo.function.sig.clone();
    sig.ident = name;
    for (input, parameter) in sig.inputs.iter_mut().zip(&memo.parameters) {
        match input {
            FnArg::Receiver(receiver) => attributes::of_a_parameter(Role::Body, &mut receiver.attrs),
            FnArg::Typed(typed) => {
                attributes::of_a_parameter(Role::Body, &mut typed.attrs);
                let allow = attributes::used(memo, parameter, &typed.pat);
                typed.attrs.splice(..0, allow);
            }
        }
    }
    yield_owned(memo, &mut sig);
    sig
}

/// The owned form of a result that is lent.
fn yield_owned(memo: &Memo, sig: &mut Signature) {
    if let (Output::Lent(lent), ReturnType::Type(_, ty)) = (&memo.output, &mut sig.output) {
        **ty = lent.yields.clone();
    }
}

/// The type and const parameters, and the lifetimes that their bounds name.
pub(super) fn without_lifetimes(memo: &Memo) -> Generics {
    let mut generics = memo.function.sig.generics.clone();
    let kept = in_type_bounds(&generics);
    keep_only(&mut generics, &kept);
    generics
}

/// A parameter's type as it stands in the handle's type, where every lifetime must have a name.
pub(super) fn handle_argument(memo: &Memo, parameter: &Parameter) -> Type {
    let lifetimes = &memo.lifetimes;
    let mut ty = parameter.ty.clone();
    let lends = match memo.output {
        Output::Owned(_) => std::ptr::eq(parameter, memo.owner()),
        Output::Lent(_) => parameter.is_borrowed_weak(),
    };
    if lends {
        Rename::new(&lifetimes.replaced, &lifetimes.weak).leading(&mut ty);
    }
    Rename::new(&lifetimes.replaced, &lifetimes.other).visit_type_mut(&mut ty);
    ty
}

/// The result's type in the handle's type.
pub(super) fn handle_result(memo: &Memo) -> Type {
    let mut ty = memo.output.written().clone();
    if memo.output.lent().is_some() {
        Rename::new(&memo.lifetimes.replaced, &memo.lifetimes.weak).visit_type_mut(&mut ty);
    }
    ty
}

/// The name of an emitted function that users do not see.
pub(super) fn hidden_name(memo: &Memo, role: &str) -> Ident {
    model::hidden_name(&memo.function.sig.ident, memo.associated, role)
}

/// One of the emitted functions, with the type and const arguments of the function it stands in.
pub(super) fn path(memo: &Memo, name: &Ident) -> TokenStream {
    let arguments = arguments(memo);
    let turbofish = if arguments.is_empty() { TokenStream::new() } else { ours!(::<#(#arguments),*>) };
    reached(memo, name, &turbofish)
}

/// The asking function: the type of its last argument follows from the caller.
pub(super) fn path_of_ask(memo: &Memo) -> TokenStream {
    let arguments = arguments(memo);
    let turbofish = if arguments.is_empty() { TokenStream::new() } else { ours!(::<#(#arguments,)* _>) };
    reached(memo, &hidden_name(memo, "ask"), &turbofish)
}

fn reached(memo: &Memo, name: &Ident, turbofish: &TokenStream) -> TokenStream {
    // An error here is a mistake of the user's code. With one span, several unresolved functions are reported as one.
    let mut name = name.clone();
    name.set_span(name.span().resolved_at(memo.function.sig.ident.span()));
    if memo.associated { ours!(Self::#name #turbofish) } else { ours!(#name #turbofish) }
}

/// In the order they are written: types and consts may be mixed.
fn arguments(memo: &Memo) -> Vec<&Ident> {
    let params = memo.function.sig.generics.params.iter().filter_map(|param| match param {
        GenericParam::Type(param) => Some(&param.ident),
        GenericParam::Const(param) => Some(&param.ident),
        GenericParam::Lifetime(_) => None,
    });
    params.collect()
}

/// The body, called with the arguments; it comes behind the store if there is one.
pub(super) fn call_of_body(memo: &Memo) -> TokenStream {
    let body = path(memo, &hidden_name(memo, if memo.store.is_some() { "stored" } else { "body" }));
    let private = &memo.paths.private;
    let arguments = memo.parameters.iter().map(|parameter| {
        let name = &parameter.name;
        // The entry's place borrows the owner; the body may get a clone, made on a miss only.
        if std::ptr::eq(parameter, memo.owner()) && parameter.is_by_value() {
            return ours!(#private::clone_owner(&#name));
        }
        ours!(#name)
    });
    ours!(#body(#(#arguments),*))
}
