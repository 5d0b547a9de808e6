//! Types that cannot be compared, or kept, as the last key, or as a result.

use std::cell::Cell;
use std::rc::Rc;

use memo_core::{Anchored, MemoKey, weak_memo};

#[derive(Clone, MemoKey)]
struct Options {
    wrap: bool,
}

#[derive(Clone, PartialEq)]
struct Plain;

#[weak_memo(last)]
fn not_equal(text: &mut Anchored<String>, options: Options) -> &usize {
    text.len() + usize::from(options.wrap)
}

#[weak_memo(last)]
fn no_key(text: &mut Anchored<String>, plain: Plain) -> &usize {
    drop(plain);
    text.len()
}

#[weak_memo(last)]
fn floats(text: &mut Anchored<String>, size: (f32, f32)) -> &usize {
    text.len() + size.0 as usize
}

#[weak_memo(last)]
fn not_shared(text: &mut Anchored<String>, width: usize) -> &Rc<Cell<usize>> {
    Rc::new(Cell::new(text.len() / width))
}

fn main() {}
