//! A day in which all goes wrong from time to time.

use std::time::Duration;

use memo_store::engine::Engine as _;
use rand::RngExt as _;

use super::shared::{minutes, no_wrong_answer, seconds};
use crate::fleet::chapter::Chapter;
use crate::fleet::effort::Effort;
use crate::fleet::load::{CONTENTS, Load};
use crate::fleet::network::{TIMEOUT, Weather};
use crate::fleet::process::DEFAULT;
use crate::fleet::world::{Plan, World};

const ABOUT: &str = "50 processes of 100 objects for 24 hours. Of the calls one in 1,000 is lost, in one more the answer is, one more is done up to 5 s after its \
caller gave up, and one takes up to a second. Every few minutes a process is ended or killed and started anew, or one is cut off for two minutes in the \
mean. Twice an hour the engine's clock jumps by up to ten minutes, forward or back, and some entries are damaged; three times a day the server loses all. \
The code has another version every six hours. Each answer is compared with what the body computes. At last there are three minutes of calm; then all processes end, one after the other, and \
one more collects.";

const WEATHER: Weather = Weather { lost: 0.001, unanswered: 0.001, late: 0.001, slow: 0.001 };

/// What happened.
#[derive(Default)]
struct Happened {
    ended: u64,
    killed: u64,
    cut: u64,
    jumps: u64,
    damaged: u64,
    cleared: u64,
}

pub(in crate::fleet) fn day(effort: Effort) -> Chapter {
    let mut chapter = Chapter::new("A day", ABOUT);
    let (processes, objects, hours) = match effort {
        Effort::Whole => (50, 100, 24),
        Effort::Quick => (10, 20, 3),
    };
    let load = Load::new(CONTENTS, 1_000, minutes(10));
    let plan = Plan { settings: DEFAULT, load, objects, body: Duration::from_millis(500) };
    let mut world = World::new(plan, 6);
    world.start_all(processes, minutes(1));
    world.network.set_weather(WEATHER);
    let (mut happened, mut cut) = (Happened::default(), Vec::new());
    let (mut most_entries, mut most_holds) = (0, 0);
    // Every ten seconds.
    for step in 0..hours * 360_u64 {
        world.run(seconds(10));
        let version = 1 + step / 2160;
        befall(&mut world, step, version, &mut cut, &mut happened);
        most_entries = most_entries.max(world.memory().len());
        most_holds = most_holds.max(world.memory().holds());
    }
    world.network.set_weather(Weather::default());
    world.running().into_iter().for_each(|who| set_cut(&world, who, false));
    world.run(minutes(3));
    let (counted, [over, lost]) = (world.held(), world.differences());
    for who in world.running() {
        world.run(seconds(2));
        if who % 2 == 0 { world.close(who) } else { world.kill(who) }
    }
    // It has no objects.
    world.plan.objects = 0;
    let collector = world.start(1, seconds(1));
    world.run(DEFAULT.lease + DEFAULT.grace + minutes(30));
    world.close(collector);
    _ = world.memory().collect(1000, DEFAULT.grace);
    _ = world.memory().collect(1000, DEFAULT.grace);

    no_wrong_answer(&mut chapter, &world);
    let memory = world.memory();
    let left = [memory.len(), memory.holds(), memory.claims(), memory.leases(), memory.idle()];
    chapter.hold(left == [0; 5], || format!("entries, holds, claims, leases, idle entries that are left: {left:?}"));
    let bound = DEFAULT.wait + TIMEOUT * 2;
    let calls = world.calls;
    chapter.hold(calls.longest <= bound.as_micros() as u64, || format!("a call took {} µs", calls.longest));
    let value = |label: &'static str, value: f64| (label, vec![("", value)]);
    let rows = [
        value("calls", calls.all as f64),
        value("found", calls.found as f64),
        value("computed", calls.computed as f64),
        value("waited for another process", calls.waited as f64),
        value("in vain", calls.in_vain as f64),
        value("wrong answers", calls.wrong as f64),
        value("longest call, s", calls.longest as f64 / 1e6),
        value("its bound, s", bound.as_secs_f64()),
        value("processes that were ended", happened.ended as f64),
        value("processes that were killed", happened.killed as f64),
        value("times that one was cut off", happened.cut as f64),
        value("jumps of the engine's clock", happened.jumps as f64),
        value("entries that were damaged", happened.damaged as f64),
        value("times that the server lost all", happened.cleared as f64),
        value("most entries", most_entries as f64),
        value("most holds", most_holds as f64),
        value("keys that the processes count as held in the end", counted as f64),
        value("held besides", over as f64),
        value("counted and not held", lost as f64),
        value("entries in the end", left[0] as f64),
        value("holds in the end", left[1] as f64),
        value("claims in the end", left[2] as f64),
        value("leases in the end", left[3] as f64),
    ];
    for (label, cells) in rows {
        chapter.table.add(label, vec![("in a day", cells[0].1)]);
    }
    chapter
}

fn befall(world: &mut World, step: u64, version: u64, cut: &mut Vec<(u64, usize)>, happened: &mut Happened) {
    let running = world.running();
    let one = running[world.rng.random_range(0..running.len())];
    match world.rng.random_range(0..100) {
        0..4 => {
            set_cut(world, one, false);
            world.close(one);
            world.start(version, seconds(10));
            happened.ended += 1;
        }
        4..8 => {
            world.kill(one);
            world.start(version, seconds(10));
            happened.killed += 1;
        }
        8..12 => {
            set_cut(world, one, true);
            let steps = (-12.0 * (1.0 - world.rng.random::<f64>()).ln()) as u64;
            cut.push((step + 1 + steps, one));
            happened.cut += 1;
        }
        _ => {}
    }
    cut.retain(|(until, who)| {
        let is_over = *until <= step;
        if is_over {
            set_cut(world, *who, false);
        }
        !is_over
    });
    if step % 180 == 90 {
        let by = world.rng.random_range(-600_000_000..600_000_000);
        world.network.time.jump(by);
        happened.jumps += 1;
    }
    if step % 180 == 120 {
        let mut number = 0_u64;
        world.memory().damage(|_, entry| {
            number += 1;
            if number.is_multiple_of(50) {
                entry.iter_mut().take(12).for_each(|byte| *byte ^= 0x21);
                happened.damaged += 1;
            }
        });
    }
    if step % 2880 == 1000 {
        world.memory().clear();
        happened.cleared += 1;
    }
}

fn set_cut(world: &World, who: usize, cut: bool) {
    if let Some(process) = &world.processes[who] {
        process.line.cut(cut);
    }
}
