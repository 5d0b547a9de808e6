//! Functions of every kind, most of them as memos, many with something that a lint is about.

#![warn(missing_docs)]
#![allow(unused_lifetimes, reason = "an attribute of the crate's")]

mod lend;

use std::collections::{BTreeMap, HashMap, LinkedList};
use std::fmt;
use std::rc::Rc;
use std::sync::{Arc, Mutex};

use memo_core::weak_memo;
use memo_core::{Anchor, Anchored, HasAnchor};

/// A document.
#[derive(HasAnchor, Debug)]
pub struct Doc {
    /// What it says.
    pub text: String,
    anchor: Anchor,
}

/// What may go wrong.
#[derive(Clone, Debug)]
pub struct Large([u64; 32]);

impl fmt::Display for Large {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.len())
    }
}

/// What others can call.
pub mod api {
    use super::{Anchor, Arc, BTreeMap, Doc, HasAnchor, HashMap, Large, LinkedList};
    use memo_core::weak_memo;

    /// A vector of boxes.
    #[weak_memo]
    pub fn vec_box(doc: &Arc<Doc>) -> Vec<Box<u32>> {
        vec![Box::new(doc.text.len() as u32)]
    }

    /// A box of a vector.
    #[weak_memo]
    pub fn box_collection(doc: &Arc<Doc>) -> Box<Vec<u32>> {
        Box::new(vec![doc.text.len() as u32])
    }

    /// A box in an `Arc`.
    #[weak_memo]
    pub fn redundant_allocation(doc: &Arc<Box<Doc>>) -> usize {
        doc.text.len()
    }

    /// Never nothing.
    #[weak_memo]
    pub fn unnecessary_wraps(doc: &Arc<Doc>) -> Option<usize> {
        Some(doc.text.len())
    }

    /// Never an error.
    ///
    /// # Errors
    ///
    /// Never.
    #[weak_memo]
    pub fn unnecessary_result(doc: &Arc<Doc>) -> Result<usize, String> {
        Ok(doc.text.len())
    }

    /// An option of an option.
    #[weak_memo]
    pub fn option_option(doc: &Arc<Doc>) -> Option<Option<usize>> {
        doc.text.find('a').map(Some)
    }

    /// A reference to an option.
    #[weak_memo]
    pub fn ref_option(doc: &Arc<Doc>, width: &Option<u32>) -> usize {
        doc.text.len() + width.map_or(0, |width| width as usize)
    }

    /// A reference to a number.
    #[weak_memo]
    pub fn trivially_copy_pass_by_ref(doc: &Arc<Doc>, width: &u32) -> usize {
        doc.text.len() + *width as usize
    }

    /// A list.
    #[weak_memo]
    pub fn linkedlist(doc: &Arc<Doc>) -> LinkedList<u32> {
        doc.text.bytes().map(u32::from).collect()
    }

    /// A large argument.
    #[weak_memo]
    pub fn large_types_passed_by_value(doc: &Arc<Doc>, #[memo(value)] large: [u64; 100]) -> u64 {
        large[doc.text.len()]
    }

    /// A type as long as a sentence.
    #[weak_memo]
    pub fn type_complexity(doc: &Arc<Doc>) -> Arc<BTreeMap<String, Vec<Option<Result<(u8, String), (u16, Vec<u8>)>>>>> {
        Arc::new(BTreeMap::from([(doc.text.clone(), Vec::new())]))
    }

    /// The same as an argument.
    #[weak_memo]
    pub fn type_complexity_argument(
        doc: &Arc<BTreeMap<String, Vec<Option<Result<(u8, String), (u16, Vec<u8>)>>>>>,
    ) -> usize {
        doc.len()
    }

    /// A large error.
    ///
    /// # Errors
    ///
    /// Where there is no text.
    #[weak_memo]
    pub fn result_large_err(doc: &Arc<Doc>) -> Result<usize, Large> {
        if doc.text.is_empty() { Err(Large([0; 32])) } else { Ok(doc.text.len()) }
    }

    /// No section on errors.
    #[weak_memo]
    pub fn missing_errors_doc(doc: &Arc<Doc>) -> Result<u8, String> {
        doc.text.bytes().next().ok_or_else(|| "empty".to_owned())
    }

