//! With `&mut` to the plain anchor inside an object of one thread, the results could be moved out, and to another thread. So no method gives
//! it out, hidden as it may be, not even for a change of a result.

use memo_core::handle::{Exclusive, Lent};
use memo_core::key::OwnerMut;
use memo_core::{LocalAnchored, Memo};

fn take<T: OwnerMut>(object: &mut T) {
    let _ = |internal| std::mem::take(object.owned_anchor(internal));
}

fn change<F, P, A, N>(memo: Memo<F, Lent<u32, P>>, arguments: A)
where
    F: Exclusive<A, N, P, Owner = LocalAnchored<u32>>,
{
    F::change(&memo, arguments, |_, _| todo!(), None);
}

fn main() {}
