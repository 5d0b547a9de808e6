//! An index of the identifiers of a file.

use super::Tokens;
use ra_ap_rustc_lexer::TokenKind;
use std::collections::BTreeMap;

/// Each identifier (keywords too: to the lexer they are the same) with the offsets of its uses.
#[derive(Debug, Default, Hash)]
pub struct Identifiers {
    uses: BTreeMap<Box<str>, Vec<u32>>,
}

impl Identifiers {
    /// Of a text and its tokens.
    pub fn of(text: &str, tokens: &Tokens) -> Self {
        let mut uses = BTreeMap::<Box<str>, Vec<u32>>::new();
        let words = tokens.iter().filter(|(kind, _)| matches!(kind, TokenKind::Ident | TokenKind::RawIdent));
        for (_, range) in words {
            let offset = range.start as u32;
            match uses.get_mut(&text[range.clone()]) {
                Some(offsets) => offsets.push(offset),
                None => drop(uses.insert(text[range].into(), vec![offset])),
            }
        }
        Identifiers { uses }
    }

    /// How many different ones there are.
    pub fn len(&self) -> usize {
        self.uses.len()
    }

    /// Whether the file has none.
    pub fn is_empty(&self) -> bool {
        self.uses.is_empty()
    }

    /// In alphabetical order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.uses.keys().map(|name| &**name)
    }

    /// The offsets at which `name` is used; none if it is not.
    pub fn uses(&self, name: &str) -> &[u32] {
        self.uses.get(name).map_or(&[], Vec::as_slice)
    }
}
