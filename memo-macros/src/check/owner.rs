use syn::{Ident, Type};

use crate::errors::Errors;
use crate::looks::Looks;
use crate::model::{Parameter, Part, Passed};
use crate::syntax::{is_named, pointee};

const WRITE: &str = "`&Arc<T>`, `&Rc<T>`, `&Anchored<T>` or `&T` with `#[derive(HasAnchor)]`";

/// Finds the argument on whose anchor the entries live: the marked one, or the first that is written like a weak one. One that
/// is marked `key` is it where there is no other, and then has its identity and the key beside it.
pub(super) fn choose(parameters: &mut [Parameter], function: &Ident, errors: &mut Errors) -> Option<usize> {
    let marked = marked(parameters, errors);
    let owner = marked
        .or_else(|| {
            parameters.iter().position(|parameter| matches!(parameter.part, Part::Key { .. }) && may_own(parameter))
        })
        .or_else(|| {
            parameters.iter().position(|parameter| matches!(parameter.part, Part::Computed(_)) && may_own(parameter))
        });
    match owner {
        Some(owner) => parameters[owner].part.become_owner(),
        None => report_none(parameters, function, errors),
    }
    owner
}

impl Part {
    fn become_owner(&mut self) {
        let beside = match std::mem::replace(self, Self::Owner { beside: None }) {
            Self::Computed(expr) => Some(expr),
            Self::Owner { beside } => beside,
            _ => None,
        };
        *self = Self::Owner { beside };
    }
}

fn marked(parameters: &[Parameter], errors: &mut Errors) -> Option<usize> {
    let mut marked =
        parameters.iter().enumerate().filter(|(_, parameter)| matches!(parameter.part, Part::Owner { .. }));
    let (first, _) = marked.next()?;
    for (_, other) in marked {
        errors.under(
            &other.ty,
            "two arguments are marked `owner`, and the results can live on one only: mark the one that they belong to (all weak arguments end an entry when they die)",
        );
    }
    Some(first)
}

fn may_own(parameter: &Parameter) -> bool {
    parameter.passed != Passed::MutableReference && Looks::of(&parameter.ty).may_own()
}

fn report_none(parameters: &[Parameter], function: &Ident, errors: &mut Errors) {
    let unmarked = |parameter: &&Parameter| matches!(parameter.part, Part::Key { .. });
    if !errors.is_empty() && parameters.iter().any(|parameter| !matches!(parameter.part, Part::Key { .. })) {
        // One of those marks may be the mistake that left no owner.
        return;
    }
    if parameters.iter().filter(unmarked).any(|parameter| parameter.passed == Passed::MutableReference) {
        // Already told; with that mended, it may well be the owner.
        return;
    }
    let container = parameters.iter().filter(unmarked).find(|parameter| Looks::of(&parameter.ty) == Looks::Container);
    if let Some(container) = container {
        errors.under(&container.ty, refusal(&container.ty));
        return;
    }
    errors.under(
        function,
        format_args!(
            "no argument of `{function}` can own its results: write one as {WRITE}; where no result belongs to an object, take an ordinary cache such as `cached` or `moka`"
        ),
    );
}

/// Why a container is no owner, and what to write.
fn refusal(ty: &Type) -> String {
    if is_named(pointee(ty), &["Box"]) {
        return "a `Box` cannot own the results, since it is no object by itself: take what is in it, `&T` with `#[derive(HasAnchor)]` (callers may go on passing a `&Box<T>`), or share it, `&Arc<T>`".to_owned();
    }
    format!("a container cannot own the results, since it may be empty: take the owner itself as a parameter, {WRITE}")
}
