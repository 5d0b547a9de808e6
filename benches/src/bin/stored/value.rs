//! What is computed: the words of a text, with where they are.

use std::hint::black_box;

/// How long the texts are.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Size {
    Short,
    Long,
}

impl Size {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Short => "short",
            Self::Long => "long",
        }
    }

    fn words(self) -> u64 {
        match self {
            Self::Short => 10,
            Self::Long => 2000,
        }
    }
}

pub(crate) type Found = Vec<(String, u32)>;

/// One result, and what it is computed of.
pub(crate) struct Value {
    pub(crate) number: u64,
    text: String,
    pub(crate) found: Found,
}

impl Value {
    pub(crate) fn new(number: u64, size: Size) -> Self {
        let mut random = number.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
        // As in most texts, some come again and again.
        let mut word = || {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            format!("word{}", (random >> 40) % ((random >> 20) % 1000 + 1))
        };
        let text = (0..size.words()).map(|_| word()).collect::<Vec<_>>().join(" ");
        Self { number, found: words(&text), text }
    }

    pub(crate) fn is_computed_again(&self) -> bool {
        words(black_box(&self.text)).len() == self.found.len()
    }
}

fn words(text: &str) -> Found {
    let mut found = Found::new();
    let mut at = 0;
    for word in text.split(' ') {
        found.push((word.to_owned(), at));
        at += word.len() as u32 + 1;
    }
    found.sort();
    found
}
