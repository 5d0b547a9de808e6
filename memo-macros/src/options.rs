use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::{Expr, Ident, LitBool, LitStr, Path, Token};

use crate::errors::Errors;
use crate::spans::without_invisible_groups;

const KNOWN: &[&str] = &[
    "capacity",
    "cache_if",
    "cache_err",
    "some_only",
    "single_flight",
    "local",
    "associated",
    "name",
    "handle",
    "may_return_owner",
    "interior_mutability",
    "crate",
];
const LATER: &[&str] = &["ttl", "idle", "cycle", "weak_value"];

/// The options of `#[weak_memo(...)]` as written, each with the word that said it. What goes together is not yet known.
#[derive(Default)]
pub(crate) struct Options {
    pub(crate) capacity: Option<(Ident, Capacity)>,
    pub(crate) cache_if: Option<(Ident, Expr)>,
    pub(crate) cache_err: Option<Ident>,
    pub(crate) some_only: Option<Ident>,
    pub(crate) single_flight: Option<bool>,
    pub(crate) local: Option<Ident>,
    pub(crate) associated: Option<Ident>,
    pub(crate) name: Option<LitStr>,
    pub(crate) handle: Option<Handle>,
    pub(crate) may_return_owner: bool,
    pub(crate) interior_mutability: bool,
    pub(crate) krate: Option<Path>,
    /// The whole list as one line, for reports.
    pub(crate) written: String,
}

pub(crate) enum Capacity {
    Unbounded,
    Of(Expr),
}

pub(crate) enum Handle {
    None,
    Named(Ident),
}

impl Options {
    pub(crate) fn parse(tokens: TokenStream, errors: &mut Errors) -> Self {
        let mut options = Self { written: one_line(&tokens), ..Self::default() };
        let parsed = Parser::parse2(|input: ParseStream| options.read_all(input, errors), tokens);
        if let Err(error) = parsed {
            errors.push(error);
        }
        options
    }

    fn read_all(&mut self, input: ParseStream, errors: &mut Errors) -> syn::Result<()> {
        let mut seen: Vec<Ident> = Vec::new();
        while !input.is_empty() {
            let word = Ident::parse_any(input)?;
            let known = KNOWN.iter().any(|name| word == name);
            if seen.contains(&word) {
                errors.under(&word, format_args!("`{word}` is written twice: keep one"));
                skip_value(input)?;
            } else if !known {
                errors.under(&word, unknown(&word));
                skip_value(input)?;
            } else if let Err(error) = self.read(&word, input) {
                errors.push(error);
                skip_value(input)?;
            }
            if known {
                seen.push(word);
            }
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        Ok(())
    }

    fn read(&mut self, word: &Ident, input: ParseStream) -> syn::Result<()> {
        let owned = word.clone();
        match word.to_string().as_str() {
            "capacity" => self.capacity = Some((owned, capacity(word, input)?)),
            "cache_if" => self.cache_if = Some((owned, value(word, input, "cache_if = |value| value.len() > 100")?)),
            "cache_err" => self.cache_err = Some(flag(owned, input)?),
            "some_only" => self.some_only = Some(flag(owned, input)?),
            "single_flight" => {
                self.single_flight = Some(value::<LitBool>(word, input, "single_flight = false")?.value);
            }
            "local" => self.local = Some(flag(owned, input)?),
            "associated" => self.associated = Some(flag(owned, input)?),
            "name" => self.name = Some(name(word, input)?),
            "handle" => self.handle = Some(handle(word, input)?),
            "may_return_owner" => {
                flag(owned, input)?;
                self.may_return_owner = true;
            }
            "interior_mutability" => {
                flag(owned, input)?;
                self.interior_mutability = true;
            }
            _ => self.krate = Some(krate(word, input)?),
        }
        Ok(())
    }
}

fn unknown(word: &Ident) -> String {
    if LATER.iter().any(|later| word == later) {
        return format!("`{word}` is not supported yet");
    }
    let known = KNOWN.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    format!("unknown option `{word}`; the options are {known}")
}

fn flag(word: Ident, input: ParseStream) -> syn::Result<Ident> {
    if at_end(input) {
        return Ok(word);
    }
    Err(input.error(format_args!("`{word}` takes no value: write the word alone")))
}

fn value<T: syn::parse::Parse>(word: &Ident, input: ParseStream, example: &str) -> syn::Result<T> {
    expect_value(word, input, example)?;
    input.parse().map_err(|error| syn::Error::new(error.span(), format_args!("{error}: write `{example}`")))
}

fn expect_value(word: &Ident, input: ParseStream, example: &str) -> syn::Result<()> {
    if at_end(input) || input.parse::<Token![=]>().is_err() || at_end(input) {
        return Err(syn::Error::new(word.span(), format_args!("`{word}` needs a value: write `{example}`")));
    }
    Ok(())
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
    let name: Ident = value(word, input, "handle = layouts` or `handle = none")?;
    Ok(if name == "none" { Handle::None } else { Handle::Named(name) })
}

pub(crate) fn krate(word: &Ident, input: ParseStream) -> syn::Result<Path> {
    let example = "crate = path::to::memo_core";
    expect_value(word, input, example)?;
    Path::parse_mod_style(input)
        .map_err(|error| syn::Error::new(error.span(), format_args!("expected a path: write `{example}`")))
}

pub(crate) fn at_end(input: ParseStream) -> bool {
    input.is_empty() || input.peek(Token![,])
}

/// Goes on after the next comma, so that one bad option does not hide the mistakes in the others.
pub(crate) fn skip_value(input: ParseStream) -> syn::Result<()> {
    while !at_end(input) {
        input.parse::<TokenTree>()?;
    }
    Ok(())
}

fn one_line(tokens: &TokenStream) -> String {
    let text = without_invisible_groups(tokens.clone()).to_string();
    text.split_whitespace().collect::<Vec<_>>().join(" ").replace(" ,", ",").trim_end_matches(',').to_owned()
}
