//! The text of source files, by their paths from the workspace's folder.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

pub(crate) struct Sources(BTreeMap<String, String>);

impl Sources {
    /// All Rust files below a folder of the workspace.
    pub(crate) fn below(folder: &str) -> Self {
        let (mut folders, mut files) = (vec![workspace().join(folder)], BTreeMap::new());
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
                let path = entry.expect("a folder can be read").path();
                if path.is_dir() {
                    folders.push(path);
                } else if path.extension().is_some_and(|extension| extension == "rs") {
                    files.insert(from_workspace(&path), fs::read_to_string(&path).expect("a source can be read"));
                }
            }
        }
        Self(files)
    }

    /// These, and a page besides.
    pub(crate) fn with(mut self, page: Option<&str>) -> Self {
        if let Some(page) = page.filter(|page| !self.0.contains_key(*page)) {
            let text = fs::read_to_string(workspace().join(page)).expect("a page can be read");
            self.0.insert(page.to_owned(), text);
        }
        self
    }

    pub(crate) fn invented(files: &[(&str, &str)]) -> Self {
        Self(files.iter().map(|(file, text)| ((*file).to_owned(), (*text).to_owned())).collect())
    }

    pub(crate) fn text(&self, file: &str) -> Option<&str> {
        self.0.get(file).map(String::as_str)
    }

    pub(crate) fn files(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }
}

pub(crate) fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("a package of the workspace").to_owned()
}

pub(crate) fn from_workspace(path: &Path) -> String {
    let path = path.strip_prefix(workspace()).expect("in the workspace");
    path.components().map(|part| part.as_os_str().to_str().expect("named in ASCII")).collect::<Vec<_>>().join("/")
}
