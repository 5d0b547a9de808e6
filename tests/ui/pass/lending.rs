//! Every form that a result may be lent in.

use memo_core::weak_memo;
use std::ffi::{CStr, OsStr};
use std::num::ParseIntError;
use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;

#[derive(Debug, PartialEq)]
struct Lines(usize);

#[weak_memo]
fn value(text: &Arc<String>) -> &Lines {
    Lines(text.lines().count())
}

#[weak_memo]
fn string(text: &Arc<String>) -> &str {
    text.to_uppercase()
}

#[weak_memo]
fn slice(text: &Arc<String>) -> &[char] {
    text.chars().collect()
}

#[weak_memo]
fn path(text: &Arc<String>) -> &Path {
    Path::new(&**text).join("c")
}

#[weak_memo]
fn by_its_whole_path(text: &Arc<String>) -> &std::path::Path {
    text.as_str().into()
}

#[weak_memo]
fn os_string(text: &Arc<String>) -> &OsStr {
    text.as_str().into()
}

#[weak_memo]
fn c_string(text: &Arc<String>) -> &CStr {
    std::ffi::CString::new(text.as_str()).unwrap()
}

#[weak_memo]
fn option_path(text: &Arc<String>) -> Option<&Path> {
    text.split(' ').nth(1).map(Into::into)
}

#[weak_memo]
fn result_of_path(text: &Arc<String>) -> Result<&Path, String> {
    if text.is_empty() { Err(String::new()) } else { Ok(text.as_str().into()) }
}

#[weak_memo(cache_err)]
fn path_or_path(text: &Arc<String>) -> Result<&OsStr, &Path> {
    if text.is_empty() { Err("none".into()) } else { Ok(text.as_str().into()) }
}

mod routes {
    use super::*;

    /// Not std's.
    #[derive(Clone, Debug, PartialEq)]
    pub struct Path(pub Vec<String>);

    #[weak_memo]
    pub fn path(text: &Arc<String>) -> &Path {
        Path(text.split(' ').map(str::to_owned).collect())
    }
}

#[weak_memo]
fn option(text: &Arc<String>) -> Option<&Lines> {
    (!text.is_empty()).then(|| Lines(text.lines().count()))
}

#[weak_memo]
fn option_string(text: &Arc<String>) -> Option<&str> {
    text.split(' ').nth(1).map(str::to_owned)
}

#[weak_memo]
fn option_slice(text: &Arc<String>) -> Option<&[char]> {
    Some(text.chars().collect())
}

#[weak_memo]
fn result(text: &Arc<String>) -> Result<&u64, ParseIntError> {
    let number = text.parse()?;
    Ok(number)
}

#[weak_memo]
fn result_of_option(text: &Arc<String>) -> Result<Option<&str>, String> {
    if text.is_empty() {
        return Err(String::from("empty"));
    }
    Ok(Some(text.to_uppercase()))
}

#[weak_memo]
fn alias(text: &Arc<String>) -> std::io::Result<&str> {
    std::fs::metadata("").map(|_| text.to_string())
}

#[weak_memo(capacity = unbounded)]
fn elided(one: &Arc<String>, other: &Arc<String>, from: usize, end: &str) -> &str {
    one[from..].to_owned() + other + end
}

#[weak_memo(capacity = unbounded)]
fn named<'a>(one: &'a Arc<String>, other: &'a Arc<String>, end: &str) -> &'a str {
    one.to_string() + other + end
}

#[weak_memo]
fn from_a_thread(text: &Rc<String>) -> &str {
    text.to_uppercase()
}

/// Neither a lent one nor the owner's.
#[weak_memo]
fn forever(text: &Arc<String>) -> &'static str {
    if text.is_empty() { "empty" } else { "full" }
}

fn main() {
    let text = Arc::new(String::from("a b"));
    for _ in 0..2 {
        assert_eq!(value(&text), &Lines(1));
        assert!(std::ptr::eq(value(&text), value(&text)));
        assert_eq!(string(&text), "A B");
        assert_eq!(slice(&text), ['a', ' ', 'b']);
        assert_eq!(path(&text), Path::new("a b/c"));
        assert_eq!(by_its_whole_path(&text), Path::new("a b"));
        assert_eq!(os_string(&text), OsStr::new("a b"));
        assert_eq!(c_string(&text), c"a b");
        assert_eq!(option_path(&text), Some(Path::new("b")));
        assert_eq!(result_of_path(&text), Ok(Path::new("a b")));
        assert_eq!(path_or_path(&text), Ok(OsStr::new("a b")));
        assert_eq!(path_or_path(&Arc::default()), Err(Path::new("none")));
        assert_eq!(routes::path(&text), &routes::Path(vec![String::from("a"), String::from("b")]));
        assert_eq!(option(&text), Some(&Lines(1)));
        assert_eq!(option_string(&text), Some("b"));
        assert_eq!(option_slice(&text), Some(&['a', ' ', 'b'][..]));
        assert!(result(&text).is_err());
        assert_eq!(result_of_option(&text), Ok(Some("A B")));
        assert!(alias(&text).is_err());
        assert_eq!(forever(&text), "full");
        assert_eq!(from_a_thread(&Rc::new(String::from("a"))), "A");
    }
    let other = Arc::new(String::from("c"));
    let (lent, named) = {
        // These two do not bound what is lent.
        let (end, other_end) = (String::from("!"), String::from("?"));
        (elided(&text, &other, 2, &end), named(&text, &other, &other_end))
    };
    assert_eq!((lent, named), ("bc!", "a bc?"));
    assert_eq!(result_memo().stats().computes, 2);
    assert_eq!(elided_memo().get((&text, &other, 2, "!")), Some("bc!"));
    let path: std::path::PathBuf = path_memo().compute(&text);
    assert_eq!(path_memo().get(&text), Some(&*path));
    assert_eq!(elided_memo().compute((&text, &other, 2, "!")), String::from("bc!"));
    assert_eq!(result_of_option_memo().get(&text), Some(Ok(Some("A B"))));
}
