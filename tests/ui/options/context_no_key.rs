//! A context that cannot take part in a key.

use memo_core::weak_memo;
use std::sync::Arc;

#[derive(Clone)]
struct Locale(&'static str);

fn locale() -> Locale {
    Locale("en")
}

#[weak_memo(context = locale())]
fn greeting(name: &Arc<String>) -> String {
    format!("{} {name}", locale().0)
}

fn main() {}
