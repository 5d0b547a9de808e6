use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, format_ident, quote_spanned};
use syn::{Data, DataEnum, DeriveInput, Field, Fields, Generics, Member, Type, WherePredicate, parse_quote};

use crate::derive::{extended, paths, read_marks, through_pointers};
use crate::errors::Errors;
use crate::paths::Paths;

/// The longest tuple that the runtime knows as a stored key.
const LONGEST: usize = 12;

macro_rules! ours {
    ($($tokens:tt)*) => { quote_spanned!(Span::mixed_site()=> $($tokens)*) };
}

/// A struct is a shape with one variant.
struct Shape<'a> {
    name: &'a Ident,
    generics: &'a Generics,
    paths: Paths,
    scope: Ident,
    variants: Vec<Variant<'a>>,
    is_enum: bool,
}

struct Variant<'a> {
    path: TokenStream,
    parts: Vec<KeyField<'a>>,
}

/// A field that takes part.
struct KeyField<'a> {
    member: Member,
    ty: &'a Type,
    by_value: bool,
}

pub(crate) fn derive_memo_key(input: TokenStream) -> TokenStream {
    syn::parse2(input).and_then(|input| checked(&input)).unwrap_or_else(|error| error.to_compile_error())
}

fn checked(input: &DeriveInput) -> syn::Result<TokenStream> {
    let mut errors = Errors::default();
    let paths = paths(&input.attrs, &mut errors);
    let variants = match &input.data {
        Data::Struct(data) => vec![Variant { path: ours!(Self), parts: key_fields(&data.fields, &mut errors) }],
        Data::Enum(data) => enum_variants(data, &mut errors),
        Data::Union(data) => {
            errors.under(
                data.union_token,
                "nobody knows which field of a union counts: mark the parameter `#[memo(key = expr)]`",
            );
            Vec::new()
        }
    };
    let shape = Shape {
        name: &input.ident,
        generics: &input.generics,
        paths,
        scope: Ident::new("__MemoScope", Span::mixed_site()),
        variants,
        is_enum: matches!(input.data, Data::Enum(_)),
    };
    Ok(errors.or(shape)?.expand())
}

fn enum_variants<'a>(data: &'a DataEnum, errors: &mut Errors) -> Vec<Variant<'a>> {
    let variants = data.variants.iter().map(|variant| {
        let name = &variant.ident;
        Variant { path: ours!(Self::#name), parts: key_fields(&variant.fields, errors) }
    });
    variants.collect()
}

fn key_fields<'a>(fields: &'a Fields, errors: &mut Errors) -> Vec<KeyField<'a>> {
    fields.members().zip(fields).filter_map(|(member, field)| key_field(member, field, errors)).collect()
}

fn key_field<'a>(member: Member, field: &'a Field, errors: &mut Errors) -> Option<KeyField<'a>> {
    let (mut value, mut skip) = (false, false);
    read_marks(&field.attrs, errors, |word, _| {
        match word.to_string().as_str() {
            "value" | "skip" if value || skip => {
                return Err(syn::Error::new(word.span(), "a field is marked once: keep one of `value` and `skip`"));
            }
            "value" => value = true,
            "skip" => skip = true,
            _ => {
                return Err(syn::Error::new(
                    word.span(),
                    format_args!("unknown mark `{word}`: write `#[memo(value)]` or `#[memo(skip)]`"),
                ));
            }
        }
        Ok(())
    });
    (!skip).then_some(KeyField { member, ty: &field.ty, by_value: value })
}

