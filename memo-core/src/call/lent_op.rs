//! What the companion handle asks of a memo that lends.

/// What the companion handle asks of a memo that lends.
#[derive(Clone, Copy, Debug)]
pub enum LentOp {
    /// The result, if it is there.
    Get,
    /// The bare body.
    Compute,
}
