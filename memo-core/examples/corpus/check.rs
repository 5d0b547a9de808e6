//! The same answers? What the memos gave against the same analyses done again with no memo in
//! between.

use crate::analyses::{
    Identifiers, Layout, LineIndex, Shared, TokenCounts, Tokens, identifiers, line_index, shared_identifiers,
    soft_wrap, token_counts, tokens,
};
use crate::editor::View;

/// How many answers were compared, and which of them differed.
#[derive(Debug, Default)]
pub(crate) struct Checked {
    pub(crate) answers: u64,
    pub(crate) differences: Vec<String>,
}

impl Checked {
    /// Compares all that the view showed.
    pub(crate) fn compare(&mut self, view: &View) {
        let View { file, width, neighbour } = view;
        let fresh_lines = LineIndex::of(&file.text);
        let fresh_tokens = Tokens::of(&file.text);
        let fresh_names = Identifiers::of(&file.text, &fresh_tokens);

        self.note(view, "line_index", **line_index(file) == fresh_lines);
        self.note(view, "tokens", **tokens(file) == fresh_tokens);
        self.note(view, "token_counts", *token_counts(file) == TokenCounts::of(&fresh_tokens));
        self.note(view, "identifiers", **identifiers(file) == fresh_names);
        let fresh_layout = Layout::of(&file.text, &fresh_lines, *width);
        self.note(view, "soft_wrap", **soft_wrap(file, *width) == fresh_layout);
        if let Some(other) = neighbour {
            let other_names = Identifiers::of(&other.text, &Tokens::of(&other.text));
            let fresh_shared = Shared::of(&fresh_names, &other_names);
            self.note(view, "shared_identifiers", **shared_identifiers(file, other) == fresh_shared);
        }
    }

    fn note(&mut self, view: &View, analysis: &str, same: bool) {
        self.answers += 1;
        if !same {
            self.differences.push(format!("{analysis} of {}", view.file.path.display()));
        }
    }
}
