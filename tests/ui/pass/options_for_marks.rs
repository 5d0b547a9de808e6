//! What marks say, in the attribute.

#![deny(warnings, unsafe_code)]

use memo_core::{Anchor, HasAnchor, weak_memo};
use std::sync::Arc;

/// As `auto_impl` and others do: it copies the parameters, and takes no attributes there.
macro_rules! copies_parameters {
    ($(#[$attr:meta])* fn $name:ident($($parameter:ident: $type:ty),*) -> $result:ty $body:block) => {
        $(#[$attr])*
        fn $name($($parameter: $type),*) -> $result $body
    };
}

#[derive(Clone, PartialEq, Eq, Hash)]
enum Mode {
    Short,
    Long,
}

struct Log;

copies_parameters! {
    #[weak_memo(owner = doc, value(mode, other), skip(log), key(width = width / 2))]
    fn layout(font: &Arc<String>, doc: &Arc<String>, mode: Mode, other: &Mode, log: &mut Log, width: usize) -> usize {
        let Log = *log;
        doc.len() + font.len() + width * usize::from(mode == Mode::Long || *other == Mode::Long)
    }
}

#[derive(HasAnchor)]
struct Own {
    version: u32,
    anchor: Anchor,
}

impl Own {
    #[weak_memo(owner = self, key(self = self.version))]
    fn twice(&self, mut by: u32) -> u32 {
        by *= 2;
        self.version * by
    }

    #[weak_memo(owner = of, skip(self))]
    fn of(&self, of: &Arc<String>) -> usize {
        of.len()
    }
}

fn main() {
    let (font, doc) = (Arc::new("font".to_owned()), Arc::new("doc".to_owned()));
    let ask = |width| layout(&font, &doc, Mode::Short, &Mode::Long, &mut Log, width);
    assert_eq!((ask(4), ask(5), ask(6)), (11, 11, 13));
    assert_eq!((layout_memo().len(), layout_memo().forget_owner(&doc)), (2, 2));
    let own = Own { version: 3, anchor: Anchor::new() };
    assert_eq!((own.twice(2), own.of(&doc)), (12, 3));
}
