//! The source as written: the function, the options, the marks and the types, as tokens and by their looks.
//!
//! Input: tokens. Output: the user's words and types, each with its span. Nothing here knows which of them may be
//! combined; every mistake is gathered in [`Errors`].

pub(crate) mod function;
pub(crate) mod lifetimes;
pub(crate) mod options;
pub(crate) mod span_of_time;
pub(crate) mod syntax;
pub(crate) mod words;

use std::fmt::Display;

use quote::ToTokens;

/// Gathers every mistake of one item, so that all of them are reported at once.
#[derive(Default)]
pub(crate) struct Errors(Option<syn::Error>);

impl Errors {
    /// Reports `message` under all of `tokens`.
    pub(crate) fn under(&mut self, tokens: impl ToTokens, message: impl Display) {
        self.push(syn::Error::new_spanned(tokens, message));
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    pub(crate) fn push(&mut self, error: syn::Error) {
        match &mut self.0 {
            None => self.0 = Some(error),
            Some(first) => first.combine(error),
        }
    }

    /// `value` if nothing was wrong.
    pub(crate) fn or<T>(self, value: T) -> syn::Result<T> {
        match self.0 {
            None => Ok(value),
            Some(error) => Err(error),
        }
    }
}
