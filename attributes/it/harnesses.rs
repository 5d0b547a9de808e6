//! Test harnesses: `rstest`, `test-case`, `mockall`.

use std::sync::Arc;

use memo_core::{Anchored, weak_memo};

mod of_rstest {
    use super::*;
    use rstest::{fixture, rstest};

    #[fixture]
    fn text() -> Arc<String> {
        Arc::new("four".to_owned())
    }

    /// A fixture calls what is below it.
    #[fixture]
    fn len(text: Arc<String>) -> usize {
        below(&text)
    }

    #[weak_memo]
    fn below(text: &Arc<String>) -> usize {
        text.len()
    }

    #[rstest]
    #[case(1)]
    #[case(2)]
    fn a_test_asks(text: Arc<String>, len: usize, #[case] times: usize) {
        for _ in 0..times {
            assert_eq!(below(&text), len);
        }
    }

    #[weak_memo]
    #[fixture]
    fn made(#[from(text)] of: Arc<String>, #[default(2)] times: usize) -> usize {
        of.len() * times
    }

    #[rstest]
    fn a_memo_may_be_a_fixture(
        made: usize,
        #[with(Arc::new("three".to_owned()), 3)]
        #[from(made)]
        other: usize,
    ) {
        assert_eq!((made, other), (8, 15));
    }
}

mod of_test_case {
    use super::*;
    use test_case::test_case;

    #[weak_memo]
    #[test_case(&Arc::new("four".to_owned()) => 4)]
    #[test_case(&Arc::new("three".to_owned()) => 5)]
    fn below(text: &Arc<String>) -> usize {
        text.len()
    }
}

/// What is mocked is the trait; the memo is in its `impl`.
mod of_mockall {
    use super::*;

    #[mockall::automock]
    trait Measure {
        fn len(&self) -> usize;
    }

    impl Measure for Anchored<String> {
        #[weak_memo(handle = none)]
        fn len(&self) -> usize {
            String::len(self)
        }
    }

    fn twice(of: &impl Measure) -> usize {
        of.len() + of.len()
    }

    #[test]
    fn the_mock_has_no_memo() {
        let mut mock = MockMeasure::new();
        mock.expect_len().times(2).return_const(7_usize);
        assert_eq!((twice(&mock), twice(&Anchored::new("four".to_owned()))), (14, 8));
    }
}
