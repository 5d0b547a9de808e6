//! What a call with `last` lends borrows the object by `&mut`.

use memo_core::{Anchored, weak_memo};

#[weak_memo(last)]
fn rows(text: &mut Anchored<String>, width: usize) -> &usize {
    text.len() / width
}

fn main() {
    let mut text = Anchored::new(String::new());
    let one = rows(&mut text, 1);
    let other = rows(&mut text, 2);
    println!("{one} {other}");
    let one = rows(&mut text, 1);
    let last = rows_memo().get(&text);
    println!("{one} {last:?}");
    let last = rows_memo().get(&text);
    rows(&mut text, 2);
    println!("{last:?}");
    let one = rows(&mut text, 1);
    drop(text);
    println!("{one}");
}
