//! What a miss costs, an object's life on one thread and on two, a storm on one missing entry; and from drop to reclaimed.

use super::thousands;
use crate::questions;
use crate::report::{Effort, Section, rows};
use crate::run::Medians;

/// First calls; lives one at a time; lives of which a thousand overlap.
pub fn lives(effort: Effort) -> Section {
    let mut section = Section::new(
        "A miss, an object's life, churn",
        "A miss is the first call on a fresh object; its body is a multiplication. A life is: make the object, call once, drop it, \
         less what making and dropping take by themselves.",
    );
    section.table.add(rows::MISS, effort.of(questions::misses()));
    let (over, bare) = over_bare(effort.of(questions::lives()));
    section.table.add(rows::LIFE, over);
    section.table.note(bare);
    section.table.add(rows::CHURN, effort.of(questions::churn()));
    section
}

/// Lives less the bare life of the same pointer.
fn over_bare(lives: Medians) -> (Medians, String) {
    let of = |name| lives.iter().find(|(column, _)| *column == name).map_or(0.0, |(_, time)| *time);
    let (arc, rc) = (of("bare"), of("bare Rc"));
    let over = lives.iter().filter(|(column, _)| !column.starts_with("bare"));
    let over = over.map(|(column, time)| (*column, time - if column.starts_with("Rc ") { rc } else { arc })).collect();
    (over, format!("The bare life takes {arc:.1} ns with an `Arc`, {rc:.1} ns with an `Rc`."))
}

/// On one thread, on two, and the ratio.
pub fn threads_of_lives(effort: Effort) -> Section {
    let mut section = Section::new(
        "Objects' lives on two threads",
        "Each thread makes objects of its own, asks about each once, tells of its death where the user has to, and drops it; one store \
         for both. The time is one thread's own. `bare` makes and drops alone: what it loses with two threads is the allocator's and \
         the machine's. `weak-table` is in a Mutex.",
    );
    let sets = vec![questions::lives_on_threads(1), questions::lives_on_threads(2)];
    let measured: [Medians; 2] = effort.together_with_threads(sets).try_into().expect("one of each set");
    let [one, two] = measured;
    let ratios: Medians = one.iter().zip(&two).map(|((column, one), (_, two))| (*column, two / one)).collect();
    section.table.add(rows::LIFE_1, one);
    section.table.add(rows::LIFE_2, two);
    section.table.add(rows::LIFE_RATIO, ratios);
    section
}

/// Inside the object, the drop itself; of an `Arc`, each way of giving back.
pub fn reclaim(effort: Effort) -> Section {
    let mut section = Section::new(
        "From drop to reclaimed",
        "An in-object anchor gives its results back in the object's drop: its row is all there is. With an `Arc` owner the result is \
         unreachable at once, and its memory, with the object's own allocation (which is why that drop is cheaper than a bare one), comes \
         back in the course of further calls to any memo, by `sweep()`, or by a `Sweeper`. One object is dropped beside others that live; \
         21 trials.",
    );
    section.table.add("drop of an object with one result, ns (`bare` has none)", effort.of(questions::drops()));
    for living in [1_000, effort.objects.min(100_000)] {
        for reclaimed in questions::reclaims(living) {
            let label = format!("`Arc` beside {} others, by {}", thousands(living), reclaimed.way);
            let mut cells = Vec::new();
            if let Some((calls, most)) = reclaimed.calls {
                cells.extend([("calls, median", calls), ("calls, most", most)]);
            }
            let (time, most) = reclaimed.time;
            cells.extend([("µs, median", time / 1e3), ("µs, most", most / 1e3)]);
            section.table.add(label, cells);
        }
    }
    section
}

/// Two callers, and more than the machine runs at once.
pub fn storm(effort: Effort) -> Section {
    let mut section = Section::new(
        "A storm on one missing entry",
        "Callers that start together on a fresh object; its body is some 30 µs of work. The time is from the first start until the last \
         caller has the result. Peers by what each offers for it: `sync_writes`, `get_with`, `get_or_insert_with`, `entry`.",
    );
    for callers in [2, 8] {
        let storms = questions::storms(callers, effort.rounds());
        let times = storms.iter().map(|storm| (storm.column, storm.microseconds)).collect();
        let computes = storms.iter().map(|storm| (storm.column, storm.computes)).collect();
        section.table.add(format!("storm of {callers} callers, µs"), times);
        section.table.add(format!("bodies run in a storm of {callers}"), computes);
    }
    section.table.note(format!("The body alone takes {:.1} µs.", questions::body_in_a_storm()));
    section
}
