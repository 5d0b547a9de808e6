//! One entry that all processes want.

use std::time::Duration;

use super::shared::{minutes, no_wrong_answer, seconds};
use crate::fleet::chapter::Chapter;
use crate::fleet::effort::Effort;
use crate::fleet::load::Load;
use crate::fleet::process::{DEFAULT, Settings};
use crate::fleet::traffic::Kind;
use crate::fleet::world::{Plan, World};
use crate::run::Medians;

const ABOUT: &str = "All processes are started within a second, and each asks for the same result. Then all objects die at once. The grace time is 60 s here. A \
call waits a second at most, the default, so what takes longer to compute is computed by all.";

/// So finely the calls of a second are counted.
const STEP: Duration = Duration::from_millis(100);

pub(in crate::fleet) fn hot(effort: Effort) -> Chapter {
    let mut chapter = Chapter::new("One hot key", ABOUT);
    let fleets: &[usize] = match effort {
        Effort::Whole => &[10, 100, 1_000, 10_000],
        Effort::Quick => &[10, 50],
    };
    for body in [Duration::from_millis(100), Duration::from_millis(900), seconds(3)] {
        for &processes in fleets {
            let cells = one(processes, body, DEFAULT.wait, &mut chapter);
            chapter.table.add(format!("{processes} processes, a body of {} ms", body.as_millis()), cells);
        }
    }
    let cells = one(fleets[1], seconds(3), seconds(5), &mut chapter);
    chapter.table.add(format!("{} processes, a body of 3000 ms, wait 5 s", fleets[1]), cells);
    chapter
}

fn one(processes: usize, body: Duration, wait: Duration, chapter: &mut Chapter) -> Medians {
    let settings = Settings { grace: seconds(60), wait, ..DEFAULT };
    let load = Load::new(1, 1, minutes(1_000_000));
    let mut world = World::new(Plan { settings, load, objects: 1, body }, 1);
    (0..processes).for_each(|_| _ = world.start(1, seconds(1)));
    let (mut most, mut last) = (0, 0);
    for _ in 0..100 {
        world.run(STEP);
        let gets = world.network.traffic()[Kind::Get].calls;
        most = most.max(gets - last);
        last = gets;
    }
    let holders = world.memory().holds();
    let before = world.network.traffic();
    world.drop_objects();
    let mut idle = None;
    let mut deleted = None;
    for second in 1..=200 {
        world.run(seconds(1));
        idle = idle.or((world.memory().idle() == 1).then_some(second));
        deleted = deleted.or(world.memory().is_empty().then_some(second));
    }
    no_wrong_answer(chapter, &world);
    chapter.hold(holders == processes, || format!("{holders} of {processes} hold it"));
    chapter.hold(deleted.is_some(), || "it is never deleted".to_owned());
    let (calls, releases) = (world.calls, (world.network.traffic() - before)[Kind::Release].calls);
    let bound = settings.wait + crate::fleet::network::TIMEOUT;
    chapter.hold(calls.longest < bound.as_micros() as u64, || format!("a call took {} µs", calls.longest));
    vec![
        ("computed", calls.computed as f64),
        ("gets of a process", last as f64 / processes as f64),
        ("most gets in 0.1 s", most as f64),
        ("waited in vain", calls.in_vain as f64),
        ("longest call, s", calls.longest as f64 / 1e6),
        ("holders", holders as f64),
        ("releases", releases as f64),
        ("idle after, s", idle.map_or(f64::INFINITY, f64::from)),
        ("deleted after, s", deleted.map_or(f64::INFINITY, f64::from)),
    ]
}
