//! From what is written to what holds: every mistake of one function is found here, and all are reported together.

mod changes;
mod combinations;
mod handle;
mod lending;
mod owner;
mod parameters;
mod results;
mod signature;

use crate::errors::Errors;
use crate::function::Function;
use crate::model::Memo;
use crate::options::{Handle, Options};
use crate::outcome::Outcome;
use crate::paths::Paths;

pub(crate) fn check(options: Options, mut function: Function, mut errors: Errors) -> syn::Result<Memo> {
    let in_place = matches!(options.handle, Some(Handle::None));
    signature::check(&function, in_place, &mut errors);
    let mut parameters = parameters::read(&mut function.sig, &mut errors);
    let outcome = Outcome::of(&function.sig.output, options.cache_err.is_some(), &mut errors);
    let owner = owner::choose(&mut parameters, &function.sig.ident, &mut errors);
    parameters::check_count(&parameters, &mut errors);
    changes::check(&options, &parameters, &mut errors);
    if let Some(owner) = owner {
        combinations::check(&options, &parameters, &outcome, &mut errors);
        results::check(&options, &function, &parameters[owner], &outcome, &mut errors);
        lending::check(&function, in_place, &parameters, &parameters[owner], &outcome, &mut errors);
    }
    let holds_owner = options.may_return_owner || owner.is_some_and(|owner| results::borrows(&parameters[owner]));
    let not_the_owner = match owner {
        Some(owner) if !holds_owner => results::to_compare(&function, &parameters[owner], &outcome),
        _ => Vec::new(),
    };
    let keep = combinations::keep(&options);
    let associated = options.associated.is_some() || signature::speaks_of_self(&function.sig);
    let handle = handle::name(options.handle.as_ref(), &function.sig.ident, &parameters, associated, &mut errors);
    let lifetimes = lending::lifetimes(&function.sig, &parameters, &outcome, associated);
    let capacity = combinations::capacity(options.capacity, &function.sig.generics, &mut errors);
    // Without an owner there are errors, so that this index is never used.
    let owner = owner.unwrap_or_default();
    errors.or(Memo {
        paths: Paths::new(options.krate.as_ref()),
        parameters,
        owner,
        outcome,
        lifetimes,
        keep,
        capacity,
        tracks_caller: signature::is_marked(&function.attrs, "track_caller"),
        single_flight: options.single_flight.unwrap_or(true),
        local: options.local.is_some(),
        holds_owner,
        not_the_owner,
        associated,
        handle,
        name: options.name,
        written: options.written,
        function,
    })
}
