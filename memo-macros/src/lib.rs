//! The `#[weak_memo]` attribute and the derives of memo-core.
