//! Results of memos with `ttl` or `idle` that are over, and that no call has found.
//!
//! A call that finds a result that is over takes it out. The others lie in the cells of living objects, where no sweep of the side table
//! finds them: so each compute of such a memo examines some results of the memo's next cell, and [`sweep`](crate::sweep()) examines all.
//! Of memos of one thread only a sweep, by that thread, goes over the results.

use crate::anchor::any_cell::{self, CellRef};
use crate::anchor::side_table::local;
use crate::memo::all_memos;
use crate::memo::cells::listed::SEATS;
use crate::memo::core::Core;
use crate::sys::hazard::retire::Batch;
use crate::sys::panics::Panics;

/// Takes out all results that are over, of all memos. Returns whether there were any.
pub(crate) fn sweep(panics: &mut Panics) -> bool {
    let timed: Vec<_> = all_memos::all().iter().copied().filter(|core| core.expires()).collect();
    let mut expired = 0;
    for core in timed {
        let cells = if core.is_local() && core.is_tabled() { local::listed(core) } else { any_cell::listed(core) };
        expired += expire(cells, true, panics);
    }
    expired > 0
}

/// Takes out some results of a memo that are over. The first panic of a destructor comes out at the end.
#[cold]
#[inline(never)]
pub(crate) fn go_on(core: &'static Core) {
    if core.is_local() {
        return;
    }
    let visit = core.next_visit();
    let seat = core.cells[visit % SEATS].lock();
    let Some(cell) = seat.get(visit / SEATS) else { return };
    // SAFETY: a listed cell has its anchor's count, which is released only after the cell was delisted.
    let cell = unsafe { CellRef::retain(cell.0) };
    drop(seat);
    let mut panics = Panics::default();
    expire([cell], false, &mut panics);
    panics.resume();
}

fn expire(cells: impl IntoIterator<Item = CellRef>, all: bool, panics: &mut Panics) -> usize {
    let (mut expired, mut batch) = (0, Batch::default());
    for cell in cells {
        expired += cell.expire(all, &mut batch, panics);
        panics.drop(cell);
    }
    batch.finish(panics);
    expired
}
