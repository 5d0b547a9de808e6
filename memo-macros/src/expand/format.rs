//! What a format string captures: `{self:?}` and `{width}` name variables, which the tokens around them do not show.

use proc_macro2::{Ident, Literal, TokenStream, TokenTree};

/// Gives `self` another name in the format string of a macro's arguments: the first string among them.
pub(super) fn replace_captured_self(arguments: TokenStream, this: &Ident) -> TokenStream {
    let mut seen = false;
    let replaced = arguments.into_iter().map(|tree| match tree {
        TokenTree::Literal(literal) if !seen && is_string(&literal) => {
            seen = true;
            TokenTree::Literal(renamed(&literal, &this.to_string()))
        }
        other => other,
    });
    replaced.collect()
}

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

fn renamed(literal: &Literal, to: &str) -> Literal {
    let mut text = literal.to_string();
    let places: Vec<_> = captured(&text, "self").collect();
    for at in places.into_iter().rev() {
        text.replace_range(at..at + "self".len(), to);
    }
    let Ok(mut renamed) = text.parse::<Literal>() else { return literal.clone() };
    renamed.set_span(literal.span());
    renamed
}

/// Where a format string captures `name`: behind a `{` that is not one of a pair, and before `:` or `}`.
fn captured(text: &str, name: &str) -> impl Iterator<Item = usize> {
    text.match_indices(name).map(|(at, _)| at).filter(move |&at| {
        let (before, after) = (text[..at].trim_end(), text[at + name.len()..].trim_start());
        let opening = before.len() - before.trim_end_matches('{').len();
        opening % 2 == 1 && after.starts_with([':', '}'])
    })
}
