//! What the memos of the matrix are about: documents, further arguments, answers.

pub(crate) use memo_core::weak_memo;
pub(crate) use std::marker::PhantomData;
pub(crate) use std::rc::Rc;
pub(crate) use std::sync::Arc;

use memo_core::{Anchor, HasAnchor, HasLocalAnchor, LocalAnchor};
use memo_tests::{Tally, Token};
use std::future::poll_fn;
use std::hash::{Hash, Hasher};
use std::ops::Deref;
use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Waker};

/// An owner. Not `Clone`, so nothing can clone it. It has an anchor of its own, which an `Arc` of it does not use.
#[derive(HasAnchor)]
pub(crate) struct Doc<M> {
    number: u64,
    answers: Tally,
    runs: AtomicUsize,
    anchor: Anchor,
    cell: PhantomData<M>,
}

impl<M> Doc<M> {
    pub(crate) fn new(number: u64, answers: &Tally) -> Self {
        let answers = answers.clone();
        Self { number, answers, runs: AtomicUsize::new(0), anchor: Anchor::new(), cell: PhantomData }
    }

    /// The body of every memo here.
    pub(crate) fn answer(&self, kind: u64, key: u64) -> Answer {
        self.runs.fetch_add(1, Ordering::SeqCst);
        Answer { number: self.expected(kind, key), _token: self.answers.token() }
    }

    pub(crate) fn expected(&self, kind: u64, key: u64) -> u64 {
        100 * self.number + 10 * kind + key
    }

    pub(crate) fn runs(&self) -> usize {
        self.runs.load(Ordering::SeqCst)
    }
}

/// The same, of one thread.
#[cfg_attr(memo_no_tools, allow(dead_code, reason = "nobody asks of it there"))]
#[derive(HasLocalAnchor)]
pub(crate) struct LocalDoc<M> {
    doc: Doc<M>,
    anchor: LocalAnchor,
}

impl<M> Deref for LocalDoc<M> {
    type Target = Doc<M>;

    fn deref(&self) -> &Doc<M> {
        &self.doc
    }
}

/// A result: counted when it is made, cloned and dropped.
#[derive(Clone)]
pub(crate) struct Answer {
    number: u64,
    _token: Token,
}

/// What a caller can tell of a result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Seen {
    pub(crate) number: u64,
    /// Where it lies, if it was lent.
    pub(crate) address: Option<usize>,
}

pub(crate) trait Out {
    fn see(self) -> Seen;
}

impl Out for Answer {
    fn see(self) -> Seen {
        Seen { number: self.number, address: None }
    }
}

impl Out for &Answer {
    fn see(self) -> Seen {
        Seen { number: self.number, address: Some(std::ptr::from_ref(self).addr()) }
    }
}

/// A type argument that is found nowhere in the arguments.
pub(crate) trait Kind: 'static {
    const NUMBER: u64;
}

pub(crate) struct One;

impl Kind for One {
    const NUMBER: u64 = 1;
}

pub(crate) struct Two;

impl Kind for Two {
    const NUMBER: u64 = 2;
}

/// A further weak argument.
#[derive(HasAnchor)]
pub(crate) struct Other {
    number: u64,
    anchor: Anchor,
}

/// A value argument whose copies are counted.
#[derive(Clone)]
pub(crate) struct Mode {
    number: u64,
    _token: Token,
}

impl PartialEq for Mode {
    fn eq(&self, other: &Self) -> bool {
        self.number == other.number
    }
}

impl Eq for Mode {}

impl Hash for Mode {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.number.hash(state);
    }
}

/// No further argument.
pub(crate) struct Nothing;

/// Whatever carries results.
pub(crate) trait Own<M> {
    /// Whether its results go inside its drop.
    const EXACT: bool;
    /// Whether its results are for all threads.
    const SHARED: bool;
    fn new(doc: Doc<M>) -> Self;
    fn doc(&self) -> &Doc<M>;
    fn strong(&self) -> usize;
}

impl<M> Own<M> for Arc<Doc<M>> {
    const EXACT: bool = false;
    const SHARED: bool = true;
    fn new(doc: Doc<M>) -> Self {
        Self::new(doc)
    }
    fn doc(&self) -> &Doc<M> {
        self
    }
    fn strong(&self) -> usize {
        Self::strong_count(self)
    }
}

impl<M> Own<M> for Rc<Doc<M>> {
    const EXACT: bool = false;
    const SHARED: bool = false;
    fn new(doc: Doc<M>) -> Self {
        Self::new(doc)
    }
    fn doc(&self) -> &Doc<M> {
        self
    }
    fn strong(&self) -> usize {
        Self::strong_count(self)
    }
}

impl<M> Own<M> for Doc<M> {
    const EXACT: bool = true;
    const SHARED: bool = true;
    fn new(doc: Self) -> Self {
        doc
    }
    fn doc(&self) -> &Self {
        self
    }
    fn strong(&self) -> usize {
        1
    }
}

impl<M> Own<M> for LocalDoc<M> {
    const EXACT: bool = true;
    const SHARED: bool = false;
    fn new(doc: Doc<M>) -> Self {
        Self { doc, anchor: LocalAnchor::new() }
    }
    fn doc(&self) -> &Doc<M> {
        self
    }
    fn strong(&self) -> usize {
        1
    }
}

/// Whatever takes part besides the owner.
pub(crate) trait Extra {
    /// How many there are.
    const MANY: u64 = 2;
    const WEAK: bool = true;
    /// Whether results go inside its drop, if they are for all threads.
    const EXACT: bool = false;
    fn new(number: u64, copies: &Tally) -> Self;
    fn number(&self) -> u64;
    fn strong(&self) -> usize {
        1
    }
}

impl Extra for Nothing {
    const MANY: u64 = 1;
    const WEAK: bool = false;
    fn new(_: u64, _: &Tally) -> Self {
        Self
    }
    fn number(&self) -> u64 {
        0
    }
}

impl Extra for Mode {
    const WEAK: bool = false;
    fn new(number: u64, copies: &Tally) -> Self {
        Self { number, _token: copies.token() }
    }
    fn number(&self) -> u64 {
        self.number
    }
}

impl Extra for Other {
    const EXACT: bool = true;
    fn new(number: u64, _: &Tally) -> Self {
        Self { number, anchor: Anchor::new() }
    }
    fn number(&self) -> u64 {
        self.number
    }
}

impl Extra for Arc<Other> {
    fn new(number: u64, copies: &Tally) -> Self {
        Self::new(Extra::new(number, copies))
    }
    fn number(&self) -> u64 {
        self.number
    }
    fn strong(&self) -> usize {
        Self::strong_count(self)
    }
}

impl Extra for Rc<Other> {
    fn new(number: u64, copies: &Tally) -> Self {
        Self::new(Extra::new(number, copies))
    }
    fn number(&self) -> u64 {
        self.number
    }
    fn strong(&self) -> usize {
        Self::strong_count(self)
    }
}

pub(crate) fn number<K: Extra>(key: &K) -> u64 {
    key.number()
}

pub(crate) fn same<K>(key: &K) -> &K {
    key
}

/// Lets others go first, once.
pub(crate) async fn pause() {
    let mut paused = false;
    poll_fn(|_| if std::mem::replace(&mut paused, true) { Poll::Ready(()) } else { Poll::Pending }).await;
}

/// Runs a call that is a future: there is nothing else to do.
pub(crate) fn run<R>(call: impl Future<Output = R>) -> R {
    let mut call = pin!(call);
    loop {
        if let Poll::Ready(answer) = call.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            return answer;
        }
    }
}
