//! The packages, the order of their rooms, and what each room is for.

use crate::house::House;

pub(crate) const HOUSES: &[House] = &[
    House {
        package: "memo-core",
        folder: "memo-core/src",
        rooms: &[
            ("sys", "atomics, locks, fences, hazard pointers, threads: no word of memos"),
            ("memo", "a memo as data: its site, its counters, the list of all memos"),
            ("value", "the inside of a cell: slots, entries by key, eviction"),
            ("anchor", "the place on an object: its cells, where the anchor is, the end of both"),
            ("reclaim", "finding what is dead, and what is owed for it"),
            ("argument", "how the arguments of a call take part: the owner, the key, the scope"),
            ("cell", "a memo's cell on an anchor, with its type"),
            ("compute", "who computes, who waits, who is told; rings"),
            ("call", "what a call does: a hit, a miss; what an expansion asks"),
            ("inspect", "statistics, reports, handles"),
            ("__private", "what expansions name"),
            ("lib", "what users name"),
        ],
        in_rooms: true,
        guide: Some("memo-core/src/lib.rs"),
    },
    House {
        package: "memo-macros",
        folder: "memo-macros/src",
        rooms: &[
            ("parse", "what is written: the function, the options, the marks, the types"),
            ("model", "what a memo is, once it was checked"),
            ("check", "from what is written to what holds; every mistake at once"),
            ("expand", "from the model to tokens"),
            ("fallback", "what is emitted beside mistakes"),
            ("derive", "the two derives"),
            ("lib", "what memo-core gives out"),
        ],
        in_rooms: true,
        guide: Some("memo-macros/src/lib.rs"),
    },
    House { package: "memo-tests", folder: "tests", rooms: &[], in_rooms: false, guide: None },
    House {
        package: "memo-benches",
        folder: "benches",
        rooms: &[
            ("src/doc", "the objects that results are derived from"),
            ("src/subject", "the traits behind which every way to remember a value stands"),
            ("src/heap", "what is on the heap, counted"),
            ("src/machine", "the machine, and the versions of the peers"),
            ("src/run", "operations of one subject, timed; all subjects in turn"),
            ("src/fresh", "figures taken in a process of their own"),
            ("src/subjects", "ours and the peers, and which of them answer which question"),
            ("src/loops", "what is timed, for any subject"),
            ("src/questions", "the loops, put to the subjects"),
            ("src/report", "tables, plots and targets made of the answers"),
            ("src/lib", "what the programs and benches see of it"),
            ("src/bin", "the programs"),
            ("benches", "the benches that cargo runs"),
        ],
        in_rooms: true,
        guide: None,
    },
];

/// Folders that hold more files beside each other than one sees at a glance, and why.
pub(crate) const CROWDED: &[(&str, &str)] = &[
    ("tests/ui", "programs for the compiler, found by glob: one mistake a file"),
    ("benches/benches", "targets of cargo's"),
];
