//! The page of the guide that shows expansions has those that are written today.

use std::path::Path;
use std::{env, fs};

use proc_macro2::TokenStream;
use syn::ItemFn;

use super::weak_memo;

/// Between a function of the page and its expansion.
const BECOMES: &str = "\nbecomes\n\n";
const OPENS: &str = "```rust\n";
const CLOSES: &str = "```\n";

/// What the attribute makes of a function as users write it, formatted.
fn expansion(source: &str) -> String {
    let mut function: ItemFn = syn::parse_str(source).expect("a function");
    let place = function.attrs.iter().position(|attribute| attribute.path().is_ident("weak_memo"));
    let attribute = function.attrs.remove(place.expect("the attribute"));
    let options = attribute.meta.require_list().map_or_else(|_| TokenStream::new(), |list| list.tokens.clone());
    let expanded = weak_memo(options, quote::quote!(#function));
    prettyplease::unparse(&syn::parse2(expanded).expect("an expansion parses"))
}

/// Lines that are compiled and not shown, and the shown ones.
fn hidden_and_shown(block: &str) -> (String, String) {
    let (hidden, shown): (Vec<_>, Vec<_>) = block.lines().partition(|line| line.starts_with("# "));
    let text = |lines: Vec<&str>| lines.iter().map(|line| format!("{line}\n")).collect();
    (text(hidden), text(shown))
}

/// The page with the expansions of today, and how many there are.
fn written_anew(page: &str) -> (String, usize) {
    let mut parts = page.split(BECOMES);
    let mut before = parts.next().expect("a page has a beginning");
    let (mut anew, mut count) = (before.to_owned(), 0);
    for after in parts {
        let source = before.rsplit_once(OPENS).and_then(|(_, block)| block.strip_suffix(CLOSES)).expect("a function");
        let old = after.strip_prefix(OPENS).expect("a block");
        let (old, rest) = old.split_once(CLOSES).expect("the end of the block");
        let (context, _) = hidden_and_shown(old);
        let shown = expansion(&hidden_and_shown(source).1);
        anew += &[BECOMES, OPENS, &context, &shown, CLOSES, rest].concat();
        before = after;
        count += 1;
    }
    (anew, count)
}

#[test]
fn the_expansions_of_the_guide_are_those_of_today() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../memo-core/guide/expansion.md");
    let page = fs::read_to_string(&path).expect("the page can be read");
    let (anew, count) = written_anew(&page);
    assert_eq!(count, 3);
    if env::var_os("MEMO_EXPANSION").is_some_and(|word| word == "overwrite") {
        fs::write(&path, &anew).expect("the page can be written");
    }
    let page = fs::read_to_string(&path).expect("the page can be read");
    assert!(
        page == anew,
        "{} shows other expansions: `MEMO_EXPANSION=overwrite cargo test -p memo-macros expansion` writes them",
        path.display()
    );
}
