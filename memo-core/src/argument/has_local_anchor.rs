//! Objects with an anchor of one thread.
//!
//! They are owners of the `Local` scope by their type alone. A blanket impl of [`Owner`] for them would overlap with that for all
//! [`HasAnchor`](crate::HasAnchor), so each has an impl of its own, which [`HasLocalAnchor`] requires. The rest is blanket: what it finds is
//! a [`LocalAnchor`], which is this thread's whatever object gave it out (invariant 1 there).

use crate::anchor::anchor::Anchor;
use crate::anchor::anchored::LocalAnchored;
use crate::anchor::liveness::AnyWeak;
use crate::anchor::local_anchor::LocalAnchor;
use crate::anchor::side_table::found_or_made::Made;
use crate::anchor::side_table::object::Subject;
use crate::argument::owner::{Internal, Locate, Owner, ThreadBound};
use crate::argument::scope::Local;
use crate::memo::counting::counters::LooksHere;
use crate::sys::index::Guess;

/// An object with a [`LocalAnchor`] of its own.
///
/// Derive it for a struct with a field of type [`LocalAnchor`]. `&YourStruct` is then a weak argument of memoized functions, and can be
/// their owner. The results stay on this thread, as those of an `Rc` do: they need not be `Send`, and `Rc`s may take part beside it.
///
/// # Implementing by hand
///
/// Say that the object owns results of one thread, and where its anchor is. Both are safe: a wrong anchor makes memos wrong or useless,
/// but never unsound.
///
/// ```
/// use memo_core::key::{Local, Owner};
/// use memo_core::{HasLocalAnchor, LocalAnchor, key_as, weak_memo};
/// use std::rc::Rc;
///
/// enum Node {
///     Leaf(LocalAnchor),
///     Branch(Vec<Node>, LocalAnchor),
/// }
///
/// impl Owner for Node {
///     type Scope = Local;
/// }
///
/// impl HasLocalAnchor for Node {
///     fn local_anchor(&self) -> &LocalAnchor {
///         let (Self::Leaf(anchor) | Self::Branch(_, anchor)) = self;
///         anchor
///     }
/// }
///
/// // For nodes as further arguments.
/// key_as!(local Node => LocalAnchor, |node| node.local_anchor());
///
/// #[weak_memo]
/// fn leaves(node: &Node) -> Rc<usize> {
///     match node {
///         Node::Leaf(_) => Rc::new(1),
///         Node::Branch(nodes, _) => Rc::new(nodes.iter().map(|node| *leaves(node)).sum()),
///     }
/// }
///
/// let leaf = || Node::Leaf(LocalAnchor::new());
/// let tree = Node::Branch(vec![leaf(), leaf()], LocalAnchor::new());
/// assert_eq!(*leaves(&tree), 2);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no `LocalAnchor`",
    label = "not an object with an anchor of one thread",
    note = "give it a field of type `memo_core::LocalAnchor` and derive `HasLocalAnchor`, or wrap it in `memo_core::LocalAnchored`"
)]
pub trait HasLocalAnchor: Owner<Scope = Local> {
    /// Returns the object's anchor. Called as [`anchor`](crate::HasAnchor::anchor) is.
    fn local_anchor(&self) -> &LocalAnchor;
}

/// An object that owns its [`LocalAnchor`]: as [`HasAnchorMut`](crate::HasAnchorMut).
pub trait HasLocalAnchorMut: HasLocalAnchor {
    /// Returns the object's anchor.
    fn local_anchor_mut(&mut self) -> &mut LocalAnchor;
}

#[allow(private_interfaces, private_bounds, reason = "as for the trait")]
impl<T: HasLocalAnchor + ?Sized> Locate<Local> for T {
    const TABLED: bool = false;

    #[inline(always)]
    fn look(&self, _: LooksHere<'_>) -> Guess<&Anchor> {
        Locate::<Local>::guess_anchor(self)
    }
    #[inline(always)]
    fn look_on<'s, R>(&'s self, _: LooksHere<'_>, act: impl FnOnce(Guess<&'s Anchor>) -> R) -> R {
        act(Locate::<Local>::guess_anchor(self))
    }
    #[inline(always)]
    fn guess_anchor(&self) -> Guess<&Anchor> {
        Guess::Node(self.local_anchor().inside())
    }
    #[inline(always)]
    fn find_anchor(&self, _: Internal) -> Option<&Anchor> {
        Some(self.local_anchor().inside())
    }
    fn make_anchor(&self, _: bool) -> Made<'_> {
        unreachable!("an anchor inside is always found")
    }
    fn strong(&self) -> Option<usize> {
        None
    }
    fn life(&self) -> Option<(Subject, AnyWeak)> {
        None
    }
}

impl<T: HasLocalAnchor + ?Sized> ThreadBound for T {}

/// As an [`Anchor`], it may be an owner by itself.
impl Owner for LocalAnchor {
    type Scope = Local;
}

impl HasLocalAnchor for LocalAnchor {
    #[inline]
    fn local_anchor(&self) -> &LocalAnchor {
        self
    }
}

impl HasLocalAnchorMut for LocalAnchor {
    #[inline]
    fn local_anchor_mut(&mut self) -> &mut LocalAnchor {
        self
    }
}

impl<T: ?Sized> Owner for LocalAnchored<T> {
    type Scope = Local;
}

impl<T: ?Sized> HasLocalAnchor for LocalAnchored<T> {
    #[inline]
    fn local_anchor(&self) -> &LocalAnchor {
        LocalAnchored::local_anchor(self)
    }
}
