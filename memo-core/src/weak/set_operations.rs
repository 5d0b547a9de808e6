//! The operations on two sets, written once for both kinds of sets.

/// The methods, for an `impl` of a set that has `iter` and `contains`.
macro_rules! set_operations {
    () => {
        /// Iterates over the living objects of both sets, each once.
        pub fn union<'a>(&'a self, other: &'a Self) -> impl Iterator<Item = K> + use<'a, K> {
            self.iter().chain(other.iter().filter(|object| !self.contains(object)))
        }

        /// Iterates over the living objects that are in both sets.
        pub fn intersection<'a>(&'a self, other: &'a Self) -> impl Iterator<Item = K> + use<'a, K> {
            self.iter().filter(|object| other.contains(object))
        }

        /// Iterates over the living objects of this set that are not in `other`.
        pub fn difference<'a>(&'a self, other: &'a Self) -> impl Iterator<Item = K> + use<'a, K> {
            self.iter().filter(|object| !other.contains(object))
        }

        /// Iterates over the living objects that are in exactly one of the sets.
        pub fn symmetric_difference<'a>(&'a self, other: &'a Self) -> impl Iterator<Item = K> + use<'a, K> {
            self.difference(other).chain(other.difference(self))
        }

        /// Returns whether all living objects of this set are in `other`.
        #[must_use]
        pub fn is_subset(&self, other: &Self) -> bool {
            self.iter().all(|object| other.contains(&object))
        }

        /// Returns whether all living objects of `other` are in this set.
        #[must_use]
        pub fn is_superset(&self, other: &Self) -> bool {
            other.is_subset(self)
        }

        /// Returns whether no living object is in both sets.
        #[must_use]
        pub fn is_disjoint(&self, other: &Self) -> bool {
            self.intersection(other).next().is_none()
        }
    };
}
pub(super) use set_operations;
