//! The checks of the user's types and arguments, in one hidden function that both the outer function and the handle
//! call: so each mistake is reported once.

use proc_macro2::{Ident, Span, TokenStream};

use quote::{format_ident, quote};

use super::attributes::{self, Role};
use super::key::Key;
use super::{options, signatures};
use crate::model::{Form, Lent, LentError, Memo, Output};
use crate::parse::syntax::ours;

/// The hidden function, generic over its caller.
pub(super) fn expand(memo: &Memo) -> TokenStream {
    let attrs = attributes::of(Role::Ask, &memo.function.attrs);
    let passing_on = attributes::for_passing_on(memo);
    let allowed = attributes::allowed_in_ask(memo);
    let sig = signatures::ask(memo);
    let conditions = options::conditions(memo);
    let place = options::open(memo);
    let compare = options::compare(memo);
    let carries = options::carries(memo);
    let carry = memo.carry.then(|| {
        let carry = carry(memo);
        ours!(if __MemoAsk::BY_HANDLE { #carry })
    });
    let answer = match &memo.output {
        Output::Owned(result) => owned(memo, result),
        Output::Lent(lent) => self::lent(memo, lent),
    };
    ours! {
        #[doc(hidden)]
        #passing_on
        #[inline(always)]
        #attrs
        #allowed
        #sig {
            #conditions
            #place
            #compare
            #carries
            #carry
            #answer
        }
    }
}

/// A call of the hidden function with the arguments of these names.
pub(super) fn call<'a>(memo: &Memo, names: impl Iterator<Item = &'a Ident>, ask: &TokenStream) -> TokenStream {
    let path = signatures::path_of_ask(memo);
    ours!(#path(#(#names,)* #ask))
}

fn owned(memo: &Memo, result: &syn::Type) -> TokenStream {
    let private = &memo.paths.private;
    let key = Key::of(memo);
    let Key { made, whole, .. } = &key;
    let body = call_of_body(memo);
    if memo.is_async() {
        let steps = |awaited: Awaited| {
            let searched =
                awaited(&ours!(#private::search_owned(__memo_core, __memo_place, __memo_key, &__memo_keeping)));
            let computed = awaited(&ours!(#private::finish_owned_async(__memo_ticket, || #body, &__memo_keeping)));
            ours! {
                match #searched {
                    #private::Step::Done(__memo_value) => __memo_value,
                    #private::Step::Compute(__memo_ticket) => #computed,
                }
            }
        };
        let rest = rest(memo, &key, steps);
        return ours! {
            #made
            let __memo_key = #whole;
            let __memo_core = match #private::at_once_owned::<#result, _, _, _, _, _>(
                __memo_ask,
                __memo_place,
                &__memo_key,
                &__memo_keeping,
            ) {
                #private::AtOnce::Done(__memo_reply) => return __memo_reply,
                #private::AtOnce::Search(__memo_core) => __memo_core,
            };
            __MemoAsk::found(#rest)
        };
    }
    if !memo.is_keyed() && !memo.tracks_caller && memo.cycle.is_none() {
        return ours!(#private::call_owned::<#result, _, _, _, _>(__memo_ask, __memo_place, __memo_keeping, || #body));
    }
    let computed = if memo.tracks_caller {
        // A closure would not pass the caller's location on: the body is called from here.
        ours!({
            #private::start_owned(&mut __memo_ticket);
            __MemoAsk::end(&mut __memo_ticket, #body, &__memo_keeping)
        })
    } else {
        ours!(__MemoAsk::finish(__memo_ticket, || #body, &__memo_keeping))
    };
    let (borrowed, seen) = match (memo.tracks_caller, is_large(memo)) {
        (false, true) => (ours!(__memo_ticket), ours!(__memo_ticket)),
        _ => (ours!(&mut __memo_ticket), ours!(&__memo_ticket)),
    };
    let in_ring = |value: &TokenStream| ours!(__MemoAsk::in_ring(#seen, #value));
    let computed = options::unless_ring(memo, &borrowed, in_ring, &computed);
    let ticket = ticket(memo);
    ours! {
        #made
        match #private::ask_owned::<#result, _, _, _, _, _>(
            __memo_ask,
            __memo_place,
            #whole,
            &__memo_keeping,
        ) {
            #private::Step::Done(__memo_value) => __memo_value,
            #private::Step::Compute(#ticket) => #computed,
        }
    }
}

/// Tells the memo how its results are carried.
fn carry(memo: &Memo) -> TokenStream {
    let handle = memo.handle.as_ref().expect("a function that asks has a handle beside it");
    let handle = signatures::path(memo, handle);
    options::carry(memo, &ours!(#handle().__core()))
}

/// The body, called on a miss.
fn call_of_body(memo: &Memo) -> TokenStream {
    if memo.of_last.is_some() {
        let private = &memo.paths.private;
        return ours!(#private::no_body());
    }
    let body = signatures::call_of_body(memo);
    if !memo.carry {
        return body;
    }
    let carry = carry(memo);
    ours!({ #carry #body })
}

/// How the output of a future is had, from an expression of it.
pub(super) type Awaited<'a> = &'a dyn Fn(&TokenStream) -> TokenStream;

/// What a hit of a future does not come to: it is polled out of line, in one future of its own, so that a hit saves no registers, sets no
/// flag and sets no stack up for it. The key is made anew there: it may borrow from arguments that the body consumes. Where that
/// would run user code twice, each step is a future.
fn rest(memo: &Memo, key: &Key, steps: impl Fn(Awaited) -> TokenStream) -> TokenStream {
    // Another local, so that the one which the first look has read need not be in the future.
    let place = ours!(let __memo_place = __memo_place;);
    let rest = if key.is_plain() {
        let whole = &key.whole;
        let steps = steps(&|future| ours!(#future.await));
        out_of_line(memo, &ours!(async { let __memo_key = #whole; #steps }))
    } else {
        steps(&|future| out_of_line(memo, future))
    };
    ours!({ #place #rest })
}

/// The output of a future that is polled out of line.
pub(super) fn out_of_line(memo: &Memo, future: &TokenStream) -> TokenStream {
    let private = &memo.paths.private;
    ours!({
        let mut __memo_rest = ::core::pin::pin!(#future);
        let __memo_output =
            ::core::future::poll_fn(|__memo_context| #private::poll_rest(__memo_rest.as_mut(), __memo_context)).await;
        // Not at once: what the last expression borrows would be dropped after the future.
        __memo_output
    })
}

fn lent(memo: &Memo, lent: &Lent) -> TokenStream {
    let private = &memo.paths.private;
    let kept = &lent.kept;
    let key = Key::of(memo);
    let Key { made, whole, .. } = &key;
    let body = call_of_body(memo);
    let done = done(memo, lent);
    if memo.is_async() {
        let steps = |awaited: Awaited| {
            let searched = awaited(
                &ours!(#private::search_lent::<#kept, _, _, _, _>(__memo_core, __memo_place, __memo_key, __memo_compares)),
            );
            let finished = awaited(&finish(memo, lent, &ours!(|| #body)));
            let computed = computed(memo, lent, &ours!(__memo_value));
            ours! {
                match #searched {
                    #private::LentStep::Done(__memo_value, __memo_told) => __MemoAsk::found(#done, __memo_told),
                    #private::LentStep::Compute(__memo_ticket) => {
                        let (__memo_value, __memo_told) = #finished;
                        __MemoAsk::found(#computed, __memo_told)
                    }
                }
            }
        };
        let rest = rest(memo, &key, steps);
        return ours! {
            #made
            let __memo_key = #whole;
            let __memo_core = match #private::at_once_lent::<#kept, _, _, _, _, _, _>(
                __memo_ask,
                __memo_place,
                &__memo_key,
                __memo_compares,
            ) {
                #private::LentAtOnce::Done(__memo_value) => return __MemoAsk::lent(#done),
                #private::LentAtOnce::Else(__memo_else) => return __MemoAsk::instead(__memo_else),
                #private::LentAtOnce::Search(__memo_core) => __memo_core,
            };
            #rest
        };
    }
    let computed = if memo.tracks_caller { tracked(memo, lent, &body) } else { asked(memo, lent, &body) };
    let ticket = ticket(memo);
    ours! {
        #made
        match #private::ask_lent::<#kept, _, _, _, _, _, _>(__memo_ask, __memo_place, #whole, __memo_compares) {
            #private::LentStep::Done(__memo_value, __memo_told) => __MemoAsk::lent(#done, __memo_told),
            #private::LentStep::Compute(#ticket) => #computed,
            #private::LentStep::Else(__memo_else) => __MemoAsk::instead(__memo_else, || #body),
        }
    }
}

/// The ticket is moved out of the step, unless it is large: see `finish_owned` in the runtime.
fn ticket(memo: &Memo) -> TokenStream {
    match (memo.tracks_caller || memo.cycle.is_some() && !is_large(memo), is_large(memo)) {
        (true, _) => ours!(mut __memo_ticket),
        (false, true) => ours!(ref mut __memo_ticket),
        (false, false) => ours!(__memo_ticket),
    }
}

fn is_large(memo: &Memo) -> bool {
    memo.output.lent().is_none() && memo.is_keyed()
}

/// The result made from `__memo_value`, which was kept before.
pub(super) fn done(memo: &Memo, lent: &Lent) -> TokenStream {
    let value = lend(memo, lent, &ours!(__memo_value));
    if lent.is_fallible() { ours!(::core::result::Result::Ok(#value)) } else { value }
}

/// What comes back to who asks, made by `__memo_ticket` from the body.
fn asked(memo: &Memo, lent: &Lent, body: &TokenStream) -> TokenStream {
    let (finish, form) = (if lent.is_fallible() { ours!(try_finish) } else { ours!(finish) }, form(memo, lent));
    ours!(__MemoAsk::#finish(__memo_ticket, || #body, #form))
}

/// The same from a direct call of the body, which passes the caller's location on.
fn tracked(memo: &Memo, lent: &Lent, body: &TokenStream) -> TokenStream {
    let private = &memo.paths.private;
    let (end, form) = (if lent.is_fallible() { ours!(try_end) } else { ours!(end) }, form(memo, lent));
    ours!({
        #private::start_lent(&mut __memo_ticket);
        __MemoAsk::#end(&mut __memo_ticket, #body, #form)
    })
}

/// Does the duty of `__memo_ticket` with the body's closure.
pub(super) fn finish(memo: &Memo, lent: &Lent, body: &TokenStream) -> TokenStream {
    let private = &memo.paths.private;
    let (finish, try_finish) = if memo.is_async() {
        (ours!(#private::finish_lent_async), ours!(#private::try_finish_lent_async))
    } else {
        (ours!(#private::finish_lent), ours!(#private::try_finish_lent))
    };
    let finish = if lent.is_fallible() { try_finish } else { finish };
    ours!(#finish(__memo_ticket, #body))
}

/// The result made from what that returned.
pub(super) fn computed(memo: &Memo, lent: &Lent, finished: &TokenStream) -> TokenStream {
    if lent.is_fallible() { either(memo, lent, finished) } else { lend(memo, lent, finished) }
}

/// The lent form of a `Result` of the kept value.
fn either(memo: &Memo, lent: &Lent, result: &TokenStream) -> TokenStream {
    let value = lend(memo, lent, &ours!(__memo_value));
    ours! {
        match #result {
            ::core::result::Result::Ok(__memo_value) => ::core::result::Result::Ok(#value),
            ::core::result::Result::Err(__memo_error) => ::core::result::Result::Err(__memo_error),
        }
    }
}

/// Lends from an expression of the kept type, by `&`.
fn lend(memo: &Memo, lent: &Lent, kept: &TokenStream) -> TokenStream {
    let private = &memo.paths.private;
    let value = path_of(memo, &lent.form);
    match &lent.error {
        LentError::Lent(error) => {
            let error = path_of(memo, error);
            quote!(#private::lend::result(#kept, #value, #error))
        }
        LentError::None | LentError::ByValue => quote!(#value(#kept)),
    }
}

/// The function that lends from the kept type.
fn form(memo: &Memo, lent: &Lent) -> TokenStream {
    if let LentError::Lent(_) = lent.error {
        let lent = lend(memo, lent, &ours!(__memo_value));
        return ours!(|__memo_value| #lent);
    }
    path_of(memo, &lent.form)
}

/// The path of a function in `lend`.
fn path_of(memo: &Memo, form: &Form) -> TokenStream {
    let private = &memo.paths.private;
    let name = format_ident!("{}", form.name, span = Span::mixed_site());
    let of = form.of.iter();
    quote!(#private::lend::#name #(::<#of>)*)
}
