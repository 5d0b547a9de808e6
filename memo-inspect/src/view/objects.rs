//! The objects of one memo.

use std::time::Duration;

use memo_core::Owners;
use serde::Serialize;

#[derive(Serialize)]
pub(crate) struct Objects {
    count: usize,
    most: Vec<Object>,
    /// Of those whose age is known; `null` if there are none.
    ages: Option<Ages>,
}

#[derive(Serialize)]
struct Object {
    results: usize,
    age_seconds: Option<f64>,
}

#[derive(Serialize)]
struct Ages {
    known: usize,
    youngest_seconds: f64,
    median_seconds: f64,
    oldest_seconds: f64,
}

impl Objects {
    pub(crate) fn new(owners: &Owners) -> Self {
        let age_seconds = |age: Option<Duration>| age.as_ref().map(Duration::as_secs_f64);
        let object =
            |owner: &memo_core::OwnerInfo| Object { results: owner.results, age_seconds: age_seconds(owner.age) };
        Self { count: owners.count, most: owners.most.iter().map(object).collect(), ages: Ages::of(&owners.ages) }
    }
}

impl Ages {
    /// `ages` are sorted.
    fn of(ages: &[Duration]) -> Option<Self> {
        let [youngest_seconds, median_seconds, oldest_seconds] =
            [ages.first()?, &ages[ages.len() / 2], ages.last()?].map(Duration::as_secs_f64);
        Some(Self { known: ages.len(), youngest_seconds, median_seconds, oldest_seconds })
    }
}
