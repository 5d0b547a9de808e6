//! A browser without a window, one run for each page.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};

const NAMES: [&str; 3] = ["chromium", "chromium-browser", "google-chrome"];

pub(crate) struct Chromium(PathBuf);

impl Chromium {
    /// `None`, and a line on stderr, where there is none.
    pub(crate) fn find() -> Option<Self> {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let found = std::env::split_paths(&path)
            .find_map(|folder| NAMES.iter().map(|name| folder.join(name)).find(|program| program.is_file()));
        if found.is_none() {
            eprintln!(
                "SKIPPED: there is no chromium, so the page was seen by nobody (Debian: apt-get install chromium)"
            );
        }
        found.map(Self)
    }

    /// The page as it is once its scripts have run for some seconds of its own time, which takes less.
    pub(crate) fn dom(&self, url: &str) -> String {
        self.run(&["--dump-dom", "--virtual-time-budget=5000", url])
    }

    /// The page as it is when all its files have come, in real time.
    pub(crate) fn dom_when_loaded(&self, url: &str) -> String {
        self.run(&["--dump-dom", url])
    }

    pub(crate) fn picture(&self, url: &str, of: Look, into: &Path) {
        let [size, picture] =
            [format!("--window-size={},{}", of.width, of.height), format!("--screenshot={}", into.display())];
        // What the system is said to prefer.
        let theme = if of.dark { "--force-dark-mode" } else { "--disable-features=WebContentsForceDark" };
        self.run(&["--hide-scrollbars", "--virtual-time-budget=9000", theme, &size, &picture, url]);
        assert!(into.is_file(), "no picture of {url}");
    }

    fn run(&self, arguments: &[&str]) -> String {
        let home = Home::new();
        let quiet = [
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--disable-dev-shm-usage",
        ];
        let profile = format!("--user-data-dir={}", home.0.display());
        let output = Command::new(&self.0).args(quiet).arg(profile).args(arguments).output().expect("it runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    }
}

#[derive(Clone, Copy)]
pub(crate) struct Look {
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) dark: bool,
}

/// A profile of its own, and new: two browsers do not share one.
struct Home(PathBuf);

impl Home {
    fn new() -> Self {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let name = format!("chromium-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        Self(Path::new(env!("CARGO_TARGET_TMPDIR")).join(name))
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        _ = std::fs::remove_dir_all(&self.0);
    }
}
