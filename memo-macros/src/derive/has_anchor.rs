//! The derives of `HasAnchor` and `HasLocalAnchor`.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::{Data, DeriveInput, Field, Fields, Member};

use super::{each_mark, extended, paths, scope};
use crate::parse::Errors;
use crate::parse::options::Paths;
use crate::parse::syntax::{is_named, ours};
use crate::parse::words::alone;

/// Which anchor: the two derives differ in little else.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// `HasAnchor`
    Shared,
    /// `HasLocalAnchor`
    Local,
}

impl Kind {
    /// The trait, which is also the derive's name.
    fn of(self) -> &'static str {
        if self == Self::Shared { "HasAnchor" } else { "HasLocalAnchor" }
    }

    /// The type of the field.
    fn anchor(self) -> &'static str {
        if self == Self::Shared { "Anchor" } else { "LocalAnchor" }
    }

    fn wrapper(self) -> &'static str {
        if self == Self::Shared { "Anchored" } else { "LocalAnchored" }
    }

    fn other(self) -> Self {
        if self == Self::Shared { Self::Local } else { Self::Shared }
    }
}

pub(crate) fn derive(kind: Kind, input: TokenStream) -> TokenStream {
    syn::parse2(input).and_then(|input| checked(kind, &input)).unwrap_or_else(|error| error.to_compile_error())
}

fn checked(kind: Kind, input: &DeriveInput) -> syn::Result<TokenStream> {
    let mut errors = Errors::default();
    let paths = paths(&input.attrs, &mut errors);
    let member = match &input.data {
        Data::Struct(data) => anchor_field(kind, input, &data.fields, &mut errors),
        Data::Enum(data) => refuse(kind, data.enum_token, &mut errors),
        Data::Union(data) => refuse(kind, data.union_token, &mut errors),
    };
    // Without a field there are errors, so that this member is never used.
    let member = errors.or(member)?.unwrap_or(Member::Unnamed(0.into()));
    Ok(match kind {
        Kind::Shared => shared(input, &paths, &member),
        Kind::Local => local(input, &paths, &member),
    })
}

/// The impls for a struct with an anchor of all threads.
fn shared(input: &DeriveInput, paths: &Paths, member: &Member) -> TokenStream {
    let root = &paths.root;
    let name = &input.ident;
    let (parameters, arguments, clause) = input.generics.split_for_impl();
    let scope = scope();
    let extended = extended(&input.generics, Some((&scope, paths)), None);
    let (scoped, ..) = extended.split_for_impl();
    let owned = is_owned(Kind::Shared, input, member).then(|| {
        ours! {
            #[automatically_derived]
            impl #parameters #root::HasAnchorMut for #name #arguments #clause {
                #[inline]
                fn anchor_mut(&mut self) -> &mut #root::Anchor {
                    &mut self.#member
                }
            }
        }
    });
    let key = ours!(<#root::Anchor as #root::MemoKey<#scope>>);
    ours! {
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
        #owned
    }
}

/// Whether the object has the anchor itself. By a mark it may be behind a pointer, or under another name, which cannot be told apart.
fn is_owned(kind: Kind, input: &DeriveInput, member: &Member) -> bool {
    let Data::Struct(data) = &input.data else { return false };
    let field = data.fields.members().zip(&data.fields).find(|(name, _)| name == member);
    field.is_some_and(|(_, field)| is_named(&field.ty, &[kind.anchor()]))
}

/// The same of one thread.
fn local(input: &DeriveInput, paths: &Paths, member: &Member) -> TokenStream {
    let root = &paths.root;
    let name = &input.ident;
    let (parameters, arguments, clause) = input.generics.split_for_impl();
    let scope = ours!(#root::key::Local);
    let key = ours!(<#root::LocalAnchor as #root::MemoKey<#scope>>);
    let owned = is_owned(Kind::Local, input, member).then(|| {
        ours! {
            #[automatically_derived]
            impl #parameters #root::HasLocalAnchorMut for #name #arguments #clause {
                #[inline]
                fn local_anchor_mut(&mut self) -> &mut #root::LocalAnchor {
                    &mut self.#member
                }
            }
        }
    });
    ours! {
        #[automatically_derived]
        impl #parameters #root::key::Owner for #name #arguments #clause {
            type Scope = #scope;
        }
        #[automatically_derived]
        impl #parameters #root::HasLocalAnchor for #name #arguments #clause {
            #[inline]
            fn local_anchor(&self) -> &#root::LocalAnchor {
                &self.#member
            }
        }
        #[automatically_derived]
        impl #parameters #root::MemoKey<#scope> for #name #arguments #clause {
            type Stored = #key::Stored;
            type Probe<'__memo> = #key::Probe<'__memo> where Self: '__memo;
            const TRUSTED: ::core::primitive::bool = true;
            #[inline]
            fn probe_key(&self) -> #key::Probe<'_> {
                #key::probe_key(#root::HasLocalAnchor::local_anchor(self))
            }
        }
        #owned
    }
}

fn refuse(kind: Kind, keyword: impl ToTokens, errors: &mut Errors) -> Option<Member> {
    let (derive, wrapper) = (kind.of(), kind.wrapper());
    errors.under(keyword, format_args!("`{derive}` needs exactly one anchor field, which only a struct has: put the data into a struct, or wrap it in `{wrapper}<T>`"));
    None
}

/// The marked field, or the one whose type is called as the anchor is.
fn anchor_field(kind: Kind, input: &DeriveInput, fields: &Fields, errors: &mut Errors) -> Option<Member> {
    let all = || fields.members().zip(fields);
    let marked: Vec<_> = all().filter(|(_, field)| is_marked(field, errors)).collect();
    let named: Vec<_> = all().filter(|(_, field)| is_named(&field.ty, &[kind.anchor()])).collect();
    let candidates = if marked.is_empty() { named } else { marked };
    let mut candidates = candidates.into_iter();
    let Some((member, _)) = candidates.next() else {
        let (anchor, other) = (kind.anchor(), kind.other());
        match fields.iter().find(|field| is_named(&field.ty, &[other.anchor()])) {
            Some(field) => errors.under(
                &field.ty,
                format_args!("the anchor of this struct is of type `{}`: derive `{}` instead", other.anchor(), other.of()),
            ),
            None => errors.under(
                &input.ident,
                format_args!("no field of this struct is an anchor: add one field `anchor: {anchor}`, or mark yours `#[memo(anchor)]` if its type has another name"),
            ),
        }
        return None;
    };
    for (_, other) in candidates {
        errors.under(
            &other.ty,
            "a second anchor: mark the one that is the object's own `#[memo(anchor)]`; a function may take another one as its owner, `fn f<'a>(of: &'a Anchor, #[memo(skip)] object: &'a Object)`",
        );
    }
    Some(member)
}

fn is_marked(field: &Field, errors: &mut Errors) -> bool {
    let mut marked = false;
    each_mark("memo", &field.attrs, errors, |word, input| {
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
