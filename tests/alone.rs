use std::env;
use std::process::{Command, Output};

use crate::watchdog;

const CHILD: &str = "MEMO_TEST_ALONE";

/// Runs a test in a process of its own: no other test sweeps, clears or allocates beside it.
///
/// The closure must be written in the test function itself: its type says which test to run in the child.
pub fn alone<F: FnOnce() + Send>(test: F) {
    let Some(output) = in_child(test) else { return };
    let out = String::from_utf8_lossy(&output.stdout);
    let err = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && out.contains("1 passed"), "alone: {}\n{out}\n{err}", output.status);
}

/// The same for a test that ends its process by itself: what came of it; `None` in the child.
pub fn in_child<F: FnOnce() + Send>(test: F) -> Option<Output> {
    if env::var_os(CHILD).is_some() {
        watchdog(test);
        return None;
    }
    let path = std::any::type_name::<F>();
    let path = path.strip_suffix("::{{closure}}").expect("the closure is written in the test");
    let (_binary, name) = path.split_once("::").expect("a test is in a crate");
    let binary = env::current_exe().expect("a test knows its binary");
    // Where this machine cannot start it by itself: `.ci/machines` names what can.
    let words = env::var_os("MEMO_TEST_RUNNER").into_iter().chain([binary.into()]).collect::<Vec<_>>();
    let mut child = Command::new(&words[0]);
    child.args(&words[1..]);
    child.args(["--exact", name, "--nocapture", "--include-ignored"]).env(CHILD, "1");
    Some(child.output().expect("a test binary can be started again"))
}
