//! What is true of a package whose files live in rooms, and what is wrong where it is not.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use crate::arrows::{Arrows, Place, arrows};
use crate::knots::{Knot, knots};
use crate::modules::Modules;
use crate::sources::Sources;

/// A package, and the order of its rooms.
pub(crate) struct House {
    pub(crate) package: &'static str,
    /// Where its rooms are.
    pub(crate) folder: &'static str,
    /// From the ground up: each file imports from its own room and from those before it. A room is a folder or a file, by its
    /// path without `.rs`; of two that a file lies in, the inner one is its own. With what it is for.
    pub(crate) rooms: &'static [(&'static str, &'static str)],
    /// Whether all of it holds already. What does not is printed by the test `the_arrows_of_all_packages`.
    pub(crate) in_rooms: bool,
    /// The file that lists the rooms for a reader, under "Where things are".
    pub(crate) guide: Option<&'static str>,
}

/// A house as it stands.
pub(crate) struct Seen<'a> {
    house: &'a House,
    pub(crate) files: BTreeSet<String>,
    pub(crate) arrows: Arrows,
    guide: Option<&'a str>,
}

impl<'a> Seen<'a> {
    /// `roots`: what its targets begin with.
    pub(crate) fn new(house: &'a House, sources: &'a Sources, library: Option<(&str, &str)>, roots: &[&str]) -> Self {
        let mut modules = Modules::default();
        modules.library = library.map(|(name, root)| (name.to_owned(), modules.add(sources, root)));
        for root in roots {
            modules.add(sources, root);
        }
        let files = modules.all.iter().map(|module| module.file.clone()).collect();
        let guide = house.guide.map(|guide| sources.text(guide).expect("the guide is there"));
        Self { house, files, arrows: arrows(&modules), guide }
    }

    /// All that is wrong, each in words.
    pub(crate) fn wrong(&self) -> Vec<String> {
        let mut wrong = self.without_a_room();
        wrong.extend(self.backwards().map(|(arrow, places)| self.says_backwards(arrow, places)));
        wrong.extend(self.knots().iter().map(|knot| self.says_knot(knot)));
        wrong.extend(self.guide.and_then(|guide| self.wrong_guide(guide)));
        wrong
    }

    /// The room of a file, by its number in the order.
    fn room(&self, file: &str) -> Option<usize> {
        let path = file.strip_prefix(self.house.folder)?.strip_prefix('/')?.strip_suffix(".rs")?;
        let is_in = |room: &str| path.strip_prefix(room).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        let rooms = self.house.rooms.iter().enumerate().filter(|(_, (room, _))| is_in(room));
        rooms.max_by_key(|(_, (room, _))| room.len()).map(|(number, _)| number)
    }

    fn name_of_room(&self, file: &str) -> &str {
        self.room(file).map_or("no room", |room| self.house.rooms[room].0)
    }

    fn without_a_room(&self) -> Vec<String> {
        let House { package, rooms, .. } = self.house;
        let homeless = self.files.iter().filter(|file| self.room(file).is_none()).map(|file| {
            format!(
                "{file} is in no room of {package}: put it into one, or name a new one, with its place in the order and what \
                 it is for, in tests/it/rooms/houses.rs"
            )
        });
        let lived_in: BTreeSet<_> = self.files.iter().filter_map(|file| self.room(file)).collect();
        let empty = rooms.iter().enumerate().filter(|(room, _)| !lived_in.contains(room));
        let empty = empty.map(|(_, (room, _))| {
            format!("nothing is in the room `{room}` of {package}: take it from the order in tests/it/rooms/houses.rs")
        });
        homeless.chain(empty).collect()
    }

    /// The arrows against the order.
    pub(crate) fn backwards(&self) -> impl Iterator<Item = (&(String, String), &BTreeSet<Place>)> {
        self.arrows.iter().filter(|((from, to), _)| self.room(from).zip(self.room(to)).is_some_and(|(a, b)| a < b))
    }

    /// The files that cannot be told apart by order.
    pub(crate) fn knots(&self) -> Vec<Knot> {
        knots(self.arrows.keys().map(|(from, to)| (from.as_str(), to.as_str())))
    }

    fn says_backwards(&self, (from, to): &(String, String), places: &BTreeSet<Place>) -> String {
        let (room, later) = (self.name_of_room(from), self.name_of_room(to));
        let mut text = String::new();
        for Place { line, path } in places {
            writeln!(text, "{from}:{line} imports `{path}`, which is in {to}").expect("written to memory");
        }
        text + &format!(
            "    why it is wrong: room `{room}` comes before `{later}`, and is to be read, tested and changed without it\n    \
             what to do: move what both need down to a room that both may use, or let `{room}` declare a trait or take a \
             function that `{later}` fills in"
        )
    }

