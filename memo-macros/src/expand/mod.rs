//! From a checked memo to tokens. Nothing here can fail.
//!
//! All names of ours that stand beside the user's in one scope have the span `mixed_site`: locals cannot meet.
//! Expressions that a type error would be about carry the span of what the user wrote.

mod ask;
mod attributes;
mod body;
mod calls;
mod format;
mod handle;
mod in_place;
mod keep;
mod lints;
mod outer;
mod parts;
mod signatures;
mod site;

use proc_macro2::TokenStream;

use crate::model::Memo;

/// `quote!` with names of our own.
macro_rules! ours {
    ($($tokens:tt)*) => { ::quote::quote_spanned!(::proc_macro2::Span::mixed_site()=> $($tokens)*) };
}
use ours;

pub(crate) fn expand(memo: &Memo) -> TokenStream {
    let Some(handle) = &memo.handle else { return in_place::expand(memo) };
    let outer = outer::expand(memo, handle);
    let ask = ask::expand(memo);
    let body = body::expand(memo);
    let keep = keep::function(memo);
    let handle = handle::expand(memo, handle);
    ours!(#outer #ask #body #keep #handle)
}
