//! What the compiler says to each mistake: `ui/<topic>/<mistake>.rs`, one mistake a file, found by glob. The programs of `ui/pass` are none;
//! the test `users` builds them. `trybuild` checks the mistakes in one run of cargo as long as there is nothing to be run among them. They are
//! checked, not built: what only the generation of code would tell is not told here.
//!
//! `TRYBUILD=overwrite cargo test -p memo-tests --test ui` writes the `.stderr` files anew; read them then.

/// What may be written; all other topics are mistakes.
const PASS: &str = "pass";

#[test]
fn every_mistake_is_told_where_it_stands() {
    let cases = trybuild::TestCases::new();
    for topic in topics() {
        cases.compile_fail(format!("ui/{topic}/*.rs"));
    }
}

fn topics() -> Vec<String> {
    let folders = std::fs::read_dir("ui").expect("a test runs in its package's folder");
    let mut topics: Vec<_> =
        folders.map(|folder| folder.expect("readable").file_name().into_string().expect("named in ASCII")).collect();
    topics.retain(|topic| topic != PASS);
    topics.sort();
    topics
}
