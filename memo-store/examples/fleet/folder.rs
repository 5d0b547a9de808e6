//! The files of a folder.

use std::fs;
use std::io;
use std::path::Path;
use std::sync::Arc;

use crate::analyses::Text;

/// So many are enough for an example.
const MOST: usize = 400;

/// The source files below a folder, in the order of their paths.
pub(crate) fn read(folder: &Path) -> io::Result<Vec<Arc<Text>>> {
    let (mut paths, mut folders) = (Vec::new(), vec![folder.to_owned()]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder)? {
            let (path, kind) = {
                let entry = entry?;
                (entry.path(), entry.file_type()?)
            };
            let hidden =
                path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.') || name == "target");
            if kind.is_dir() && !hidden {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                paths.push(path);
            }
        }
    }
    paths.sort();
    let text = |path| Ok(Arc::new(Text { text: fs::read_to_string(path)? }));
    let mut texts: Vec<Arc<Text>> = paths.iter().take(MOST).map(text).collect::<io::Result<_>>()?;
    // Two of the same content are one result.
    texts.sort_by(|one, other| one.text.cmp(&other.text));
    texts.dedup_by(|one, other| one.text == other.text);
    Ok(texts)
}
