use std::sync::{Arc, Barrier};
use std::thread;

use memo_core::weak_memo;

use crate::client::get;
use crate::watchdog::watchdog;

#[weak_memo(name = "takes long")]
fn takes_long(barrier: &Arc<Barrier>) -> u8 {
    barrier.wait(); // it has begun
    barrier.wait(); // it was seen
    7
}

#[test]
fn what_is_computed_is_seen_with_its_thread() {
    watchdog(|| {
        let server = memo_inspect::spawn("127.0.0.1:0").expect("it is served");
        let barrier = Arc::new(Barrier::new(2));
        let of_thread = Arc::clone(&barrier);
        let computes = thread::Builder::new().name("the computing".into());
        let computes = computes.spawn(move || takes_long(&of_thread)).expect("a thread");
        barrier.wait();
        let json = get(&server, "/api/in-flight").json();
        barrier.wait();
        assert_eq!(computes.join().expect("it ends"), 7);
        let all = json["computes"].as_array().expect("a list");
        let it = all.iter().find(|compute| compute["memo"] == "takes long").expect("it is listed");
        assert_eq!(it["by"]["Thread"]["name"], "the computing");
        assert_eq!(it["waiting"], 0);
    });
}