    /// A section on errors.
    ///
    /// # Errors
    ///
    /// If there is none.
    #[weak_memo]
    pub fn errors_doc(doc: &Arc<Doc>) -> Result<u8, String> {
        doc.text.bytes().next().ok_or_else(|| "empty".to_owned())
    }

    /// No section on panics.
    #[weak_memo]
    pub fn missing_panics_doc(doc: &Arc<Doc>) -> u8 {
        doc.text.bytes().next().unwrap()
    }

    /// A section on panics.
    ///
    /// # Panics
    ///
    /// If there is none.
    #[weak_memo]
    pub fn panics_doc(doc: &Arc<Doc>) -> u8 {
        doc.text.bytes().next().unwrap()
    }

    /// Many flags.
    #[weak_memo]
    pub fn fn_params_excessive_bools(doc: &Arc<Doc>, a: bool, b: bool, c: bool, d: bool) -> bool {
        a & b & c & d & doc.text.is_empty()
    }

    /// Many arguments.
    #[weak_memo]
    pub fn too_many_arguments(doc: &Arc<Doc>, a: u8, b: u8, c: u8, d: u8, e: u8, f: u8, g: u8) -> u8 {
        a + b + c + d + e + f + g + doc.text.as_bytes()[0]
    }

    /// A map with any hasher.
    #[weak_memo]
    pub fn implicit_hasher(doc: &Arc<Doc>, #[memo(key = map.len())] map: &HashMap<String, u32>) -> usize {
        map.len() + doc.text.len()
    }

    /// To be used.
    #[must_use]
    #[weak_memo]
    pub fn must_use(doc: &Arc<Doc>) -> usize {
        doc.text.len()
    }

    /// To be used, which its type says.
    #[must_use]
    #[weak_memo]
    pub fn double_must_use(doc: &Arc<Doc>) -> Result<usize, ()> {
        doc.text.find('a').ok_or(())
    }

    /// Lent.
    #[weak_memo]
    pub fn lent(doc: &Arc<Doc>) -> &String {
        super::lend::value(doc.text.to_uppercase())
    }

    /// Lent, with a name.
    #[weak_memo]
    pub fn lent_by_name<'a>(doc: &'a Arc<Doc>) -> &'a str {
        super::lend::value(doc.text.to_uppercase())
    }

    /// Lent, if it is there.
    #[weak_memo(capacity = unbounded)]
    pub fn lent_option<'a>(doc: &'a Arc<Doc>, from: usize) -> Option<&'a [u8]> {
        super::lend::option(doc.text.get(from..).map(|text| text.as_bytes().to_vec()))
    }

    /// Lent, if it can be.
    ///
    /// # Errors
    ///
    /// If there is nothing.
    #[weak_memo]
    pub fn lent_result(doc: &Arc<Doc>) -> Result<&Vec<u8>, String> {
        super::lend::result(if doc.text.is_empty() { Err("empty".to_owned()) } else { Ok(doc.text.as_bytes().to_vec()) })
    }

    #[weak_memo]
    pub fn missing_docs(doc: &Arc<Doc>) -> usize {
        doc.text.len()
    }

    /// Docs with a Name_in them, and [no link].
    #[weak_memo]
    pub fn doc_markdown(doc: &Arc<Doc>) -> usize {
        doc.text.len()
    }

    /// A long first line
    ///   * with a list
    /// that goes on wrongly. See <http://a.b> and http://a.b.
    #[weak_memo]
    pub fn doc_lazy_continuation(doc: &Arc<Doc>) -> usize {
        doc.text.len()
    }

    /// A name.
    #[weak_memo]
    #[allow(non_snake_case)]
    pub fn notSnake(doc: &Arc<Doc>) -> usize {
        doc.text.len()
    }

    /// A name to be told of.
    #[weak_memo]
    pub fn notSnakeEither(doc: &Arc<Doc>, Argument: u32) -> usize {
        doc.text.len() + Argument as usize
    }

    /// Generic.
    #[weak_memo]
    pub fn generic<T: Send + Sync + 'static>(values: &Arc<Vec<T>>) -> usize {
        values.len()
    }

    /// Generic, with lifetimes.
    #[weak_memo]
    pub fn needless_lifetimes<'a>(doc: &'a Arc<Doc>, word: &'a str) -> usize {
        doc.text.matches(word).count()
    }

    /// A trait with an item of no type.
    #[derive(Debug, Default)]
    pub struct Object {
        anchor: Anchor,
        name: String,
    }

    /// Another.
    #[derive(Clone, Debug)]
    pub struct Object2(pub String);

    impl Object2 {
        /// Its own type by name.
        #[weak_memo(associated)]
        pub fn use_self(doc: &Arc<Doc>) -> Object2 {
            Self(doc.text.clone())
        }
    }

    impl HasAnchor for Object {
        fn anchor(&self) -> &Anchor {
            &self.anchor
        }
    }

    impl Object {
        /// Does not look at itself.
        #[weak_memo]
        pub fn unused_self(&self, width: u32) -> u32 {
            width + 1
        }

        /// A name.
        #[weak_memo]
        pub fn name(&self) -> &str {
            super::lend::value(self.name.to_uppercase())
        }

        /// A conversion by a wrong name.
        #[weak_memo]
        pub fn into_name(&self) -> String {
            self.name.clone()
        }

        /// Returns itself.
        #[weak_memo]
        pub fn is_named(self: &Arc<Self>) -> bool {
            !self.name.is_empty()
        }

        /// Returns another.
        #[weak_memo]
        pub fn renamed(&self, name: &str) -> Object2 {
            Object2(self.name.replace('a', name))
        }

        /// Without itself.
        #[weak_memo(associated)]
        pub fn free(doc: &Arc<Doc>) -> usize {
            doc.text.len()
        }

        /// One of these.
        #[weak_memo(may_return_owner)]
        pub fn new(doc: &Arc<Doc>) -> Arc<Self> {
            Arc::new(Self { anchor: Anchor::new(), name: doc.text.clone() })
        }

        /// Gets it.
        #[weak_memo]
        pub fn get_name(&self, len: &usize) -> String {
            self.name[..*len].to_owned()
        }
    }
}

