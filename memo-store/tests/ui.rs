//! What the compiler says to each mistake: `ui/<topic>/<mistake>.rs`, one mistake a file.
//!
//! `TRYBUILD=overwrite cargo test -p memo-store --test ui` writes the `.stderr` files anew; read them then.

#[test]
fn every_mistake_is_told_where_it_stands() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("tests/ui/*/*.rs");
}
