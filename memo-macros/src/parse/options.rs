//! The options of `#[weak_memo(...)]`.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::parse::{ParseStream, Parser};
use syn::{Expr, Ident, LitBool, LitStr, Path, Visibility};

use super::Errors;
use super::function::Named;
use super::span_of_time::SpanOfTime;
use super::syntax::without_invisible_groups;
use super::words::{alone, each_word, expect_value, value};

const KNOWN: &[&str] = &[
    "owner",
    "value",
    "key",
    "skip",
    "context",
    "capacity",
    "cache_if",
    "cache_err",
    "some_only",
    "single_flight",
    "cycle",
    "local",
    "associated",
    "name",
    "handle",
    "weak_value",
    "reuse_equal",
    "carry",
    "last",
    "may_return_owner",
    "interior_mutability",
    "ttl",
    "idle",
    "stale",
    "jitter",
    "store",
    "version",
    "crate",
];

/// The options of `#[weak_memo(...)]` as written, each with its word. Whether they may be combined is not yet known.
#[derive(Default)]
pub(crate) struct Options {
    /// What stands here in place of marks on parameters.
    pub(crate) marks: Vec<Named>,
    pub(crate) context: Option<Expr>,
    pub(crate) capacity: Option<(Ident, Capacity)>,
    pub(crate) cache_if: Option<(Ident, Expr)>,
    pub(crate) cache_err: Option<Ident>,
    pub(crate) some_only: Option<Ident>,
    /// `single_flight = false`
    pub(crate) racing: Option<Ident>,
    pub(crate) cycle: Option<(Ident, Expr)>,
    pub(crate) local: bool,
    pub(crate) associated: bool,
    pub(crate) name: Option<LitStr>,
    pub(crate) handle: Option<Handle>,
    pub(crate) weak_value: Option<Ident>,
    pub(crate) reuse_equal: Option<Ident>,
    pub(crate) carry: Option<Ident>,
    pub(crate) last: Option<Ident>,
    pub(crate) may_return_owner: bool,
    pub(crate) interior_mutability: bool,
    pub(crate) ttl: Option<(Ident, SpanOfTime)>,
    pub(crate) idle: Option<(Ident, SpanOfTime)>,
    pub(crate) stale: Option<(Ident, SpanOfTime)>,
    pub(crate) jitter: Option<(Ident, Expr)>,
    pub(crate) store: Option<(Ident, Expr)>,
    pub(crate) version: Option<(Ident, Expr)>,
    pub(crate) paths: Paths,
    /// The whole list as one line, for reports.
    pub(crate) text: String,
}

pub(crate) enum Capacity {
    Unbounded,
    Of(Expr),
}

pub(crate) enum Handle {
    None,
    /// With a visibility of its own, if one is written.
    Named(Option<Visibility>, Ident),
}

impl Options {
    pub(crate) fn parse(tokens: TokenStream, errors: &mut Errors) -> Self {
        let mut options = Self { text: one_line(&tokens), ..Self::default() };
        let mut seen = Vec::new();
        let read = |word, input: ParseStream| options.read(word, &mut seen, input);
        let parsed = Parser::parse2(|input: ParseStream| each_word(input, errors, read), tokens);
        parsed.unwrap_or_else(|error| errors.push(error));
        options
    }

