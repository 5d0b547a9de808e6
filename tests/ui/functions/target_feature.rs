//! The handle would call the body without the feature.

use memo_core::weak_memo;
use std::sync::Arc;

#[weak_memo]
#[cfg_attr(target_arch = "x86_64", target_feature(enable = "avx2"))]
fn sum(bytes: &Arc<Vec<u8>>) -> u32 {
    bytes.iter().map(|byte| u32::from(*byte)).sum()
}

fn main() {}
