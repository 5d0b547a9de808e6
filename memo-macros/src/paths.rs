use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::Path;

/// Where an expansion finds the runtime: `::memo_core`, or what `crate = path` says.
#[derive(Clone)]
pub(crate) struct Paths {
    pub(crate) root: TokenStream,
    pub(crate) private: TokenStream,
}

impl Paths {
    pub(crate) fn new(krate: Option<&Path>) -> Self {
        let root = krate.map_or_else(|| quote!(::memo_core), ToTokens::to_token_stream);
        let private = quote!(#root::__private);
        Self { root, private }
    }
}
