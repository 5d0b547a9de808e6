//! What the pages say in figures, held against the recorded tables: tables cell by cell, sentences by the claims beside them.
//!
//! `benches/README.md` says how a table and a claim are written.

mod expression;
mod figures;
mod page;
mod recorded;
mod table;

pub use recorded::Recorded;

use std::error::Error;
use std::path::{Path, PathBuf};
use std::{fs, io};

use expression::Claim;
use figures::{figures, in_one_line};
use page::{Block, Page, Remark};

/// The pages that are held to the records, from the workspace. One that does not exist says nothing.
const PAGES: [&str; 5] = ["README.md", "PERFORMANCE.md", "docs/rivals.md", "docs/fleet.md", "memo-core/src/lib.rs"];

/// Where the workspace is.
pub fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the benches are in a workspace").to_owned()
}

/// Each page that exists: its name and its text; of a source file, its first doc comment.
pub fn pages() -> io::Result<Vec<(&'static str, String)>> {
    let exist = PAGES.into_iter().filter(|page| workspace().join(page).exists());
    exist.map(|page| Ok((page, page::text_of(page, &fs::read_to_string(workspace().join(page))?)))).collect()
}

/// What was recorded in this workspace.
pub fn recorded() -> io::Result<Recorded> {
    Recorded::read(&workspace().join("benches/results"))
}

/// Writes the marked tables of the pages anew.
pub fn write() -> Result<(), Box<dyn Error>> {
    let recorded = recorded()?;
    // In a source there are claims, and no tables that are filled.
    for (name, text) in pages()?.into_iter().filter(|(name, _)| name.ends_with(".md")) {
        fs::write(workspace().join(name), filled(&text, &recorded).map_err(|why| format!("{name}:{why}"))?)?;
    }
    Ok(())
}

/// [`wrong`] and [`unmarked`] of all pages.
pub fn all_wrong() -> io::Result<Vec<String>> {
    let recorded = recorded()?;
    let of = |(name, text): (&str, String)| [wrong(name, &text, &recorded), unmarked(name, &text, &recorded)].concat();
    Ok(pages()?.into_iter().flat_map(of).collect())
}

/// The page with its marked tables as recorded.
pub fn filled(text: &str, recorded: &Recorded) -> Result<String, String> {
    let page = Page::new(text);
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    for (remark, spec) in page.remarks().filter_map(|remark| Some((remark, remark.table()?))) {
        let at = |what: String| format!("{}: {what}", remark.line);
        let lines_of_rows = page.table_after(remark).ok_or_else(|| at("no table follows".into()))?;
        let rows = table::rows(spec, recorded).map_err(at)?;
        if lines_of_rows.len() != rows.len() {
            return Err(at(format!("the table has {} rows, and its mark {}", lines_of_rows.len(), rows.len())));
        }
        for (line, row) in lines_of_rows.zip(rows) {
            lines[line - 1] = table::refilled(&lines[line - 1], &row).map_err(at)?;
        }
    }
    Ok(lines.join("\n") + "\n")
}

/// What is wrong in marked tables and in claims, each with its line and with what to do.
pub fn wrong(name: &str, text: &str, recorded: &Recorded) -> Vec<String> {
    let filled = match filled(text, recorded) {
        Ok(filled) => filled,
        Err(why) => return vec![format!("{name}:{why}")],
    };
    let stale =
        text.lines().zip(filled.lines()).enumerate().filter(|(_, (old, new))| old != new).map(|(line, (old, new))| {
            let write = "cargo run -p memo-benches --bin claims -- --write";
            format!(
                "{name}:{}: the table is not what was recorded; `{write}` writes it\n    now: {old}\n    new: {new}",
                line + 1
            )
        });
    let page = Page::new(text);
    let broken = page.remarks().filter_map(|remark| Some((remark.line, broken(remark, recorded)?)));
    stale.chain(broken.map(|(line, why)| format!("{name}:{line}: {why}"))).collect()
}

fn broken(remark: &Remark, recorded: &Recorded) -> Option<String> {
    if let Some(claim) = remark.claim() {
        return Claim::of(claim, recorded).and_then(|claim| claim.holds()).err();
    }
    let unknown =
        remark.reason()?.split('`').skip(1).step_by(2).find(|it| it.contains('/') && !workspace().join(it).exists());
    unknown.map(|path| format!("there is no `{path}`"))
}

/// Figures that nothing stands behind: no claim of their paragraph has them, and tables without a mark.
pub fn unmarked(name: &str, text: &str, recorded: &Recorded) -> Vec<String> {
    let page = Page::new(text);
    page.blocks()
        .flat_map(|(block, remarks)| bare(block, &remarks, recorded))
        .map(|why| format!("{name}:{why}"))
        .collect()
}

fn bare(block: &Block, remarks: &[&Remark], recorded: &Recorded) -> Vec<String> {
    let reasons: Vec<_> = remarks.iter().filter_map(|remark| remark.reason()).collect();
    if block.is_table {
        let is_marked = block.is_marked || !reasons.is_empty() || !table::has_figures(&block.text);
        let how = "put `<!-- from quick .. -->` before it, or `<!-- not measured: why -->` after it";
        return if is_marked {
            Vec::new()
        } else {
            vec![format!("{}: a table of figures without a mark: {how}", block.line)]
        };
    }
    // A claim that cannot be read is told as such.
    let claims = remarks.iter().filter_map(|remark| Claim::of(remark.claim()?, recorded).ok());
    let claims: Vec<_> = claims.map(|claim| claim.literals).collect();
    let literals = claims.concat();
    let bare = figures(&block.text).into_iter().filter(|figure| {
        let is_claimed = !claims.is_empty() && figure.is_among(&literals);
        !is_claimed && !reasons.iter().any(|reason| in_one_line(reason).contains(&figure.text))
    });
    bare.map(|figure| {
        let line = block.line + block.text[..figure.at].matches('\n').count();
        let claim = "<!-- claim: quick[\"row\"][\"column\"] .. -->";
        format!(
            "{line}: no claim of this paragraph has `{0}`: put `{claim}` with that figure after the paragraph, or `<!-- not measured: {0}, why -->`",
            figure.text
        )
    })
    .collect()
}
