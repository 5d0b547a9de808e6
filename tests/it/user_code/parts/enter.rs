//! How user code goes back in.

use std::any::Any;
use std::cell::RefCell;
use std::mem::ManuallyDrop;
use std::rc::Rc;

use super::acts::World;
use super::again::{Again, Ring};
use super::subjects::{Memo, Owner};
use super::things::{Answer, Key, Second};

thread_local! {
    /// What user code can reach. Without a destructor, for the end of a thread.
    static WORLD: ManuallyDrop<RefCell<Option<Rc<dyn Any>>>> = const { ManuallyDrop::new(RefCell::new(None)) };
}

/// What user code can reach from now on.
pub(crate) fn set_world(world: Option<Rc<dyn Any>>) {
    WORLD.with(|place| place.replace(world));
}

/// Goes back into memo `M`.
pub(crate) fn enter<M: Memo>(again: Again, dying: Option<&dyn Any>) {
    let world = WORLD.with(|world| world.borrow().clone()).expect("set before the operation");
    let world = world.downcast::<World<M>>().expect("of this memo");
    let held = world.owner.borrow().clone();
    let own = held.as_deref().or_else(|| dying?.downcast_ref());
    let own = || own.expect("left out where there is none");
    let second = world.second.borrow().clone();
    let second = &*second.unwrap_or_else(|| Rc::new(Second::new(M::KIND.second)));
    let key = &Key::new(world.key);
    match again {
        Again::SameKey => or_ring(world.ring, || world.assert_right(own(), key, M::call(own(), second, key))),
        Again::OtherKey => {
            let key = &Key::new(3);
            // Where keys lie it may be the same.
            let ring = if world.honest { Ring::Never } else { Ring::May };
            or_ring(ring, || world.assert_right(own(), key, M::call(own(), second, key)));
        }
        Again::OtherOwner => {
            let fresh = M::Owner::new(5);
            for _ in 0..2 {
                world.assert_right(&fresh, key, M::call(&fresh, second, key));
            }
        }
        Again::OtherMemo => own().ask_beside(),
        Again::Get => {
            for key in [key, &Key::new(2)] {
                if let Some(number) = M::get(own(), second, key) {
                    world.assert_right(own(), key, number);
                }
            }
        }
        Again::Insert => M::insert(own(), second, key, Answer::new(100 * own().number() + key.number)),
        Again::Refresh => or_ring(world.ring, || world.assert_right(own(), key, M::refresh(own(), second, key))),
        Again::Forget => {
            M::forget(own(), second, key);
        }
        Again::Clear => {
            M::clear();
        }
        Again::Look => drop((M::len(), M::stats())),
        Again::Report => drop((memo_core::report().to_string(), memo_core::memos())),
        Again::Sweep => {
            memo_core::sweep();
        }
        Again::ClearAll => memo_core::clear_all(),
        Again::DropObject => {
            let fresh = M::Owner::new(6);
            M::call(&fresh, second, key);
            fresh.ask_beside();
            drop(fresh);
        }
        Again::DropSecond => {
            let fresh = Second::new(M::KIND.second);
            world.assert_right(own(), key, M::call(own(), &fresh, key));
            drop(fresh);
        }
        Again::DropClone => drop(world.another.take().expect("left out where there is none")),
    }
}

/// Calls what may be part of the very compute that is asked for.
fn or_ring(ring: Ring, call: impl FnOnce()) {
    let end = std::panic::catch_unwind(std::panic::AssertUnwindSafe(call));
    let Err(panic) = end else {
        assert_ne!(ring, Ring::Must, "law 10: a call for what is being computed came back");
        return;
    };
    let is_ring = panic.is::<memo_core::Cycle>();
    if !is_ring || ring == Ring::Never {
        std::panic::resume_unwind(panic);
    }
}
