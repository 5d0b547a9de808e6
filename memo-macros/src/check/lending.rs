use std::collections::BTreeSet;

use proc_macro2::Span;
use syn::{Ident, Lifetime, Signature};

use crate::errors::Errors;
use crate::lifetimes::{count_in_inputs, declared, in_signature, in_type_bounds, of_leading_reference};
use crate::model::{Lifetimes, Parameter, Part, Passed, WrittenOut};
use crate::outcome::{Lent, Outcome};

/// Refuses what cannot be lent from. An elided lifetime in the result is bound to every weak argument.
pub(super) fn check(sig: &Signature, parameters: &[Parameter], owner: usize, outcome: &Outcome, errors: &mut Errors) {
    let Some(lent) = outcome.lent() else { return };
    let owner = &parameters[owner];
    if owner.passed == Passed::Value {
        errors.under(
            &owner.ty,
            "the result is lent from its owner, which ends with the call where it is passed by value: take it by `&`, or return an owned value",
        );
    }
    if let Some(lifetime) = &lent.lifetime {
        require_named(lifetime, parameters, errors);
        return;
    }
    if let Some(receiver) = parameters.iter().find(|parameter| parameter.receiver && !is_weak(parameter))
        && sig.receiver().is_some()
        && receiver.passed != Passed::Value
    {
        errors.under(
            &lent.written,
            "Rust binds this lifetime to `self`, which takes no part here: name the owner's, `fn f<'a>(&self, owner: &'a T) -> &'a V`",
        );
        return;
    }
    if weak_names(parameters).len() > 1 {
        errors.under(
            &lent.written,
            "the weak arguments have lifetimes of different names: name the result's too, and give all of them that one",
        );
    }
}

/// The compiler would say so too, of the attribute as a whole.
fn require_named(lifetime: &Lifetime, parameters: &[Parameter], errors: &mut Errors) {
    let weak = parameters.iter().filter(|parameter| parameter.is_borrowed_weak());
    for parameter in weak.filter(|parameter| of_leading_reference(&parameter.ty).is_none()) {
        errors.under(
            &parameter.ty,
            format_args!("a lent result borrows from every weak argument: write `&{lifetime}` here too, or leave the lifetime of the result out"),
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
pub(super) fn lifetimes(sig: &Signature, parameters: &[Parameter], outcome: &Outcome, associated: bool) -> Lifetimes {
    let all = in_signature(sig);
    let kept = in_type_bounds(&sig.generics);
    let replaced: BTreeSet<_> = declared(&sig.generics).difference(&kept).cloned().collect();
    let weak = fresh("w", &all, associated);
    let written_out = outcome.lent().and_then(|lent| written_out(sig, parameters, lent, &weak));
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

/// A lifetime that nothing in scope has. The lifetimes of an `impl` cannot be seen from inside, hence the plainer names
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
