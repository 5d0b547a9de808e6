//! What is told to `tracing`, with the feature of that name: a span for each compute, and an event for what happens to results.
//!
//! Who listens is the user's code: it is called with no lock held, and a panic of it disturbs nobody.

pub(crate) use told::{Span, event};

/// What happens to a call or a result.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(not(feature = "tracing"), allow(dead_code, reason = "there is nobody to tell"))]
pub(crate) enum What {
    Waits,
    Evicted,
    Expired,
    /// A result seems to hold its argument: told once for each memo.
    Retained,
}

/// The time in which a span is entered.
pub(crate) struct Entered<'s>(&'s Span);

impl<'s> Entered<'s> {
    #[inline(always)]
    pub(crate) fn new(span: &'s Span) -> Self {
        span.enter();
        Self(span)
    }
}

impl Drop for Entered<'_> {
    #[inline(always)]
    fn drop(&mut self) {
        self.0.exit();
    }
}

#[cfg(feature = "tracing")]
mod told {
    use super::What;
    use crate::memo::core::Core;
    use crate::memo::names;
    use crate::sys::panics::quietly;

    /// The span of a compute, which is entered while code of its body runs.
    #[derive(Debug)]
    pub(crate) struct Span(tracing::Span);

    impl Span {
        /// None.
        #[inline(always)]
        pub(crate) const fn none() -> Self {
            Self(tracing::Span::none())
        }

        /// A child of the one that is entered here: that of the call that computes.
        pub(crate) fn of_compute(core: &'static Core) -> Self {
            let mut span = tracing::Span::none();
            quietly(|| span = tracing::debug_span!(target: "memo", "compute", memo = names::name(core)));
            Self(span)
        }

        /// The body runs from here on, on this thread.
        pub(crate) fn enter(&self) {
            quietly(|| _ = self.0.with_subscriber(|(id, dispatch)| dispatch.enter(id)));
        }

        /// It does no more, or on another thread.
        pub(crate) fn exit(&self) {
            quietly(|| _ = self.0.with_subscriber(|(id, dispatch)| dispatch.exit(id)));
        }
    }

    /// Tells of something that happens.
    pub(crate) fn event(core: &'static Core, what: What, count: u64) {
        quietly(|| match what {
            What::Waits => {
                tracing::debug!(target: "memo", memo = names::name(core), "waits for the compute of another call")
            }
            What::Evicted => tracing::debug!(target: "memo", memo = names::name(core), count, "evicted"),
            What::Retained => tracing::warn!(
                target: "memo", memo = names::name(core), count, "results seem to hold their own argument, so that neither ever goes"
            ),
            What::Expired => tracing::debug!(target: "memo", memo = names::name(core), count, "expired"),
        });
    }
}

#[cfg(not(feature = "tracing"))]
mod told {
    use super::What;
    use crate::memo::core::Core;

    /// Nothing.
    #[derive(Debug)]
    pub(crate) struct Span;

    impl Span {
        #[inline(always)]
        pub(crate) const fn none() -> Self {
            Self
        }

        #[inline(always)]
        pub(crate) fn of_compute(_: &'static Core) -> Self {
            Self
        }

        #[inline(always)]
        pub(crate) fn enter(&self) {}

        #[inline(always)]
        pub(crate) fn exit(&self) {}
    }

    #[inline(always)]
    pub(crate) fn event(_: &'static Core, _: What, _: u64) {}
}

#[cfg(all(test, feature = "tracing", not(memo_loom)))]
mod tests {
    use std::fmt;
    use std::future::poll_fn;
    use std::sync::{Arc, Barrier, Mutex};
    use std::task::Poll;
    use std::thread;
    use std::time::Duration;

    use memo_core::weak_memo;
    use tracing::field::{Field, Visit};
    use tracing::span::{Attributes, Id};
    use tracing::{Dispatch, Event, Subscriber};
    use tracing_subscriber::Registry;
    use tracing_subscriber::layer::{Context, Layer, SubscriberExt};
    use tracing_subscriber::registry::LookupSpan;

    /// What was told, a line each: spans with those around them, and events.
    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<String>>>);

    #[derive(Default)]
    struct Fields(String);

