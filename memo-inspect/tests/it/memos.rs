//! Memos to look at. Tests run side by side: each has its own.

use std::sync::Arc;

use memo_core::MemoInfo;

/// What `report` says of a memo.
pub(crate) fn reported(name: &str) -> MemoInfo {
    memo_core::report().memos.into_iter().find(|memo| memo.name == name).expect("it was called")
}

/// A memo of this name, which was called: one object lives and was hit twice, another is dead.
macro_rules! used_memo {
    ($name:literal) => {{
        #[memo_core::weak_memo(name = $name)]
        fn used(of: &std::sync::Arc<u8>) -> u8 {
            **of
        }
        crate::memos::use_it(used)
    }};
}
pub(crate) use used_memo;

/// Returns the object that lives.
pub(crate) fn use_it(used: impl Fn(&Arc<u8>) -> u8) -> Arc<u8> {
    let [lives, dies] = [Arc::new(1), Arc::new(2)];
    (0..3).for_each(|_| _ = used(&lives));
    used(&dies);
    lives
}
