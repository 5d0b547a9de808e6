use proc_macro2::{Ident, Span, TokenStream};
use syn::ext::IdentExt;

use super::attributes::{self, Function};
use super::{ask, lints, ours, signatures, site};
use crate::lifetimes::{in_type_bounds, keep_only};
use crate::model::{Memo, Parameter};
use crate::outcome::Outcome;

/// The companion function that returns the handle.
pub(super) fn expand(memo: &Memo, handle: &Ident) -> TokenStream {
    let attrs = attributes::of(Function::Handle, &memo.function.attrs);
    let vis = &memo.function.vis;
    let passing_on = attributes::for_passing_on(memo);
    let told_elsewhere = lints::of_the_handle(memo);
    let doc = doc(memo);
    let mut generics = memo.function.sig.generics.clone();
    let kept = in_type_bounds(&generics);
    keep_only(&mut generics, &kept);
    let (parameters, _, clause) = generics.split_for_impl();
    let ty = handle_type(memo);
    let core = site::core(memo);
    let private = &memo.paths.private;
    let run = run(memo);
    let make = match memo.outcome {
        Outcome::Owned(_) => ours!(owned_memo),
        Outcome::Lent(_) => ours!(lent_memo),
    };
    ours! {
        #attrs
        #[doc = #doc]
        #passing_on
        #told_elsewhere
        #[inline]
        #vis fn #handle #parameters () -> #ty #clause {
            #private::#make(#core, |__memo_core, __memo_op, __memo_args, __memo_reply| { #run })
        }
    }
}

/// Not a link: the function may be one that rustdoc cannot find by this name.
fn doc(memo: &Memo) -> String {
    let function = memo.function.sig.ident.unraw();
    if memo.outcome.lent().is_some() {
        format!("The memo of `{function}`: statistics, `get` and `compute`.")
    } else {
        format!("The memo of `{function}`: statistics, `get`, `compute`, `refresh`, `insert`, `forget` and `clear`.")
    }
}

/// `Memo<dyn for<'w, 'a> Sig<'w, 'a, Args = .., Out = .., Value = ..>, Owned>`
fn handle_type(memo: &Memo) -> TokenStream {
    let root = &memo.paths.root;
    let (weak, other) = (&memo.lifetimes.weak, &memo.lifetimes.other);
    let types = memo.parameters.iter().map(|parameter| signatures::handle_argument(memo, parameter));
    let args = alone_or_tuple(types);
    let out = signatures::handle_result(memo);
    let (value, policy) = match &memo.outcome {
        Outcome::Owned(result) => (&**result, ours!(Owned)),
        Outcome::Lent(lent) => (&lent.yields, ours!(Lent)),
    };
    ours! {
        #root::Memo<
            dyn for<#weak, #other> #root::Sig<#weak, #other, Args = #args, Out = #out, Value = #value>,
            #root::#policy
        >
    }
}

fn alone_or_tuple<T: quote::ToTokens>(items: impl Iterator<Item = T>) -> TokenStream {
    let items: Vec<_> = items.collect();
    match &items[..] {
        [alone] => ours!(#alone),
        several => ours!((#(#several),*)),
    }
}

/// The body of the function behind every method of the handle that takes arguments.
fn run(memo: &Memo) -> TokenStream {
    let names: Vec<_> = memo.parameters.iter().map(name).collect();
    let pattern = alone_or_tuple(names.iter());
    let private = &memo.paths.private;
    let call = ask::call(memo, names.iter(), &ours!(#private::Through(__memo_core, __memo_op)));
    ours! {
        let #pattern = __memo_args;
        *__memo_reply = #call;
    }
}

/// The handle is no method: `self` goes by another name.
fn name(parameter: &Parameter) -> Ident {
    if parameter.receiver { Ident::new("__memo_self", Span::mixed_site()) } else { parameter.name.clone() }
}
