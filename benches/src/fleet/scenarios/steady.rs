//! Fleets that run as they always do.

use std::time::Duration;

use super::shared::{minutes, no_wrong_answer};
use crate::fleet::chapter::{Chapter, axis, lines};
use crate::fleet::effort::Effort;
use crate::fleet::load::{CONTENTS, Load};
use crate::fleet::process::{DEFAULT, Settings};
use crate::fleet::rates::Rates;
use crate::fleet::world::{Plan, World};
use crate::report::plot::{Plot, Scale};
use crate::run::Medians;

/// A fleet, and how much of it is simulated.
#[derive(Clone, Copy)]
pub(super) struct Fleet {
    pub(super) processes: usize,
    pub(super) objects: usize,
    pub(super) one_in: u64,
    pub(super) life: Duration,
    pub(super) settings: Settings,
}

impl Fleet {
    pub(super) const fn new(processes: usize, objects: usize, one_in: u64) -> Self {
        Self { processes, objects, one_in, life: minutes(10), settings: DEFAULT }
    }

    pub(super) fn world(&self, seed: u64) -> World {
        let load = Load::new(CONTENTS, self.one_in, self.life);
        let objects = self.objects / self.one_in as usize;
        World::new(Plan { settings: self.settings, load, objects, body: Duration::from_millis(20) }, seed)
    }
}

/// What a fleet does when it has come to rest.
pub(super) struct Rest {
    pub(super) rates: Rates,
    /// Of the whole store, when it was looked at last.
    pub(super) entries: f64,
    pub(super) idle: f64,
    pub(super) holds: f64,
}

impl Rest {
    /// Let run until as much is deleted as is written, then watched.
    pub(super) fn of(fleet: Fleet, chapter: &mut Chapter) -> Self {
        let mut world = fleet.world(1);
        world.start_all(fleet.processes, minutes(1));
        world.run(fleet.settings.grace + fleet.life * 3 / 2);
        let from = world.mark();
        world.run(minutes(10));
        no_wrong_answer(chapter, &world);
        let memory = world.memory();
        let [entries, idle, holds] =
            [memory.len(), memory.idle(), memory.holds()].map(|rows| rows as f64 * fleet.one_in as f64);
        Self { rates: Rates::between(&from, &world.mark(), fleet.one_in), entries, idle, holds }
    }

    pub(super) fn cells(&self) -> Medians {
        let rates = &self.rates;
        vec![
            ("found, %", rates.found),
            ("calls/s", rates.all()),
            ("gets/s", rates.gets),
            ("puts/s", rates.puts),
            ("releases/s", rates.releases),
            ("keys of a release", rates.keys_of_a_release),
            ("renewals/s", rates.renewals),
            ("collections/s", rates.collections),
            ("lease traffic, KiB/s", rates.lease_kib),
            ("bytes of a life", rates.lease_bytes_of_a_life),
            ("entries", self.entries),
            ("idle", self.idle),
            ("holds of an entry", self.holds / self.entries),
        ]
    }
}

const ABOUT: &str = "Objects have one result each, and live for 10 minutes in the mean; their contents are of 10,000,000, by Zipf's law with exponent 1. The store \
has its defaults: a lease of 60 s, a grace time of 600 s. Per second of the whole fleet, over ten minutes after all has come to rest.";

pub(in crate::fleet) fn steady(effort: Effort) -> Chapter {
    let about = format!(
        "{ABOUT} \"1 in n\": of n consecutive ranks of contents one is simulated, and of n objects of a process one. Calls of one key, keys and \
         entries are multiplied by n; processes, their renewals and their collectors' passes are all simulated. A call with many keys is \
         counted by how many keys a turn or a pass has. Lease traffic is what is renewed, released and collected, without gets and puts."
    );
    let mut chapter = Chapter::new("Steady", about);
    let all: &[(usize, usize, u64)] = match effort {
        Effort::Whole => &[
            (10, 1_000, 1),
            (10, 10_000, 1),
            (100, 1_000, 1),
            (100, 10_000, 10),
            (1_000, 1_000, 10),
            (1_000, 10_000, 100),
            (10_000, 1_000, 50),
            (10_000, 10_000, 500),
        ],
        Effort::Quick => &[(10, 100, 1), (50, 100, 10)],
    };
    let mut points: Vec<(f64, Medians)> = Vec::new();
    for &(processes, objects, one_in) in all {
        let rest = Rest::of(Fleet::new(processes, objects, one_in), &mut chapter);
        let label = format!("{processes} processes, {objects} objects each, 1 in {one_in}");
        let cells = [vec![("objects", (processes * objects) as f64)], rest.cells()].concat();
        chapter.table.add(label, cells);
        if objects == 10_000 {
            let rates = &rest.rates;
            let cells = vec![
                ("memo-store: gets", rates.gets),
                ("memo-store: puts", rates.puts),
                ("memo-store: releases", rates.releases),
                ("memo-store: collections", rates.collections),
                ("memo-store: renewals", rates.renewals),
            ];
            points.push((processes as f64, cells));
        }
    }
    if points.len() > 1 {
        let [x, y] = ["processes", "calls per second"].map(|label| axis(label, Scale::Logarithmic(10.0)));
        chapter.plots.push(Plot {
            file: "fleet-steady.svg",
            title: "What one server gets from a fleet",
            about: "calls per second by kind; 10,000 objects a process, which live 10 minutes in the mean",
            kind: lines(&points, x, y),
        });
    }
    chapter
}

/// That figures of a part are those of the whole.
pub(in crate::fleet) fn scaling(effort: Effort) -> Chapter {
    let about = "The same fleet simulated whole and in part, to show how far the figures of a part can be trusted.";
    let mut chapter = Chapter::new("Parts beside the whole", about);
    type Parts = &'static [u64];
    let (fleets, most): (&[(usize, usize, Parts)], f64) = match effort {
        Effort::Whole => (&[(100, 1_000, &[1, 10, 50]), (100, 4_000, &[1, 10])], 1.05),
        Effort::Quick => (&[(20, 300, &[1, 10])], 1.25),
    };
    for &(processes, objects, parts) in fleets {
        let mut whole = None;
        for &one_in in parts {
            let cells = Rest::of(Fleet::new(processes, objects, one_in), &mut chapter).cells();
            let label = format!("{processes} processes, {objects} objects each: 1 in {one_in}");
            chapter.table.add(&label, cells.clone());
            let whole = whole.get_or_insert_with(|| cells.clone());
            if one_in == 1 {
                continue;
            }
            let ratios: Medians = cells.iter().zip(whole).map(|(part, whole)| (part.0, part.1 / whole.1)).collect();
            for (column, ratio) in &ratios {
                let is_near = (1.0 / most..most).contains(ratio);
                chapter.hold(is_near, || format!("{column} of 1 in {one_in} is {ratio:.3} of the whole's"));
            }
            chapter.table.add(format!("{label}, over the whole"), ratios);
        }
    }
    chapter
}
