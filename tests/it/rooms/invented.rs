//! Small invented packages: what is wrong in them is found, and what is right is let be.

use crate::house::{House, Seen, crowded};
use crate::sources::Sources;

const HOUSE: House = House {
    package: "invented",
    folder: "src",
    rooms: &[("low", "the ground"), ("high", "what stands on it"), ("lib", "the face")],
    in_rooms: true,
    guide: None,
};

/// What is wrong with a package of these two files, which may be a `mod.rs` each.
fn wrong(low: (&str, &str), high: (&str, &str), more: &[(&str, &str)]) -> String {
    let files = [&[("src/lib.rs", "mod high;\nmod low;"), low, high], more].concat();
    wrong_in(&HOUSE, &files)
}

fn wrong_in(house: &House, files: &[(&str, &str)]) -> String {
    let sources = Sources::invented(files);
    Seen::new(house, &sources, Some(("invented", "src/lib.rs")), &[]).wrong().join("\n")
}

/// One arrow against the order, from the first line of `src/low.rs`.
fn is_backwards(low: &str, path: &str) {
    let wrong = wrong(("src/low.rs", low), ("src/high.rs", "pub(crate) struct High;\npub(crate) fn go() {}"), &[]);
    let told = format!("src/low.rs:1 imports `{path}`, which is in src/high.rs");
    assert!(wrong.contains(&told) && wrong.contains("room `low` comes before `high`"), "{low}: {wrong}");
}

fn is_right(low: &str, high: &str) {
    assert_eq!(wrong(("src/low.rs", low), ("src/high.rs", high), &[]), "", "{low} {high}");
}

#[test]
fn an_import_from_a_later_room_is_found_however_it_is_written() {
    is_backwards("use crate::high::High;", "crate::high::High");
    is_backwards("use crate::{high::{self, High}};", "crate::high::High");
    is_backwards("use super::high::High as Other;", "super::high::High");
    is_backwards("pub(crate) use crate::high::High;", "crate::high::High");
    is_backwards("use crate::high; fn f() { high::go() }", "high::go");
    is_backwards("use crate::high::*; fn f() { go() }", "go");
    is_backwards("fn f() { use crate::high::High; }", "crate::high::High");
    is_backwards("fn f() { super::high::go(); }", "super::high::go");
    is_backwards("fn f(_: Vec<crate::high::High>) {}", "crate::high::High");
    is_backwards("fn f(x: u8) { match x { crate::high::High => {} } }", "crate::high::High");
    is_backwards("mod inner { use super::super::high::High; }", "super::super::high::High");
    is_backwards("fn f() { println!(\"{}\", [crate::high::go()].len()); }", "crate::high::go");
    is_backwards("macro_rules! m { () => { $crate::high::go() } }", "crate::high::go");
    is_backwards("#[derive(Clone)] #[made(by = crate::high::go)] struct S;", "crate::high::go");
    is_backwards("#[cfg(not(test))] use crate::high::High;", "crate::high::High");
    is_backwards("fn f() { invented::high::go() }", "invented::high::go");
}

#[test]
fn what_is_no_import_is_let_be() {
    let high = "use crate::low::Low; pub(crate) struct High;";
    for low in [
        "pub(crate) struct Low;",
        "pub(crate) struct Low; #[cfg(test)] mod tests { use crate::high::High; }",
        "pub(crate) struct Low; #[cfg(all(test, windows))] use crate::high::High;",
        "pub(crate) struct Low; impl Low { #[cfg(test)] fn f() { crate::high::go() } }",
        "pub(crate) struct Low; struct Mine { pub(in crate::high) field: u8 }",
        "pub(crate) struct Low; fn f(high: u8) -> u8 { high }",
        "pub(crate) struct Low; fn f() { quote!(crate::high::High); }",
        "pub(crate) struct Low; fn f() { ::high::go() }",
        "/// See [`High`](crate::high::High).\npub(crate) struct Low;",
    ] {
        is_right(low, high);
    }
}

#[test]
fn two_files_that_import_each_other_are_a_circle() {
    let beside = [
        ("src/low/a.rs", "\nuse super::b::B; pub(crate) struct A;"),
        ("src/low/b.rs", "pub(crate) struct B;\n\nfn f(_: super::a::A) {}"),
    ];
    let wrong = wrong(("src/low/mod.rs", "mod a; mod b;"), ("src/high.rs", ""), &beside);
    assert!(wrong.contains("src/low/a.rs:2 imports `super::b::B`, which is in src/low/b.rs"), "{wrong}");
    assert!(wrong.contains("src/low/b.rs:3 imports `super::a::A`, which is in src/low/a.rs"), "{wrong}");
    assert!(wrong.contains("go round in a circle"), "{wrong}");
}

