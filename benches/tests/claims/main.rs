//! The figures of the pages are those of the recorded tables, and none stands without a claim.

use std::fs;

use memo_benches::claims::{Recorded, filled, pages, unmarked, workspace, wrong};

const PAGE: &str = include_str!("page.md");

fn recorded() -> Recorded {
    Recorded::read(&workspace().join("benches/results")).expect("the results are committed")
}

fn example() -> Recorded {
    let mut recorded = Recorded::default();
    recorded.add("example", include_str!("recorded.md"));
    recorded
}

/// What is found where `old` of the example is `new`.
fn found(old: &str, new: &str) -> String {
    assert!(PAGE.contains(old), "{old}");
    let page = PAGE.replacen(old, new, 1);
    [wrong("page.md", &page, &example()), unmarked("page.md", &page, &example())].concat().join("\n")
}

fn line_of(text: &str) -> usize {
    1 + PAGE.lines().position(|line| line.contains(text)).expect("a line of the example")
}

#[test]
fn the_tables_and_claims_of_the_pages_are_those_of_the_records() {
    let recorded = recorded();
    let wrong: Vec<_> =
        pages().expect("readable").iter().flat_map(|(name, text)| wrong(name, text, &recorded)).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_figure_of_the_pages_has_a_claim() {
    let recorded = recorded();
    let bare: Vec<_> =
        pages().expect("readable").iter().flat_map(|(name, text)| unmarked(name, text, &recorded)).collect();
    assert!(bare.is_empty(), "see benches/README.md, \"Figures in the pages\":\n{}", bare.join("\n"));
}

#[test]
fn the_records_can_be_read() {
    let recorded = recorded();
    for (name, one, other) in [
        ("quick", "hit, 1,024 objects, 1 thread", "cached"),
        ("quick", "hit, 1,024 objects, 1 thread", "field"),
        ("toolbox", "look-up among 1,024, 1 thread", "weak-table"),
        ("toolbox", "a string that is there, 1 thread", "Interner"),
        ("instructions", "instructions of a hit, Arc by reference", "`u64`"),
    ] {
        assert!(recorded.cell(name, one, other).is_ok_and(|number| number > 0.0), "{name}: {one}, {other}");
        assert!(fs::read_to_string(workspace().join(format!("benches/results/{name}.md"))).is_ok());
    }
}

/// Else a label that is misspelt would stay empty for ever.
#[test]
fn what_is_empty_until_it_is_recorded_is_a_row_of_the_programs() {
    const ROWS: &str = include_str!("../../src/report/rows.rs");
    let pages = pages().expect("readable");
    let lines = pages.iter().flat_map(|(_, text)| text.lines());
    for cell in lines.flat_map(|line| line.split(" | ")).filter(|cell| cell.starts_with("? ")) {
        for label in cell.split("[\"").skip(1).filter_map(|rest| rest.split_once("\"]")).map(|(label, _)| label) {
            let is_subject = !label.contains(' ') || label.ends_with(" by clone") || label.ends_with(" by reference");
            let row = label
                .strip_prefix("instructions of a hit with an extra key, ")
                .map_or(label, |_| "instructions of a hit with an extra key, ");
            assert!(ROWS.contains(&format!("\"{row}\"")) || is_subject && row == label, "no row is called `{label}`");
        }
    }
}

#[test]
fn a_cell_that_is_not_recorded_yet_is_empty() {
    let cell = "| [\"heap per live `u64` entry, bytes\"][\"in-object by reference\"], [..][\"in-object by clone\"]";
    assert!(found(cell, &cell.replacen("| [", "| ? [", 1)).is_empty());
    let page = PAGE.replace(cell, "| ? [\"heap of tomorrow\"][\"in-object by clone\"]");
    let page = filled(&page, &example()).expect("its marks are right");
    assert!(page.contains("| bytes | 48 | |"), "{page}");
}

#[test]
fn nothing_is_found_in_a_page_that_is_right() {
    assert_eq!(found("A page", "A page"), "");
    assert_eq!(filled(PAGE, &example()).expect("its marks are right"), PAGE);
}

#[test]
fn a_stale_table_is_found_and_written_anew() {
    let stale = PAGE.replace("**1.2 / 1.8**", "**1.3 / 1.8**").replace("| 107 | |", "| 106 | 2 |");
    let told = wrong("page.md", &stale, &example()).join("\n");
    for line in [line_of("**an anchor inside"), line_of("| bytes | 107")] {
        assert!(told.contains(&format!("page.md:{line}: the table is not what was recorded")), "{told}");
    }
    assert_eq!(filled(&stale, &example()).expect("its marks are right"), PAGE);
}

#[test]
fn a_claim_that_does_not_hold_is_found() {
    let told = found("[..][\"cached\"] ~ 1 / 3", "[..][\"cached\"] ~ 1 / 4");
    let line = line_of("~ 1 / 3");
    assert!(told.contains(&format!("page.md:{line}: `example[")) && told.contains("0.300 ~ 0.250"), "{told}");
    // And the sentence says a third, which no claim does now.
    assert!(told.contains("`a third`"), "{told}");
    assert!(found("by clone\"] ~ 1.8", "by clone\"] < 1.75").contains("1.250 < 1.750 < 1.750"));
    assert!(found("* 100 <= 5", "* 100 <= 3 + 0").contains("4.000 <= 3.000"));
}

#[test]
fn a_figure_that_no_claim_has_is_found_with_its_line_and_what_to_do() {
    for (old, new, figure) in [
        ("1.2 to 1.8 ns", "1.2 to 2.8 ns", "1.2 to 2.8 ns"),
        ("a third", "a quarter", "a quarter"),
        ("a third", "half", "half of"),
        ("5 % at most", "4 % at most", "4 %"),
        ("64 KiB.", "32 KiB.", "32 KiB"),
        ("Without a figure", "Twice: 3 x, half the time, with a figure", "3 x"),
        ("Without a figure", "In half the time, with a figure", "half the"),
        ("Without a figure", "It is faster than all others, with a figure", "faster than"),
        ("Without a figure", "A field takes 1.4 to 2, with a figure", "1.4 to 2"),
        ("Without a figure", "It takes 12µs, with a figure", "12µs"),
        ("Without a figure", "It takes 2,048 bytes, with a figure", "2,048 bytes"),
        ("Without a figure", "It takes ten times that, with a figure", "ten times"),
    ] {
        let told = found(old, new);
        // A figure may be in the second line of its paragraph.
        let line = line_of(old);
        assert!(told.contains(&format!("page.md:{line}: no claim of this paragraph has `{figure}`")), "{new}: {told}");
        assert!(told.contains("<!-- claim: "), "{told}");
    }
}

#[test]
fn a_table_of_figures_without_a_mark_is_found() {
    let told = found("<!-- not measured: a table of words -->", "");
    assert!(told.contains(&format!("page.md:{}: a table of figures without a mark", line_of("| switch |"))), "{told}");
    let told = found("\nSubjects may", "\n| a | b |\n|---|---|\n| field | **0.5 / 0.6** |\n\nSubjects may");
    assert!(told.contains("a table of figures without a mark"), "{told}");
}

#[test]
fn a_mark_that_cannot_be_read_says_why() {
    for (old, new, why) in [
        ("[..][\"cached\"] ~", "[..][\"catched\"] ~", "no figure for `hit, 1,024 objects, 1 thread` and `catched`"),
        ("1.2 ~ example[\"hit", "1.2 ~ other[\"hit", "`benches/results/other.md` is not recorded"),
        ("claim: example[\"hit, 1,024 objects, 1 thread\"]", "claim: example[..]", "`..` stands for the last cell"),
        ("~ 1 / 3 -->", "-->", "compares no recorded figure"),
        ("claim: 1.2 ~ example", "claim: 1.2 ~ 1.2 --> <!-- example", "compares no recorded figure"),
        ("~ 1.8 -->", "~ 1.8 or so -->", "`or so` is no part of a claim"),
        ("~ 1.8 -->", "~ 1.8.3 -->", "`1.8.3` is no number"),
        ("claim: (example", "claim: example", "`) * 100 <= 5` is no part of a claim"),
        ("columns: hit", "kolumns: hit", "no line `columns:`"),
        ("| cached\nfigures", "| catched\nfigures", "no figure for `catched`"),
        ("2 threads\nrows", "3 threads\nrows", "no figure for `hit, 1,024 objects, 3 threads`"),
        ("| cached\nfigures", "\nfigures", "the table has 3 rows, and its mark 2"),
        ("`benches/src/doc.rs`", "`benches/src/gone.rs`", "there is no `benches/src/gone.rs`"),
    ] {
        let told = found(old, new);
        assert!(told.contains(why), "{new}: {told}");
    }
}
