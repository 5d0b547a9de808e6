//! Who computes, who waits, and who is woken.

mod one_compute;
mod set_aside;
mod waking;
