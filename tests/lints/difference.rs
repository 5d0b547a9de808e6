use crate::report::Finding;

/// What is told of plain functions and not of memos, and why that is right.
pub(crate) struct Difference {
    lint: &'static str,
    #[expect(dead_code, reason = "for the reader")]
    because: &'static str,
}

impl Difference {
    pub(crate) fn is_about(&self, finding: &Finding) -> bool {
        finding.lint == self.lint
    }
}

/// There is no such list for what is told of memos alone: nothing is.
pub(crate) const DIFFERENCES: &[Difference] = &[
    Difference { lint: "clippy::missing_const_for_fn", because: "a memo cannot be `const`" },
    Difference { lint: "clippy::only_used_in_recursion", because: "it is used in the key" },
    Difference { lint: "unused_variables", because: "what takes part in the key is used" },
    Difference {
        lint: "clippy::missing_panics_doc",
        because: "the panics are in the body, the docs on the function that calls it",
    },
    Difference {
        lint: "clippy::doc_lazy_continuation",
        because: "asked of docs that are written as comments: an attribute gets them as `#[doc = \"..\"]`",
    },
];
