//! One script a call. What they answer is said at the head of each.

use std::sync::LazyLock;

use ::redis::Script;

pub(super) struct Scripts {
    pub(super) get: Script,
    pub(super) put: Script,
    pub(super) renew: Script,
    pub(super) release: Script,
    pub(super) discard: Script,
    pub(super) collect: Script,
}

macro_rules! script {
    ($name:literal) => {
        Script::new(concat!(include_str!("common.lua"), include_str!($name)))
    };
}

pub(super) static SCRIPTS: LazyLock<Scripts> = LazyLock::new(|| Scripts {
    get: script!("get.lua"),
    put: script!("put.lua"),
    renew: script!("renew.lua"),
    release: script!("release.lua"),
    discard: script!("discard.lua"),
    collect: script!("collect.lua"),
});