#[test]
fn a_circle_of_three_is_told_with_the_files_that_hang_on_it() {
    let beside = [
        ("src/low/a.rs", "use super::b::B; pub(crate) struct A;"),
        ("src/low/b.rs", "use super::c::C; pub(crate) struct B;"),
        ("src/low/c.rs", "use super::a::A; use super::d::D; pub(crate) struct C;"),
        ("src/low/d.rs", "use super::e::E; pub(crate) struct D;"),
        ("src/low/e.rs", "use super::f::F; pub(crate) struct E;"),
        ("src/low/f.rs", "use super::c::C; pub(crate) struct F;"),
    ];
    let wrong = wrong(("src/low/mod.rs", "mod a; mod b; mod c; mod d; mod e; mod f;"), ("src/high.rs", ""), &beside);
    assert!(wrong.contains("3 more files hang on this circle"), "{wrong}");
    assert_eq!(wrong.matches(" imports ").count(), 3, "{wrong}");
}

#[test]
fn a_facade_hides_no_arrow() {
    let facade = ("src/high/mod.rs", "mod deep; pub(crate) use deep::Deep; pub(crate) use deep::*;");
    let deep = [("src/high/deep.rs", "pub(crate) struct Deep; pub(crate) struct Deeper;")];
    for (low, name) in [("use crate::high::Deep;", "Deep"), ("use crate::high::Deeper;", "Deeper")] {
        let wrong = wrong(("src/low.rs", low), facade, &deep);
        let told = format!("src/low.rs:1 imports `crate::high::{name}`, which is in src/high/deep.rs");
        assert!(wrong.contains(&told), "{wrong}");
    }
}

#[test]
fn a_circle_through_a_facade_is_found() {
    let beside = [
        ("src/low/a.rs", "use super::B; pub(crate) struct A;"),
        ("src/low/b.rs", "use crate::low::A; pub(crate) struct B;"),
    ];
    let facade = ("src/low/mod.rs", "mod a; mod b; pub(crate) use a::A; pub(crate) use b::B;");
    let wrong = wrong(facade, ("src/high.rs", ""), &beside);
    assert!(wrong.contains("src/low/a.rs:1 imports `super::B`, which is in src/low/b.rs"), "{wrong}");
}

#[test]
fn a_facade_that_gives_out_what_is_below_it_is_in_no_circle() {
    let beside = [("src/low/a.rs", "pub(crate) struct A;"), ("src/low/b.rs", "use super::A; pub(crate) struct B;")];
    let facade = ("src/low/mod.rs", "mod a; mod b; pub(crate) use a::A; pub(crate) use b::B;");
    assert_eq!(wrong(facade, ("src/high.rs", ""), &beside), "");
}

#[test]
fn what_a_mod_rs_defines_for_a_child_that_it_uses_closes_a_circle() {
    let child = [("src/low/a.rs", "pub(crate) fn f(_: super::Shared) {}")];
    let uses = [
        "mod a; struct Shared; fn g() { a::f(Shared) }",
        "mod a; pub(crate) use a::f; struct Shared; fn g() { f(Shared) }",
    ];
    for parent in uses {
        let wrong = wrong(("src/low/mod.rs", parent), ("src/high.rs", ""), &child);
        assert!(wrong.contains("src/low/a.rs:1 imports `super::Shared`, which is in src/low/mod.rs"), "{wrong}");
    }
    assert_eq!(wrong(("src/low/mod.rs", "mod a; struct Shared;"), ("src/high.rs", ""), &child), "");
}

#[test]
fn names_that_a_macro_makes_and_names_of_other_crates_are_where_they_are_given_out() {
    for high in ["thread_local! { pub(crate) static MADE: u8 = 0; }", "pub(crate) use std::sync::Mutex as MADE;"] {
        let wrong = wrong(("src/low.rs", "use crate::high::MADE;"), ("src/high.rs", high), &[]);
        assert!(wrong.contains("src/low.rs:1 imports `crate::high::MADE`, which is in src/high.rs"), "{wrong}");
    }
}

#[test]
fn a_macro_without_an_import_is_an_arrow_to_where_it_is_defined() {
    let lib = "#[macro_use] mod high; mod low;";
    let high = "macro_rules! made { () => {} }";
    let wrong = wrong_in(&HOUSE, &[("src/lib.rs", lib), ("src/high.rs", high), ("src/low.rs", "made!();")]);
    assert!(wrong.contains("src/low.rs:1 imports `made`, which is in src/high.rs"), "{wrong}");
}

