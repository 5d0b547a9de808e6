#!/usr/bin/env bash
# metrics 0.24.6 with metrics-exporter-prometheus 0.16.2, `Histogram::record_many`.
#
# `record_many(value, count)` reads like one step for a value with a weight, as for figures that were counted elsewhere. It takes `count` steps, and the
# exporter keeps each of them as a sample of its own, 12 to 16 bytes, until it renders or is told to run its upkeep: a million of one value are 16 MB, and
# what was gathered in hours before the first scrape has no bound. So counts that are there already are better published as gauges.
#
# Builds a program with the two crates in a temporary folder, runs no code of this project, and fails if they behave otherwise.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
mkdir "$folder/src"
cat >"$folder/Cargo.toml" <<'MANIFEST'
[package]
name = "record_many"
version = "0.1.0"
edition = "2024"

[dependencies]
metrics = "=0.24.6"
metrics-exporter-prometheus = { version = "=0.16.2", default-features = false }
peak_alloc = "=0.3.0"
MANIFEST
cat >"$folder/src/main.rs" <<'PROGRAM'
use metrics_exporter_prometheus::PrometheusBuilder;
use peak_alloc::PeakAlloc;

#[global_allocator]
static HEAP: PeakAlloc = PeakAlloc;

fn main() {
    let recorder = PrometheusBuilder::new().build_recorder();
    let handle = recorder.handle();
    metrics::with_local_recorder(&recorder, || {
        for count in [1_000_000, 4_000_000] {
            let before = HEAP.current_usage();
            metrics::histogram!("took").record_many(0.5, count);
            let each = (HEAP.current_usage() - before) / count;
            println!("{count} of one value: at least 8 bytes of heap for each: {}", each >= 8);
        }
        let text = handle.render();
        println!("{}", text.lines().find(|line| line.starts_with("took_count")).expect("it is told"));
    });
}
PROGRAM
cargo run --quiet --release --manifest-path "$folder/Cargo.toml" | tee "$folder/output"
diff "$folder/output" - <<'EXPECTED'
1000000 of one value: at least 8 bytes of heap for each: true
4000000 of one value: at least 8 bytes of heap for each: true
took_count 5000000
EXPECTED
echo "as found"
