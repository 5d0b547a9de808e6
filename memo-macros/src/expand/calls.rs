use proc_macro2::{Ident, TokenStream};
use syn::GenericParam;

use super::ours;
use super::signatures::hidden_name;
use crate::model::{Memo, Passed};

/// One of the emitted functions, with the type and const arguments of the function it stands in.
pub(super) fn path(memo: &Memo, name: &Ident) -> TokenStream {
    let arguments = arguments(memo);
    let turbofish = if arguments.is_empty() { TokenStream::new() } else { ours!(::<#(#arguments),*>) };
    reached(memo, name, &turbofish)
}

/// The function that asks: who does is known by the argument.
pub(super) fn asking(memo: &Memo) -> TokenStream {
    let arguments = arguments(memo);
    let turbofish = if arguments.is_empty() { TokenStream::new() } else { ours!(::<#(#arguments,)* _>) };
    reached(memo, &hidden_name(memo, "ask"), &turbofish)
}

fn reached(memo: &Memo, name: &Ident, turbofish: &TokenStream) -> TokenStream {
    // A mistake found here is one in what the user wrote. In one place, several functions that are not found are told as one.
    let mut name = name.clone();
    name.set_span(name.span().resolved_at(memo.function.sig.ident.span()));
    if memo.associated { ours!(Self::#name #turbofish) } else { ours!(#name #turbofish) }
}

/// In the order they are written: types and consts may be mixed.
fn arguments(memo: &Memo) -> Vec<&Ident> {
    let params = memo.function.sig.generics.params.iter().filter_map(|param| match param {
        GenericParam::Type(param) => Some(&param.ident),
        GenericParam::Const(param) => Some(&param.ident),
        GenericParam::Lifetime(_) => None,
    });
    params.collect()
}

/// The bare body, called with the arguments.
pub(super) fn body(memo: &Memo) -> TokenStream {
    let body = path(memo, &hidden_name(memo, "body"));
    let private = &memo.paths.private;
    let arguments = memo.parameters.iter().map(|parameter| {
        let name = &parameter.name;
        // The entry's place borrows the owner; the body may have one of its own, made on a miss only.
        if std::ptr::eq(parameter, memo.owner()) && parameter.passed == Passed::Value {
            return ours!(#private::clone_owner(&#name));
        }
        ours!(#name)
    });
    ours!(#body(#(#arguments),*))
}
