//! The attribute on token strings, without a compiler: expansions parse, and each mistake is reported once.

mod expansion;

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::{File, Item};

use crate::check::check;
use crate::memoized as weak_memo;
use crate::parse::Errors;
use crate::parse::options::Options;

fn tokens(source: &str) -> TokenStream {
    source.parse().expect("a test's source is made of tokens")
}

fn expanded(options: &str, item: &str) -> String {
    let file: File = syn::parse2(weak_memo(tokens(options), tokens(item))).expect("an expansion parses");
    prettyplease::unparse(&file)
}

fn errors(options: &str, item: &str) -> Vec<String> {
    let mut found = Errors::default();
    let options = Options::parse(tokens(options), &mut found);
    let checked = check(options, syn::parse_str(item).expect("a test's function parses"), found);
    checked.err().into_iter().flatten().map(|error| error.to_string()).collect()
}

fn only_error(options: &str, item: &str) -> String {
    let found = errors(options, item);
    assert_eq!(found.len(), 1, "{found:#?}");
    found.into_iter().next().unwrap_or_default()
}

fn functions(options: &str, item: &str) -> Vec<String> {
    let file: File = syn::parse2(weak_memo(tokens(options), tokens(item))).expect("an expansion parses");
    let names = file.items.iter().filter_map(|item| match item {
        Item::Fn(function) => Some(function.sig.ident.to_string()),
        _ => None,
    });
    names.collect()
}

#[test]
fn a_function_becomes_four() {
    let hidden = |role: &str, of: &str| format!("__memo_{role}_{of}__in_an_impl_write_associated");
    let (ask, body) = (hidden("ask", "f"), hidden("body", "f"));
    assert_eq!(functions("", "fn f(d: &Arc<D>) -> u32 { 1 }"), ["f", &ask, &body, "f_memo"]);
    assert_eq!(functions("handle = none", "fn f(d: &Arc<D>) -> u32 { 1 }"), ["f"]);
    assert_eq!(
        functions("handle = fs", "fn r#type(d: &Arc<D>) -> u32 { 1 }"),
        ["r#type", &hidden("ask", "type"), &hidden("body", "type"), "fs"]
    );
    let with_test = functions("cache_if = |v| *v > 1", "fn f(d: &Arc<D>) -> u32 { 1 }");
    assert_eq!(with_test, ["f", &ask, &body, &hidden("keep", "f"), "f_memo"]);
    let of_a_method = functions("", "fn f(&self) -> u32 { 1 }");
    assert_eq!(of_a_method[1], "__memo_ask_f__in_the_impl_of_a_trait_write_handle_none");
}

#[test]
fn a_store_adds_two() {
    let hidden = |role: &str| format!("__memo_{role}_f__in_an_impl_write_associated");
    let found = functions("store = S, version = 1", "fn f(d: &Arc<D>, e: Arc<E>, n: u32) -> u32 { 1 }");
    let [ask, body, stored, leases] = ["ask", "body", "stored", "leases"].map(hidden);
    assert_eq!(found, ["f", &ask, &body, &stored, &leases, "f_memo"]);
    let text = expanded("store = S, version = 1", "fn f<'x>(&'x self, (a, b): (u8, u8), e: Arc<E>) -> u32 { 1 }");
    let leases = "leases_f__in_the_impl_of_a_trait_write_handle_none<'x>(__memo_self: &'x Self, e: &Arc<E>";
    assert!(text.split_whitespace().collect::<String>().contains(&leases.replace(' ', "")), "{text}");
}

#[test]
fn what_a_store_does_not_go_with_is_refused() {
    let item = "fn f(d: &Arc<D>) -> u32 { 1 }";
    for (options, word) in [
        ("store = S", "`version = 1`"),
        ("version = 1", "`store = STORE`"),
        ("store = S, version = 1, cycle = 0", "`cycle`"),
        ("store = S, version = 1, ttl = \"1s\"", "`ttl`"),
        ("store = S, version = 1, handle = none", "`handle = none`"),
        ("store = s.await, version = 1", "`.await`"),
    ] {
        let message = only_error(options, item);
        assert!(message.contains(word), "{options}: {message}");
    }
    assert_eq!(errors("store = S, cycle = 0, ttl = \"1s\", handle = none", item).len(), 4);
    for options in ["idle = \"1s\"", "weak_value", "reuse_equal", "may_return_owner", "local", "single_flight = false"]
    {
        let options = format!("{options}, store = S, version = N + 1");
        assert!(errors(&options, "fn f(d: &Arc<D>) -> Arc<V> { 1 }").is_empty(), "{options}");
    }
}

