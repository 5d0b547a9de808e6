//! Checks the results: what the memos remember is compared with their bare bodies, and with the analyses done from scratch
//! with no memo anywhere.

use crate::analyses::{
    Identifiers, Layout, LineIndex, Shared, TokenCounts, Tokens, identifiers, identifiers_memo, line_index,
    line_index_memo, shared_identifiers, shared_identifiers_memo, soft_wrap, soft_wrap_memo, token_counts,
    token_counts_memo, tokens, tokens_memo,
};
use crate::editor::View;

/// How many results were compared, and which of them differed.
#[derive(Debug, Default)]
pub(crate) struct Checked {
    pub(crate) answers: u64,
    pub(crate) differences: Vec<String>,
}

impl Checked {
    /// Compares everything the view showed.
    pub(crate) fn compare(&mut self, view: &View) {
        let View { file, width, neighbour } = view;
        let lines = LineIndex::of(&file.text);
        let kinds = Tokens::of(&file.text);
        let names = Identifiers::of(&file.text, &kinds);
        let counts = TokenCounts::of(&kinds);
        let layout = Layout::of(&file.text, &lines, *width);

        self.note(view, "line_index", &lines, line_index(file), &line_index_memo().compute(file));
        self.note(view, "tokens", &kinds, tokens(file), &tokens_memo().compute(file));
        self.note(view, "identifiers", &names, identifiers(file), &identifiers_memo().compute(file));
        self.note(view, "token_counts", &counts, &token_counts(file), &token_counts_memo().compute(file));
        let (remembered, bare) = (soft_wrap(file, *width), soft_wrap_memo().compute((file, *width)));
        self.note(view, "soft_wrap", &layout, &remembered, &bare);
        if let Some(other) = neighbour {
            let other_names = Identifiers::of(&other.text, &Tokens::of(&other.text));
            let shared = Shared::of(&names, &other_names);
            let (remembered, bare) =
                (shared_identifiers(file, other), shared_identifiers_memo().compute((file, other)));
            self.note(view, "shared_identifiers", &shared, &remembered, &bare);
        }
    }

    /// `right` comes first, and so decides the type of the others.
    fn note<T: PartialEq>(&mut self, view: &View, analysis: &str, right: &T, remembered: &T, bare: &T) {
        self.answers += 1;
        if remembered != right || bare != right {
            self.differences.push(format!("{analysis} of {} differs", view.file.name()));
        }
    }
}
