//! The derives, and what they have in common.

pub(crate) mod content_key;
pub(crate) mod has_anchor;
pub(crate) mod memo_key;

use proc_macro2::{Ident, Span};
use syn::parse::ParseStream;
use syn::{Attribute, Generics, Meta, WherePredicate, parse_quote};

use crate::parse::Errors;
use crate::parse::options::Paths;
use crate::parse::words::each_word;

/// The parameter of the emitted impls that stands for the scope of the results.
fn scope() -> Ident {
    Ident::new("__MemoScope", Span::mixed_site())
}

/// The path of the runtime: the default, or that of `#[memo(crate = path)]` on the type.
fn paths(attrs: &[Attribute], errors: &mut Errors) -> Paths {
    let mut paths: Option<Paths> = None;
    each_mark("memo", attrs, errors, |word, input| {
        if word != "crate" {
            return Err(syn::Error::new(
                word.span(),
                format_args!("unknown mark `{word}`: only `#[memo(crate = path)]` is allowed on a type"),
            ));
        }
        if paths.is_some() {
            return Err(syn::Error::new(word.span(), "`crate` is written twice: keep one"));
        }
        paths = Some(Paths::parse(&word, input)?);
        Ok(())
    });
    paths.unwrap_or_default()
}

/// The words of every `#[memo(...)]`, or of another attribute of this name, in order.
fn each_mark(
    name: &str,
    attrs: &[Attribute],
    errors: &mut Errors,
    mut read: impl FnMut(Ident, ParseStream) -> syn::Result<()>,
) {
    for attr in attrs.iter().filter(|attr| attr.path().is_ident(name)) {
        let parsed = match &attr.meta {
            Meta::List(list) => list.parse_args_with(|input: ParseStream| each_word(input, errors, &mut read)),
            other => {
                Err(syn::Error::new_spanned(other, "this mark is empty: write its option in parentheses, or remove it"))
            }
        };
        parsed.unwrap_or_else(|error| errors.push(error));
    }
}

/// `generics` with a scope parameter and further bounds.
fn extended(
    generics: &Generics,
    scope: Option<(&Ident, &Paths)>,
    bounds: impl IntoIterator<Item = WherePredicate>,
) -> Generics {
    let mut generics = generics.clone();
    if let Some((scope, paths)) = scope {
        let private = &paths.private;
        generics.params.push(parse_quote!(#scope: #private::Scope));
    }
    let mut bounds = bounds.into_iter().peekable();
    if bounds.peek().is_some() {
        generics.make_where_clause().predicates.extend(bounds);
    }
    generics
}
