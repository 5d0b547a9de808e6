use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use serde_json::{Value, json};

/// What an answer may take; the first needs the macros built.
const LIMIT: Duration = Duration::from_secs(300);

/// A language server, asked as an editor asks.
pub(crate) struct Client {
    server: Child,
    input: ChildStdin,
    output: Receiver<Value>,
    /// Notifications that came while an answer was waited for.
    seen: VecDeque<Value>,
    asked: u64,
}

impl Client {
    /// Starts the server in the folder of a crate.
    pub(crate) fn start(program: &Path, folder: &Path) -> Self {
        let mut server = Command::new(program)
            .current_dir(folder)
            // It would have `rustup` add what it misses, to a toolchain that others use.
            .env("RUSTUP_AUTO_INSTALL", "0")
            .env("RUSTUP_DIST_SERVER", "file:///nowhere")
            .env_remove("RUSTFLAGS")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the server starts");
        let (input, output) = (server.stdin.take().expect("piped"), server.stdout.take().expect("piped"));
        let (sender, receiver) = channel();
        std::thread::spawn(move || {
            let mut output = BufReader::new(output);
            while let Some(message) = read(&mut output) {
                if sender.send(message).is_err() {
                    return;
                }
            }
        });
        Self { server, input, output: receiver, seen: VecDeque::new(), asked: 0 }
    }

    pub(crate) fn tell(&mut self, method: &str, params: Value) {
        self.send(&json!({ "jsonrpc": "2.0", "method": method, "params": params }));
    }

    /// The server's answer; asked anew where it says that the content changed meanwhile.
    pub(crate) fn ask(&mut self, method: &str, params: Value) -> Value {
        loop {
            self.asked += 1;
            let id = self.asked;
            self.send(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }));
            let answer = self.wait(|message| message["id"] == id && message["method"].is_null());
            if answer["error"].is_null() {
                return answer["result"].clone();
            }
            assert_eq!(answer["error"]["code"], -32801, "{method}: {answer}");
        }
    }

    /// Waits for a notification.
    pub(crate) fn until(&mut self, is_it: impl Fn(&Value) -> bool) {
        if let Some(at) = self.seen.iter().position(&is_it) {
            self.seen.drain(..=at);
            return;
        }
        self.wait(is_it);
    }

    fn wait(&mut self, is_it: impl Fn(&Value) -> bool) -> Value {
        loop {
            let message = self.output.recv_timeout(LIMIT).expect("the server answers in time");
            if is_it(&message) {
                return message;
            }
            if !message["id"].is_null() && !message["method"].is_null() {
                // A question of the server's: we have no wishes.
                self.send(&json!({ "jsonrpc": "2.0", "id": message["id"], "result": null }));
            } else if !message["method"].is_null() {
                self.seen.push_back(message);
            }
        }
    }

    fn send(&mut self, message: &Value) {
        let text = message.to_string();
        write!(self.input, "Content-Length: {}\r\n\r\n{text}", text.len()).expect("the server reads");
        self.input.flush().expect("the server reads");
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        // It may be gone already.
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

fn read(output: &mut impl BufRead) -> Option<Value> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        if output.read_line(&mut line).ok()? == 0 {
            return None;
        }
        if line == "\r\n" {
            break;
        }
        if let Some(number) = line.strip_prefix("Content-Length: ") {
            length = number.trim().parse().ok()?;
        }
    }
    let mut text = vec![0; length];
    output.read_exact(&mut text).ok()?;
    serde_json::from_slice(&text).ok()
}
