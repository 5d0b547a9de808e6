use proc_macro2::{Ident, Literal, Punct, Spacing, Span, TokenStream, TokenTree};
use quote::{ToTokens, TokenStreamExt, format_ident, quote, quote_spanned};
use syn::visit::{self, Visit};
use syn::visit_mut::{self, VisitMut};
use syn::{Expr, Pat, PatIdent, Token, Type};

use super::{format, keep, ours};
use crate::model::{MOST_PARTS, Memo, NotTheOwner, Parameter, Part, Passed};
use crate::outcome::Outcome;
use crate::spans::Extent;
use crate::syntax::{bare, is_named, mentions, pointee};

/// Opens the place of the results as the local `__memo_place`, and checks that it can have such; for those that are returned by clone, also
/// how they are kept, as the local `__memo_keeping`.
pub(super) fn place(memo: &Memo) -> TokenStream {
    place_of(memo, &borrowed(memo.owner()))
}

pub(super) fn place_of(memo: &Memo, owner: &TokenStream) -> TokenStream {
    let private = &memo.paths.private;
    let make = match (memo.local, memo.outcome.lent()) {
        (false, _) => ours!(place),
        (true, None) => ours!(local_place),
        (true, Some(_)) => ours!(local_lent_place),
    };
    let kept = memo.outcome.kept();
    // The questions about a result are asked of the scope: this stands for it, and is underlined if it says no.
    let scope = Token![_](Extent::of(kept).first);
    let checked = match memo.outcome {
        Outcome::Owned(_) => {
            let keeping = keep::keeping(memo);
            let marking = if memo.holds_owner { ours!(held) } else { ours!(marking) };
            // An import of the expansion's that is not used is nobody's mistake.
            ours! {
                let (__memo_place, __memo_keeping) = {
                    use #private::by_type::*;
                    #private::check_owned::<#kept, #scope, _, _, _, _>(__memo_place, #keeping).#marking()
                };
            }
        }
        Outcome::Lent(_) => ours!(let __memo_place = #private::check_kept::<#kept, #scope, _, _>(__memo_place);),
    };
    let place = located(memo.owner(), ours!(#private::#make(#owner)));
    ours! {
        let __memo_place = #place;
        #checked
    }
}

/// The call that asks a trait object for its anchor, under the object's type: with `impl HasAnchor for dyn Trait` that is
/// implemented for objects that borrow nothing, and what the compiler says of lifetimes it says of the call.
fn located(owner: &Parameter, call: TokenStream) -> TokenStream {
    if !matches!(pointee(&owner.ty), Type::TraitObject(_)) {
        return call;
    }
    let Extent { first, last } = owner.extent;
    let trees = call.into_iter().map(|mut tree| {
        tree.set_span(if matches!(tree, TokenTree::Group(_)) { last } else { first });
        tree
    });
    trees.collect()
}

/// Refuses marks whose conditions do not hold: an attribute cannot know that, and went by them.
pub(super) fn conditions(memo: &Memo) -> TokenStream {
    let conditions = memo.parameters.iter().flat_map(|parameter| &parameter.conditions);
    let refused = conditions.map(|condition| {
        quote_spanned! {Extent::of(condition).first=>
            #[cfg(not(#condition))]
            ::core::compile_error!("this mark must hold wherever the memo does: give `#[weak_memo]` the same condition, or write the mark without one");
        }
    });
    refused.collect()
}

/// Refuses a result that holds its owner where only the compiler can tell.
pub(super) fn compare(memo: &Memo) -> TokenStream {
    if memo.not_the_owner.is_empty() {
        return TokenStream::new();
    }
    let private = &memo.paths.private;
    let owner = borrowed(memo.owner());
    let questions = memo.not_the_owner.iter().map(|NotTheOwner { held, unless }| {
        // The caret belongs under the type.
        let ask = Ident::new("ask", Span::mixed_site().located_at(Extent::of(held).first));
        ours!(#private::inside::<#held, #unless, _>(#owner).#ask();)
    });
    ours!({
        use #private::by_type::*;
        #(#questions)*
    })
}

/// The extra key, an expression: a tuple of the parts that the local `__memo_place` makes of the arguments. And what makes first
/// those parts that run code of the user's, each by itself: whatever that borrows or locks on the way ends with its statement,
/// before the next part asks for the same, before the call waits for another or runs the body.
pub(super) fn key(memo: &Memo) -> (TokenStream, TokenStream) {
    let mut parts = TokenStream::new();
    let mut made = TokenStream::new();
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
    (ours!((#parts)), made)
}

fn part(memo: &Memo, parameter: &Parameter) -> TokenStream {
    let lends = memo.outcome.lent().is_some();
    let private = &memo.paths.private;
    if let Some(expr) = parameter.part.computed() {
        let expr = computed(memo, expr);
        let make = if lends { ours!(plain_computed) } else { ours!(computed) };
        return ours!(#private::#make(__memo_place, #expr));
    }
    match &parameter.part {
        Part::Value => {
            let argument = borrowed(parameter);
            let argument = match is_unordered(pointee(&parameter.ty)) {
                true => ours!(#private::hashed(__memo_place, #argument)),
                false => argument,
            };
            ours!(#private::value(__memo_place, #argument))
        }
        _ => by_type(memo, &Element { parameter, at: Vec::new(), ty: &parameter.ty }),
    }
}

/// A parameter, or a part of one that is written as a tuple.
struct Element<'a> {
    parameter: &'a Parameter,
    /// The way to it from the parameter: `.0.1`.
    at: Vec<usize>,
    ty: &'a Type,
}

/// A part as its type says. A tuple's are asked for one by one, so that a wrong one is told where it stands.
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
    match memo.outcome.lent() {
        None => ours!(#private::key(__memo_place, #argument)),
        // Only what is passed by reference is there for as long as the result; by value, a weak one ends with the call.
        Some(_) if element.parameter.is_borrowed_weak() => ours!(#private::lent_key(__memo_place, #argument)),
        Some(_) if element.at.is_empty() => ours!(#private::plain_key(__memo_place, #argument)),
        Some(_) => ours!(#private::plain_part(__memo_place, #argument)),
    }
}

/// What is to be asked first of a type of which there is more to say, should it be no key.
fn question(memo: &Memo, ty: &Type) -> Option<TokenStream> {
    if is_unordered(ty) {
        return Some(ours!(ordered));
    }
    let Type::Path(path) = ty else { return None };
    let name = path.path.get_ident()?;
    memo.function.sig.generics.type_params().any(|param| param.ident == *name).then(|| ours!(bounded))
}

/// Whether it goes by the name of a collection of std's that has no order.
fn is_unordered(ty: &Type) -> bool {
    is_named(ty, &["HashMap", "HashSet", "BinaryHeap"])
}

impl Element<'_> {
    /// As [`borrowed`], of the part.
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
fn borrowed(parameter: &Parameter) -> TokenStream {
    let mut tokens = TokenStream::new();
    let punct = |character| punct(character, parameter.extent.first);
    if parameter.receiver && parameter.passed != Passed::Value {
        // One token that is underlined as it stands.
        return parameter.name.to_token_stream();
    }
    tokens.append(punct('&'));
    if parameter.passed != Passed::Value {
        tokens.append(punct('*'));
    }
    let mut name = parameter.name.clone();
    name.set_span(name.span().located_at(parameter.extent.last));
    tokens.append(name);
    tokens
}

/// The expression of `#[memo(key = ..)]`. It sees the parameters by reference, with their patterns bound.
fn computed(memo: &Memo, expr: &Expr) -> TokenStream {
    let tokens = expr.to_token_stream();
    let bindings: TokenStream = memo.parameters.iter().filter_map(|parameter| binding(parameter, &tokens)).collect();
    if bindings.is_empty() { tokens } else { quote!({ #bindings #tokens }) }
}

fn binding(parameter: &Parameter, expr: &TokenStream) -> Option<TokenStream> {
    let name = &parameter.name;
    let (pattern, names) = match &parameter.pattern {
        Some(pattern) => (binding_by_reference(pattern), bound_names(pattern)),
        None => (name.to_token_stream(), vec![name.clone()]),
    };
    let is_read = mentions(expr.clone(), &|ident| names.contains(ident)) || format::captures(expr.clone(), &names);
    let seen = match parameter.passed {
        Passed::Reference if parameter.pattern.is_none() => return None,
        Passed::Reference => quote!(#name),
        Passed::MutableReference => quote!(&*#name),
        Passed::Value => quote!(&#name),
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
