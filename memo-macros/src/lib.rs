//! The `#[weak_memo]` attribute and the derives of memo-core.

mod check;
mod derive;
mod derive_has_anchor;
mod derive_memo_key;
mod errors;
mod expand;
mod fallback;
mod function;
mod lifetimes;
mod looks;
mod marks;
mod model;
mod options;
mod outcome;
mod paths;
mod spans;
mod syntax;
#[cfg(test)]
mod tests;
mod weak_memo;

use proc_macro::TokenStream;

/// W
#[proc_macro_attribute]
pub fn weak_memo(options: TokenStream, item: TokenStream) -> TokenStream {
    weak_memo::weak_memo(options.into(), item.into()).into()
}

/// H
#[proc_macro_derive(HasAnchor, attributes(memo))]
pub fn derive_has_anchor(input: TokenStream) -> TokenStream {
    derive_has_anchor::derive_has_anchor(input.into()).into()
}

/// M
#[proc_macro_derive(MemoKey, attributes(memo))]
pub fn derive_memo_key(input: TokenStream) -> TokenStream {
    derive_memo_key::derive_memo_key(input.into()).into()
}
