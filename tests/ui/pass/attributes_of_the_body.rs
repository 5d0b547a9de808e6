//! Attributes inside the body are the function's, and a body that stands in place may need features.

#![deny(warnings)]

use memo_core::{Anchor, HasAnchor, weak_memo};
use std::sync::Arc;

trait Shape {
    fn area(&self) -> u32;
    fn sides(&self) -> u32;
}

#[derive(HasAnchor)]
struct Square {
    anchor: Anchor,
}

impl Shape for Square {
    #[weak_memo(handle = none)]
    fn area(&self) -> u32 {
        #![allow(unused_variables)]
        let unused = 1;
        4
    }
    #[weak_memo(handle = none)]
    fn sides(&self) -> u32 {
        //! So many.
        4
    }
}

#[weak_memo]
fn free(text: &Arc<String>) -> usize {
    //! Doc.
    #![allow(unused_variables)]
    let unused = 1;
    text.len()
}

#[cfg(target_arch = "x86_64")]
#[weak_memo(handle = none)]
#[target_feature(enable = "avx2")]
fn sum(bytes: &Arc<Vec<u8>>) -> u32 {
    add(bytes)
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn add(bytes: &[u8]) -> u32 {
    bytes.iter().map(|byte| u32::from(*byte)).sum()
}

/// The other way out: the memo calls what needs the feature, and knows whether it is there.
#[cfg(target_arch = "x86_64")]
#[weak_memo]
fn around(bytes: &Arc<Vec<u8>>) -> u32 {
    if is_x86_feature_detected!("avx2") {
        // SAFETY: it is there.
        unsafe { add(bytes) }
    } else {
        bytes.iter().map(|byte| u32::from(*byte)).sum()
    }
}

fn main() {
    let square = Square { anchor: Anchor::new() };
    assert_eq!((square.area(), square.sides(), free(&Arc::default())), (4, 4, 0));
    #[cfg(target_arch = "x86_64")]
    {
        let bytes = Arc::new(vec![1, 2]);
        assert_eq!(around(&bytes), 3);
        if is_x86_feature_detected!("avx2") {
            // SAFETY: it is there.
            assert_eq!(unsafe { sum(&bytes) }, 3);
        }
    }
}
