//! Marked tables: what their cells are, from the remark before them.

use super::expression::sums;
use super::figures::figures;
use super::recorded::{Recorded, cells};
use crate::report::Figures;

/// Whether a cell is a number, or has one with a unit.
pub(super) fn has_figures(table: &str) -> bool {
    let is_number = |cell: &str| {
        let cell = cell.trim_matches('*');
        cell.contains(|c: char| c.is_ascii_digit()) && cell.chars().all(|c| c.is_ascii_digit() || " .,/".contains(c))
    };
    table.lines().flat_map(cells).any(|cell| is_number(cell) || !figures(cell).is_empty())
}

/// A row as recorded: a text for each cell after the first; none leaves the cell alone.
pub(super) type Row = Vec<Option<String>>;

/// All rows of a table: by subjects and questions, or by an expression for each cell.
pub(super) fn rows(spec: &str, recorded: &Recorded) -> Result<Vec<Row>, String> {
    let (table, spec) =
        spec.split_once(char::is_whitespace).ok_or("the mark is `from TABLE`, and how the table is filled")?;
    let line = |name: &str| spec.lines().find_map(|line| line.trim().strip_prefix(name)?.strip_prefix(':'));
    let figures = line("figures").and_then(|figures| figures.trim().parse().ok());
    let write =
        |numbers: &[f64]| numbers.iter().map(|number| written(*number, figures)).collect::<Vec<_>>().join(" / ");
    if let Some((_, lines)) = spec.split_once("cells:") {
        let lines = lines.lines().map(str::trim).filter(|line| !line.is_empty());
        let cell = |cell: &str| match cell.trim() {
            "-" => Ok(None),
            cell => match cell.strip_prefix('?') {
                // Of a question that is newer than the record.
                Some(cell) => Ok(Some(sums(cell, recorded, table).map_or(String::new(), |numbers| write(&numbers)))),
                None => sums(cell, recorded, table).map(|numbers| Some(write(&numbers))),
            },
        };
        return lines.map(|line| line.split(" | ").map(cell).collect()).collect();
    }
    let names = |name| {
        let names: Vec<_> = line(name).ok_or(format!("the mark has no line `{name}:`"))?.split(" | ").collect();
        let mut each = names.iter().flat_map(|name| name.split(" / "));
        each.try_for_each(|name| recorded.knows(table, name.trim())).map(|()| names)
    };
    let columns = names("columns")?;
    // `field / cached` is a cell of two numbers; what was not asked is empty.
    let cell = |row: &str, column: &str| {
        let pairs = row.split(" / ").flat_map(|row| column.split(" / ").map(move |column| (row.trim(), column.trim())));
        let numbers: Vec<_> = pairs.map(|(row, column)| recorded.cell(table, row, column)).collect();
        if numbers.iter().all(Result::is_err) {
            return String::new();
        }
        let texts = numbers.iter().map(|number| number.as_ref().map_or("-".into(), |number| write(&[*number])));
        texts.collect::<Vec<_>>().join(" / ")
    };
    Ok(names("rows")?.iter().map(|row| columns.iter().map(|column| Some(cell(row, column))).collect()).collect())
}

fn written(number: f64, figures: Option<i32>) -> String {
    match figures {
        Some(figures) if number.is_finite() => {
            let decimals = (figures - 1 - number.abs().max(0.01).log10().floor() as i32).clamp(0, 3);
            format!("{number:.0$}", decimals as usize)
        }
        _ => Figures(number).to_string(),
    }
}

/// A row of the page with these cells; what is bold stays bold.
pub(super) fn refilled(line: &str, row: &Row) -> Result<String, String> {
    let cells = cells(line);
    if cells.len() != row.len() + 1 {
        return Err(format!("the mark has {} cells for `{line}`", row.len()));
    }
    let texts = cells[1..].iter().zip(row).map(|(old, new)| match new {
        Some(new) if old.starts_with("**") && !new.is_empty() => format!("**{new}**"),
        Some(new) => new.clone(),
        None => (*old).to_owned(),
    });
    Ok([cells[0].to_owned()].into_iter().chain(texts).fold(String::from("|"), |line, cell| match cell.as_str() {
        "" => line + " |",
        cell => line + " " + cell + " |",
    }))
}
