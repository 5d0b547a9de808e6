use proc_macro2::TokenStream;

use super::attributes::{self, Function};
use super::{ours, signatures};
use crate::model::Memo;

/// The user's body as a function of its own: the handle reaches it too.
pub(super) fn expand(memo: &Memo) -> TokenStream {
    let attrs = attributes::of(Function::Body, &memo.function.attrs);
    let sig = signatures::body(memo, signatures::hidden_name(memo, "body"));
    let body = &memo.function.body;
    // What a name or a signature can be blamed for is said once, of the outer function. Lifetimes may be left without a
    // use where the result was lent from them.
    ours! {
        #[doc(hidden)]
        #[allow(
            dead_code,
            non_snake_case,
            single_use_lifetimes,
            clippy::extra_unused_lifetimes,
            clippy::missing_const_for_fn,
            clippy::needless_lifetimes,
            clippy::too_many_arguments
        )]
        #attrs
        #sig #body
    }
}
