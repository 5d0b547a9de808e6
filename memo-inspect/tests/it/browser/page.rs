//! What the page says is what `report` says.

use std::sync::Arc;

use memo_inspect::Inspector;

use super::chromium::Chromium;
use crate::client::encoded;
use crate::memos::{Pool, reported, used_memo};

/// The text of the row that has this name, cell by cell.
fn cells(dom: &str, name: &str) -> Vec<String> {
    let link = format!(">{name}</a>");
    let rows = dom.split("<tr").find(|row| row.contains(&link) && row.contains("rowheader")).expect("a row");
    let cells = rows.split("<td").skip(1).map(|cell| text(&format!("<td{cell}")));
    cells.collect()
}

/// Without what is between `<` and `>`.
fn text(html: &str) -> String {
    let parts = html.split('<').filter_map(|part| part.split_once('>'));
    parts.map(|(_, text)| text).collect::<String>().trim().to_owned()
}

#[test]
fn the_figures_of_the_page_are_those_of_the_report() {
    let Some(chromium) = Chromium::find() else { return };
    let _lives = used_memo!("shown");
    let server = memo_inspect::spawn("127.0.0.1:0").expect("it is served");
    let dom = chromium.dom(&server.url());
    let (shown, stats) = (cells(&dom, "shown"), reported("shown").stats);
    let expected = [stats.hits, stats.misses].map(|n| n.to_string());
    assert_eq!(shown[1..3], expected, "{shown:?}");
    assert_eq!(shown[3], format!("{:.1}", stats.hit_ratio() * 100.0));
    assert_eq!(shown[4..6], [stats.living(), stats.awaiting_sweep].map(|n| n.to_string()));
    assert!(
        dom.contains("aria-sort=\"descending\"") && !dom.contains("id=\"trouble\" class=\"trouble\" role=\"alert\">")
    );
}

#[test]
fn the_page_of_one_memo_has_all_its_figures_with_their_help() {
    let Some(chromium) = Chromium::find() else { return };
    let _lives = used_memo!("shown <b>alone</b>");
    let server = memo_inspect::spawn("127.0.0.1:0").expect("it is served");
    let dom = chromium.dom(&format!("{}#memo={}", server.url(), encoded("shown <b>alone</b>")));
    assert!(dom.contains(">shown &lt;b&gt;alone&lt;/b&gt;</h2>"));
    for figure in reported("shown <b>alone</b>").stats.figures() {
        let start = format!("data-figure=\"{}\"", figure.name);
        let row = dom.split("<tr").find(|row| row.contains(&start)).expect(figure.name);
        let shown = text(row.split("<td").nth(1).map(|cell| format!("<td{cell}")).as_deref().expect("a value"));
        if !figure.name.contains("seconds") && !figure.name.contains("bytes") {
            assert_eq!(shown, figure.value.to_string(), "{}", figure.name);
        }
        assert!(row.contains(figure.help), "{}", figure.name);
    }
}

#[test]
fn buttons_that_change_something_are_there_where_it_is_allowed() {
    let Some(chromium) = Chromium::find() else { return };
    let _lives = used_memo!("with buttons");
    let hidden = ["id=\"sweep\" hidden", "id=\"controls\" class=\"controls\" hidden"];
    for allowed in [false, true] {
        let inspector = if allowed { Inspector::new().allow_control() } else { Inspector::new() };
        let server = inspector.spawn("127.0.0.1:0").expect("it is served");
        let overview = chromium.dom(&server.url());
        let memo = chromium.dom(&format!("{}#memo={}", server.url(), encoded("with buttons")));
        assert!(overview.contains(">with buttons</a>") && memo.contains(">with buttons</h2>"));
        assert_eq!([overview.contains(hidden[0]), memo.contains(hidden[1])], [!allowed; 2]);
    }
}

#[test]
fn the_token_of_the_address_is_used_and_a_wrong_one_is_told() {
    let Some(chromium) = Chromium::find() else { return };
    let _lives = used_memo!("behind a token");
    let server = Inspector::new().token("a &token").spawn("127.0.0.1:0").expect("it is served");
    let right = chromium.dom(&format!("{}?token=a%20%26token", server.url()));
    assert!(right.contains(">behind a token</a>"));
    let wrong = chromium.dom(&format!("{}?token=another", server.url()));
    assert!(!wrong.contains(">behind a token</a>") && wrong.contains("This is not the token."));
    let none = chromium.dom(&server.url());
    assert!(!none.contains(">behind a token</a>") && none.contains("<form id=\"ask\">"));
}

#[test]
fn what_a_report_has_besides_the_memos_is_shown_as_text() {
    let Some(chromium) = Chromium::find() else { return };
    let pool = Arc::new(Pool);
    memo_core::add_reporter(&pool);
    let server = memo_inspect::spawn("127.0.0.1:0").expect("it is served");
    assert!(chromium.dom(&server.url()).contains("<li>pool: &lt;b&gt;3&lt;/b&gt; idle</li>"));
}
