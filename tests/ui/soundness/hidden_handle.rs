//! A parameter that hides the handle, spelt in another way.

use memo_core::handle::Lent;
use memo_core::{Anchored, Memo, weak_memo};

type Other = fn() -> Memo<fn(&Anchored<String>) -> &u64, Lent<u64>>;

#[weak_memo(last)]
fn rows(text: &mut Anchored<String>, width: usize, #[memo(skip)] r#rows_memo: Other) -> &usize {
    let _ = r#rows_memo;
    text.len() / width
}

#[weak_memo]
fn words(text: &Anchored<String>, #[memo(skip)] r#words_memo: Other) -> &usize {
    let _ = r#words_memo;
    text.len()
}

fn main() {}
