use proc_macro2::{Ident, Span, TokenStream};
use quote::ToTokens;
use syn::Expr;

use super::attributes::{self, Function};
use super::signatures::hidden_name;
use super::{calls, ours};
use crate::lifetimes::{in_type_bounds, keep_only};
use crate::model::{Keep, Memo};
use crate::spans::Extent;

/// Opens the local `__memo_keeping`: what decides whether a result is kept, and what of it. Nothing for one that is lent.
pub(super) fn binding(memo: &Memo) -> TokenStream {
    let_keeping(memo, |_| {
        let (private, result) = (&memo.paths.private, memo.outcome.written());
        let name = calls::path(memo, &hidden_name(memo, "keep"));
        ours!(#private::keep_if::<#result, _>(#name))
    })
}

/// The same where no other function can be named. The test is made when there is something to be tested.
pub(super) fn binding_in_place(memo: &Memo) -> TokenStream {
    let_keeping(memo, |test| {
        let (private, result) = (&memo.paths.private, memo.outcome.written());
        ours!(#private::keep_if::<#result, _>(|__memo_value| #private::tested::<#result, _>(#test)(__memo_value)))
    })
}

fn let_keeping(memo: &Memo, by_test: impl FnOnce(&Expr) -> TokenStream) -> TokenStream {
    if memo.outcome.lent().is_some() {
        return TokenStream::new();
    }
    let private = &memo.paths.private;
    let result = memo.outcome.written();
    let keeping = match &memo.keep {
        Keep::All => ours!(#private::KeepAll),
        Keep::Some => {
            // The caret belongs under a result that is no `Option`.
            let value = Ident::new("__memo_value", Span::mixed_site().located_at(Extent::of(result).first));
            ours!(#private::keep_if::<#result, _>(|#value| #private::keep_some(#value)))
        }
        Keep::If(test) => by_test(test),
        // The method that is nearest to a `Result` wins, whatever name the type goes by. An import of the expansion's that is not
        // used is nobody's mistake.
        Keep::Default => ours!({
            use #private::{KeepAny as _, KeepAnyOk as _};
            #private::Keep::<#result>::new().keeping()
        }),
    };
    ours!(let __memo_keeping = #keeping;)
}

/// The test of `cache_if` stands in a function of its own: there once, and out of the parameters' sight.
pub(super) fn function(memo: &Memo) -> TokenStream {
    let Keep::If(test) = &memo.keep else { return TokenStream::new() };
    let attrs = attributes::of(Function::Keep, &memo.function.attrs);
    let name = hidden_name(memo, "keep");
    let result = memo.outcome.written();
    let private = &memo.paths.private;
    let mut generics = memo.function.sig.generics.clone();
    let kept = in_type_bounds(&generics);
    keep_only(&mut generics, &kept);
    let (parameters, _, clause) = generics.split_for_impl();
    let parameters = parameters.to_token_stream();
    ours! {
        #attrs
        #[doc(hidden)]
        fn #name #parameters (__memo_value: &#result) -> ::core::primitive::bool #clause {
            #private::tested::<#result, _>(#test)(__memo_value)
        }
    }
}
