//! A map, everything that can be asked of it, a few things in it, and what must hold of it in the end.

use std::sync::{Arc, Mutex};

use crate::things::{Place, Thing, Things};

pub(super) type Op<S> = (&'static str, fn(&World<S>));

pub(super) trait Subject: Sized + Send + Sync + 'static {
    const OPS: &'static [Op<Self>];
    fn empty() -> Self;
    /// Puts an object in, if it is not there.
    fn put(&self, things: &Things, object: &Arc<Thing>);
    /// Takes it out.
    fn take(&self, things: &Things, object: &Arc<Thing>);
    /// The numbers of the living.
    fn numbers(&self) -> Vec<u32>;
    /// How many live, and how many there are.
    fn counts(&self) -> (usize, usize);
}

/// A map with three living entries, one of which may die, and a dead one.
pub(super) struct World<S> {
    pub(super) map: S,
    pub(super) things: Things,
    /// In the map from the beginning.
    pub(super) here: Arc<Thing>,
    pub(super) other: Arc<Thing>,
    /// Not in it.
    pub(super) new: Arc<Thing>,
    /// In it, and not for ever.
    pub(super) mortal: Mutex<Option<Arc<Thing>>>,
}

pub(super) const DEAD: u32 = 9;

impl<S: Subject> World<S> {
    pub(super) fn new() -> Self {
        let things = Things::default();
        let [here, other, new, mortal, dead] = [1, 2, 3, 4, DEAD].map(|number| things.object(number));
        let world = Self { map: S::empty(), things, here, other, new, mortal: Mutex::new(Some(Arc::clone(&mortal))) };
        for object in [&world.here, &dead, &world.other, &mortal] {
            world.map.put(&world.things, object);
        }
        drop(dead);
        world
    }

    pub(super) fn closure(&self) {
        self.things.trap.pass(Place::Closure);
    }

    pub(super) fn kill(&self) {
        let mortal = self.mortal.lock().expect("nothing panics under it").take();
        drop(mortal);
    }
}

/// The map works, its numbers agree, nobody is kept alive; and when it is dropped, nothing is left.
pub(super) fn audit<S: Subject>(world: Arc<World<S>>) {
    let world = Arc::into_inner(world).expect("nobody else has it");
    let World { map, things, here, other, new, mortal } = world;
    let mut there = map.numbers();
    there.sort_unstable();
    let unique = there.windows(2).all(|two| two[0] != two[1]);
    assert!(unique && !there.contains(&DEAD), "{there:?}");
    let (len, stored) = map.counts();
    assert!(len == there.len() && stored >= len, "{len} of {stored}: {there:?}");
    for object in [&here, &other, &new] {
        assert_eq!(Arc::strong_count(object), 1, "of {object:?}");
        map.take(&things, object);
        map.put(&things, object);
        assert_eq!(map.numbers().iter().filter(|number| **number == object.number).count(), 1);
        assert_eq!(Arc::strong_count(object), 1, "of {object:?}");
    }
    drop((here, other, new, mortal));
    assert_eq!(map.counts().0, 0);
    drop(map);
    assert_eq!(things.tally.alive(), 0, "of {}", things.tally.made());
}
