//! A signal is not that of other arguments, also where one is a subtype of the other.

use memo_core::weak::{NoSender, Signal};

fn shorter<'a>(signal: &'a Signal<&'static str>) -> &'a Signal<&'a str> {
    signal
}

fn longer<'a>(signal: &'a Signal<&'a str>) -> &'a Signal<&'static str> {
    signal
}

fn main() {
    let signal = Signal::new();
    let text = String::from("a title");
    longer(shorter(&signal)).send(&NoSender, &"a title");
    shorter(&signal).send(&NoSender, &text.as_str());
}
