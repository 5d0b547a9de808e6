//! The two derives, and what they have in common.

pub(crate) mod has_anchor;
pub(crate) mod memo_key;

use proc_macro2::{Ident, TokenStream};
use quote::quote_spanned;
use syn::parse::ParseStream;
use syn::{Attribute, Generics, Lifetime, Meta, WherePredicate, parse_quote};

use crate::parse::Errors;
use crate::parse::options::{Paths, each_word};
use crate::parse::syntax::Extent;

/// The runtime, unless `#[memo(crate = path)]` on the type says where else it is.
fn paths(attrs: &[Attribute], errors: &mut Errors) -> Paths {
    let mut paths: Option<Paths> = None;
    each_mark(attrs, errors, |word, input| {
        if word != "crate" {
            return Err(syn::Error::new(
                word.span(),
                format_args!("unknown mark `{word}`: only `#[memo(crate = path)]` goes on a type"),
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

/// The words of every `#[memo(...)]`, in order.
fn each_mark(attrs: &[Attribute], errors: &mut Errors, mut read: impl FnMut(Ident, ParseStream) -> syn::Result<()>) {
    for attr in attrs.iter().filter(|attr| attr.path().is_ident("memo")) {
        let parsed = match &attr.meta {
            Meta::List(list) => list.parse_args_with(|input: ParseStream| each_word(input, errors, &mut read)),
            other => {
                Err(syn::Error::new_spanned(other, "this mark says nothing: write what in parentheses, or remove it"))
            }
        };
        parsed.unwrap_or_else(|error| errors.push(error));
    }
}

/// `generics` with a scope parameter `S`, further parameters and further bounds.
fn extended(
    generics: &Generics,
    scope: Option<(&Ident, &Paths)>,
    lifetime: Option<&Lifetime>,
    bounds: impl IntoIterator<Item = WherePredicate>,
) -> Generics {
    let mut generics = generics.clone();
    if let Some((scope, paths)) = scope {
        let private = &paths.private;
        generics.params.push(parse_quote!(#scope: #private::Scope));
    }
    if let Some(lifetime) = lifetime {
        generics.params.insert(0, parse_quote!(#lifetime));
    }
    let mut bounds = bounds.into_iter().peekable();
    if bounds.peek().is_some() {
        generics.make_where_clause().predicates.extend(bounds);
    }
    generics
}

/// `MemoKey` for `&Own` and `Box<Own>`, by what it is for `Own`: no blanket impl can reach these two.
fn through_pointers(name: &Ident, generics: &Generics, paths: &Paths) -> TokenStream {
    let span = Extent::of(name).first.resolved_at(proc_macro2::Span::mixed_site());
    let (_, arguments, _) = generics.split_for_impl();
    let lifetime = Lifetime::new("'__memo", span);
    let own = quote_spanned!(span=> #name #arguments);
    let reference = through(&own, &quote_spanned!(span=> &#lifetime #own), Some(&lifetime), generics, paths);
    let boxed = through(&own, &quote_spanned!(span=> ::std::boxed::Box<#own>), None, generics, paths);
    quote_spanned!(span=> #reference #boxed)
}

fn through(
    own: &TokenStream,
    pointer: &TokenStream,
    lifetime: Option<&Lifetime>,
    generics: &Generics,
    paths: &Paths,
) -> TokenStream {
    let span = proc_macro2::Span::mixed_site();
    let root = &paths.root;
    let scope = Ident::new("__MemoScope", span);
    let key = quote_spanned!(span=> #root::MemoKey<#scope>);
    let bound: WherePredicate = parse_quote!(#own: #key);
    let generics = extended(generics, Some((&scope, paths)), lifetime, [bound]);
    let (parameters, _, clause) = generics.split_for_impl();
    quote_spanned! {span=>
        #[automatically_derived]
        impl #parameters #key for #pointer #clause {
            type Stored = <#own as #key>::Stored;
            const TRUSTED: ::core::primitive::bool = <#own as #key>::TRUSTED;
            const FAITHFUL: ::core::primitive::bool = <#own as #key>::FAITHFUL;
            #[inline]
            fn hash_key<__MemoHasher: ::core::hash::Hasher>(&self, __memo_state: &mut __MemoHasher) {
                <#own as #key>::hash_key(&**self, __memo_state)
            }
            #[inline]
            fn matches_stored(&self, __memo_stored: &<#own as #key>::Stored) -> ::core::primitive::bool {
                <#own as #key>::matches_stored(&**self, __memo_stored)
            }
            #[inline]
            fn to_stored(&self) -> <#own as #key>::Stored {
                <#own as #key>::to_stored(&**self)
            }
        }
    }
}
