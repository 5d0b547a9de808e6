//! Scripts by hand: the meetings that random ones rarely have.

use crate::memos::Memo;
use crate::script::{Act, Command, Script};

fn call(memo: Memo) -> Command {
    Command::new(Act::Call, memo, 0)
}

fn of(act: Act, memo: Memo) -> Command {
    Command::new(act, memo, 0)
}

fn threads(threads: Vec<Vec<Command>>) -> Script {
    Script { first: Vec::new(), threads, keep: true }
}

fn after(first: Vec<Command>, others: Vec<Vec<Command>>) -> Script {
    Script { first, ..threads(others) }
}

/// Those that every memo whose results can be taken away goes through.
fn of_each(memo: Memo) -> Vec<(&'static str, Script)> {
    let get = || of(Act::Get, memo);
    vec![
        (
            "forget, call, get",
            after(vec![call(memo)], vec![vec![of(Act::Forget, memo), get()], vec![call(memo), get()], vec![get()]]),
        ),
        ("clear and a hit", after(vec![call(memo)], vec![vec![of(Act::Clear, memo)], vec![call(memo), call(memo)]])),
        ("forget a flight", threads(vec![vec![call(memo), get()], vec![of(Act::Forget, memo), call(memo)]])),
        ("clear a flight", threads(vec![vec![call(memo), get()], vec![of(Act::Clear, memo), call(memo)]])),
        (
            "insert into a flight",
            threads(vec![vec![call(memo)], vec![of(Act::Insert, memo), get()], vec![call(memo), get()]]),
        ),
        (
            "refresh and refresh",
            after(vec![call(memo)], vec![vec![of(Act::Refresh, memo)], vec![of(Act::Refresh, memo)], vec![call(memo)]]),
        ),
        ("insert and a hit", after(vec![call(memo)], vec![vec![of(Act::Insert, memo)], vec![call(memo), get()]])),
        ("a panic and who waits", threads(vec![vec![call(memo).panicking()], vec![call(memo)], vec![call(memo)]])),
        (
            "a body that clears",
            threads(vec![vec![call(memo).with(vec![of(Act::Clear, memo)]), get()], vec![call(memo), get()]]),
        ),
        (
            "the object goes while others sweep",
            Script {
                first: vec![call(memo)],
                threads: vec![
                    vec![call(memo), of(Act::Drop, memo)],
                    vec![of(Act::Drop, memo), of(Act::Sweep, memo)],
                    vec![of(Act::Sweep, memo), of(Act::Len, memo)],
                ],
                keep: false,
            },
        ),
        (
            "an object at the address of another",
            Script {
                first: vec![call(memo)],
                threads: vec![
                    vec![of(Act::Renew, memo), call(memo), of(Act::Renew, memo), call(memo), get()],
                    vec![of(Act::Drop, memo), of(Act::Sweep, memo), of(Act::Sweep, memo)],
                ],
                keep: false,
            },
        ),
    ]
}

fn others() -> Vec<(&'static str, Script)> {
    let bounded = |act: Act, name: u8| of(act, Memo::Bounded).named(name);
    let named = |name: u8| call(Memo::Named).named(name);
    let mut all = vec![
        (
            "eviction and a hit",
            after(
                vec![bounded(Act::Call, 0), bounded(Act::Call, 1)],
                vec![
                    vec![bounded(Act::Call, 2), bounded(Act::Insert, 1)],
                    vec![bounded(Act::Call, 0), bounded(Act::Call, 1)],
                ],
            ),
        ),
        (
            "inserts and room",
            after(
                vec![bounded(Act::Call, 0), bounded(Act::Call, 1)],
                vec![vec![bounded(Act::Insert, 2)], vec![bounded(Act::Refresh, 0), bounded(Act::Get, 2)]],
            ),
        ),
        (
            "two names on one hash",
            threads(vec![vec![named(0), named(1)], vec![named(1), named(0)], vec![of(Act::Clear, Memo::Named)]]),
        ),
        (
            "a ring of two and one beside",
            threads(vec![
                vec![named(0).with(vec![named(1)])],
                vec![named(1).with(vec![named(0)])],
                vec![named(0), named(1)],
            ]),
        ),
        ("a ring of one", threads(vec![vec![named(0).with(vec![named(0)])], vec![named(0)]])),
    ];
    for memo in [Memo::Pair, Memo::Beside] {
        let first = vec![call(memo), Command::new(Act::Call, memo, 1)];
        let drop = |object| Command::new(Act::Drop, memo, object);
        let threads = vec![
            vec![call(memo), drop(1), of(Act::Sweep, memo)],
            vec![drop(1), call(Memo::Plain), of(Act::Clear, memo)],
            vec![Command::new(Act::Call, memo, 1), drop(1), drop(0)],
        ];
        all.push(("the second argument goes", Script { first, threads, keep: false }));
    }
    for memo in [Memo::Lent, Memo::LentInside] {
        all.push((
            "what is lent",
            threads(vec![
                vec![call(memo).panicking(), call(memo)],
                vec![call(memo)],
                vec![of(Act::Get, memo), call(memo)],
            ]),
        ));
    }
    all
}

/// All of them, with what each is about.
pub(crate) fn all() -> Vec<(&'static str, Script)> {
    let memos = Memo::ALL.into_iter().filter(|memo| !memo.lends());
    memos.flat_map(of_each).chain(others()).collect()
}
