//! The second tier: the function that asks a store before it calls the body, and the hidden memo of leases.

use proc_macro2::{Delimiter, Group, Ident, Punct, Spacing, Span, TokenStream};
use quote::{ToTokens, TokenStreamExt};
use syn::ext::IdentExt;
use syn::{Expr, GenericParam, LitStr};

use super::attributes::{self, Role};
use super::key::{self, borrowed};
use super::{in_place, signatures};
use crate::model::{Keep, Memo, Output, Parameter, Stored};
use crate::parse::function::Part;
use crate::parse::syntax::{Extent, ours};

/// The runtime of the second tier.
fn private() -> TokenStream {
    ours!(::memo_store::__private)
}

pub(super) fn expand(memo: &Memo, stored: &Stored) -> TokenStream {
    let asking = asking(memo, stored);
    let leases = leases(memo, stored);
    ours!(#asking #leases)
}

/// Looks for the result; computes it if there is none, and puts it into the store.
///
/// All that the arguments are asked is done before the body, which consumes those that are passed by value. Methods are called by their paths: a
/// trait of the user's may have one of the same name for every type.
fn asking(memo: &Memo, stored: &Stored) -> TokenStream {
    let attrs = attributes::of(Role::Stored, &memo.function.attrs);
    let passing_on = attributes::for_passing_on(memo);
    let allowed = attributes::allowed_in_ask(memo);
    let sig = signatures::stored(memo);
    let private = private();
    let yields = yields(memo);
    let (form, store, call, of) = (form(memo), store(memo, &stored.store), call(memo, &stored.version), of(memo));
    let (content, leases) = (content(memo), call_of_leases(memo, stored));
    // The caret belongs under the type.
    let checked = Ident::new("__memo_form", Span::mixed_site().located_at(Extent::of(&yields).first));
    let (find, awaited) =
        if memo.is_async() { (ours!(find_later), ours!(.await)) } else { (ours!(find), TokenStream::new()) };
    let body = signatures::path(memo, &signatures::hidden_name(memo, "body"));
    let names = memo.parameters.iter().map(|parameter| &parameter.name);
    let kept = kept(memo);
    // Out of the way of hits.
    ours! {
        #[doc(hidden)]
        #[inline(never)]
        #passing_on
        #attrs
        #allowed
        #sig {
            let __memo_form = #form;
            let __memo_store = #store;
            let mut __memo_look = #private::LookFor::<#yields, _>::begin(
                #checked,
                __memo_store,
                #call,
                #of,
                |__memo_content| { #content },
                || #leases,
            );
            if let ::core::option::Option::Some(__memo_value) = #private::LookFor::#find(&mut __memo_look)#awaited {
                return __memo_value;
            }
            let __memo_value = #body(#(#names),*)#awaited;
            #private::LookFor::end(__memo_look, &__memo_value, #kept);
            __memo_value
        }
    }
}

/// The type that the body yields.
fn yields(memo: &Memo) -> TokenStream {
    match &memo.output {
        Output::Owned(ty) => ty.to_token_stream(),
        Output::Lent(lent) => lent.yields.to_token_stream(),
    }
}

