use proc_macro2::{Delimiter, Group, Ident, TokenStream};

use super::attributes::{self, Function};
use super::parts::View;
use super::{calls, lints, ours, parts, signatures};
use crate::model::Memo;
use crate::outcome::{Lent, Outcome};

/// The function that callers see.
pub(super) fn expand(memo: &Memo, handle: &Ident) -> TokenStream {
    let attrs = attributes::of(Function::Outer, &memo.function.attrs);
    let passing_on = attributes::for_passing_on(memo);
    let vis = &memo.function.vis;
    let sig = signatures::outer(memo);
    let handle = calls::path(memo, handle);
    let place = parts::place(memo, &View::Function);
    let compare = parts::compare(memo);
    let answer = match &memo.outcome {
        Outcome::Owned(result) => owned(memo, result),
        Outcome::Lent(lent) => self::lent(memo, lent),
    };
    let mut block = Group::new(
        Delimiter::Brace,
        ours! {
            let __memo_core = #handle().__core();
            #place
            #compare
            #answer
        },
    );
    // A function that nobody calls is reported only if it ends where the user's does.
    block.set_span(memo.function.body.span());
    let inline = attributes::inline(&memo.function.attrs);
    let told_elsewhere = lints::of_the_signature(memo);
    ours! {
        #passing_on
        #inline
        #attrs
        #told_elsewhere
        #vis #sig #block
    }
}

fn owned(memo: &Memo, result: &syn::Type) -> TokenStream {
    let private = &memo.paths.private;
    let (key, made) = parts::key(memo, &View::Function);
    let body = calls::body(memo, &View::Function);
    if !memo.is_keyed() && !memo.tracks_caller {
        return ours!(#private::call_owned::<#result, _, _, _>(__memo_core, __memo_place, __memo_keeping, || #body));
    }
    let computed = if memo.tracks_caller {
        // A closure would not pass the caller on: the body is called from here.
        ours!({
            #private::start_owned(&mut __memo_ticket, &__memo_keeping);
            #private::end_owned(&mut __memo_ticket, #body, &__memo_keeping)
        })
    } else {
        ours!(#private::finish_owned(__memo_ticket, || #body, &__memo_keeping))
    };
    let ticket = ticket(memo);
    ours! {
        #made
        match #private::begin_owned::<#result, _, _, _, _>(__memo_core, __memo_place, #key, &__memo_keeping) {
            #private::Step::Done(__memo_value) => __memo_value,
            #private::Step::Compute(#ticket) => #computed,
        }
    }
}

fn lent(memo: &Memo, lent: &Lent) -> TokenStream {
    let private = &memo.paths.private;
    let kept = &lent.kept;
    let (key, made) = parts::key(memo, &View::Function);
    let body = calls::body(memo, &View::Function);
    let done = done(memo, lent);
    let computed = if memo.tracks_caller { tracked(memo, lent, &body) } else { computed(memo, lent, &ours!(|| #body)) };
    let ticket = ticket(memo);
    ours! {
        #made
        match #private::begin_lent::<#kept, _, _, _>(__memo_core, __memo_place, #key) {
            #private::LentStep::Done(__memo_value) => #done,
            #private::LentStep::Compute(#ticket) => #computed,
        }
    }
}

/// The ticket is taken out of the step and handed on, unless it is large: see `checked::finish_owned`.
fn ticket(memo: &Memo) -> TokenStream {
    let is_large = memo.outcome.lent().is_none() && memo.is_keyed();
    match (memo.tracks_caller, is_large) {
        (true, _) => ours!(mut __memo_ticket),
        (false, true) => ours!(ref mut __memo_ticket),
        (false, false) => ours!(__memo_ticket),
    }
}

/// The result made of `__memo_value`, which was kept before.
pub(super) fn done(memo: &Memo, lent: &Lent) -> TokenStream {
    let value = lent.lend(&memo.paths.private, &ours!(__memo_value));
    if lent.is_fallible() { ours!(::core::result::Result::Ok(#value)) } else { value }
}

/// The result made by `__memo_ticket` from the body's closure.
pub(super) fn computed(memo: &Memo, lent: &Lent, body: &TokenStream) -> TokenStream {
    let private = &memo.paths.private;
    if lent.is_fallible() {
        return either(memo, lent, &ours!(#private::try_finish_lent(__memo_ticket, #body)));
    }
    lent.lend(private, &ours!(#private::finish_lent(__memo_ticket, #body)))
}

/// The same from a call of the body that passes the caller on, as a closure would not.
fn tracked(memo: &Memo, lent: &Lent, body: &TokenStream) -> TokenStream {
    let private = &memo.paths.private;
    let result = if lent.is_fallible() {
        either(memo, lent, &ours!(#private::try_end_lent(&mut __memo_ticket, #body)))
    } else {
        lent.lend(private, &ours!(#private::end_lent(&mut __memo_ticket, #body)))
    };
    ours!({
        #private::start_lent(&mut __memo_ticket);
        #result
    })
}

/// What is lent of a `Result` of what is kept.
fn either(memo: &Memo, lent: &Lent, result: &TokenStream) -> TokenStream {
    let value = lent.lend(&memo.paths.private, &ours!(__memo_value));
    ours! {
        match #result {
            ::core::result::Result::Ok(__memo_value) => ::core::result::Result::Ok(#value),
            ::core::result::Result::Err(__memo_error) => ::core::result::Result::Err(__memo_error),
        }
    }
}
