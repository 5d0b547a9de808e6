//! What is on the heap. Each figure in a process of its own.

use crate::doc::{Doc, Object};
use crate::fresh::Figure;
use crate::heap;
use crate::loops::{Warm, Window};
use crate::subject::{Keyed, Subject};
use crate::subjects::by_hand::Bare;
use crate::subjects::ours::{
    ArcCloned, ArcLent, LargeArcCloned, LargeArcLent, LargeOwnCloned, LargeOwnLent, OwnCloned, OwnLent,
};
use crate::subjects::{on_one_thread, over_time, through_lives, with_many_keys};

/// How many objects go through the window.
pub const CHURNED: u64 = 1_000_000;

/// How many of them are alive at a time.
pub const WINDOW: usize = 1_000;

/// How often [`heap_over_time`] looks.
pub const READINGS: usize = 100;

/// An object that nothing remembers anything of, in its `Arc`.
const BARE: usize = size_of::<Doc>() + 2 * size_of::<usize>();

/// Heap per live entry, the anchor or field included and the bare object not: one number. The mean over a doubling of the
/// entries (from 65,536 to 131,072), since tables grow in steps.
pub fn entry_bytes() -> Vec<Figure> {
    fn figure<S: Subject + 'static>() -> Figure {
        Figure::of::<S>("entry", |_| {
            const FROM: usize = 1 << 16;
            const STEP: usize = 1 << 12;
            let mut alive = Vec::with_capacity(2 * FROM);
            let mut readings = Vec::with_capacity(FROM / STEP);
            heap::count();
            let subject = S::new(2 * FROM);
            for seed in 0..2 * FROM {
                let object = S::Object::create(seed as u64, 0);
                subject.call(&object);
                alive.push(object);
                if seed >= FROM && seed % STEP == 0 {
                    readings.push((heap::live() as f64 / alive.len() as f64) - BARE as f64);
                }
            }
            vec![readings.iter().sum::<f64>() / readings.len() as f64]
        })
    }
    on_one_thread!(figure())
}

/// Heap per entry of an extra key, all of one object: one number. The mean over a doubling, as above.
pub fn keyed_entry_bytes() -> Vec<Figure> {
    fn figure<K: Keyed + 'static>() -> Figure {
        Figure::new("keyed entry", K::NAME, K::COLUMN, |_| {
            vec![keyed_entry::<K>((16..32).map(|part| Held { objects: 1, keys: part << 12 }))]
        })
    }
    with_many_keys!(figure())
}

/// The same with four entries on each object, of which what the object grows by is a part.
pub fn keyed_entry_bytes_of_few() -> Vec<Figure> {
    fn figure<K: Keyed + 'static>() -> Figure {
        Figure::new("keyed entry of few", K::NAME, K::COLUMN, |_| {
            vec![keyed_entry::<K>((16..32).map(|part| Held { objects: part << 10, keys: 4 }))]
        })
    }
    with_many_keys!(figure())
}

/// So many objects with so many entries each.
struct Held {
    objects: usize,
    keys: u32,
}

/// The mean of what was on the heap each time.
fn keyed_entry<K: Keyed>(stages: impl ExactSizeIterator<Item = Held>) -> f64 {
    const ROOM: usize = 1 << 18;
    let count = stages.len() as f64;
    let mut alive: Vec<K::Object> = Vec::with_capacity(1 << 16);
    heap::count();
    let store = K::new(ROOM);
    let entry = |Held { objects, keys }| {
        alive.extend((alive.len()..objects).map(|seed| K::Object::create(seed as u64, 0)));
        for object in &alive {
            (0..keys).for_each(|key| _ = store.call(object, key));
        }
        (heap::live() as f64 - (objects * BARE) as f64) / (objects * keys as usize) as f64
    };
    stages.map(entry).sum::<f64>() / count
}

/// Heap while [`CHURNED`] objects go through a window of [`WINDOW`]: with the first window alive, and at the peak. The bare
/// objects are in it; their own figure is `bare`.
pub fn churn_bytes() -> Vec<Figure> {
    fn figure<S: Subject + 'static>() -> Figure {
        Figure::of::<S>("churn", |_| {
            heap::count();
            steady_and_peak(Window::<S>::new(WINDOW), WINDOW as u64, CHURNED - WINDOW as u64)
        })
    }
    let mut figures = vec![figure::<Bare>()];
    figures.extend(through_lives!(figure()));
    figures
}

/// Heap of ours while objects of 64 KiB go through a window of 100, beside a million small ones that are alive and remembered:
/// with the first window alive and at the peak, in both the small ones not counted.
pub fn large_bytes() -> Vec<Figure> {
    fn figure<S: Subject + 'static, Small: Subject + 'static>() -> Figure {
        Figure::of::<S>("large", |_| {
            let _small = Warm::<Small>::new(1_000_000, 0);
            heap::count();
            steady_and_peak(Window::<S>::new(100), 100, 20_000)
        })
    }
    vec![
        figure::<LargeOwnLent, OwnLent>(),
        figure::<LargeOwnCloned, OwnCloned>(),
        figure::<LargeArcLent, ArcLent>(),
        figure::<LargeArcCloned, ArcCloned>(),
    ]
}

fn steady_and_peak<S: Subject>(mut window: Window<S>, first: u64, more: u64) -> Vec<f64> {
    window.send(first);
    let steady = heap::live();
    heap::restart_peak();
    window.send(more);
    vec![steady as f64, heap::peak() as f64]
}

/// Heap after each of [`READINGS`] equal parts of the objects given that go through a window of [`WINDOW`]. What keeps all
/// is among the subjects.
pub fn heap_over_time() -> Vec<Figure> {
    fn figure<S: Subject + 'static>() -> Figure {
        Figure::of::<S>("over time", |objects| {
            heap::count();
            let mut window = Window::<S>::new(WINDOW);
            let part = objects / READINGS as u64;
            let mut readings = Vec::with_capacity(READINGS);
            for _ in 0..READINGS {
                window.send(part);
                readings.push(heap::live() as f64);
            }
            readings
        })
    }
    over_time!(figure())
}
