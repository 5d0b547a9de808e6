//! What is asserted is an expression that calls a memo.

use memo_core::assert_computed;

fn main() {
    assert_computed!();
}
