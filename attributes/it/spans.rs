//! Spans and metrics of calls: `tracing`, `fastrace`, `autometrics`.

use std::sync::Arc;

use memo_attributes::{ON_CALLS, ON_MISSES, act, acts};
use memo_core::weak_memo;

mod of_tracing {
    use super::*;
    use tracing::span::{Attributes, Id, Record};
    use tracing::{Event, Metadata, Subscriber, subscriber};

    struct Counts;

    impl Subscriber for Counts {
        fn enabled(&self, _: &Metadata<'_>) -> bool {
            true
        }
        fn new_span(&self, _: &Attributes<'_>) -> Id {
            act();
            Id::from_u64(1)
        }
        fn record(&self, _: &Id, _: &Record<'_>) {}
        fn record_follows_from(&self, _: &Id, _: &Id) {}
        fn event(&self, _: &Event<'_>) {}
        fn enter(&self, _: &Id) {}
        fn exit(&self, _: &Id) {}
    }

    #[tracing::instrument]
    #[weak_memo]
    fn above(text: &Arc<String>) -> usize {
        text.split(' ').count()
    }

    #[weak_memo]
    #[tracing::instrument]
    fn below(text: &Arc<String>) -> usize {
        text.split(' ').count()
    }

    #[weak_memo]
    #[tracing::instrument(skip_all, fields(len = text.len()))]
    fn lent_below(text: &Arc<String>) -> &[String] {
        text.split(' ').map(str::to_owned).collect()
    }

    #[tracing::instrument]
    #[weak_memo]
    async fn async_above(text: &Arc<String>) -> usize {
        text.split(' ').count()
    }

    #[weak_memo]
    #[tracing::instrument]
    async fn async_below(text: &Arc<String>) -> usize {
        text.split(' ').count()
    }

    #[weak_memo]
    #[tracing::instrument]
    async fn async_lent_below(text: &Arc<String>) -> &str {
        text.split(' ').rev().collect()
    }

    #[test]
    fn a_span_for_each_call_of_the_function_below_and_for_each_miss_above() {
        use ::futures::executor::block_on;
        subscriber::with_default(Counts, || {
            assert_eq!((acts(above), acts(below)), (ON_MISSES, ON_CALLS));
            assert_eq!(acts(|text| lent_below(text).len()), ON_CALLS);
            assert_eq!(acts(|text| block_on(async_above(text))), ON_MISSES);
            assert_eq!(acts(|text| block_on(async_below(text))), ON_CALLS);
            assert_eq!(acts(|text| block_on(async_lent_below(text)).len() - 8), ON_CALLS);
        });
    }
}

mod of_fastrace {
    use super::*;
    use fastrace::collector::{Config, TestReporter};
    use fastrace::prelude::*;

    #[trace]
    #[weak_memo]
    fn above(text: &Arc<String>) -> usize {
        text.split(' ').count()
    }

    #[trace(name = "named")]
    #[weak_memo]
    fn named(text: &Arc<String>) -> usize {
        text.split(' ').count()
    }

    #[weak_memo]
    #[trace]
    fn below(text: &Arc<String>) -> usize {
        text.split(' ').count()
    }

    #[trace]
    #[weak_memo]
    fn lent_above(text: &Arc<String>) -> &[String] {
        text.split(' ').map(str::to_owned).collect()
    }

    #[weak_memo]
    #[trace]
    fn lent_below(text: &Arc<String>) -> &[String] {
        text.split(' ').map(str::to_owned).collect()
    }

    /// Above, the span has the name of the function that it is in, which is the memo's body, unless it is given one.
    #[test]
    fn a_span_for_each_call_of_the_function_below_and_for_each_miss_above() {
        let (reporter, spans) = TestReporter::new();
        fastrace::set_reporter(reporter, Config::default());
        {
            let root = Span::root("root", SpanContext::random());
            let _local = root.set_local_parent();
            for call in [above, named, below] {
                acts(call);
            }
            acts(|text| lent_above(text).len());
            acts(|text| lent_below(text).len());
        }
        fastrace::flush();
        let spans = spans.lock();
        let named = |name: &str| {
            spans.iter().filter(|span| span.name.rsplit("::").next().is_some_and(|last| last.starts_with(name))).count()
        };
        assert_eq!((named("__memo_body_above"), named("named"), named("below")), (ON_MISSES, ON_MISSES, ON_CALLS));
        assert_eq!((named("__memo_body_lent_above"), named("lent_below")), (ON_MISSES, ON_CALLS));
    }
}

mod of_autometrics {
    use super::*;
    use autometrics::autometrics;

    #[autometrics(ok_if = seen)]
    #[weak_memo]
    fn above(text: &Arc<String>) -> usize {
        text.split(' ').count()
    }

    #[weak_memo]
    #[autometrics(ok_if = seen)]
    fn below(text: &Arc<String>) -> usize {
        text.split(' ').count()
    }

    #[weak_memo]
    #[autometrics]
    fn lent_below(text: &Arc<String>) -> &[String] {
        text.split(' ').map(str::to_owned).collect()
    }

    fn seen(_: &usize) -> bool {
        act();
        true
    }

    #[test]
    fn every_call_is_measured_below_and_every_miss_above() {
        assert_eq!((acts(above), acts(below)), (ON_MISSES, ON_CALLS));
        acts(|text| lent_below(text).len());
    }
}
