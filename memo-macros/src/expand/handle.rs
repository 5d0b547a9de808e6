use proc_macro2::{Ident, TokenStream};
use syn::ext::IdentExt;

use super::attributes::{self, Function};
use super::parts::View;
use super::{calls, lints, ours, outer, parts, signatures, site};
use crate::lifetimes::{in_type_bounds, keep_only};
use crate::model::Memo;
use crate::outcome::{Lent, Outcome};

/// The companion function that returns the handle.
pub(super) fn expand(memo: &Memo, handle: &Ident) -> TokenStream {
    let attrs = attributes::of(Function::Handle, &memo.function.attrs);
    let vis = &memo.function.vis;
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
    let view = View::handle(memo);
    let names = alone_or_tuple(memo.parameters.iter().map(|parameter| view.name(parameter)));
    let place = parts::place(memo, &view);
    let answer = match &memo.outcome {
        Outcome::Owned(result) => owned(memo, result, &view),
        Outcome::Lent(lent) => self::lent(memo, lent, &view, &place),
    };
    let place = memo.outcome.lent().is_none().then_some(place);
    ours! {
        let #names = __memo_args;
        #place
        #answer
    }
}

fn owned(memo: &Memo, result: &syn::Type, view: &View) -> TokenStream {
    let private = &memo.paths.private;
    let (key, made) = parts::key(memo, view);
    let body = calls::body(memo, view);
    ours! {
        #made
        let __memo_applied =
            #private::apply_owned::<#result, _, _, _, _>(__memo_core, __memo_place, #key, __memo_op, &__memo_keeping);
        *__memo_reply = #private::reply_owned(__memo_applied, || #body, &__memo_keeping);
    }
}

fn lent(memo: &Memo, lent: &Lent, view: &View, place: &TokenStream) -> TokenStream {
    let private = &memo.paths.private;
    let kept = &lent.kept;
    let (key, made) = parts::key(memo, view);
    let body = calls::body(memo, view);
    let done = outer::done(memo, lent);
    ours! {
        match __memo_op {
            #private::LentOp::Get => {
                #place
                #made
                *__memo_reply = #private::reply_lent(
                    #private::get_lent::<#kept, _, _>(__memo_core, __memo_place, #key),
                    |__memo_value| #done,
                );
            }
            #private::LentOp::Compute => *__memo_reply = #private::Reply::Value(#body),
        }
    }
}
