//! What is carried is cloned.

use memo_core::{Anchored, weak_memo};

struct Words(Vec<String>);

#[weak_memo(carry)]
fn words(text: &Anchored<String>) -> &Words {
    Words(text.split(' ').map(str::to_owned).collect())
}

fn main() {
    words(&Anchored::new(String::new()));
}
