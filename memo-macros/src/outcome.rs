use proc_macro2::TokenStream;
use quote::{ToTokens, format_ident, quote};
use syn::{GenericArgument, Lifetime, PathArguments, ReturnType, Type, TypeReference, parse_quote};

use crate::errors::Errors;
use crate::lifetimes::{first_borrow, is_static};
use crate::syntax::{bare, is_named};

const LENDABLE: &str = "only `&V`, `Option<&V>` and `Result<&V, E>` can be lent (with `&str` and `&[T]` for a `&V`)";

/// How the result reaches the caller, read from the result type as it is written.
#[derive(Clone)]
pub(crate) enum Outcome {
    /// A copy of what is kept.
    Owned(Box<Type>),
    /// A borrow of what is kept.
    Lent(Box<Lent>),
}

#[derive(Clone)]
pub(crate) struct Lent {
    /// The result type as written.
    pub(crate) written: Type,
    /// The lifetime of the lent reference; none if it is elided.
    pub(crate) lifetime: Option<Lifetime>,
    /// What the body yields: the result type with the borrow replaced by what it borrows from.
    pub(crate) yields: Type,
    /// What is kept: `yields`, or the `Ok` side of it.
    pub(crate) kept: Type,
    /// The name of the function in `lend` that borrows the result's form from a `&kept`.
    pub(crate) form: &'static str,
    /// The `Err` goes out by value and is not kept.
    pub(crate) fallible: bool,
}

/// A reference in the result that is to be lent.
struct Borrow<'a> {
    reference: &'a TypeReference,
    optional: bool,
    fallible: bool,
}

impl Outcome {
    pub(crate) fn of(output: &ReturnType, errors: &mut Errors) -> Self {
        let ty = match output {
            ReturnType::Default => return Self::Owned(Box::new(parse_quote!(()))),
            ReturnType::Type(_, ty) => &**ty,
        };
        let Some(borrow) = Borrow::find(ty) else {
            refuse_borrow(ty, errors);
            return Self::Owned(Box::new(ty.clone()));
        };
        borrow.check(ty, errors);
        Self::Lent(Box::new(borrow.lent(ty)))
    }

    pub(crate) fn lent(&self) -> Option<&Lent> {
        match self {
            Self::Owned(_) => None,
            Self::Lent(lent) => Some(lent),
        }
    }

    /// The type of what is kept.
    pub(crate) fn kept(&self) -> &Type {
        match self {
            Self::Owned(ty) => ty,
            Self::Lent(lent) => &lent.kept,
        }
    }

    pub(crate) fn written(&self) -> &Type {
        match self {
            Self::Owned(ty) => ty,
            Self::Lent(lent) => &lent.written,
        }
    }
}

fn refuse_borrow(ty: &Type, errors: &mut Errors) {
    if let Some(borrow) = first_borrow(ty) {
        errors.under(
            borrow,
            format_args!(
                "a result that is kept cannot borrow like this: {LENDABLE}{}; or return an owned value",
                by_alias(ty)
            ),
        );
    }
}

/// What may be meant where a type of a name that is not known takes a reference.
fn by_alias(ty: &Type) -> &'static str {
    let known = ["Option", "Result", "Vec", "Box", "Cow", "Arc", "Rc", "Ref"];
    let may_be = !is_named(ty, &known)
        && crate::syntax::last_segment(ty)
            .and_then(|segment| crate::syntax::type_arguments(segment).next())
            .is_some_and(|first| matches!(bare(first), Type::Reference(_)));
    if may_be { ", written out where this is an alias of one" } else { "" }
}

impl<'a> Borrow<'a> {
    fn find(ty: &'a Type) -> Option<Self> {
        if let Some((reference, optional)) = lent_reference(ty) {
            return Some(Self { reference, optional, fallible: false });
        }
        let (reference, optional) = lent_reference(first_argument(ty, "Result")?)?;
        Some(Self { reference, optional, fallible: true })
    }

