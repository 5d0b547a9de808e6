//! Conflicting options, and options that do not fit the function.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, format_ident};
use syn::ext::IdentExt;
use syn::visit::{self, Visit};
use syn::{Expr, ExprLit, GenericParam, Generics, Ident, Lit, Path};

use super::parameters;
use crate::model::{Keep, Output, Parameter, Times};
use crate::parse::Errors;
use crate::parse::options::{Capacity, Handle, Options};
use crate::parse::span_of_time::SpanOfTime;
use crate::parse::syntax::{bare_expr, mentions};

/// Refuses options that conflict, or do not fit the function.
pub(super) fn check(options: &Options, parameters: &[Parameter], output: &Output, errors: &mut Errors) {
    refuse_contradictions(options, errors);
    if let Some((word, value)) = &options.cycle {
        parameters::refuse_leaving(value, "a `cycle` value", errors);
        if let Some(racing) = &options.racing {
            errors.under(
                racing,
                format_args!(
                    "with `single_flight = false` no call waits, so none closes a ring: remove it, or remove `{word}`"
                ),
            );
        }
    }
    let first_extra = parameters.iter().find(|parameter| parameter.part.is_extra());
    let first_extra = first_extra.map(|parameter| parameter.ty.to_token_stream());
    let first_extra = first_extra.or_else(|| Some(options.context.as_ref()?.to_token_stream()));
    refuse_without_ttl(options, errors);
    if let (Some(word), None) = (&options.carry, &options.last) {
        refuse_carried(word, options, first_extra.as_ref(), errors);
    }
    if let Some(lent) = output.lent() {
        refuse_unstored(options, errors);
        refuse_times(options, errors);
        if let Some(word) = options.cache_err.as_ref().filter(|_| !lent.speaks_of_an_error()) {
            errors.under(
                word,
                "`cache_err` keeps errors, but this result is not a `Result` and is always kept: remove it",
            );
        }
        if let (Some(part), None) = (&first_extra, &options.last) {
            require_unbounded(options, part, errors);
        }
    }
    if let (Some((word, _)), None) = (&options.capacity, first_extra) {
        errors
            .under(word, "`capacity` bounds the results of one owner, and here each owner has at most one: remove it");
    }
}

fn refuse_contradictions(options: &Options, errors: &mut Errors) {
    let cache_if = options.cache_if.as_ref().map(|(word, _)| word);
    let pairs = [
        (cache_if, options.cache_err.as_ref()),
        (cache_if, options.some_only.as_ref()),
        (options.cache_err.as_ref(), options.some_only.as_ref()),
    ];
    for (one, other) in pairs {
        if let (Some(one), Some(other)) = (one, other) {
            errors.under(
                other,
                format_args!(
                    "`{other}` and `{one}` both decide what is kept: write only one of them (`cache_if` can express any condition)"
                ),
            );
        }
    }
}

/// What is lent must have been stored.
fn refuse_unstored(options: &Options, errors: &mut Errors) {
    let words = [options.cache_if.as_ref().map(|(word, _)| word), options.some_only.as_ref()];
    for word in words.into_iter().flatten() {
        errors.under(
            word,
            format_args!("`{word}` may leave a result unkept, and such a result cannot be lent: remove it, or return an owned value"),
        );
    }
    if let Some(word) = &options.weak_value {
        errors.under(
            word,
            "what is lent must be kept, and `weak_value` keeps it only while somebody else does: return an `Arc<V>` without the `&`, or remove `weak_value`",
        );
    }
    if let Some(word) = &options.reuse_equal {
        errors.under(
            word,
            "what is lent is of its owner alone, and `reuse_equal` shares it with another: return an `Arc<V>` without the `&`, or remove `reuse_equal`",
        );
    }
    if let Some((word, _)) = &options.cycle {
        errors.under(
            word,
            "results inside a ring are not kept, and such results cannot be lent: return an owned value, such as `Arc<V>`, or remove `cycle`",
        );
    }
}

/// What a clone takes along is one result of the object alone, and all that there is to it.
fn refuse_carried(word: &Ident, options: &Options, first_extra: Option<&TokenStream>, errors: &mut Errors) {
    if let Some(part) = first_extra {
        errors.under(
            part,
            format_args!("with this in the key an owner has many results, and `{word}` takes along those without a key: remove it, or copy them one by one in a `Clone` of your own, by the handle's `get` and `insert` (`set`, if they are lent)"),
        );
    }
    let times = [&options.ttl, &options.idle].map(|option| option.as_ref().map(|(word, _)| word));
    let store = options.store.as_ref().map(|(word, _)| word);
    for other in times.into_iter().chain([options.weak_value.as_ref(), store]).flatten() {
        errors.under(
            other,
            format_args!("a result with `{other}` may end before its object does, and a clone of the object would not know when: remove it, or remove `{word}`"),
        );
    }
}

/// What is lent cannot expire.
fn refuse_times(options: &Options, errors: &mut Errors) {
    for (word, _) in [&options.ttl, &options.idle].into_iter().flatten() {
        errors.under(
            word,
            format_args!("`{word}` ends results, and a lent one lives as long as its arguments: remove it, or return an owned value, such as an `Arc`"),
        );
    }
}

