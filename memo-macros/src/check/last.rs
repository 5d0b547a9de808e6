//! `last`: one result for the last arguments, changed with `&mut` to its object; and the memo of the object alone that keeps it.

use proc_macro2::{Ident, Span};
use syn::{FnArg, Pat, PatIdent, PatType, Receiver, ReturnType, Type, parse_quote_spanned};

use super::parameters::{become_owner, marked};
use crate::model::{Memo, Output, Parameter};
use crate::parse::Errors;
use crate::parse::function::{Function, Mark, Named, Part};
use crate::parse::lifetimes::first_borrow;
use crate::parse::options::{Handle, Options};
use crate::parse::syntax::{Extent, bare, counted_pointer, is_named, pointee};

/// The argument that is passed by `&mut`: the marked one, or the first.
pub(super) fn choose_owner(word: &Ident, parameters: &mut [Parameter], errors: &mut Errors) -> Option<usize> {
    let marked = marked(parameters, errors);
    let is_free = |parameter: &Parameter| parameter.is_by_mut() && matches!(parameter.part, Part::Key { .. });
    let owner = marked.or_else(|| parameters.iter().position(is_free));
    let Some(owner) = owner.filter(|owner| parameters[*owner].is_by_mut()) else {
        errors.under(
            word,
            "`last` keeps one result in an object that each call has by `&mut`: take `&mut self`, or `&mut T` with an anchor inside (`Anchored<T>`, or `#[derive(HasAnchor)]`), or remove `last`",
        );
        return None;
    };
    become_owner(&mut parameters[owner].part);
    // The key is kept by value: no part of it is weak.
    for parameter in parameters {
        if let Part::Key { weak } = &mut parameter.part {
            *weak = false;
        }
    }
    Some(owner)
}

/// Refuses the mark `old` where there is no `last`.
pub(super) fn refuse_old(parameters: &[Parameter], errors: &mut Errors) {
    for parameter in parameters.iter().filter(|parameter| matches!(parameter.part, Part::Old)) {
        errors.under(
            &parameter.ty,
            "the old result comes out only where a new one takes its place: write `#[weak_memo(last)]`, with the owner by `&mut`, or remove the mark `old`",
        );
    }
}

/// What does not go with `last`.
pub(super) fn check(
    word: &Ident,
    written: &Options,
    function: &Function,
    parameters: &[Parameter],
    output: &Output,
    errors: &mut Errors,
) {
    refuse_options(word, written, function, errors);
    refuse_parameters(word, parameters, errors);
    if output.lent().is_none() {
        if let ReturnType::Type(_, ty) = &function.sig.output {
            errors.under(
                ty,
                "a result that is kept with `last` is lent from its object: write `&` before the type, whose body yields the value",
            );
        }
    }
}

fn refuse_options(word: &Ident, written: &Options, function: &Function, errors: &mut Errors) {
    if let Some(asyncness) = &function.sig.asyncness {
        errors.under(
            asyncness,
            "`last` hands `&mut` to a body that ends before the call does: await first, and pass what that gave, or remove `last`",
        );
    }
    if let Some((capacity, _)) = &written.capacity {
        errors.under(capacity, "with `last` an object has one result: remove `capacity`");
    }
    if let Some(racing) = &written.racing {
        errors.under(racing, "a call that has its object by `&mut` is alone with it: remove `single_flight`");
    }
    if let Some(context) = &written.context {
        errors.under(context, "with `last` the key is the parameters: pass this as one, and remove `context`");
    }
    if let Some((store, _)) = &written.store {
        errors.under(
            store,
            "a store shares results by the contents of an object, and with `last` the body may change that: remove one of the two",
        );
    }
    if let Some(Handle::None) = written.handle {
        errors.under(
            word,
            "`last` needs a handle, which keeps the result: write the function in an `impl` of the type, without `handle = none`, and call it from here",
        );
    }
}

