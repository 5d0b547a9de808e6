use proc_macro2::TokenStream;
use quote::ToTokens;

use super::key::Key;
use super::{ask, attributes, options, signatures};
use crate::model::{Lent, Memo, Output, Parameter};
use crate::parse::syntax::ours;

/// One function with the body in place, for where no companion can be declared: the `impl` of a trait.
///
/// The body is a closure: it may still use `self`, `return` and `?`.
pub(super) fn expand(memo: &Memo) -> TokenStream {
    let attrs = attributes::all(&memo.function.attrs);
    let passing_on = attributes::for_passing_on(memo);
    let vis = &memo.function.vis;
    let sig = signatures::outer(memo);
    let conditions = options::conditions(memo);
    let core = options::core(memo);
    let (owner, place) = owner_and_place(memo);
    let compare = options::compare(memo);
    let (carries, carry) = (options::carries(memo), options::carry(memo, &ours!(__memo_core)));
    let (begin, finish) = match &memo.output {
        Output::Owned(result) => owned(memo, result),
        Output::Lent(lent) => self::lent(memo, lent),
    };
    ours! {
        #passing_on
        #attrs
        #vis #sig {
            #conditions
            #owner
            let __memo_core = #core;
            #place
            #compare
            #carries
            #begin
            #carry
            #finish
        }
    }
}

/// `self: Arc<Self>` goes into the body, and cannot be bound to another name there: the place borrows a clone of it.
fn owner_and_place(memo: &Memo) -> (TokenStream, TokenStream) {
    let owner = memo.owner();
    if !(owner.receiver && owner.is_by_value()) {
        return (TokenStream::new(), options::open(memo));
    }
    let private = &memo.paths.private;
    let name = &owner.name;
    (ours!(let __memo_owner = #private::clone_owner(&#name);), options::open_on(memo, &ours!(&__memo_owner)))
}

fn owned(memo: &Memo, result: &syn::Type) -> (TokenStream, TokenStream) {
    let private = &memo.paths.private;
    let Key { made, whole: key, .. } = Key::of(memo);
    let body = body(memo, result);
    let asked = ours!(::<#result, _, _, _, _>(__memo_core, __memo_place, #key, &__memo_keeping));
    let done = ours!(#private::Step::Done(__memo_value) => return __memo_value);
    let (begin, finish, awaited) = if memo.is_async() {
        let begin = ours! {
            let __memo_key = #key;
            let __memo_core = match #private::at_once_owned::<#result, _, _, _, _, _>(
                #private::CallAsTask(|| #private::Known(__memo_core)),
                __memo_place,
                &__memo_key,
                &__memo_keeping,
            ) {
                #private::AtOnce::Done(__memo_value) => return __memo_value,
                #private::AtOnce::Search(__memo_core) => __memo_core,
            };
            let __memo_ticket = match #private::search_owned(__memo_core, __memo_place, __memo_key, &__memo_keeping).await {
                #private::Step::Done((__memo_value, _)) => return __memo_value,
                #private::Step::Compute(__memo_ticket) => __memo_ticket,
            };
        };
        (begin, ours!(#private::finish_owned_async), ours!(.await.0))
    } else {
        let begin = ours! {
            let __memo_ticket = &mut match #private::begin_owned #asked {
                #done,
                #private::Step::Compute(__memo_ticket) => __memo_ticket,
            };
        };
        (begin, ours!(#private::finish_owned), TokenStream::new())
    };
    let finish = options::unless_ring(
        memo,
        &ours!(__memo_ticket),
        Clone::clone,
        &if attributes::speaks_of_result(result) {
            // A large `Err` is reported where the function returns it, if at all.
            let finished = ours! {
                #[allow(clippy::result_large_err)]
                let __memo_body = #body;
                #finish(__memo_ticket, __memo_body, &__memo_keeping)#awaited
            };
            if memo.cycle.is_some() { ours!({ #finished }) } else { finished }
        } else {
            ours!(#finish(__memo_ticket, #body, &__memo_keeping)#awaited)
        },
    );
    (ours!(#made #begin), finish)
}

fn lent(memo: &Memo, lent: &Lent) -> (TokenStream, TokenStream) {
    let private = &memo.paths.private;
    let kept = &lent.kept;
    let Key { made, whole: key, .. } = Key::of(memo);
    let done = ask::done(memo, lent);
    let asked = ours!(::<#kept, _, _, _, _>(__memo_core, __memo_place, #key, __memo_compares));
    let (made, asked) = if memo.is_async() {
        let made = ours! {
            #made
            let __memo_key = #key;
            let __memo_core = match #private::at_once_lent::<#kept, #kept, _, _, _, _, _>(
                #private::CallAsTask(|| #private::Known(__memo_core)),
                __memo_place,
                &__memo_key,
                __memo_compares,
            ) {
                #private::LentAtOnce::Done(__memo_value) => return #done,
                #private::LentAtOnce::Search(__memo_core) => __memo_core,
            };
        };
        (
            made,
            ours!(#private::search_lent::<#kept, _, _, _, _>(__memo_core, __memo_place, __memo_key, __memo_compares).await),
        )
    } else {
        (made, ours!(#private::begin_lent #asked))
    };
    // As in `ask`: moved out where a hit would call its destructor.
    let begin = ours! {
        #made
        let __memo_ticket = match #asked {
            #private::LentStep::Done(__memo_value, _) => return #done,
            #private::LentStep::Compute(__memo_ticket) => __memo_ticket,
        };
    };
    let finished = ask::finish(memo, lent, &body(memo, &lent.yields));
    let computed = if memo.is_async() {
        let computed = ask::computed(memo, lent, &ours!(__memo_value));
        ours!({ let (__memo_value, _) = #finished.await; #computed })
    } else {
        ask::computed(memo, lent, &finished)
    };
    (begin, computed)
}

fn body(memo: &Memo, yields: &syn::Type) -> TokenStream {
    let body = memo.function.body.to_token_stream();
    let bound = memo.parameters.iter().rev().fold(body, bind);
    let word = &memo.function.sig.asyncness;
    let closure = if memo.parameters.iter().any(|parameter| parameter.pattern.is_some()) {
        ours!(#word move || -> #yields { #bound })
    } else {
        ours!(#word move || -> #yields #bound)
    };
    match owner_of_its_own(memo) {
        Some(owner) => ours!({ #owner #closure }),
        None => closure,
    }
}

/// Binds the pattern that the user wrote instead of a plain name. The body stays a block of its own: the pattern does
/// not see its items, and its braces do not count as unused.
fn bind(body: TokenStream, parameter: &Parameter) -> TokenStream {
    let name = &parameter.name;
    match &parameter.pattern {
        Some(pattern) => ours!(match #name { #pattern => #body }),
        None => body,
    }
}

/// The place borrows an owner that is passed by value, so that the body gets a clone, made on a miss only.
fn owner_of_its_own(memo: &Memo) -> Option<TokenStream> {
    let owner = memo.owner();
    if owner.receiver || !owner.is_by_value() {
        return None;
    }
    let private = &memo.paths.private;
    let name = &owner.name;
    Some(ours!(let #name = #private::clone_owner(&#name);))
}