    impl Visit for Fields {
        fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
            let name = field.name().replace("message", "");
            self.0 += &format!(" {name}{}{value:?}", if name.is_empty() { "" } else { "=" });
        }
    }

    impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Lines {
        fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
            let mut fields = Fields::default();
            attributes.record(&mut fields);
            let scope = context.span_scope(id).expect("it is new");
            let names: Vec<_> = scope.from_root().map(|span| span.name()).collect();
            self.0.lock().unwrap().push(format!("{}{}", names.join(">"), fields.0));
        }

        fn on_enter(&self, id: &Id, context: Context<'_, S>) {
            self.0.lock().unwrap().push(format!("enter {}", context.span(id).unwrap().name()));
        }

        fn on_exit(&self, id: &Id, context: Context<'_, S>) {
            self.0.lock().unwrap().push(format!("exit {}", context.span(id).unwrap().name()));
        }

        fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
            let mut fields = Fields::default();
            event.record(&mut fields);
            self.0.lock().unwrap().push(format!("event{}", fields.0));
        }
    }

    fn told(run: impl FnOnce(&Dispatch)) -> Vec<String> {
        let lines = Lines::default();
        let dispatch = Dispatch::new(Registry::default().with(lines.clone()));
        tracing::dispatcher::with_default(&dispatch, || run(&dispatch));
        std::mem::take(&mut *lines.0.lock().unwrap())
    }

    #[test]
    fn a_compute_is_a_span_in_that_of_its_caller() {
        #[weak_memo(name = "outer")]
        fn outer(of: &Arc<u8>) -> u8 {
            inner(of)
        }
        #[weak_memo(name = "inner")]
        fn inner(of: &Arc<u8>) -> u8 {
            **of
        }
        let of = Arc::new(1);
        let lines = told(|_| {
            let _request = tracing::info_span!("request").entered();
            assert_eq!((outer(&of), outer(&of), inner(&of)), (1, 1, 1));
        });
        let expected = [
            "request",
            "enter request",
            "request>compute memo=\"outer\"",
            "enter compute",
            "request>compute>compute memo=\"inner\"",
            "enter compute",
            "exit compute",
            "exit compute",
            "exit request",
        ];
        assert_eq!(lines, expected);
    }

    #[test]
    fn a_body_that_panics_leaves_its_span() {
        #[weak_memo(name = "panics")]
        fn panics(of: &Arc<u8>) -> u8 {
            panic!("{of}")
        }
        let lines = told(|_| {
            let of = Arc::new(1);
            std::panic::catch_unwind(|| panics(&of)).unwrap_err();
        });
        assert_eq!(lines, ["compute memo=\"panics\"", "enter compute", "exit compute"]);
    }

    #[test]
    fn a_future_is_in_its_span_while_it_is_polled() {
        #[weak_memo(name = "future")]
        async fn future(of: &Arc<u8>) -> u8 {
            let mut first = true;
            poll_fn(|context| {
                context.waker().wake_by_ref();
                if std::mem::take(&mut first) { Poll::Pending } else { Poll::Ready(()) }
            })
            .await;
            **of
        }
        let of = Arc::new(1);
        let lines = told(|_| assert_eq!(futures_lite::future::block_on(future(&of)), 1));
        // It is made, polled twice, and dropped.
        assert_eq!(lines[0], "compute memo=\"future\"");
        let (enters, exits): (Vec<_>, Vec<_>) = lines[1..].iter().partition(|line| *line == "enter compute");
        assert!(
            enters.len() >= 3 && enters.len() == exits.len() && lines.last().unwrap() == "exit compute",
            "{lines:?}"
        );
    }

    #[test]
    fn who_waits_and_what_is_evicted_or_expires_is_told() {
        #[weak_memo(name = "slow")]
        fn slow(of: &Arc<Barrier>) -> u8 {
            of.wait();
            while slow_memo().stats().waits == 0 {
                thread::yield_now();
            }
            1
        }
        #[weak_memo(name = "small", capacity = 1)]
        fn small(of: &Arc<u8>, key: u8) -> u8 {
            **of + key
        }
        #[weak_memo(name = "brief", ttl = "1ms")]
        fn brief(of: &Arc<u8>) -> u8 {
            **of
        }
        let lines = told(|dispatch| {
            let of = Arc::new(Barrier::new(2));
            thread::scope(|threads| {
                threads.spawn(|| tracing::dispatcher::with_default(dispatch, || slow(&of)));
                of.wait();
                threads.spawn(|| tracing::dispatcher::with_default(dispatch, || slow(&of)));
            });
            let of = Arc::new(1);
            assert_eq!((small(&of, 1), small(&of, 2)), (2, 3));
            // Where removals are told of elsewhere, too.
            let _listener = small_memo().on_removal(|_| ());
            assert_eq!(small(&of, 3), 4);
            brief(&of);
            // Beyond a tick of the coarsest clock.
            thread::sleep(Duration::from_millis(50));
            brief(&of);
        });
        let events: Vec<_> = lines.iter().filter(|line| line.starts_with("event")).collect();
        assert_eq!(
            events,
            [
                "event waits for the compute of another call memo=\"slow\"",
                "event evicted memo=\"small\" count=1",
                "event evicted memo=\"small\" count=1",
                "event expired memo=\"brief\" count=1"
            ]
        );
    }

    #[test]
    fn a_memo_whose_results_seem_to_hold_their_argument_is_told_of_once() {
        #[weak_memo(name = "retains", may_return_owner)]
        fn retains(of: &Arc<u8>) -> Vec<Arc<u8>> {
            vec![Arc::clone(of)]
        }
        let lines = told(|_| (0..20).for_each(|n| drop(retains(&Arc::new(n)))));
        let events: Vec<_> = lines.iter().filter(|line| line.starts_with("event")).collect();
        let sentence =
            "event results seem to hold their own argument, so that neither ever goes memo=\"retains\" count=1";
        assert_eq!(events, [sentence]);
    }

    /// What listens may fail, and may call memos.
    #[test]
    fn a_listener_that_panics_disturbs_nobody() {
        #[weak_memo]
        fn heard(of: &Arc<u8>) -> u8 {
            **of
        }
        struct Panics;
        impl<S: Subscriber> Layer<S> for Panics {
            fn on_enter(&self, _: &Id, _: Context<'_, S>) {
                panic!("entered")
            }
        }
        let dispatch = Dispatch::new(Registry::default().with(Panics));
        let of = Arc::new(1);
        tracing::dispatcher::with_default(&dispatch, || assert_eq!((heard(&of), heard(&of)), (1, 1)));
        assert_eq!((heard_memo().stats().hits, heard_memo().stats().computes), (1, 1));
    }
}
