//! What is emitted beside the errors, so that the rest of the user's code, and the editor, still find the function.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote};
use syn::visit_mut::VisitMut;
use syn::{Lifetime, Signature};

use crate::parse::function::{Function, without_marks};
use crate::parse::lifetimes::{Rename, first_borrow};
use crate::parse::syntax::mentions;

/// The function without the marks, and without anything that would cause further errors.
pub(crate) fn function(mut function: Function) -> TokenStream {
    without_marks(&mut function.sig);
    function.attrs.retain(|attr| attr.path().segments.last().is_none_or(|segment| segment.ident != "weak_memo"));
    // What an `impl Trait` borrows is the body's own.
    let borrows = borrows(&function.sig) && !mentions(function.sig.output.to_token_stream(), &|ident| ident == "impl");
    let Function { attrs, vis, mut sig, body } = function;
    if !borrows {
        return quote!(#(#attrs)* #[allow(unused)] #vis #sig #body);
    }
    // The body yields the kept value, whose type is not this one; and the elided lifetime may be bound to more than
    // Rust's own rule allows. So a body of every type replaces it; because of the errors it never runs.
    let (none, lifetime) = (Default::default(), Lifetime::new("'static", Span::call_site()));
    Rename::new(&none, &lifetime).visit_return_type_mut(&mut sig.output);
    quote!(#(#attrs)* #[allow(unused)] #vis #sig { ::core::unreachable!() })
}

fn borrows(sig: &Signature) -> bool {
    match &sig.output {
        syn::ReturnType::Default => false,
        syn::ReturnType::Type(_, ty) => first_borrow(ty).is_some(),
    }
}

/// `tokens` as they are, followed by the errors.
pub(crate) fn beside(tokens: impl ToTokens, error: &syn::Error) -> TokenStream {
    let error = error.to_compile_error();
    quote!(#tokens #error)
}
