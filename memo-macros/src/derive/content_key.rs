use std::collections::BTreeSet;

use proc_macro2::{Ident, Punct, Spacing, Span, TokenStream};
use quote::{ToTokens, TokenStreamExt, format_ident};
use syn::ext::IdentExt;
use syn::visit::{self, Visit};
use syn::{Attribute, Data, DeriveInput, Field, Fields, Generics, Member, Type, TypePath, WherePredicate, parse_quote};

use super::{each_mark, extended};
use crate::parse::Errors;
use crate::parse::syntax::{Extent, mentions, ours};
use crate::parse::words::alone;

struct Shape<'a> {
    name: &'a Ident,
    generics: &'a Generics,
    /// A struct is a shape with one variant.
    variants: Vec<Variant<'a>>,
}

struct Variant<'a> {
    /// Of an enum's.
    name: Option<&'a Ident>,
    fields: Vec<(Member, &'a Type)>,
}

pub(crate) fn derive(input: TokenStream) -> TokenStream {
    syn::parse2(input).and_then(|input| checked(&input)).unwrap_or_else(|error| error.to_compile_error())
}

fn checked(input: &DeriveInput) -> syn::Result<TokenStream> {
    let mut errors = Errors::default();
    refuse_marks(&input.attrs, &mut errors);
    let variants = match &input.data {
        Data::Struct(data) => vec![Variant { name: None, fields: fields(&data.fields, &mut errors) }],
        Data::Enum(data) => {
            let variants = data.variants.iter().map(|variant| {
                refuse_marks(&variant.attrs, &mut errors);
                Variant { name: Some(&variant.ident), fields: fields(&variant.fields, &mut errors) }
            });
            variants.collect()
        }
        Data::Union(data) => {
            errors.under(
                data.union_token,
                "a union does not say which of its fields it has: implement `ContentKey` by hand, or use an enum",
            );
            Vec::new()
        }
    };
    let shape = Shape { name: &input.ident, generics: &input.generics, variants };
    Ok(errors.or(shape)?.expand())
}

fn refuse_marks(attrs: &[Attribute], errors: &mut Errors) {
    each_mark("content", attrs, errors, |word, _| {
        Err(syn::Error::new(word.span(), "only a field can have a mark, and only `#[content(skip)]`: remove this"))
    });
}

/// The fields that are part of the content.
fn fields<'a>(fields: &'a Fields, errors: &mut Errors) -> Vec<(Member, &'a Type)> {
    let fields = fields.members().zip(fields);
    fields.filter(|(_, field)| !is_skipped(field, errors)).map(|(member, field)| (member, &field.ty)).collect()
}

fn is_skipped(field: &Field, errors: &mut Errors) -> bool {
    let mut skipped = false;
    each_mark("content", &field.attrs, errors, |word, input| {
        if word != "skip" {
            return Err(syn::Error::new(
                word.span(),
                format_args!("unknown mark `{word}`: only `#[content(skip)]` is allowed on a field"),
            ));
        }
        if skipped {
            return Err(syn::Error::new(word.span(), "`skip` is written twice: keep one"));
        }
        skipped = true;
        alone(word, input).map(drop)
    });
    skipped
}

impl Shape<'_> {
    fn expand(&self) -> TokenStream {
        let name = self.name;
        let text = name.unraw().to_string();
        let arms: Vec<_> = self.variants.iter().map(Variant::arm).collect();
        let fed = if arms.is_empty() { ours!(match *self {}) } else { ours!(match self { #(#arms)* }) };
        let extended = extended(self.generics, None, self.bounds());
        let (parameters, _, clause) = extended.split_for_impl();
        let (_, arguments, _) = self.generics.split_for_impl();
        ours! {
            #[automatically_derived]
            impl #parameters ::memo_store::ContentKey for #name #arguments #clause {
                fn feed(&self, __memo_hasher: &mut ::memo_store::ContentHasher) {
                    ::memo_store::ContentHasher::text(
                        __memo_hasher,
                        ::core::concat!(::core::module_path!(), "::", #text),
                    );
                    #fed
                }
            }
        }
    }

    /// Of the type parameters that fields name, and of associated types of theirs. Not of the fields' types: a type that contains itself would have
    /// a content if it has one.
    fn bounds(&self) -> Vec<WherePredicate> {
        let mut generic = Generic { parameters: BTreeSet::new(), associated: Vec::new(), named: BTreeSet::new() };
        generic.parameters.extend(self.generics.type_params().map(|param| &param.ident));
        for (_, ty) in self.variants.iter().flat_map(|variant| &variant.fields) {
            generic.visit_type(ty);
        }
        let named =
            generic.named.iter().map(|name| -> WherePredicate { parse_quote!(#name: ::memo_store::ContentKey) });
        let associated =
            generic.associated.iter().map(|ty| -> WherePredicate { parse_quote!(#ty: ::memo_store::ContentKey) });
        named.chain(associated).collect()
    }
}

/// What of the types of fields is known only where the type is used.
struct Generic<'a> {
    parameters: BTreeSet<&'a Ident>,
    named: BTreeSet<&'a Ident>,
    associated: Vec<&'a TypePath>,
}

impl<'a> Visit<'a> for Generic<'a> {
    fn visit_type_path(&mut self, ty: &'a TypePath) {
        let first = ty.path.segments.first().map(|first| &first.ident);
        let first = first.filter(|first| self.parameters.contains(first));
        match (&ty.qself, first) {
            (None, Some(name)) if ty.path.segments.len() == 1 => _ = self.named.insert(name),
            (None, Some(_)) => self.associated.push(ty),
            (Some(of), _) if mentions(of.ty.to_token_stream(), &|ident| self.parameters.contains(ident)) => {
                self.associated.push(ty);
            }
            _ => visit::visit_type_path(self, ty),
        }
    }
}

impl Variant<'_> {
    fn arm(&self) -> TokenStream {
        let bindings: Vec<_> =
            (0..self.fields.len()).map(|at| format_ident!("__memo_field{at}", span = Span::mixed_site())).collect();
        let members = self.fields.iter().map(|(member, _)| member);
        let (path, tag) = match self.name {
            None => (ours!(Self), TokenStream::new()),
            Some(name) => {
                let text = format!("variant {}", name.unraw());
                (ours!(Self::#name), ours!(::memo_store::ContentHasher::text(__memo_hasher, #text);))
            }
        };
        // With their names: fields that change places are not taken for each other.
        let parts = self.fields.iter().zip(&bindings).map(|((member, ty), binding)| {
            let (name, part) = (member_name(member), under(ty, binding));
            ours! {
                ::memo_store::ContentHasher::text(__memo_hasher, #name);
                ::memo_store::ContentHasher::part(__memo_hasher, #part);
            }
        });
        ours!(#path { #(#members: #bindings,)* .. } => { #tag #(#parts)* })
    }
}

fn member_name(member: &Member) -> String {
    match member {
        Member::Named(name) => name.unraw().to_string(),
        Member::Unnamed(index) => index.index.to_string(),
    }
}

/// `&*binding`, underlined as the type.
fn under(ty: &Type, binding: &Ident) -> TokenStream {
    let Extent { first, last } = Extent::of(ty);
    let at = |span| Span::mixed_site().located_at(span);
    let mut tokens = TokenStream::new();
    for character in ['&', '*'] {
        let mut punct = Punct::new(character, Spacing::Alone);
        punct.set_span(at(first));
        tokens.append(punct);
    }
    let mut binding = binding.clone();
    binding.set_span(at(last));
    tokens.append(binding);
    tokens
}
