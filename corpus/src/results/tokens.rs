//! The tokens of a file, as rustc's own lexer sees them.

use ra_ap_rustc_lexer::{FrontmatterAllowed, TokenKind, tokenize};
use std::hash::{Hash, Hasher};
use std::mem::discriminant;
use std::ops::Range;

/// Kinds and ends; a token begins where the one before it ends.
#[derive(Debug, Default)]
pub struct Tokens {
    tokens: Vec<(TokenKind, u32)>,
}

impl Tokens {
    /// Of a text.
    pub fn of(text: &str) -> Self {
        let mut end = 0;
        let tokens = tokenize(text, FrontmatterAllowed::Yes).map(|token| {
            end += token.len;
            (token.kind, end)
        });
        Tokens { tokens: tokens.collect() }
    }

    /// Each kind with its bytes.
    pub fn iter(&self) -> impl Iterator<Item = (TokenKind, Range<usize>)> {
        let starts = std::iter::once(0).chain(self.tokens.iter().map(|&(_, end)| end));
        starts.zip(&self.tokens).map(|(start, &(kind, end))| (kind, start as usize..end as usize))
    }
}

/// The lexer's kinds have no `Hash`, so only the name of a kind counts.
impl Hash for Tokens {
    fn hash<H: Hasher>(&self, state: &mut H) {
        for (kind, end) in &self.tokens {
            (discriminant(kind), end).hash(state);
        }
    }
}

/// How many tokens of each sort a file has, and how many bytes of it are comment.
#[derive(Clone, Debug, Default, Hash)]
pub struct TokenCounts {
    words: u32,
    literals: u32,
    lifetimes: u32,
    comments: u32,
    punctuation: u32,
    comment_bytes: usize,
}

impl TokenCounts {
    /// Of the tokens of a file.
    pub fn of(tokens: &Tokens) -> Self {
        let mut counts = TokenCounts::default();
        for (kind, range) in tokens.iter() {
            counts.add(kind, range.len());
        }
        counts
    }

    fn add(&mut self, kind: TokenKind, bytes: usize) {
        match kind {
            TokenKind::Whitespace | TokenKind::Frontmatter { .. } | TokenKind::Eof => {}
            TokenKind::LineComment { .. } | TokenKind::BlockComment { .. } => {
                self.comments += 1;
                self.comment_bytes += bytes;
            }
            TokenKind::Ident | TokenKind::RawIdent | TokenKind::InvalidIdent => self.words += 1,
            TokenKind::Literal { .. } => self.literals += 1,
            TokenKind::Lifetime { .. } | TokenKind::RawLifetime => self.lifetimes += 1,
            _ => self.punctuation += 1,
        }
    }
}
