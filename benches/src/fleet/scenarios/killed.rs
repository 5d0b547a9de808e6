//! A third of the fleet is killed at once.

use super::shared::{minutes, no_wrong_answer, seconds};
use super::steady::Fleet;
use crate::fleet::chapter::{Chapter, axis, lines};
use crate::fleet::effort::Effort;
use crate::fleet::process::{DEFAULT, Settings};
use crate::fleet::traffic::Kind;
use crate::fleet::world::World;
use crate::report::plot::{Plot, Scale};
use crate::run::Medians;

const ABOUT: &str = "Every third process is killed at once. Objects of all others live on, and none are born, so that all that becomes idle and is deleted is what \
only the killed ones held. 1,000 objects a process, as above, all of them simulated. Seconds since they were killed.";

pub(in crate::fleet) fn killed(effort: Effort) -> Chapter {
    let mut chapter = Chapter::new("A third killed", ABOUT);
    let other = |lease, grace| Settings { lease: seconds(lease), grace: seconds(grace), ..DEFAULT };
    let all: &[(usize, usize, Settings)] = match effort {
        Effort::Whole => &[
            (3, 1_000, DEFAULT),
            (30, 1_000, DEFAULT),
            (300, 1_000, DEFAULT),
            (300, 1_000, other(10, 600)),
            (300, 1_000, other(600, 600)),
            (300, 1_000, other(60, 60)),
            (300, 1_000, Settings { collectors: 100, ..DEFAULT }),
        ],
        Effort::Quick => &[(30, 100, other(10, 60))],
    };
    for &(processes, objects, settings) in all {
        let told = kill(processes, objects, settings, &mut chapter);
        let Settings { lease, grace, collectors, .. } = settings;
        let who = if collectors == 1 { String::new() } else { format!(", one in {collectors} collects") };
        let label = format!("{processes} processes, lease {} s, grace {} s{who}", lease.as_secs(), grace.as_secs());
        chapter.table.add(label, told.cells);
        if processes == 300 && chapter.plots.is_empty() {
            let x = axis("seconds since a third was killed", Scale::Linear);
            let y = axis("entries", Scale::Linear);
            chapter.plots.push(Plot {
                file: "fleet-killed.svg",
                title: "What only the killed held goes after their lease and the grace time",
                about: "300 processes of 1,000 objects each, of which 100 are killed; a lease of 60 s, a grace time of 600 s",
                kind: lines(&told.over_time, x, y),
            });
        }
    }
    chapter
}

struct Told {
    cells: Medians,
    over_time: Vec<(f64, Medians)>,
}

fn kill(processes: usize, objects: usize, settings: Settings, chapter: &mut Chapter) -> Told {
    let mut world = Fleet { life: minutes(1_000_000_000), settings, ..Fleet::new(processes, objects, 1) }.world(3);
    world.start_all(processes, minutes(1));
    world.run(minutes(2));
    (0..processes).filter(|who| who % 3 == 0).for_each(|who| world.kill(who));
    let survivors = processes - processes.div_ceil(3);
    let (start, before) = (world.network.traffic(), world.memory().len());
    let last = (settings.lease + settings.grace).as_secs() + 180;
    let (mut times, mut over_time, mut most) = (Times::default(), Vec::new(), (0, 0));
    let mut counted = start;
    for second in 1..=last {
        world.run(seconds(1));
        let traffic = world.network.traffic();
        let (now, in_all) = (traffic - counted, traffic - start);
        counted = traffic;
        let collected = now[Kind::Collect];
        most = (most.0.max(collected.calls), most.1.max(collected.keys));
        times.see(second, &world, in_all.deleted, survivors);
        if second % 10 == 0 {
            let cells = vec![
                ("memo-store: idle", world.memory().idle() as f64),
                ("memo-store: deleted", in_all.deleted as f64),
            ];
            over_time.push((second as f64, cells));
        }
    }
    no_wrong_answer(chapter, &world);
    let in_all = world.network.traffic() - start;
    let held = world.held();
    chapter.hold(world.memory().holds() as u64 == held, || format!("{} holds, not {held}", world.memory().holds()));
    chapter.hold(world.memory().idle() == 0, || format!("{} entries stay idle", world.memory().idle()));
    let bound = (settings.lease + settings.grace).as_secs() + 130;
    chapter.hold(times.all_deleted <= bound, || format!("all deleted after {} s", times.all_deleted));
    let seconds = last as f64;
    let cells = vec![
        ("entries before", before as f64),
        ("deleted", in_all.deleted as f64),
        ("first idle, s", times.first_idle as f64),
        ("all idle, s", times.all_idle as f64),
        ("first deleted, s", times.first_deleted as f64),
        ("all deleted, s", times.all_deleted as f64),
        ("collections/s", in_all[Kind::Collect].calls as f64 / seconds),
        ("most in a second", most.0 as f64),
        ("most keys in a second", most.1 as f64),
    ];
    Told { cells, over_time }
}

/// Seconds after which something was first, or last, so.
#[derive(Default)]
struct Times {
    first_idle: u64,
    all_idle: u64,
    first_deleted: u64,
    all_deleted: u64,
    deleted: u64,
}

impl Times {
    fn see(&mut self, second: u64, world: &World, deleted: u64, survivors: usize) {
        let first = |time: &mut u64, is: bool| {
            if *time == 0 && is {
                *time = second;
            }
        };
        first(&mut self.first_idle, world.memory().idle() > 0);
        // Of those whose holds are ended, the lease goes, too.
        first(&mut self.all_idle, world.memory().leases() <= survivors);
        first(&mut self.first_deleted, deleted > 0);
        if deleted > self.deleted {
            (self.deleted, self.all_deleted) = (deleted, second);
        }
    }
}
