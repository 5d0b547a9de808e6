//! How a list of words is read: options and marks.

use proc_macro2::TokenTree;
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::{Ident, Token};

use super::Errors;

/// Reads a list word by word: `read` takes each word and its value. A mistake in one does not hide those in the others.
pub(crate) fn each_word(
    input: ParseStream,
    errors: &mut Errors,
    mut read: impl FnMut(Ident, ParseStream) -> syn::Result<()>,
) -> syn::Result<()> {
    while !input.is_empty() {
        let word = input.call(Ident::parse_any)?;
        if let Err(error) = read(word, input) {
            errors.push(error);
            while !at_end(input) {
                input.parse::<TokenTree>()?;
            }
        }
        if !input.is_empty() {
            input.parse::<Token![,]>()?;
        }
    }
    Ok(())
}

/// The word, which must have no value.
pub(crate) fn alone(word: Ident, input: ParseStream) -> syn::Result<Ident> {
    if at_end(input) {
        return Ok(word);
    }
    Err(input.error(format_args!("`{word}` takes no value: write the word alone")))
}

/// Takes the `=` before a value.
pub(crate) fn has_value(input: ParseStream) -> bool {
    !at_end(input) && input.parse::<Token![=]>().is_ok() && !at_end(input)
}

fn at_end(input: ParseStream) -> bool {
    input.is_empty() || input.peek(Token![,])
}

/// The value after the word. `example`: what to write if it is missing, or no such value.
pub(super) fn value<T: Parse>(word: &Ident, input: ParseStream, example: &str) -> syn::Result<T> {
    expect_value(word, input, example)?;
    input.parse().map_err(|error| syn::Error::new(error.span(), format_args!("{error}: write `{example}`")))
}

/// Takes the `=` before a value that must be there.
pub(super) fn expect_value(word: &Ident, input: ParseStream, example: &str) -> syn::Result<()> {
    let missing = || syn::Error::new(word.span(), format_args!("`{word}` needs a value: write `{example}`"));
    has_value(input).then_some(()).ok_or_else(missing)
}