    fn check(&self, ty: &Type, errors: &mut Errors) {
        if let Some(mutability) = &self.reference.mutability {
            errors.under(
                mutability,
                "a result that is kept cannot be lent as `&mut`: lend `&V`, or return an owned value",
            );
        }
        let elem = bare(&self.reference.elem);
        let inner = match elem {
            Type::Slice(slice) => &slice.elem,
            other => other,
        };
        if let Some(borrow) = first_borrow(inner) {
            errors.under(borrow, "a value that is lent must own its data: borrow once, outermost");
        }
        if let Some(instead) = owned_form_of(elem) {
            errors.under(
                elem,
                format_args!("the body yields what is lent by value, and this has no size: write `&{instead}`"),
            );
        }
        if is_named(elem, &["Result"]) {
            errors.under(ty, "an `Err` is not kept, so a `&Result` cannot be lent: write `Result<&V, E>`");
        }
        if self.fallible
            && let Some(error) = second_argument(ty)
            && let Some(borrow) = first_borrow(error)
        {
            errors.under(borrow, "the `Err` goes out by value: it must own its data");
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
        let yields = if self.fallible { replace_first_argument(written, &kept) } else { kept.clone() };
        Lent {
            written: written.clone(),
            lifetime: self.reference.lifetime.clone().filter(|lifetime| lifetime.ident != "_"),
            yields,
            kept,
            form,
            fallible: self.fallible,
        }
    }

    fn owned_and_form(&self) -> (Type, &'static str) {
        let elem = bare(&self.reference.elem);
        if is_str(elem) {
            // The user's `String` may be another type.
            return (parse_quote!(::std::string::String), if self.optional { "option_str" } else { "as_str" });
        }
        if let Type::Slice(slice) = elem {
            let item = &slice.elem;
            return (parse_quote!(::std::vec::Vec<#item>), if self.optional { "option_slice" } else { "as_slice" });
        }
        (elem.clone(), if self.optional { "option_ref" } else { "as_ref" })
    }
}

impl Lent {
    /// Applies the form to an expression of type `&kept`.
    pub(crate) fn lend(&self, private: &TokenStream, kept: &TokenStream) -> TokenStream {
        let form = format_ident!("{}", self.form, span = proc_macro2::Span::mixed_site());
        quote!(#private::lend::#form(#kept))
    }
}

/// `&V` or `Option<&V>`, and whether it is the latter. A `&'static V` is a value like any other.
fn lent_reference(ty: &Type) -> Option<(&TypeReference, bool)> {
    let reference = |ty| match bare(ty) {
        Type::Reference(reference) if !is_static(reference.lifetime.as_ref()) => Some(reference),
        _ => None,
    };
    if let Some(found) = reference(ty) {
        return Some((found, false));
    }
    Some((reference(first_argument(ty, "Option")?)?, true))
}

fn first_argument<'a>(ty: &'a Type, name: &str) -> Option<&'a Type> {
    let segment = crate::syntax::last_segment(ty).filter(|segment| segment.ident == name)?;
    crate::syntax::type_arguments(segment).next()
}

fn second_argument(ty: &Type) -> Option<&Type> {
    crate::syntax::type_arguments(crate::syntax::last_segment(ty)?).nth(1)
}

fn replace_first_argument(ty: &Type, by: &Type) -> Type {
    let mut ty = bare(ty).clone();
    if let Type::Path(path) = &mut ty
        && let Some(segment) = path.path.segments.last_mut()
        && let PathArguments::AngleBracketed(arguments) = &mut segment.arguments
        && let Some(GenericArgument::Type(first)) = arguments.args.first_mut()
    {
        *first = by.clone();
    }
    ty
}

fn is_str(ty: &Type) -> bool {
    matches!(ty, Type::Path(path) if path.path.is_ident("str"))
}

/// Unsized types other than `str` and slices, and what to lend instead.
fn owned_form_of(elem: &Type) -> Option<String> {
    if let Type::TraitObject(object) = elem {
        return Some(format!("Box<{}>", object.to_token_stream()).replace(" :: ", "::"));
    }
    let Type::Path(path) = elem else { return None };
    let segment = path.path.segments.last().filter(|segment| segment.arguments.is_none())?;
    match segment.ident.to_string().as_str() {
        "Path" => Some("PathBuf".to_owned()),
        "OsStr" => Some("OsString".to_owned()),
        "CStr" => Some("CString".to_owned()),
        _ => None,
    }
}
