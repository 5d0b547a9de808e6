//! The annotated function, and the marks on its parameters, or in the list of options.

use proc_macro2::{Group, TokenStream, TokenTree};
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::{
    AttrStyle, Attribute, Expr, FnArg, Ident, Meta, Signature, Token, TraitItemFn, Visibility, braced, parenthesized,
    token,
};

use super::Errors;
use super::words::{alone, each_word, has_value};

const FORMS: &str =
    "`#[memo(value)]`, `#[memo(skip)]`, `#[memo(key = expr)]` or `#[memo(owner)]`, or with `last` `#[memo(old)]`";

/// The function as it was written. The body stays as tokens: nothing here looks into it, but for inner attributes, which
/// are the function's.
#[derive(Clone)]
pub(crate) struct Function {
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) vis: Visibility,
    pub(crate) sig: Signature,
    pub(crate) body: Group,
}

impl Parse for Function {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        let mut attrs = input.call(Attribute::parse_outer)?;
        let vis: Visibility = input.parse()?;
        if !begins_a_function(input) {
            return Err(input.error("`#[weak_memo]` can be applied only to a function"));
        }
        let sig: Signature = input.parse()?;
        if input.peek(Token![;]) {
            return Err(input.error(
                "a function without a body cannot be memoized: put `#[weak_memo(handle = none)]` on the `impl`'s function or on a default body",
            ));
        }
        let body = without_inner_attributes(body(input)?, &mut attrs)?;
        Ok(Self { attrs, vis, sig, body })
    }
}

/// A function of a trait without a body, with its marks taken off. Macros that make a trait of an `impl` copy the attribute to both.
pub(crate) struct Declaration(TraitItemFn);

impl Parse for Declaration {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        let mut item: TraitItemFn = input.parse()?;
        if item.default.is_some() {
            return Err(input.error("it has a body"));
        }
        without_marks(&mut item.sig);
        Ok(Self(item))
    }
}

impl ToTokens for Declaration {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        self.0.to_tokens(tokens);
    }
}

/// Takes the marks off the parameters, unread.
pub(crate) fn without_marks(sig: &mut Signature) {
    for input in &mut sig.inputs {
        let attrs = match input {
            FnArg::Receiver(receiver) => &mut receiver.attrs,
            FnArg::Typed(typed) => &mut typed.attrs,
        };
        attrs.retain(|attr| !is_mark(attr));
    }
}

/// The body may become a closure's, which has no attributes.
fn without_inner_attributes(body: Group, attrs: &mut Vec<Attribute>) -> syn::Result<Group> {
    let split = |input: ParseStream| Ok((input.call(Attribute::parse_inner)?, input.parse::<TokenStream>()?));
    let (inner, rest) = split.parse2(body.stream())?;
    if inner.is_empty() {
        return Ok(body);
    }
    attrs.extend(inner.into_iter().map(|attr| Attribute { style: AttrStyle::Outer, ..attr }));
    let mut bare = Group::new(body.delimiter(), rest);
    bare.set_span(body.span());
    Ok(bare)
}

fn begins_a_function(input: ParseStream) -> bool {
    input.peek(Token![fn])
        || input.peek(Token![async])
        || input.peek(Token![unsafe])
        || input.peek(Token![extern])
        || (input.peek(Token![const]) && !input.peek2(syn::Ident) && !input.peek2(Token![_]))
}

fn body(input: ParseStream) -> syn::Result<Group> {
    // A body that came as `$body:block` lies in an invisible group; looking through `braced!` on a fork accepts both.
    let ahead = input.fork();
    let _content;
    let _brace = braced!(_content in ahead);
    match input.parse()? {
        TokenTree::Group(group) => Ok(group),
        other => Err(syn::Error::new(other.span(), "expected the function's body")),
    }
}

/// What `#[memo(...)]` says about one parameter.
pub(crate) struct Mark {
    pub(crate) word: Ident,
    pub(crate) part: Part,
}

/// How a parameter takes part.
pub(crate) enum Part {
    /// By its identity; and, as part of the extra key, by the value of the expression.
    Owner { beside: Option<Expr> },
    /// By its type: there is no mark. `weak` if it looks like a weak argument.
    Key { weak: bool },
    /// By a copy.
    Value,
    /// By the value of an expression that sees the parameters.
    Computed(Expr),
    /// Not at all.
    Skipped,
    /// Not at all, and no caller passes it: the body gets the old result.
    Old,
}

impl Part {
    pub(crate) fn is_extra(&self) -> bool {
        self.computed().is_some() || matches!(self, Self::Key { .. } | Self::Value)
    }

    /// The user's expression, whose value is part of the extra key.
    pub(crate) fn computed(&self) -> Option<&Expr> {
        match self {
            Self::Computed(expr) | Self::Owner { beside: Some(expr) } => Some(expr),
            _ => None,
        }
    }
}

/// Whether an attribute is a mark: `#[memo(..)]`, also as `#[cfg_attr(condition, memo(..))]`.
pub(crate) fn is_mark(attr: &Attribute) -> bool {
    attr.path().is_ident("memo") || conditional(attr).is_some()
}

