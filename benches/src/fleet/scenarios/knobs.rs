//! One setting changed at a time.

use super::shared::minutes;
use super::steady::{Fleet, Rest};
use crate::fleet::chapter::Chapter;
use crate::fleet::effort::Effort;
use crate::fleet::process::{DEFAULT, Settings};
use std::time::Duration;

const ABOUT: &str = "1,000 processes of 1,000 objects, 1 in 50, as under \"Steady\", with one setting changed. Turns follow the lease where it is shorter than 4 s. \
How many keys go in one call, 1,000 at most, cannot be set.";

pub(in crate::fleet) fn knobs(effort: Effort) -> Chapter {
    let mut chapter = Chapter::new("Knobs", ABOUT);
    let default = match effort {
        Effort::Whole => Fleet::new(1_000, 1_000, 50),
        Effort::Quick => Fleet::new(10, 20, 1),
    };
    let with = |settings| Fleet { settings, ..default };
    let lease = |seconds| with(Settings { lease: Duration::from_secs(seconds), ..DEFAULT });
    let grace = |minutes_| with(Settings { grace: minutes(minutes_), ..DEFAULT });
    let all = [
        ("default", default),
        ("lease 2 s", lease(2)),
        ("lease 10 s", lease(10)),
        ("lease 600 s", lease(600)),
        ("grace 1 min", grace(1)),
        ("grace 60 min", grace(60)),
        ("one in 100 collects", with(Settings { collectors: 100, ..DEFAULT })),
        ("objects live 1 min", Fleet { life: minutes(1), ..default }),
        ("objects live 60 min", Fleet { life: minutes(60), ..default }),
    ];
    let few = if effort == Effort::Quick { 3 } else { all.len() };
    for (label, fleet) in &all[..few] {
        let cells = Rest::of(*fleet, &mut chapter).cells();
        chapter.table.add(*label, cells);
    }
    chapter
}
