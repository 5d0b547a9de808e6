//! Calls by the handle, which say how the result came to be.

#![allow(dead_code, reason = "functions that are called by their handles alone")]

use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use futures::executor::block_on;
use memo_core::{Anchor, HasAnchor, Hit, weak_memo};
use memo_tests::{allocations, alone};

use crate::parts::{
    Form, Load, Task, cloned, cloned_memo, keyed_by_text_memo, keyed_memo, lent, lent_keyed_memo, lent_memo, pause,
    plain_memo,
};

fn sends<F: Send>(future: F) -> F {
    future
}

#[test]
fn a_call_tells_a_miss_from_a_hit() {
    let load = Load::opened();
    for form in Form::ALL {
        let first = Task::new(form.told(&load)).end();
        assert_eq!(first, (load.begun(), Hit::Computed), "{form:?}");
        assert_eq!(Task::new(form.told(&load)).end(), (first.0, Hit::Remembered), "{form:?}");
        assert_eq!(form.get(&load), Some(first.0), "{form:?}");
    }
    assert_eq!(load.begun(), Form::ALL.len());
    assert_eq!(Arc::strong_count(&load), 1);
}

#[test]
fn one_that_waits_says_so() {
    for form in Form::ALL {
        let load = Load::new();
        let (mut leader, mut waiting) = (Task::begun(form.call(&load)), Task::begun(form.told(&load)));
        load.open();
        leader.end();
        assert_eq!(waiting.end(), (1, Hit::Waited), "{form:?}");
    }
}

/// The task of a call that was set aside computes beside it.
#[test]
fn one_that_is_overtaken_says_so() {
    for form in Form::ALL {
        let load = Load::new();
        let mut overtaken = form.told(&load);
        block_on(async {
            assert!(futures::poll!(overtaken.as_mut()).is_pending());
            load.open();
            assert_eq!(form.told(&load).await, (2, Hit::Computed), "{form:?}");
        });
        assert_eq!(Task::new(overtaken.as_mut()).end(), (2, Hit::Overtaken), "{form:?}");
    }
}

#[test]
fn a_hit_allocates_nothing_and_is_ready_when_it_is_polled_first() {
    alone(|| {
        let load = Load::opened();
        Form::ALL.iter().for_each(|form| _ = block_on(form.call(&load)));
        let mut context = Context::from_waker(Waker::noop());
        macro_rules! hit {
            ($call:expr) => {{
                let before = allocations();
                for _ in 0..100 {
                    let future = std::pin::pin!($call);
                    assert!(matches!(future.poll(&mut context), Poll::Ready((_, Hit::Remembered))));
                }
                assert_eq!(allocations(), before, stringify!($call));
            }};
        }
        hit!(plain_memo().call(&load));
        hit!(cloned_memo().call(&load));
        hit!(keyed_memo().call((&load, 7)));
        hit!(keyed_by_text_memo().call((&load, "seven")));
        hit!(lent_memo().call(&load));
        hit!(lent_keyed_memo().call((&load, 7)));
    });
}

/// Dropped before it is polled, or while its body waits: another call goes on, and the next one computes.
#[test]
fn one_that_is_dropped_hands_over() {
    for form in Form::ALL {
        let load = Load::new();
        drop(form.told(&load));
        assert_eq!(load.begun(), 0);
        let (mut leader, mut waiting) = (Task::begun(form.told(&load)), Task::begun(form.told(&load)));
        leader.cancel();
        load.open();
        assert_eq!(waiting.end(), (2, Hit::Computed), "{form:?}");
        assert_eq!(block_on(form.call(&load)), 2, "{form:?}");
    }
}

#[test]
fn it_counts_as_the_function_does() {
    #[weak_memo]
    async fn counted(of: &Arc<u32>) -> u32 {
        pause().await;
        **of
    }
    let of = Arc::new(1);
    for _ in 0..3 {
        block_on(counted_memo().call(&of));
    }
    let stats = counted_memo().stats();
    assert_eq!((stats.hits, stats.misses, stats.computes, stats.entries), (2, 1, 1, 1));
}

#[weak_memo]
async fn checked(of: &Arc<u32>) -> Result<u32, String> {
    pause().await;
    if **of > 9 { Err("large".to_owned()) } else { Ok(**of) }
}

#[weak_memo]
async fn checked_text(of: &Arc<u32>) -> Result<&str, String> {
    pause().await;
    if **of > 9 { Err("large".to_owned()) } else { Ok(of.to_string()) }
}

#[test]
fn what_is_not_kept_is_told() {
    let (small, large) = (Arc::new(7), Arc::new(70));
    for how in [Hit::Computed, Hit::Remembered] {
        assert_eq!(block_on(checked_memo().call(&small)), (Ok(7), how));
        assert_eq!(block_on(checked_text_memo().call(&small)), (Ok("7"), how));
        assert_eq!(block_on(checked_memo().call(&large)), (Err("large".to_owned()), Hit::NotStored));
        assert_eq!(block_on(checked_text_memo().call(&large)), (Err("large".to_owned()), Hit::NotStored));
    }
}

