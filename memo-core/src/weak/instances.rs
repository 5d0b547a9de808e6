//! All living objects of a type.

use std::collections::BTreeMap;
use std::fmt;
use std::panic::Location;
use std::sync::Arc;

use super::sync::WeakKeyMap;

/// All living objects of a type, and where they were made, without keeping any of them alive.
///
/// A `static`, or a field of whatever owns the type; the constructor registers what it makes. Then the program can go over all of them (to
/// redraw, to reload, to look at them from a debugger's page), count them, and tests can say that none is left.
///
/// Registering takes O(1) and remembers the caller's place (`#[track_caller]`: give your constructor the attribute, too, and it will be the place of
/// *its* caller). What is said of [`WeakKeyMap`] holds here. For `Rc`s there is [`unsync::WeakSet`](super::unsync::WeakSet).
///
/// # Examples
///
/// ```
/// use memo_core::weak::Instances;
/// use std::sync::Arc;
///
/// struct Window {
///     title: String,
/// }
///
/// static WINDOWS: Instances<Window> = Instances::new();
///
/// impl Window {
///     #[track_caller]
///     fn open(title: &str) -> Arc<Self> {
///         WINDOWS.register(Arc::new(Self { title: title.to_owned() }))
///     }
/// }
///
/// let (editor, about) = (Window::open("editor"), Window::open("about"));
/// assert_eq!(WINDOWS.len(), 2);
/// drop(about);
/// let titles: Vec<String> = WINDOWS.iter().map(|window| window.title.clone()).collect();
/// assert_eq!(titles, ["editor"]);
///
/// drop(editor);
/// WINDOWS.assert_none_alive();
/// ```
pub struct Instances<T: ?Sized + Send + Sync + 'static> {
    made: WeakKeyMap<Arc<T>, &'static Location<'static>>,
}

impl<T: ?Sized + Send + Sync + 'static> Instances<T> {
    /// None yet. Allocates nothing.
    #[must_use]
    pub const fn new() -> Self {
        Self { made: WeakKeyMap::new() }
    }

    /// Adds an object, and returns it. The caller's place is where it was made. An object that is there stays, with its first place.
    #[track_caller]
    pub fn register(&self, object: Arc<T>) -> Arc<T> {
        let place = Location::caller();
        self.made.get_or_insert_with(&object, || place);
        object
    }

    /// Whether the object is registered. Time: O(1), without a lock.
    #[must_use]
    pub fn contains(&self, object: &Arc<T>) -> bool {
        self.made.contains_key(object)
    }

    /// Where a registered object was made. Time: O(1), without a lock.
    #[must_use]
    pub fn place_of(&self, object: &Arc<T>) -> Option<&'static Location<'static>> {
        self.made.get(object)
    }

    /// Returns the number of living objects. Time: O(stored).
    #[must_use]
    pub fn len(&self) -> usize {
        self.made.len()
    }

    /// Returns `true` if no object is alive. Time: O(stored).
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.made.is_empty()
    }

    /// The living ones, in no particular order; as [`WeakKeyMap::iter`].
    pub fn iter(&self) -> impl Iterator<Item = Arc<T>> {
        self.made.keys()
    }

    /// Where the living ones were made, and how many at each place, in the order of the places.
    #[must_use]
    pub fn places(&self) -> Vec<(&'static Location<'static>, usize)> {
        let mut places = BTreeMap::new();
        for place in self.made.values() {
            *places.entry(place).or_default() += 1;
        }
        places.into_iter().collect()
    }

    /// Panics if one is alive, and says where they were made: at the end of a test that should leave none.
    ///
    /// # Panics
    ///
    /// As said.
    #[track_caller]
    pub fn assert_none_alive(&self) {
        let places = self.places();
        let alive: usize = places.iter().map(|(_, count)| count).sum();
        if alive == 0 {
            return;
        }
        let of = std::any::type_name::<T>();
        let mut text = match alive {
            1 => format!("an instance of `{of}` is alive:"),
            _ => format!("{alive} instances of `{of}` are alive:"),
        };
        for (place, count) in places {
            text += &format!("\n    {count} made at {place}");
        }
        panic!("{text}");
    }
}

impl<T: ?Sized + Send + Sync + 'static> Default for Instances<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T: ?Sized + Send + Sync + 'static + fmt::Debug> fmt::Debug for Instances<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}
