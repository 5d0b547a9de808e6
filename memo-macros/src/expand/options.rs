//! Where the options are obeyed: in the memo's site, in the place of its results on the owner, and in which part of them is kept.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote_spanned};
use syn::ext::IdentExt;
use syn::{Expr, Token, Type};

use super::attributes::{self, Role};
use super::key::{self, borrowed};
use super::signatures;
use crate::model::{Keep, Memo, NotTheOwner, Output, Parameter};
use crate::parse::options::Capacity;
use crate::parse::span_of_time::SpanOfTime;
use crate::parse::syntax::{Extent, bare_expr, ours, pointee};

/// The memo's core. The `static` is in a block of its own, where user code cannot name it.
pub(super) fn core(memo: &Memo) -> TokenStream {
    let private = &memo.paths.private;
    let site = site(memo);
    let new = if memo.cycle.is_some() { ours!(with_cycle) } else { ours!(new) };
    // The type of a closure written here carries every parameter of the function, the `impl` and the trait.
    let core = if memo.is_single() {
        ours!(__MEMO_FAMILY.__memo_only())
    } else {
        ours!(__MEMO_FAMILY.__memo_instance(&|| ()))
    };
    ours! {{
        static __MEMO_FAMILY: #private::Family = #private::Family::#new(#site);
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
    let options = &memo.options;
    let capacity = capacity(memo);
    let single_flight = memo.single_flight;
    let lends = memo.output.lent().is_some();
    let local = memo.local;
    let key = memo.key_names();
    let times = times(memo);
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
            key: &[#(#key),*],
            times: #times,
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

fn times(memo: &Memo) -> TokenStream {
    let private = &memo.paths.private;
    let Some(times) = &memo.times else { return ours!(#private::Times::NONE) };
    let span = |span: &Option<SpanOfTime>| match span {
        None => ours!(::core::option::Option::None),
        Some(SpanOfTime::Nanos(nanos)) => {
            ours!(::core::option::Option::Some(|| ::core::time::Duration::from_nanos(#nanos)))
        }
        Some(SpanOfTime::Of(expr)) => ours!(::core::option::Option::Some(|| -> ::core::time::Duration { #expr })),
    };
    let (ttl, idle, stale) = (span(&times.ttl), span(&times.idle), span(&times.stale));
    let jitter = times.jitter.as_ref().map_or_else(|| ours!(0.0), |share| ours!(#private::jitter(#share)));
    ours!(#private::Times { ttl: #ttl, idle: #idle, stale: #stale, jitter: #jitter })
}

/// Opens the place of the results as the local `__memo_place`, and checks that results can be there; for results by
/// clone, also binds how they are kept and compared, as the local `__memo_keeping`; for lent ones, how they are compared, as `__memo_compares`.
pub(super) fn open(memo: &Memo) -> TokenStream {
    open_on(memo, &borrowed(memo.owner()))
}

pub(super) fn open_on(memo: &Memo, owner: &TokenStream) -> TokenStream {
    let private = &memo.paths.private;
    let make = match (memo.local, memo.output.lent()) {
        (false, _) => ours!(place),
        (true, None) => ours!(local_place),
        (true, Some(_)) => ours!(local_lent_place),
    };
    let kept = memo.output.kept();
    // Checks of a result are bounds on the scope: this token stands for it, and is underlined if one fails.
    let scope = Token![_](Extent::of(kept).first);
    let checked = match memo.output {
        Output::Owned(_) => {
            let mut keeping = keeping(memo);
            if memo.times.is_some() {
                keeping = ours!(#private::for_a_time(#keeping));
            }
            let marking = if memo.holds_owner { ours!(__memo_held) } else { ours!(__memo_marking) };
            let checked = ours!(#private::check_owned::<#kept, #scope, _, _, _, _>(__memo_place, #keeping));
            let kept = if memo.weak_value {
                // The caret belongs under the type.
                let it = Ident::new("__memo_checked", Span::mixed_site().located_at(Extent::of(kept).first));
                ours!(let __memo_checked = #checked; #private::weakly(#it).__memo_comparing())
            } else {
                ours!(#checked.#marking().__memo_comparing())
            };
            let reusing = memo.reuse_equal.then(|| {
                let result = memo.output.written();
                // The caret belongs under the type.
                let it = Ident::new("__memo_result", Span::mixed_site().located_at(Extent::of(result).first));
                ours! {
                    let __memo_result = ::core::marker::PhantomData::<#result>;
                    let __memo_keeping = #private::reusing(#it, __memo_keeping);
                }
            });
            // An unused import of the expansion is nobody's mistake.
            ours! {
                let (__memo_place, __memo_keeping) = {
                    use #private::by_type::*;
                    #kept
                };
                #reusing
            }
        }
        Output::Lent(_) => ours! {
            let (__memo_place, __memo_compares) = {
                use #private::by_type::*;
                #private::check_kept::<#kept, #scope, _, _>(__memo_place).__memo_comparing()
            };
        },
    };
    let place = located(memo.owner(), ours!(#private::#make(#owner)));
    ours! {
        let __memo_place = #place;
        #checked
    }
}

/// The call that asks a trait object for its anchor, with the span of the object's type: an
/// `impl HasAnchor for dyn Trait` is for objects that borrow nothing, and the compiler reports lifetime errors at the call.
fn located(owner: &Parameter, call: TokenStream) -> TokenStream {
    if !matches!(pointee(&owner.ty), Type::TraitObject(_)) {
        return call;
    }
    at_its_type(owner, call)
}

/// The call, with the span of the owner's type.
fn at_its_type(owner: &Parameter, call: TokenStream) -> TokenStream {
    let Extent { first, last } = owner.extent;
    let trees = call.into_iter().map(|mut tree| {
        tree.set_span(if matches!(tree, TokenTree::Group(_)) { last } else { first });
        tree
    });
    trees.collect()
}

/// Refuses marks whose conditions do not hold: an attribute cannot know that, and has assumed they do.
pub(super) fn conditions(memo: &Memo) -> TokenStream {
    let conditions = memo.parameters.iter().flat_map(|parameter| &parameter.conditions);
    let refused = conditions.map(|condition| {
        quote_spanned! {Extent::of(condition).first=>
            #[cfg(not(#condition))]
            ::core::compile_error!("this mark must be active whenever the memo is: give `#[weak_memo]` the same condition, or write the mark without one");
        }
    });
    refused.collect()
}

/// Refuses a result that holds its owner where only the compiler can tell.
pub(super) fn compare(memo: &Memo) -> TokenStream {
    if memo.not_the_owner.is_empty() {
        return TokenStream::new();
    }
    let private = &memo.paths.private;
    let owner = borrowed(memo.owner());
    let questions = memo.not_the_owner.iter().map(|NotTheOwner { held, unless }| {
        // The caret belongs under the type.
        let ask = Ident::new("__memo_ask", Span::mixed_site().located_at(Extent::of(held).first));
        ours!(#private::inside::<#held, #unless, _>(#owner).#ask();)
    });
    ours!({
        use #private::by_type::*;
        #(#questions)*
    })
}

/// Decides whether a result by clone is kept, and which part of it; [`open`] adds marks.
fn keeping(memo: &Memo) -> TokenStream {
    let private = &memo.paths.private;
    let result = memo.output.written();
    match &memo.keep {
        Keep::All => ours!(#private::KeepAll),
        Keep::Some => {
            // The caret belongs under a result that is no `Option`.
            let value = Ident::new("__memo_value", Span::mixed_site().located_at(Extent::of(result).first));
            ours!(#private::keep_if::<#result, _>(|#value| #private::keep_some(#value)))
        }
        // Where no other function can be named, the test is made when it is used.
        Keep::If(test) if memo.handle.is_none() => {
            ours!(#private::keep_if::<#result, _>(|__memo_value| #private::tested::<#result, _>(#test)(__memo_value)))
        }
        Keep::If(_) => {
            let name = signatures::path(memo, &signatures::hidden_name(memo, "keep"));
            ours!(#private::keep_if::<#result, _>(#name))
        }
        // The method closest to `Result` wins, whatever name the type has.
        Keep::Default => ours!(#private::Keep::<#result>::new().__memo_keeping()),
    }
}

/// What comes back from a call whose ticket may say that it closes a ring: `reply` makes it of the value for that; else `computed`.
pub(super) fn unless_ring(
    memo: &Memo,
    ticket: &TokenStream,
    reply: impl FnOnce(&TokenStream) -> TokenStream,
    computed: &TokenStream,
) -> TokenStream {
    let Some(value) = &memo.cycle else { return computed.clone() };
    let private = &memo.paths.private;
    let result = memo.output.written();
    let bindings = key::bindings(memo, value);
    let in_ring = match bare_expr(value) {
        Expr::Closure(_) => ours!(let __memo_value = #private::in_ring_by::<#result>(__memo_ring, #value);),
        // The caret belongs under the value, and under the type that it should have.
        _ => ours!(let __memo_value: #result = #value;),
    };
    let reply = reply(&ours!(__memo_value));
    let ring = if matches!(bare_expr(value), Expr::Closure(_)) { ours!(__memo_ring) } else { ours!(_) };
    ours! {
        match #private::ring(#ticket) {
            ::core::option::Option::Some(#ring) => { #bindings #in_ring #reply }
            ::core::option::Option::None => #computed,
        }
    }
}

/// How the results are carried along by clones of the owner, as the local `__memo_carries`, which asks the types.
pub(super) fn carries(memo: &Memo) -> TokenStream {
    if !memo.carry {
        return TokenStream::new();
    }
    let private = &memo.paths.private;
    let owner = borrowed(memo.owner());
    let owner = at_its_type(memo.owner(), ours!(#private::has_clones(#owner)));
    let carries = match &memo.output {
        Output::Owned(result) => ours!(#private::carries_owned::<#result, _, _>(#owner, &__memo_keeping)),
        Output::Lent(lent) => {
            let kept = &lent.kept;
            ours!(#private::carries_lent::<#kept, _>(#owner))
        }
    };
    ours!(let __memo_carries = #carries;)
}

/// Tells the memo so, before it stores a result.
pub(super) fn carry(memo: &Memo, core: &TokenStream) -> TokenStream {
    let private = &memo.paths.private;
    if memo.carry { ours!(#private::carry(#core, __memo_carries);) } else { TokenStream::new() }
}

/// The test of `cache_if` is a function of its own: emitted once, and unable to see the parameters.
pub(super) fn test(memo: &Memo) -> TokenStream {
    let Keep::If(test) = &memo.keep else { return TokenStream::new() };
    let attrs = attributes::of(Role::Keep, &memo.function.attrs);
    let name = signatures::hidden_name(memo, "keep");
    let result = memo.output.written();
    let private = &memo.paths.private;
    let generics = signatures::without_lifetimes(memo);
    let (parameters, _, clause) = generics.split_for_impl();
    let parameters = parameters.to_token_stream();
    ours! {
        #attrs
        #[doc(hidden)]
        fn #name #parameters (__memo_value: &#result) -> ::core::primitive::bool #clause {
            #private::tested::<#result, _>(#test)(__memo_value)
        }
    }
}