#[test]
fn a_macro_that_is_exported_is_where_it_is_written_and_what_it_says_elsewhere_is_no_import() {
    let exported = "#[macro_export] macro_rules! made { () => { $crate::high::High } }";
    let files = [("src/lib.rs", "mod high; mod low;"), ("src/low.rs", exported), ("src/high.rs", "use crate::made;")];
    assert_eq!(wrong_in(&HOUSE, &files), "");
    let files = [("src/lib.rs", "mod high; mod low;"), ("src/high.rs", exported), ("src/low.rs", "crate::made!();")];
    assert!(wrong_in(&HOUSE, &files).contains("src/low.rs:1 imports `crate::made`, which is in src/high.rs"));
}

#[test]
fn a_derive_that_is_given_out_beside_a_trait_of_that_name_makes_nobody_its_importer() {
    let lib = "mod high; mod low; pub use low::Low; pub use macros::Low;";
    let files = [("src/lib.rs", lib), ("src/low.rs", "pub trait Low {}"), ("src/high.rs", "use crate::Low;")];
    assert_eq!(wrong_in(&HOUSE, &files), "");
}

#[test]
fn a_file_that_is_declared_elsewhere_is_found_by_its_path() {
    let low = ("src/low.rs", "#[path = \"../other/place.rs\"] mod elsewhere;");
    let wrong = wrong(low, ("src/high.rs", ""), &[("other/place.rs", "")]);
    assert!(wrong.contains("other/place.rs is in no room"), "{wrong}");
}

#[test]
fn imports_that_go_round_in_a_circle_end() {
    is_right("pub(crate) use crate::high::High as Low;".replace("crate::high::High", "self::Low").as_str(), "");
}

#[test]
fn files_without_a_room_and_rooms_without_a_file_are_told() {
    let wrong = wrong_in(&HOUSE, &[("src/lib.rs", "mod low; mod new;"), ("src/low.rs", ""), ("src/new.rs", "")]);
    assert!(wrong.contains("src/new.rs is in no room of invented"), "{wrong}");
    assert!(wrong.contains("nothing is in the room `high` of invented"), "{wrong}");
}

#[test]
fn the_list_for_readers_has_the_rooms_in_their_order() {
    let house = House { guide: Some("src/lib.rs"), ..HOUSE };
    let told = |list: &str| {
        let lib =
            format!("//! # What\n//!\n//! * `other`\n//!\n//! # Where things are\n//!\n{list}\n\nmod high; mod low;");
        let files = [("src/lib.rs", lib.as_str()), ("src/low/mod.rs", ""), ("src/high/mod.rs", "")];
        wrong_in(&house, &files)
    };
    assert_eq!(
        told("//! * `low/`: the ground, not `high`\n//! * `high`: above\n//!\n//! # More\n//!\n//! * `other`"),
        ""
    );
    assert_eq!(told("//! 1. `low`: the ground\n//! 2. `high`: above"), "");
    assert_eq!(told("//! | room | what |\n//! |---|---|\n//! | `low` | the ground |\n//! | `high` | above |"), "");
    for list in ["", "//! * `high`: above\n//! * `low`: the ground", "//! * `low`: the ground"] {
        assert!(told(list).contains("the rooms are [\"low\", \"high\"]"), "{list}");
    }
}

#[test]
fn thirteen_files_beside_each_other_need_a_reason_and_twelve_have_none() {
    let files = |count: usize| (0..count).map(|file| format!("src/f{file}.rs")).collect::<Vec<_>>();
    let told = |count: usize, reasons: &[(&str, &str)]| {
        let files = files(count);
        let files: Vec<_> = files.iter().map(|file| (file.as_str(), "")).collect();
        crowded(&Sources::invented(&files), reasons).join("\n")
    };
    assert_eq!((told(12, &[]), told(13, &[("src", "why not")])), (String::new(), String::new()));
    assert!(told(13, &[]).contains("src holds 13 files beside each other"));
    assert!(told(12, &[("src", "why not")]).contains("is not: take it from there"));
    let below: Vec<_> = files(13).iter().map(|file| file.replace("src/", "src/deep/")).collect();
    let below: Vec<_> = below.iter().map(|file| (file.as_str(), "")).collect();
    assert!(crowded(&Sources::invented(&below), &[("src", "programs")]).is_empty());
}
