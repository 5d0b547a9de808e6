//! The engine on a Redis server, which each test starts for itself.

mod as_memory;
mod entries;
mod faults;
mod nothing_left;
mod race;
mod rows;
pub(crate) mod server;

use std::time::Duration;

use memo_store::Key;
use memo_store::engine::{Hold, Holder};

const MINUTE: Duration = Duration::from_secs(60);

fn key(number: u8) -> Key {
    // Bytes that a text would not have.
    Key::from_bytes(
        [[0, 0xff, b'\r', b'\n'], [b'{', b'}', b'*', number], [0x80; 4], [number; 4]].concat().try_into().unwrap(),
    )
}

fn holder(number: u8) -> Holder {
    Holder(u128::from(number) << 120 | u128::from(number))
}

fn hold(of: u8, number: u64) -> Hold {
    Hold { holder: holder(of), number, lease: MINUTE, claim: MINUTE }
}
