//! A claim: a chain of comparisons between numbers, cells of the recorded tables, and what is calculated from them.
//!
//! ```text
//! claim  = sum (("<=" | "<" | ">=" | ">" | "~") sum)+        `~`: at most a tenth apart
//! sum    = product (("+" | "-") product)*
//! product = atom (("*" | "/") atom)*
//! atom   = number | "(" sum ")" | ("min" | "max") "(" sum ("," sum)* ")" | cell
//! cell   = table? "[" key "]" "[" key "]"                    without a table: that of the last cell
//! key    = "\"" text "\"" | ".."                             `..`: as in the last cell
//! ```

use super::recorded::Recorded;

/// A claim, calculated.
#[derive(Debug)]
pub(super) struct Claim {
    text: String,
    sums: Vec<f64>,
    comparisons: Vec<&'static str>,
    /// The numbers that it is written with.
    pub(super) literals: Vec<f64>,
}

impl Claim {
    pub(super) fn of(text: &str, recorded: &Recorded) -> Result<Self, String> {
        let mut reader = Reader::new(text, recorded, "");
        let mut sums = vec![reader.sum()?];
        let mut comparisons = Vec::new();
        while let Some(comparison) = ["<=", "<", ">=", ">", "~"].into_iter().find(|sign| reader.eat(sign)) {
            comparisons.push(comparison);
            sums.push(reader.sum()?);
        }
        reader.end()?;
        if comparisons.is_empty() || reader.last.is_none() {
            return Err(format!("the claim `{text}` compares no recorded figure"));
        }
        Ok(Self { text: text.to_owned(), sums, comparisons, literals: reader.literals })
    }

    pub(super) fn holds(&self) -> Result<(), String> {
        let mut told = format!("{:.3}", self.sums[0]);
        let mut all = true;
        for (pair, comparison) in self.sums.windows(2).zip(&self.comparisons) {
            let (one, other) = (pair[0], pair[1]);
            told += &format!(" {comparison} {other:.3}");
            all &= match *comparison {
                "<=" => one <= other,
                "<" => one < other,
                ">=" => one >= other,
                ">" => one > other,
                _ => (one - other).abs() <= one.abs().max(other.abs()) / 10.0,
            };
        }
        if all {
            Ok(())
        } else {
            Err(format!("`{}` does not hold: {told}; change the sentence and the claim", self.text))
        }
    }
}

/// Sums with commas between them, as a table's cell has them; `table` is where the first is from.
pub(super) fn sums(text: &str, recorded: &Recorded, table: &str) -> Result<Vec<f64>, String> {
    let mut reader = Reader::new(text, recorded, table);
    let mut sums = vec![reader.sum()?];
    while reader.eat(",") {
        sums.push(reader.sum()?);
    }
    reader.end()?;
    Ok(sums)
}

struct Reader<'a> {
    rest: &'a str,
    recorded: &'a Recorded,
    table: &'a str,
    /// Both keys of the last cell.
    last: Option<[&'a str; 2]>,
    literals: Vec<f64>,
}

impl<'a> Reader<'a> {
    fn new(text: &'a str, recorded: &'a Recorded, table: &'a str) -> Self {
        Self { rest: text, recorded, table, last: None, literals: Vec::new() }
    }

    fn eat(&mut self, sign: &str) -> bool {
        self.rest = self.rest.trim_start();
        let rest = self.rest.strip_prefix(sign);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn expect(&mut self, sign: &str) -> Result<(), String> {
        if self.eat(sign) { Ok(()) } else { Err(format!("`{sign}` is missing before `{}`", self.rest)) }
    }

    fn end(&mut self) -> Result<(), String> {
        if self.rest.trim().is_empty() { Ok(()) } else { Err(format!("`{}` is no part of a claim", self.rest.trim())) }
    }

    fn word(&mut self, is_part: impl Fn(char) -> bool) -> &'a str {
        self.rest = self.rest.trim_start();
        let (word, rest) = self.rest.split_at(self.rest.find(|c| !is_part(c)).unwrap_or(self.rest.len()));
        self.rest = rest;
        word
    }

    fn sum(&mut self) -> Result<f64, String> {
        let mut sum = self.product()?;
        loop {
            match () {
                () if self.eat("+") => sum += self.product()?,
                () if self.eat("-") => sum -= self.product()?,
                () => return Ok(sum),
            }
        }
    }

    fn product(&mut self) -> Result<f64, String> {
        let mut product = self.atom()?;
        loop {
            match () {
                () if self.eat("*") => product *= self.atom()?,
                () if self.eat("/") => product /= self.atom()?,
                () => return Ok(product),
            }
        }
    }

    fn atom(&mut self) -> Result<f64, String> {
        if self.eat("(") {
            let sum = self.sum()?;
            return self.expect(")").map(|()| sum);
        }
        let number = self.word(|c| c.is_ascii_digit() || c == '.');
        if !number.is_empty() {
            let number = number.parse().map_err(|_| format!("`{number}` is no number"))?;
            self.literals.push(number);
            return Ok(number);
        }
        let name = self.word(|c| c.is_alphanumeric() || c == '_');
        if (name == "min" || name == "max") && self.eat("(") {
            let mut least = self.sum()?;
            while self.eat(",") {
                let next = self.sum()?;
                least = if name == "min" { least.min(next) } else { least.max(next) };
            }
            return self.expect(")").map(|()| least);
        }
        self.table = if name.is_empty() { self.table } else { name };
        let keys = [self.key(0)?, self.key(1)?];
        self.last = Some(keys);
        self.recorded.cell(self.table, keys[0], keys[1])
    }

    fn key(&mut self, at: usize) -> Result<&'a str, String> {
        self.expect("[")?;
        let key = if self.eat("..") {
            self.last.ok_or("`..` stands for the last cell, and this is the first")?[at]
        } else {
            self.expect("\"")?;
            let (key, rest) = self.rest.split_once('"').ok_or("a `\"` is missing")?;
            self.rest = rest;
            key
        };
        self.expect("]").map(|()| key)
    }
}
