use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::client::Client;
use crate::server::{server, skipped};

/// A crate of one file, open in an editor.
pub(crate) struct Project {
    client: Client,
    file: PathBuf,
    text: String,
    version: u64,
}

impl Project {
    /// None, and a line that says so, where there is no server, or where it does not know std.
    pub(crate) fn open(text: &str) -> Option<Self> {
        let server = server()?;
        let folder = folder();
        let file = folder.join("src/lib.rs");
        let memo_core = workspace().join("memo-core");
        // Cargo takes packages of one name for one package if they lie alike in their workspaces, and all are built into one folder.
        let test = folder.file_name().and_then(|name| name.to_str()).expect("the name of a test");
        let manifest = format!(
            "[package]\nname = \"memos-{test}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[dependencies]\nmemo-core = {{ path = {memo_core:?} }}\n\n[workspace]\n"
        );
        fs::create_dir_all(folder.join("src")).expect("a folder can be made");
        fs::write(folder.join("Cargo.toml"), manifest).expect("a file can be written");
        fs::copy(workspace().join("Cargo.lock"), folder.join("Cargo.lock")).expect("a file can be copied");
        fs::write(&file, text).expect("a file can be written");
        let client = Client::start(&server, &folder);
        let mut project = Self { client, file, text: text.to_owned(), version: 1 };
        project.initialize(&folder);
        if !project.hover("number =").contains("Arc<usize>") {
            skipped("the server does not know std, whose dependencies may not be at hand");
            return None;
        }
        Some(project)
    }

    fn initialize(&mut self, folder: &Path) {
        let root = format!("file://{}", folder.display());
        let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("programs");
        self.client.ask(
            "initialize",
            json!({
                "processId": null,
                "rootUri": root,
                "workspaceFolders": [{ "uri": root, "name": "memos" }],
                "capabilities": {
                    "experimental": { "serverStatusNotification": true },
                    "textDocument": { "diagnostic": {}, "hover": { "contentFormat": ["markdown"] } },
                },
                "initializationOptions": {
                    "checkOnSave": false,
                    "cargo": { "targetDir": target },
                    "procMacro": { "enable": true },
                },
            }),
        );
        self.client.tell("initialized", json!({}));
        let document = json!({ "uri": self.uri(), "languageId": "rust", "version": 1, "text": self.text });
        self.client.tell("textDocument/didOpen", json!({ "textDocument": document }));
        self.client.until(|message| {
            message["method"] == "experimental/serverStatus" && message["params"]["quiescent"] == true
        });
    }

    /// What is in the file now.
    pub(crate) fn set(&mut self, text: &str) {
        text.clone_into(&mut self.text);
        self.version += 1;
        let document = json!({ "uri": self.uri(), "version": self.version });
        let changes = json!([{ "text": text }]);
        self.client.tell("textDocument/didChange", json!({ "textDocument": document, "contentChanges": changes }));
    }

    /// What is underlined as an error, and in which line. The server's own word on how names are spelt is left out: it does not
    /// see every `allow`.
    pub(crate) fn errors(&mut self) -> Vec<(u64, String)> {
        let report = self.client.ask("textDocument/diagnostic", json!({ "textDocument": { "uri": self.uri() } }));
        let items = report["items"].as_array().expect("a full report").iter();
        let of_style = |item: &Value| item["code"].as_str().is_some_and(|code| code.starts_with("non_"));
        let errors = items.filter(|item| item["severity"] == 1 && !of_style(item));
        errors.map(|item| (line(&item["range"]), item["message"].to_string())).collect()
    }

    /// The line in this file to which the name at the start of `place` leads.
    pub(crate) fn definition(&mut self, place: &str) -> u64 {
        let at = self.at(place, 1);
        let found = self.client.ask("textDocument/definition", at);
        let first = if found.is_array() { &found[0] } else { &found };
        assert_eq!(first["uri"], self.uri(), "`{place}` leads nowhere, or away: {found}");
        line(&first["range"])
    }

    /// What may stand behind the first such place.
    pub(crate) fn completions(&mut self, place: &str) -> Vec<String> {
        let at = self.at(place, place.len());
        let found = self.client.ask("textDocument/completion", at);
        let items = if found.is_array() { &found } else { &found["items"] };
        items.as_array().into_iter().flatten().map(|item| text(&item["label"])).collect()
    }

    /// What is said of the name at the start of `place`.
    pub(crate) fn hover(&mut self, place: &str) -> String {
        let at = self.at(place, 1);
        text(&self.client.ask("textDocument/hover", at)["contents"]["value"])
    }

    pub(crate) fn line_of(&self, piece: &str) -> u64 {
        self.position(piece, 0).0
    }

    fn at(&self, place: &str, offset: usize) -> Value {
        let (line, character) = self.position(place, offset);
        json!({ "textDocument": { "uri": self.uri() }, "position": { "line": line, "character": character } })
    }

    fn position(&self, place: &str, offset: usize) -> (u64, u64) {
        let start = self.text.find(place).unwrap_or_else(|| panic!("{place}"));
        let before = &self.text[..start + offset];
        let line = before.matches('\n').count();
        (line as u64, (before.len() - before.rfind('\n').map_or(0, |at| at + 1)) as u64)
    }

    fn uri(&self) -> String {
        format!("file://{}", self.file.display())
    }
}

/// One for each test of the process.
fn folder() -> PathBuf {
    let test = std::thread::current().name().unwrap_or("editor").to_owned();
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("editor").join(test)
}

pub(crate) fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("a package of the workspace").to_owned()
}

fn line(range: &Value) -> u64 {
    range["start"]["line"].as_u64().expect("a range has a line")
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
