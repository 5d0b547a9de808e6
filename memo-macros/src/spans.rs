use proc_macro2::{Delimiter, Span, TokenStream, TokenTree};
use quote::ToTokens;

/// Where some tokens begin and end.
///
/// `Span::join` does nothing on stable, but the compiler joins the spans of an expression's own first and last token:
/// an expression that begins with `first` and ends with `last` is underlined from one to the other.
#[derive(Clone, Copy)]
pub(crate) struct Extent {
    pub(crate) first: Span,
    pub(crate) last: Span,
}

impl Extent {
    pub(crate) fn of(tokens: impl ToTokens) -> Self {
        let flat = without_invisible_groups(tokens.to_token_stream());
        let mut trees = flat.into_iter();
        let Some(head) = trees.next() else {
            return Self { first: Span::call_site(), last: Span::call_site() };
        };
        let first = opening(&head);
        let last = closing(&trees.last().unwrap_or(head));
        Self { first, last }
    }
}

fn opening(tree: &TokenTree) -> Span {
    match tree {
        TokenTree::Group(group) => group.span_open(),
        other => other.span(),
    }
}

fn closing(tree: &TokenTree) -> Span {
    match tree {
        TokenTree::Group(group) => group.span_close(),
        other => other.span(),
    }
}

/// What a `macro_rules` macro passes on as `$t:ty` comes wrapped in a group without delimiters.
pub(crate) fn without_invisible_groups(tokens: TokenStream) -> TokenStream {
    tokens
        .into_iter()
        .flat_map(|tree| match tree {
            TokenTree::Group(group) if group.delimiter() == Delimiter::None => without_invisible_groups(group.stream()),
            other => TokenStream::from(other),
        })
        .collect()
}