// What is seen here alone.

#[weak_memo]
fn private_vec_box(doc: &Arc<Doc>) -> Vec<Box<u32>> {
    vec![Box::new(doc.text.len() as u32)]
}

#[weak_memo]
fn private_box_collection(doc: &Arc<Doc>) -> Box<Vec<u32>> {
    Box::new(vec![doc.text.len() as u32])
}

#[weak_memo]
fn private_redundant_allocation(doc: &Arc<Box<Doc>>) -> usize {
    doc.text.len()
}

#[weak_memo]
fn private_unnecessary_wraps(doc: &Arc<Doc>) -> Option<usize> {
    Some(doc.text.len())
}

#[weak_memo]
fn private_option_option(doc: &Arc<Doc>) -> Option<Option<usize>> {
    doc.text.find('a').map(Some)
}

#[weak_memo]
fn private_ref_option(doc: &Arc<Doc>, width: &Option<u32>) -> usize {
    doc.text.len() + width.map_or(0, |width| width as usize)
}

#[weak_memo]
fn private_trivially_copy_pass_by_ref(doc: &Arc<Doc>, width: &u32) -> usize {
    doc.text.len() + *width as usize
}

#[weak_memo]
fn private_large_types_passed_by_value(doc: &Arc<Doc>, #[memo(value)] large: [u64; 100]) -> u64 {
    large[doc.text.len()]
}

#[weak_memo]
fn private_type_complexity(doc: &Arc<Doc>) -> Arc<BTreeMap<String, Vec<Option<Result<(u8, String), (u16, Vec<u8>)>>>>> {
    Arc::new(BTreeMap::from([(doc.text.clone(), Vec::new())]))
}

#[weak_memo]
fn private_result_large_err(doc: &Arc<Doc>) -> Result<usize, Large> {
    if doc.text.is_empty() { Err(Large([0; 32])) } else { Ok(doc.text.len()) }
}

#[weak_memo]
fn private_fn_params_excessive_bools(doc: &Arc<Doc>, a: bool, b: bool, c: bool, d: bool) -> bool {
    a & b & c & d & doc.text.is_empty()
}

#[weak_memo]
fn private_needless_pass_by_value(doc: Arc<Doc>, word: String) -> usize {
    doc.text.matches(&*word).count()
}

