//! `SOUNDNESS.md` and `docs/soundness` name tests, models, mutants and programs: all of them exist, and none is missing.
//!
//! What is between backticks and looks like one of these is one: `file.rs`, `file.rs::test`, `mutant file.rs: text`.

use std::fs;
use std::path::{Path, PathBuf};

use Named::{File, Mutant, Test};

/// Where files may lie.
const ROOTS: [&str; 3] = ["tests/it", "tests", "memo-core/src"];

enum Named<'a> {
    File(&'a str),
    Test(&'a str, &'a str),
    Mutant(&'a str, &'a str),
}

impl<'a> Named<'a> {
    fn new(span: &'a str) -> Option<Self> {
        if let Some(mutant) = span.strip_prefix("mutant ") {
            let (file, text) = mutant.split_once(": ").expect("`mutant file.rs: text`");
            return Some(Mutant(file, text));
        }
        match span.split_once(".rs::") {
            Some((file, test)) => Some(Test(&span[..file.len() + 3], test)),
            None => span.ends_with(".rs").then_some(File(span)),
        }
    }

    fn file(&self) -> &'a str {
        let (File(file) | Test(file, _) | Mutant(file, _)) = *self;
        file
    }

    fn test(&self) -> Option<&'a str> {
        if let Test(_, test) = *self { Some(test) } else { None }
    }
}

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("a package of the workspace").to_owned()
}

fn read(path: impl AsRef<Path>) -> String {
    let path = path.as_ref();
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// All Rust files below a folder of the workspace, by their paths from there, with what is in them.
fn sources(folder: &str) -> Vec<(String, String)> {
    let root = workspace().join(folder);
    let (mut folders, mut sources) = (vec![root.clone()], Vec::new());
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("readable").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let name = path.strip_prefix(&root).expect("below it").to_str().expect("named in ASCII");
                sources.push((name.to_owned(), read(&path)));
            }
        }
    }
    sources.sort();
    sources
}

/// The lines without those that are comments as a whole.
fn code(text: &str) -> impl DoubleEndedIterator<Item = &str> {
    text.lines().map(str::trim).filter(|line| !line.starts_with("//"))
}

/// The identifiers of a line.
fn words(line: &str) -> impl Iterator<Item = &str> {
    line.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty())
}

/// Whether `text` has this test: written out, or as the name that is given to a macro which makes tests.
fn has_test(text: &str, test: &str) -> bool {
    let written_out = || {
        let mut lines = code(text).rev().skip_while(|line| !line.starts_with(&format!("fn {test}()")));
        lines.next().is_some() && lines.take_while(|line| line.starts_with("#[")).any(|line| line == "#[test]")
    };
    let given = || text.contains("fn $test()") && code(text).any(|line| words(line).any(|word| word == test));
    written_out() || given()
}

/// The mutants of `.ci/mutants`: the file of each, and all that is said of it.
fn mutants(script: &str) -> Vec<(&str, &str)> {
    script
        .split("\nmutant ")
        .skip(1)
        .map(|mutant| mutant.split_once(' ').expect("a file, and what to change"))
        .collect()
}

fn exists(named: &Named<'_>, mutants: &[(&str, &str)]) -> bool {
    let file = ROOTS.iter().map(|root| workspace().join(root).join(named.file())).find(|path| path.is_file());
    match *named {
        _ if file.is_none() => false,
        File(_) => true,
        Test(_, test) => has_test(&read(file.expect("looked at above")), test),
        Mutant(file, text) => mutants.iter().any(|(of, what)| *of == file && what.contains(text)),
    }
}

/// `SOUNDNESS.md` and the pages of `docs/soundness`, each by its path from the workspace, with what is in it.
fn pages() -> Vec<(PathBuf, String)> {
    let folder = Path::new("docs/soundness");
    let entries = fs::read_dir(workspace().join(folder)).expect("a folder");
    let names = entries.map(|entry| folder.join(entry.expect("readable").file_name()));
    let pages = names.chain([PathBuf::from("SOUNDNESS.md")]);
    pages.map(|page| (page.clone(), read(workspace().join(page)))).collect()
}

