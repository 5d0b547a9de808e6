//! The extra key: what each argument besides the owner puts into it.

use proc_macro2::{Ident, Literal, Punct, Spacing, Span, TokenStream, TokenTree};
use quote::{ToTokens, TokenStreamExt, format_ident, quote};
use syn::visit::{self, Visit};
use syn::visit_mut::{self, VisitMut};
use syn::{Expr, Pat, PatIdent, Type};

use crate::model::{MOST_PARTS, Memo, Parameter};
use crate::parse::function::Part;
use crate::parse::syntax::{Extent, bare, is_named, mentions, ours, pointee};

/// The extra key of a call.
pub(super) struct Key {
    /// Statements that come first and make the parts that run user code, one each: borrows and locks of a part end with its statement,
    /// before the next part needs them, and before the call waits or runs the body.
    pub(super) made: TokenStream,
    /// An expression: a tuple of the parts that the local `__memo_place` makes of the arguments.
    pub(super) whole: TokenStream,
}

impl Key {
    pub(super) fn of(memo: &Memo) -> Self {
        let (mut made, mut parts) = (TokenStream::new(), TokenStream::new());
        for (index, parameter) in memo.extra_key().enumerate() {
            let part = part(memo, parameter);
            if parameter.part.computed().is_some() {
                let name = format_ident!("__memo_part{index}", span = Span::mixed_site());
                made.extend(ours!(let #name = #part;));
                parts.extend(ours!(#name,));
            } else {
                parts.extend(ours!(#part,));
            }
        }
        if let Some(context) = &memo.context {
            let private = &memo.paths.private;
            let value = computed(memo, context);
            let part = of_value(memo, &ours!(#private::context(__memo_place, #value)));
            made.extend(ours!(let __memo_context = #part;));
            parts.extend(ours!(__memo_context,));
        }
        Self { made, whole: ours!((#parts)) }
    }

    /// Whether it can be made twice: no user code runs for it.
    pub(super) fn is_plain(&self) -> bool {
        self.made.is_empty()
    }
}

fn part(memo: &Memo, parameter: &Parameter) -> TokenStream {
    let private = &memo.paths.private;
    if let Some(expr) = parameter.part.computed() {
        return of_value(memo, &computed(memo, expr));
    }
    match &parameter.part {
        Part::Value => {
            let argument = borrowed(parameter);
            // Whether it can be shown is asked of its type: for lists of entries.
            let shows = ours!({
                use #private::by_type::*;
                #private::Shows::of(#argument).__memo_shows()
            });
            let argument = match is_unordered(pointee(&parameter.ty)) {
                true => ours!(#private::hashed(__memo_place, #argument)),
                false => argument,
            };
            ours!(#private::value(__memo_place, #argument, #shows))
        }
        _ => by_type(memo, &Element { parameter, at: Vec::new(), ty: &parameter.ty }),
    }
}

/// The value of an expression of the user's.
fn of_value(memo: &Memo, value: &TokenStream) -> TokenStream {
    let private = &memo.paths.private;
    let make = if memo.output.lent().is_some() { ours!(plain_computed) } else { ours!(computed) };
    ours!(#private::#make(__memo_place, #value))
}

/// A parameter, or a part of one that is written as a tuple.
struct Element<'a> {
    parameter: &'a Parameter,
    /// The path to it from the parameter: `.0.1`.
    at: Vec<usize>,
    ty: &'a Type,
}

/// A part by its type. The elements of a tuple are separate parts, so that an error points at the wrong one.
fn by_type(memo: &Memo, element: &Element) -> TokenStream {
    let private = &memo.paths.private;
    match pointee(element.ty) {
        Type::Tuple(tuple) if (1..=MOST_PARTS).contains(&tuple.elems.len()) => {
            let parts = tuple.elems.iter().enumerate().map(|(index, ty)| {
                let at = element.at.iter().copied().chain([index]).collect();
                by_type(memo, &Element { at, ty, ..*element })
            });
            return ours!((#(#parts,)*));
        }
        _ => {}
    }
    let argument = element.borrowed();
    let argument = match question(memo, pointee(element.ty)) {
        Some(question) => ours!(#private::#question(__memo_place, #argument)),
        None => argument,
    };
    match memo.output.lent() {
        None => ours!(#private::key(__memo_place, #argument)),
        // Only an argument passed by reference lives as long as the result; a weak one passed by value ends with the call.
        Some(_) if element.parameter.is_borrowed_weak() => ours!(#private::lent_key(__memo_place, #argument)),
        Some(_) if element.at.is_empty() => ours!(#private::plain_key(__memo_place, #argument)),
        Some(_) => ours!(#private::plain_part(__memo_place, #argument)),
    }
}

/// An earlier check, with a better error, for types that are likely to be no key.
fn question(memo: &Memo, ty: &Type) -> Option<TokenStream> {
    if is_unordered(ty) {
        return Some(ours!(ordered));
    }
    let Type::Path(path) = ty else { return None };
    let name = path.path.get_ident()?;
    memo.function.sig.generics.type_params().any(|param| param.ident == *name).then(|| ours!(bounded))
}

/// Whether it has the name of an unordered collection of std.
fn is_unordered(ty: &Type) -> bool {
    is_named(ty, &["HashMap", "HashSet", "BinaryHeap"])
}

impl Element<'_> {
    /// As [`borrowed`], for the part.
    fn borrowed(&self) -> TokenStream {
        if self.at.is_empty() {
            return borrowed(self.parameter);
        }
        let extent = Extent::of(self.ty);
        let by_reference = matches!(bare(self.ty), Type::Reference(reference) if reference.mutability.is_none());
        let mut name = self.parameter.name.clone();
        name.set_span(name.span().located_at(extent.last));
        let mut tokens = TokenStream::new();
        tokens.append(punct('&', extent.first));
        if by_reference {
            tokens.append(punct('*', extent.first));
        }
        tokens.append(name);
        for &index in &self.at {
            let mut index = Literal::usize_unsuffixed(index);
            index.set_span(extent.last);
            tokens.append(punct('.', extent.last));
            tokens.append(index);
        }
        tokens
    }
}

fn punct(character: char, span: Span) -> Punct {
    let mut punct = Punct::new(character, Spacing::Alone);
    punct.set_span(span);
    punct
}

/// `&name` or `&*name`, underlined by a type error from the first to the last token of the parameter's type.
pub(super) fn borrowed(parameter: &Parameter) -> TokenStream {
    let mut tokens = TokenStream::new();
    let punct = |character| punct(character, parameter.extent.first);
    if parameter.receiver && !parameter.is_by_value() {
        // One token that is underlined as it stands.
        return parameter.name.to_token_stream();
    }
    tokens.append(punct('&'));
    if !parameter.is_by_value() {
        tokens.append(punct('*'));
    }
    let mut name = parameter.name.clone();
    name.set_span(name.span().located_at(parameter.extent.last));
    tokens.append(name);
    tokens
}

/// The expression of `#[memo(key = ..)]`, or of `context = ..`. It sees the parameters by reference, with their patterns bound.
pub(super) fn computed(memo: &Memo, expr: &Expr) -> TokenStream {
    let tokens = expr.to_token_stream();
    let bindings = bindings(memo, expr);
    if bindings.is_empty() { tokens } else { quote!({ #bindings #tokens }) }
}

/// What an expression of the attribute sees: the parameters by reference, with their patterns bound.
pub(super) fn bindings(memo: &Memo, expr: &Expr) -> TokenStream {
    let tokens = expr.to_token_stream();
    memo.parameters.iter().filter_map(|parameter| binding(parameter, &tokens)).collect()
}

fn binding(parameter: &Parameter, expr: &TokenStream) -> Option<TokenStream> {
    let name = &parameter.name;
    let (pattern, names) = match &parameter.pattern {
        Some(pattern) => (binding_by_reference(pattern), bound_names(pattern)),
        None => (name.to_token_stream(), vec![name.clone()]),
    };
    let is_read = mentions(expr.clone(), &|ident| names.contains(ident)) || captures(expr.clone(), &names);
    let seen = if parameter.is_by_value() {
        quote!(&#name)
    } else if parameter.is_by_mut() {
        quote!(&*#name)
    } else {
        parameter.pattern.as_ref()?;
        quote!(#name)
    };
    (is_read && !parameter.receiver).then(|| ours!(#[allow(unused_variables)] let #pattern = #seen;))
}

fn bound_names(pattern: &Pat) -> Vec<Ident> {
    struct Names(Vec<Ident>);
    impl Visit<'_> for Names {
        fn visit_pat_ident(&mut self, pattern: &PatIdent) {
            self.0.push(pattern.ident.clone());
            visit::visit_pat_ident(self, pattern);
        }
    }
    let mut names = Names(Vec::new());
    names.visit_pat(pattern);
    names.0
}

/// Matched against a reference, a pattern may say neither `mut` nor `ref`.
fn binding_by_reference(pattern: &Pat) -> TokenStream {
    struct Plain;
    impl VisitMut for Plain {
        fn visit_pat_ident_mut(&mut self, pattern: &mut PatIdent) {
            pattern.mutability = None;
            pattern.by_ref = None;
            visit_mut::visit_pat_ident_mut(self, pattern);
        }
    }
    let mut pattern = pattern.clone();
    Plain.visit_pat_mut(&mut pattern);
    pattern.to_token_stream()
}

/// Whether any string in the tokens may capture one of `names`: `{width}` names a variable, which the tokens around it do not show.
fn captures(tokens: TokenStream, names: &[Ident]) -> bool {
    tokens.into_iter().any(|tree| match tree {
        TokenTree::Literal(literal) if is_string(&literal) => {
            let text = literal.to_string();
            names.iter().any(|name| captured(&text, &name.to_string()).next().is_some())
        }
        TokenTree::Group(group) => captures(group.stream(), names),
        _ => false,
    })
}

fn is_string(literal: &Literal) -> bool {
    literal.to_string().starts_with(['"', 'r'])
}

/// Where a format string captures `name`: behind a `{` that is not one of a pair, and before `:` or `}`.
fn captured(text: &str, name: &str) -> impl Iterator<Item = usize> {
    text.match_indices(name).map(|(at, _)| at).filter(move |&at| {
        let (before, after) = (text[..at].trim_end(), text[at + name.len()..].trim_start());
        let opening = before.len() - before.trim_end_matches('{').len();
        opening % 2 == 1 && after.starts_with([':', '}'])
    })
}
