//! A memo, once it has been checked. Everything here can be expanded: there is no wrong `Memo`.

use std::collections::BTreeSet;

use proc_macro2::{Ident, Span, TokenStream};
use quote::format_ident;
use syn::ext::IdentExt;
use syn::{Expr, Lifetime, LitStr, Meta, Pat, Type, TypeSlice, Visibility, parse_quote, parse_quote_spanned};

use crate::parse::function::{Function, Part};
use crate::parse::options::{Capacity, Paths};
use crate::parse::span_of_time::SpanOfTime;
use crate::parse::syntax::{Extent, bare, is_named, pointee};

/// The longest tuple of parts that the runtime knows.
pub(crate) const MOST_PARTS: usize = 12;

pub(crate) struct Memo {
    /// The user's function, without the marks on its parameters.
    pub(crate) function: Function,
    pub(crate) paths: Paths,
    pub(crate) parameters: Vec<Parameter>,
    pub(crate) owner: usize,
    /// What takes part in the key beside the parameters.
    pub(crate) context: Option<Expr>,
    pub(crate) output: Output,
    pub(crate) lifetimes: Lifetimes,
    pub(crate) keep: Keep,
    pub(crate) capacity: Option<Capacity>,
    pub(crate) times: Option<Times>,
    pub(crate) store: Option<Stored>,
    /// The body may use its caller's location.
    pub(crate) tracks_caller: bool,
    pub(crate) single_flight: bool,
    /// The result of a call that closes a ring: a value, or a closure that makes it of the ring.
    pub(crate) cycle: Option<Expr>,
    pub(crate) local: bool,
    /// Results are kept only while somebody else holds them.
    pub(crate) weak_value: bool,
    /// A new result is replaced by the equal one before.
    pub(crate) reuse_equal: bool,
    pub(crate) carry: bool,
    /// With `last`: the memo of the object alone that keeps the last key and its result.
    pub(crate) last: Option<Box<Memo>>,
    /// It is such a memo; the names of what takes part in the key.
    pub(crate) of_last: Option<Vec<String>>,
    /// A result that is the owner itself is held like any other.
    pub(crate) holds_owner: bool,
    /// Types in the result that must not be the owner's.
    pub(crate) not_the_owner: Vec<NotTheOwner>,
    /// The function and its companions are reached through `Self::`.
    pub(crate) associated: bool,
    /// The companion function; without one, the body is in place.
    pub(crate) handle: Option<Ident>,
    /// Its visibility, if it is not that of the function.
    pub(crate) handle_vis: Option<Visibility>,
    pub(crate) name: Option<LitStr>,
    /// The options as one line, for reports.
    pub(crate) options: String,
}

/// A type that a result holds.
pub(crate) struct NotTheOwner {
    pub(crate) held: Type,
    /// It may be the owner's if this, the type of the whole result, may be a mark.
    pub(crate) unless: Type,
}

pub(crate) struct Parameter {
    /// The name in the outer function: the user's, or a generated one for a pattern.
    pub(crate) name: Ident,
    /// What the body binds, if it is more than the name.
    pub(crate) pattern: Option<Pat>,
    pub(crate) ty: Type,
    pub(crate) extent: Extent,
    pub(crate) receiver: bool,
    pub(crate) part: Part,
    /// The `cfg_attr` conditions of its marks: assumed to hold.
    pub(crate) conditions: Vec<Meta>,
}

/// The lifetimes that the expansion writes.
pub(crate) struct Lifetimes {
    /// Of the arguments that a lent result borrows from; of the owner where the result is owned.
    pub(crate) weak: Lifetime,
    /// Of all others.
    pub(crate) other: Lifetime,
    /// The function's lifetimes that the handle's type replaces by these two. Lifetimes in bounds keep their names.
    pub(crate) replaced: BTreeSet<Ident>,
    /// The lifetime that the outer function of a lending memo writes for an elided one.
    pub(crate) written_out: Option<WrittenOut>,
}

