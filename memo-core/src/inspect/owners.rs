//! The objects that a memo's results belong to.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::Duration;

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
    /// Those that have most results, up to ten, in descending order.
    pub most: Vec<OwnerInfo>,
    /// How long ago the memo first met them, in ascending order: of those first met while misses are [explained](Memo::explain), of the last thousand or so.
    /// Empty otherwise, since an object carries no time.
    pub ages: Vec<Duration>,
}

/// One object that has results of a memo: see [`Owners`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct OwnerInfo {
    /// How many results it has.
    pub results: usize,
    /// How long ago the memo first met it, if that is known: see [`Owners::ages`].
    pub age: Option<Duration>,
}

/// So many are looked at more closely.
const MOST: usize = 10;

impl AnyMemo {
    /// Returns how many objects have its results, and how many: see [`Memo::owners`].
    #[must_use]
    pub fn owners(&self) -> Option<Owners> {
        let known = self.core().explanation().ages();
        // Nothing is allocated while a shard is locked.
        let (mut count, mut most, mut ages) = (0, BinaryHeap::with_capacity(MOST + 1), Vec::with_capacity(known.len()));
        let listed = walk::each_owner(self.core(), &mut |cell, results| {
            let age = known.get(&cell).copied();
            count += 1;
            ages.extend(age);
            most.push(Reverse((results, age)));
            if most.len() > MOST {
                most.pop();
            }
        });
        ages.sort_unstable();
        let most = most.into_sorted_vec().into_iter().map(|Reverse((results, age))| OwnerInfo { results, age });
        listed.then(|| Owners { count, most: most.collect(), ages })
    }
}

impl<F, P: Kind> Memo<F, P> {
    /// Returns how many living objects have results of this memo, how many those have that have most, and how old they are where that is known.
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
    /// assert_eq!((owners.count, owners.most[0].results, owners.most[1].results), (2, 5, 1));
    /// ```
    #[must_use]
    pub fn owners(&self) -> Option<Owners> {
        AnyMemo::from(*self).owners()
    }
}