#[test]
fn an_elided_lent_lifetime_is_bound_to_every_weak_argument() {
    let text = expanded("capacity = unbounded", "fn f(a: &Arc<A>, b: &Arc<B>, s: &str) -> &V { V }");
    assert!(text.contains("fn f<'w>(a: &'w Arc<A>, b: &'w Arc<B>, s: &str) -> &'w V"), "{text}");
    assert!(text.contains("Args = (&'w Arc<A>, &'w Arc<B>, &'a str)"), "{text}");
    let text = expanded("", "fn f(&self) -> &V { V }");
    assert!(text.contains("fn f(&self) -> &V {"), "{text}");
    assert!(text.contains("dyn for<'__w, '__a>"), "{text}");
    assert!(text.contains("Memo<fn(&Self) -> &V, ::memo_core::handle::Lent<V>>"), "{text}");
    assert_eq!(errors("capacity = unbounded", "fn f<'x>(a: &'x Arc<A>, b: &Arc<B>) -> &'x V { V }").len(), 1);
    assert!(
        errors("capacity = unbounded", "fn f<'x, 'y: 'x>(a: &'x Arc<A>, b: &'y Arc<B>, s: &str) -> &'x V { V }")
            .is_empty()
    );
    let text = expanded("capacity = unbounded", "fn f<'x>(a: &'x Arc<A>, b: &Arc<B>) -> &V { V }");
    assert!(text.contains("fn f<'x>(a: &'x Arc<A>, b: &'x Arc<B>) -> &'x V"), "{text}");
}

#[test]
fn the_type_of_a_handle_is_the_functions() {
    for (function, ty) in [
        ("f(d: &Arc<D>) -> u32", "fn(&Arc<D>) -> u32"),
        ("f(d: &Arc<D>, n: &str, o: Option<Name<'_>>) -> u32", "for<'a> fn(&Arc<D>, &'a str, Option<Name<'a>>) -> u32"),
        ("f(d: &Arc<D>, o: Option<Name<'_>>) -> u32", "fn(&Arc<D>, Option<Name<'_>>) -> u32"),
        ("f(d: &Page<'_>, n: u32) -> u32", "fn(&Page<'_>, u32) -> u32"),
        ("f(d: &Arc<D>, #[memo(skip)] g: &dyn Fn(&str) -> u8) -> u32", "fn(&Arc<D>, &dyn Fn(&str) -> u8) -> u32"),
        ("f<'x>(d: &'x Arc<D>, #[memo(skip)] g: fn(&'x str)) -> u32", "for<'a> fn(&Arc<D>, fn(&'a str)) -> u32"),
        (
            "f(d: &Arc<D>) -> Option<&str>",
            "fn(&Arc<D>) -> Option<&str>, ::memo_core::handle::Lent<Option<::std::string::String>>",
        ),
        ("f(d: &Arc<D>, n: &str) -> &V", "for<'w> fn(&'w Arc<D>, &str) -> &'w V, ::memo_core::handle::Lent<V>"),
        (
            "f(d: &Arc<D>, e: &Arc<E>) -> &V",
            "for<'w> fn(&'w Arc<D>, &'w Arc<E>) -> &'w V, ::memo_core::handle::Lent<V>",
        ),
        ("f(n: u8, d: &Arc<D>) -> u32", "fn(u8, &Arc<D>) -> u32, ::memo_core::handle::Owned<Next<First>>"),
        ("f(#[memo(owner)] d: Arc<D>) -> u32", "fn(Arc<D>) -> u32, ::memo_core::handle::Owned<ByValue<First>>"),
    ] {
        let item = format!("fn {function} {{ body() }}");
        let options = ["", "capacity = unbounded"].into_iter().find(|options| errors(options, &item).is_empty());
        let text = expanded(options.expect("one of them is right"), &item);
        let dense = |text: &str| text.split_whitespace().collect::<String>().replace(",>", ">").replace(",)", ")");
        let text =
            dense(&text.replace("::memo_core::handle::First", "First").replace("::memo_core::handle::Next", "Next"));
        let text = text.replace("::memo_core::handle::ByValue", "ByValue");
        assert!(text.contains(&dense(&format!("-> ::memo_core::Memo<{ty}> {{"))), "{function}: {text}");
    }
}

#[test]
fn lifetimes_that_bounds_speak_of_keep_their_names() {
    let text = expanded("", "fn f<'x, 'y, T: Read<'x>>(d: &Arc<D>, t: &'x T, s: &'y str) -> u32 where 'y: 'x { 1 }");
    assert!(text.contains("fn f_memo<'x, T: Read<'x>>()"), "{text}");
    assert!(text.contains("Args = (&'w Arc<D>, &'x T, &'a str)"), "{text}");
}

