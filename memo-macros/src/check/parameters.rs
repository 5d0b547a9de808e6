//! The parameters: how each takes part, which of them owns the results, and those that would change unseen.

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::{ToTokens, format_ident};
use syn::visit::{self, Visit};
use syn::{
    Expr, ExprAsync, ExprAwait, ExprClosure, ExprReturn, ExprTry, FnArg, Ident, Item, Macro,
    ParenthesizedGenericArguments, Pat, PatType, PathSegment, Receiver, Signature, Type, TypeBareFn,
};

use crate::model::{MOST_PARTS, Parameter};
use crate::parse::Errors;
use crate::parse::function::{Mark, Named, Part, take_marks, together};
use crate::parse::options::Options;
use crate::parse::syntax::{Extent, Looks, is_named, pointee};

const WRITE: &str = "`&Arc<T>`, `&Rc<T>`, `&Anchored<T>` or `&T` with `#[derive(HasAnchor)]`";

/// Reads the parameters and strips their marks. `named` are the marks in the list of options.
/// With `last`, the owner is passed by `&mut`.
pub(super) fn read(sig: &mut Signature, named: Vec<Named>, last: bool, errors: &mut Errors) -> Vec<Parameter> {
    let mut named = InOptions(named);
    let inputs = sig.inputs.iter_mut().enumerate();
    let parameters = inputs.map(|(index, input)| {
        let parameter = match input {
            FnArg::Receiver(receiver) => read_receiver(receiver, &mut named, last, errors),
            FnArg::Typed(typed) => read_typed(index, typed, &mut named, last, errors),
        };
        if let Some(expr) = parameter.part.computed() {
            refuse_leaving(expr, "a key expression", errors);
        }
        parameter
    });
    let parameters = parameters.collect::<Vec<_>>();
    named.refuse_others(&parameters, errors);
    parameters
}

/// The marks in the list of options that are of no parameter yet.
struct InOptions(Vec<Named>);

impl InOptions {
    /// The mark of the parameter `name`, which stands at it or in the list of options.
    fn or(&mut self, mark: Option<Mark>, name: &Ident, errors: &mut Errors) -> Option<Mark> {
        let (own, others) = std::mem::take(&mut self.0).into_iter().partition(|named| named.name == *name);
        self.0 = others;
        let own: Vec<Named> = own;
        if let (Some(Mark { word, .. }), Some(named)) = (&mark, own.first()) {
            errors.under(
                &named.name,
                format_args!("`{name}` is marked `#[memo({word})]`, too: keep the mark, or what is written here"),
            );
            return mark;
        }
        let named = own.into_iter().map(|named| named.mark).reduce(|first, other| together(first, other, errors));
        mark.or(named)
    }

    fn refuse_others(self, parameters: &[Parameter], errors: &mut Errors) {
        let names = || {
            let names = parameters.iter().filter(|parameter| parameter.is_named());
            names.map(|parameter| format!("`{}`", parameter.name)).collect::<Vec<_>>().join(", ")
        };
        for Named { name, .. } in self.0 {
            let hint = match parameters.iter().any(|parameter| !parameter.is_named()) {
                true => "; one with a pattern has none: write `#[memo(..)]` before it",
                false => "",
            };
            errors.under(&name, format_args!("no parameter has the name `{name}`: the names are {}{hint}", names()));
        }
    }
}

fn read_receiver(receiver: &mut Receiver, named: &mut InOptions, last: bool, errors: &mut Errors) -> Parameter {
    let mut conditions = Vec::new();
    let name = Ident::new("self", receiver.self_token.span);
    let mark = named.or(take_marks(&mut receiver.attrs, &mut conditions, errors), &name, errors);
    let whole = Receiver { attrs: Vec::new(), ..receiver.clone() };
    let parameter = Parameter {
        name,
        pattern: None,
        ty: (*receiver.ty).clone(),
        extent: Extent::of(&whole),
        receiver: true,
        part: part(mark, &receiver.ty),
        conditions,
    };
    if !last && parameter.is_by_mut() && !matches!(parameter.part, Part::Skipped | Part::Computed(_)) {
        errors.under(
            whole,
            "results belong to an object that does not change while they exist, and `&mut self` may change it: take `&self`, or write `last` to keep one result, for the last arguments",
        );
    }
    parameter
}

