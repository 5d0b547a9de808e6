//! Two scripts at once on the same objects: see `memo_tests::model::threads`. What it finds may need several tries to fail again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use memo_tests::model::threads;

fuzz_target!(|bytes: &[u8]| threads::run(bytes));
