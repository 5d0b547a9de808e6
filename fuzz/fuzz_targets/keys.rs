//! Keys of many shapes, weak arguments inside them: see `memo_tests::model::keys`.
#![no_main]

use libfuzzer_sys::fuzz_target;
use memo_tests::model::Script;
use memo_tests::model::keys::{self, Step};

fuzz_target!(|script: Script<Step>| keys::run(&script.0));
