//! Every command of every handle, on a few objects of each kind: see `memo_tests::model`.
#![no_main]

use libfuzzer_sys::fuzz_target;
use memo_tests::model::{self, Command, Script};

fuzz_target!(|script: Script<Command>| model::run(&script.0));
