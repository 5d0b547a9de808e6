//! A memo with `last`: the function has its object by `&mut`, and the memo of the object alone, beside it, keeps the last key and result.

use proc_macro2::{Ident, Span, TokenStream};
use quote::ToTokens;
use syn::{Index, Token};

use super::{ask, key, options, signatures};
use crate::model::{Lent, Memo, Parameter};
use crate::parse::function::Part;
use crate::parse::syntax::{is_named, ours, pointee};

/// What the function does that callers see. `kept` is the memo that keeps the result.
pub(super) fn steps(memo: &Memo, kept: &Memo, handle: &Ident) -> TokenStream {
    let private = &memo.paths.private;
    let lent = memo.output.lent().expect("checked: it is lent");
    let handle = signatures::path(memo, handle);
    let owner = owner(memo);
    let (key, value) = (memo.last_key(), &lent.kept);
    // The caret of a wrong owner belongs under its type.
    let it = Token![_](memo.owner().extent.first);
    let differs = differs(memo);
    let made = memo.extra_key().map(owned);
    let parts = (0..memo.extra_key().count()).map(index);
    let (carries, carry) = (options::carries(kept), options::carry(kept, &ours!(__memo_last.core())));
    let computed = computed(memo, lent);
    let done = ask::done(memo, lent);
    let conditions = options::conditions(memo);
    ours! {
        #conditions
        let __memo_last: #private::LastOf<#key, #value> = #private::last_of(#handle());
        let __memo_looked =
            #private::look_at_last::<_, _, #it>(__memo_last, #owner, |__memo_kept: &#key| #differs);
        if !::core::matches!(__memo_looked, #private::Looked::Same) {
            #carries
            #carry
            let __memo_key = (#(#private::on_its_way(#made),)*);
            let __memo_key: #key = (#(#private::arrived(__memo_key.#parts),)*);
            let (mut __memo_new, __memo_old) =
                #private::begin_last(__memo_last, #owner, &__memo_looked, __memo_key);
            let __memo_value = #computed;
            __memo_new.end(__memo_value);
        }
        let __memo_value = #private::last_value(__memo_last, #owner);
        #done
    }
}

fn index(at: usize) -> Index {
    Index { index: u32::try_from(at).expect("a tuple is short"), span: Span::mixed_site() }
}

/// The owner, lent to a step.
fn owner(memo: &Memo) -> TokenStream {
    let name = &memo.owner().name;
    ours!(&mut *#name)
}

/// In which parts the kept key is another than that of the arguments, one bit for each.
fn differs(memo: &Memo) -> TokenStream {
    let parts = memo.extra_key().enumerate().map(|(at, parameter)| {
        let index = index(at);
        let differs = differs_in(memo, parameter, &ours!(&__memo_kept.#index));
        ours!(| ::core::primitive::u64::from(#differs) << #at)
    });
    ours!(0 #(#parts)*)
}

fn differs_in(memo: &Memo, parameter: &Parameter, kept: &TokenStream) -> TokenStream {
    let private = &memo.paths.private;
    let (ty, now) = (pointee(&parameter.ty), key::borrowed(parameter));
    let question = match parameter.part {
        _ if is_named(ty, &["f32", "f64"]) => ours!(bits_differ),
        Part::Value => ours!(value_differs),
        _ if is_named(ty, &["Path", "PathBuf"]) => ours!(path_differs),
        _ => ours!(differs),
    };
    ours!(#private::#question::<#ty>(#kept, #now))
}

/// The owned form of an argument.
fn owned(parameter: &Parameter) -> TokenStream {
    let (ty, now) = (pointee(&parameter.ty), key::borrowed(parameter));
    ours!(<#ty as ::std::borrow::ToOwned>::to_owned(#now))
}

/// What the body returns, to be kept.
fn computed(memo: &Memo, lent: &Lent) -> TokenStream {
    let body = signatures::path(memo, &signatures::hidden_name(memo, "body"));
    let takes_old = memo.parameters.iter().any(|parameter| matches!(parameter.part, Part::Old));
    let arguments = memo.parameters.iter().map(|parameter| {
        let name = &parameter.name;
        match parameter.part {
            Part::Owner { .. } => ours!(__memo_new.owner()),
            // The caret of another type belongs under it.
            Part::Old => {
                Ident::new("__memo_old", Span::mixed_site().located_at(parameter.extent.first)).to_token_stream()
            }
            _ => ours!(#name),
        }
    });
    let unneeded = (!takes_old).then(|| ours!(::core::mem::drop(__memo_old);));
    let call = ours!({ #unneeded #body(#(#arguments),*) });
    if !lent.is_fallible() {
        return call;
    }
    ours! {
        match #call {
            ::core::result::Result::Ok(__memo_value) => __memo_value,
            ::core::result::Result::Err(__memo_error) => return ::core::result::Result::Err(__memo_new.reject(__memo_error)),
        }
    }
}
