//! Lent results: what they can be lent from, and for how long.

use std::collections::BTreeSet;

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::{ToTokens, TokenStreamExt};
use syn::{Expr, Ident, Lifetime, Signature};

use crate::model::{Lent, Lifetimes, Output, Parameter, WrittenOut};
use crate::parse::Errors;
use crate::parse::function::{Function, Part};
use crate::parse::lifetimes::{count_in_inputs, declared, in_signature, in_type_bounds, of_leading_reference};
use crate::parse::syntax::has_a_copy;

/// Refuses what cannot be lent, or lent from. An elided lifetime in the result is bound to every weak argument.
pub(super) fn check(
    function: &Function,
    in_place: bool,
    parameters: &[Parameter],
    owner: &Parameter,
    output: &Output,
    errors: &mut Errors,
) {
    let Some(lent) = output.lent() else { return };
    let sig = &function.sig;
    refuse_borrow(function.body.stream(), errors);
    refuse_wrapped(function, lent, errors);
    if owner.is_by_value() {
        errors.under(
            &owner.ty,
            "the result is lent from its owner, and an owner passed by value ends with the call: take it by `&`, or return an owned value",
        );
    }
    if let Some(lifetime) = &lent.lifetime {
        require_named(lifetime, parameters, errors);
        return;
    }
    if parameters.iter().any(|parameter| parameter.receiver && !is_weak(parameter) && !parameter.is_by_value()) {
        errors.under(
            &lent.written,
            "Rust binds this lifetime to `self`, which is not a weak argument here: name the owner's lifetime, `fn f<'a>(&self, owner: &'a T) -> &'a V`",
        );
        return;
    }
    if let Some(other) = bound_beside_self(parameters).filter(|_| in_place) {
        errors.under(
            &lent.written,
            format_args!(
                "a lent result borrows from every weak argument, but in a trait this signature borrows from `self` alone: name the lifetime in the trait and here, `fn {}<'a>(&'a self, {}: &'a ..) -> &'a ..`, or return an owned value",
                sig.ident, other.name
            ),
        );
        return;
    }
    if weak_names(parameters).len() > 1 {
        errors.under(
            &lent.written,
            "the weak arguments have lifetimes of different names: give the result and all of them the same one",
        );
    }
}

/// An attribute above this one has seen the signature and not what becomes of it. If it has written the result's type into the body, the body no
/// longer yields the owned value.
fn refuse_wrapped(function: &Function, lent: &Lent, errors: &mut Errors) {
    let Some(first) = lent.written.to_token_stream().into_iter().next() else { return };
    if has_a_copy(function.body.stream(), &first) {
        errors.under(
            &lent.written,
            "another attribute, above `#[weak_memo]`, has written this type into the body, which is to yield the owned value: move that attribute below `#[weak_memo]`",
        );
    }
}

/// The compiler would report this too, but at the attribute as a whole.
fn require_named(lifetime: &Lifetime, parameters: &[Parameter], errors: &mut Errors) {
    let weak = parameters.iter().filter(|parameter| parameter.is_borrowed_weak());
    for parameter in weak.filter(|parameter| of_leading_reference(&parameter.ty).is_none()) {
        errors.under(
            &parameter.ty,
            format_args!("a lent result borrows from every weak argument: write `&{lifetime}` here too, or omit the lifetime of the result"),
        );
    }
}

/// A weak argument that Rust's own rule does not bind an elided lifetime to, since there is a `&self`.
fn bound_beside_self(parameters: &[Parameter]) -> Option<&Parameter> {
    let (receiver, others) = parameters.split_first()?;
    let is_bound = receiver.receiver && receiver.is_borrowed_weak();
    others.iter().find(|parameter| is_bound && parameter.is_borrowed_weak())
}

/// Refuses a body that ends in `&..`, as the signature seems to ask. The compiler finds other borrows.
fn refuse_borrow(body: TokenStream, errors: &mut Errors) {
    let last = body.into_iter().fold(TokenStream::new(), |mut tokens, tree| match tree {
        TokenTree::Punct(punct) if punct.as_char() == ';' => TokenStream::new(),
        other => {
            tokens.append(other);
            tokens
        }
    });
    let is_borrow = last.clone().into_iter().next().is_some_and(|tree| tree.to_string() == "&");
    if let (true, Ok(Expr::Reference(borrow))) = (is_borrow, syn::parse2(last)) {
        errors.under(
            borrow,
            "the memo owns what it lends, so the body returns it by value: create it here, or clone it from the argument; to point into the argument, return an index, a range or an `Arc` instead",
        );
    }
}

fn is_weak(parameter: &Parameter) -> bool {
    matches!(parameter.part, Part::Owner { .. } | Part::Key { .. })
}

/// The names written on the references to weak arguments.
fn weak_names(parameters: &[Parameter]) -> BTreeSet<&Ident> {
    let weak = parameters.iter().filter(|parameter| parameter.is_borrowed_weak());
    weak.filter_map(|parameter| of_leading_reference(&parameter.ty)).map(|lifetime| &lifetime.ident).collect()
}

/// Chooses the lifetimes that the expansion writes.
pub(super) fn lifetimes(sig: &Signature, parameters: &[Parameter], output: &Output, associated: bool) -> Lifetimes {
    let all = in_signature(sig);
    let kept = in_type_bounds(&sig.generics);
    let replaced: BTreeSet<_> = declared(&sig.generics).difference(&kept).cloned().collect();
    let weak = fresh("w", &all, associated);
    let written_out = output.lent().and_then(|lent| written_out(sig, parameters, lent, &weak));
    Lifetimes { other: fresh("a", &(&all - &replaced), associated), weak, replaced, written_out }
}

fn written_out(sig: &Signature, parameters: &[Parameter], lent: &Lent, weak: &Lifetime) -> Option<WrittenOut> {
    // With one lifetime in all the parameters, Rust's own rule says the same.
    if lent.lifetime.is_some() || count_in_inputs(sig) == 1 {
        return None;
    }
    Some(match weak_names(parameters).first() {
        Some(name) => WrittenOut { lifetime: named(&name.to_string(), name.span()), fresh: false },
        None => WrittenOut { lifetime: weak.clone(), fresh: true },
    })
}

/// A lifetime that is not in scope yet. The lifetimes of an `impl` cannot be seen from inside, hence the plainer names
/// for free functions only.
fn fresh(name: &str, taken: &BTreeSet<Ident>, associated: bool) -> Lifetime {
    if !associated && taken.iter().all(|other| other != name) {
        return named(name, Span::mixed_site());
    }
    let mut name = format!("__{name}");
    while taken.iter().any(|other| other == &name) {
        name.insert(0, '_');
    }
    named(&name, Span::mixed_site())
}

fn named(name: &str, span: Span) -> Lifetime {
    Lifetime::new(&format!("'{name}"), span)
}
