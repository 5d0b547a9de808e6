//! The chapters of the guide: where they lead on both of their pages, and what the chapter on other libraries names.

use std::fs;

use super::page::Page;
use super::workspace;

/// The names of the chapters, in the order of `guide.rs`.
fn chapters() -> Vec<String> {
    let source = fs::read_to_string(workspace().join("memo-core/src/guide.rs")).expect("the guide's module");
    let list = source.rsplit_once("chapters! {").expect("the list").1;
    list.split_whitespace().take_while(|word| *word != "}").map(str::to_owned).collect()
}

fn chapter(name: &str) -> String {
    let path = workspace().join("memo-core/guide").join(name).with_extension("md");
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{name}: {error}"))
}

#[test]
fn every_chapter_is_in_the_docs_and_in_the_index() {
    let mut files: Vec<_> = fs::read_dir(workspace().join("memo-core/guide"))
        .expect("the guide")
        .map(|entry| entry.expect("readable").file_name().into_string().expect("a name").replace(".md", ""))
        .collect();
    let (mut chapters, index) = (chapters(), workspace().join("docs/guide/README.md"));
    let index = fs::read_to_string(index).expect("the index");
    let module = fs::read_to_string(workspace().join("memo-core/src/guide.rs")).expect("the guide's module");
    for chapter in &chapters {
        assert!(index.contains(&format!("/{chapter}.md)")), "docs/guide/README.md has no {chapter}");
        assert!(module.contains(&format!("[`{chapter}`]")), "the docs of guide.rs have no {chapter}");
    }
    chapters.sort();
    files.sort();
    assert_eq!(chapters, files);
}

/// Among the files it leads to a neighbour; in the docs `guide.rs` defines the same name before the chapter does.
#[test]
fn a_chapter_leads_to_other_chapters_alone_and_by_their_names() {
    let chapters = chapters();
    for name in &chapters {
        let text = chapter(name);
        for (line, link) in Page::new(&text).links {
            let to = link.strip_suffix(".md").filter(|to| chapters.iter().any(|chapter| chapter == to));
            let to = to.unwrap_or_else(|| panic!("{name}.md:{line}: `{link}` is no chapter"));
            assert!(text.contains(&format!("][{to}]")), "{name}.md:{line}: write `[..][{to}]`");
            assert!(text.contains(&format!("\n[{to}]: {to}.md\n")), "{name}.md: define `[{to}]: {to}.md`");
        }
    }
}

#[test]
fn the_libraries_of_the_chapters_are_those_that_are_checked() {
    for (name, lock, checks) in
        [("owners_in_the_wild", "wild/Cargo.lock", "wild/tests"), ("other_attributes", "Cargo.lock", "attributes/it")]
    {
        let locked = fs::read_to_string(workspace().join(lock)).expect("the lock file of the checks");
        let text = chapter(name);
        let rows: Vec<_> =
            text.lines().filter(|line| line.starts_with("| `") || line.starts_with("| the standard")).collect();
        assert!(rows.len() > 20, "{name}: {}", rows.len());
        for row in rows {
            let cells: Vec<_> = row.trim_matches('|').split('|').map(str::trim).collect();
            for (library, version) in libraries(cells[0]) {
                let entry = format!("name = \"{library}\"\nversion = \"{version}\"\n");
                assert!(locked.contains(&entry), "{lock} has no {library} {version}");
            }
            let check = cells.last().expect("a check").trim_matches('`');
            assert!(workspace().join(format!("{checks}/{check}.rs")).exists(), "there is no check {check}: {row}");
        }
    }
}

/// The names and versions in a cell: each `name` 1.2.3.
fn libraries(cell: &str) -> Vec<(&str, &str)> {
    let parts: Vec<_> = cell.split('`').collect();
    let named = parts.iter().skip(1).step_by(2).zip(parts.iter().skip(2).step_by(2));
    named
        .filter_map(|(name, after)| {
            let after = after.trim_start();
            let end = after.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(after.len());
            (end > 0).then_some((*name, &after[..end]))
        })
        .collect()
}
