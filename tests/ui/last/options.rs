//! Options that do not go with `last`.

use memo_core::{Anchored, weak_memo};

#[weak_memo(last, capacity = 2, single_flight = false, context = 1_u8)]
fn rows(text: &mut Anchored<String>, width: usize) -> &[usize] {
    vec![text.len() / width]
}

#[weak_memo(last, store = STORE, version = 1)]
fn stored(text: &mut Anchored<String>, width: usize) -> &[usize] {
    vec![text.len() / width]
}

#[weak_memo(last)]
async fn awaited(text: &mut Anchored<String>, width: usize) -> &[usize] {
    vec![text.len() / width]
}

trait Lines {
    fn lines(&mut self, width: usize) -> &[usize];
}

impl Lines for Anchored<String> {
    #[weak_memo(last, handle = none)]
    fn lines(&mut self, width: usize) -> &[usize] {
        vec![self.len() / width]
    }
}

fn main() {}
