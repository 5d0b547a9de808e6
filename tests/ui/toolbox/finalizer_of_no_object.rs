//! A value without an anchor has no end that anybody could see.

use memo_core::weak::finalize;

fn main() {
    finalize(&String::new(), |_| ());
}
