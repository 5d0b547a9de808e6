//! Helpers shared by the benches of memo-core.
