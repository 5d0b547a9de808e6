use proc_macro2::Span;
use quote::format_ident;
use syn::{FnArg, Ident, Pat, PatType, Receiver, Signature, Type};

use crate::errors::Errors;
use crate::looks::Looks;
use crate::marks::{self, Mark, Says};
use crate::model::{MOST_PARTS, Parameter, Part, Passed};
use crate::spans::Extent;
use crate::syntax::bare;

/// Reads the parameters and takes our marks off them.
pub(super) fn read(sig: &mut Signature, errors: &mut Errors) -> Vec<Parameter> {
    let inputs = sig.inputs.iter_mut().enumerate();
    inputs
        .map(|(index, input)| match input {
            FnArg::Receiver(receiver) => read_receiver(receiver, errors),
            FnArg::Typed(typed) => read_typed(index, typed, errors),
        })
        .collect()
}

fn read_receiver(receiver: &mut Receiver, errors: &mut Errors) -> Parameter {
    let mut conditions = Vec::new();
    let mark = marks::take(&mut receiver.attrs, &mut conditions, errors);
    if Passed::of(&receiver.ty) == Passed::MutableReference
        && !matches!(mark, Some(Mark { says: Says::Skip | Says::Key(_), .. }))
    {
        let mut written = receiver.clone();
        written.attrs.clear();
        errors.under(
            written,
            "results belong to an object that does not change while they are there, and `&mut self` may change it: take `&self`",
        );
    }
    let mut whole = receiver.clone();
    whole.attrs.clear();
    Parameter {
        name: Ident::new("self", receiver.self_token.span),
        pattern: None,
        ty: (*receiver.ty).clone(),
        extent: Extent::of(whole),
        receiver: true,
        passed: Passed::of(&receiver.ty),
        part: part(mark, &receiver.ty),
        conditions,
    }
}

fn read_typed(index: usize, typed: &mut PatType, errors: &mut Errors) -> Parameter {
    let mut conditions = Vec::new();
    let mark = marks::take(&mut typed.attrs, &mut conditions, errors);
    if Passed::of(&typed.ty) == Passed::MutableReference {
        refuse_mutable(mark.as_ref(), &typed.ty, errors);
    }
    let (name, pattern) = name_and_pattern(index, &typed.pat);
    Parameter {
        name,
        pattern,
        ty: (*typed.ty).clone(),
        extent: Extent::of(&typed.ty),
        receiver: false,
        passed: Passed::of(&typed.ty),
        part: part(mark, &typed.ty),
        conditions,
    }
}

fn name_and_pattern(index: usize, pat: &Pat) -> (Ident, Option<Pat>) {
    match pat {
        Pat::Ident(ident) if ident.by_ref.is_none() && ident.subpat.is_none() => {
            (ident.ident.clone(), ident.mutability.is_some().then(|| pat.clone()))
        }
        Pat::Wild(_) => (our_name(index), None),
        other => (our_name(index), Some(other.clone())),
    }
}

/// Shown by rustdoc. No name of the user's: a `const` or `struct` of one would be taken for the pattern.
fn our_name(index: usize) -> Ident {
    format_ident!("__memo_arg{}", index + 1, span = Span::mixed_site())
}

fn refuse_mutable(mark: Option<&Mark>, ty: &Type, errors: &mut Errors) {
    let message = "an `&mut` argument cannot take part in a key: mark it `#[memo(skip)]`, or take it by `&`";
    match mark {
        None => errors.under(ty, message),
        Some(Mark { word, says: Says::Value | Says::Owner(_) }) => errors.under(word, message),
        Some(Mark { says: Says::Skip | Says::Key(_), .. }) => {}
    }
}

fn part(mark: Option<Mark>, ty: &Type) -> Part {
    match mark.map(|mark| mark.says) {
        None => Part::Key { weak: Looks::of(ty) != Looks::Plain },
        Some(Says::Value) => Part::Value,
        Some(Says::Key(expr)) => Part::Computed(expr),
        Some(Says::Skip) => Part::Skipped,
        Some(Says::Owner(beside)) => Part::Owner { beside },
    }
}

impl Passed {
    fn of(ty: &Type) -> Self {
        match bare(ty) {
            Type::Reference(reference) if reference.mutability.is_some() => Self::MutableReference,
            Type::Reference(_) => Self::Reference,
            _ => Self::Value,
        }
    }
}

pub(super) fn check_count(parameters: &[Parameter], errors: &mut Errors) {
    let mut extra = parameters.iter().filter(|parameter| parameter.part.is_extra());
    if let Some(first_too_many) = extra.nth(MOST_PARTS) {
        errors.under(
            &first_too_many.ty,
            format_args!("at most {MOST_PARTS} arguments besides the owner can take part in the key: put some of them into a struct with `#[derive(MemoKey)]`, or mark what does not matter `#[memo(skip)]`"),
        );
    }
}
