use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, format_ident};
use syn::ext::IdentExt;
use syn::{
    Data, DataEnum, DeriveInput, Field, Fields, GenericParam, Generics, Member, Type, WherePredicate, parse_quote,
};

use super::{each_mark, extended, paths, scope};
use crate::model::MOST_PARTS;
use crate::parse::Errors;
use crate::parse::options::Paths;
use crate::parse::syntax::{mentions, ours};
use crate::parse::words::alone;

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
    /// Of an enum's.
    name: Option<&'a Ident>,
    path: TokenStream,
    parts: Vec<KeyField<'a>>,
}

/// A field that takes part.
struct KeyField<'a> {
    member: Member,
    ty: &'a Type,
    by_value: bool,
    /// Names the type's own parameters or lifetimes.
    generic: bool,
}

pub(crate) fn derive(input: TokenStream) -> TokenStream {
    syn::parse2(input).and_then(|input| checked(&input)).unwrap_or_else(|error| error.to_compile_error())
}

fn checked(input: &DeriveInput) -> syn::Result<TokenStream> {
    let mut errors = Errors::default();
    let paths = paths(&input.attrs, &mut errors);
    let variants = match &input.data {
        Data::Struct(data) => {
            let parts = key_fields(&data.fields, &input.generics, &mut errors);
            vec![Variant { name: None, path: ours!(Self), parts }]
        }
        Data::Enum(data) => enum_variants(data, &input.generics, &mut errors),
        Data::Union(data) => {
            errors.under(
                data.union_token,
                "a union cannot be compared field by field: mark the parameter `#[memo(key = expr)]`",
            );
            Vec::new()
        }
    };
    let shape = Shape {
        name: &input.ident,
        generics: &input.generics,
        paths,
        scope: scope(),
        variants,
        is_enum: matches!(input.data, Data::Enum(_)),
    };
    Ok(errors.or(shape)?.expand())
}

fn enum_variants<'a>(data: &'a DataEnum, generics: &Generics, errors: &mut Errors) -> Vec<Variant<'a>> {
    let variants = data.variants.iter().map(|variant| {
        let name = &variant.ident;
        Variant { name: Some(name), path: ours!(Self::#name), parts: key_fields(&variant.fields, generics, errors) }
    });
    variants.collect()
}

fn key_fields<'a>(fields: &'a Fields, generics: &Generics, errors: &mut Errors) -> Vec<KeyField<'a>> {
    fields.members().zip(fields).filter_map(|(member, field)| key_field(member, field, generics, errors)).collect()
}

fn key_field<'a>(member: Member, field: &'a Field, generics: &Generics, errors: &mut Errors) -> Option<KeyField<'a>> {
    let (mut value, mut skip) = (false, false);
    each_mark("memo", &field.attrs, errors, |word, input| {
        if word != "value" && word != "skip" {
            return Err(syn::Error::new(
                word.span(),
                format_args!("unknown mark `{word}`: write `#[memo(value)]` or `#[memo(skip)]`"),
            ));
        }
        if value || skip {
            return Err(syn::Error::new(word.span(), "a field can have only one mark: keep either `value` or `skip`"));
        }
        let word = alone(word, input)?;
        (value, skip) = (word == "value", word == "skip");
        Ok(())
    });
    let generic = speaks_of(&field.ty, generics);
    (!skip).then_some(KeyField { member, ty: &field.ty, by_value: value, generic })
}

fn speaks_of(ty: &Type, generics: &Generics) -> bool {
    let names: Vec<_> = generics
        .params
        .iter()
        .map(|param| match param {
            GenericParam::Lifetime(param) => &param.lifetime.ident,
            GenericParam::Type(param) => &param.ident,
            GenericParam::Const(param) => &param.ident,
        })
        .collect();
    mentions(ty.to_token_stream(), &|ident| names.contains(&ident))
}

