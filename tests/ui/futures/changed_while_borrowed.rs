//! A future borrows its owner until it is done.

use memo_core::{Anchored, weak_memo};

#[weak_memo]
async fn length(text: &Anchored<String>) -> usize {
    text.len()
}

async fn changes(text: &mut Anchored<String>) -> usize {
    let waiting = length(text);
    text.push('a');
    waiting.await
}

fn main() {}
