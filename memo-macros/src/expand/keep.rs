use proc_macro2::{Ident, Span, TokenStream};
use quote::ToTokens;

use super::attributes::{self, Function};
use super::signatures::hidden_name;
use super::{calls, ours};
use crate::lifetimes::{in_type_bounds, keep_only};
use crate::model::{Keep, Memo};
use crate::spans::Extent;

/// What decides whether a result that is returned by clone is kept, and what of it; [`parts::place`](super::parts::place) adds marks.
pub(super) fn keeping(memo: &Memo) -> TokenStream {
    let private = &memo.paths.private;
    let result = memo.outcome.written();
    match &memo.keep {
        Keep::All => ours!(#private::KeepAll),
        Keep::Some => {
            // The caret belongs under a result that is no `Option`.
            let value = Ident::new("__memo_value", Span::mixed_site().located_at(Extent::of(result).first));
            ours!(#private::keep_if::<#result, _>(|#value| #private::keep_some(#value)))
        }
        // Where no other function can be named, the test is made when there is something to be tested.
        Keep::If(test) if memo.handle.is_none() => {
            ours!(#private::keep_if::<#result, _>(|__memo_value| #private::tested::<#result, _>(#test)(__memo_value)))
        }
        Keep::If(_) => {
            let name = calls::path(memo, &hidden_name(memo, "keep"));
            ours!(#private::keep_if::<#result, _>(#name))
        }
        // The method that is nearest to a `Result` wins, whatever name the type goes by.
        Keep::Default => ours!(#private::Keep::<#result>::new().keeping()),
    }
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
