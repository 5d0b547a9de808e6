//! The modules of a package: what each defines, imports and mentions.
//!
//! What is under `#[cfg(test)]` is left out: unit tests and models may look at everything.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{TokenStream, TokenTree};
use syn::visit::{self, Visit};
use syn::{Attribute, Item, Meta, UseTree, Visibility};

use crate::sources::Sources;

/// The tokens of these are code of somebody else.
const QUOTING: [&str; 4] = ["quote", "quote_spanned", "parse_quote", "parse_quote_spanned"];

#[derive(Default)]
pub(crate) struct Module {
    /// Where it is written: several modules of one file are one to those who count arrows.
    pub(crate) file: String,
    pub(crate) parent: Option<usize>,
    pub(crate) children: BTreeMap<String, usize>,
    pub(crate) items: BTreeSet<String>,
    /// Those of the items that are `macro_rules!`: modules below see them without an import.
    pub(crate) macros: BTreeSet<String>,
    /// Its parent's `#[macro_use]`: the parent's modules see them, too.
    pub(crate) macro_use: bool,
    pub(crate) imports: Vec<Import>,
    pub(crate) mentions: Vec<Mention>,
}

/// One name of a `use`.
pub(crate) struct Import {
    /// `None` for all names there are.
    pub(crate) name: Option<String>,
    pub(crate) path: Mention,
    pub(crate) reexport: bool,
    /// Inside a function: seen by nobody else.
    pub(crate) in_block: bool,
}

/// A path.
#[derive(Clone)]
pub(crate) struct Mention {
    pub(crate) segments: Vec<String>,
    pub(crate) line: usize,
    pub(crate) names_macro: bool,
}

impl Mention {
    pub(crate) fn text(&self) -> String {
        self.segments.join("::")
    }
}

/// All modules of a package, of all its targets.
#[derive(Default)]
pub(crate) struct Modules {
    pub(crate) all: Vec<Module>,
    /// The root module of the library, and the name under which the other targets see it.
    pub(crate) library: Option<(String, usize)>,
    /// `#[macro_export]`: where each is written.
    pub(crate) exported: Vec<(String, usize)>,
}

impl Modules {
    /// Adds a target: the file it begins with, and all that this declares. Returns its root.
    pub(crate) fn add(&mut self, sources: &Sources, root: &str) -> usize {
        let module = self.new_module(root, None);
        let folder = folder_of(root);
        self.read_file(sources, module, folder);
        module
    }

    fn new_module(&mut self, file: &str, parent: Option<usize>) -> usize {
        self.all.push(Module { file: file.to_owned(), parent, ..Module::default() });
        self.all.len() - 1
    }

    /// `folder` is where the files of its children are.
    fn read_file(&mut self, sources: &Sources, module: usize, folder: &str) {
        let file = self.all[module].file.clone();
        let text = sources.text(&file).unwrap_or_else(|| panic!("{file} is not there"));
        let syntax = syn::parse_file(text).unwrap_or_else(|error| panic!("{file}: {error}"));
        self.read_items(sources, module, folder, folder_of(&file), &syntax.items);
    }

    /// `beside` is where a `#[path]` begins.
    fn read_items(&mut self, sources: &Sources, module: usize, folder: &str, beside: &str, items: &[Item]) {
        let mut reader = Reader { module: &mut self.all[module], inner: Vec::new(), blocks: 0, exported: Vec::new() };
        items.iter().for_each(|item| reader.visit_item(item));
        let Reader { inner, exported, .. } = reader;
        self.exported.extend(exported.into_iter().map(|name| (name, module)));
        for declared in inner {
            let name = declared.ident.to_string();
            let child = self.new_module("", Some(module));
            self.all[module].children.insert(name.clone(), child);
            self.all[child].macro_use = declared.attrs.iter().any(|attribute| attribute.path().is_ident("macro_use"));
            let below = joined(folder, &name);
            if let Some((_, items)) = &declared.content {
                self.all[child].file = self.all[module].file.clone();
                self.read_items(sources, child, &below, &below, items);
                continue;
            }
            let (file, folder) = if let Some(path) = path_attribute(&declared.attrs) {
                let file = joined(beside, &path);
                let folder = folder_of(&file).to_owned();
                (file, folder)
            } else {
                let flat = format!("{below}.rs");
                (if sources.text(&flat).is_some() { flat } else { joined(&below, "mod.rs") }, below)
            };
            self.all[child].file = file;
            self.read_file(sources, child, &folder);
        }
    }
}

