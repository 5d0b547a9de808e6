//! Commands, the objects they are about, and the list that says what must come of them.

use memo_tests::Tally;

use super::handles::Handle;

pub(super) const SLOTS: usize = 12;
const VALUES: u32 = 4;

/// What is done, to the object in a slot.
#[derive(Clone, Copy, Debug)]
pub(super) enum Command {
    /// A new object, in the place of the one that was there.
    Make(usize),
    CloneHandle(usize),
    /// Drops a strong handle.
    Forget(usize),
    ForgetAll(u16),
    Insert(usize, u32),
    Get(usize),
    Update(usize, u32),
    GetOrInsert(usize, u32),
    Remove(usize),
    /// Keeps those of the slots in the mask.
    Retain(u16),
    Sweep,
    Clear,
    Iterate,
    /// A handle goes in the middle of it.
    IterateAndForget(usize),
    Reserve(usize),
    Shrink,
    Extend(u16, u32),
    /// A clone of the map, and set operations with it once those of the mask are taken out of it.
    Beside(u16),
    /// Ends the map, and begins with an empty one.
    Renew,
}

impl Command {
    pub(super) fn any(random: &mut fastrand::Rng) -> Self {
        let slot = random.usize(..SLOTS);
        let value = random.u32(..VALUES);
        let mask = random.u16(..);
        match random.u32(..100) {
            0..14 => Self::Make(slot),
            14..18 => Self::CloneHandle(slot),
            18..30 => Self::Forget(slot),
            30..31 => Self::ForgetAll(mask),
            31..55 => Self::Insert(slot, value),
            55..65 => Self::Get(slot),
            65..70 => Self::Update(slot, value),
            70..78 => Self::GetOrInsert(slot, value),
            78..85 => Self::Remove(slot),
            85..87 => Self::Retain(mask | random.u16(..)),
            87..89 => Self::Sweep,
            89..90 => Self::Clear,
            90..92 => Self::Iterate,
            92..94 => Self::IterateAndForget(slot),
            94..95 => Self::Reserve(slot * slot * 10),
            95..96 => Self::Shrink,
            96..97 => Self::Extend(mask, value),
            97..99 => Self::Beside(mask),
            _ => Self::Renew,
        }
    }
}

/// A map or set, as a map from objects to numbers.
pub(super) trait Kind: Sized {
    type Handle: Handle;
    /// Whether values are kept; else all are 0.
    const VALUES: bool;
    fn new(tally: &Tally) -> Self;
    fn insert(&mut self, object: &Self::Handle, value: u32) -> Option<u32>;
    fn get(&mut self, object: &Self::Handle) -> Option<u32>;
    fn update(&mut self, object: &Self::Handle, change: impl Fn(u32) -> u32) -> Option<u32>;
    fn get_or_insert(&mut self, object: &Self::Handle, value: u32) -> u32;
    /// `None`: it cannot be taken out by itself.
    fn remove(&mut self, object: &Self::Handle) -> Option<Option<u32>>;
    /// `false`: there is no such thing.
    fn retain(&mut self, keep: impl Fn(u32) -> bool) -> bool;
    fn sweep(&mut self) -> usize;
    /// How many there were, if it says so.
    fn clear(&mut self) -> Option<usize>;
    /// The entries, one after the other.
    fn each(&self, act: impl FnMut(u32, u32));
    /// How many live, how many there are, for how many there is room.
    fn counts(&self) -> [usize; 3];
    fn reserve(&mut self, more: usize);
    fn shrink(&mut self);
    fn extend(&mut self, all: Vec<(Self::Handle, u32)>);
    /// Looks at a clone, without those of these objects; `there` are the numbers of those in the map.
    fn beside(&self, without: &[Self::Handle], there: &[u32]);
}

/// The number of an object says in which slot it was made, and as which.
pub(super) fn slot_of(number: u32) -> usize {
    number as usize % SLOTS
}

struct World<K: Kind> {
    tally: Tally,
    map: K,
    handles: [Vec<K::Handle>; SLOTS],
    made: u32,
    /// What the map should hold: a value for each slot.
    list: [Option<u32>; SLOTS],
    /// How many dead it may still hold.
    dead: usize,
}

pub(super) fn run<K: Kind>(commands: &[Command]) {
    let tally = Tally::new();
    let mut world = World::<K> {
        map: K::new(&tally),
        tally: tally.clone(),
        handles: [const { Vec::new() }; SLOTS],
        made: 0,
        list: [None; SLOTS],
        dead: 0,
    };
    for command in commands {
        world.carry_out(*command);
        world.check();
    }
    drop(world);
    assert_eq!(tally.alive(), 0, "of {} made", tally.made());
}

