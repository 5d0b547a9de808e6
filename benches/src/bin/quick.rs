//! The quick mode: the rows of the targets once, in a few minutes, as one Markdown table; then the targets of the design.
//!
//! Subjects are interleaved: each takes one short sample a round, and the median over the rounds counts. The criterion
//! benches beside this are slower and say more about spread; `report` asks every question, at more length.
//!
//! With `--record` what is printed goes to `benches/results/quick.md` as well, from which the pages have their figures.

use std::error::Error;

use memo_benches::heap::Counting;
use memo_benches::report::{quick, record};
use memo_benches::{fresh, questions};

#[global_allocator]
static COUNTING: Counting = Counting;

fn main() -> Result<(), Box<dyn Error>> {
    if fresh::answer(questions::figures()) {
        return Ok(());
    }
    record::is_asked()?;
    record::print("quick", &quick::measured()?)
}
