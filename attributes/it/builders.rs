//! `bon`: builders of calls.

use std::sync::Arc;

use bon::builder;
use memo_core::weak_memo;

#[builder]
#[weak_memo]
fn above(text: &Arc<String>, #[builder(default = 1)] times: usize, #[memo(skip)] log: &mut Vec<usize>) -> usize {
    log.push(times);
    text.len() * times
}

#[weak_memo]
#[builder]
fn below(text: &Arc<String>, #[builder(default = 1)] times: usize, #[memo(skip)] log: &mut Vec<usize>) -> usize {
    log.push(times);
    text.len() * times
}

#[weak_memo(capacity = unbounded)]
#[builder]
fn lent_below(text: &Arc<String>, #[builder(default)] from: usize) -> &str {
    text[from..].to_owned()
}

struct Texts {
    anchor: memo_core::Anchor,
}

impl memo_core::HasAnchor for Texts {
    fn anchor(&self) -> &memo_core::Anchor {
        &self.anchor
    }
}

#[bon::bon]
impl Texts {
    #[builder]
    #[weak_memo]
    fn times(&self, #[builder(default = 2)] n: usize) -> usize {
        n * 10
    }
}

#[test]
fn a_call_may_be_built_whichever_is_above() {
    let text = Arc::new("four".to_owned());
    let mut log = Vec::new();
    for _ in 0..2 {
        assert_eq!(above().text(&text).log(&mut log).call(), 4);
        assert_eq!(above().text(&text).times(2).log(&mut log).call(), 8);
    }
    assert_eq!(std::mem::take(&mut log), [1, 2]);

    for _ in 0..2 {
        assert_eq!(below().text(&text).log(&mut log).call(), 4);
        assert_eq!(below().text(&text).times(3).log(&mut log).call(), 12);
        assert_eq!(lent_below().text(&text).from(1).call(), "our");
    }
    assert_eq!((log, lent_below_memo().stats().computes), (vec![1, 3], 1));

    let texts = Texts { anchor: memo_core::Anchor::new() };
    assert_eq!((texts.times().call(), texts.times().n(3).call(), texts.times().call()), (20, 30, 20));
}