fn read_typed(index: usize, typed: &mut PatType, named: &mut InOptions, last: bool, errors: &mut Errors) -> Parameter {
    let mut conditions = Vec::new();
    let (name, pattern) = name_and_pattern(index, &typed.pat);
    let mark = named.or(take_marks(&mut typed.attrs, &mut conditions, errors), &name, errors);
    let marked = mark.as_ref().map(|mark| mark.word.clone());
    let parameter = Parameter {
        name,
        pattern,
        ty: (*typed.ty).clone(),
        extent: Extent::of(&typed.ty),
        receiver: false,
        part: part(mark, &typed.ty),
        conditions,
    };
    if !last && parameter.is_by_mut() && !matches!(parameter.part, Part::Skipped | Part::Computed(_)) {
        let message = "an `&mut` argument cannot take part in a key: mark it `#[memo(skip)]`, or take it by `&`";
        match marked {
            Some(word) => errors.under(word, message),
            None => errors.under(&typed.ty, message),
        }
    }
    parameter
}

fn name_and_pattern(index: usize, pat: &Pat) -> (Ident, Option<Pat>) {
    match pat {
        Pat::Ident(ident) if ident.by_ref.is_none() && ident.subpat.is_none() => {
            (ident.ident.clone(), ident.mutability.is_some().then(|| pat.clone()))
        }
        Pat::Wild(_) => (our_name(index), None),
        other => (our_name(index), Some(other.clone())),
    }
}

/// Shown by rustdoc. Not a name that the user may declare: a `const` or `struct` of that name would be the pattern.
fn our_name(index: usize) -> Ident {
    format_ident!("__memo_arg{}", index + 1, span = Span::mixed_site())
}

/// An early exit from an expression that stands in the memo would leave the memo, which has nothing to return then. Nor can it await, as a
/// look by the handle, which is no future, evaluates it, too.
pub(super) fn refuse_leaving(expr: &Expr, what: &str, errors: &mut Errors) {
    struct Leaving<'a>(&'a mut Errors, &'a str);
    impl Leaving<'_> {
        fn refuse_await(&mut self, word: impl ToTokens) {
            let what = self.1;
            self.0.under(
                word,
                format_args!(
                    "{what} cannot `.await`, since neither a hit nor the handle waits for anything: await before the call, and pass the value as a parameter"
                ),
            );
        }

        /// What is passed to a macro is not parsed.
        fn look_for_await(&mut self, tokens: TokenStream) {
            for tree in tokens {
                match tree {
                    TokenTree::Ident(ident) if ident == "await" => self.refuse_await(ident),
                    TokenTree::Group(group) => self.look_for_await(group.stream()),
                    _ => {}
                }
            }
        }
    }
    impl Visit<'_> for Leaving<'_> {
        fn visit_expr_try(&mut self, expr: &ExprTry) {
            let what = self.1;
            let instead = match what {
                "a key expression" => {
                    "write `.ok()` instead, or omit the `?` of an `Option`, which is a key if its content is one"
                }
                _ => "write a `match`, or call a function that uses the `?`",
            };
            self.0.under(
                expr.question_token,
                format_args!("`?` cannot leave {what}, since there is no result yet: {instead}"),
            );
            visit::visit_expr_try(self, expr);
        }
        fn visit_expr_return(&mut self, expr: &ExprReturn) {
            let what = self.1;
            let instead = match what {
                "a key expression" => "let the expression produce a key on every path, such as an `Option`",
                _ => "let the expression produce the value on every path",
            };
            self.0.under(
                expr.return_token,
                format_args!("`return` cannot leave {what}, since there is no result yet: {instead}"),
            );
            visit::visit_expr_return(self, expr);
        }
        fn visit_expr_await(&mut self, expr: &ExprAwait) {
            self.refuse_await(expr.await_token);
            visit::visit_expr_await(self, expr);
        }
        fn visit_macro(&mut self, call: &Macro) {
            self.look_for_await(call.tokens.clone());
        }
        // An exit from these does not leave the memo.
        fn visit_expr_closure(&mut self, _: &ExprClosure) {}
        fn visit_expr_async(&mut self, _: &ExprAsync) {}
        fn visit_item(&mut self, _: &Item) {}
    }
    Leaving(errors, what).visit_expr(expr);
}

fn part(mark: Option<Mark>, ty: &Type) -> Part {
    mark.map_or_else(|| Part::Key { weak: Looks::of(ty) != Looks::Plain }, |mark| mark.part)
}

pub(super) fn refuse_too_many(parameters: &[Parameter], context: bool, errors: &mut Errors) {
    let mut extra = parameters.iter().filter(|parameter| parameter.part.is_extra());
    if let Some(first_too_many) = extra.nth(MOST_PARTS - usize::from(context)) {
        errors.under(
            &first_too_many.ty,
            format_args!("at most {MOST_PARTS} arguments besides the owner can take part in the key: put some of them into a struct with `#[derive(MemoKey)]`, or mark the irrelevant ones `#[memo(skip)]`"),
        );
    }
}