/// What says more of `ttl`.
fn refuse_without_ttl(options: &Options, errors: &mut Errors) {
    let words = [options.stale.as_ref().map(|(word, _)| word), options.jitter.as_ref().map(|(word, _)| word)];
    for word in words.into_iter().flatten().filter(|_| options.ttl.is_none()) {
        errors.under(
            word,
            format_args!("`{word}` says more of `ttl`, and there is none: add `ttl = \"30s\"`, or remove it"),
        );
    }
}

/// What is lent cannot be evicted.
fn require_unbounded(options: &Options, part: &TokenStream, errors: &mut Errors) {
    match &options.capacity {
        Some((_, Capacity::Unbounded)) => {}
        Some((_, Capacity::Of(expr))) => errors.under(
            expr,
            "a lent result cannot be evicted: write `capacity = unbounded`, or return an owned value",
        ),
        None => errors.under(
            part,
            "with this in the key an owner has many results, and lent results cannot be evicted: write `capacity = unbounded`, or return an owned value",
        ),
    }
}

pub(super) fn keep(options: &Options) -> Keep {
    match options {
        Options { cache_if: Some((_, test)), .. } => Keep::If(test.clone()),
        Options { cache_err: Some(_), .. } => Keep::All,
        Options { some_only: Some(_), .. } => Keep::Some,
        _ => Keep::Default,
    }
}

pub(super) fn capacity(
    written: Option<(Ident, Capacity)>,
    generics: &Generics,
    errors: &mut Errors,
) -> Option<Capacity> {
    let (_, capacity) = written?;
    if let Capacity::Of(expr) = &capacity {
        if is_zero(expr) {
            errors.under(expr, "a memo of capacity 0 would keep nothing: write at least 1, or `capacity = unbounded`");
        }
        refuse_generic("capacity", "a number or a `const`", expr, generics, errors);
    }
    Some(capacity)
}

/// What is evaluated in the memo's `static` names no parameter.
fn refuse_generic(what: &str, instead: &str, expr: &Expr, generics: &Generics, errors: &mut Errors) {
    if mentions(expr.to_token_stream(), &|ident| ident == "Self") {
        errors.under(
            expr,
            format_args!("the {what} is evaluated in a `static`, which has no access to `Self`: write the type's name"),
        );
    }
    for found in Parameters::in_expr(expr, generics) {
        errors.under(
            &found,
            format_args!(
                "the {what} is evaluated in a `static`, which has no access to the parameter `{found}`: write {instead}"
            ),
        );
    }
}

/// The options about time, if there are any.
pub(super) fn times(written: &mut Options, generics: &Generics, errors: &mut Errors) -> Option<Times> {
    let mut span = |option: &mut Option<(Ident, SpanOfTime)>| {
        let (word, span) = option.take()?;
        if let SpanOfTime::Of(expr) = &span {
            refuse_generic(&word.to_string(), "what does not depend on it", expr, generics, errors);
        }
        Some(span)
    };
    let (ttl, idle, stale) = (span(&mut written.ttl), span(&mut written.idle), span(&mut written.stale));
    let jitter = written.jitter.take().map(|(_, share)| share);
    if let Some(share) = &jitter {
        refuse_generic("jitter", "a number or a `const`", share, generics, errors);
    }
    (ttl.is_some() || idle.is_some()).then_some(Times { ttl, idle, stale, jitter })
}

/// Which of a function's type and const parameters an expression names.
struct Parameters<'a> {
    generics: &'a Generics,
    found: Vec<Ident>,
}

impl<'a> Parameters<'a> {
    fn in_expr(expr: &Expr, generics: &'a Generics) -> Vec<Ident> {
        let mut this = Self { generics, found: Vec::new() };
        this.visit_expr(expr);
        this.found
    }

    fn has(&self, name: &Ident) -> bool {
        self.generics.params.iter().any(|param| match param {
            GenericParam::Type(param) => param.ident == *name,
            GenericParam::Const(param) => param.ident == *name,
            GenericParam::Lifetime(_) => false,
        })
    }
}

impl Visit<'_> for Parameters<'_> {
    fn visit_path(&mut self, path: &Path) {
        let first = path.segments.first().map(|segment| &segment.ident).filter(|_| path.leading_colon.is_none());
        self.found.extend(first.filter(|first| self.has(first)).cloned());
        visit::visit_path(self, path);
    }
}

fn is_zero(expr: &Expr) -> bool {
    match bare_expr(expr) {
        Expr::Lit(ExprLit { lit: Lit::Int(int), .. }) => int.base10_parse::<u128>().is_ok_and(|value| value == 0),
        _ => false,
    }
}

/// The companion's name; none where the body stands in place.
pub(super) fn handle(
    written: Option<&Handle>,
    function: &Ident,
    parameters: &[Parameter],
    associated: bool,
    errors: &mut Errors,
) -> Option<Ident> {
    let name = match written {
        Some(Handle::None) => return None,
        Some(Handle::Named(_, name)) => name.clone(),
        // With a span of the expansion: lints on names are reported on the function's alone.
        None => format_ident!("{}_memo", function.unraw(), span = Span::mixed_site().located_at(function.span())),
    };
    // `r#name` is another way to write `name`.
    let hiding = parameters.iter().find(|parameter| parameter.name.unraw() == name.unraw());
    if let Some(parameter) = hiding.filter(|_| !associated) {
        errors.under(
            &parameter.name,
            format_args!("this parameter hides the handle `{name}`: rename it, or write `handle = other_name`"),
        );
    }
    Some(name)
}
