//! Figures in prose: numbers with a unit of time, memory or proportion, fractions in words, and comparisons of speed.

use std::sync::LazyLock;

use regex::{Captures, Regex};

const FIGURE: &str = r"(?x)
    (?P<low> \d[\d,]*(?:\.\d+)? ) (?: (?:\s(?:to|and|or|/)\s | [-–/]) (?P<high> \d[\d,]*(?:\.\d+)? ) )?
        (?: [\s-]? (?: (?:ns|µs|us|ms|s|x|times|fold|bytes?|B|[KMG]i?B|seconds?|minutes?|nanoseconds?|microseconds?|instructions?|cycles?) \b | [%×] ) )
    | (?P<from> \d+\.\d+ ) \s to \s (?P<to> \d+(?:\.\d+)? )
    | \b (?: (?P<n2> half|twice|double|two\stimes ) \s (?:of|as|the|what|that|a) | (?P<n3> (?:a|one)\sthird | three\stimes )
        | (?P<n4> (?:a|one)\squarter | four\stimes ) | (?P<n5> (?:a|one)\sfifth | five\stimes ) | (?P<n10> (?:a|one)\stenth | ten\stimes )
        | (?P<n100> (?:a|one)\shundredth | a\shundred\stimes ) ) \b
    | \b (?: fastest | slowest | (?:faster|slower|cheaper)\sthan | as\s(?:fast|slow|cheap|much|little)\sas ) \b
";

/// What a sentence says of speed or memory.
#[derive(Debug)]
pub(super) struct Figure {
    /// As it is written, in one line.
    pub(super) text: String,
    /// Where it begins in the paragraph.
    pub(super) at: usize,
    /// Its numbers; none, if it compares without one.
    numbers: Vec<f64>,
    /// Whether it is a word, for which its inverse may stand: a third is 0.33 or 1 / 3.
    is_word: bool,
}

impl Figure {
    /// Whether a claim that is written with `literals` has all its numbers.
    pub(super) fn is_among(&self, literals: &[f64]) -> bool {
        let is = |number: f64, literal: f64| {
            (number - literal).abs() < 1e-9 || self.is_word && (number * literal - 1.0).abs() < 0.1
        };
        self.numbers.iter().all(|number| literals.iter().any(|literal| is(*number, *literal)))
    }
}

/// All of a paragraph.
pub(super) fn figures(text: &str) -> Vec<Figure> {
    static REGEX: LazyLock<Regex> = LazyLock::new(|| Regex::new(FIGURE).expect("it is tested"));
    REGEX.captures_iter(text).map(|found| figure(&found)).collect()
}

fn figure(found: &Captures<'_>) -> Figure {
    let whole = found.get(0).expect("the whole match");
    let number = |name| found.name(name).and_then(|number| number.as_str().replace(',', "").parse().ok());
    let mut numbers: Vec<f64> = ["low", "high", "from", "to"].into_iter().filter_map(number).collect();
    let words = [("n2", 2.0), ("n3", 3.0), ("n4", 4.0), ("n5", 5.0), ("n10", 10.0), ("n100", 100.0)];
    let word = words.into_iter().find(|(name, _)| found.name(name).is_some());
    numbers.extend(word.map(|(_, number)| number));
    Figure { text: in_one_line(whole.as_str()), at: whole.start(), numbers, is_word: word.is_some() }
}

/// With one space for a line's end.
pub(super) fn in_one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
