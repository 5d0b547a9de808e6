//! A tenth of the fleet is cut off for longer than its lease.

use memo_store::StoreStats;

use super::shared::{minutes, no_wrong_answer, seconds};
use super::steady::Fleet;
use crate::fleet::chapter::Chapter;
use crate::fleet::effort::Effort;
use crate::fleet::network::TIMEOUT;
use crate::fleet::process::Process;
use crate::fleet::traffic::Kind;
use crate::fleet::world::World;
use crate::run::Medians;

const ABOUT: &str = "100 processes of 1,000 objects, which live 10 minutes in the mean. A tenth of the processes is cut off for some time. \"Lost\" is what they \
hold for living objects and is not in the store when they are back: it was computed meanwhile and not written, or was deleted. Somebody computes it \
again, if it is asked for. Computes are per second and process.";

pub(in crate::fleet) fn partition(effort: Effort) -> Chapter {
    let mut chapter = Chapter::new("A tenth cut off", ABOUT);
    let (processes, objects, cuts): (usize, usize, &[u64]) = match effort {
        Effort::Whole => (100, 1_000, &[30, 60, 300, 1200]),
        Effort::Quick => (20, 50, &[300]),
    };
    for &cut in cuts {
        let cells = cut_off(processes, objects, cut, &mut chapter);
        chapter.table.add(format!("cut off for {cut} s"), cells);
    }
    chapter
}

fn cut_off(processes: usize, objects: usize, cut: u64, chapter: &mut Chapter) -> Medians {
    let mut world = Fleet::new(processes, objects, 1).world(5);
    let cut_off = (processes / 10) as f64;
    world.start_all(processes, minutes(1));
    world.run(minutes(15));
    let before = computes(&mut world, 300) / cut_off;
    let stats = stats(&world);
    set_cut(&world, true);
    let meanwhile = computes(&mut world, cut) / cut_off;
    set_cut(&world, false);
    let (traffic, held) = (world.network.traffic(), self::stats(&world).held);
    let after = computes(&mut world, 60) / cut_off;
    let taken = (world.network.traffic() - traffic)[Kind::TakeAgain];
    let [_, lost] = world.differences();
    let now = self::stats(&world);
    no_wrong_answer(chapter, &world);
    let (lapses, longest) = (now.lapses - stats.lapses, world.calls.longest);
    let bound = world.plan.settings.wait + TIMEOUT * 2;
    chapter.hold(longest < bound.as_micros() as u64, || format!("a call took {longest} µs"));
    chapter.hold(cut <= 60 || lapses as f64 == cut_off, || format!("{lapses} lapses"));
    vec![
        ("computes before", before),
        ("meanwhile", meanwhile),
        ("in the minute after", after),
        ("calls not answered", (now.faults() - stats.faults()) as f64),
        ("calls not made", (now.spared - stats.spared) as f64),
        ("lapses", lapses as f64),
        ("held", held as f64),
        ("calls to take hold again", taken.calls as f64),
        ("their keys", taken.keys as f64),
        ("lost", lost as f64),
        ("longest call, s", longest as f64 / 1e6),
    ]
}

/// Computes a second of those that are cut off, over so many seconds.
fn computes(world: &mut World, span: u64) -> f64 {
    let computed = |world: &World| world.computed_by.iter().step_by(10).sum::<u64>();
    let before = computed(world);
    world.run(seconds(span));
    (computed(world) - before) as f64 / span as f64
}

/// Every tenth.
fn cut_ones(world: &World) -> impl Iterator<Item = &Process> {
    world.processes.iter().step_by(10).flatten()
}

/// Of them together.
fn stats(world: &World) -> StoreStats {
    let mut sum = StoreStats::default();
    for stats in cut_ones(world).map(|process| process.simulated.store().stats()) {
        sum.held += stats.held;
        sum.lapses += stats.lapses;
        sum.spared += stats.spared;
        sum.faults_down += stats.faults();
    }
    sum
}

fn set_cut(world: &World, cut: bool) {
    cut_ones(world).for_each(|process| process.line.cut(cut));
}
