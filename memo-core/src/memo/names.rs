//! The names of memos in reports: unique, and constant, since a name identifies a series of figures.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::core::Core;
use crate::sys::sync::plain::Mutex;
use crate::sys::sync::unpoisoned;

/// The names in use, each with its first memo.
static GIVEN: Mutex<BTreeMap<String, &'static Core>> = Mutex::new(BTreeMap::new());

/// The name in reports: `module::function`, with the type for methods and the type arguments for instantiations. It is
/// unique.
pub(crate) fn name(core: &'static Core) -> &'static str {
    core.name_cell().get_or_init(|| unique(core))
}

/// The same if it was asked for before. Takes no lock.
pub(crate) fn known(core: &'static Core) -> Option<&'static str> {
    core.name_cell().get().map(String::as_str)
}

/// The name before it is made unique: for messages, which also give the place.
pub(crate) fn own_name(core: &Core) -> String {
    let site = core.site();
    match (core.instance_path(), site.name) {
        (None, Some(name)) => name.to_owned(),
        (None, None) => format!("{}::{}", site.module, site.function),
        (Some(path), name) => of_instance(path, site.function, name),
    }
}

/// The memo's own name, made unique by its place if another memo has the name, or by a number if that memo has the same place, too
/// (each closure has a type of its own and no name).
fn unique(core: &'static Core) -> String {
    let name = own_name(core);
    let mut given = unpoisoned(GIVEN.lock());
    let name = match given.get(&name) {
        None => name,
        Some(other) if other.place() == core.place() => numbered(&name, &given),
        Some(_) => numbered(&format!("{name} ({}:{})", short(core.site().file), core.site().line), &given),
    };
    given.insert(name.clone(), core);
    name
}

fn numbered(name: &str, given: &BTreeMap<String, &'static Core>) -> String {
    let numbers = (2..).map(|number| format!("{name} #{number}"));
    let names = std::iter::once(name.to_owned()).chain(numbers);
    names.into_iter().find(|name| !given.contains_key(name)).expect("there are more numbers than memos")
}

/// The path of a file in a registry or the like, starting at the folder of its package, which shows the version.
fn short(file: &str) -> &str {
    let absolute = file.starts_with('/') || file.contains(":\\");
    let Some(at) = file.rfind("/src/").or_else(|| file.rfind("\\src\\")).filter(|_| absolute) else { return file };
    let package = file[..at].rfind(['/', '\\']).map_or(0, |slash| slash + 1);
    &file[package..]
}

/// The path of a method whose `impl` and type are in different modules begins with both: `a::<impl b::Doc>::`. Keeps the type.
fn without_impl(path: &str) -> Cow<'_, str> {
    let inner = path.find("<impl ").and_then(|at| path[at..].strip_prefix("<impl ")?.strip_suffix(">::"));
    match inner {
        Some(ty) if !ty.contains(" for ") => Cow::Owned(format!("{ty}::")),
        _ => Cow::Borrowed(path),
    }
}

/// From the path of a closure in the companion (`krate::Doc::words_memo::<u8>::{{closure}}`) to the function's own.
fn of_instance(closure: &str, function: &str, given: Option<&str>) -> String {
    let mut path = closure;
    while let Some(shorter) = path.strip_suffix("::{{closure}}") {
        path = shorter;
    }
    let (before, last) = split_last_segment(path);
    let before = &without_impl(before);
    let arguments = last.find('<').map_or("", |at| &last[at..]);
    match given {
        Some(name) if path.contains('<') => format!("{name} ({before}{function}{arguments})"),
        Some(name) => name.to_owned(),
        None => format!("{before}{function}{arguments}"),
    }
}

/// Splits at the last `::` that is not inside angle brackets (a segment may be `f<a::B>`).
fn split_last_segment(path: &str) -> (&str, &str) {
    let bytes = path.as_bytes();
    let mut depth = 0_usize;
    for at in (1..bytes.len()).rev() {
        match bytes[at] {
            b'>' if bytes[at - 1] != b'-' => depth += 1,
            b'<' => depth = depth.saturating_sub(1),
            // `f::<T>` belongs to the segment before it.
            b':' if depth == 0 && bytes[at - 1] == b':' && bytes.get(at + 1) != Some(&b'<') => {
                return path.split_at(at + 1);
            }
            _ => {}
        }
    }
    ("", path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_come_from_the_path_of_the_closure() {
        assert_eq!(of_instance("a::Doc::words_memo::{{closure}}", "words", None), "a::Doc::words");
        assert_eq!(of_instance("a::parse_memo<b::Json>::{{closure}}", "parse", None), "a::parse<b::Json>");
        assert_eq!(of_instance("a::S<u8>::show_memo::{{closure}}", "show", None), "a::S<u8>::show");
        assert_eq!(of_instance("<a::X as a::T<u8>>::area::{{closure}}", "area", None), "<a::X as a::T<u8>>::area");
        assert_eq!(of_instance("a::parse_memo<b::Json>::{{closure}}", "parse", Some("p")), "p (a::parse<b::Json>)");
        assert_eq!(of_instance("a::Doc::words_memo::{{closure}}", "words", Some("w")), "w");
    }

    #[test]
    fn a_method_in_a_module_of_its_own_goes_by_its_type() {
        assert_eq!(of_instance("a::m::<impl a::b::Doc>::words_memo::{{closure}}", "words", None), "a::b::Doc::words");
        let generic = "a::m::<impl a::b::S<a::T>>::words_memo<u8>::{{closure}}";
        assert_eq!(of_instance(generic, "words", None), "a::b::S<a::T>::words<u8>");
        let of_a_trait = "a::m::<impl a::T for b::S>::words::{{closure}}";
        assert_eq!(of_instance(of_a_trait, "words", None), "a::m::<impl a::T for b::S>::words");
    }

    #[test]
    fn a_place_in_a_registry_is_shown_from_its_package_on() {
        assert_eq!(short("/home/me/.cargo/registry/src/index-1/doc-1.2.0/src/lib.rs"), "doc-1.2.0/src/lib.rs");
        assert_eq!(short("C:\\cargo\\doc-1.2.0\\src\\a\\b.rs"), "doc-1.2.0\\src\\a\\b.rs");
        assert_eq!(short("doc/src/lib.rs"), "doc/src/lib.rs");
        assert_eq!(short("/doc.rs"), "/doc.rs");
    }
}
