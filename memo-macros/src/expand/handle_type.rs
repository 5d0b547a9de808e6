//! The type of the handle: the function's own, as a function pointer type, and where results and owner differ from the usual.
//!
//! What the runtime needs is written from the same types: the function of the handle's methods takes what this type says, for all
//! lifetimes, and no more general type may be written here.

use proc_macro2::{Span, TokenStream};
use quote::ToTokens;
use syn::visit_mut::VisitMut;
use syn::{GenericParam, Generics, Lifetime, LifetimeParam, Token, Type, parse_quote_spanned};

use super::signatures;
use crate::model::{Memo, Output};
use crate::parse::lifetimes::{Rename, count, count_all, elide, of_leading_reference};
use crate::parse::syntax::ours;

/// The most parameters that the runtime knows of a function pointer type. More are one tuple.
const MOST: usize = 16;

/// `Memo<fn(&Arc<Document>, usize) -> usize>`. The last token has the span `end`.
pub(super) fn written(memo: &Memo, end: Span) -> TokenStream {
    let root = &memo.paths.root;
    let function = function(memo);
    let owner = position(memo);
    let kind = match (&memo.output, owner) {
        (Output::Owned(_), None) => None,
        (Output::Owned(_), Some(owner)) => Some(ours!(#root::handle::Owned<#owner>)),
        (Output::Lent(lent), owner) => {
            let (yields, owner) = (&lent.yields, owner.into_iter());
            Some(ours!(#root::handle::Lent<#yields #(, #owner)*>))
        }
    };
    let kind = if memo.is_async() {
        let (kind, call) = (kind.unwrap_or_else(|| ours!(#root::handle::Owned)), call(memo));
        Some(ours!(#root::handle::Async<#kind, #call>))
    } else {
        kind
    };
    let kind = match memo.of_last {
        Some(_) => kind.map(|kind| ours!(#root::handle::LastOnly<#kind>)),
        None => kind,
    };
    let kind = kind.map(|kind| ours!(, #kind));
    let close = Token![>](end);
    ours!(#root::Memo<#function #kind #close)
}

/// `impl AsksAsTask<&'w Arc<Document>, Future = impl Future<..>>`: what calls an `async fn`, for some `'w`.
fn call(memo: &Memo) -> TokenStream {
    let (root, private) = (&memo.paths.root, &memo.paths.private);
    let (args, out) = (arguments_of_call(memo), of_call(memo, signatures::handle_result(memo)));
    ours!(impl #private::AsksAsTask<#args, Future = impl ::core::future::Future<Output = (#out, #root::Hit)>>)
}

/// The arguments of one call of an `async fn`.
pub(super) fn arguments_of_call(memo: &Memo) -> TokenStream {
    alone_or_tuple(arguments(memo).into_iter().map(|ty| of_call(memo, ty)))
}

/// With the lifetimes that the handle of an `async fn` declares: those of all lifetimes are in scope inside it.
fn of_call(memo: &Memo, mut ty: Type) -> Type {
    for (from, to) in [&memo.lifetimes.weak, &memo.lifetimes.other].into_iter().zip(lifetimes_of_call()) {
        Rename::new(&[from.ident.clone()].into(), &to).visit_type_mut(&mut ty);
    }
    ty
}

fn lifetimes_of_call() -> [Lifetime; 2] {
    ["'__memo_w", "'__memo_a"].map(|name| Lifetime::new(name, Span::mixed_site()))
}

/// The generics of the handle: for an `async fn` with the lifetimes of a call, which all that it names outlives.
pub(super) fn generics(memo: &Memo) -> Generics {
    let mut generics = signatures::without_lifetimes(memo);
    if !memo.is_async() {
        return generics;
    }
    let [weak, other] = lifetimes_of_call();
    let named = generics.params.iter().filter_map(|param| match param {
        GenericParam::Lifetime(param) => Some(param.lifetime.to_token_stream()),
        GenericParam::Type(param) => Some(param.ident.to_token_stream()),
        GenericParam::Const(_) => None,
    });
    let named: Vec<_> = named.chain(memo.associated.then(|| ours!(Self))).collect();
    let clause = generics.make_where_clause();
    named
        .iter()
        .for_each(|name| clause.predicates.push(parse_quote_spanned!(Span::mixed_site()=> #name: #weak + #other)));
    if memo.output.lent().is_none() {
        // The function may have one name for both: then it is that of the shorter.
        clause.predicates.push(parse_quote_spanned!(Span::mixed_site()=> #weak: #other));
    }
    for lifetime in [other, weak] {
        generics.params.insert(0, GenericParam::Lifetime(LifetimeParam::new(lifetime)));
    }
    generics
}

/// `dyn for<'w, 'a> Sig<'w, 'a, Args = .., Out = ..>`: the arguments and the result for all lifetimes.
pub(super) fn for_all_lifetimes(memo: &Memo) -> TokenStream {
    let private = &memo.paths.private;
    let (weak, other) = (&memo.lifetimes.weak, &memo.lifetimes.other);
    let args = alone_or_tuple(arguments(memo).into_iter());
    let out = signatures::handle_result(memo);
    ours!(dyn for<#weak, #other> #private::Sig<#weak, #other, Args = #args, Out = #out>)
}

pub(super) fn alone_or_tuple<T: ToTokens>(items: impl Iterator<Item = T>) -> TokenStream {
    let items: Vec<_> = items.collect();
    match &items[..] {
        [alone] => ours!(#alone),
        several => ours!((#(#several),*)),
    }
}

fn arguments(memo: &Memo) -> Vec<Type> {
    memo.parameters.iter().map(|parameter| signatures::handle_argument(memo, parameter)).collect()
}

/// The function pointer type. A lifetime that is alone in its place is not written.
fn function(memo: &Memo) -> TokenStream {
    let (weak, other) = (&memo.lifetimes.weak, &memo.lifetimes.other);
    let (mut args, mut out) = (arguments(memo), signatures::handle_result(memo));
    let alone = args.iter().map(count_all).sum::<usize>() == 1;
    let mut names: Vec<&Lifetime> = Vec::new();
    for lifetime in [weak, other] {
        let in_args: usize = args.iter().map(|ty| count(ty, lifetime)).sum();
        let in_out = count(&out, lifetime);
        let elided = match (in_args, in_out) {
            (0, 0) => continue,
            (1, 0) => elide(lifetime, args.iter_mut()),
            (1, _) if alone => elide(lifetime, args.iter_mut().chain([&mut out])),
            _ => false,
        };
        if !elided {
            names.push(lifetime);
        }
    }
    if args.len() > MOST {
        args = vec![parse_quote_spanned!(Span::mixed_site()=> (#(#args),*))];
    }
    let binder = (!names.is_empty()).then(|| ours!(for<#(#names),*>));
    ours!(#binder fn(#(#args),*) -> #out)
}

/// Where the owner is, if not the first parameter and by reference, for every lifetime.
fn position(memo: &Memo) -> Option<TokenStream> {
    let root = &memo.paths.root;
    let by_value = memo.owner().is_by_value();
    let fixed = memo.output.lent().is_some() && !is_for_every_lifetime(memo);
    if memo.parameters.len() > MOST || memo.owner == 0 && !by_value && !fixed {
        return None;
    }
    let place = (0..memo.owner).fold(ours!(#root::handle::First), |place, _| ours!(#root::handle::Next<#place>));
    Some(match (by_value, fixed) {
        (true, _) => ours!(#root::handle::ByValue<#place>),
        (false, true) => ours!(#root::handle::Fixed<#place>),
        (false, false) => place,
    })
}

/// Whether the owner of a memo that lends has the lifetime of weak arguments: the runtime relies on it.
fn is_for_every_lifetime(memo: &Memo) -> bool {
    let owner = signatures::handle_argument(memo, memo.owner());
    of_leading_reference(&owner).is_some_and(|lifetime| lifetime.ident == memo.lifetimes.weak.ident)
}
