use proc_macro2::TokenStream;

use super::attributes::{self, Function};
use super::{lints, ours, signatures};
use crate::model::Memo;

/// The user's body as a function of its own: the handle reaches it too. As visible as the user's, since lints spare what
/// others can call.
pub(super) fn expand(memo: &Memo) -> TokenStream {
    let attrs = attributes::of(Function::Body, &memo.function.attrs);
    let sig = signatures::body(memo, signatures::hidden_name(memo, "body"));
    let body = &memo.function.body;
    let vis = &memo.function.vis;
    let told_elsewhere = lints::of_the_body(memo);
    ours! {
        #[doc(hidden)]
        #attrs
        #told_elsewhere
        #vis #sig #body
    }
}
