//! Every relative link and image of the pages leads to a file that exists, and to a heading of it where it names one.

mod guide;
mod page;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use page::Page;

/// Pages beside those at the root and below `docs`.
const BESIDE: [&str; 4] = ["benches/README.md", "fuzz/README.md", "memo-inspect/README.md", "memo-store/README.md"];

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("a package of the workspace").to_owned()
}

/// The Markdown files of a folder, and of the folders in it if they are asked for, by their paths from the workspace.
fn markdown(folder: &Path, deep: bool, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(workspace().join(folder)).expect("a folder") {
        let name = entry.expect("readable").file_name();
        let path = folder.join(name);
        if workspace().join(&path).is_dir() {
            if deep {
                markdown(&path, deep, found);
            }
        } else if path.extension().is_some_and(|ending| ending == "md") {
            found.push(path);
        }
    }
}

fn pages() -> BTreeMap<PathBuf, Page> {
    let mut paths: Vec<_> = BESIDE.iter().map(PathBuf::from).collect();
    markdown(Path::new(""), false, &mut paths);
    markdown(Path::new("docs"), true, &mut paths);
    markdown(Path::new("memo-core/guide"), false, &mut paths);
    let read = |path: &PathBuf| fs::read_to_string(workspace().join(path)).expect("a page can be read");
    paths.into_iter().map(|path| (path.clone(), Page::new(&read(&path)))).collect()
}

/// Without `.` and `..`; none, if the path leads out of the workspace.
fn plain(path: &Path) -> Option<PathBuf> {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            std::path::Component::Normal(name) => plain.push(name),
            std::path::Component::CurDir => {}
            std::path::Component::ParentDir if plain.pop() => {}
            _ => return None,
        }
    }
    Some(plain)
}

/// What is wrong with a link of the page `from`.
fn broken(
    from: &Path,
    link: &str,
    pages: &BTreeMap<PathBuf, Page>,
    exists: impl Fn(&Path) -> bool,
) -> Option<&'static str> {
    if link.contains("://") || link.starts_with("mailto:") {
        return None;
    }
    let (path, heading) = link.split_once('#').map_or((link, None), |(path, heading)| (path, Some(heading)));
    let target = if path.is_empty() { Some(from.to_owned()) } else { plain(&from.with_file_name("").join(path)) };
    let Some(target) = target else { return Some("leads out of the workspace") };
    if !exists(&target) {
        return Some("leads to no file");
    }
    let is_there = |heading| pages.get(&target).is_some_and(|page| page.headings.iter().any(|known| known == heading));
    heading.is_some_and(|heading| !is_there(heading)).then_some("names no heading of that page")
}

#[test]
fn every_relative_link_and_image_of_the_pages_exists() {
    let pages = pages();
    assert!(pages.contains_key(Path::new("README.md")) && pages.contains_key(Path::new("docs/DESIGN.md")));
    let exists = |path: &Path| workspace().join(path).exists();
    let mut wrong = Vec::new();
    for (from, page) in &pages {
        for (line, link) in &page.links {
            let why = broken(from, link, &pages, exists);
            wrong.extend(why.map(|why| format!("{}:{line}: `{link}` {why}", from.display())));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_link_that_leads_nowhere_is_found() {
    let text = "# One two: `three`!\n\n[a](b.md), ![p](../x.svg)\n\n[r]\n\n[r]: b.md#gone\n\n<img src=\"gone.png\">\n\n## One two: three\n";
    let page = Page::new(text);
    assert_eq!(page.headings, ["one-two-three", "one-two-three-1"]);
    let links: Vec<_> = page.links.iter().map(|(line, link)| (*line, link.as_str())).collect();
    assert_eq!(links, [(3, "b.md"), (3, "../x.svg"), (5, "b.md#gone"), (9, "gone.png")]);

    let from = Path::new("docs/a.md");
    let pages = [(from.to_owned(), page), ("docs/b.md".into(), Page::new("# There\n"))].into();
    let exists = |path: &Path| [Path::new("docs/b.md"), from, Path::new("x.svg"), Path::new("src")].contains(&path);
    let broken = |link| broken(from, link, &pages, exists);
    for right in ["b.md", "./b.md", "b.md#there", "#one-two-three-1", "../x.svg", "../src", "https://x.org/y#z"] {
        assert_eq!(broken(right), None, "{right}");
    }
    assert_eq!(broken("c.md"), Some("leads to no file"));
    assert_eq!(broken("x.svg"), Some("leads to no file"));
    assert_eq!(broken("../../c.md"), Some("leads out of the workspace"));
    assert_eq!(broken("b.md#gone"), Some("names no heading of that page"));
    assert_eq!(broken("#gone"), Some("names no heading of that page"));
    assert_eq!(broken("../x.svg#gone"), Some("names no heading of that page"));
}
