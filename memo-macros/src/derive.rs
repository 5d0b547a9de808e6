//! What the two derives have in common.

use proc_macro2::{Ident, TokenStream};
use quote::quote_spanned;
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::{Attribute, Generics, Lifetime, Meta, Path, WherePredicate, parse_quote};

use crate::errors::Errors;
use crate::options::{at_end, krate, skip_value};
use crate::paths::Paths;
use crate::spans::Extent;

/// The runtime, unless `#[memo(crate = path)]` on the type says where else it is.
pub(crate) fn paths(attrs: &[Attribute], errors: &mut Errors) -> Paths {
    let mut path: Option<Path> = None;
    read_marks(attrs, errors, |word, input| {
        if word != "crate" {
            return Err(syn::Error::new(
                word.span(),
                format_args!("unknown mark `{word}`: only `#[memo(crate = path)]` goes on a type"),
            ));
        }
        if path.is_some() {
            return Err(syn::Error::new(word.span(), "`crate` is written twice: keep one"));
        }
        path = Some(krate(word, input)?);
        Ok(())
    });
    Paths::new(path.as_ref())
}

/// The words of every `#[memo(...)]`, in order. A mistake in one does not hide those in the others.
pub(crate) fn read_marks(
    attrs: &[Attribute],
    errors: &mut Errors,
    mut read: impl FnMut(&Ident, ParseStream) -> syn::Result<()>,
) {
    for attr in attrs.iter().filter(|attr| attr.path().is_ident("memo")) {
        let parsed = match &attr.meta {
            Meta::List(list) => list.parse_args_with(|input: ParseStream| read_list(input, errors, &mut read)),
            other => {
                Err(syn::Error::new_spanned(other, "this mark says nothing: write what in parentheses, or remove it"))
            }
        };
        if let Err(error) = parsed {
            errors.push(error);
        }
    }
}

fn read_list(
    input: ParseStream,
    errors: &mut Errors,
    read: &mut dyn FnMut(&Ident, ParseStream) -> syn::Result<()>,
) -> syn::Result<()> {
    while !input.is_empty() {
        let word = input.call(Ident::parse_any)?;
        let result = read(&word, input).and_then(|()| {
            if at_end(input) {
                Ok(())
            } else {
                Err(input.error(format_args!("`{word}` takes no value: write the word alone")))
            }
        });
        if let Err(error) = result {
            errors.push(error);
            skip_value(input)?;
        }
        if !input.is_empty() {
            input.parse::<syn::Token![,]>()?;
        }
    }
    Ok(())
}

/// `generics` with a scope parameter `S`, further parameters and further bounds.
pub(crate) fn extended(
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
pub(crate) fn through_pointers(name: &Ident, generics: &Generics, paths: &Paths) -> TokenStream {
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
