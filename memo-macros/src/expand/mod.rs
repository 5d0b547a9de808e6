//! From a checked memo to tokens. Nothing here can fail.
//!
//! All names of the expansion that share a scope with the user's have the span `mixed_site`: locals cannot clash.
//! Expressions that a type error may point at carry the user's spans.

mod ask;
mod attributes;
mod handle_type;
mod in_place;
mod key;
mod last;
mod options;
mod signatures;
mod store;

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream};
use syn::Token;
use syn::ext::IdentExt;

use crate::model::{Memo, Parameter};
use crate::parse::syntax::ours;
use attributes::Role;

pub(crate) fn expand(memo: &Memo) -> TokenStream {
    let Some(handle) = &memo.handle else { return in_place::expand(memo) };
    // With `last`, the memo that others ask is one of the object alone, beside the function.
    let asked = memo.last.as_deref().unwrap_or(memo);
    let outer = outer(memo, handle);
    let ask = ask::expand(asked);
    let body = body(memo);
    let test = options::test(memo);
    let store = memo.store.as_ref().map(|stored| store::expand(memo, stored));
    let handle = self::handle(asked, handle);
    ours!(#outer #ask #body #test #store #handle)
}

/// The function that callers see: it asks for the result.
fn outer(memo: &Memo, handle: &Ident) -> TokenStream {
    let attrs = attributes::of(Role::Outer, &memo.function.attrs);
    let passing_on = attributes::for_passing_on(memo);
    let vis = &memo.function.vis;
    let sig = signatures::outer(memo);
    let content = match &memo.last {
        Some(kept) => last::steps(memo, kept, handle),
        None => call(memo, handle),
    };
    let mut block = Group::new(Delimiter::Brace, content);
    // An unused function is reported only if its span ends where the user's does.
    block.set_span(memo.function.body.span());
    let inline = attributes::inline(&memo.function.attrs);
    let allowed = attributes::allowed_in_outer(memo);
    ours! {
        #passing_on
        #inline
        #attrs
        #allowed
        #vis #sig #block
    }
}

/// A call of the asking function, for the result.
fn call(memo: &Memo, handle: &Ident) -> TokenStream {
    let private = &memo.paths.private;
    let handle = signatures::path(memo, handle);
    let names = memo.parameters.iter().map(|parameter| &parameter.name);
    let core = ours!(#handle().__core());
    if memo.is_async() {
        let call = ask::call(memo, names, &ours!(#private::CallAsTask(|| #private::Known(#core))));
        ours!(#call.await)
    } else {
        ask::call(memo, names, &ours!(#private::Call(#core)))
    }
}

/// The user's body as a function of its own, which the handle calls, too. It is as visible as the user's function,
/// since lints depend on that.
fn body(memo: &Memo) -> TokenStream {
    let attrs = attributes::of(Role::Body, &memo.function.attrs);
    let sig = signatures::body(memo, signatures::hidden_name(memo, "body"));
    let body = &memo.function.body;
    let vis = &memo.function.vis;
    let allowed = attributes::allowed_in_body(memo);
    ours! {
        #[doc(hidden)]
        #attrs
        #allowed
        #vis #sig #body
    }
}

/// The companion function that returns the handle.
fn handle(memo: &Memo, handle: &Ident) -> TokenStream {
    let attrs = attributes::of(Role::Handle, &memo.function.attrs);
    let vis = memo.handle_vis.as_ref().unwrap_or(&memo.function.vis);
    let passing_on = attributes::for_passing_on(memo);
    let allowed = attributes::allowed_in_handle(memo);
    let doc = doc(memo);
    let generics = handle_type::generics(memo);
    let (parameters, _, clause) = generics.split_for_impl();
    let core = options::core(memo);
    let private = &memo.paths.private;
    let run = run(memo);
    let (first, last) = ends_of_handle(memo);
    let (ty, for_all) = (handle_type::written(memo, first), handle_type::for_all_lifetimes(memo));
    let word = Token![fn](first);
    let mut name = handle.clone();
    if memo.associated {
        name.set_span(first);
    }
    let run = ours!(|__memo_core, __memo_op, __memo_args, __memo_reply| { #run });
    let call = if memo.is_async() {
        let (args, call) = (handle_type::arguments_of_call(memo), call_as_task(memo));
        ours!(#private::handle_of_task::<#for_all, _, _, _, #args, _>(#core, #run, |__memo_core, __memo_args| { #call }))
    } else {
        ours!(#private::handle::<#for_all, _, _, _>(#core, #run))
    };
    let mut block = Group::new(Delimiter::Brace, call);
    block.set_span(last);
    ours! {
        #attrs
        #[doc = #doc]
        #passing_on
        #allowed
        #[inline]
        #vis #word #name #parameters () -> #ty #clause #block
    }
}

/// The span of the handle. The compiler reports all unused methods of an `impl` at once, and none if a macro made any
/// of them; it reports unused free functions one by one, and the handle is not the user's.
fn ends_of_handle(memo: &Memo) -> (Span, Span) {
    if memo.associated {
        (memo.function.sig.ident.span(), memo.function.body.span())
    } else {
        (Span::mixed_site(), Span::mixed_site())
    }
}

/// Not a link: the function may be one that rustdoc cannot find by this name.
fn doc(memo: &Memo) -> String {
    let function = memo.function.sig.ident.unraw();
    if memo.of_last.is_some() {
        format!("The memo of `{function}`: statistics, `get`, `take`, `replace` and `clear_owner`.")
    } else if memo.is_async() && memo.output.lent().is_some() {
        format!("The memo of `{function}`: statistics, `get`, `call` and `entries_of`.")
    } else if memo.is_async() {
        format!(
            "The memo of `{function}`: statistics, `get`, `call`, `entries_of`, `insert`, `forget`, `forget_owner` and `clear`."
        )
    } else if memo.output.lent().is_some() {
        format!("The memo of `{function}`: statistics, `get`, `call`, `compute` and `entries_of`.")
    } else {
        format!(
            "The memo of `{function}`: statistics, `get`, `call`, `compute`, `entries_of`, `refresh`, `renew`, `insert`, `forget`, `forget_owner` and `clear`."
        )
    }
}

/// The body of the function behind every method of the handle that takes arguments.
fn run(memo: &Memo) -> TokenStream {
    let (names, taken) = taken(memo);
    let private = &memo.paths.private;
    let call = if memo.is_async() {
        let call = ask::call(memo, names.iter(), &ours!(#private::ThroughAtOnce(__memo_core, &__memo_op)));
        ours! {
            let __memo_op = ::core::cell::Cell::new(::core::option::Option::Some(__memo_op));
            *__memo_reply = #private::answer(#call);
        }
    } else {
        let call = ask::call(memo, names.iter(), &ours!(#private::Through(__memo_core, __memo_op)));
        ours!(*__memo_reply = #call;)
    };
    ours! {
        #taken
        #call
    }
}

/// The body of the function that makes the future of a call by the handle.
fn call_as_task(memo: &Memo) -> TokenStream {
    let (names, taken) = taken(memo);
    let private = &memo.paths.private;
    let call = ask::call(memo, names.iter(), &ours!(#private::ToldAsTask(__memo_core)));
    ours! {
        #taken
        #call
    }
}

/// The names of the parameters, and the statement that gives them `__memo_args`.
fn taken(memo: &Memo) -> (Vec<Ident>, TokenStream) {
    let names: Vec<_> = memo.parameters.iter().map(name).collect();
    let pattern = handle_type::alone_or_tuple(names.iter());
    let taken = ours!(let #pattern = __memo_args;);
    (names, taken)
}

/// The handle is no method: `self` has another name.
fn name(parameter: &Parameter) -> Ident {
    if parameter.receiver { Ident::new("__memo_self", Span::mixed_site()) } else { parameter.name.clone() }
}
