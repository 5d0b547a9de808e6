use proc_macro2::{Delimiter, Group, Ident, TokenStream};

use super::attributes::{self, Function};
use super::{ask, calls, lints, ours, signatures};
use crate::model::Memo;

/// The function that callers see: it asks for the result.
pub(super) fn expand(memo: &Memo, handle: &Ident) -> TokenStream {
    let attrs = attributes::of(Function::Outer, &memo.function.attrs);
    let passing_on = attributes::for_passing_on(memo);
    let vis = &memo.function.vis;
    let sig = signatures::outer(memo);
    let private = &memo.paths.private;
    let handle = calls::path(memo, handle);
    let names = memo.parameters.iter().map(|parameter| &parameter.name);
    let call = ask::call(memo, names, &ours!(#private::Call(#handle().__core())));
    let mut block = Group::new(Delimiter::Brace, call);
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
