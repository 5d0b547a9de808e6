//! Law 1 and 10 for `#[memo(key = ..)]`: what the expression locks or borrows on the way has ended before the next one is asked, before
//! the body runs, and before the call waits for another thread's body.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::{Arc, Barrier, Mutex};

use memo_core::{Anchor, Anchored, HasAnchor, weak_memo};
use memo_tests::watchdog;

#[test]
fn a_lock_taken_by_a_key_is_released_before_the_body() {
    #[weak_memo]
    fn by_clone(text: &Arc<String>, #[memo(key = *zoom.lock().unwrap())] zoom: &Mutex<usize>) -> usize {
        *zoom.lock().unwrap() * text.len()
    }
    #[weak_memo(capacity = unbounded)]
    fn lent<'a>(text: &'a Arc<String>, #[memo(key = *zoom.lock().unwrap())] zoom: &Mutex<usize>) -> &'a usize {
        *zoom.lock().unwrap() * text.len()
    }
    #[weak_memo(capacity = unbounded)]
    fn or_not<'a>(
        text: &'a Arc<String>,
        #[memo(key = *zoom.lock().unwrap())] zoom: &Mutex<usize>,
    ) -> Result<&'a usize, usize> {
        Ok(*zoom.lock().unwrap() * text.len())
    }
    #[weak_memo(single_flight = false)]
    fn racy(text: &Arc<String>, #[memo(key = *zoom.lock().unwrap())] zoom: &Mutex<usize>) -> usize {
        *zoom.lock().unwrap() * text.len()
    }
    watchdog(|| {
        let (text, zoom) = (Arc::new("ab".to_owned()), Mutex::new(4));
        for _ in 0..2 {
            assert_eq!((by_clone(&text, &zoom), *lent(&text, &zoom), racy(&text, &zoom)), (8, 8, 8));
            assert_eq!(or_not(&text, &zoom), Ok(&8));
        }
        *zoom.lock().unwrap() = 5;
        assert_eq!((by_clone(&text, &zoom), *lent(&text, &zoom)), (10, 10));
        assert_eq!((by_clone_memo().stats().computes, lent_memo().stats().computes), (2, 2));
    });
}

/// The owner by its identity, and what its lock guards by what it is.
#[test]
fn a_lock_taken_by_a_key_on_the_owner_is_released_before_the_body() {
    struct Doc(Mutex<usize>);
    fn twice(doc: &Doc) -> usize {
        2 * *doc.0.try_lock().expect("the key's guard has gone")
    }
    #[weak_memo]
    fn by_clone(#[memo(key = *doc.0.lock().unwrap())] doc: &Arc<Doc>) -> usize {
        twice(doc)
    }
    #[weak_memo(capacity = unbounded)]
    fn lent(#[memo(key = *doc.0.lock().unwrap())] doc: &Arc<Doc>) -> &usize {
        twice(doc)
    }
    #[weak_memo(handle = none)]
    fn in_place(#[memo(key = *doc.0.lock().unwrap())] doc: &Arc<Doc>) -> usize {
        twice(doc)
    }
    watchdog(|| {
        let doc = Arc::new(Doc(Mutex::new(4)));
        assert_eq!((by_clone(&doc), *lent(&doc), in_place(&doc)), (8, 8, 8));
        *doc.0.lock().unwrap() = 5;
        assert_eq!((by_clone(&doc), *lent(&doc), in_place(&doc)), (10, 10, 10));
        assert_eq!((by_clone_memo().refresh(&doc), lent_memo().compute(&doc)), (10, 10));
    });
}

