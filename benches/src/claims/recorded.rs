//! The recorded tables: what the programs wrote with `--record` to `benches/results`.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

/// The tables of each file, by its name without the ending; their cells by row and column.
#[derive(Debug, Default)]
pub struct Recorded(BTreeMap<String, BTreeMap<(String, String), f64>>);

impl Recorded {
    /// Every Markdown file of a folder.
    pub fn read(folder: &Path) -> io::Result<Self> {
        let mut recorded = Self::default();
        for entry in std::fs::read_dir(folder)? {
            let path = entry?.path();
            if let (Some(name), Some("md")) = (path.file_stem(), path.extension().and_then(|ending| ending.to_str())) {
                recorded.add(&name.to_string_lossy(), &std::fs::read_to_string(&path)?);
            }
        }
        Ok(recorded)
    }

    /// The tables of one file: each begins with a line whose first cell is empty.
    pub fn add(&mut self, name: &str, markdown: &str) {
        let known = self.0.entry(name.to_owned()).or_default();
        let mut columns = Vec::new();
        for line in markdown.lines().filter(|line| line.starts_with('|')) {
            let mut cells = cells(line).into_iter();
            match cells.next() {
                Some("") => columns = cells.map(str::to_owned).collect(),
                Some(row) => {
                    let numbers =
                        columns.iter().zip(cells).filter_map(|(column, cell)| Some((column, cell.parse().ok()?)));
                    known.extend(numbers.map(|(column, number)| ((row.to_owned(), column.clone()), number)));
                }
                None => {}
            }
        }
    }

    fn table(&self, name: &str) -> Result<&BTreeMap<(String, String), f64>, String> {
        self.0.get(name).ok_or_else(|| format!("`benches/results/{name}.md` is not recorded"))
    }

    /// Whether a table has figures in a row or a column of this name.
    pub(super) fn knows(&self, table: &str, name: &str) -> Result<(), String> {
        let is_known = self.table(table)?.keys().any(|(row, column)| row == name || column == name);
        if is_known { Ok(()) } else { Err(format!("`{table}` has no figure for `{name}`")) }
    }

    /// What one subject measured of one question, in whichever order they are named.
    pub fn cell(&self, table: &str, one: &str, other: &str) -> Result<f64, String> {
        let known = self.table(table)?;
        let cell = |row: &str, column: &str| known.get(&(row.to_owned(), column.to_owned()));
        let cell = cell(one, other).or_else(|| cell(other, one));
        cell.copied().ok_or_else(|| format!("`{table}` has no figure for `{one}` and `{other}`"))
    }
}

/// The cells of a Markdown row, without the spaces round them.
pub(super) fn cells(line: &str) -> Vec<&str> {
    let line = line.trim();
    let line = line.strip_prefix('|').unwrap_or(line);
    line.strip_suffix('|').unwrap_or(line).split('|').map(str::trim).collect()
}
