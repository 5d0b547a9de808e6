//! What a format string captures: `{width}` names a variable, which the tokens around it do not show.

use proc_macro2::{Ident, Literal, TokenStream, TokenTree};

/// Whether any string in the tokens may capture one of `names`.
pub(super) fn captures(tokens: TokenStream, names: &[Ident]) -> bool {
    tokens.into_iter().any(|tree| match tree {
        TokenTree::Literal(literal) if is_string(&literal) => {
            let text = literal.to_string();
            names.iter().any(|name| captured(&text, &name.to_string()).next().is_some())
        }
        TokenTree::Group(group) => captures(group.stream(), names),
        _ => false,
    })
}

fn is_string(literal: &Literal) -> bool {
    literal.to_string().starts_with(['"', 'r'])
}

/// Where a format string captures `name`: behind a `{` that is not one of a pair, and before `:` or `}`.
fn captured(text: &str, name: &str) -> impl Iterator<Item = usize> {
    text.match_indices(name).map(|(at, _)| at).filter(move |&at| {
        let (before, after) = (text[..at].trim_end(), text[at + name.len()..].trim_start());
        let opening = before.len() - before.trim_end_matches('{').len();
        opening % 2 == 1 && after.starts_with([':', '}'])
    })
}