#[test]
fn a_lock_taken_by_a_key_is_released_before_the_body_in_each_method_of_the_handle() {
    #[weak_memo]
    fn by_clone(text: &Arc<String>, #[memo(key = *zoom.lock().unwrap())] zoom: &Mutex<usize>) -> usize {
        *zoom.lock().unwrap() * text.len()
    }
    #[weak_memo(capacity = unbounded)]
    fn lent<'a>(text: &'a Arc<String>, #[memo(key = *zoom.lock().unwrap())] zoom: &Mutex<usize>) -> &'a usize {
        *zoom.lock().unwrap() * text.len()
    }
    watchdog(|| {
        let (text, zoom) = (Arc::new("ab".to_owned()), Mutex::new(4));
        let (memo, lent_memo) = (by_clone_memo(), lent_memo());
        assert_eq!((memo.get((&text, &zoom)), lent_memo.get((&text, &zoom))), (None, None));
        assert_eq!((memo.compute((&text, &zoom)), lent_memo.compute((&text, &zoom))), (8, 8));
        assert_eq!(memo.refresh((&text, &zoom)), 8);
        assert_eq!(memo.get((&text, &zoom)), Some(8));
        memo.insert((&text, &zoom), 9);
        assert_eq!(by_clone(&text, &zoom), 9);
        assert!(memo.forget((&text, &zoom)));
        assert_eq!((by_clone(&text, &zoom), *lent(&text, &zoom)), (8, 8));
        assert_eq!(lent_memo.get((&text, &zoom)), Some(&8));
    });
}

/// Settings of which two parameters' keys ask.
struct Settings {
    zoom: usize,
    dark: bool,
}

#[test]
fn a_lock_taken_by_one_key_is_released_before_the_next() {
    #[weak_memo]
    fn by_clone(
        #[memo(key = shared.lock().unwrap().dark)] text: &Arc<String>,
        #[memo(key = shared.lock().unwrap().zoom + more)] more: usize,
        #[memo(key = shared.lock().unwrap().zoom)] shared: &Mutex<Settings>,
    ) -> usize {
        shared.lock().unwrap().zoom * text.len() + more
    }
    #[weak_memo(capacity = unbounded)]
    fn lent<'a>(
        #[memo(key = shared.lock().unwrap().dark)] text: &'a Arc<String>,
        #[memo(key = shared.lock().unwrap().zoom)] shared: &Mutex<Settings>,
    ) -> &'a usize {
        shared.lock().unwrap().zoom * text.len()
    }
    #[weak_memo(handle = none)]
    fn in_place(
        text: &Arc<String>,
        #[memo(key = shared.lock().unwrap().dark)] width: usize,
        plain: usize,
        #[memo(key = shared.lock().unwrap().zoom)] shared: &Mutex<Settings>,
    ) -> usize {
        shared.lock().unwrap().zoom * text.len() + width + plain
    }
    watchdog(|| {
        let (text, shared) = (Arc::new("ab".to_owned()), Mutex::new(Settings { zoom: 4, dark: true }));
        for zoom in [4, 5, 4] {
            shared.lock().unwrap().zoom = zoom;
            assert_eq!(by_clone(&text, 1, &shared), 2 * zoom + 1);
            assert_eq!(*lent(&text, &shared), 2 * zoom);
            assert_eq!(in_place(&text, 1, 1, &shared), 2 * zoom + 2);
            assert_eq!(by_clone_memo().get((&text, 1, &shared)), Some(2 * zoom + 1));
            assert_eq!(lent_memo().get((&text, &shared)), Some(&(2 * zoom)));
        }
        assert_eq!((by_clone_memo().stats().computes, lent_memo().stats().computes), (2, 2));
    });
}

#[test]
fn a_borrow_taken_by_a_key_ends_before_the_body() {
    #[weak_memo]
    fn by_clone(text: &Rc<String>, #[memo(key = log.borrow().len())] log: &RefCell<Vec<usize>>) -> usize {
        log.borrow_mut().push(text.len());
        log.borrow().len()
    }
    let (text, log) = (Rc::new("ab".to_owned()), RefCell::default());
    assert_eq!((by_clone(&text, &log), by_clone(&text, &log)), (1, 2));
    log.borrow_mut().clear();
    assert_eq!((by_clone(&text, &log), by_clone_memo().stats().computes), (1, 2));
}