impl Shape<'_> {
    fn expand(&self) -> TokenStream {
        let key = self.memo_key();
        let plain = self.plain_key();
        let pointers = through_pointers(self.name, self.generics, &self.paths);
        ours!(#key #plain #pointers)
    }

    fn parts(&self) -> impl Iterator<Item = &KeyField<'_>> {
        self.variants.iter().flat_map(|variant| &variant.parts)
    }

    fn memo_key(&self) -> TokenStream {
        let (name, root, scope) = (self.name, &self.paths.root, &self.scope);
        let key = ours!(#root::MemoKey<#scope>);
        let bounds = self.parts().map(|part| -> WherePredicate {
            let ty = part.key_type(&self.paths.private);
            parse_quote!(#ty: #key)
        });
        let extended = extended(self.generics, Some((scope, &self.paths)), None, bounds);
        let (parameters, _, clause) = extended.split_for_impl();
        let (_, arguments, _) = self.generics.split_for_impl();
        let (stored, trusted) = (self.stored(), self.trusted());
        let (hash, matches, to_stored) = (self.hash(), self.matches(), self.to_stored());
        ours! {
            #[automatically_derived]
            impl #parameters #key for #name #arguments #clause {
                type Stored = #stored;
                const TRUSTED: ::core::primitive::bool = #trusted;
                fn hash_key<__MemoHasher: ::core::hash::Hasher>(&self, state: &mut __MemoHasher) { #hash }
                fn matches(&self, stored: &<Self as #key>::Stored) -> ::core::primitive::bool { #matches }
                fn to_stored(&self) -> <Self as #key>::Stored { #to_stored }
            }
        }
    }

    /// Plain where all parts are. A bound on a type without parameters that does not hold would be an error by itself;
    /// with a lifetime of its own in it, the compiler asks only where the answer matters.
    fn plain_key(&self) -> TokenStream {
        let (_, arguments, _) = self.generics.split_for_impl();
        let name = self.name;
        let own = ours!(#name #arguments);
        let fields = self.parts().filter(|part| !part.by_value).map(|part| part.ty.to_token_stream());
        let direct = self.plain_for(&own, fields);
        let reference = self.plain_for(&ours!(&#own), [own.clone()]);
        let boxed = self.plain_for(&ours!(::std::boxed::Box<#own>), [own.clone()]);
        ours!(#direct #reference #boxed)
    }

    fn plain_for(&self, ty: &TokenStream, parts: impl IntoIterator<Item = TokenStream>) -> TokenStream {
        let private = &self.paths.private;
        let bounds = parts.into_iter().map(|part| -> WherePredicate {
            parse_quote!(for<'__memo> (&'__memo ::core::primitive::str, #part): #private::PlainKey)
        });
        let extended = extended(self.generics, None, None, bounds);
        let (parameters, _, clause) = extended.split_for_impl();
        ours! {
            #[automatically_derived]
            impl #parameters #private::PlainKey for #ty #clause {}
        }
    }

    fn stored(&self) -> TokenStream {
        let private = &self.paths.private;
        let stored = self.variants.iter().map(|variant| {
            let parts = variant.parts.iter().map(|part| {
                let as_key = self.as_key(part);
                ours!(#as_key::Stored)
            });
            tuple(parts.collect())
        });
        nested(stored.collect(), &|left, right| ours!(#private::Either<#left, #right>))
    }

    fn trusted(&self) -> TokenStream {
        let parts: Vec<_> = self.parts().map(|part| self.as_key(part)).collect();
        ours!(true #(&& #parts::TRUSTED)*)
    }

    /// `<F as MemoKey<S>>`
    fn as_key(&self, part: &KeyField) -> TokenStream {
        let (root, scope) = (&self.paths.root, &self.scope);
        let ty = part.key_type(&self.paths.private);
        ours!(<#ty as #root::MemoKey<#scope>>)
    }

    fn hash(&self) -> TokenStream {
        let arms = self.variants.iter().enumerate().map(|(index, variant)| {
            let pattern = variant.pattern("field");
            // The variant counts too: `A(1)` and `B(1)` are two keys.
            let index = u32::try_from(index).unwrap_or(u32::MAX);
            let tag = self.is_enum.then(|| ours!(::core::hash::Hasher::write_u32(state, #index);));
            let parts = variant.parts.iter().enumerate().map(|(at, part)| {
                let (as_key, value) = (self.as_key(part), self.value(part, at));
                ours!(#as_key::hash_key(#value, state);)
            });
            ours!(#pattern => { #tag #(#parts)* })
        });
        let arms: Vec<_> = arms.collect();
        let unused = self.parts().next().is_none().then(|| ours!(let _ = state;));
        let matched = self.matched(&arms);
        ours!(#unused #matched)
    }

    fn matches(&self) -> TokenStream {
        let count = self.variants.len();
        let arms: Vec<_> = self
            .variants
            .iter()
            .enumerate()
            .map(|(index, variant)| {
                let pattern = variant.pattern("field");
                let stored = self.inject(index, count, &tuple(names("stored", variant.parts.len())));
                let parts = variant.parts.iter().enumerate().map(|(at, part)| {
                    let (as_key, value, stored) = (self.as_key(part), self.value(part, at), name("stored", at));
                    ours!(&& #as_key::matches(#value, #stored))
                });
                ours!((#pattern, #stored) => true #(#parts)*)
            })
            .collect();
        if count == 0 {
            return ours!(match *self {});
        }
        let other = (count > 1).then(|| ours!(_ => false));
        ours!(match (self, stored) { #(#arms,)* #other })
    }

    fn to_stored(&self) -> TokenStream {
        let count = self.variants.len();
        let arms: Vec<_> = self
            .variants
            .iter()
            .enumerate()
            .map(|(index, variant)| {
                let pattern = variant.pattern("field");
                let parts = variant.parts.iter().enumerate().map(|(at, part)| {
                    let (as_key, value) = (self.as_key(part), self.value(part, at));
                    ours!(#as_key::to_stored(#value))
                });
                let stored = self.inject(index, count, &tuple(parts.collect()));
                ours!(#pattern => #stored)
            })
            .collect();
        self.matched(&arms)
    }

    fn matched(&self, arms: &[TokenStream]) -> TokenStream {
        if arms.is_empty() { ours!(match *self {}) } else { ours!(match self { #(#arms,)* }) }
    }

    /// The field's binding, as the key that it takes part as.
    fn value(&self, part: &KeyField, at: usize) -> TokenStream {
        let binding = name("field", at);
        let private = &self.paths.private;
        if part.by_value { ours!(#private::Value::from_ref(#binding)) } else { ours!(#binding) }
    }

    /// `inner` as the variant number `index` of `count`, as an expression or a pattern.
    fn inject(&self, index: usize, count: usize, inner: &TokenStream) -> TokenStream {
        let private = &self.paths.private;
        if count < 2 {
            return inner.clone();
        }
        let half = count / 2;
        if index < half {
            let inner = self.inject(index, half, inner);
            ours!(#private::Either::Left(#inner))
        } else {
            let inner = self.inject(index - half, count - half, inner);
            ours!(#private::Either::Right(#inner))
        }
    }
}

impl Variant<'_> {
    fn pattern(&self, prefix: &str) -> TokenStream {
        let path = &self.path;
        let members = self.parts.iter().map(|part| &part.member);
        let bindings = names(prefix, self.parts.len());
        ours!(#path { #(#members: #bindings,)* .. })
    }
}

impl KeyField<'_> {
    fn key_type(&self, private: &TokenStream) -> TokenStream {
        let ty = self.ty;
        if self.by_value { ours!(#private::Value<#ty>) } else { ty.to_token_stream() }
    }
}

/// A tuple of any length, of tuples where it is longer than the runtime knows them.
fn tuple(mut items: Vec<TokenStream>) -> TokenStream {
    while items.len() > LONGEST {
        items = items.chunks(LONGEST).map(|chunk| ours!((#(#chunk,)*))).collect();
    }
    if items.is_empty() { ours!(()) } else { ours!((#(#items,)*)) }
}

/// A balanced tree of pairs; the unit type for none.
fn nested(mut items: Vec<TokenStream>, pair: &dyn Fn(TokenStream, TokenStream) -> TokenStream) -> TokenStream {
    match items.len() {
        0 => ours!(()),
        1 => items.remove(0),
        count => {
            let right = items.split_off(count / 2);
            pair(nested(items, pair), nested(right, pair))
        }
    }
}

fn name(prefix: &str, at: usize) -> Ident {
    format_ident!("{prefix}{at}", span = Span::mixed_site())
}

fn names(prefix: &str, count: usize) -> Vec<TokenStream> {
    (0..count).map(|at| name(prefix, at).to_token_stream()).collect()
}
