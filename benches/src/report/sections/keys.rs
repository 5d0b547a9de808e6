//! Extra keys: a few on many objects, many on one, and a load with room for a part of them.

use super::{NANOSECONDS, add_rows, thousands};
use crate::questions::{self, Load};
use crate::report::plot::{Axis, Kind, Lines, Plot, Scale};
use crate::report::{Effort, Section, rows};

/// Four on each of 256 objects.
pub fn extra_key(effort: Effort) -> Section {
    let mut section =
        Section::new("A hit with an extra key", "A number beside the object; each object has four entries.");
    section.table.add(rows::EXTRA_KEY, effort.of(questions::hits_with_extra_key(256)));
    section
}

/// From one to 100,000 on one object.
pub fn many_keys(effort: Effort) -> Section {
    let mut section = Section::new(
        "Many extra keys under one owner",
        "Hits on one object with each of its keys in turn, in an order that no prefetcher foresees. Ours with `capacity = \
         unbounded`; the peers' keys are an address and the number, which pins nothing.",
    );
    let measured =
        [1, 10, 100, 1_000, 10_000, 100_000].map(|count| (count as f64, effort.of(questions::hits_among_keys(count))));
    add_rows(&mut section, &measured, |count| format!("hit, extra keys: {}", thousands(count)));
    let x = Axis { label: "extra keys", tick: |count| thousands(*count as u64), scale: Scale::Logarithmic(10.0) };
    let lines = Lines::through(&measured, x, NANOSECONDS);
    section.plots.push(Plot {
        file: "extra-keys.svg",
        title: "With many extra keys under one owner, a hit is a look-up in a large table",
        about: "a hit on one object, its keys in random order; both axes are logarithmic",
        kind: Kind::Lines(lines),
    });
    section
}

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