/// Which part of a result is stored: where an `Err` is not kept, the `Ok`.
fn form(memo: &Memo) -> TokenStream {
    let private = private();
    let yields = yields(memo);
    match (&memo.keep, &memo.output) {
        (Keep::Default, Output::Lent(lent)) if lent.is_fallible() => ours!(#private::OkAlone),
        (Keep::Default, Output::Owned(_)) => ours!({
            use #private::by_type::*;
            #private::FormOf::<#yields>::new().__memo_form()
        }),
        _ => ours!(#private::Whole),
    }
}

/// Whether a result is kept, if its form does not say it.
fn kept(memo: &Memo) -> TokenStream {
    let core = &memo.paths.private;
    match &memo.keep {
        Keep::Default | Keep::All => ours!(true),
        Keep::Some => ours!(#core::keep_some(&__memo_value)),
        Keep::If(_) => {
            let test = signatures::path(memo, &signatures::hidden_name(memo, "keep"));
            ours!(#test(&__memo_value))
        }
    }
}

/// The store of this call. It may be a temporary, and the bindings must end before the arguments are used.
fn store(memo: &Memo, expr: &Expr) -> TokenStream {
    let private = private();
    let bindings = key::bindings(memo, expr);
    // Underlined from its first to its last token if it is no store.
    let Extent { first, last } = Extent::of(expr);
    let at = |span| Span::mixed_site().located_at(span);
    let mut argument = TokenStream::new();
    let mut reference = Punct::new('&', Spacing::Alone);
    reference.set_span(at(first));
    argument.append(reference);
    let mut whole = Group::new(Delimiter::Parenthesis, expr.to_token_stream());
    whole.set_span(at(last));
    argument.append(whole);
    ours!({
        #bindings
        let __memo_store = #private::opened(#argument);
        __memo_store
    })
}

/// Which memo this is, to other processes.
fn call(memo: &Memo, version: &Expr) -> TokenStream {
    let private = private();
    let name = memo.name.as_ref().map_or_else(|| memo.function.sig.ident.unraw().to_string(), LitStr::value);
    // The path has the functions around it, too, where a module has not.
    ours!({
        fn __memo_here() {}
        #private::Call { path: ::core::any::type_name_of_val(&__memo_here), name: #name, version: const { #version } }
    })
}

/// Which instance: the types that the function is generic over, and the one whose method it is.
fn of(memo: &Memo) -> TokenStream {
    let own = memo.associated.then(|| ours!(Self));
    let params = memo.function.sig.generics.type_params().map(|param| param.ident.to_token_stream());
    let types: Vec<_> = own.into_iter().chain(params).collect();
    match &types[..] {
        [] => ours!(""),
        [one] => ours!(::core::any::type_name::<#one>()),
        several => ours!(::core::any::type_name::<(#(::core::marker::PhantomData<#several>,)*)>()),
    }
}

/// Statements that put all into `__memo_content` that the result depends on.
fn content(memo: &Memo) -> TokenStream {
    let private = private();
    let consts = memo.function.sig.generics.params.iter().filter_map(|param| match param {
        GenericParam::Const(param) => Some(&param.ident),
        _ => None,
    });
    let consts = consts.map(|name| ours!(#private::part(__memo_content, &#name);));
    let parameters = memo.parameters.iter().map(|parameter| of_parameter(memo, parameter));
    let context = memo.context.iter().map(|expr| {
        let value = key::computed(memo, expr);
        ours!(#private::computed(__memo_content, #value);)
    });
    ours!(#(#consts)* #(#parameters)* #(#context)*)
}

fn of_parameter(memo: &Memo, parameter: &Parameter) -> TokenStream {
    let private = private();
    let whole = || {
        let argument = borrowed(parameter);
        ours!(#private::part(__memo_content, #argument);)
    };
    let computed = |expr: &Expr| {
        let value = key::computed(memo, expr);
        ours!(#private::computed(__memo_content, #value);)
    };
    match &parameter.part {
        Part::Skipped | Part::Old => TokenStream::new(),
        Part::Computed(expr) => computed(expr),
        Part::Key { .. } | Part::Value | Part::Owner { beside: None } => whole(),
        // In the process, such an owner takes part by its identity, too: the value alone may be that of another object.
        Part::Owner { beside: Some(expr) } => {
            let (whole, computed) = (whole(), computed(expr));
            ours!(#whole #computed)
        }
    }
}

/// The leases of the call's objects.
fn call_of_leases(memo: &Memo, stored: &Stored) -> TokenStream {
    let name = signatures::path(memo, &stored.leases.function.sig.ident);
    let arguments = memo.weak().map(|parameter| {
        let name = &parameter.name;
        if parameter.is_by_value() { ours!(&#name) } else { ours!(#name) }
    });
    ours!(#name(#(#arguments),*))
}

fn leases(memo: &Memo, stored: &Stored) -> TokenStream {
    let attrs = attributes::of(Role::Keep, &memo.function.attrs);
    let allowed = attributes::allowed_in_ask(memo);
    let function = in_place::expand(&stored.leases);
    ours! {
        #[doc(hidden)]
        #attrs
        #allowed
        #function
    }
}