fn refuse_parameters(word: &Ident, parameters: &[Parameter], errors: &mut Errors) {
    let mut keys = 0;
    let mut old = None;
    for parameter in parameters {
        match &parameter.part {
            Part::Owner { beside: Some(expr) } | Part::Computed(expr) => {
                keys += 1;
                errors.under(
                    expr,
                    "with `last` the key is the parameters: pass this value as one, and mark this parameter `#[memo(skip)]`, unless it is the owner",
                );
            }
            Part::Key { .. } | Part::Value if parameter.is_by_mut() => errors.under(
                &parameter.ty,
                "an `&mut` argument cannot take part in a key: mark it `#[memo(skip)]`, or take it by `&`",
            ),
            Part::Key { .. } | Part::Value => {
                keys += 1;
                if is_counted(&parameter.ty) {
                    errors.under(
                        &parameter.ty,
                        "a memo with `last` keeps its key by value, and this argument would live as long as the result: mark it `#[memo(skip)]`, and pass what counts of it, such as a version, as a parameter",
                    );
                } else if let Some(borrow) = first_borrow(pointee(&parameter.ty)) {
                    errors.under(
                        borrow,
                        "the key is kept, and may not borrow: take a `&T` as a parameter of its own, or a value that owns what it has",
                    );
                }
            }
            Part::Old if old.replace(parameter).is_some() => {
                errors.under(&parameter.ty, "there is one old result: keep one of the marks `old`");
            }
            Part::Old if parameter.receiver || !is_named(&parameter.ty, &["Option"]) => errors.under(
                &parameter.ty,
                "there may be no old result: write `#[memo(old)] old: Option<V>`, where `V` is what the body returns",
            ),
            Part::Owner { .. } | Part::Skipped | Part::Old => {}
        }
    }
    if keys == 0 {
        errors.under(
            word,
            "without a parameter that takes part in the key an object has one result anyway: take it by `&`, and remove `last`",
        );
    }
}

/// As far as that can be seen: the compiler asks whether others are plain keys.
fn is_counted(ty: &Type) -> bool {
    let ty = pointee(ty);
    counted_pointer(ty).is_some() || is_named(ty, &["Anchored", "LocalAnchored", "Weak"])
}

/// The memo that keeps the last key and its result, as a user would write it but for its body, which never runs.
pub(super) fn kept(memo: &Memo, carry: Option<Ident>) -> (Options, Function) {
    let owner = memo.owner();
    let mut sig = memo.function.sig.clone();
    sig.inputs = [shared(&sig.inputs[memo.owner], owner)].into_iter().collect();
    let lent = memo.output.lent().expect("checked: it is lent");
    let (lifetime, last) = (&lent.lifetime, memo.last_type());
    let span = Extent::of(&lent.written).first;
    sig.output = parse_quote_spanned!(span=> -> &#lifetime #last);
    let function = Function { sig, ..memo.function.clone() };
    let mark = Mark { word: Ident::new("owner", Span::mixed_site()), part: Part::Owner { beside: None } };
    let options = Options {
        marks: vec![Named { name: owner.name.clone(), mark }],
        local: memo.local,
        associated: memo.associated,
        name: memo.name.clone(),
        handle: memo.handle.clone().map(|name| Handle::Named(memo.handle_vis.clone(), name)),
        carry,
        // It has its owner by `&mut`, and what it owns is not that.
        may_return_owner: true,
        interior_mutability: true,
        paths: memo.paths.clone(),
        text: memo.options.clone(),
        ..Options::default()
    };
    (options, function)
}

/// The owner by `&`.
fn shared(input: &FnArg, owner: &Parameter) -> FnArg {
    let mut ty = bare(&owner.ty).clone();
    if let Type::Reference(reference) = &mut ty {
        reference.mutability = None;
    }
    match input {
        FnArg::Receiver(receiver) => {
            FnArg::Receiver(Receiver { attrs: Vec::new(), mutability: None, ty: Box::new(ty), ..receiver.clone() })
        }
        FnArg::Typed(typed) => {
            let name = owner.name.clone();
            let pat = PatIdent { attrs: Vec::new(), by_ref: None, mutability: None, ident: name, subpat: None };
            FnArg::Typed(PatType {
                attrs: Vec::new(),
                pat: Box::new(Pat::Ident(pat)),
                colon_token: typed.colon_token,
                ty: Box::new(ty),
            })
        }
    }
}
