use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::{Data, DeriveInput, Field, Fields, Member};

use super::{each_mark, extended, paths, scope};
use crate::parse::Errors;
use crate::parse::syntax::{is_named, ours};
use crate::parse::words::alone;

const ADD: &str = "add one field `anchor: Anchor`, or mark yours `#[memo(anchor)]` if its type has another name";

pub(crate) fn derive(input: TokenStream) -> TokenStream {
    syn::parse2(input).and_then(|input| checked(&input)).unwrap_or_else(|error| error.to_compile_error())
}

fn checked(input: &DeriveInput) -> syn::Result<TokenStream> {
    let mut errors = Errors::default();
    let paths = paths(&input.attrs, &mut errors);
    let member = match &input.data {
        Data::Struct(data) => anchor_field(input, &data.fields, &mut errors),
        Data::Enum(data) => refuse(data.enum_token, &mut errors),
        Data::Union(data) => refuse(data.union_token, &mut errors),
    };
    // Without a field there are errors, so that this member is never used.
    let member = errors.or(member)?.unwrap_or(Member::Unnamed(0.into()));
    let root = &paths.root;
    let name = &input.ident;
    let (parameters, arguments, clause) = input.generics.split_for_impl();
    let scope = scope();
    let extended = extended(&input.generics, Some((&scope, &paths)), None);
    let (scoped, ..) = extended.split_for_impl();
    let key = ours!(<#root::Anchor as #root::MemoKey<#scope>>);
    Ok(ours! {
        #[automatically_derived]
        impl #parameters #root::HasAnchor for #name #arguments #clause {
            #[inline]
            fn anchor(&self) -> &#root::Anchor {
                &self.#member
            }
        }
        #[automatically_derived]
        impl #scoped #root::MemoKey<#scope> for #name #arguments #clause {
            type Stored = #key::Stored;
            type Probe<'__memo> = #key::Probe<'__memo> where Self: '__memo;
            const TRUSTED: ::core::primitive::bool = true;
            #[inline]
            fn probe_key(&self) -> #key::Probe<'_> {
                #key::probe_key(#root::HasAnchor::anchor(self))
            }
        }
    })
}

fn refuse(keyword: impl ToTokens, errors: &mut Errors) -> Option<Member> {
    errors.under(keyword, "`HasAnchor` needs exactly one anchor field, which only a struct has: put the data into a struct, or wrap it in `Anchored<T>`");
    None
}

/// The marked field, or the one whose type is called `Anchor`.
fn anchor_field(input: &DeriveInput, fields: &Fields, errors: &mut Errors) -> Option<Member> {
    let all = || fields.members().zip(fields);
    let marked: Vec<_> = all().filter(|(_, field)| is_marked(field, errors)).collect();
    let named: Vec<_> = all().filter(|(_, field)| is_named(&field.ty, &["Anchor"])).collect();
    let candidates = if marked.is_empty() { named } else { marked };
    let mut candidates = candidates.into_iter();
    let Some((member, _)) = candidates.next() else {
        errors.under(&input.ident, format_args!("no field of this struct is an anchor: {ADD}"));
        return None;
    };
    for (_, other) in candidates {
        errors.under(
            &other.ty,
            "a second anchor: an object has only one; mark the one to use `#[memo(anchor)]`, or remove this field",
        );
    }
    Some(member)
}

fn is_marked(field: &Field, errors: &mut Errors) -> bool {
    let mut marked = false;
    each_mark(&field.attrs, errors, |word, input| {
        // `derive(MemoKey)` has marks of its own for fields.
        if word != "anchor" {
            return Err(syn::Error::new(
                word.span(),
                format_args!("unknown mark `{word}`: only `#[memo(anchor)]` is allowed on a field here"),
            ));
        }
        alone(word, input)?;
        marked = true;
        Ok(())
    });
    marked
}
