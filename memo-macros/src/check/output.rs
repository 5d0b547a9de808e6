//! The result type as it is written: which part of it is lent, and what the body yields instead.

use proc_macro2::Ident;
use quote::ToTokens;
use syn::{
    GenericArgument, PathArguments, PathSegment, ReturnType, Token, Type, TypeReference, TypeTraitObject, parse_quote,
    parse_quote_spanned,
};

use crate::model::{Form, Lent, LentError, Output};
use crate::parse::Errors;
use crate::parse::lifetimes::{first_borrow, is_static};
use crate::parse::syntax::{Extent, bare, is_named, last_segment, mentions, type_arguments};

const LENDABLE: &str =
    "only `&V`, `Option<&V>` and `Result<&V, E>` can be lent (`&str`, `&[T]`, `&Path` and `&OsStr` count as `&V`)";

/// A reference in the result that is to be lent.
struct Borrow<'a> {
    reference: &'a TypeReference,
    optional: bool,
    /// It is inside a `Result`.
    fallible: bool,
    /// The reference to the error, if that is one.
    error: Option<&'a TypeReference>,
}

/// `cache_err`: whether errors are to be kept.
pub(super) fn read(output: &ReturnType, cache_err: bool, errors: &mut Errors) -> Output {
    let ty = match output {
        ReturnType::Default => return Output::Owned(Box::new(parse_quote!(()))),
        ReturnType::Type(_, ty) => &**ty,
    };
    if is_future(ty) {
        errors.under(
            ty,
            "a future has no result to keep yet: write `async fn`, and its result; if another attribute has made a future of it, put the body into an `async fn` with `#[weak_memo]` that this one awaits",
        );
        return Output::Owned(Box::new(ty.clone()));
    }
    let Some(borrow) = Borrow::find(ty) else {
        refuse_borrow(ty, errors);
        return Output::Owned(Box::new(ty.clone()));
    };
    borrow.check(ty, cache_err, errors);
    Output::Lent(Box::new(borrow.lent(ty)))
}

/// Whether the result is a future, as far as that can be seen.
pub(super) fn is_future(ty: &Type) -> bool {
    mentions(ty.to_token_stream(), &|ident| ident == "Future" || ident == "BoxFuture" || ident == "LocalBoxFuture")
}

fn refuse_borrow(ty: &Type, errors: &mut Errors) {
    // An `impl Trait` is refused as such.
    if mentions(ty.to_token_stream(), &|ident| ident == "impl") {
        return;
    }
    if let Some(borrow) = first_borrow(ty) {
        errors.under(
            borrow,
            format_args!("a kept result cannot borrow like this: {LENDABLE}{}; or return an owned value", by_alias(ty)),
        );
    }
}

/// What may be meant by an unknown type name that takes a reference.
fn by_alias(ty: &Type) -> &'static str {
    let known = ["Option", "Result", "Vec", "Box", "Cow", "Arc", "Rc", "Ref"];
    let may_be = !is_named(ty, &known)
        && last_segment(ty)
            .and_then(|segment| type_arguments(segment).next())
            .is_some_and(|first| matches!(bare(first), Type::Reference(_)));
    if may_be { ", written out if this is an alias of one" } else { "" }
}

impl<'a> Borrow<'a> {
    fn find(ty: &'a Type) -> Option<Self> {
        if let Some((reference, optional)) = lent_reference(ty) {
            return Some(Self { reference, optional, fallible: false, error: None });
        }
        let (reference, optional) = lent_reference(first_argument(ty, "Result")?)?;
        let error = second_argument(ty).and_then(reference_of);
        Some(Self { reference, optional, fallible: true, error })
    }

    fn check(&self, ty: &Type, cache_err: bool, errors: &mut Errors) {
        if let Some(mutability) = &self.reference.mutability {
            errors.under(mutability, "a kept result cannot be lent as `&mut`: lend `&V`, or return an owned value");
        }
        let elem = bare(&self.reference.elem);
        let inner = match elem {
            Type::Slice(slice) => &slice.elem,
            other => other,
        };
        if let Some(borrow) = first_borrow(inner) {
            errors.under(borrow, "a lent value must own its data: write only the outermost `&`");
        }
        if let Type::TraitObject(object) = elem {
            let instead = boxed(object);
            errors.under(
                elem,
                format_args!("the body returns the lent value by value, and this type is unsized: write `&{instead}`"),
            );
        }
        if is_named(elem, &["Result"]) && !cache_err {
            errors.under(
                ty,
                "an `Err` is not kept, so a `&Result` cannot be lent: write `Result<&V, E>`, or `cache_err` to keep it",
            );
        }
        if self.fallible {
            self.check_error(ty, cache_err, errors);
        }
    }

    fn check_error(&self, ty: &Type, cache_err: bool, errors: &mut Errors) {
        let Some(error) = second_argument(ty) else { return };
        match self.error {
            None if cache_err => {
                errors.under(error, "with `cache_err` the error is kept, and lent like the value: write `Result<&V, &E>`");
            }
            None => {
                if let Some(borrow) = first_borrow(error) {
                    errors.under(borrow, "the `Err` is returned by value: it must own its data");
                }
            }
            Some(_) if !cache_err => errors.under(
                error,
                "the `Err` is returned by value, since it is not kept: it must own its data; or write `cache_err` to keep and lend it",
            ),
            Some(reference) => {
                if let Some(mutability) = &reference.mutability {
                    errors.under(mutability, "a kept error cannot be lent as `&mut`: write `&E`");
                }
                if let Some(borrow) = first_borrow(&reference.elem) {
                    errors.under(borrow, "a lent error must own its data: write only the outermost `&`");
                }
            }
        }
    }