    fn says_knot(&self, knot: &Knot) -> String {
        let mut text = String::new();
        for (from, to) in &knot.circle {
            let Place { line, path } = self.arrows[&(from.clone(), to.clone())].first().expect("an arrow has a place");
            writeln!(text, "{from}:{line} imports `{path}`, which is in {to}").expect("written to memory");
        }
        let more = knot.files.len() - knot.circle.len();
        if more > 0 {
            writeln!(text, "    ({more} more files hang on this circle: {})", knot.files.join(", "))
                .expect("written to memory");
        }
        text + "    why it is wrong: these files go round in a circle, and none can be read, tested or changed without the others\n    \
                what to do: move what two of them share into a file below both, or hand the lower one a function or a trait; what \
                is defined in a `mod.rs` for its children is better off in a file beside them"
    }

    /// The guide lists rooms, each at the beginning of an item or a row, between backticks.
    fn wrong_guide(&self, text: &str) -> Option<String> {
        let guide = self.house.guide?;
        let lines = text.lines().filter(|line| guide.ends_with(".md") || line.starts_with("//!"));
        let lines = lines.map(|line| line.trim_start_matches("//!").trim());
        let section = lines.skip_while(|line| !(line.starts_with('#') && line.ends_with("Where things are"))).skip(1);
        let rows = section.take_while(|line| !line.starts_with('#')).filter_map(|line| {
            let begins = line.trim_start_matches(|c: char| c.is_ascii_digit());
            let row = begins.strip_prefix(['*', '-', '|', '.'])?.trim_start().strip_prefix('`')?;
            row.split_once('`').map(|(name, _)| name.trim_end_matches('/'))
        });
        let (listed, rooms): (Vec<&str>, Vec<&str>) =
            (rows.collect(), self.house.rooms.iter().map(|(room, _)| *room).collect());
        // What stands at the root is no room to a reader.
        let is_folder =
            |room: &&str| self.files.iter().any(|file| file.starts_with(&format!("{}/{room}/", self.house.folder)));
        let rooms: Vec<&str> = rooms.into_iter().filter(is_folder).collect();
        (listed != rooms).then(|| {
            format!(
                "{guide} lists, under \"Where things are\", {listed:?}, but the rooms are {rooms:?}: a reader goes by that list. \
                 Each room is one item, in this order, and begins with its name between backticks"
            )
        })
    }

    /// All arrows, and what is against the order.
    pub(crate) fn print(&self) {
        let House { package, in_rooms, .. } = self.house;
        println!("\n# {package}{}\n", if *in_rooms { ", in rooms" } else { ", not in rooms yet" });
        let mut by_file: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        for ((from, to), places) in &self.arrows {
            let places: Vec<_> = places.iter().map(|Place { line, path }| format!("{line} {path}")).collect();
            by_file.entry(from).or_default().push(format!("{to} ({})", places.join(", ")));
        }
        for file in &self.files {
            println!("{file} [{}]", self.name_of_room(file));
            by_file.get(file.as_str()).into_iter().flatten().for_each(|arrow| println!("    -> {arrow}"));
        }
        let knots = self.knots();
        let sizes: Vec<usize> = knots.iter().map(|knot| knot.files.len()).collect();
        println!(
            "\n{package}: {} files, {} arrows, {} against the order, knots of {sizes:?} files",
            self.files.len(),
            self.arrows.len(),
            self.backwards().count()
        );
        for ((from, to), places) in self.backwards() {
            let places: Vec<_> = places.iter().map(|Place { line, path }| format!("{line} {path}")).collect();
            let (room, later) = (self.name_of_room(from), self.name_of_room(to));
            println!("    against the order, {room} -> {later}: {from} -> {to} ({})", places.join(", "));
        }
        for knot in &knots {
            println!("    knot of {}: {}", knot.files.len(), knot.files.join(", "));
            for (from, to) in &knot.inside {
                println!("        {from} -> {to}");
            }
        }
    }
}

/// More files than that beside each other are too many to see at a glance.
const BESIDE_EACH_OTHER: usize = 12;

/// The folders that hold too many files, but for those that have a reason, also one for a folder around them.
pub(crate) fn crowded(sources: &Sources, reasons: &[(&str, &str)]) -> Vec<String> {
    let mut folders: BTreeMap<&str, usize> = BTreeMap::new();
    for file in sources.files() {
        let (folder, _) = file.rsplit_once('/').expect("a file lies in a folder");
        *folders.entry(folder).or_default() += 1;
    }
    folders.retain(|_, files| *files > BESIDE_EACH_OTHER);
    let covers = |reason: &str, folder: &str| {
        folder.strip_prefix(reason).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    let excused = |folder: &str| reasons.iter().any(|(reason, _)| covers(reason, folder));
    let crowded = folders.iter().filter(|(folder, _)| !excused(folder)).map(|(folder, files)| {
        format!(
            "{folder} holds {files} files beside each other, more than {BESIDE_EACH_OTHER}: group them in folders by what they \
             are about, or say in tests/it/rooms/houses.rs why it is right"
        )
    });
    let idle =
        reasons.iter().filter(|(reason, _)| !folders.keys().any(|folder| covers(reason, folder))).map(|(folder, _)| {
            format!("{folder} has a reason to be crowded in tests/it/rooms/houses.rs, and is not: take it from there")
        });
    crowded.chain(idle).collect()
}
