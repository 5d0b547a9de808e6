//! Files that import each other, directly or in a circle.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

pub(crate) struct Knot {
    /// Each can be reached from each.
    pub(crate) files: Vec<String>,
    /// A shortest circle among them.
    pub(crate) circle: Vec<(String, String)>,
    /// All arrows among them.
    pub(crate) inside: Vec<(String, String)>,
}

type Graph<'a> = BTreeMap<&'a str, BTreeSet<&'a str>>;

pub(crate) fn knots<'a>(arrows: impl Iterator<Item = (&'a str, &'a str)>) -> Vec<Knot> {
    let mut graph = Graph::new();
    for (from, to) in arrows {
        graph.entry(from).or_default().insert(to);
    }
    let circles: BTreeMap<&str, Vec<&str>> =
        graph.keys().filter_map(|file| Some((*file, circle(&graph, file)?))).collect();
    let mut knots = Vec::new();
    let mut left: BTreeSet<&str> = circles.keys().copied().collect();
    while let Some(first) = left.first().copied() {
        let there = reached(&graph, first);
        let files: BTreeSet<&str> =
            left.iter().copied().filter(|file| there.contains(file) && reached(&graph, file).contains(first)).collect();
        left.retain(|file| !files.contains(file));
        let shortest = files.iter().map(|file| &circles[file]).min_by_key(|circle| circle.len()).expect("itself");
        let owned = |from: &str, to: &str| (from.to_owned(), to.to_owned());
        let next = shortest.iter().cycle().skip(1);
        let inside = files.iter().flat_map(|from| graph[from].iter().map(move |to| (*from, *to)));
        knots.push(Knot {
            circle: shortest.iter().zip(next).map(|(from, to)| owned(from, to)).collect(),
            inside: inside.filter(|(_, to)| files.contains(to)).map(|(from, to)| owned(from, to)).collect(),
            files: files.into_iter().map(str::to_owned).collect(),
        });
    }
    knots
}

/// A shortest way from a file back to itself.
fn circle<'a>(graph: &Graph<'a>, file: &'a str) -> Option<Vec<&'a str>> {
    let mut ways: VecDeque<Vec<&str>> = VecDeque::from([vec![file]]);
    let mut seen = BTreeSet::new();
    while let Some(way) = ways.pop_front() {
        for &next in graph.get(way.last().expect("it begins with the file")).into_iter().flatten() {
            if next == file {
                return Some(way);
            }
            if seen.insert(next) {
                ways.push_back([&way[..], &[next]].concat());
            }
        }
    }
    None
}

fn reached<'a>(graph: &Graph<'a>, from: &'a str) -> BTreeSet<&'a str> {
    let (mut todo, mut reached) = (vec![from], BTreeSet::new());
    while let Some(file) = todo.pop() {
        todo.extend(graph.get(file).into_iter().flatten().filter(|next| reached.insert(**next)));
    }
    reached
}
