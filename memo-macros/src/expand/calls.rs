use proc_macro2::{Ident, TokenStream};
use syn::GenericParam;

use super::ours;
use super::parts::View;
use super::signatures::hidden_name;
use crate::model::{Memo, Passed};

/// One of the emitted functions, with the type and const arguments of the function it stands in.
pub(super) fn path(memo: &Memo, name: &Ident) -> TokenStream {
    let sig = &memo.function.sig;
    // A mistake found here is one in what the user wrote.
    let mut name = name.clone();
    name.set_span(name.span().resolved_at(sig.ident.span()));
    let generics = &sig.generics;
    // In the order they are written: types and consts may be mixed.
    let arguments: Vec<_> = generics
        .params
        .iter()
        .filter_map(|param| match param {
            GenericParam::Type(param) => Some(&param.ident),
            GenericParam::Const(param) => Some(&param.ident),
            GenericParam::Lifetime(_) => None,
        })
        .collect();
    let turbofish = if arguments.is_empty() { TokenStream::new() } else { ours!(::<#(#arguments),*>) };
    if memo.associated { ours!(Self::#name #turbofish) } else { ours!(#name #turbofish) }
}

/// The bare body, called with the arguments.
pub(super) fn body(memo: &Memo, view: &View) -> TokenStream {
    let body = path(memo, &hidden_name(memo, "body"));
    let private = &memo.paths.private;
    let arguments = memo.parameters.iter().map(|parameter| {
        let name = view.name(parameter);
        // The entry's place borrows the owner; the body may have one of its own, made on a miss only.
        if std::ptr::eq(parameter, memo.owner()) && parameter.passed == Passed::Value {
            return ours!(#private::clone_owner(&#name));
        }
        ours!(#name)
    });
    ours!(#body(#(#arguments),*))
}