    fn read(&mut self, word: Ident, seen: &mut Vec<Ident>, input: ParseStream) -> syn::Result<()> {
        if seen.contains(&word) {
            return Err(syn::Error::new(word.span(), format_args!("`{word}` is written twice: keep one")));
        }
        if !KNOWN.iter().any(|name| word == name) {
            return Err(syn::Error::new(word.span(), unknown(&word)));
        }
        seen.push(word.clone());
        match word.to_string().as_str() {
            "owner" | "value" | "key" | "skip" => self.marks.extend(Named::parse(&word, input)?),
            "context" => self.context = Some(value(&word, input, "context = locale()")?),
            "capacity" => {
                let capacity = capacity(&word, input)?;
                self.capacity = Some((word, capacity));
            }
            "cache_if" => {
                let test = value(&word, input, "cache_if = |value| value.len() > 100")?;
                self.cache_if = Some((word, test));
            }
            "cache_err" => self.cache_err = Some(alone(word, input)?),
            "some_only" => self.some_only = Some(alone(word, input)?),
            "single_flight" => {
                let waits = value::<LitBool>(&word, input, "single_flight = false")?.value;
                self.racing = (!waits).then_some(word);
            }
            "cycle" => {
                let value = value(&word, input, "cycle = value` or `cycle = |cycle| value")?;
                self.cycle = Some((word, value));
            }
            "local" => self.local = alone(word, input).map(|_| true)?,
            "associated" => self.associated = alone(word, input).map(|_| true)?,
            "name" => self.name = Some(name(&word, input)?),
            "handle" => self.handle = Some(handle(&word, input)?),
            "weak_value" => self.weak_value = Some(alone(word, input)?),
            "reuse_equal" => self.reuse_equal = Some(alone(word, input)?),
            "carry" => self.carry = Some(alone(word, input)?),
            "last" => self.last = Some(alone(word, input)?),
            "may_return_owner" => self.may_return_owner = alone(word, input).map(|_| true)?,
            "interior_mutability" => self.interior_mutability = alone(word, input).map(|_| true)?,
            "ttl" => self.ttl = Some((word.clone(), SpanOfTime::parse(&word, input)?)),
            "idle" => self.idle = Some((word.clone(), SpanOfTime::parse(&word, input)?)),
            "stale" => self.stale = Some((word.clone(), SpanOfTime::parse(&word, input)?)),
            "jitter" => self.jitter = Some((word.clone(), value(&word, input, "jitter = 0.1")?)),
            "store" => self.store = Some((word.clone(), value(&word, input, "store = STORE")?)),
            "version" => self.version = Some((word.clone(), value(&word, input, "version = 1")?)),
            _ => self.paths = Paths::parse(&word, input)?,
        }
        Ok(())
    }
}

fn unknown(word: &Ident) -> String {
    let known = KNOWN.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    format!("unknown option `{word}`; the options are {known}")
}

fn capacity(word: &Ident, input: ParseStream) -> syn::Result<Capacity> {
    let expr: Expr = value(word, input, "capacity = 256` or `capacity = unbounded")?;
    let text = without_invisible_groups(expr.to_token_stream()).to_string();
    if text == "unbounded" {
        return Ok(Capacity::Unbounded);
    }
    Ok(Capacity::Of(expr))
}

fn name(word: &Ident, input: ParseStream) -> syn::Result<LitStr> {
    let example = "name = \"layout\"";
    let text: LitStr = value(word, input, example)?;
    if text.value().is_empty() {
        return Err(syn::Error::new(text.span(), format_args!("the name is empty: write `{example}`")));
    }
    Ok(text)
}

fn handle(word: &Ident, input: ParseStream) -> syn::Result<Handle> {
    let example = "handle = layouts`, `handle = pub(crate) layouts` or `handle = none";
    expect_value(word, input, example)?;
    let vis: Visibility = input.parse()?;
    let vis = (!matches!(vis, Visibility::Inherited)).then_some(vis);
    let name: Ident =
        input.parse().map_err(|error| syn::Error::new(error.span(), format_args!("{error}: write `{example}`")))?;
    match vis {
        Some(vis) if name == "none" => Err(syn::Error::new_spanned(
            vis,
            "with `none` there is no handle that could be visible: write `handle = none`",
        )),
        None if name == "none" => Ok(Handle::None),
        vis => Ok(Handle::Named(vis, name)),
    }
}

fn one_line(tokens: &TokenStream) -> String {
    let text = without_invisible_groups(tokens.clone()).to_string();
    text.split_whitespace().collect::<Vec<_>>().join(" ").replace(" ,", ",").trim_end_matches(',').to_owned()
}

/// The path of the runtime in an expansion: `::memo_core`, or that of `crate = path`.
#[derive(Clone)]
pub(crate) struct Paths {
    pub(crate) root: TokenStream,
    pub(crate) private: TokenStream,
}

impl Default for Paths {
    fn default() -> Self {
        Self::new(quote!(::memo_core))
    }
}

impl Paths {
    fn new(root: TokenStream) -> Self {
        let private = quote!(#root::__private);
        Self { root, private }
    }

    /// The path after the word `crate`.
    pub(crate) fn parse(word: &Ident, input: ParseStream) -> syn::Result<Self> {
        let example = "crate = path::to::memo_core";
        expect_value(word, input, example)?;
        let path = Path::parse_mod_style(input);
        path.map(|path| Self::new(path.into_token_stream()))
            .map_err(|error| syn::Error::new(error.span(), format_args!("expected a path: write `{example}`")))
    }
}
