use std::sync::Arc;

use serde_json::json;

use crate::client::{encoded, get};
use crate::memos::{Pool, reported, used_memo};

#[test]
fn the_figures_are_those_of_the_report() {
    let lives = used_memo!("looked at");
    let server = memo_inspect::spawn("127.0.0.1:0").expect("it is served");
    let all = get(&server, "/api/memos").json();
    let memos = all["memos"].as_array().expect("a list");
    let memo = memos.iter().find(|memo| memo["name"] == "looked at").expect("it is listed");
    let expected = reported("looked at");
    assert_eq!(memo["stats"], serde_json::to_value(expected.stats).expect("it serializes"));
    assert_eq!((&memo["stats"]["hits"], &memo["stats"]["misses"]), (&json!(2), &json!(2)));
    assert_eq!(memo["living"], expected.stats.living());
    assert_eq!((&memo["hit_ratio"], &memo["line"]), (&json!(0.5), &json!(expected.line)));
    assert_eq!(memo["compute_seconds"], expected.stats.compute_time.as_secs_f64());
    assert_eq!(memo["saved_seconds"], expected.stats.time_saved().as_secs_f64());
    assert!(memo["file"].as_str().is_some_and(|file| file.ends_with("figures.rs")));
    assert_eq!(all["control"], false);
    drop(lives);
}

#[test]
fn the_programs_own_line_is_told_with_the_figures() {
    let _lives = used_memo!("with a line");
    let server = memo_inspect::Inspector::new().status(|| "at <b>work</b>".to_owned()).spawn("127.0.0.1:0");
    let server = server.expect("it is served");
    for path in ["/api/memos".to_owned(), format!("/api/memo?name={}", encoded("with a line"))] {
        assert_eq!(get(&server, &path).json()["status"], "at <b>work</b>");
    }
    let without = memo_inspect::spawn("127.0.0.1:0").expect("it is served");
    assert_eq!(get(&without, "/api/memos").json()["status"], json!(null));
}

#[test]
fn one_memo_has_all_figures_with_what_they_count() {
    let _lives = used_memo!("one of all");
    let server = memo_inspect::spawn("127.0.0.1:0").expect("it is served");
    let json = get(&server, &format!("/api/memo?name={}", encoded("one of all"))).json();
    let stats = reported("one of all").stats;
    let expected = stats.figures().map(
        |figure| json!({"name": figure.name, "kind": figure.kind.as_str(), "help": figure.help, "value": figure.value}),
    );
    assert_eq!(json["figures"], expected.collect::<serde_json::Value>());
    assert_eq!(json["misses"], json!([]));
}

#[test]
fn the_objects_of_a_memo_are_counted_on_request() {
    #[memo_core::weak_memo(name = "of counted objects")]
    fn of(of: &Arc<u32>, key: u32) -> u32 {
        **of + key
    }
    #[memo_core::weak_memo(name = "lent by objects")]
    fn lent(of: &memo_core::Anchored<u32>) -> &u32 {
        **of
    }
    let (two, one) = (Arc::new(1), Arc::new(2));
    _ = (of(&two, 1), of(&two, 2), of(&one, 1), lent(&memo_core::Anchored::new(1)));
    let server = memo_inspect::spawn("127.0.0.1:0").expect("it is served");
    let owners = |name: &str| get(&server, &format!("/api/owners?name={}", encoded(name)));
    let object = |results: usize| json!({"results": results, "age_seconds": null});
    let expected = json!({"count": 2, "most": [object(2), object(1)], "ages": null});
    assert_eq!(owners("of counted objects").json(), expected);
    // Of those first met while misses are explained, the ages are known.
    of_memo().explain(true);
    let third = Arc::new(3);
    (1..4).for_each(|key| _ = of(&third, key));
    let told = owners("of counted objects").json();
    assert_eq!(
        (&told["count"], &told["most"][0]["results"], &told["ages"]["known"]),
        (&json!(3), &json!(3), &json!(1))
    );
    for age in [&told["most"][0]["age_seconds"], &told["ages"]["oldest_seconds"], &told["ages"]["median_seconds"]] {
        assert!(age.as_f64().is_some_and(|age| (0.0..10.0).contains(&age)), "{told}");
    }
    assert_eq!(owners("lent by objects").json(), json!(null));
    assert_eq!(owners("unheard of").status, 404);
}

#[test]
fn verdicts_are_told_in_words_with_advice() {
    #[memo_core::weak_memo(name = "of the dying")]
    fn of_the_dying(of: &std::sync::Arc<String>) -> usize {
        of.len()
    }
    (0..200).for_each(|n| _ = of_the_dying(&std::sync::Arc::new(n.to_string())));
    let server = memo_inspect::spawn("127.0.0.1:0").expect("it is served");
    let json = get(&server, &format!("/api/memo?name={}", encoded("of the dying"))).json();
    let verdict = &json["memo"]["verdicts"][0];
    assert_eq!(verdict["verdict"], "ObjectsDieFirst");
    assert_eq!(verdict["says"], memo_core::Verdict::ObjectsDieFirst.to_string());
    assert!(verdict["advice"].as_str().is_some_and(|advice| advice.contains("share the objects")));
}

/// Names and figures, and nothing of what the program computes with.
#[test]
fn neither_keys_nor_values_are_to_be_seen() {
    #[memo_core::weak_memo(name = "secretive", capacity = 2)]
    fn secretive(of: &std::sync::Arc<String>, key: &str) -> String {
        format!("{of}{key}")
    }
    let of = std::sync::Arc::new(String::from("owner-5309"));
    _ = ["key-8675", "key-8676", "key-8677"].map(|key| secretive(&of, key));
    let server = memo_inspect::spawn("127.0.0.1:0").expect("it is served");
    let one = format!("/api/memo?name={}", encoded("secretive"));
    for path in ["/api/memos", &one, "/api/in-flight", "/api/history", "/metrics"] {
        let body = get(&server, path).body;
        assert!(!body.contains("owner-5309") && !body.contains("key-867"), "{path}");
    }
}

/// All that was asked for within half a second is of one moment.
#[test]
fn who_asks_soon_again_gets_the_same_moment() {
    let server = memo_inspect::spawn("127.0.0.1:0").expect("it is served");
    let seen = || (0..20).map(|_| get(&server, "/api/memos").json()["taken"].as_f64().expect("a time"));
    let mut moments: Vec<_> = seen().collect();
    moments.dedup();
    assert!(moments.windows(2).all(|two| two[1] - two[0] >= 0.5), "{moments:?}");
}

#[test]
fn the_history_begins_with_who_looks() {
    let _lives = used_memo!("of history");
    let server = memo_inspect::spawn("127.0.0.1:0").expect("it is served");
    let before = get(&server, "/api/history").json();
    assert_eq!(before, json!({"moments": [], "memos": {}}));
    let taken = get(&server, "/api/memos").json()["taken"].clone();
    let history = get(&server, &format!("/api/history?name={}", encoded("of history"))).json();
    assert_eq!(history, json!({"moments": [taken], "memos": {"of history": {"hits": [], "misses": []}}}));
}

#[test]
fn what_a_report_has_besides_the_memos_is_told() {
    let pool = Arc::new(Pool);
    memo_core::add_reporter(&pool);
    let server = memo_inspect::spawn("127.0.0.1:0").expect("it is served");
    let also = get(&server, "/api/memos").json()["also"].clone();
    assert!(also.as_array().expect("a list").contains(&json!("pool: <b>3</b> idle")), "{also}");
}