/// The condition and the marks of a `cfg_attr` that holds nothing else.
fn conditional(attr: &Attribute) -> Option<(Meta, Vec<Meta>)> {
    let list = attr.path().is_ident("cfg_attr").then(|| attr.meta.require_list().ok()).flatten()?;
    let metas = list.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated).ok()?;
    let mut metas = metas.into_iter();
    let condition = metas.next()?;
    let marks: Vec<_> = metas.collect();
    (!marks.is_empty() && marks.iter().all(|meta| meta.path().is_ident("memo"))).then_some((condition, marks))
}

/// Takes the `#[memo(...)]` attributes off a parameter. `conditions` are those that must hold.
pub(crate) fn take_marks(attrs: &mut Vec<Attribute>, conditions: &mut Vec<Meta>, errors: &mut Errors) -> Option<Mark> {
    let mut marks = Vec::new();
    let (ours, others): (Vec<_>, Vec<_>) = std::mem::take(attrs).into_iter().partition(is_mark);
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
    marks.into_iter().reduce(|first, other| together(first, other, errors))
}

/// Of several marks, only `owner` and `key` go together.
pub(crate) fn together(first: Mark, other: Mark, errors: &mut Errors) -> Mark {
    match (first, other) {
        (Mark { word, part: Part::Owner { beside: None } }, Mark { part: Part::Computed(expr), .. })
        | (Mark { part: Part::Computed(expr), .. }, Mark { word, part: Part::Owner { beside: None } }) => {
            Mark { word, part: Part::Owner { beside: Some(expr) } }
        }
        (first, Mark { word, .. }) if first.word == word => {
            errors.under(&word, format_args!("`{word}` is written twice: keep one"));
            first
        }
        (first, Mark { word, .. }) => {
            errors.under(&word, format_args!("`{word}` contradicts `{}`: keep one of the two", first.word));
            first
        }
    }
}

fn read(meta: &Meta, marks: &mut Vec<Mark>, errors: &mut Errors) {
    let parsed = match meta {
        Meta::List(list) => list.parse_args_with(|input: ParseStream| {
            if input.is_empty() {
                return Err(input.error(format_args!("this mark is empty: write {FORMS}")));
            }
            each_word(input, errors, |word, input| {
                marks.push(Mark::parse(word, input)?);
                Ok(())
            })
        }),
        other => Err(syn::Error::new_spanned(other, format_args!("this mark is empty: write {FORMS}"))),
    };
    parsed.unwrap_or_else(|error| errors.push(error));
}

impl Mark {
    fn parse(word: Ident, input: ParseStream) -> syn::Result<Self> {
        let part = match word.to_string().as_str() {
            "value" => Part::Value,
            "skip" => Part::Skipped,
            "owner" => Part::Owner { beside: None },
            "old" => Part::Old,
            "key" if has_value(input) => return Ok(Self { word, part: Part::Computed(input.parse()?) }),
            "key" => {
                let message = "`key` needs an expression: write `#[memo(key = opts.width())]`";
                return Err(syn::Error::new(word.span(), message));
            }
            _ => return Err(syn::Error::new(word.span(), format_args!("unknown mark `{word}`: write {FORMS}"))),
        };
        Ok(Self { word: alone(word, input)?, part })
    }
}

/// A mark in the list of options: `skip(log)`. For macros that copy the parameters and do not know their marks.
pub(crate) struct Named {
    /// The parameter.
    pub(crate) name: Ident,
    pub(crate) mark: Mark,
}

impl Named {
    /// What follows a word: `owner = doc`, `skip(log, trace)`, `value(mode)`, `key(opts = opts.width())`.
    pub(crate) fn parse(word: &Ident, input: ParseStream) -> syn::Result<Vec<Self>> {
        let named = |name, part| Self { name, mark: Mark { word: word.clone(), part } };
        if word == "owner" {
            let needs = || syn::Error::new(word.span(), "`owner` needs a parameter: write `owner = doc`");
            if !has_value(input) {
                return Err(needs());
            }
            let name = input.call(Ident::parse_any).map_err(|_| needs())?;
            return Ok(vec![named(name, Part::Owner { beside: None })]);
        }
        let example = if word == "key" { "key(opts = opts.width())".to_owned() } else { format!("{word}(name)") };
        let needs = || syn::Error::new(word.span(), format_args!("`{word}` needs parameters: write `{example}`"));
        if !input.peek(token::Paren) {
            return Err(needs());
        }
        let list;
        parenthesized!(list in input);
        let mut all = Vec::new();
        while !list.is_empty() {
            let name = list.call(Ident::parse_any)?;
            let part = match word {
                word if word == "skip" => Part::Skipped,
                word if word == "value" => Part::Value,
                _ if has_value(&list) => Part::Computed(list.parse()?),
                _ => return Err(needs()),
            };
            all.push(named(name, part));
            if !list.is_empty() {
                list.parse::<Token![,]>()?;
            }
        }
        if all.is_empty() { Err(needs()) } else { Ok(all) }
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