/// A width behind a lock, in the object itself.
#[derive(HasAnchor)]
struct Page {
    width: Mutex<usize>,
    anchor: Anchor,
}

trait Wide {
    fn twice(&self, more: usize) -> usize;
    fn thrice(&self, more: usize) -> &usize;
}

impl Page {
    #[weak_memo]
    fn once(&self, #[memo(key = *self.width.lock().unwrap() + more)] more: usize) -> usize {
        *self.width.lock().unwrap() + more
    }
}

impl Wide for Page {
    #[weak_memo(handle = none)]
    fn twice(&self, #[memo(key = *self.width.lock().unwrap() + more)] more: usize) -> usize {
        2 * (*self.width.lock().unwrap() + more)
    }
    #[weak_memo(handle = none, capacity = unbounded)]
    fn thrice(&self, #[memo(key = *self.width.lock().unwrap() + more)] more: usize) -> &usize {
        3 * (*self.width.lock().unwrap() + more)
    }
}

#[test]
fn a_lock_in_self_taken_by_a_key_is_released_before_the_body() {
    watchdog(|| {
        let page = Page { width: Mutex::new(3), anchor: Anchor::new() };
        for _ in 0..2 {
            assert_eq!((page.once(1), page.twice(1), *page.thrice(1)), (4, 8, 12));
        }
        assert_eq!(Page::once_memo().refresh((&page, 1)), 4);
        assert_eq!(Page::once_memo().compute((&page, 2)), 5);
    });
}

#[test]
fn a_lock_taken_by_a_key_is_released_while_a_call_waits_for_the_body_of_another() {
    #[weak_memo]
    fn slow(
        text: &Anchored<String>,
        #[memo(skip)] begun: &Barrier,
        #[memo(key = *zoom.lock().unwrap())] zoom: &Mutex<usize>,
    ) -> usize {
        begun.wait();
        // Until the other call waits: then it has its key.
        while slow_memo().stats().waits == 0 {
            std::thread::yield_now();
        }
        *zoom.lock().unwrap() * text.len()
    }
    watchdog(|| {
        let (text, zoom, begun) = (Anchored::new("ab".to_owned()), Mutex::new(4), Barrier::new(2));
        let call = || slow(&text, &begun, &zoom);
        std::thread::scope(|scope| {
            let first = scope.spawn(call);
            begun.wait();
            assert_eq!(call(), 8);
            assert_eq!(first.join().unwrap(), 8);
        });
        assert_eq!(slow_memo().stats().computes, 1);
    });
}

impl Page {
    #[weak_memo]
    fn labelled(
        &self,
        #[memo(key = format!("{self:?} {{self}} {more:>2}", self = self.anchor_text()))] more: u32,
    ) -> u32 {
        more
    }
    #[weak_memo]
    fn named(&self, #[memo(key = format!("{self} {more} {}", "{self}"))] more: u32) -> u32 {
        more
    }
    fn anchor_text(&self) -> usize {
        *self.width.lock().unwrap()
    }
}

impl std::fmt::Display for Page {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.anchor_text())
    }
}

#[test]
fn a_key_may_capture_the_names_in_a_format_string() {
    #[weak_memo]
    fn patterns(text: &Arc<String>, #[memo(key = format!("{x} {}", y))] (x, mut y): (u8, u8)) -> usize {
        y += 1;
        text.len() + usize::from(x + y)
    }
    let page = Page { width: Mutex::new(3), anchor: Anchor::new() };
    assert_eq!((page.named(1), Page::named_memo().get((&page, 1)), Page::named_memo().len()), (1, Some(1), 1));
    assert_eq!((page.labelled(1), Page::labelled_memo().get((&page, 1))), (1, Some(1)));
    let text = Arc::new("ab".to_owned());
    assert_eq!((patterns(&text, (1, 2)), patterns_memo().get((&text, (1, 2)))), (6, Some(6)));
}
