//! A load with capacity.

use crate::questions::{self, Load};
use crate::report::{Effort, Section};

/// Two exponents: a usual one and a flatter one, which is harder.
pub fn zipf(effort: Effort) -> Section {
    let mut section = Section::new(
        "A Zipf load with capacity",
        "10,000 extra keys of one object, asked by Zipf's law; room for 1,000. The same calls for every subject, once before \
         anything is counted. A miss costs its body, which is next to nothing, and the store's work: a real body would weigh the hit \
         ratio more.",
    );
    let calls = effort.objects.min(1_000_000) as usize;
    for exponent in [1.0, 0.8] {
        let loads = questions::zipf(exponent, calls, effort.rounds().min(15));
        let row = |of: fn(&Load) -> f64| loads.iter().map(|load| (load.column, of(load))).collect();
        section.table.add(format!("hit ratio, exponent {exponent:.1}, %"), row(|load| load.hit_ratio * 100.0));
        section.table.add(format!("call, exponent {exponent:.1}, ns"), row(|load| load.nanoseconds));
    }
    section
}
