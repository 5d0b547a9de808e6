//! The program `stress`, for a second or two: that it still runs, and finds nothing.

use std::process::Command;

fn stress(args: &[&str]) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_stress"));
    command.args(["--operations", "150000", "--objects", "4000"]).args(args);
    let output = command.output().expect("the program can be started");
    let out = String::from_utf8_lossy(&output.stdout);
    let err = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && out.contains("all well"), "{}\n{out}\n{err}", output.status);
}

#[test]
fn a_little_of_everything_holds() {
    stress(&["--seed", "1"]);
}

#[test]
fn a_little_of_everything_holds_with_panics_in_all_user_code() {
    stress(&["--seed", "2", "--panics"]);
}
