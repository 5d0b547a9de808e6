//! What an open page costs: hits while it asks for figures, beside hits while it does not, and what it takes to answer it. In a program with 1,000 memos, of
//! which one has a million objects. Half a minute.
//!
//! With `--record` what is printed goes to `benches/results/watched.md` as well, from which the pages have their figures.

use std::any::type_name;
use std::error::Error;
use std::fmt::Write as _;
use std::hint::black_box;
use std::io::{Read, Write as _};
use std::marker::PhantomData;
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use memo_benches::machine;
use memo_benches::report::record;
use memo_benches::run::median;
use memo_core::{Anchored, weak_memo};

/// Four times as often as the page asks; no oftener are the figures renewed.
const EVERY: Duration = Duration::from_millis(500);
const ROUND: Duration = Duration::from_millis(1000);
const ROUNDS: usize = 11;
const MANY: u64 = 1_000_000;

struct Digit<const D: u8>;

/// One memo for each type.
#[weak_memo]
fn of_type<T: 'static>(of: &Arc<u64>, as_type: PhantomData<T>) -> usize {
    let _ = as_type;
    **of as usize + type_name::<T>().len()
}

fn call<T: 'static>(of: &Arc<u64>) {
    of_type::<T>(of, PhantomData);
}

macro_rules! ten {
    ($of:ident, $call:ident, $before:ty) => {{
        $call::<($before, Digit<0>)>($of);
        $call::<($before, Digit<1>)>($of);
        $call::<($before, Digit<2>)>($of);
        $call::<($before, Digit<3>)>($of);
        $call::<($before, Digit<4>)>($of);
        $call::<($before, Digit<5>)>($of);
        $call::<($before, Digit<6>)>($of);
        $call::<($before, Digit<7>)>($of);
        $call::<($before, Digit<8>)>($of);
        $call::<($before, Digit<9>)>($of);
    }};
}

fn ten<T: 'static>(of: &Arc<u64>) {
    ten!(of, call, T);
}

fn hundred<T: 'static>(of: &Arc<u64>) {
    ten!(of, ten, T);
}

fn thousand(of: &Arc<u64>) {
    ten!(of, hundred, ());
}

#[weak_memo]
fn of_arc(of: &Arc<u64>) -> &u64 {
    **of
}

#[weak_memo]
fn in_object(of: &Anchored<u64>) -> &u64 {
    **of
}

fn main() -> Result<(), Box<dyn Error>> {
    record::is_asked()?;
    let first = Arc::new(1);
    thousand(&first);
    let all: Vec<_> = (0..MANY).map(Arc::new).collect();
    all.iter().for_each(|of| _ = of_arc(of));
    let inside: Vec<_> = (0..1024).map(Anchored::new).collect();
    inside.iter().for_each(|of| _ = in_object(of));
    let server = memo_inspect::spawn("127.0.0.1:0")?;
    let page = Page::new(server.local_addr());

    let mut text = format!("{}; {}.\n\n", machine::processor(), machine::versions());
    writeln!(text, "| | page closed, ns | page open, ns | ratio |\n|---|---:|---:|---:|")?;
    let hot = &all[..1024];
    let mut row = |name: &str, hits: &mut dyn FnMut()| {
        let [closed, open, ratio] = beside(&page, hits);
        writeln!(text, "| {name} | {closed:.2} | {open:.2} | {ratio:.3} |")
    };
    row("hit in the object, by reference", &mut || inside.iter().for_each(|of| _ = black_box(in_object(of))))?;
    row("hit of an `Arc`, by reference", &mut || hot.iter().for_each(|of| _ = black_box(of_arc(of))))?;

    let mut answers: Vec<f64> = (0..21).map(|_| page.asks_anew()).collect();
    answers.sort_by(f64::total_cmp);
    writeln!(text, "\n| | median | slowest of 21 |\n|---|---:|---:|")?;
    writeln!(text, "| an answer with all memos, ms | {:.1} | {:.1} |", answers[10], answers[20])?;
    record::print("watched", &text)
}

/// Nanoseconds of a hit while the page is closed and while it is open, in turn, and the median of the rounds' ratios. `hits` are 1,024 of them.
fn beside(page: &Page, hits: &mut dyn FnMut()) -> [f64; 3] {
    let (mut closed, mut open, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        // Who comes first changes.
        let mut times = [0.0; 2];
        for turn in [round % 2, 1 - round % 2] {
            let _watched = (turn == 1).then(|| page.open());
            times[turn] = hit(hits);
        }
        closed.push(times[0]);
        open.push(times[1]);
        ratios.push(times[1] / times[0]);
    }
    [closed, open, ratios].map(median)
}

fn hit(hits: &mut dyn FnMut()) -> f64 {
    let (started, mut done) = (Instant::now(), 0_u64);
    while started.elapsed() < ROUND {
        (0..64).for_each(|_| hits());
        done += 64 * 1024;
    }
    started.elapsed().as_secs_f64() * 1e9 / done as f64
}

/// What a browser does that has the page open.
struct Page(SocketAddr);

/// Until it is dropped.
struct Open {
    stop: Arc<AtomicBool>,
    thread: Option<thread::JoinHandle<()>>,
}

impl Page {
    fn new(server: SocketAddr) -> Self {
        Self(server)
    }

    fn open(&self) -> Open {
        let (server, stop) = (self.0, Arc::<AtomicBool>::default());
        let stopped = Arc::clone(&stop);
        let asks = move || {
            while !stopped.load(Ordering::Relaxed) {
                ["/api/memos", "/api/history", "/api/in-flight"].iter().for_each(|path| get(server, path));
                thread::park_timeout(EVERY);
            }
        };
        Open { stop, thread: Some(thread::spawn(asks)) }
    }

    /// Milliseconds of an answer, when the figures of the one before are too old.
    fn asks_anew(&self) -> f64 {
        thread::sleep(EVERY + EVERY);
        let started = Instant::now();
        get(self.0, "/api/memos");
        started.elapsed().as_secs_f64() * 1e3
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        let thread = self.thread.take().expect("it is stopped once");
        thread.thread().unpark();
        thread.join().expect("its requests are answered");
    }
}

fn get(server: SocketAddr, path: &str) {
    let mut stream = TcpStream::connect(server).expect("it is served");
    write!(stream, "GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n").expect("it is read");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).expect("it is answered");
    assert!(answer.starts_with(b"HTTP/1.1 200 "), "{}", String::from_utf8_lossy(&answer));
}
