//! How a list of words is read: options and marks.

use proc_macro2::TokenTree;
use syn::ext::IdentExt;
use syn::parse::ParseStream;
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
