//! What a set of objects has to say beside another one: the same of both kinds.

/// The methods, for an `impl` of a set that has `iter` and `contains`.
macro_rules! set_operations {
    () => {
        /// The living objects of both sets, each once.
        pub fn union<'a>(&'a self, other: &'a Self) -> impl Iterator<Item = K> + use<'a, K> {
            self.iter().chain(other.iter().filter(|object| !self.contains(object)))
        }

        /// The living objects that are in both sets.
        pub fn intersection<'a>(&'a self, other: &'a Self) -> impl Iterator<Item = K> + use<'a, K> {
            self.iter().filter(|object| other.contains(object))
        }

        /// The living objects that are not in the other set.
        pub fn difference<'a>(&'a self, other: &'a Self) -> impl Iterator<Item = K> + use<'a, K> {
            self.iter().filter(|object| !other.contains(object))
        }

        /// The living objects that are in one set only.
        pub fn symmetric_difference<'a>(&'a self, other: &'a Self) -> impl Iterator<Item = K> + use<'a, K> {
            self.difference(other).chain(other.difference(self))
        }

        /// Whether all living objects are in the other set, too.
        #[must_use]
        pub fn is_subset(&self, other: &Self) -> bool {
            self.iter().all(|object| other.contains(&object))
        }

        /// Whether all living objects of the other set are in this one, too.
        #[must_use]
        pub fn is_superset(&self, other: &Self) -> bool {
            other.is_subset(self)
        }

        /// Whether no living object is in both.
        #[must_use]
        pub fn is_disjoint(&self, other: &Self) -> bool {
            self.intersection(other).next().is_none()
        }
    };
}
pub(super) use set_operations;
