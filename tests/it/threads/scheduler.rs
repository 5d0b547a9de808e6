//! shuttle, as the library asks for it: `memo_core` itself depends on no scheduler.

use std::time::Duration;

use memo_core::__private::scheduled::{Guard, LateGuard, Scheduler, run_under};

shuttle::thread_local! {
    static GUARD: Guard = const { Guard };
    static LATE_GUARD: LateGuard = const { LateGuard };
}

pub(crate) fn install() {
    run_under(Scheduler {
        me: || shuttle::current::try_get_current_task().map(usize::from),
        point: || shuttle::thread::sleep(Duration::ZERO),
        give_way: shuttle::thread::yield_now,
        guard: || GUARD.try_with(|_| ()).is_ok(),
        late_guard: || LATE_GUARD.try_with(|_| ()).is_ok(),
    });
}
