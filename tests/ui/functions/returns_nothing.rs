//! A function without a result.

use memo_core::weak_memo;
use std::sync::Arc;

#[weak_memo]
fn print(doc: &Arc<String>) {
    println!("{doc}");
}

#[weak_memo]
fn show(doc: &Arc<String>) -> () {
    println!("{doc}");
}

fn main() {}
