use syn::visit::{self, Visit};
use syn::{Ident, ParenthesizedGenericArguments, PathSegment, Type, TypeBareFn};

use crate::errors::Errors;
use crate::model::{Parameter, Part};
use crate::options::Options;

/// Refuses weak arguments that are seen to change behind their `&`: by identity alone, their results would be stale.
pub(super) fn check(options: &Options, parameters: &[Parameter], errors: &mut Errors) {
    if options.interior_mutability {
        return;
    }
    let by_identity = parameters.iter().filter(|parameter| match parameter.part {
        Part::Owner { ref beside } => beside.is_none(),
        Part::Key { weak } => weak,
        Part::Value | Part::Computed(_) | Part::Skipped => false,
    });
    for parameter in by_identity {
        let name = &parameter.name;
        for word in changing(&parameter.ty) {
            let skip = if parameter.part.is_extra() { ", leave it out, `#[memo(skip)]`" } else { "" };
            errors.under(
                word,
                format_args!(
                    "what changes in a `{word}` is not seen, and an old result would be given: say what counts of it, `#[memo(key = {name}.version())]`{skip}, or pass an `Arc` that is kept in the `{word}` and replaced there; write `interior_mutability` if no result depends on it"
                ),
            );
        }
    }
}

/// The words in a type by which it may change. What is set once is no such thing.
fn changing(ty: &Type) -> Vec<&Ident> {
    let mut finder = Changing(Vec::new());
    finder.visit_type(ty);
    finder.0
}

const CHANGING: &[&str] = &[
    "Mutex",
    "RwLock",
    "RefCell",
    "Cell",
    "UnsafeCell",
    "SyncUnsafeCell",
    "ReentrantLock",
    "ReentrantMutex",
    "FairMutex",
    "ArcSwap",
    "ArcSwapOption",
    "ArcSwapAny",
    "AtomicCell",
    "AtomicRefCell",
];

fn is_changing(name: &Ident) -> bool {
    let is_atomic = |name: &str| {
        let rest = name.strip_prefix("Atomic");
        rest.is_some_and(|rest| ["Bool", "Ptr", "Usize", "Isize"].contains(&rest) || is_sized(rest))
    };
    // `AtomicU64`
    fn is_sized(rest: &str) -> bool {
        rest.strip_prefix(['U', 'I'])
            .is_some_and(|bits| !bits.is_empty() && bits.bytes().all(|byte| byte.is_ascii_digit()))
    }
    CHANGING.iter().any(|changing| name == changing) || is_atomic(&name.to_string())
}

struct Changing<'a>(Vec<&'a Ident>);

impl<'a> Visit<'a> for Changing<'a> {
    fn visit_path_segment(&mut self, segment: &'a PathSegment) {
        if is_changing(&segment.ident) {
            self.0.push(&segment.ident);
        } else if segment.ident != "PhantomData" {
            visit::visit_path_segment(self, segment);
        }
    }

    // A function is called with what it takes, and has none of it.
    fn visit_type_bare_fn(&mut self, _: &'a TypeBareFn) {}
    fn visit_parenthesized_generic_arguments(&mut self, _: &'a ParenthesizedGenericArguments) {}
}