fn folder_of(file: &str) -> &str {
    file.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// `folder/path`, where the path may go up.
fn joined(folder: &str, path: &str) -> String {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in path.split('/') {
        match part {
            "." => {}
            ".." => drop(parts.pop()),
            _ => parts.push(part),
        }
    }
    parts.join("/")
}

fn path_attribute(attributes: &[Attribute]) -> Option<String> {
    attributes.iter().filter(|attribute| attribute.path().is_ident("path")).find_map(|attribute| {
        let Meta::NameValue(pair) = &attribute.meta else { return None };
        let syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(path), .. }) = &pair.value else { return None };
        Some(path.value())
    })
}

/// Whether this is there only where tests are built.
fn is_for_tests(attributes: &[Attribute]) -> bool {
    attributes.iter().filter(|attribute| attribute.path().is_ident("cfg")).any(|attribute| {
        let Meta::List(list) = &attribute.meta else { return false };
        syn::parse2::<Meta>(list.tokens.clone()).is_ok_and(|condition| needs_test(&condition))
    })
}

fn needs_test(condition: &Meta) -> bool {
    let parts = |list: &syn::MetaList| {
        list.parse_args_with(syn::punctuated::Punctuated::<Meta, syn::Token![,]>::parse_terminated).unwrap_or_default()
    };
    match condition {
        Meta::Path(path) => path.is_ident("test"),
        Meta::List(list) if list.path.is_ident("all") => parts(list).iter().any(needs_test),
        Meta::List(list) if list.path.is_ident("any") => parts(list).iter().all(needs_test),
        _ => false,
    }
}

/// Reads one module, without those inside it.
struct Reader<'m> {
    module: &'m mut Module,
    inner: Vec<syn::ItemMod>,
    /// How many functions or blocks around.
    blocks: usize,
    /// Macros that stand at the root.
    exported: Vec<String>,
}

impl Reader<'_> {
    fn import(&mut self, prefix: &mut Vec<String>, tree: &UseTree, reexport: bool) {
        let in_block = self.blocks > 0;
        let mut add = |name: Option<String>, segments: Vec<String>, line| {
            let path = Mention { segments, line, names_macro: false };
            self.module.imports.push(Import { name, path, reexport, in_block });
        };
        let with = |prefix: &[String], ident: &syn::Ident| {
            let itself = ident == "self" && !prefix.is_empty();
            let last = (!itself).then(|| ident.to_string());
            prefix.iter().cloned().chain(last).collect::<Vec<_>>()
        };
        match tree {
            UseTree::Path(path) => {
                prefix.push(path.ident.to_string());
                self.import(prefix, &path.tree, reexport);
                prefix.pop();
            }
            UseTree::Name(name) => {
                let segments = with(prefix, &name.ident);
                add(segments.last().cloned(), segments, name.ident.span().start().line);
            }
            UseTree::Rename(rename) => {
                let name = rename.rename.to_string();
                add(Some(name), with(prefix, &rename.ident), rename.ident.span().start().line);
            }
            UseTree::Glob(glob) => add(None, prefix.clone(), glob.star_token.spans[0].start().line),
            UseTree::Group(group) => group.items.iter().for_each(|tree| self.import(prefix, tree, reexport)),
        }
    }

    fn mention(&mut self, segments: Vec<String>, line: usize, names_macro: bool) {
        self.module.mentions.push(Mention { segments, line, names_macro });
    }

    fn tokens(&mut self, tokens: TokenStream) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let is = |at: usize, what: char| matches!(tokens.get(at), Some(TokenTree::Punct(p)) if p.as_char() == what);
        let mut at = 0;
        while at < tokens.len() {
            match &tokens[at] {
                TokenTree::Group(group) => self.tokens(group.stream()),
                TokenTree::Ident(first) => {
                    // What is put in by a macro (`$x::y`), a field or a method, and what comes after a generic or begins at
                    // another crate (`::x`) is no path of ours.
                    let before = at.checked_sub(1);
                    let put_in = before.is_some_and(|at| is(at, '$')) && first != "crate";
                    let ours =
                        !put_in && !before.is_some_and(|at| is(at, '.') || is(at, ':') && at > 0 && is(at - 1, ':'));
                    let line = first.span().start().line;
                    let mut segments = vec![first.to_string()];
                    while let (true, true, Some(TokenTree::Ident(next))) =
                        (is(at + 1, ':'), is(at + 2, ':'), tokens.get(at + 3))
                    {
                        segments.push(next.to_string());
                        at += 3;
                    }
                    if ours {
                        self.mention(segments, line, is(at + 1, '!'));
                    }
                }
                TokenTree::Punct(_) | TokenTree::Literal(_) => {}
            }
            at += 1;
        }
    }
}