impl<K: Kind> World<K> {
    fn carry_out(&mut self, command: Command) {
        match command {
            Command::Make(slot) => {
                self.forget_all(slot);
                let number = self.made * SLOTS as u32 + slot as u32;
                self.made += 1;
                self.handles[slot].push(K::Handle::make(number, &self.tally));
            }
            Command::CloneHandle(slot) => {
                let handle = self.handles[slot].last().cloned();
                self.handles[slot].extend(handle);
            }
            Command::Forget(slot) => self.forget(slot),
            Command::ForgetAll(mask) => self.slots(mask).for_each(|slot| self.forget_all(slot)),
            Command::Insert(slot, value) => {
                let Some(object) = self.handles[slot].last() else { return };
                let value = if K::VALUES { value } else { 0 };
                assert_eq!(self.map.insert(object, value), self.list[slot], "what was there");
                self.list[slot] = Some(value);
            }
            Command::Get(slot) => {
                let Some(object) = self.handles[slot].last() else { return };
                assert_eq!(self.map.get(object), self.list[slot]);
            }
            Command::Update(slot, add) => {
                let Some(object) = self.handles[slot].last() else { return };
                let change = |old: u32| if K::VALUES { (old + add) % VALUES } else { 0 };
                let expected = self.list[slot].map(change);
                assert_eq!(self.map.update(object, change), expected);
                self.list[slot] = expected;
            }
            Command::GetOrInsert(slot, value) => {
                let Some(object) = self.handles[slot].last() else { return };
                let value = self.list[slot].unwrap_or(if K::VALUES { value } else { 0 });
                assert_eq!(self.map.get_or_insert(object, value), value);
                self.list[slot] = Some(value);
            }
            Command::Remove(slot) => {
                let Some(object) = self.handles[slot].last() else { return };
                if let Some(removed) = self.map.remove(object) {
                    assert_eq!(removed, self.list[slot].take());
                }
            }
            Command::Retain(mask) => {
                if self.map.retain(|number| mask & (1 << slot_of(number)) != 0) {
                    self.slots(!mask).for_each(|slot| self.list[slot] = None);
                    self.dead = 0;
                }
            }
            Command::Sweep => {
                let swept = self.map.sweep();
                assert!(swept <= self.dead, "{swept} of {}", self.dead);
                self.dead = 0;
            }
            Command::Clear => {
                let living = self.living();
                if let Some(cleared) = self.map.clear() {
                    assert!((living..=living + self.dead).contains(&cleared), "{cleared}");
                }
                (self.list, self.dead) = ([None; SLOTS], 0);
            }
            Command::Iterate => self.iterate(),
            Command::IterateAndForget(slot) => self.iterate_and_forget(slot),
            Command::Reserve(more) => {
                let stored = self.map.counts()[1];
                self.map.reserve(more);
                // A shared map has room in each of its parts.
                assert!(self.map.counts()[2] >= more.max(stored));
            }
            Command::Shrink => {
                self.map.shrink();
                self.dead = 0;
                assert!(self.map.counts()[2] <= 16 * 6 + 4 * SLOTS, "{:?}", self.map.counts());
            }
            Command::Extend(mask, value) => {
                let value = if K::VALUES { value } else { 0 };
                let alive = self.slots(mask).filter(|slot| !self.handles[*slot].is_empty());
                let alive: Vec<_> = alive.collect();
                self.map.extend(alive.iter().map(|slot| (self.handles[*slot][0].clone(), value)).collect());
                alive.into_iter().for_each(|slot| self.list[slot] = Some(value));
            }
            Command::Beside(mask) => {
                let without: Vec<_> = self.slots(mask).flat_map(|slot| self.handles[slot].last()).cloned().collect();
                let there: Vec<_> = self.there().into_iter().map(|(number, _)| number).collect();
                self.map.beside(&without, &there);
            }
            Command::Renew => {
                self.map = K::new(&self.tally);
                (self.list, self.dead) = ([None; SLOTS], 0);
            }
        }
    }

    fn slots(&self, mask: u16) -> impl Iterator<Item = usize> + use<K> {
        (0..SLOTS).filter(move |slot| mask & (1 << slot) != 0)
    }

    fn forget(&mut self, slot: usize) {
        let last = self.handles[slot].pop();
        if last.is_some() && self.handles[slot].is_empty() && self.list[slot].take().is_some() {
            self.dead += 1;
        }
    }

    fn forget_all(&mut self, slot: usize) {
        while !self.handles[slot].is_empty() {
            self.forget(slot);
        }
    }

    fn living(&self) -> usize {
        self.list.iter().flatten().count()
    }

    /// The entries that should be there.
    fn there(&self) -> Vec<(u32, u32)> {
        let all = self.list.iter().zip(&self.handles);
        let mut all: Vec<_> = all.filter_map(|(value, handles)| Some((handles.last()?.number(), (*value)?))).collect();
        all.sort_unstable();
        all
    }

    fn iterate(&self) {
        let mut seen = Vec::new();
        self.map.each(|number, value| seen.push((number, value)));
        seen.sort_unstable();
        assert_eq!(seen, self.there());
    }

    /// 77: one dies in the middle, which is seen or is not.
    fn iterate_and_forget(&mut self, slot: usize) {
        let before = self.there();
        let mut dying = std::mem::take(&mut self.handles[slot]);
        let number = dying.last().map(Handle::number);
        let mut seen = Vec::new();
        self.map.each(|number, value| {
            dying.clear();
            seen.push((number, value));
        });
        if !dying.is_empty() {
            // There was nothing to see.
            self.handles[slot] = dying;
        } else if self.list[slot].take().is_some() {
            self.dead += 1;
        }
        seen.sort_unstable();
        let others = |all: &[(u32, u32)]| {
            let mut all = all.to_vec();
            all.retain(|(there, _)| Some(*there) != number);
            all
        };
        assert_eq!(others(&seen), others(&before));
        assert!(seen.len() <= before.len());
    }

    fn check(&self) {
        let [living, stored, _] = self.map.counts();
        assert_eq!(living, self.living(), "len");
        assert!((living..=living + self.dead).contains(&stored), "{stored} stored, {} dead at most", self.dead);
        for handles in self.handles.iter().filter(|handles| !handles.is_empty()) {
            assert_eq!(handles[0].strong(), handles.len(), "law 3");
        }
        // An object, and a value of it or a key: nothing else is there.
        let alive = self.handles.iter().filter(|handles| !handles.is_empty()).count();
        assert!(self.tally.alive() <= alive + stored, "{} for {alive} and {stored}", self.tally.alive());
    }
}
