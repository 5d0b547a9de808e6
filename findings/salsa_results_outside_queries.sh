#!/usr/bin/env bash
# salsa 0.28.5, a tracked function of an input and a further argument.
#
# Results for arguments that are not asked for any more are freed while revisions go by, but only if the function was called by another
# tracked function. Called by the program itself, with the same arguments in the same revisions, every result stays until the database is
# dropped: a loop that asks for eight new keys in each revision grows without bound.
#
# Builds a program with salsa in a temporary folder, runs no code of this project, and fails if salsa behaves otherwise.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
mkdir "$folder/src"
cat > "$folder/Cargo.toml" <<'TOML'
[package]
name = "found"
version = "0.0.0"
edition = "2024"
[dependencies]
salsa = "=0.28.5"
[workspace]
TOML
cat > "$folder/src/main.rs" <<'RUST'
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};

use salsa::Setter;

static ALIVE: AtomicU32 = AtomicU32::new(0);
const REVISIONS: u32 = 1_250;

#[derive(Debug, PartialEq)]
struct Counted(u32);

impl Counted {
    fn new(number: u32) -> Self {
        ALIVE.fetch_add(1, SeqCst);
        Self(number)
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        ALIVE.fetch_sub(1, SeqCst);
    }
}

#[salsa::input]
struct Start {
    number: u32,
}

#[salsa::tracked]
fn one(db: &dyn salsa::Database, start: Start, key: u32) -> Counted {
    Counted::new(*start.number(db) + key)
}

fn eight(db: &dyn salsa::Database, start: Start) -> u32 {
    let first = *start.number(db);
    (first..first + 8).map(|key| one(db, start, key).0).sum()
}

#[salsa::tracked]
fn eight_in_a_query(db: &dyn salsa::Database, start: Start) -> u32 {
    eight(db, start)
}

fn alive_after(ask: impl Fn(&salsa::DatabaseImpl, Start)) -> u32 {
    let mut db = salsa::DatabaseImpl::new();
    let start = Start::new(&db, 0);
    for revision in 0..REVISIONS {
        start.set_number(&mut db).to(8 * revision);
        ask(&db, start);
    }
    ALIVE.load(SeqCst)
}

fn main() {
    let by_the_program = alive_after(|db, start| assert!(eight(db, start) > 0));
    println!("called by the program: {by_the_program} of {} results are alive", 8 * REVISIONS);
    println!("databases are gone: {}", ALIVE.load(SeqCst));
    println!("called by a query: {} are", alive_after(|db, start| assert!(*eight_in_a_query(db, start) > 0)));
}
RUST
cargo run --quiet --release --manifest-path "$folder/Cargo.toml" | tee "$folder/output"
diff "$folder/output" - <<'EXPECTED'
called by the program: 10000 of 10000 results are alive
databases are gone: 0
called by a query: 40 are
EXPECTED
echo "as found"
