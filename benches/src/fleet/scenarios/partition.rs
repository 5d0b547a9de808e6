//! A tenth of the fleet is cut off for longer than its lease.

use super::steady::Fleet;
use super::{minutes, no_wrong_answer, seconds};
use crate::fleet::Effort;
use crate::fleet::chapter::Chapter;
use crate::fleet::network::TIMEOUT;
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
    world.start_all(processes, minutes(1));
    world.run(minutes(15));
    let tenth = processes / 10;
    let computes_in = |world: &mut World, span: u64| {
        let before = computed(world, tenth);
        world.run(seconds(span));
        (computed(world, tenth) - before) as f64 / span as f64 / tenth as f64
    };
    let before = computes_in(&mut world, 300);
    set_cut(&world, tenth, true);
    let (spared, faults) = troubles(&world, tenth);
    let meanwhile = computes_in(&mut world, cut);
    set_cut(&world, tenth, false);
    let (spared, faults) = (troubles(&world, tenth).0 - spared, troubles(&world, tenth).1 - faults);
    let traffic = world.network.traffic();
    let held = held(&world, tenth);
    let after = computes_in(&mut world, 300);
    let taken = (world.network.traffic() - traffic)[Kind::TakeAgain];
    let lapses: u64 = of(&world, tenth).map(|stats| stats.lapses).sum();
    // What has no hold though an object lives was lost.
    let lost = world.held() as f64 - world.memory().holds() as f64;
    no_wrong_answer(chapter, &world);
    let bound = world.plan.settings.wait + TIMEOUT * 2;
    chapter.hold(world.calls.longest < bound.as_micros() as u64, || format!("a call took {} µs", world.calls.longest));
    chapter.hold(lapses == if cut > 60 { tenth as u64 } else { lapses }, || format!("{lapses} lapses"));
    world.run(seconds(1));
    vec![
        ("computes before", before),
        ("meanwhile", meanwhile),
        ("after", after),
        ("calls not answered", faults as f64),
        ("calls not made", spared as f64),
        ("lapses", lapses as f64),
        ("held", held as f64),
        ("calls to take hold again", taken.calls as f64),
        ("keys", taken.keys as f64),
        ("lost", lost),
        ("longest call, s", world.calls.longest as f64 / 1e6),
    ]
}

fn of(world: &World, tenth: usize) -> impl Iterator<Item = memo_store::StoreStats> + '_ {
    world.processes[..tenth].iter().flatten().map(|process| process.simulated.store().stats())
}

fn computed(world: &World, tenth: usize) -> u64 {
    world.computed_by[..tenth].iter().sum()
}

fn held(world: &World, tenth: usize) -> u64 {
    of(world, tenth).map(|stats| stats.held).sum()
}

/// Calls that were spared, and faults.
fn troubles(world: &World, tenth: usize) -> (u64, u64) {
    of(world, tenth).fold((0, 0), |(spared, faults), stats| (spared + stats.spared, faults + stats.faults()))
}

fn set_cut(world: &World, tenth: usize, cut: bool) {
    world.processes[..tenth].iter().flatten().for_each(|process| process.line.cut(cut));
}
