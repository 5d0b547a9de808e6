//! What an editor says of memos: nothing wrong, and where things are. Asked of rust-analyzer, where that and the sources of std are.
//!
//! `RUST_ANALYZER=path RUST_SRC_PATH=path/to/library cargo test -p memo-tests --test editor -- --nocapture` names both, if they are not
//! where they are looked for: in the path, and in the toolchain. Nothing is installed.

mod client;
mod project;
mod server;

use std::fs;
use std::path::{Path, PathBuf};

use project::{Project, workspace};

const MEMOS: &str = include_str!("memos.rs");

#[test]
fn an_editor_finds_its_way_among_memos() {
    let Some(mut project) = Project::open(MEMOS) else { return };
    assert_eq!(project.errors(), []);

    for (call, function) in
        [("words(&doc)", "pub fn words"), ("title()", "pub fn title"), ("lines(&doc", "pub fn lines")]
    {
        assert_eq!(project.definition(call), project.line_of(function), "{call}");
    }
    for (handle, function) in [("words_memo()", "pub fn words"), ("title_memo()", "pub fn title")] {
        assert_eq!(project.definition(handle), project.line_of(function), "{handle}");
    }
    for (used, parameter) in
        [("doc.text.split", "pub fn words"), ("word.len()", "word.len()"), ("from..to", "(from, to)")]
    {
        assert_eq!(project.definition(used), project.line_of(parameter), "{used}");
    }

    for handle in ["words_memo().", "Doc::title_memo()."] {
        let completions = project.completions(handle);
        for method in ["stats", "len", "get", "forget", "refresh"] {
            assert!(completions.iter().any(|name| name == method), "{handle}{method}: {completions:?}");
        }
    }

    assert!(project.hover("words(&doc)").contains("How many words there are."));
    assert!(project.hover("title()").contains("Its first line."));
    assert!(project.hover("width: usize").contains("width: usize"));
    for (name, ty) in [("stats =", "Stats"), ("known =", "Option<&str>"), ("title =", "&str")] {
        assert!(project.hover(name).contains(ty), "{name} {}", project.hover(name));
    }
}

/// Half a body, and what may stand behind it. The cursor is at its end.
const TYPED: [(&str, &str); 9] = [
    ("doc.", "text"),
    ("doc.te", "text"),
    ("let text = &doc.text.", "len"),
    ("let text =", ""),
    ("doc.text.split_whitespace().count(", ""),
    ("doc.text.split_whitespace().map(|word| word.", "len"),
    ("match doc.", "text"),
    ("for word in doc.text.split_whitespace() { word. }", ""),
    ("words_memo().", "stats"),
];

#[test]
fn an_editor_finds_its_way_while_a_body_is_typed() {
    let Some(mut project) = Project::open(MEMOS) else { return };
    let body = "doc.text.split_whitespace().count()";
    for (typed, completion) in TYPED {
        project.set(&MEMOS.replacen(body, typed, 1));
        assert!(project.hover("words(&doc)").contains("How many words there are."), "{typed}");
        assert_eq!(project.definition("words(&doc)"), project.line_of("pub fn words"), "{typed}");
        assert_eq!(project.definition("title()"), project.line_of("pub fn title"), "{typed}");
        let completions = project.completions(&format!("    {typed}"));
        let found = completion.is_empty() || completions.iter().any(|name| name == completion);
        assert!(found, "{typed}{completion}: {completions:?}");
        let (errors, here) = (project.errors(), project.line_of("pub fn words"));
        assert!(errors.iter().all(|(line, _)| (here..here + 3).contains(line)), "{typed}: {errors:?}");
    }
    for (body, typed) in [("self.text.lines()", "self."), ("Some(width * height * len)", "self.")] {
        project.set(&MEMOS.replacen(body, typed, 1));
        let completions = project.completions(&format!("        {typed}"));
        assert!(completions.iter().any(|name| name == "text"), "{body}: {completions:?}");
    }
}

#[test]
fn an_editor_underlines_nothing_in_what_builds() {
    let Some(mut project) = Project::open(MEMOS) else { return };
    let files = ["tests/ui/pass", "memo-core/examples"].map(|folder| sources(&workspace().join(folder))).concat();
    assert!(files.len() > 20, "{files:?}");
    for file in &files {
        project.set(&fs::read_to_string(file).expect("readable"));
        assert_eq!(project.errors(), [], "{}", file.display());
    }
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let files = fs::read_dir(folder).expect("a folder").map(|file| file.expect("readable").path());
    let mut files: Vec<_> = files.filter(|file| file.extension().is_some_and(|extension| extension == "rs")).collect();
    files.sort();
    files
}
