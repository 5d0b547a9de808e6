//! Helpers shared by the tests of memo-core.
