//! Rooms, and the direction of arrows: a file imports from its own room and from those before it in the order of `houses.rs`, and
//! no files import each other. What is wrong is told with the line, and with what to do.
//!
//! `cargo test --locked -p memo-tests --test rooms -- --ignored --nocapture` prints who imports whom, the arrows against the order, and
//! the knots, also of packages that are not in rooms yet.
//!
//! Looked at are the paths of the source: in `use`, in expressions, types and patterns, in the tokens of macros. A method that
//! is called on a value is no import.

mod arrows;
mod house;
mod houses;
mod invented;
mod knots;
mod modules;
mod sources;
mod targets;

use house::{House, Seen, crowded};
use houses::{CROWDED, HOUSES};
use sources::Sources;
use targets::Targets;

fn look(house: &House, then: impl FnOnce(&Seen<'_>)) {
    let Targets { library, others } = Targets::of(house.package);
    let sources = Sources::below(house.folder).with(house.guide);
    let library = library.as_ref().map(|(name, root)| (name.as_str(), root.as_str()));
    then(&Seen::new(house, &sources, library, &others.iter().map(String::as_str).collect::<Vec<_>>()));
}

#[test]
fn no_file_imports_from_a_later_room_and_none_in_a_circle() {
    let mut wrong = Vec::new();
    for house in HOUSES.iter().filter(|house| house.in_rooms) {
        look(house, |seen| wrong.extend(seen.wrong()));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn no_folder_holds_more_files_than_one_sees_at_a_glance() {
    let mut wrong = Vec::new();
    for house in HOUSES.iter().filter(|house| house.in_rooms) {
        let reasons: Vec<_> = CROWDED.iter().copied().filter(|(folder, _)| folder.starts_with(house.folder)).collect();
        wrong.extend(crowded(&Sources::below(house.folder), &reasons));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
#[ignore = "it prints who imports whom and checks nothing: `cargo test --locked -p memo-tests --test rooms -- --ignored --nocapture`"]
fn the_arrows_of_all_packages() {
    for house in HOUSES {
        look(house, |seen| seen.print());
    }
}
