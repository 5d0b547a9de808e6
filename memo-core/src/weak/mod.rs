//! The weak toolbox: what else hangs off objects without keeping them alive.
//!
//! On the same anchors as memos, and under the same laws: identity and not equality, no user code under a lock, nothing kept alive, the
//! dead never seen. It knows nothing of calls.