/// Finds the argument on whose anchor the entries live: the marked one, or the first that is written like a weak one.
/// If there is none, one that is marked `key` is the owner, by its identity and the key.
pub(super) fn choose_owner(parameters: &mut [Parameter], function: &Ident, errors: &mut Errors) -> Option<usize> {
    let first =
        |is: fn(&Part) -> bool| parameters.iter().position(|parameter| is(&parameter.part) && may_own(parameter));
    let owner = marked(parameters, errors)
        .or_else(|| first(|part| matches!(part, Part::Key { .. })))
        .or_else(|| first(|part| matches!(part, Part::Computed(_))));
    match owner {
        Some(owner) => become_owner(&mut parameters[owner].part),
        None => report_none(parameters, function, errors),
    }
    owner
}

pub(super) fn become_owner(part: &mut Part) {
    *part = match std::mem::replace(part, Part::Skipped) {
        Part::Computed(expr) => Part::Owner { beside: Some(expr) },
        Part::Owner { beside } => Part::Owner { beside },
        _ => Part::Owner { beside: None },
    };
}

pub(super) fn marked(parameters: &[Parameter], errors: &mut Errors) -> Option<usize> {
    let mut marked =
        parameters.iter().enumerate().filter(|(_, parameter)| matches!(parameter.part, Part::Owner { .. }));
    let (first, _) = marked.next()?;
    for (_, other) in marked {
        errors.under(
            &other.ty,
            "two arguments are marked `owner`, but results can live on only one: mark the one that they belong to (the death of any weak argument ends an entry)",
        );
    }
    Some(first)
}

fn may_own(parameter: &Parameter) -> bool {
    !parameter.is_by_mut() && Looks::of(&parameter.ty).may_own()
}

fn report_none(parameters: &[Parameter], function: &Ident, errors: &mut Errors) {
    let unmarked = |parameter: &&Parameter| matches!(parameter.part, Part::Key { .. });
    if !errors.is_empty() && parameters.iter().any(|parameter| !matches!(parameter.part, Part::Key { .. })) {
        // One of those marks may be the mistake that left no owner.
        return;
    }
    if parameters.iter().filter(unmarked).any(Parameter::is_by_mut) {
        // Already reported; once that is mended, it may well be the owner.
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
            "no argument of `{function}` can own its results: write one as {WRITE}; if results belong to no object, use an ordinary cache such as `cached` or `moka`"
        ),
    );
}

/// Why a container is no owner, and what to write.
fn refusal(ty: &Type) -> String {
    if is_named(pointee(ty), &["Box"]) {
        return "a `Box` cannot own the results, since it is not an object by itself: take its content as `&T` with `#[derive(HasAnchor)]` (callers can still pass a `&Box<T>`), or share it as `&Arc<T>`".to_owned();
    }
    format!("a container cannot own the results, since it may be empty: take the owner itself as a parameter, {WRITE}")
}

/// Refuses weak arguments whose type shows that they change behind their `&`: by identity alone, their results would be stale.
pub(super) fn refuse_changing(options: &Options, parameters: &[Parameter], errors: &mut Errors) {
    if options.interior_mutability {
        return;
    }
    let by_identity = parameters.iter().filter(|parameter| match parameter.part {
        Part::Owner { ref beside } => beside.is_none(),
        Part::Key { weak } => weak,
        Part::Value | Part::Computed(_) | Part::Skipped | Part::Old => false,
    });
    for parameter in by_identity {
        let name = &parameter.name;
        for word in changing(&parameter.ty) {
            let skip = if parameter.part.is_extra() { ", leave the argument out with `#[memo(skip)]`" } else { "" };
            let key = match &options.last {
                Some(_) => "pass what counts as a parameter, such as a version".to_owned(),
                None => format!("name what counts with `#[memo(key = {name}.version())]`{skip}"),
            };
            errors.under(
                word,
                format_args!(
                    "changes inside a `{word}` are not seen, so a stale result would be returned: {key}, or pass an `Arc` that is stored in the `{word}` and replaced there; write `interior_mutability` if no result depends on it"
                ),
            );
        }
    }
}

/// The names in a type that allow a change behind `&`. A type that is set once, like `OnceLock`, does not count.
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

    // A function type is called with these types, and contains none of them.
    fn visit_type_bare_fn(&mut self, _: &'a TypeBareFn) {}
    fn visit_parenthesized_generic_arguments(&mut self, _: &'a ParenthesizedGenericArguments) {}
}