#[derive(HasAnchor)]
struct Doc<T> {
    text: T,
    anchor: Anchor,
}

impl<T: AsRef<str> + Send + Sync> Doc<T> {
    const fn new(text: T) -> Self {
        Self { text, anchor: Anchor::new() }
    }

    #[weak_memo(capacity = unbounded)]
    async fn words(&self, from: usize) -> &[String] {
        pause().await;
        self.text.as_ref().split(' ').skip(from).map(str::to_owned).collect()
    }

    #[weak_memo]
    async fn shared<const N: usize>(self: &Arc<Self>, with: &str) -> String {
        pause().await;
        self.text.as_ref().repeat(N) + with
    }

    #[weak_memo(associated)]
    async fn associated(doc: Arc<Self>) -> usize {
        doc.text.as_ref().len()
    }
}

#[test]
fn of_methods_generic_functions_and_arguments_of_all_kinds() {
    #[weak_memo]
    async fn second<'t, T: AsRef<str> + Sync>(
        #[memo(skip)] log: &mut [u32],
        #[memo(skip)] of: &T,
        #[memo(value)] key: &'t str,
        #[memo(owner)] text: &'t Arc<String>,
    ) -> usize {
        pause().await;
        log.len() + of.as_ref().len() + key.len() + text.len()
    }
    let text = String::from("a bc");
    // What it holds is borrowed.
    let doc = Doc::new(text.as_str());
    let arc = Arc::new(Doc::new(String::from("a bc")));
    let of_its_own = Arc::new(text.clone());
    let mut log = [1];
    for how in [Hit::Computed, Hit::Remembered] {
        let from = block_on(sends(Doc::words_memo().call((&doc, 1))));
        assert_eq!(from, (&["bc".to_owned()][..], how));
        let with = String::from("!");
        assert_eq!(block_on(sends(Doc::shared_memo::<2>().call((&arc, &with)))), ("a bca bc!".to_owned(), how));
        assert_eq!(block_on(sends(Doc::associated_memo().call(Arc::clone(&arc)))), (4, how));
        assert_eq!(
            block_on(sends(second_memo::<&str>().call((&mut log, &"ab", &String::from("k"), &of_its_own)))),
            (8, how)
        );
    }
    assert_eq!(Arc::strong_count(&arc), 1);
}

#[test]
fn of_owners_of_one_thread() {
    #[weak_memo]
    async fn of_an_rc(of: &Rc<u32>) -> Rc<u32> {
        pause().await;
        Rc::new(**of)
    }
    #[weak_memo(capacity = unbounded)]
    async fn lent_of_an_rc(of: &Rc<u32>, more: u32) -> &Rc<str> {
        pause().await;
        Rc::from((**of + more).to_string())
    }
    #[weak_memo(local)]
    async fn local(of: &Arc<u32>, more: &Rc<u32>) -> Rc<u32> {
        pause().await;
        Rc::new(**of + **more)
    }
    let (rc, arc) = (Rc::new(1), Arc::new(1));
    for how in [Hit::Computed, Hit::Remembered] {
        assert_eq!(block_on(of_an_rc_memo().call(&rc)), (Rc::new(1), how));
        assert_eq!(block_on(lent_of_an_rc_memo().call((&rc, 2))), (&Rc::from("3"), how));
        assert_eq!(block_on(local_memo().call((&arc, &rc))), (Rc::new(2), how));
    }
}

/// The rest of a handle is for all lifetimes, and goes where it is sent.
#[test]
fn a_handle_of_an_async_fn_is_copied_sent_and_asked_as_any_other() {
    let memo = lent_memo();
    let sent = std::thread::spawn(move || {
        let load = Load::opened();
        assert_eq!(memo.get(&load), None);
        block_on(lent(&load));
        memo.get(&load).copied()
    });
    assert_eq!(sent.join().unwrap(), Some(1));
    let stored = cloned_memo().storable();
    let load = Load::opened();
    block_on(cloned(&load));
    assert!(stored.forget(&load));
    assert_eq!(size_of_val(&memo), 2 * size_of::<usize>());
}

trait Named: Send + Sync + Sized + 'static {
    fn name(&self) -> String;

    #[weak_memo(associated)]
    async fn numbered(self: &Arc<Self>, number: u32) -> String {
        pause().await;
        self.name() + &number.to_string()
    }
}

impl Named for u8 {
    fn name(&self) -> String {
        self.to_string()
    }
}

#[weak_memo]
async fn countdown(from: &Arc<u8>, number: u32) -> u32 {
    match number {
        0 => 0,
        _ => Box::pin(countdown_memo().call((from, number - 1))).await.0 + 1,
    }
}

#[test]
fn of_a_default_method_and_of_the_function_itself() {
    let of = Arc::new(7);
    for how in [Hit::Computed, Hit::Remembered] {
        assert_eq!(block_on(u8::numbered_memo().call((&of, 1))), ("71".to_owned(), how));
        assert_eq!(block_on(countdown_memo().call((&of, 3))), (3, how));
    }
    assert_eq!(countdown_memo().stats().computes, 4);
}
