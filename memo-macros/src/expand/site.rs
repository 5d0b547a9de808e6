use proc_macro2::TokenStream;
use syn::ext::IdentExt;

use super::ours;
use crate::model::Memo;
use crate::options::Capacity;

/// The memo's core. The `static` opens in a block of its own, where no code of the user's can name it.
pub(super) fn core(memo: &Memo) -> TokenStream {
    let private = &memo.paths.private;
    let site = site(memo);
    // The type of a closure written here carries every parameter of the function, the `impl` and the trait.
    let core = if memo.is_single() { ours!(__MEMO_FAMILY.only()) } else { ours!(__MEMO_FAMILY.instance(&|| ())) };
    ours! {{
        static __MEMO_FAMILY: #private::Family = #private::Family::new(#site);
        #core
    }}
}

fn site(memo: &Memo) -> TokenStream {
    let private = &memo.paths.private;
    let function = memo.function.sig.ident.unraw().to_string();
    let name = match &memo.name {
        Some(name) => ours!(::core::option::Option::Some(#name)),
        None => ours!(::core::option::Option::None),
    };
    let options = &memo.written;
    let capacity = capacity(memo);
    let single_flight = memo.single_flight;
    let lends = memo.outcome.lent().is_some();
    let local = memo.local;
    let keyed = memo.is_keyed();
    ours! {
        #private::Site {
            module: ::core::module_path!(),
            function: #function,
            name: #name,
            file: ::core::file!(),
            line: ::core::line!(),
            column: ::core::column!(),
            options: #options,
            capacity: #capacity,
            single_flight: #single_flight,
            lends: #lends,
            local: #local,
            keyed: #keyed,
        }
    }
}

fn capacity(memo: &Memo) -> TokenStream {
    let private = &memo.paths.private;
    match &memo.capacity {
        None => ours!(#private::DEFAULT_CAPACITY),
        Some(Capacity::Unbounded) => ours!(::core::primitive::usize::MAX),
        Some(Capacity::Of(expr)) => ours!(#private::capacity(#expr)),
    }
}
