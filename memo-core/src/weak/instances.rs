//! A registry of the living objects of a type.

use std::collections::BTreeMap;
use std::fmt;
use std::panic::Location;
use std::sync::Arc;

use super::sync::WeakKeyMap;

/// A registry of the living objects of a type and of where they were created, which keeps none of them alive.
///
/// Make it a `static` or a field, and let the constructor register each object. The program can then iterate over all of them (to redraw, to
/// reload, to show them on a debug page) and count them, and tests can assert that none is left.
///
/// Registering takes O(1), and stores the caller's location. Mark your constructor `#[track_caller]` to store the location of *its* caller. The
/// registry behaves as [`WeakKeyMap`] does. For `Rc`s, use [`unsync::WeakSet`](super::unsync::WeakSet).
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
    /// Creates an empty registry. Allocates nothing.
    #[must_use]
    pub const fn new() -> Self {
        Self { made: WeakKeyMap::new() }
    }

    /// Adds an object, and returns it. Time: O(1).
    ///
    /// The caller's location is stored as the place where the object was created. Registering an object again changes nothing.
    #[track_caller]
    pub fn register(&self, object: Arc<T>) -> Arc<T> {
        let place = Location::caller();
        self.made.get_or_insert_with(&object, || place);
        object
    }

    /// Returns whether the object is registered. Time: O(1), without a lock.
    #[must_use]
    pub fn contains(&self, object: &Arc<T>) -> bool {
        self.made.contains_key(object)
    }

    /// Returns where a registered object was created. Time: O(1), without a lock.
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

    /// Iterates over the living objects in no particular order, as [`WeakKeyMap::iter`] does.
    pub fn iter(&self) -> impl Iterator<Item = Arc<T>> {
        self.made.keys()
    }

    /// Returns the places where the living objects were created, sorted, with the number of objects for each.
    #[must_use]
    pub fn places(&self) -> Vec<(&'static Location<'static>, usize)> {
        let mut places = BTreeMap::new();
        for place in self.made.values() {
            *places.entry(place).or_default() += 1;
        }
        places.into_iter().collect()
    }

    /// Asserts that no object is alive, for the end of a test that should leave none.
    ///
    /// # Panics
    ///
    /// If an object is alive. The message lists where the living objects were created.
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
