//! What is asked of a handle while a body is parked (law 11), at each of its awaits.

use std::sync::Arc;

use memo_core::{Anchored, weak_memo};

use crate::parts::{
    Form, Load, Task, cloned, cloned_memo, keyed, keyed_memo, lent_keyed_memo, lent_memo, pause, plain, plain_memo,
};

#[test]
fn case_20_a_result_computed_across_a_forget_is_returned_and_not_kept() {
    let load = Load::new();
    let (mut leader, mut waiting) = (Task::begun(keyed(&load, 7)), Task::begun(keyed(&load, 7)));
    assert!(!keyed_memo().forget((&load, 7)), "there is no result yet");
    let mut later = Task::begun(keyed(&load, 7));
    assert_eq!(load.begun(), 2, "who comes later gets no old result");
    load.open();
    assert_eq!((leader.end(), waiting.end(), later.end()), (1, 1, 2));
    assert_eq!(keyed_memo().get((&load, 7)), Some(2));
}

#[test]
fn case_20_the_same_across_a_clear_of_one_owner() {
    let load = Load::new();
    let mut leader = Task::begun(plain(&load));
    plain_memo().forget_owner(&load);
    load.open();
    assert_eq!(leader.end(), 1);
    assert_eq!(plain_memo().get(&load), None);
}

#[test]
fn case_20_what_is_inserted_during_a_compute_stays() {
    let load = Load::new();
    let (mut leader, mut waiting) = (Task::begun(cloned(&load)), Task::begun(cloned(&load)));
    cloned_memo().insert(&load, Arc::new(70));
    assert_eq!(*Task::new(cloned(&load)).end(), 70);
    load.open();
    assert_eq!((*leader.end(), *waiting.end()), (1, 1));
    assert_eq!(cloned_memo().get(&load).as_deref(), Some(&70));
}

/// A call that computes beside one that was set aside is overtaken by a request as any other.
#[test]
fn case_20_a_call_that_computes_beside_another_publishes_nothing_old() {
    let load = Load::new();
    let mut task = Task::new(async {
        let mut aside = Box::pin(keyed(&load, 7));
        assert!(futures::poll!(aside.as_mut()).is_pending());
        let result = keyed(&load, 7).await;
        drop(aside);
        result
    });
    while load.begun() < 2 {
        assert!(task.poll().is_pending());
    }
    keyed_memo().forget((&load, 7));
    let mut new = Task::begun(keyed(&load, 7));
    assert_eq!(load.begun(), 3);
    load.open();
    assert_eq!(task.end(), 2);
    assert_eq!(keyed_memo().get((&load, 7)), None);
    assert_eq!(new.end(), 3);
    assert_eq!(keyed_memo().get((&load, 7)), Some(3));
}

#[weak_memo]
async fn width(text: &Anchored<String>) -> usize {
    pause().await;
    text.len()
}

/// While a future borrows it, it cannot be changed: see `ui/functions`.
#[test]
fn a_change_of_the_owner_drops_the_results() {
    let mut text = Anchored::new(String::from("abc"));
    assert!(Task::new(width(&text)).poll().is_pending());
    text.push('d');
    let mut task = Task::begun(width(&text));
    assert_eq!(task.end(), 4);
    drop(task);
    text.push('e');
    assert_eq!(width_memo().get(&text), None);
}

/// What is set comes first, as a faster call would, and is the result of all; who computes has it in the end.
#[test]
fn case_20_what_is_set_during_a_compute_is_the_result_of_all() {
    let set = |form, load: &_, value| match form {
        Form::Lent => lent_memo().set(load, value),
        _ => lent_keyed_memo().set((load, 7), value),
    };
    for form in [Form::Lent, Form::LentKeyed] {
        let load = Load::new();
        let (mut leader, mut waiting) = (Task::begun(form.call(&load)), Task::begun(form.call(&load)));
        assert_eq!((set(form, &load, 70), waiting.woken()), (Ok(()), 1), "{form:?}");
        assert_eq!((waiting.end(), form.get(&load), set(form, &load, 71)), (70, Some(70), Err(71)), "{form:?}");
        load.open();
        assert_eq!((leader.end(), Task::new(form.call(&load)).end()), (70, 70), "{form:?}");

        // Where there is nothing, and where the leader was dropped before or after.
        let [empty, before, after] = [Load::new(), Load::new(), Load::new()];
        assert_eq!((set(form, &empty, 70), form.get(&empty)), (Ok(()), Some(70)));
        Task::begun(form.call(&before)).cancel();
        assert_eq!((set(form, &before, 70), form.get(&before)), (Ok(()), Some(70)));
        let mut leader = Task::begun(form.call(&after));
        assert_eq!(set(form, &after, 70), Ok(()));
        leader.cancel();
        assert_eq!(Task::new(form.call(&after)).end(), 70);
    }
}

/// Many threads set and call, and nobody sleeps on.
#[test]
fn what_is_set_beside_calls_wakes_all_who_wait() {
    memo_tests::watchdog(|| {
        for round in 0..2_000 {
            let (load, start) = (Load::new(), std::sync::Barrier::new(3));
            let form = [Form::Lent, Form::LentKeyed][round % 2];
            std::thread::scope(|scope| {
                let answer = || {
                    start.wait();
                    futures::executor::block_on(form.call(&load))
                };
                let answers = [scope.spawn(answer), scope.spawn(answer)];
                start.wait();
                let set = match form {
                    Form::Lent => lent_memo().set(&load, 70),
                    _ => lent_keyed_memo().set((&load, 7), 70),
                };
                assert_eq!(set, Ok(()), "no body ends before");
                load.open();
                for answer in answers {
                    assert_eq!(answer.join().expect("no panics"), 70);
                }
            });
        }
    });
}
