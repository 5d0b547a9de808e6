//! Values and strings that hold `Arc`s.

use std::sync::Arc;

use memo_wild::carries;
use minijinja::Value;
use smol_str::SmolStr;

#[test]
fn a_value_of_minijinja_gives_out_one_arc_of_a_long_text_and_many_of_a_short_one() {
    let kept: Arc<str> = Arc::from("short");
    let value = Value::from(Arc::clone(&kept));
    assert!(carries(&kept, &value.to_str().unwrap()));
    let short = Value::from("short");
    assert!(!carries(&short.to_str().unwrap(), &short.to_str().unwrap()));
    let long = Value::from("a text that is longer than the room in a value");
    assert!(carries(&long.to_str().unwrap(), &long.to_str().unwrap()));
}

#[test]
fn smol_str_gives_back_the_arc_of_a_long_text_and_another_of_a_short_one() {
    for (text, same) in [("short", false), ("a text that is longer than the room in a SmolStr", true)] {
        let arc: Arc<str> = Arc::from(text);
        assert_eq!(carries(&arc, &Arc::from(SmolStr::from(Arc::clone(&arc)))), same, "{text}");
    }
}

#[test]
fn two_handles_of_one_arc_are_two_after_a_round_trip_through_serde() {
    let text: Arc<str> = Arc::from("text");
    let json = serde_json::to_string(&[&text, &text]).unwrap();
    let [one, other]: [Arc<str>; 2] = serde_json::from_str(&json).unwrap();
    assert!(!carries(&one, &other));
}
