use proc_macro2::{Ident, Span, TokenStream};
use quote::ToTokens;

use super::attributes::{self, Function};
use super::signatures::hidden_name;
use super::{calls, ours};
use crate::lifetimes::{in_type_bounds, keep_only};
use crate::model::{Keep, Memo};
use crate::spans::Extent;

/// What decides whether a result is kept, as an expression.
pub(super) fn expression(memo: &Memo) -> TokenStream {
    match &memo.keep {
        Keep::If(_) => calls::path(memo, &hidden_name(memo, "keep")),
        other => in_place(memo, other),
    }
}

/// The same where no other function can be named.
pub(super) fn expression_in_place(memo: &Memo) -> TokenStream {
    in_place(memo, &memo.keep)
}

fn in_place(memo: &Memo, keep: &Keep) -> TokenStream {
    let private = &memo.paths.private;
    let result = memo.outcome.written();
    match keep {
        Keep::All => ours!(#private::keep_all::<#result>),
        Keep::Some => {
            // The caret belongs under a result that is no `Option`.
            let value = Ident::new("__memo_value", Span::mixed_site().located_at(Extent::of(result).first));
            ours!(|#value: &#result| #private::keep_some(#value))
        }
        Keep::If(test) => ours!(#private::keep_if::<#result, _>(#test)),
        // The inherent method for a `Result` wins over the trait's, whatever name the type goes by. An import of the expansion's
        // that is not used is nobody's mistake.
        Keep::Default => ours!({
            use #private::KeepAny as _;
            |__memo_value: &#result| #private::Keep::<#result>::new().keep(__memo_value)
        }),
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
            #private::keep_if::<#result, _>(#test)(__memo_value)
        }
    }
}