#[weak_memo]
fn private_needless_pass_by_ref_mut(doc: &Arc<Doc>, #[memo(skip)] log: &mut Vec<u32>) -> usize {
    doc.text.len() + log.len()
}

#[weak_memo]
fn private_ptr_arg(doc: &Arc<Doc>, word: &String, #[memo(value)] list: &Vec<u32>) -> usize {
    doc.text.matches(word.as_str()).count() + list.len()
}

#[weak_memo]
fn private_skipped(doc: &Arc<Doc>, #[memo(skip)] unread: u32) -> usize {
    doc.text.len()
}

#[weak_memo]
fn unused_mut(doc: &Arc<Doc>, mut width: u32) -> usize {
    doc.text.len() + width as usize
}

#[weak_memo]
fn patterns(doc: &Arc<Doc>, (one, two): (u32, u32)) -> usize {
    doc.text.len() + one as usize
}

#[weak_memo]
fn underscored(doc: &Arc<Doc>, _width: u32) -> usize {
    doc.text.len() + _width as usize
}

#[weak_memo]
fn body_lints(doc: &Arc<Doc>) -> usize {
    let unused = 1;
    let x = doc.text.len() == 0;
    if x == true {
        return 1;
    }
    return doc.text.clone().len();
}

#[weak_memo]
fn unused_braces(doc: &Arc<Doc>, width: u32) -> usize { doc.text.len() + { width as usize } }

#[weak_memo]
fn never_called(doc: &Arc<Doc>) -> usize {
    doc.text.len()
}

#[weak_memo]
fn recursive(doc: &Arc<Doc>, only_passed_on: u32) -> usize {
    if doc.text.is_empty() { 0 } else { recursive(doc, only_passed_on) }
}

#[weak_memo]
fn cached_if(doc: &Arc<Doc>) -> Vec<u32> {
    doc.text.bytes().map(u32::from).collect()
}

#[weak_memo(some_only)]
fn some_only(doc: &Arc<Doc>, #[memo(key = width + 1)] width: u32) -> Option<u32> {
    doc.text.len().checked_sub(width as usize).map(|len| len as u32)
}

#[weak_memo(cache_if = |value| value.len() > 1, capacity = 8, name = "tested")]
fn tested(doc: &Arc<Doc>, width: u8) -> Vec<u8> {
    vec![width; doc.text.len()]
}

#[weak_memo]
fn of_rc(doc: &Rc<Doc>) -> Rc<String> {
    Rc::new(doc.text.clone())
}

#[weak_memo(local)]
fn local(doc: &Arc<Doc>, other: &Rc<Doc>) -> Rc<Mutex<u32>> {
    Rc::new(Mutex::new((doc.text.len() + other.text.len()) as u32))
}

#[weak_memo]
fn anchored(doc: &Anchored<String>) -> usize {
    doc.len()
}

type Nothing = ();

#[weak_memo]
fn unit(doc: &Arc<Doc>) -> Nothing {
    drop(doc.text.clone());
}

/// Private, with docs: never an error.
#[weak_memo]
#[inline]
fn private_documented(doc: &Arc<Doc>) -> Result<usize, String> {
    Ok(doc.text.len())
}

#[weak_memo]
pub(crate) fn of_the_crate(doc: &Arc<Doc>) -> Option<usize> {
    Some(doc.text.len())
}

#[weak_memo]
#[deprecated]
fn deprecated(doc: &Arc<Doc>) -> usize {
    doc.text.len()
}

/// An old type.
#[deprecated]
#[derive(Clone, Debug)]
pub struct Old(pub u32);

#[weak_memo]
fn old_types(doc: &Arc<Doc>) -> Old {
    Old(doc.text.len() as u32)
}

#[weak_memo]
pub(crate) fn keyed(doc: &Arc<Doc>, #[memo(skip)] list: &Vec<u32>, epoch: u32) -> usize {
    doc.text.len() + list.len()
}

trait Shape {
    fn sum(&self, pair: (u32, u32)) -> u32;
    fn area(&self) -> Option<u32>;
    fn boxes(&self) -> Vec<Box<u32>>;
    fn large(&self, width: u32) -> Result<u32, Large>;
    #[weak_memo(handle = none)]
    fn by_default(self: &Arc<Self>, width: u32) -> u32
    where
        Self: Sized + Send + Sync + 'static,
    {
        width + 1
    }
}

