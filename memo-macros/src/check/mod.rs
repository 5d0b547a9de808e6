//! From the parsed function to a valid memo: every mistake of one function is found here, and all are reported together.

mod last;
mod lending;
mod options;
mod output;
mod parameters;
mod results;
mod signature;
mod store;

use crate::model::{Memo, Stored};
use crate::parse::Errors;
use crate::parse::function::Function;
use crate::parse::options::{Handle, Options};

pub(crate) fn check(mut written: Options, mut function: Function, mut errors: Errors) -> syn::Result<Memo> {
    let made = match signature::made_by_another(&function.sig) {
        Some(made) if made.beside => return Err(made.error),
        made => made,
    };
    let in_place = matches!(written.handle, Some(Handle::None));
    signature::check(&function, in_place, &mut errors);
    let last = written.last.clone();
    let marks = std::mem::take(&mut written.marks);
    let mut parameters = parameters::read(&mut function.sig, marks, last.is_some(), &mut errors);
    let output = output::read(&function.sig.output, written.cache_err.is_some(), &mut errors);
    let owner = match &last {
        Some(word) => last::choose_owner(word, &mut parameters, &mut errors),
        None => {
            last::refuse_old(&parameters, &mut errors);
            parameters::choose_owner(&mut parameters, &function.sig.ident, &mut errors)
        }
    };
    parameters::refuse_too_many(&parameters, written.context.is_some(), &mut errors);
    if let Some(context) = &written.context {
        parameters::refuse_leaving(context, "a key expression", &mut errors);
    }
    parameters::refuse_changing(&written, &parameters, &mut errors);
    if let (Some((word, _)), Some(_)) = (&written.cycle, &function.sig.asyncness) {
        errors.under(word, "a ring of futures always panics: remove `cycle`, or write the function without `async`");
    }
    let mut holds_owner = written.may_return_owner;
    let mut not_the_owner = Vec::new();
    if let Some(owner) = owner.map(|owner| &parameters[owner]) {
        options::check(&written, &parameters, &output, &mut errors);
        results::check(&written, &function, owner, &output, &mut errors);
        lending::check(&function, in_place, &parameters, owner, &output, &mut errors);
        if let Some(word) = &last {
            last::check(word, &written, &function, &parameters, &output, &mut errors);
        }
        holds_owner = holds_owner || results::borrows(owner);
        if !holds_owner && written.weak_value.is_none() {
            not_the_owner = results::to_compare(&function, owner, &output);
        }
    }
    let carry = written.carry.take();
    let store = store::read(&mut written, in_place, &mut errors);
    let associated = written.associated || signature::speaks_of_self(&function.sig);
    let times = options::times(&mut written, &function.sig.generics, &mut errors);
    let handle = options::handle(written.handle.as_ref(), &function.sig.ident, &parameters, associated, &mut errors);
    let mut memo = Memo {
        // Without an owner there are errors, so that this index is never used.
        owner: owner.unwrap_or_default(),
        lifetimes: lending::lifetimes(&function.sig, &parameters, &output, associated),
        keep: options::keep(&written),
        capacity: options::capacity(written.capacity, &function.sig.generics, &mut errors),
        times,
        // On an `async fn` it says nothing, as the compiler tells.
        tracks_caller: function.sig.asyncness.is_none() && signature::is_marked(&function.attrs, "track_caller"),
        single_flight: written.racing.is_none(),
        store: None,
        cycle: written.cycle.map(|(_, value)| value),
        local: written.local,
        paths: written.paths,
        parameters,
        context: written.context,
        output,
        weak_value: written.weak_value.is_some(),
        reuse_equal: written.reuse_equal.is_some(),
        carry: carry.is_some(),
        last: None,
        of_last: None,
        holds_owner,
        not_the_owner,
        associated,
        handle,
        handle_vis: match written.handle {
            Some(Handle::Named(vis, _)) => vis,
            _ => None,
        },
        name: written.name,
        options: written.text,
        function,
    };
    // What else is wrong with it would not help.
    errors.or(()).map_err(|error| made.map_or(error, |made| made.error))?;
    if let Some((store, version)) = store {
        let (options, function) = store::leases(&memo);
        let leases = Box::new(check(options, function, Errors::default())?);
        memo.store = Some(Stored { store, version, leases });
    }
    if last.is_some() {
        let (options, function) = last::kept(&memo, carry);
        let mut kept = check(options, function, Errors::default())?;
        kept.of_last = Some(memo.key_names());
        memo.last = Some(Box::new(kept));
    }
    Ok(memo)
}
