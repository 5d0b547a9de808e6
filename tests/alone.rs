use std::env;
use std::process::Command;

use crate::watchdog;

const CHILD: &str = "MEMO_TEST_ALONE";

/// Runs a test in a process of its own: no other test sweeps, clears or allocates beside it.
///
/// The closure must be written in the test function itself: its type says which test to run in the child.
pub fn alone<F: FnOnce() + Send>(test: F) {
    if env::var_os(CHILD).is_some() {
        watchdog(test);
        return;
    }
    let path = std::any::type_name::<F>();
    let path = path.strip_suffix("::{{closure}}").expect("`alone` takes a closure written in the test");
    let (_binary, name) = path.split_once("::").expect("a test is in a crate");
    let output = Command::new(env::current_exe().expect("a test knows its binary"))
        .args(["--exact", name, "--nocapture"])
        .env(CHILD, "1")
        .output()
        .expect("a test binary can be started again");
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "`{name}`, alone: {}\n{out}\n{err}", output.status);
    assert!(out.contains("1 passed"), "`{name}` is not the name of a test\n{out}");
}