impl Shape for Doc {
    #[weak_memo(handle = none)]
    fn sum(&self, (one, two): (u32, u32)) -> u32 { one + two }

    #[weak_memo(handle = none)]
    fn area(&self) -> Option<u32> {
        Some(self.text.len() as u32)
    }

    #[weak_memo(handle = none)]
    fn large(&self, mut width: u32) -> Result<u32, Large> {
        width += 1;
        if width == 0 { Err(Large([0; 32])) } else { Ok(width) }
    }

    #[weak_memo(handle = none)]
    fn boxes(&self) -> Vec<Box<u32>> {
        vec![Box::new(self.text.len() as u32)]
    }
}

impl Doc {
    #[weak_memo]
    fn unused_self(&self, width: u32) -> u32 {
        width + 1
    }

    #[weak_memo]
    fn title(&self) -> &String {
        lend::value(self.text.to_lowercase())
    }
}

/// What is expected is met, or not, as it is without us.
pub mod expected {
    use super::{Arc, BTreeMap, Doc, HashMap};
    use memo_core::weak_memo;

    #[derive(Clone)]
    struct Private;

    #[weak_memo]
    #[expect(missing_docs)]
    pub fn missing_docs(doc: &Arc<Doc>) -> usize {
        doc.text.len()
    }

    /// A type that others do not see.
    #[weak_memo]
    #[expect(private_interfaces, clippy::must_use_candidate)]
    pub fn private_interfaces(doc: &Arc<Doc>) -> Private {
        drop(doc.text.clone());
        Private
    }

    /// No section.
    #[weak_memo]
    #[expect(clippy::missing_errors_doc, reason = "an example")]
    pub fn missing_errors_doc(doc: &Arc<Doc>) -> Result<usize, String> {
        doc.text.find('a').ok_or_else(String::new)
    }

    /// No section.
    #[weak_memo]
    #[expect(clippy::missing_panics_doc)]
    #[must_use]
    pub fn missing_panics_doc(doc: &Arc<Doc>) -> usize {
        doc.text.find('a').unwrap()
    }

    /// Any hasher.
    #[weak_memo]
    #[expect(clippy::implicit_hasher, clippy::must_use_candidate)]
    pub fn implicit_hasher(doc: &Arc<Doc>, #[memo(key = map.len())] map: &HashMap<String, u32>) -> usize {
        map.len() + doc.text.len()
    }

    /// Said twice.
    ///
    /// # Errors
    ///
    /// If there is none.
    #[weak_memo]
    #[expect(clippy::double_must_use)]
    #[must_use]
    pub fn double_must_use(doc: &Arc<Doc>) -> Result<usize, String> {
        doc.text.find('a').ok_or_else(String::new)
    }

    #[weak_memo]
    #[expect(dead_code, unused_variables, clippy::type_complexity)]
    fn several(doc: &Arc<Doc>, width: u32) -> Arc<BTreeMap<String, Vec<Option<Result<(u8, String), (u16, Vec<u8>)>>>>> {
        let unused = doc.text.len();
        Arc::new(BTreeMap::new())
    }

    #[weak_memo]
    #[expect(dead_code)]
    fn parameters(
        doc: &Arc<Doc>,
        #[expect(unused_variables)] width: u32,
        #[expect(unused_mut)] mut height: u32,
        #[expect(non_snake_case)] Depth: u32,
        #[expect(unused_variables)] read: u32,
    ) -> usize {
        doc.text.len() + height as usize + Depth as usize + read as usize
    }

    #[weak_memo]
    #[expect(dead_code, non_snake_case, clippy::vec_box, clippy::unnecessary_wraps, clippy::needless_pass_by_value)]
    fn Types(doc: &Arc<Doc>, word: String) -> Option<Vec<Box<u32>>> {
        Some(vec![Box::new((doc.text.len() + word.len()) as u32)])
    }

    #[weak_memo]
    #[expect(dead_code, clippy::all, clippy::pedantic, unused)]
    fn groups(doc: &Arc<Doc>) -> Vec<Box<u32>> {
        let x = 1;
        vec![Box::new(doc.text.len() as u32)]
    }

