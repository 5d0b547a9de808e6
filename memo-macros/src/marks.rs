use proc_macro2::Span;
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::punctuated::Punctuated;
use syn::{Attribute, Expr, Ident, Meta, Token};

use crate::errors::Errors;
use crate::options::{at_end, skip_value};

const FORMS: &str = "`#[memo(value)]`, `#[memo(skip)]`, `#[memo(key = expr)]` or `#[memo(owner)]`";

/// What `#[memo(...)]` says about one parameter. Of several words, only `owner` and `key` go together.
pub(crate) struct Mark {
    pub(crate) word: Ident,
    pub(crate) says: Says,
}

pub(crate) enum Says {
    Value,
    Skip,
    Key(Expr),
    /// And perhaps by what an expression makes of it beside its identity.
    Owner(Option<Expr>),
}

/// Whether an attribute is ours: `#[memo(..)]`, also as `#[cfg_attr(condition, memo(..))]`.
pub(crate) fn is_ours(attr: &Attribute) -> bool {
    attr.path().is_ident("memo") || conditional(attr).is_some()
}

/// A condition and the marks that it is before, where there is nothing else behind it.
fn conditional(attr: &Attribute) -> Option<(Meta, Vec<Meta>)> {
    let list = attr.path().is_ident("cfg_attr").then(|| attr.meta.require_list().ok()).flatten()?;
    let metas = list.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated).ok()?;
    let mut metas = metas.into_iter();
    let condition = metas.next()?;
    let marks: Vec<_> = metas.collect();
    (!marks.is_empty() && marks.iter().all(|meta| meta.path().is_ident("memo"))).then_some((condition, marks))
}

/// Takes the `#[memo(...)]` attributes off a parameter. `conditions` are those that must hold.
pub(crate) fn take(attrs: &mut Vec<Attribute>, conditions: &mut Vec<Meta>, errors: &mut Errors) -> Option<Mark> {
    let mut marks = Vec::new();
    let (ours, others): (Vec<_>, Vec<_>) = std::mem::take(attrs).into_iter().partition(is_ours);
    *attrs = others;
    for attr in ours {
        match conditional(&attr) {
            Some((condition, metas)) => {
                conditions.push(condition);
                metas.iter().for_each(|meta| read(meta, &mut marks, errors));
            }
            None => read(&attr.meta, &mut marks, errors),
        }
    }
    refuse_cfg(attrs, errors);
    let mut marks = marks.into_iter();
    let mut first = marks.next()?;
    for other in marks {
        first = match (first, other) {
            (Mark { word, says: Says::Owner(None) }, Mark { says: Says::Key(key), .. })
            | (Mark { says: Says::Key(key), .. }, Mark { word, says: Says::Owner(None) }) => {
                Mark { word, says: Says::Owner(Some(key)) }
            }
            (first, other) => {
                contradiction(&first.word, &other.word, errors);
                first
            }
        };
    }
    Some(first)
}

fn read(meta: &Meta, marks: &mut Vec<Mark>, errors: &mut Errors) {
    let parsed = match meta {
        Meta::List(list) => list.parse_args_with(|input: ParseStream| read_all(input, marks, errors)),
        other => Err(syn::Error::new_spanned(other, format_args!("this mark says nothing: write {FORMS}"))),
    };
    if let Err(error) = parsed {
        errors.push(error);
    }
}

fn read_all(input: ParseStream, marks: &mut Vec<Mark>, errors: &mut Errors) -> syn::Result<()> {
    if input.is_empty() {
        return Err(syn::Error::new(input.span(), format_args!("this mark says nothing: write {FORMS}")));
    }
    while !input.is_empty() {
        let word = input.call(Ident::parse_any)?;
        match says(&word, input) {
            Ok(says) => marks.push(Mark { word, says }),
            Err(error) => {
                errors.push(error);
                skip_value(input)?;
            }
        }
        if !input.is_empty() {
            input.parse::<Token![,]>()?;
        }
    }
    Ok(())
}

fn says(word: &Ident, input: ParseStream) -> syn::Result<Says> {
    let says = match word.to_string().as_str() {
        "value" => Says::Value,
        "skip" => Says::Skip,
        "owner" => Says::Owner(None),
        "key" => return key(word, input),
        _ => return Err(syn::Error::new(word.span(), format_args!("unknown mark `{word}`: write {FORMS}"))),
    };
    if !at_end(input) {
        return Err(input.error(format_args!("`{word}` takes no value: write the word alone")));
    }
    Ok(says)
}

fn key(word: &Ident, input: ParseStream) -> syn::Result<Says> {
    if at_end(input) || input.parse::<Token![=]>().is_err() || at_end(input) {
        return Err(missing_key(word.span()));
    }
    input.parse().map(Says::Key)
}

fn missing_key(span: Span) -> syn::Error {
    syn::Error::new(span, "`key` needs an expression: write `#[memo(key = opts.width())]`")
}

fn contradiction(first: &Ident, other: &Ident, errors: &mut Errors) {
    if first == other {
        errors.under(other, format_args!("`{other}` is written twice: keep one"));
    } else {
        errors.under(other, format_args!("`{other}` contradicts `{first}`: keep one of the two"));
    }
}

fn refuse_cfg(attrs: &[Attribute], errors: &mut Errors) {
    for attr in attrs {
        if attr.path().is_ident("cfg") || attr.path().is_ident("cfg_attr") {
            errors.under(
                attr,
                "a parameter of a memo cannot be conditional: write two functions, each under its own `#[cfg(..)]`",
            );
        }
    }
}
