//! What a process of these tests does, and the process as its test sees it.

use std::env;
use std::io::{BufRead, BufReader, Lines, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use memo_core::weak_memo;
use memo_store::engine::Engine;
use memo_store::{ContentKey, Secret, Store};

use super::{GRACE, LEASE};

const ENGINE: &str = "MEMO_STORE_TEST_ENGINE";

/// How long a call may take longer than its body: an answer of the engine, and the wait for another process.
const WAIT: Duration = Duration::from_millis(300);
/// Of a machine with much else to do.
const LATE: Duration = Duration::from_secs(8);

static STORE: OnceLock<Store> = OnceLock::new();

#[derive(ContentKey)]
struct Text {
    number: u64,
}

fn computed(text: &Text, width: u64) -> Vec<u64> {
    (0..20).map(|n| text.number * 1000 + n * width).collect()
}

#[weak_memo(store = STORE, version = 1)]
fn layout(text: &Arc<Text>, width: u64) -> Vec<u64> {
    computed(text, width)
}

#[weak_memo(store = STORE, version = 1)]
async fn layout_later(text: &Arc<Text>, width: u64) -> Vec<u64> {
    computed(text, width)
}

/// Not a test: the process.
#[test]
fn process() {
    let Ok(engine) = env::var(ENGINE) else { return };
    let store = open(&engine);
    STORE.set(store.clone()).expect("it is the first");
    let mut texts: Vec<Arc<Text>> = Vec::new();
    let answer = |text: String| {
        let mut out = std::io::stdout().lock();
        writeln!(out, "told {text}").and_then(|()| out.flush()).expect("somebody listens");
    };
    answer("ready".to_owned());
    for line in std::io::stdin().lines().map_while(Result::ok) {
        let (word, number) = line.split_once(' ').expect("a word and a number");
        let number: u64 = number.parse().expect("a number");
        match word {
            // All layouts of so many texts.
            "compute" => {
                let before = store.stats();
                texts = (0..number).map(|number| Arc::new(Text { number })).collect();
                texts.iter().for_each(|text| assert_eq!(layout(text, 7), computed(text, 7)));
                _ = store.flush(LATE);
                let now = store.stats();
                answer(format!("{} {}", now.misses - before.misses, now.hits - before.hits));
            }
            "forget" => {
                texts.clear();
                memo_core::sweep();
                _ = store.flush(LATE);
                answer(format!("{}", store.stats().held));
            }
            // For so many milliseconds, by chance.
            "soak" => answer(format!("{}", crowd(Duration::from_millis(number)).as_millis())),
            _ => break,
        }
    }
    // The harness has more to say, to nobody. What waits was flushed.
    _ = store.flush(LATE);
    std::process::exit(0);
}

/// Many short lives on two threads. Returns the longest call.
fn crowd(time: Duration) -> Duration {
    let until = Instant::now() + time;
    let thread = |seed: u64| {
        let mut random = fastrand::Rng::with_seed(seed ^ u64::from(std::process::id()));
        let mut texts: Vec<_> = (0..8).map(|number| Arc::new(Text { number })).collect();
        let mut longest = Duration::ZERO;
        while Instant::now() < until {
            let (at, width) = (random.usize(..texts.len()), random.u64(..30));
            let started = Instant::now();
            let found = match random.bool() {
                true => layout(&texts[at], width),
                false => futures::executor::block_on(layout_later(&texts[at], width)),
            };
            longest = longest.max(started.elapsed());
            assert_eq!(found, computed(&texts[at], width), "a wrong answer");
            if random.u8(..4) == 0 {
                texts[at] = Arc::new(Text { number: random.u64(..100) });
            }
        }
        longest
    };
    std::thread::scope(|scope| {
        let other = scope.spawn(|| thread(1));
        thread(2).max(other.join().expect("it ends"))
    })
}

fn open(engine: &str) -> Store {
    let secret = Secret::new("of these tests, and no secret");
    Store::builder(engine_of(engine), secret).lease(LEASE).grace(GRACE).wait(WAIT).open().expect("a thread")
}

/// That of an address, or of a path.
fn engine_of(engine: &str) -> Box<dyn Engine> {
    #[cfg(feature = "redis")]
    if engine.starts_with("redis://") {
        return Box::new(memo_store::engine::Redis::open(engine).expect("an address"));
    }
    #[cfg(feature = "redb")]
    return Box::new(memo_store::engine::Redb::open(engine).expect("a file"));
    #[cfg(not(feature = "redb"))]
    panic!("there is no engine for {engine}");
}

/// A process.
pub(super) struct Worker {
    process: Child,
    input: Option<ChildStdin>,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Worker {
    pub(super) fn start(engine: &str) -> Self {
        let mut process = Command::new(env::current_exe().unwrap())
            .args(["processes::worker::process", "--exact", "--nocapture"])
            .env(ENGINE, engine)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (input, output) = (process.stdin.take(), process.stdout.take().unwrap());
        let mut worker = Self { process, input, lines: BufReader::new(output).lines() };
        assert_eq!(worker.told(), "ready");
        worker
    }

    pub(super) fn tell(&mut self, word: &str, number: u64) {
        writeln!(self.input.as_ref().expect("it listens"), "{word} {number}").unwrap();
    }

    /// What it tells next.
    pub(super) fn told(&mut self) -> String {
        let lines = self.lines.by_ref().map_while(Result::ok);
        // The harness's own line ends where it likes.
        let told = lines.filter_map(|line| Some(line.split_once("told ")?.1.to_owned())).next();
        told.expect("it goes on")
    }

    pub(super) fn ask(&mut self, word: &str, number: u64) -> Vec<u64> {
        self.tell(word, number);
        self.told().split(' ').map(|number| number.parse().expect("a number")).collect()
    }

    /// As by `kill -9`.
    pub(super) fn kill(mut self) {
        assert!(self.process.try_wait().unwrap().is_none(), "it ended by itself");
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    /// Lets it end by itself.
    pub(super) fn end(mut self) {
        drop(self.input.take());
        assert!(self.process.wait().unwrap().success(), "it ends well");
    }

    /// It ends its soak well, and no call took longer than is promised.
    pub(super) fn soaked(&mut self) {
        let longest = Duration::from_millis(self.told().parse().expect("a number"));
        assert!(longest < WAIT + LATE, "a call took {longest:?}");
    }
}
