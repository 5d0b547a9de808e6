//! Memos to look at. Tests run side by side: each has its own.

use std::sync::Arc;

use memo_core::MemoInfo;

/// What `report` says of a memo.
pub(crate) fn reported(name: &str) -> MemoInfo {
    memo_core::report().memos.into_iter().find(|memo| memo.name == name).expect("it was called")
}

/// A memo of this name, which was called twice with each of two objects. They are returned: as long as they live, no sweep of another test changes a
/// figure.
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

pub(crate) fn use_it(used: impl Fn(&Arc<u8>) -> u8) -> [Arc<u8>; 2] {
    let objects = [1, 2].map(Arc::new);
    objects.iter().chain(&objects).for_each(|of| _ = used(of));
    objects
}

/// Something besides the memos that a report tells of.
pub(crate) struct Pool;

impl memo_core::Reporter for Pool {
    fn lines(&self) -> Vec<String> {
        vec!["pool: <b>3</b> idle".to_owned()]
    }
}