impl Shape<'_> {
    fn expand(&self) -> TokenStream {
        let stored = self.stored_struct();
        let key = self.memo_key();
        let plain = self.plain_key();
        ours! {
            const _: () = {
                #stored
                #key
                #plain
            };
        }
    }

    fn parts(&self) -> impl Iterator<Item = &KeyField<'_>> {
        self.variants.iter().flat_map(|variant| &variant.parts)
    }

    /// `F: MemoKey<S>` for the parts that `which` picks.
    fn bounds(&self, which: impl Fn(&KeyField) -> bool) -> Vec<WherePredicate> {
        let (root, scope) = (&self.paths.root, &self.scope);
        let parts = self.parts().filter(|part| which(part));
        parts
            .map(|part| {
                let ty = part.key_type(&self.paths.private);
                parse_quote!(#ty: #root::MemoKey<#scope>)
            })
            .collect()
    }

    /// The names that stand for the stored forms of the generic parts in the struct of all stored forms: it must be
    /// `'static`, and would not be with the type's own parameters.
    fn stand_ins(&self) -> Vec<Ident> {
        (0..self.parts().filter(|part| part.generic).count()).map(|at| name("__Memo", at)).collect()
    }

    /// A struct of the stored forms, since their types may be more private than the key's own.
    fn stored_struct(&self) -> TokenStream {
        let (private, scope) = (&self.paths.private, &self.scope);
        let stand_ins = self.stand_ins();
        let bounds = self.bounds(|part| !part.generic);
        let fields = self.stored();
        let ours = name_of_stored();
        let show = self.show();
        ours! {
            #[doc(hidden)]
            #[allow(private_bounds)]
            pub struct #ours<#scope: #private::Scope, #(#stand_ins),*>(
                #fields,
                ::core::marker::PhantomData<fn(#scope) -> #scope>,
            )
            where
                #(#bounds,)*;

            #[automatically_derived]
            #[allow(private_bounds)]
            impl<#scope: #private::Scope, #(#stand_ins: #private::StoredKey<#scope>),*> #private::Fields<#scope>
                for #ours<#scope, #(#stand_ins),*>
            where
                #(#bounds,)*
            {
                const PEERS: ::core::primitive::bool = <#fields as #private::StoredKey<#scope>>::PEERS;
                fn same(&self, __memo_other: &Self) -> ::core::primitive::bool {
                    <#fields as #private::StoredKey<#scope>>::same(&self.0, &__memo_other.0)
                }
                fn each(&self, __memo_visit: &mut #private::Visit<'_>) {
                    __memo_visit.visit::<#scope, #fields>(&self.0);
                }
                fn show(&self, __memo_to: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result { #show }
            }
        }
    }

    fn memo_key(&self) -> TokenStream {
        let (name, root, private, scope) = (self.name, &self.paths.root, &self.paths.private, &self.scope);
        let key = ours!(#root::MemoKey<#scope>);
        let ours = name_of_stored();
        let generic = self.parts().filter(|part| part.generic).map(|part| {
            let as_key = self.as_key(part);
            ours!(#as_key::Stored)
        });
        let stored = ours!(#private::Composite<#ours<#scope, #(#generic),*>>);
        let mut bounds = self.bounds(|_| true);
        bounds.push(parse_quote!(#stored: #private::StoredKey<#scope>));
        let extended = extended(self.generics, Some((scope, &self.paths)), bounds);
        let (parameters, _, clause) = extended.split_for_impl();
        let (_, arguments, _) = self.generics.split_for_impl();
        let trusted = self.trusted();
        let (hash, matches, to_stored) = (self.hash(), self.matches(), self.to_stored());
        ours! {
            #[automatically_derived]
            impl #parameters #key for #name #arguments #clause {
                type Stored = #stored;
                const TRUSTED: ::core::primitive::bool = #trusted;
                type Probe<'__memo> = #private::DerivedProbe<'__memo, Self> where Self: '__memo;
                #[inline]
                fn probe_key(&self) -> #private::DerivedProbe<'_, Self> {
                    #private::DerivedProbe(self)
                }
            }

            #[automatically_derived]
            impl #parameters #private::Derived<#scope> for #name #arguments #clause {
                fn hash_fields<__MemoHasher: ::core::hash::Hasher>(&self, __memo_state: &mut __MemoHasher) { #hash }
                fn match_fields(&self, __memo_stored: &<Self as #key>::Stored) -> ::core::primitive::bool { #matches }
                fn store_fields(&self) -> <Self as #key>::Stored { #to_stored }
            }
        }
    }

    /// Plain where all parts are. A bound on a type without parameters that does not hold would be an error by itself;
    /// with a lifetime of its own in it, the compiler asks only where the answer matters.
    fn plain_key(&self) -> TokenStream {
        let (_, arguments, _) = self.generics.split_for_impl();
        let name = self.name;
        let private = &self.paths.private;
        let fields = self.parts().filter(|part| !part.by_value);
        let bounds = fields.map(|part| -> WherePredicate {
            let ty = part.ty;
            parse_quote!(for<'__memo> (&'__memo ::core::primitive::str, #ty): #private::PlainKey)
        });
        let extended = extended(self.generics, None, bounds);
        let (parameters, _, clause) = extended.split_for_impl();
        ours! {
            #[automatically_derived]
            impl #parameters #private::PlainKey for #name #arguments #clause {}
        }
    }

    /// The stored forms: a tuple for each variant.
    fn stored(&self) -> TokenStream {
        let private = &self.paths.private;
        let mut stand_ins = self.stand_ins().into_iter();
        let stored = self.variants.iter().map(|variant| {
            let parts = variant.parts.iter().map(|part| {
                let stand_in = if part.generic { stand_ins.next() } else { None };
                let as_key = self.as_key(part);
                stand_in.map_or_else(|| ours!(#as_key::Stored), |stand_in| ours!(#stand_in))
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

    // Each goes by the probe, which borrows what it names: the trait's methods of these names may be anything in an `impl` by hand.

    fn hash(&self) -> TokenStream {
        let (private, scope) = (&self.paths.private, &self.scope);
        let arms = self.variants.iter().enumerate().map(|(index, variant)| {
            let pattern = variant.pattern("__memo_field");
            // The variant counts too: `A(1)` and `B(1)` are two keys.
            let index = u32::try_from(index).unwrap_or(u32::MAX);
            let tag = self.is_enum.then(|| ours!(::core::hash::Hasher::write_u32(__memo_state, #index);));
            let parts = variant.parts.iter().enumerate().map(|(at, part)| {
                let (as_key, value) = (self.as_key(part), self.value(part, at));
                ours!(#private::Probe::<#scope>::hash_part(&#as_key::probe_key(#value), __memo_state);)
            });
            ours!(#pattern => { #tag #(#parts)* })
        });
        let arms: Vec<_> = arms.collect();
        let unused = self.parts().next().is_none().then(|| ours!(let _ = __memo_state;));
        let matched = self.matched(&arms);
        ours!(#unused #matched)
    }

    fn matches(&self) -> TokenStream {
        let (private, scope) = (&self.paths.private, &self.scope);
        let count = self.variants.len();
        let arms: Vec<_> = self
            .variants
            .iter()
            .enumerate()
            .map(|(index, variant)| {
                let pattern = variant.pattern("__memo_field");
                let stored = self.inject(index, count, &tuple(names("__memo_stored", variant.parts.len())));
                let parts = variant.parts.iter().enumerate().map(|(at, part)| {
                    let (as_key, value, stored) = (self.as_key(part), self.value(part, at), name("__memo_stored", at));
                    ours!(&& #private::Probe::<#scope>::matches(&#as_key::probe_key(#value), #stored))
                });
                ours!((#pattern, #stored) => true #(#parts)*)
            })
            .collect();
        if count == 0 {
            return ours!(match *self {});
        }
        let other = (count > 1).then(|| ours!(_ => false));
        ours!(match (self, &__memo_stored.0.0) { #(#arms,)* #other })
    }

    fn to_stored(&self) -> TokenStream {
        let (private, scope) = (&self.paths.private, &self.scope);
        let count = self.variants.len();
        let arms: Vec<_> = self
            .variants
            .iter()
            .enumerate()
            .map(|(index, variant)| {
                let pattern = variant.pattern("__memo_field");
                let parts = variant.parts.iter().enumerate().map(|(at, part)| {
                    let (as_key, value) = (self.as_key(part), self.value(part, at));
                    ours!(#as_key::probe_key(#value))
                });
                // As one: a part that panics drops those before it quietly.
                let stored = if variant.parts.is_empty() {
                    ours!(())
                } else {
                    let probes = tuple(parts.collect());
                    ours!(#private::Probe::<#scope>::to_stored(&#probes))
                };
                let stored = self.inject(index, count, &stored);
                ours!(#pattern => #stored)
            })
            .collect();
        let stored = self.matched(&arms);
        if count == 0 {
            return stored;
        }
        let ours = name_of_stored();
        ours!(#private::Composite(#ours(#stored, ::core::marker::PhantomData)))
    }

    /// As a derived `Debug` does, without the fields that are no part.
    fn show(&self) -> TokenStream {
        let (private, scope) = (&self.paths.private, &self.scope);
        let count = self.variants.len();
        let arms: Vec<_> = self
            .variants
            .iter()
            .enumerate()
            .map(|(index, variant)| {
                let parts = variant.parts.len();
                let stored = self.inject(index, count, &tuple(names("__memo_stored", parts)));
                let fields = names("__memo_stored", parts).into_iter().zip(&variant.parts);
                let called = variant.called(self.name);
                let is_named = variant.parts.iter().any(|part| matches!(part.member, Member::Named(_)));
                let fields = fields.map(|(stored, part)| {
                    let shown = ours!(&#private::Shown::<#scope, _>::new(#stored));
                    match &part.member {
                        Member::Named(name) => {
                            let name = name.unraw().to_string();
                            ours!(.field(#name, #shown))
                        }
                        Member::Unnamed(_) => ours!(.field(#shown)),
                    }
                });
                let form = if is_named { ours!(debug_struct) } else { ours!(debug_tuple) };
                ours!(#stored => ::core::fmt::Formatter::#form(__memo_to, #called) #(#fields)* .finish())
            })
            .collect();
        if count == 0 {
            return ours!({
                let _ = __memo_to;
                ::core::result::Result::Ok(())
            });
        }
        ours!(match &self.0 { #(#arms,)* })
    }

    fn matched(&self, arms: &[TokenStream]) -> TokenStream {
        if arms.is_empty() { ours!(match *self {}) } else { ours!(match self { #(#arms,)* }) }
    }

    /// The field's binding, as its key.
    fn value(&self, part: &KeyField, at: usize) -> TokenStream {
        let binding = name("__memo_field", at);
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
    /// The variant's name; that of the type for a struct.
    fn called(&self, ty: &Ident) -> String {
        self.name.unwrap_or(ty).unraw().to_string()
    }

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

/// A tuple of any length, nested if it is longer than the runtime's.
fn tuple(mut items: Vec<TokenStream>) -> TokenStream {
    while items.len() > MOST_PARTS {
        items = items.chunks(MOST_PARTS).map(|chunk| ours!((#(#chunk,)*))).collect();
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

fn name_of_stored() -> Ident {
    Ident::new("__MemoStored", Span::mixed_site())
}

fn name(prefix: &str, at: usize) -> Ident {
    format_ident!("{prefix}{at}", span = Span::mixed_site())
}

fn names(prefix: &str, count: usize) -> Vec<TokenStream> {
    (0..count).map(|at| name(prefix, at).to_token_stream()).collect()
}
