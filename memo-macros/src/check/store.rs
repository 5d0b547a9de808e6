//! The second tier: what it does not go with, and the hidden memo of what an object holds there.

use proc_macro2::Span;
use syn::ext::IdentExt;
use syn::{Expr, FnArg, Ident, LitStr, Pat, PatIdent, PatType, Visibility, parse_quote};

use super::parameters;
use crate::model::{Memo, Parameter, hidden_name};
use crate::parse::Errors;
use crate::parse::function::{Function, Mark, Named, Part};
use crate::parse::options::{Capacity, Handle, Options};

/// The store and the version.
pub(super) fn read(written: &mut Options, in_place: bool, errors: &mut Errors) -> Option<(Expr, Expr)> {
    let version = written.version.take();
    let Some((word, store)) = written.store.take() else {
        if let Some((word, _)) = version {
            errors.under(
                word,
                "`version` says which results of a store this code understands, and there is no store: add `store = STORE`, or remove it",
            );
        }
        return None;
    };
    parameters::refuse_leaving(&store, "a `store` expression", errors);
    refuse(written, in_place, &word, errors);
    let Some((_, version)) = version else {
        errors.under(
            word,
            "write `version = 1`, and raise it whenever the function computes something else: other processes and later runs find results by it",
        );
        return None;
    };
    Some((store, version))
}

/// What a store does not go with.
fn refuse(written: &Options, in_place: bool, word: &Ident, errors: &mut Errors) {
    if let Some((cycle, _)) = &written.cycle {
        errors.under(
            cycle,
            "inside a ring a result depends on where the ring was entered, so that none may be shared: remove `cycle`, or write `store` on a function outside the ring that calls this one",
        );
    }
    if let Some((ttl, _)) = &written.ttl {
        errors.under(
            ttl,
            "a store gives back what was computed from the same arguments, however long ago, also after the `ttl`: remove `ttl`, or remove `store`; what changes with time can be an argument, or a `context = ..`",
        );
    }
    if in_place {
        errors.under(
            word,
            "with `handle = none` the body stands in place, and nothing could ask the store before it: remove `handle = none`, or call a function with `store` from here",
        );
    }
}

/// The memo of leases as a user would write it: its value lives as long as the weak arguments.
pub(super) fn leases(memo: &Memo) -> (Options, Function) {
    let weak: Vec<_> = memo.weak().collect();
    let inputs = weak.iter().map(|parameter| FnArg::Typed(by_reference(parameter)));
    let mut sig = memo.function.sig.clone();
    sig.asyncness = None;
    sig.ident = hidden_name(&sig.ident, memo.associated, "leases");
    sig.inputs = inputs.collect();
    sig.output = parse_quote!(-> ::std::sync::Arc<::memo_store::__private::Leases>);
    let function = Function {
        attrs: Vec::new(),
        vis: Visibility::Inherited,
        sig,
        body: parse_quote!({ ::core::default::Default::default() }),
    };
    let word = |text| Ident::new(text, Span::mixed_site());
    let name = memo.name.as_ref().map_or_else(|| memo.function.sig.ident.unraw().to_string(), LitStr::value);
    let owner = Mark { word: word("owner"), part: Part::Owner { beside: None } };
    let options = Options {
        marks: vec![Named { name: name_of(memo.owner()), mark: owner }],
        capacity: (weak.len() > 1).then(|| (word("capacity"), Capacity::Unbounded)),
        local: memo.local,
        associated: memo.associated,
        name: Some(LitStr::new(&format!("leases of {name}"), Span::mixed_site())),
        handle: Some(Handle::None),
        // It holds keys, and no argument; and it is found by the object alone.
        may_return_owner: true,
        interior_mutability: true,
        paths: memo.paths.clone(),
        ..Options::default()
    };
    (options, function)
}

/// As a parameter of the memo of leases, which takes nothing from its caller.
fn by_reference(parameter: &Parameter) -> PatType {
    let ty = &parameter.ty;
    let pat = PatIdent { attrs: Vec::new(), by_ref: None, mutability: None, ident: name_of(parameter), subpat: None };
    let ty = if parameter.is_by_value() { parse_quote!(&#ty) } else { ty.clone() };
    PatType { attrs: Vec::new(), pat: Box::new(Pat::Ident(pat)), colon_token: Default::default(), ty: Box::new(ty) }
}

/// It is no method.
fn name_of(parameter: &Parameter) -> Ident {
    if parameter.receiver { Ident::new("__memo_self", Span::mixed_site()) } else { parameter.name.clone() }
}
