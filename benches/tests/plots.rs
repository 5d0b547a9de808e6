//! The published plots: nothing is cut off at the border, and no two names lie over each other.

use std::fs;
use std::path::Path;

use regex::Regex;

/// Half the height of a line, and the width of a letter, in parts of the font's size.
const LINE: f64 = 0.45;
const LETTER: f64 = 0.43;

/// The box of a text: left, right, above, below.
type Place = (String, [f64; 4]);

/// All texts that are not turned.
fn texts(svg: &str) -> Vec<Place> {
    let element = Regex::new(r#"(?s)<text x="(-?\d+)" y="(-?\d+)" dy="(-?[\d.]+)(ex|em)"([^>]*)>\s*(.*?)\s*</text>"#)
        .expect("it is right");
    let size = Regex::new(r#"font-size="([\d.]+)""#).expect("it is right");
    let place = |found: regex::Captures<'_>| {
        let number = |at: usize| found[at].parse::<f64>().expect("a number");
        // The size that was asked for is 1.24 times what is written.
        let size = 1.24 * size.captures(&found[5]).expect("a size")[1].parse::<f64>().expect("a number");
        let width = found[6].chars().count() as f64 * size * LETTER;
        let left = number(1)
            - if found[5].contains("\"end\"") {
                width
            } else if found[5].contains("\"middle\"") {
                width / 2.0
            } else {
                0.0
            };
        // A text stands on its height moved by `dy`; an `ex` is half of an `em`.
        let down = number(3) * if &found[4] == "ex" { size / 2.0 } else { size };
        let middle = number(2) + down - size / 4.0;
        (found[6].to_owned(), [left, left + width, middle - size * LINE, middle + size * LINE])
    };
    element.captures_iter(svg).filter(|found| !found[5].contains("rotate")).map(place).collect()
}

fn cut(texts: &[Place]) -> impl Iterator<Item = &Place> {
    texts
        .iter()
        .filter(|(_, [left, right, above, below])| *left < 0.0 || *right > 960.0 || *above < 0.0 || *below > 480.0)
}

fn over_each_other(texts: &[Place]) -> Vec<(&str, &str)> {
    let pairs = texts.iter().enumerate().flat_map(|(at, one)| texts[at + 1..].iter().map(move |other| (one, other)));
    let meets = |one: &[f64; 4], other: &[f64; 4]| {
        one[0] < other[1] && other[0] < one[1] && one[2] < other[3] && other[2] < one[3]
    };
    pairs
        .filter(|(one, other)| meets(&one.1, &other.1))
        .map(|(one, other)| (one.0.as_str(), other.0.as_str()))
        .collect()
}

#[test]
fn every_text_of_the_published_plots_can_be_read() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/plots");
    let mut count = 0;
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("readable").path();
        let texts = texts(&fs::read_to_string(&path).expect("an SVG is text"));
        assert!(texts.len() > 8, "{}: {} texts", path.display(), texts.len());
        assert_eq!(cut(&texts).collect::<Vec<_>>(), Vec::<&Place>::new(), "{}", path.display());
        assert_eq!(over_each_other(&texts), [], "{}", path.display());
        count += 1;
    }
    assert!(count >= 5, "{count} plots");
}

#[test]
fn texts_that_are_cut_off_or_lie_over_each_other_are_found() {
    let text = |x: i32, y: i32, anchor: &str, text: &str| {
        format!(
            "<text x=\"{x}\" y=\"{y}\" dy=\"0.5ex\" text-anchor=\"{anchor}\" font-size=\"11.29\">\n{text}\n</text>\n"
        )
    };
    let cut_off = text(900, 100, "start", "far too long for what is left") + &text(20, 100, "end", "as this one is");
    assert_eq!(cut(&texts(&cut_off)).count(), 2);
    let names =
        text(700, 100, "start", "one") + &text(705, 108, "start", "other") + &text(700, 117, "start", "a third");
    assert_eq!(cut(&texts(&names)).count(), 0);
    assert_eq!(over_each_other(&texts(&names)), [("one", "other"), ("other", "a third")]);
}