pub(crate) struct WrittenOut {
    pub(crate) lifetime: Lifetime,
    /// The function does not declare it yet.
    pub(crate) fresh: bool,
}

/// When results are over.
pub(crate) struct Times {
    pub(crate) ttl: Option<SpanOfTime>,
    pub(crate) idle: Option<SpanOfTime>,
    pub(crate) stale: Option<SpanOfTime>,
    pub(crate) jitter: Option<Expr>,
}

/// Where results are shared with other processes.
pub(crate) struct Stored {
    /// The store.
    pub(crate) store: Expr,
    /// Of the code that computes them.
    pub(crate) version: Expr,
    /// The hidden memo of what the objects hold there.
    pub(crate) leases: Box<Memo>,
}

pub(crate) enum Keep {
    /// All but an `Err`.
    Default,
    All,
    Some,
    If(Expr),
}

/// An attribute does not see where its function is. In a wrong place the compiler reports this name, which therefore
/// says what to write.
pub(crate) fn hidden_name(function: &Ident, associated: bool, role: &str) -> Ident {
    let advice = if associated { "in_the_impl_of_a_trait_write_handle_none" } else { "in_an_impl_write_associated" };
    // With a span of the expansion: lints on names are reported on the user's alone.
    let span = Span::mixed_site().located_at(function.span());
    format_ident!("__memo_{}_{}__{}", role, function.unraw(), advice, span = span)
}

impl Memo {
    pub(crate) fn owner(&self) -> &Parameter {
        &self.parameters[self.owner]
    }

    /// The parameters that take part in the extra key; the context comes after them.
    pub(crate) fn extra_key(&self) -> impl Iterator<Item = &Parameter> {
        self.parameters.iter().filter(|parameter| parameter.part.is_extra())
    }

    /// The parameters whose objects end a result when they die, as far as their types show.
    pub(crate) fn weak(&self) -> impl Iterator<Item = &Parameter> {
        let is_owner = |parameter| std::ptr::eq(parameter, self.owner());
        let parameters = self.parameters.iter();
        parameters.filter(move |parameter| is_owner(*parameter) || matches!(parameter.part, Part::Key { weak: true }))
    }

    pub(crate) fn is_keyed(&self) -> bool {
        self.extra_key().next().is_some() || self.context.is_some()
    }

    /// What the parts of the extra key are called, to who asks why a call missed.
    pub(crate) fn key_names(&self) -> Vec<String> {
        if let Some(names) = &self.of_last {
            return names.clone();
        }
        let name = |(number, parameter): (usize, &Parameter)| match parameter.is_named() {
            true => parameter.name.unraw().to_string(),
            false => format!("part {}", number + 1),
        };
        let parts = self.extra_key().enumerate().map(name);
        parts.chain(self.context.is_some().then(|| "context".to_owned())).collect()
    }

