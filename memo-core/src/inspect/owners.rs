//! The objects that a memo's results belong to.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::inspect::any_memo::AnyMemo;
use crate::inspect::handle::Memo;
use crate::inspect::signature::Kind;
use crate::inspect::walk;

/// The living objects that have results of a memo: see [`Memo::owners`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Owners {
    /// How many they are.
    pub count: usize,
    /// How many results those have that have most, up to ten, in descending order.
    pub most: Vec<usize>,
}

/// So many are looked at more closely.
const MOST: usize = 10;

impl AnyMemo {
    /// Returns how many objects have its results, and how many: see [`Memo::owners`].
    #[must_use]
    pub fn owners(&self) -> Option<Owners> {
        let (mut count, mut most) = (0, BinaryHeap::with_capacity(MOST + 1));
        let listed = walk::each_owner(self.core(), &mut |results| {
            count += 1;
            most.push(Reverse(results));
            if most.len() > MOST {
                most.pop();
            }
        });
        let most = most.into_sorted_vec().into_iter().map(|Reverse(results)| results).collect();
        listed.then_some(Owners { count, most })
    }
}

impl<F, P: Kind> Memo<F, P> {
    /// Returns how many living objects have results of this memo, and how many those have that have most.
    ///
    /// `None` for a memo that lends with the anchor inside the owner: those are listed nowhere. Memos of `Rc` owners and `local` memos count
    /// the objects of this thread.
    ///
    /// Cost: a walk over the side table (about 10 ms for a million objects) that locks one shard at a time.
    ///
    /// # Examples
    ///
    /// ```
    /// use memo_core::weak_memo;
    /// use std::sync::Arc;
    ///
    /// #[weak_memo]
    /// fn repeat(text: &Arc<String>, times: usize) -> String {
    ///     text.repeat(times)
    /// }
    ///
    /// let texts = ["a", "b"].map(|text| Arc::new(String::from(text)));
    /// (0..5).for_each(|times| _ = repeat(&texts[0], times));
    /// repeat(&texts[1], 1);
    /// let owners = repeat_memo().owners().unwrap();
    /// assert_eq!((owners.count, owners.most), (2, vec![5, 1]));
    /// ```
    #[must_use]
    pub fn owners(&self) -> Option<Owners> {
        AnyMemo::from(*self).owners()
    }
}
