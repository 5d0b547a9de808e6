//! The pictures of the README, made anew where `MEMO_INSPECT_PICTURES` is set.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use super::chromium::{Chromium, Look};

/// The example, which ends with this.
struct Example(Child);

impl Drop for Example {
    fn drop(&mut self) {
        _ = self.0.kill();
        _ = self.0.wait();
    }
}

/// Cargo builds the examples of a package before it runs its tests.
fn watch() -> (Example, String) {
    let this = std::env::current_exe().expect("a program");
    let program = this.parent().and_then(Path::parent).expect("a folder").join("examples/watch");
    let mut child = Command::new(program).stdout(Stdio::piped()).spawn().expect("it runs");
    let mut line = String::new();
    BufReader::new(child.stdout.take().expect("a pipe")).read_line(&mut line).expect("a line");
    let url = line.trim().rsplit(' ').next().expect("an address").to_owned();
    (Example(child), url)
}

#[test]
fn the_pictures_are_made_where_it_is_asked_for() {
    if std::env::var_os("MEMO_INSPECT_PICTURES").is_none() {
        return;
    }
    let Some(chromium) = Chromium::find() else { return };
    let (_example, url) = watch();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("pictures");
    let memo = format!("{url}#memo=watch::layout");
    // Somebody looks for a while: the charts have something to show.
    (0..40).for_each(|_| _ = chromium.dom(&url));
    for (name, url, width, height, dark) in [
        ("light", &url, 1200, 700, false),
        ("dark", &url, 1200, 700, true),
        ("memo", &memo, 1200, 700, false),
        ("phone", &url, 500, 900, true),
    ] {
        chromium.picture(url, Look { width, height, dark }, &folder.join(format!("{name}.png")));
    }
}
