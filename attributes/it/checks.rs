//! What is checked before and after a body: `contracts`, `culpa`.

use std::sync::Arc;

use memo_attributes::{ON_CALLS, ON_MISSES, act, acts};
use memo_core::weak_memo;

mod of_contracts {
    use super::*;
    use contracts::{ensures, requires};

    fn holds() -> bool {
        act();
        true
    }

    #[requires(holds())]
    #[weak_memo]
    fn above(text: &Arc<String>) -> usize {
        text.split(' ').count()
    }

    #[weak_memo]
    #[ensures(ret > 0 && holds())]
    fn below(text: &Arc<String>) -> usize {
        text.split(' ').count()
    }

    #[weak_memo]
    #[ensures(!ret.is_empty() && holds())]
    fn lent_below(text: &Arc<String>) -> &[String] {
        text.split(' ').map(str::to_owned).collect()
    }

    #[test]
    fn what_is_below_is_checked_in_each_call_and_what_is_above_once() {
        assert_eq!((acts(above), acts(below)), (ON_MISSES, ON_CALLS));
        assert_eq!(acts(|text| lent_below(text).len()), ON_CALLS);
    }
}

/// It changes the result's type, so it has to come first.
mod of_culpa {
    use super::*;
    use culpa::{throw, throws};

    #[throws(String)]
    #[weak_memo]
    fn above(text: &Arc<String>) -> usize {
        if text.is_empty() {
            throw!("nothing".to_owned());
        }
        text.split(' ').count()
    }

    #[test]
    fn above_the_result_is_remembered_and_the_error_is_not() {
        let empty = Arc::new(String::new());
        assert_eq!(acts(|text| above(text).expect("there are words")), 0);
        assert_eq!((above(&empty), above(&empty)), (Err("nothing".to_owned()), Err("nothing".to_owned())));
        assert_eq!(above_memo().stats().computes, 3);
    }
}
