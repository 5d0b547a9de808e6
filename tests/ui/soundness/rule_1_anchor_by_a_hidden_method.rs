//! The anchor of an object of one thread, and an `Rc`'s in the table of its thread, hold what is not `Send`. A plain `&Anchor` may be sent, so
//! no method of an owner gives it out, hidden as it may be.

use memo_core::handle::OneOwner;
use memo_core::key::{Local, Owner, StoredKey};

fn anchor<T: Owner>(object: &T) {
    let _ = |internal| object.find_anchor(internal);
    let _ = |internal| object.find_anchor_surely(internal);
    let _ = |here| object.look(here);
    let _ = |here| object.look_on(here, |_| ());
    let _ = object.guess_anchor();
    let _ = object.make_anchor(false);
}

fn what_is_on_it<T: Owner>(object: &T) {
    let _ = |core| object.cell(core);
}

fn a_weak_of_an_rc<T: Owner, K: StoredKey<Local>>(object: &T, key: &K) {
    let _ = object.life();
    key.each_peer(&mut |_| ());
}

fn main() {}
