#!/usr/bin/env bash
# cached 4.1.0, feature `redis_store`: `RedisCache::cache_get`.
#
# A look-up is two questions to the server, one after another: the pool sends PING on a connection each time before it hands it out, and the builder has no
# word to turn that off. So a hit takes two round trips, twice what the network takes, also on a connection that was used a microsecond
# before. Whoever compares a second tier with this store compares with two round trips.
#
# Builds a program with the crate, and a stand-in for a server that counts what it is asked, in a temporary folder; runs no code of this project, and
# fails if the crate behaves otherwise.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
mkdir "$folder/src"
cat >"$folder/Cargo.toml" <<'MANIFEST'
[package]
name = "asks_twice"
version = "0.1.0"
edition = "2024"

[dependencies]
cached = { version = "=4.1.0", default-features = false, features = ["redis_store"] }
MANIFEST
cat >"$folder/src/main.rs" <<'PROGRAM'
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use cached::{ConcurrentCached, RedisCache};

type Counts = Arc<Mutex<BTreeMap<String, u32>>>;

/// Knows nothing, and counts what it is asked.
fn serve(stream: TcpStream, counts: &Counts) -> Option<()> {
    let mut lines = BufReader::new(stream.try_clone().ok()?).lines().map_while(Result::ok);
    let mut stream = stream;
    loop {
        let parts: usize = lines.next()?.strip_prefix('*')?.parse().ok()?;
        let words: Vec<String> = (0..parts).filter_map(|_| lines.next().and_then(|_| lines.next())).collect();
        let command = words.first()?.to_uppercase();
        let answer = match command.as_str() {
            "PING" => "+PONG\r\n",
            "GET" => "$-1\r\n",
            _ => "+OK\r\n",
        };
        *counts.lock().unwrap().entry(command).or_default() += 1;
        stream.write_all(answer.as_bytes()).ok()?;
    }
}

fn main() {
    let counts = Counts::default();
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("redis://{}", listener.local_addr().expect("an address"));
    let counting = Arc::clone(&counts);
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let counts = Arc::clone(&counting);
            thread::spawn(move || serve(stream, &counts));
        }
    });
    let builder = RedisCache::<u64, u64>::builder("numbers").connection_string(&url).connection_pool_max_size(1);
    let cache = builder.ttl(Duration::from_secs(60)).build().expect("a cache");
    counts.lock().unwrap().clear();
    for number in 0..1000 {
        assert_eq!(cache.cache_get(&number).expect("an answer"), None);
    }
    let counts = counts.lock().unwrap();
    println!("1000 look-ups: {} times GET, {} times PING", counts["GET"], counts["PING"]);
}
PROGRAM
cargo run --quiet --release --manifest-path "$folder/Cargo.toml" | tee "$folder/output"
diff "$folder/output" - <<'EXPECTED'
1000 look-ups: 1000 times GET, 1000 times PING
EXPECTED
echo "as found"
