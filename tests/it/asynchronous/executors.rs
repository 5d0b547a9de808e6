//! The same on every executor.

use std::future::Future;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use memo_core::weak_memo;
use memo_tests::watchdog;

use crate::parts::{Form, Load, pause};

#[weak_memo(interior_mutability)]
async fn counted(of: &Arc<AtomicUsize>, key: usize) -> usize {
    for _ in 0..3 {
        pause().await;
    }
    of.fetch_add(1, Ordering::SeqCst);
    key
}

async fn asks(of: Arc<AtomicUsize>) {
    for key in 0..50 {
        assert_eq!(counted(&of, key % 5).await, key % 5);
    }
}

fn once_each(run: impl FnOnce(Vec<std::pin::Pin<Box<dyn Future<Output = ()> + Send>>>) + Send) {
    let of = Arc::new(AtomicUsize::new(0));
    let tasks = (0..20).map(|_| Box::pin(asks(Arc::clone(&of))) as _).collect();
    watchdog(|| run(tasks));
    assert_eq!(of.load(Ordering::SeqCst), 5);
}

#[test]
fn tokio_on_one_thread() {
    once_each(|tasks| {
        tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
            let tasks: Vec<_> = tasks.into_iter().map(tokio::spawn).collect();
            for task in tasks {
                task.await.unwrap();
            }
        });
    });
}

#[test]
fn tokio_on_several_threads() {
    once_each(|tasks| {
        tokio::runtime::Builder::new_multi_thread().worker_threads(3).build().unwrap().block_on(async {
            let tasks: Vec<_> = tasks.into_iter().map(tokio::spawn).collect();
            for task in tasks {
                task.await.unwrap();
            }
        });
    });
}

#[test]
fn the_executor_of_smol() {
    once_each(|tasks| {
        let executor = async_executor::Executor::new();
        let tasks: Vec<_> = tasks.into_iter().map(|task| executor.spawn(task)).collect();
        std::thread::scope(|scope| {
            for half in split(tasks) {
                scope.spawn(|| {
                    futures_lite::future::block_on(executor.run(async {
                        for task in half {
                            task.await;
                        }
                    }));
                });
            }
        });
    });
}

#[test]
fn the_executor_of_futures() {
    once_each(|tasks| {
        std::thread::scope(|scope| {
            for half in split(tasks) {
                scope.spawn(|| futures::executor::block_on(futures::future::join_all(half)));
            }
        });
    });
}

fn split<T>(mut all: Vec<T>) -> [Vec<T>; 2] {
    let half = all.split_off(all.len() / 2);
    [all, half]
}

/// Case (e): results of one thread, in futures of that thread.
#[test]
fn an_rc_owner_in_tasks_of_one_thread() {
    #[weak_memo]
    async fn of_rc(of: &Rc<Load>) -> Rc<usize> {
        Rc::new(of.body().await)
    }
    #[weak_memo]
    async fn lent_of_rc(of: &Rc<Load>) -> &usize {
        of.body().await
    }
    #[weak_memo(local)]
    async fn local(of: &Arc<Load>, key: u8) -> Rc<usize> {
        let _ = key;
        Rc::new(of.body().await)
    }
    watchdog(|| {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        tokio::task::LocalSet::new().block_on(&runtime, async {
            let (of, shared) = (Rc::new(Load::default()), Load::new());
            let tasks: Vec<_> = (0..10)
                .map(|_| {
                    let (of, shared) = (Rc::clone(&of), Arc::clone(&shared));
                    tokio::task::spawn_local(async move {
                        (*of_rc(&of).await, *lent_of_rc(&of).await, *local(&shared, 1).await)
                    })
                })
                .collect();
            pause().await;
            of.open();
            shared.open();
            for task in tasks {
                let (a, b, c) = task.await.unwrap();
                assert_eq!((a + b, c), (3, 1));
            }
            assert_eq!((of.begun(), shared.begun()), (2, 1));
            assert_eq!(Rc::strong_count(&of), 1);
        });
    });
}

/// A runtime that goes takes its tasks along; who waits on another one goes on.
#[test]
fn case_24_a_runtime_that_ends_lets_those_of_others_compute() {
    watchdog(|| {
        for form in Form::ALL {
            let load = Load::new();
            let theirs = tokio::runtime::Builder::new_multi_thread().worker_threads(1).build().unwrap();
            let in_theirs = Arc::clone(&load);
            theirs.spawn(async move { form.call(&in_theirs).await });
            while load.begun() == 0 {
                std::thread::yield_now();
            }
            tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
                let mut waiting = form.call(&load);
                assert!(futures::poll!(waiting.as_mut()).is_pending());
                theirs.shutdown_background();
                while load.begun() < 2 {
                    assert!(futures::poll!(waiting.as_mut()).is_pending());
                    tokio::task::yield_now().await;
                }
                load.open();
                assert_eq!(waiting.await, 2, "{form:?}");
            });
        }
    });
}

/// What a call drops is dropped in its task: a destructor may take its time, and no lock is held meanwhile.
#[test]
fn case_25_a_result_whose_drop_blocks_is_in_nobodys_way() {
    struct Blocks(Option<std::thread::JoinHandle<()>>);
    impl Drop for Blocks {
        fn drop(&mut self) {
            self.0.take().into_iter().for_each(|thread| thread.join().unwrap());
        }
    }
    #[weak_memo(capacity = 1)]
    async fn blocking(of: &Arc<Load>, key: u32) -> Arc<Blocks> {
        of.body().await;
        let theirs = Arc::clone(of);
        let thread = std::thread::spawn(move || {
            // Ends when another call has come through.
            while theirs.begun() < 3 {
                std::thread::yield_now();
            }
        });
        let _ = key;
        Arc::new(Blocks(Some(thread)))
    }
    watchdog(|| {
        let load = Load::opened();
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().unwrap();
        runtime.block_on(async {
            drop(blocking(&load, 1).await);
            let evicts = tokio::spawn({
                let load = Arc::clone(&load);
                async move { drop(blocking(&load, 2).await) }
            });
            while load.begun() < 2 {
                tokio::task::yield_now().await;
            }
            drop(blocking(&load, 3).await);
            evicts.await.unwrap();
        });
    });
}

tokio::task_local! {
    static WHO: &'static str;
}

#[weak_memo]
async fn who(of: &Arc<Load>) -> &'static str {
    of.body().await;
    WHO.get()
}

/// A body sees the context of the call that computes. Those who wait get its result.
#[test]
fn case_28_task_locals_are_those_of_the_call_that_computes() {
    watchdog(|| {
        tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
            let load = Load::new();
            let first = WHO.scope("first", who(&load));
            let second = WHO.scope("second", async {
                load.open();
                who(&load).await
            });
            assert_eq!(tokio::join!(first, second), ("first", "first"));
        });
    });
}