#[test]
fn patterns_are_bound_inside() {
    let text = expanded("", "fn f(d: &Arc<D>, (a, mut b): (u32, u32), mut c: u32, _: u8) -> u32 { d.n }");
    assert!(text.contains("fn f(d: &Arc<D>, __memo_arg2: (u32, u32), c: u32, __memo_arg4: u8) -> u32"), "{text}");
    let body =
        text.split("fn __memo_body_f").nth(1).unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(body.contains("( d: &Arc<D>, (a, mut b): (u32, u32), mut c: u32, _: u8, ) -> u32 {"), "{text}");
}

#[test]
fn key_expressions_see_parameters_by_reference() {
    let text = expanded(
        "",
        "fn f(&self, #[memo(key = self.scale(width) + x)] width: u32, #[memo(skip)] (x, mut y): (u8, u8)) -> u32 { 1 }",
    );
    assert!(text.contains("let width = &width;"), "{text}");
    assert!(text.contains("let (x, y) = &__memo_arg3;"), "{text}");
    assert!(text.contains("self.scale(width) + x"), "{text}");
}

#[test]
fn attributes_go_where_they_belong() {
    let source = "
        /// Doc.
        #[must_use]
        #[cfg(unix)]
        #[allow(clippy::x)]
        #[cfg_attr(windows, inline, allow(y))]
        pub fn f(d: &Arc<D>) -> u32 { 1 }";
    let file: File = syn::parse2(weak_memo(TokenStream::new(), tokens(source))).expect("parses");
    let texts: Vec<_> = file.items.iter().map(|item| item.to_token_stream().to_string()).collect();
    for text in &texts {
        assert!(text.contains("cfg (unix)"), "{text}");
        assert!(text.contains("allow (clippy :: x)"), "{text}");
        assert!(text.contains("allow (y)"), "{text}");
    }
    assert!(texts[0].contains("Doc.") && texts[0].contains("[must_use]") && texts[0].contains("inline"));
    assert!(!texts[1].contains("Doc.") && !texts[1].contains("[must_use]"));
}

#[test]
fn attributes_of_a_parameter_that_others_read_stay_on_the_outer_function() {
    let text = expanded("", "fn f(#[from(doc)] d: &Arc<D>, #[builder(default)] #[allow(unused)] n: u32) -> u32 { 1 }");
    let outer = text.find("fn f(").expect("the outer function");
    assert_eq!((text.matches("#[from(doc)]").count(), text.matches("#[builder(default)]").count()), (1, 1), "{text}");
    assert!(text[outer..].starts_with("fn f(#[from(doc)]"), "{text}");
    assert_eq!(text.matches("#[allow(unused)]").count(), 3, "{text}");
}

#[test]
fn a_declaration_passes_where_it_may_be_a_copy() {
    let declaration = "fn f(&self, #[memo(value)] mode: &Mode, #[other] n: u32) -> u32;";
    let expanded = |options| weak_memo(tokens(options), tokens(declaration)).to_string();
    assert_eq!(expanded("handle = none"), tokens("fn f(&self, mode: &Mode, #[other] n: u32) -> u32;").to_string());
    assert!(expanded("").contains("a function without a body cannot be memoized"));
    assert!(expanded("handle = none, colour").contains("compile_error"));
}

#[test]
fn several_mistakes_are_told_together() {
    let found = errors("ttl = \"0s\", capacity = 0, colour", "unsafe fn f(d: &Arc<D>, n: &mut u32) -> u32 { 1 }");
    assert_eq!(found.len(), 5, "{found:#?}");
}

#[test]
fn a_function_without_an_owner_is_pointed_to_ordinary_caches() {
    let message = only_error("", "fn f(n: u32, s: &str) -> u32 { 1 }");
    assert!(message.contains("`cached` or `moka`"), "{message}");
}

#[test]
fn a_static_reference_is_a_value() {
    assert!(errors("", "fn f(d: &Arc<D>) -> &'static str { \"\" }").is_empty());
    assert!(errors("", "fn f(d: &Arc<D>) -> Option<&'static str> { None }").is_empty());
    assert!(errors("", "fn f(d: &Arc<D>) -> fn(&str) -> &str { g }").is_empty());
    assert!(errors("", "fn f(d: &Arc<D>) -> Box<dyn Fn(&str) -> &str> { g }").is_empty());
    only_error("", "fn f(d: &Arc<D>) -> Cow<'_, str> { g }");
    only_error("", "fn f(d: &Arc<D>) -> Vec<&str> { g }");
}