impl<'ast> Visit<'ast> for Reader<'_> {
    fn visit_item(&mut self, item: &'ast Item) {
        let (attributes, name) = attributes_and_name(item);
        if is_for_tests(attributes) {
            return;
        }
        self.module.items.extend(name.map(ToString::to_string));
        visit::visit_item(self, item);
    }

    fn visit_item_mod(&mut self, module: &'ast syn::ItemMod) {
        self.inner.push(module.clone());
    }

    fn visit_item_use(&mut self, import: &'ast syn::ItemUse) {
        if import.leading_colon.is_none() {
            let reexport = !matches!(import.vis, Visibility::Inherited);
            self.import(&mut Vec::new(), &import.tree, reexport);
        }
    }

    fn visit_item_macro(&mut self, item: &'ast syn::ItemMacro) {
        let name = item.ident.as_ref().map(ToString::to_string);
        self.module.macros.extend(name.clone());
        if item.attrs.iter().any(|attribute| attribute.path().is_ident("macro_export")) {
            // At the root for all who name it, and expanded in other crates: what it says there is no import of this file.
            self.exported.extend(name);
        } else {
            visit::visit_item_macro(self, item);
        }
    }

    fn visit_foreign_item(&mut self, item: &'ast syn::ForeignItem) {
        match item {
            syn::ForeignItem::Fn(item) => drop(self.module.items.insert(item.sig.ident.to_string())),
            syn::ForeignItem::Static(item) => drop(self.module.items.insert(item.ident.to_string())),
            _ => {}
        }
        visit::visit_foreign_item(self, item);
    }

    fn visit_impl_item(&mut self, item: &'ast syn::ImplItem) {
        let attributes: &[Attribute] = match item {
            syn::ImplItem::Const(item) => &item.attrs,
            syn::ImplItem::Fn(item) => &item.attrs,
            syn::ImplItem::Type(item) => &item.attrs,
            syn::ImplItem::Macro(item) => &item.attrs,
            _ => &[],
        };
        if !is_for_tests(attributes) {
            visit::visit_impl_item(self, item);
        }
    }

    fn visit_field(&mut self, field: &'ast syn::Field) {
        if !is_for_tests(&field.attrs) {
            visit::visit_field(self, field);
        }
    }

    fn visit_local(&mut self, local: &'ast syn::Local) {
        if !is_for_tests(&local.attrs) {
            visit::visit_local(self, local);
        }
    }

    fn visit_block(&mut self, block: &'ast syn::Block) {
        self.blocks += 1;
        visit::visit_block(self, block);
        self.blocks -= 1;
    }

    /// `pub(in crate::value)` says who may see something, and sees nothing itself.
    fn visit_visibility(&mut self, _: &'ast Visibility) {}

    fn visit_attribute(&mut self, attribute: &'ast Attribute) {
        if let Meta::List(list) = &attribute.meta {
            self.tokens(list.tokens.clone());
        }
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        if path.leading_colon.is_none() {
            let segments: Vec<String> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
            self.mention(segments, path.segments[0].ident.span().start().line, false);
        }
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, called: &'ast syn::Macro) {
        let segments: Vec<String> = called.path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        let quotes = segments.last().is_some_and(|name| QUOTING.contains(&name.as_str()));
        if called.path.leading_colon.is_none() {
            self.mention(segments, called.path.segments[0].ident.span().start().line, true);
        }
        if !quotes {
            self.tokens(called.tokens.clone());
        }
    }
}

fn attributes_and_name(item: &Item) -> (&[Attribute], Option<&syn::Ident>) {
    match item {
        Item::Const(item) => (&item.attrs, Some(&item.ident)),
        Item::Enum(item) => (&item.attrs, Some(&item.ident)),
        Item::ExternCrate(item) => (&item.attrs, None),
        Item::Fn(item) => (&item.attrs, Some(&item.sig.ident)),
        Item::ForeignMod(item) => (&item.attrs, None),
        Item::Impl(item) => (&item.attrs, None),
        Item::Macro(item) => (&item.attrs, item.ident.as_ref()),
        Item::Mod(item) => (&item.attrs, None),
        Item::Static(item) => (&item.attrs, Some(&item.ident)),
        Item::Struct(item) => (&item.attrs, Some(&item.ident)),
        Item::Trait(item) => (&item.attrs, Some(&item.ident)),
        Item::TraitAlias(item) => (&item.attrs, Some(&item.ident)),
        Item::Type(item) => (&item.attrs, Some(&item.ident)),
        Item::Union(item) => (&item.attrs, Some(&item.ident)),
        Item::Use(item) => (&item.attrs, None),
        _ => (&[], None),
    }
}