    /// What a memo with `last` keeps: `Last<(usize,), Vec<Row>>`.
    pub(crate) fn last_type(&self) -> Type {
        let (key, value) = (self.last_key(), self.output.kept());
        // The caret of what is wrong with it belongs under the value.
        let span = Extent::of(value).first;
        let root = self.paths.root.clone().into_iter().map(|mut tree| {
            tree.set_span(span);
            tree
        });
        let root: TokenStream = root.collect();
        parse_quote_spanned!(span=> #root::Last<#key, #value>)
    }

    /// The tuple of what it keeps of the parameters.
    pub(crate) fn last_key(&self) -> Type {
        let parts = self.extra_key().map(Parameter::owned_form);
        parse_quote!((#(#parts,)*))
    }

    /// An `async fn`: so are the functions that ask and compute.
    pub(crate) fn is_async(&self) -> bool {
        self.function.sig.asyncness.is_some()
    }

    /// A free function without type or const parameters has one memo; all others have one for each instantiation.
    pub(crate) fn is_single(&self) -> bool {
        let generics = &self.function.sig.generics;
        !self.associated && generics.type_params().next().is_none() && generics.const_params().next().is_none()
    }
}

impl Parameter {
    /// Whether it is a weak argument that outlives a lent result.
    pub(crate) fn is_borrowed_weak(&self) -> bool {
        let is_weak = matches!(self.part, Part::Owner { .. } | Part::Key { weak: true });
        // An owner by `&mut` is that of a memo with `last`.
        is_weak && !self.is_by_value() && (!self.is_by_mut() || matches!(self.part, Part::Owner { .. }))
    }

    /// The type of a copy that owns what it has.
    fn owned_form(&self) -> Type {
        match pointee(&self.ty) {
            ty if self.is_by_value() => ty.clone(),
            Type::Slice(TypeSlice { elem, .. }) => parse_quote!(::std::vec::Vec<#elem>),
            ty if is_named(ty, &["str"]) => parse_quote!(::std::string::String),
            ty => parse_quote!(<#ty as ::std::borrow::ToOwned>::Owned),
        }
    }

    /// Whether the user gave it a name: one with a pattern has a name of ours.
    pub(crate) fn is_named(&self) -> bool {
        self.receiver || !self.name.to_string().starts_with("__memo_arg")
    }

    pub(crate) fn is_by_value(&self) -> bool {
        !matches!(bare(&self.ty), Type::Reference(_))
    }

    /// Whether it is passed by `&mut`.
    pub(crate) fn is_by_mut(&self) -> bool {
        matches!(bare(&self.ty), Type::Reference(reference) if reference.mutability.is_some())
    }
}

/// How the result reaches the caller, read from the result type as it is written.
#[derive(Clone)]
pub(crate) enum Output {
    /// A copy of what is kept.
    Owned(Box<Type>),
    /// A borrow of what is kept.
    Lent(Box<Lent>),
}

#[derive(Clone)]
pub(crate) struct Lent {
    /// The result type as written.
    pub(crate) written: Type,
    /// The lifetime of the lent reference; none if it is elided.
    pub(crate) lifetime: Option<Lifetime>,
    /// What the body yields: the result type with the borrow replaced by what it borrows from.
    pub(crate) yields: Type,
    /// What is kept: `yields`, or the `Ok` side of it.
    pub(crate) kept: Type,
    /// How the result's form is borrowed from a `&kept`.
    pub(crate) form: Form,
    pub(crate) error: LentError,
}

/// A function in `lend` that borrows the result's form from what is kept.
#[derive(Clone)]
pub(crate) struct Form {
    pub(crate) name: &'static str,
    /// The type argument of that function: what it borrows as, where the compiler cannot infer it.
    pub(crate) of: Option<Type>,
}

impl Form {
    pub(crate) fn named(name: &'static str) -> Self {
        Self { name, of: None }
    }
}

/// What becomes of the `Err` of a lent `Result`.
#[derive(Clone)]
pub(crate) enum LentError {
    /// The result is no `Result`, or one that is lent as a whole.
    None,
    /// It goes out by value and is not kept.
    ByValue,
    /// It is kept and lent, too, in this form.
    Lent(Box<Form>),
}

impl Output {
    pub(crate) fn lent(&self) -> Option<&Lent> {
        match self {
            Self::Owned(_) => None,
            Self::Lent(lent) => Some(lent),
        }
    }

    /// The type of what is kept.
    pub(crate) fn kept(&self) -> &Type {
        match self {
            Self::Owned(ty) => ty,
            Self::Lent(lent) => &lent.kept,
        }
    }

    pub(crate) fn written(&self) -> &Type {
        match self {
            Self::Owned(ty) => ty,
            Self::Lent(lent) => &lent.written,
        }
    }
}

impl Lent {
    /// `cache_err` says something about it.
    pub(crate) fn speaks_of_an_error(&self) -> bool {
        !matches!(self.error, LentError::None) || is_named(&self.kept, &["Result"])
    }

    /// Only an `Ok` is kept.
    pub(crate) fn is_fallible(&self) -> bool {
        matches!(self.error, LentError::ByValue)
    }
}