/// What a page has between backticks.
fn spans(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

/// Where the links of a page lead that stay in the workspace.
fn links(text: &str) -> impl Iterator<Item = &str> {
    let links = text.split("](").skip(1).filter_map(|after| Some(after.split_once(')')?.0));
    links.filter(|link| !link.contains("://"))
}

/// A page without its code blocks, and the code blocks.
fn parts(document: &str) -> (String, String) {
    let (mut text, mut blocks) = (String::new(), String::new());
    for (number, part) in document.split("```").enumerate() {
        if number % 2 == 0 { &mut text } else { &mut blocks }.push_str(part);
    }
    (text, blocks)
}

#[test]
fn what_the_pages_name_exists() {
    let script = read(workspace().join(".ci/mutants"));
    let mutants = mutants(&script);
    let mut unknown = Vec::new();
    for (page, text) in pages() {
        let (text, _) = parts(&text);
        let folder = workspace().join(page.parent().expect("a file"));
        let named = spans(&text).filter(|span| Named::new(span).is_some_and(|named| !exists(&named, &mutants)));
        let broken = named.chain(links(&text).filter(|link| !folder.join(link).is_file()));
        unknown.extend(broken.map(|what| format!("{}: {what}", page.display())));
    }
    assert!(unknown.is_empty(), "these pages name what is not there:\n{}", unknown.join("\n"));
}

#[test]
fn what_the_pages_have_to_name_is_named() {
    let pages: Vec<_> = pages().into_iter().map(|(page, text)| (page, parts(&text).0)).collect();
    let names = |of: &Path| -> Vec<Named<'_>> {
        let of_these = pages.iter().filter(|(page, _)| page.starts_with(of));
        of_these.flat_map(|(_, text)| spans(text)).filter_map(Named::new).collect()
    };
    let named = names(Path::new(""));
    let file_is_named = |file: &str| named.iter().any(|named| named.file() == file);
    let test_is_named = |test: &str| named.iter().any(|named| named.test() == Some(test));
    let mut missing = Vec::new();

    for law in 1..=17 {
        let mut lines = pages.iter().flat_map(|(_, text)| text.lines());
        let row = lines.find(|line| line.starts_with(&format!("| {law} ")));
        if !row.is_some_and(|row| row.contains(&format!("`laws/law_{law:02}_"))) {
            missing.push(format!("a row for law {law} with its file"));
        }
    }
    for folder in ["laws", "soundness"] {
        let files = sources(&format!("tests/it/{folder}")).into_iter().map(|(file, _)| format!("{folder}/{file}"));
        let is_a_list = |file: &String| file.ends_with("/main.rs") || file.ends_with("/mod.rs");
        missing.extend(files.filter(|file| !is_a_list(file) && !file_is_named(file)));
    }
    let programs = sources("tests/ui/soundness").into_iter().map(|(file, _)| format!("ui/soundness/{file}"));
    missing.extend(programs.filter(|file| !file_is_named(file)));

    for (file, source) in sources("memo-core/src") {
        let is_subtle =
            code(&source).any(|line| words(line).any(|word| word == "unsafe" || word.starts_with("Atomic")));
        let room = file.split_once('/').map_or("", |(room, _)| room);
        let page = PathBuf::from(format!("docs/soundness/{room}.md"));
        if is_subtle && !names(&page).iter().any(|named| named.file() == file) {
            missing.push(format!("{file}, in {}", page.display()));
        }
        let functions = code(&source).filter_map(|line| line.strip_prefix("fn ")?.split('(').next());
        missing.extend(functions.filter(|name| name.starts_with("loom_") && !test_is_named(name)).map(str::to_owned));
    }
    for (_, source) in sources("tests/it") {
        let defects = source.split("#[ignore = \"").skip(1).filter_map(|after| after.split_once("\"]"));
        for (_, after) in defects.filter(|(why, _)| why.contains(": to be mended")) {
            let test = words(after).find(|word| *word != "fn").expect("what is ignored has a name");
            if !test_is_named(test) {
                missing.push(format!("the defect that `{test}` shows"));
            }
        }
    }
    assert!(missing.is_empty(), "SOUNDNESS.md and docs/soundness do not name:\n{}", missing.join("\n"));
}

#[test]
fn the_functions_of_the_walk_exist() {
    let (text, _) = parts(&read(workspace().join("docs/DESIGN.md")));
    let exists = |(file, function): (&str, &str)| {
        let source = read(workspace().join(format!("memo-core/src/{file}.rs")));
        let mut names = code(&source).filter_map(|line| line.split_once("fn ")?.1.split(['(', '<']).next());
        names.any(|name| name == function)
    };
    let unknown: Vec<_> = spans(&text).filter(|span| span.split_once(".rs::").is_some_and(|it| !exists(it))).collect();
    assert!(unknown.is_empty(), "docs/DESIGN.md names what is not there:\n{}", unknown.join("\n"));
}

/// The laws that `.ci/law-mutants` breaks, each as often as it does.
fn broken_laws(script: &str) -> impl Iterator<Item = &str> {
    script.lines().filter_map(|line| {
        let mut words = line.split(' ');
        matches!(words.next(), Some("law" | "quick")).then(|| words.next()).flatten()
    })
}

#[test]
fn every_law_is_broken_in_two_ways_at_least() {
    let script = read(workspace().join(".ci/law-mutants"));
    // A law is a file, or a folder of them.
    let names =
        sources("tests/it/laws").into_iter().map(|(file, _)| file.split(['/', '.']).next().expect("a name").to_owned());
    let mut laws: Vec<String> = names
        .filter(|name| name != "main")
        .map(|name| if name.starts_with("law_") { name[.."law_00".len()].to_owned() } else { name })
        .collect();
    laws.dedup();
    assert_eq!(laws.len(), 17 + 2, "the laws, the statistics, and time: {laws:?}");
    laws.retain(|law| broken_laws(&script).filter(|broken| broken == law).count() < 2);
    assert!(laws.is_empty(), ".ci/law-mutants has fewer than two lines for {}", laws.join(", "));
}

#[test]
fn the_pages_commands_are_those_of_the_gate_and_the_readme() {
    let blocks: String = pages().iter().map(|(_, text)| parts(text).1).collect();
    let known = ["README.md", "CONTRIBUTING.md", ".ci/run"].map(|file| read(workspace().join(file))).concat();
    let commands =
        blocks.lines().filter(|line| line.contains("cargo") || line.contains("$asan") || line.contains("export"));
    let unknown: Vec<_> = commands.filter(|command| !known.lines().any(|line| line == *command)).collect();
    assert!(unknown.is_empty(), "neither in the README, nor in CONTRIBUTING, nor in the gate:\n{}", unknown.join("\n"));
}
