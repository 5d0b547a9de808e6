//! A new version of the code is deployed, a tenth of the processes at a time.

use super::shared::{minutes, no_wrong_answer, seconds};
use super::steady::Fleet;
use crate::fleet::chapter::{Chapter, axis, lines};
use crate::fleet::effort::Effort;
use crate::report::plot::{Plot, Scale};

const ABOUT: &str = "100 processes of 1,000 objects, which live 10 minutes in the mean. From minute 0 on a tenth of them is ended every two minutes and started anew \
with another version of the code, under which nothing of before is found; objects are asked for again within 10 s of a start.";

pub(in crate::fleet) fn rolling(effort: Effort) -> Chapter {
    let mut chapter = Chapter::new("A rolling deploy", ABOUT);
    let (processes, objects) = match effort {
        Effort::Whole => (100, 1_000),
        Effort::Quick => (10, 30),
    };
    let fleet = Fleet::new(processes, objects, 1);
    let mut world = fleet.world(4);
    world.network.note_versions();
    world.start_all(processes, minutes(1));
    world.run(minutes(25));
    let (mut over_time, mut computed, mut waiting) =
        (Vec::new(), world.calls.computed, (0..processes).collect::<Vec<_>>());
    let mut gone = None;
    for half in 0..=90 {
        if half % 4 == 0 {
            for who in waiting.split_off(waiting.len().saturating_sub(processes / 10)) {
                world.close(who);
                world.start(2, seconds(10));
            }
        }
        let [old, new] = world.network.entries_by_version();
        let minute = f64::from(half) / 2.0;
        if old == 0 {
            gone.get_or_insert(minute);
        }
        over_time.push((minute, vec![("memo-store: old", old as f64), ("memo-store: new", new as f64)]));
        world.run(seconds(30));
        if half % 10 == 0 {
            let rate = (world.calls.computed - computed) as f64 / 30.0;
            let both = (old + new) as f64;
            let cells = vec![("old", old as f64), ("new", new as f64), ("both", both), ("computed/s", rate)];
            chapter.table.add(format!("minute {minute}"), cells);
        }
        computed = world.calls.computed;
    }
    let most = over_time.iter().map(|(_, cells)| cells[0].1 + cells[1].1).fold(0.0, f64::max);
    chapter.table.add("the most", vec![("both", most)]);
    chapter.table.add("the old version is gone after, minutes", vec![("old", gone.unwrap_or(f64::INFINITY))]);
    no_wrong_answer(&mut chapter, &world);
    // All have been started anew after 18 minutes; the last of what they held is idle at once.
    chapter
        .hold(gone.is_some_and(|gone| gone <= 18.0 + 10.0 + 2.5), || format!("the old version is gone after {gone:?}"));
    let x = axis("minutes since the deploy began", Scale::Linear);
    let y = axis("entries", Scale::Linear);
    chapter.plots.push(Plot {
        file: "fleet-rolling.svg",
        title: "Both versions are in the store for as long as a deploy and the grace time",
        about: "100 processes of 1,000 objects each, a tenth started anew every two minutes; a grace time of 10 minutes",
        kind: lines(&over_time, x, y),
    });
    chapter
}