#[test]
fn types_in_invisible_groups_are_looked_through() {
    let item: TokenStream = {
        let group = |text: &str| proc_macro2::Group::new(proc_macro2::Delimiter::None, tokens(text));
        let (owner, result, body) = (group("&Arc<D>"), group("&V"), group("{ V }"));
        quote::quote!(fn f(d: #owner, n: u32) -> #result #body)
    };
    let text = weak_memo(tokens("capacity = unbounded"), item).to_string();
    assert!(!text.contains("compile_error"), "{text}");
    assert!(text.contains("LentStep"), "{text}");
}

/// With both brackets of a group.
fn count(tokens: TokenStream) -> usize {
    let trees = tokens.into_iter();
    trees.map(|tree| if let TokenTree::Group(group) = tree { 2 + count(group.stream()) } else { 1 }).sum()
}

/// The compiler reads each token again in each build.
#[test]
fn expansions_do_not_grow() {
    let cases = [
        // Four for how results are compared, and some thirty where they are lent; fifteen for the site's `cycle` and `times`; two for
        // the names of the key's parts, and one for each.
        ("", "fn f(d: &Arc<D>) -> u32 { d.n }", 609),
        ("", "pub fn f(d: &Arc<D>) -> u32 { d.n }", 628),
        // Five, and seventeen below, for the type of the handle: once as users read it, once for all lifetimes.
        ("", "pub fn f(d: &Arc<D>, n: u32) -> u32 { d.n + n }", 794),
        ("", "pub fn f(d: &Arc<D>) -> &V { d.v }", 748),
        ("handle = none", "fn f(d: &Arc<D>) -> u32 { d.n }", 391),
        // Three for a ticket that is borrowed: what a level of recursion takes of the stack is worth more.
        ("handle = none", "fn f(d: &Arc<D>) -> &V { d.v }", 385),
    ];
    for (options, item, most) in cases {
        let long = count(weak_memo(tokens(options), tokens(item)));
        assert!(long <= most, "{item} becomes {long} tokens, which were {most}");
    }
}

#[test]
fn what_is_seen_to_change_needs_a_key_or_the_word() {
    for owner in
        ["Arc<Mutex<D>>", "Rc<(u8, Vec<RefCell<D>>)>", "Anchored<sync::RwLock<D>>", "Arc<AtomicU64>", "Arc<[Cell<u8>]>"]
    {
        let function = format!("fn f(d: &{owner}, n: u32) -> u32 {{ 1 }}");
        let message = only_error("", &function);
        assert!(message.contains("`#[memo(key = d.version())]`"), "{message}");
        assert!(errors("interior_mutability", &function).is_empty());
        assert!(errors("", &format!("fn f(#[memo(key = d.v())] d: &{owner}) -> u32 {{ 1 }}")).is_empty());
    }
    for owner in [
        "Arc<OnceLock<D>>",
        "Arc<Atomic>",
        "Rc<PhantomData<Cell<u8>>>",
        "Arc<fn(&Cell<u8>)>",
        "Arc<Box<dyn Fn(Cell<u8>)>>",
    ] {
        assert!(errors("", &format!("fn f(d: &{owner}) -> u32 {{ 1 }}")).is_empty(), "{owner}");
    }
}

#[test]
fn a_mark_under_a_condition_is_one_that_must_hold() {
    let text = expanded("", "fn f(d: &Arc<D>, #[cfg_attr(unix, memo(skip))] log: &mut Log) -> u32 { 1 }");
    assert!(text.contains("#[cfg(not(unix))]") && text.contains("compile_error"), "{text}");
    assert!(!text.contains("cfg_attr"), "{text}");
    let text = expanded("handle = none", "fn f(&self, #[cfg_attr(unix, memo(value))] m: Mode) -> u32 { 1 }");
    let dense: String = text.split_whitespace().collect();
    assert!(text.contains("#[cfg(not(unix))]") && dense.contains("value(__memo_place"), "{text}");
    only_error("", "fn f(d: &Arc<D>, #[cfg_attr(unix, memo(skip), allow(unused))] n: u32) -> u32 { 1 }");
    only_error("", "fn f(d: &Arc<D>, #[cfg_attr(unix, memo(own))] n: u32) -> u32 { 1 }");
}

#[test]
fn a_body_that_ends_in_a_borrow_is_no_lent_one() {
    let message = only_error("", "fn f(d: &Arc<D>) -> &V { let v = 1; &d.v }");
    assert!(message.contains("by value"), "{message}");
    for body in ["{ &a + &b }", "{ let v = &d.v; v.clone() }", "{ if d.is { 1 } else { 2 } }", "{ }", "{ &d.v; V }"] {
        assert!(errors("", &format!("fn f(d: &Arc<D>) -> &V {body}")).is_empty(), "{body}");
    }
    assert!(errors("", "fn f(d: &Arc<D>) -> &'static str { &TEXT }").is_empty());
}

#[test]
fn nothing_is_no_result() {
    for function in ["fn f(d: &Arc<D>) { d.go() }", "fn f(d: &Arc<D>) -> () { d.go() }", "fn f(&self) { }"] {
        let message = only_error("", function);
        assert!(message.contains("returns nothing"), "{message}");
    }
    assert!(errors("", "fn f(d: &Arc<D>) -> Result<(), E> { d.go() }").is_empty());
}

#[test]
fn in_a_trait_a_lent_lifetime_of_several_is_named() {
    let message = only_error("handle = none, capacity = unbounded", "fn f(&self, other: &Arc<B>) -> &V { V }");
    assert!(message.contains("`fn f<'a>(&'a self, other: &'a ..) -> &'a ..`"), "{message}");
    for (options, item) in [
        ("handle = none, capacity = unbounded", "fn f<'a>(&'a self, other: &'a Arc<B>) -> &'a V { V }"),
        ("handle = none, capacity = unbounded", "fn f(&self, text: &str) -> &V { V }"),
        ("capacity = unbounded", "fn f(&self, other: &Arc<B>) -> &V { V }"),
    ] {
        assert!(errors(options, item).is_empty(), "{item}");
    }
}

#[test]
fn a_key_beside_another_owner_is_a_key_alone() {
    let alone = expanded("", "fn f(#[memo(key = d.version())] d: &Arc<D>) -> u32 { 1 }");
    assert!(alone.contains("place(&*d)") && alone.contains("computed(__memo_place, d.version())"), "{alone}");
    let beside = expanded("", "fn f(#[memo(key = d.version())] d: &Arc<D>, e: &Arc<E>) -> u32 { 1 }");
    assert!(beside.contains("place(&*e)") && beside.contains("computed(__memo_place, d.version())"), "{beside}");
    only_error("", "fn f(#[memo(owner, value)] d: &Arc<D>) -> u32 { 1 }");
    only_error("", "fn f(#[memo(owner, key = 1, key = 2)] d: &Arc<D>) -> u32 { 1 }");
}

#[test]
fn a_result_that_may_be_the_owner_itself_is_no_mistake() {
    assert!(errors("", "fn f(d: &Arc<D>) -> Arc<D> { d.clone() }").is_empty());
    assert!(errors("", "fn f(d: &Arc<D>) -> Result<Option<Arc<D>>, E> { d.clone() }").is_empty());
    assert!(errors("local", "fn f(d: &Arc<D>) -> Vec<Rc<D>> { d.clone() }").is_empty());
    only_error("", "fn f(d: &Arc<D>) -> Vec<Arc<D>> { d.clone() }");
    only_error("", "fn f(d: &D) -> Arc<D> { d.clone() }");
    only_error("", "fn f(d: &D) -> Wrapper<Arc<D>> { d.clone() }");
    let message = only_error("", "fn f(d: &Arc<D>) -> &Arc<D> { d.clone() }");
    assert!(message.contains("return it by clone"), "{message}");
}

#[test]
fn a_key_is_not_left_early() {
    for (key, word) in [("n.parse::<u8>()?", "?"), ("if n == 0 { return 1 } else { n }", "return")] {
        for options in ["", "handle = none"] {
            let message =
                only_error(options, &format!("fn f(d: &Arc<D>, #[memo(key = {key})] n: &str) -> u32 {{ 1 }}"));
            assert!(message.contains(&format!("`{word}` cannot leave a key")), "{message}");
        }
    }
    let inside = "n.map(|n| -> Result<u8, E> { let m = n?; return Ok(m) }).is_ok()";
    assert!(errors("", &format!("fn f(d: &Arc<D>, #[memo(key = {inside})] n: N) -> u32 {{ 1 }}")).is_empty());
}

#[test]
fn a_deprecated_memo_is_silent_of_itself_alone() {
    let silent = |body: &str| {
        let text = expanded("", &format!("#[deprecated] fn old(d: &Arc<D>) -> u32 {{ {body} }}"));
        let before_the_body = text.split("fn __memo_body_old").next().unwrap_or_default().rsplit("#[allow").next();
        before_the_body.is_some_and(|allowed| allowed.contains("deprecated"))
    };
    assert!(silent("old(&d.next) + 1"));
    assert!(!silent("older(&d.next) + 1"));
}
