//! The page with figures that are made up: a thousand real memos would be in the way of other tests.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier};
use std::thread;

use serde_json::{Value, json};

use crate::client::{encoded, get};
use crate::memos::used_memo;

/// Notes when rows are there, in the frame after.
const PROBE: &str = "
    const notes = document.documentElement.dataset;
    function look() {
        const rows = document.querySelectorAll('#rows tr').length;
        if (rows > 0) notes.first ??= Math.round(performance.now());
        if (rows === 1000) return (notes.all = Math.round(performance.now()));
        requestAnimationFrame(look);
    }
    requestAnimationFrame(look);
";

/// Serves the page's own files, and these figures. Its thread ends with the process.
pub(crate) struct Stub {
    pub(crate) address: SocketAddr,
}

/// Comes when the page asks for the memos again.
const LATE: &str = "/late.css";

struct Files {
    done: Barrier,
    /// What is asked for when all is done, and how often before that.
    last: (&'static str, usize),
    asked: AtomicUsize,
    all: Vec<(&'static str, String, String)>,
}

impl Stub {
    /// Notes when its rows are there. All is drawn when the page asks again, two seconds after the first time.
    pub(crate) fn of(memos: usize) -> Self {
        Self::serve(Files::new(memos, PROBE, ("/api/memos", 1)))
    }

    /// Lets a script use the page, which asks for `/done` at its end.
    pub(crate) fn used_by(memos: usize, script: &str) -> Self {
        Self::serve(Files::new(memos, script, ("/done", 0)))
    }

    fn serve(files: Files) -> Self {
        let files = Arc::new(files);
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let files = Arc::clone(&files);
                thread::spawn(move || files.answer(stream));
            }
        });
        Self { address }
    }
}

impl Files {
    fn new(memos: usize, script: &str, last: (&'static str, usize)) -> Self {
        let _lives = used_memo!("many times over");
        let server = memo_inspect::spawn("127.0.0.1:0").expect("it is served");
        let own = ["/", "/page.css", "/page.js", "/api/in-flight"].map(|path| {
            let answer = get(&server, path);
            (path, answer.header("content-type").expect("a type").to_owned(), answer.body)
        });
        let one = get(&server, &format!("/api/memo?name={}", encoded("many times over"))).json();
        let all = json!({"program": "a program", "taken": 1.0, "control": false, "swallowed_panics": 0, "also": [], "memos": many(&one, memos)});
        let history = json!({"moments": [], "memos": {}});
        let objects = json!({
            "count": 5000,
            "most": [{"results": 12, "age_seconds": 90.0}, {"results": 3, "age_seconds": null}],
            "ages": {"known": 1000, "youngest_seconds": 0.5, "median_seconds": 30.0, "oldest_seconds": 90.0},
        });
        let json = "application/json".to_owned();
        let made = [
            ("/api/memos", json.clone(), all.to_string()),
            ("/api/memo", json.clone(), one.to_string()),
            ("/api/owners", json.clone(), objects.to_string()),
            ("/api/history", json, history.to_string()),
            ("/probe.js", "text/javascript".to_owned(), script.to_owned()),
            (LATE, "text/css".to_owned(), String::new()),
        ];
        let mut all: Vec<_> = own.into_iter().chain(made).collect();
        // The page is complete when that file has come, which no line waits for.
        let more = format!(
            "<script src=\"probe.js\"></script><link rel=\"stylesheet\" media=\"print\" href=\"{LATE}\"></head>"
        );
        all[0].2 = all[0].2.replace("</head>", &more);
        Self { all, done: Barrier::new(2), last, asked: AtomicUsize::new(0) }
    }

    /// One request for each connection.
    fn answer(&self, mut stream: TcpStream) {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            if !stream.read(&mut byte).is_ok_and(|n| n == 1) {
                return;
            }
            head.extend(byte);
        }
        let head = String::from_utf8_lossy(&head).into_owned();
        let path = head.split([' ', '?']).nth(1).unwrap_or_default();
        let (last, before) = self.last;
        if path == LATE || path == last && self.asked.fetch_add(1, Ordering::Relaxed) == before {
            self.done.wait();
        }
        let (status, of_type, body) = match self.all.iter().find(|(known, ..)| *known == path) {
            Some((_, of_type, body)) => ("200 OK", of_type.as_str(), body.as_str()),
            None => ("404 Not Found", "text/plain", ""),
        };
        let head = format!(
            "HTTP/1.1 {status}\r\ncontent-type: {of_type}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
            body.len()
        );
        _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body.as_bytes()));
    }
}

/// The same memo under many names, with other figures.
fn many(one: &Value, count: usize) -> Vec<Value> {
    let numbered = |number: usize| {
        let mut memo = one["memo"].clone();
        memo["name"] = format!("app::module_{}::function_{number}", number % 17).into();
        memo["stats"]["hits"] = (number * 1000).into();
        memo["compute_seconds"] = (number as f64 / 7.0).into();
        memo
    };
    (0..count).map(numbered).collect()
}
