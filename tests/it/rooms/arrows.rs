//! Who imports whom: from each path to the file that defines what it names.
//!
//! Re-exports are followed to what they re-export, so that a facade hides nothing. A module's re-export of what is below it
//! is no arrow: it says where others find something.

use std::collections::{BTreeMap, BTreeSet};

use crate::modules::{Mention, Module, Modules};

/// The arrows between files, and where each is written.
pub(crate) type Arrows = BTreeMap<(String, String), BTreeSet<Place>>;

/// A line of the importing file, and what it says there.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    pub(crate) line: usize,
    pub(crate) path: String,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Found {
    Module(usize),
    /// What is defined in this module.
    Item(usize),
}

pub(crate) fn arrows(modules: &Modules) -> Arrows {
    let mut arrows = Arrows::new();
    for (from, module) in modules.all.iter().enumerate() {
        for import in &module.imports {
            for to in modules.items(from, &import.path) {
                if !(import.reexport && modules.is_below(to, from)) {
                    add(&mut arrows, module, &modules.all[to], &import.path);
                }
            }
        }
    }
    // A name that was imported is that arrow again. A path that is written out is one more.
    let imported: BTreeSet<_> = arrows.keys().cloned().collect();
    for (from, module) in modules.all.iter().enumerate() {
        for mention in &module.mentions {
            let written_out = matches!(mention.segments[0].as_str(), "crate" | "super" | "self");
            for to in modules.items(from, mention) {
                if written_out || !imported.contains(&(module.file.clone(), modules.all[to].file.clone())) {
                    add(&mut arrows, module, &modules.all[to], mention);
                }
            }
        }
    }
    arrows
}

fn add(arrows: &mut Arrows, from: &Module, to: &Module, path: &Mention) {
    if from.file != to.file {
        let place = Place { line: path.line, path: path.text() };
        arrows.entry((from.file.clone(), to.file.clone())).or_default().insert(place);
    }
}

/// What is being looked up, so that imports that go round in a circle end.
type Asked = BTreeSet<(usize, String)>;

impl Modules {
    /// The modules that define what is named: several where a type, a function and a macro have one name. What is of another
    /// crate is defined in none.
    fn items(&self, from: usize, mention: &Mention) -> Vec<usize> {
        let mut found = self.resolve(from, &mention.segments, &mut Asked::new());
        if found.is_empty() && mention.names_macro && mention.segments.len() == 1 {
            found.extend(self.macro_in_scope(from, &mention.segments[0]).map(Found::Item));
        }
        found
            .into_iter()
            .filter_map(|found| if let Found::Item(module) = found { Some(module) } else { None })
            .collect()
    }

    fn resolve(&self, from: usize, segments: &[String], asked: &mut Asked) -> Vec<Found> {
        let mut segments = segments;
        let mut at = None;
        while let Some((first, rest)) = segments.split_first() {
            at = match (first.as_str(), at) {
                ("crate", None) => Some(self.root(from)),
                ("self", None) => Some(from),
                ("super", module) => self.all[module.unwrap_or(from)].parent,
                _ => break,
            };
            segments = rest;
        }
        let mut found = match (at, segments.split_first()) {
            (Some(module), _) => vec![Found::Module(module)],
            (None, Some((first, rest))) => {
                segments = rest;
                let found = self.look_up(from, first, !rest.is_empty(), true, asked);
                let library = || self.library.iter().find(|(name, _)| name == first);
                if found.is_empty() {
                    library().map(|(_, root)| Found::Module(*root)).into_iter().collect()
                } else {
                    found
                }
            }
            (None, None) => Vec::new(),
        };
        while let ([first, rest @ ..], Some(Found::Module(module))) = (segments, module_or_item(&found)) {
            found = self.look_up(module, first, !rest.is_empty(), false, asked);
            if found.is_empty() {
                // Made by a macro, as it seems.
                found.push(Found::Item(module));
            }
            segments = rest;
        }
        if found.iter().any(|found| matches!(found, Found::Item(_))) {
            found.retain(|found| matches!(found, Found::Item(_)));
        }
        found
    }

    /// A name in a module. `goes_on`: more follows in the path. `inside`: it is the module itself that asks.
    fn look_up(&self, at: usize, name: &str, goes_on: bool, inside: bool, asked: &mut Asked) -> Vec<Found> {
        let module = &self.all[at];
        let child = module.children.get(name).map(|child| Found::Module(*child));
        if goes_on && child.is_some() {
            return child.into_iter().collect();
        }
        if !asked.insert((at, name.to_owned())) {
            return Vec::new();
        }
        let mut found: Vec<Found> = child.into_iter().collect();
        found.extend(module.items.contains(name).then_some(Found::Item(at)));
        let at_root = |(exported, from): &&(String, usize)| exported == name && self.root(*from) == at;
        found.extend(self.exported.iter().find(at_root).map(|(_, from)| Found::Item(*from)));
        let seen = || module.imports.iter().filter(|import| inside || !import.in_block);
        let mut given_out = false;
        for import in seen().filter(|import| import.name.as_deref() == Some(name)) {
            let theirs = self.resolve(at, &import.path.segments, asked);
            given_out |= theirs.is_empty();
            found.extend(theirs);
        }
        if found.is_empty() && given_out {
            // Of another crate: a shim. (Beside one of ours it is a derive of the same name.)
            found.push(Found::Item(at));
        }
        if found.is_empty() {
            for glob in seen().filter(|import| import.name.is_none()) {
                if let Some(Found::Module(all)) = module_or_item(&self.resolve(at, &glob.path.segments, asked)) {
                    found.extend(self.look_up(all, name, goes_on, false, asked));
                }
            }
        }
        asked.remove(&(at, name.to_owned()));
        found
    }

    /// `macro_rules!` that are seen without an import: of the modules around, and of their `#[macro_use]` children.
    fn macro_in_scope(&self, from: usize, name: &str) -> Option<usize> {
        self.around(from).find_map(|at| {
            let children = self.all[at].children.values().copied().filter(|child| self.all[*child].macro_use);
            std::iter::once(at).chain(children).find(|module| self.all[*module].macros.contains(name))
        })
    }

    /// The module and those around it, from the inside.
    fn around(&self, module: usize) -> impl Iterator<Item = usize> {
        std::iter::successors(Some(module), |module| self.all[*module].parent)
    }

    fn root(&self, module: usize) -> usize {
        self.around(module).last().expect("the module itself")
    }

    fn is_below(&self, module: usize, above: usize) -> bool {
        module != above && self.around(module).any(|around| around == above)
    }
}

/// Where a path goes on.
fn module_or_item(found: &[Found]) -> Option<Found> {
    found.iter().copied().find(|found| matches!(found, Found::Module(_))).or_else(|| found.first().copied())
}
