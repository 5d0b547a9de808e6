//! The type of the handle: the function's own, as a function pointer type, and where results and owner differ from the usual.
//!
//! What the runtime needs is written from the same types: the function of the handle's methods takes what this type says, for all
//! lifetimes, and no more general type may be written here.

use proc_macro2::{Span, TokenStream};
use quote::ToTokens;
use syn::{Lifetime, Token, Type, parse_quote_spanned};

use super::signatures;
use crate::model::{Memo, Output};
use crate::parse::lifetimes::{count, count_all, elide, of_leading_reference};
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
    let kind = match (memo.is_async(), kind) {
        (false, None) => TokenStream::new(),
        (false, Some(kind)) => ours!(, #kind),
        (true, None) => ours!(, #root::handle::Async),
        (true, Some(kind)) => ours!(, #root::handle::Async<#kind>),
    };
    let close = Token![>](end);
    ours!(#root::Memo<#function #kind #close)
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