    fn lent(&self, written: &Type) -> Lent {
        let (owned, form) = self.owned_and_form();
        let kept: Type = if self.optional {
            let option = if self.fallible { first_argument(written, "Result") } else { Some(written) };
            replace_first_argument(option.unwrap_or(written), &owned)
        } else {
            owned
        };
        let mut yields = if self.fallible { replace_first_argument(written, &kept) } else { kept.clone() };
        let (mut kept, mut error) = (kept, if self.fallible { LentError::ByValue } else { LentError::None });
        if let Some(reference) = self.error {
            let (owned, form) = owned_and_form(reference);
            yields = replace_argument(&yields, 1, &owned);
            (kept, error) = (yields.clone(), LentError::Lent(Box::new(form)));
        }
        Lent {
            written: written.clone(),
            lifetime: self.reference.lifetime.clone().filter(|lifetime| lifetime.ident != "_"),
            yields,
            kept,
            form,
            error,
        }
    }

    fn owned_and_form(&self) -> (Type, Form) {
        let (owned, mut form) = owned_and_form(self.reference);
        if self.optional {
            form.name = match form.name {
                "as_str" => "option_str",
                "as_slice" => "option_slice",
                "as_borrowed" => "option_borrowed",
                _ => "option_ref",
            };
        }
        (owned, form)
    }
}

/// What a reference borrows from, and how.
fn owned_and_form(reference: &TypeReference) -> (Type, Form) {
    let elem = bare(&reference.elem);
    // Spans of the reference: if the body yields another type, the compiler reports it there.
    let Extent { first, last } = Extent::of(reference);
    let (open, close) = (Token![<](last), Token![>](last));
    if is_str(elem) {
        // The user's `String` may be another type.
        let name = Ident::new("String", last);
        return (parse_quote_spanned!(first=> ::std::string::#name), Form::named("as_str"));
    }
    if let Type::Slice(slice) = elem {
        let item = &slice.elem;
        return (parse_quote_spanned!(first=> ::std::vec::Vec #open #item #close), Form::named("as_slice"));
    }
    if is_borrowed_form(elem) {
        // A type of the user's may have that name. If it is `Clone`, it is its own owned form.
        let name = Ident::new("Owned", last);
        let owned = parse_quote_spanned!(first=> <#elem as ::std::borrow::ToOwned>::#name);
        return (owned, Form { name: "as_borrowed", of: Some(elem.clone()) });
    }
    (elem.clone(), Form::named("as_ref"))
}

/// `&V` or `Option<&V>`, and whether it is the latter. A `&'static V` is a value like any other.
fn lent_reference(ty: &Type) -> Option<(&TypeReference, bool)> {
    if let Some(found) = reference_of(ty) {
        return Some((found, false));
    }
    Some((reference_of(first_argument(ty, "Option")?)?, true))
}

fn reference_of(ty: &Type) -> Option<&TypeReference> {
    match bare(ty) {
        Type::Reference(reference) if !is_static(reference.lifetime.as_ref()) => Some(reference),
        _ => None,
    }
}

fn first_argument<'a>(ty: &'a Type, name: &str) -> Option<&'a Type> {
    let segment = last_segment(ty).filter(|segment| segment.ident == name)?;
    type_arguments(segment).next()
}

fn second_argument(ty: &Type) -> Option<&Type> {
    type_arguments(last_segment(ty)?).nth(1)
}

fn replace_first_argument(ty: &Type, by: &Type) -> Type {
    replace_argument(ty, 0, by)
}

fn replace_argument(ty: &Type, at: usize, by: &Type) -> Type {
    let mut ty = bare(ty).clone();
    if let Type::Path(path) = &mut ty {
        let argument = path.path.segments.last_mut().and_then(|segment| argument_mut(segment, at));
        if let Some(argument) = argument {
            *argument = GenericArgument::Type(by.clone());
        }
    }
    ty
}

fn argument_mut(segment: &mut PathSegment, at: usize) -> Option<&mut GenericArgument> {
    match &mut segment.arguments {
        PathArguments::AngleBracketed(arguments) => arguments.args.iter_mut().nth(at),
        _ => None,
    }
}

fn is_str(ty: &Type) -> bool {
    matches!(ty, Type::Path(path) if path.path.is_ident("str"))
}

/// A box of the trait object with `Send + Sync`.
fn boxed(object: &TypeTraitObject) -> String {
    let mut bounds = object.bounds.to_token_stream().to_string();
    for (written, tidy) in
        [(" :: ", "::"), (":: ", "::"), ("& ", "&"), (" < ", "<"), ("< ", "<"), (" >", ">"), (" ,", ","), (" (", "(")]
    {
        bounds = bounds.replace(written, tidy);
    }
    for bound in ["Send", "Sync"] {
        if !mentions(object.bounds.to_token_stream(), &|ident| ident == bound) {
            bounds = format!("{bounds} + {bound}");
        }
    }
    format!("Box<dyn {bounds}>")
}

/// Whether this is written like one of std's unsized types whose owned form is found by type.
fn is_borrowed_form(elem: &Type) -> bool {
    let segment = last_segment(elem).filter(|segment| segment.arguments.is_none());
    segment.is_some_and(|segment| ["Path", "OsStr", "CStr"].iter().any(|name| segment.ident == name))
}
