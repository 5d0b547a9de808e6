//! What a memo is, once it has been checked. Everything here can be expanded: there is no wrong `Memo`.

use std::collections::BTreeSet;

use proc_macro2::Ident;
use syn::{Expr, Lifetime, LitStr, Meta, Pat, Type};

use crate::function::Function;
use crate::options::Capacity;
use crate::outcome::Outcome;
use crate::paths::Paths;
use crate::spans::Extent;

/// The longest tuple of parts that the runtime knows.
pub(crate) const MOST_PARTS: usize = 12;

pub(crate) struct Memo {
    /// The user's function, without the marks on its parameters.
    pub(crate) function: Function,
    pub(crate) paths: Paths,
    pub(crate) parameters: Vec<Parameter>,
    pub(crate) owner: usize,
    pub(crate) outcome: Outcome,
    pub(crate) lifetimes: Lifetimes,
    pub(crate) keep: Keep,
    pub(crate) capacity: Option<Capacity>,
    /// The body may ask who called.
    pub(crate) tracks_caller: bool,
    pub(crate) single_flight: bool,
    pub(crate) local: bool,
    /// A result that is the owner itself is held like any other.
    pub(crate) holds_owner: bool,
    /// What a result holds that must not be of the owner's type.
    pub(crate) not_the_owner: Vec<NotTheOwner>,
    /// The function and its companions are reached through `Self::`.
    pub(crate) associated: bool,
    /// The companion function; none means that the body stands in place.
    pub(crate) handle: Option<Ident>,
    pub(crate) name: Option<LitStr>,
    pub(crate) written: String,
}

/// A type that a result holds.
pub(crate) struct NotTheOwner {
    pub(crate) held: Type,
    /// It may be the owner's where this, the result as a whole, is one that may be a mark.
    pub(crate) unless: Type,
}

pub(crate) struct Parameter {
    /// The name in the outer function: the user's, or one of ours where the user wrote a pattern.
    pub(crate) name: Ident,
    /// What the body binds, if it is more than the name.
    pub(crate) pattern: Option<Pat>,
    pub(crate) ty: Type,
    pub(crate) extent: Extent,
    pub(crate) receiver: bool,
    pub(crate) passed: Passed,
    pub(crate) part: Part,
    /// What its marks were written under, with `cfg_attr`: taken to hold.
    pub(crate) conditions: Vec<Meta>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Passed {
    Value,
    Reference,
    MutableReference,
}

/// How a parameter takes part.
pub(crate) enum Part {
    /// By its identity; and, as part of the extra key, by what the expression makes of it.
    Owner { beside: Option<Expr> },
    /// By what its type says. `weak` if it looks like a weak one that is borrowed: a lent result lives as long.
    Key { weak: bool },
    /// By a copy.
    Value,
    /// By what the expression makes of the parameters.
    Computed(Expr),
    /// Not at all.
    Skipped,
}

/// The lifetimes that the expansion writes.
pub(crate) struct Lifetimes {
    /// Of the arguments that a lent result borrows from; of the owner where the result is owned.
    pub(crate) weak: Lifetime,
    /// Of all others.
    pub(crate) other: Lifetime,
    /// Those of the function that the handle's type replaces by these two. What bounds speak of keeps its name.
    pub(crate) replaced: BTreeSet<Ident>,
    /// What the outer function of a lending memo writes where the user elided.
    pub(crate) written_out: Option<WrittenOut>,
}

pub(crate) struct WrittenOut {
    pub(crate) lifetime: Lifetime,
    /// The function does not declare it yet.
    pub(crate) fresh: bool,
}

pub(crate) enum Keep {
    /// All but an `Err`.
    Default,
    All,
    Some,
    If(Expr),
}

impl Memo {
    pub(crate) fn owner(&self) -> &Parameter {
        &self.parameters[self.owner]
    }

    /// The parameters that take part in the extra key.
    pub(crate) fn extra_key(&self) -> impl Iterator<Item = &Parameter> {
        self.parameters.iter().filter(|parameter| parameter.part.is_extra())
    }

    pub(crate) fn is_keyed(&self) -> bool {
        self.extra_key().next().is_some()
    }

    /// A free function without type or const parameters has one memo; all others have one for each instantiation.
    pub(crate) fn is_single(&self) -> bool {
        let generics = &self.function.sig.generics;
        !self.associated && generics.type_params().next().is_none() && generics.const_params().next().is_none()
    }
}

impl Parameter {
    /// The argument lends for as long as a lent result lives.
    pub(crate) fn is_borrowed_weak(&self) -> bool {
        self.passed == Passed::Reference && matches!(self.part, Part::Owner { .. } | Part::Key { weak: true })
    }
}

impl Part {
    pub(crate) fn is_extra(&self) -> bool {
        self.computed().is_some() || matches!(self, Self::Key { .. } | Self::Value)
    }

    /// The user's expression, of which something is part of the extra key.
    pub(crate) fn computed(&self) -> Option<&Expr> {
        match self {
            Self::Computed(expr) | Self::Owner { beside: Some(expr) } => Some(expr),
            _ => None,
        }
    }
}