    #[weak_memo]
    #[expect(dead_code, unused_mut, missing_docs, clippy::option_option)]
    fn unmet(doc: &Arc<Doc>) -> usize {
        doc.text.len()
    }

    #[weak_memo]
    #[expect(dead_code)]
    #[cfg_attr(all(), expect(clippy::len_zero), warn(clippy::missing_docs_in_private_items))]
    #[deny(clippy::restriction)]
    #[allow(clippy::restriction)]
    fn conditional(doc: &Arc<Doc>) -> bool {
        doc.text.len() == 0
    }
}

/// A value for rings, made of the ring.
#[weak_memo(cycle = |cycle| cycle.chain.len())]
fn in_ring(doc: &Arc<Doc>, mut more: usize) -> usize {
    more += 1;
    if more > 100 { doc.text.len() } else { in_ring(doc, more) }
}

/// A plain value.
#[weak_memo(cycle = 0)]
fn in_plain_ring(doc: &Arc<Doc>) -> usize {
    doc.text.len()
}

/// What the body reads beside its arguments, and options in place of marks.
#[weak_memo(context = std::process::id(), owner = doc, skip(log), value(mode), key(_wide = _wide.len()), handle = pub(crate) with_context_memo)]
fn with_context(log: &mut Vec<u32>, doc: &Arc<Doc>, mode: bool, _wide: &str) -> u32 {
    log.push(1);
    std::process::id() + u32::from(mode) + doc.text.len() as u32
}

/// Kept weakly.
#[weak_memo(weak_value)]
fn kept_weakly(doc: &Arc<Doc>) -> Arc<String> {
    Arc::new(doc.text.clone())
}

/// Replaced by what is equal.
#[weak_memo(reuse_equal)]
fn reused(doc: &Arc<Doc>, more: usize) -> Option<Arc<String>> {
    Some(Arc::new(doc.text.repeat(more)))
}

/// Calls them.
pub fn all(doc: &Arc<Doc>, rc: &Rc<Doc>, boxed: &Arc<Box<Doc>>, list: &Anchored<String>, log: &mut Vec<u32>) -> usize {
    let flags = private_fn_params_excessive_bools(doc, true, false, true, false);
    private_vec_box(doc).len()
        + private_box_collection(doc).len()
        + private_redundant_allocation(boxed)
        + private_unnecessary_wraps(doc).unwrap_or_default()
        + private_option_option(doc).flatten().unwrap_or_default()
        + private_ref_option(doc, &None)
        + private_trivially_copy_pass_by_ref(doc, &1)
        + private_large_types_passed_by_value(doc, [0; 100]) as usize
        + private_type_complexity(doc).len()
        + private_result_large_err(doc).unwrap_or_default()
        + usize::from(flags)
        + private_needless_pass_by_value(doc.clone(), String::new())
        + private_needless_pass_by_ref_mut(doc, log)
        + private_ptr_arg(doc, &String::new(), &Vec::new())
        + private_skipped(doc, 1)
        + unused_mut(doc, 1)
        + patterns(doc, (1, 2))
        + underscored(doc, 1)
        + body_lints(doc)
        + unused_braces(doc, 1)
        + recursive(doc, 1)
        + cached_if(doc).len()
        + some_only(doc, 1).unwrap_or_default() as usize
        + tested(doc, 1).len()
        + of_rc(rc).len()
        + local(doc, rc).lock().map_or(0, |value| *value as usize)
        + anchored(list)
        + private_documented(doc).unwrap_or_default()
        + of_the_crate(doc).unwrap_or_default()
        + (doc.sum((1, 2)) + doc.area().unwrap_or_default() + doc.by_default(1) + doc.unused_self(1)) as usize
        + doc.boxes().len()
        + doc.large(1).unwrap_or_default() as usize
        + old_types(doc).0 as usize
        + keyed(doc, &Vec::new(), 1)
        + doc.title().len()
        + in_ring(doc, 1)
        + in_plain_ring(doc)
        + with_context(log, doc, true, "") as usize
        + kept_weakly(doc).len()
        + reused(doc, 2).map_or(0, |text| text.len())
}
