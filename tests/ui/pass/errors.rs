//! What the messages about results advise builds.

use memo_core::weak_memo;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

/// Not `Clone`.
#[derive(Debug)]
struct Layout;

type Parsed<T> = Result<T, io::Error>;

#[weak_memo]
fn by_clone(path: &Arc<PathBuf>) -> io::Result<Arc<String>> {
    std::fs::read_to_string(&**path).map(Arc::new)
}

#[weak_memo]
fn in_an_arc(_path: &Arc<PathBuf>) -> Result<Arc<Layout>, io::Error> {
    Ok(Arc::new(Layout))
}

#[weak_memo]
fn by_an_alias(path: &Arc<PathBuf>) -> Parsed<usize> {
    Ok(path.as_os_str().len())
}

#[weak_memo]
fn lent(_path: &Arc<PathBuf>) -> &Layout {
    Layout
}

#[weak_memo]
fn lent_or_not(_path: &Arc<PathBuf>) -> Result<&Layout, io::Error> {
    Ok(Layout)
}

#[weak_memo(cache_err)]
fn both(_path: &Arc<PathBuf>) -> Result<&Layout, &io::Error> {
    Ok(Layout)
}

#[weak_memo(cache_err)]
fn whole(_path: &Arc<PathBuf>) -> &Result<Layout, io::Error> {
    Ok(Layout)
}

fn main() {
    let path = Arc::default();
    assert!(by_clone(&path).is_err() && in_an_arc(&path).is_ok() && matches!(by_an_alias(&path), Ok(0)));
    let Layout = lent(&path);
    assert!(lent_or_not(&path).is_ok() && both(&path).is_ok() && whole(&path).is_ok());
}
