//! What two files have in common.

use super::Identifiers;

/// How many identifiers two files share, and the longest of them.
#[derive(Clone, Debug, Default, Hash)]
pub struct Shared {
    count: usize,
    longest: String,
}

impl Shared {
    /// One walk over both indexes, which are in the same order.
    pub fn of(a: &Identifiers, b: &Identifiers) -> Self {
        let (mut a, mut b) = (a.names().peekable(), b.names().peekable());
        let mut count = 0;
        let mut longest = "";
        while let (Some(&left), Some(&right)) = (a.peek(), b.peek()) {
            let order = left.cmp(right);
            if order.is_eq() {
                count += 1;
                longest = if left.len() > longest.len() { left } else { longest };
            }
            a.next_if(|_| order.is_le());
            b.next_if(|_| order.is_ge());
        }
        Shared { count, longest: longest.into() }
    }
}
