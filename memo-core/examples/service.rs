//! A server with a configuration for each tenant: `Arc` owners, extra keys, a capacity, many
//! threads, and a sweeper in the background.
//!
//! A new configuration is a new `Arc`. The moment the last request drops the old one, its results are
//! gone. There is nothing to invalidate, and no request ever mixes old and new.
//!
//! ```text
//! cargo run --release --example service
//! ```

use memo_core::{Sweeper, weak_memo};
use std::collections::BTreeMap;
use std::sync::{Arc, RwLock};
use std::time::Duration;

const THREADS: u32 = 4;
const REQUESTS: u32 = 20_000;
const TENANTS: usize = 8;
const PAGES: u32 = 150;
/// A client's requests between two reloads.
const RELOAD_EVERY: u32 = 4_000;

/// What an operator writes: lines such as `/docs/* manual`.
struct Config {
    rules: String,
}

/// What a request needs: the longest prefix decides.
struct Routes {
    by_prefix: BTreeMap<String, String>,
}

/// Compiled once per configuration, even if four threads call at the same moment: three of them
/// wait.
#[weak_memo]
fn routes(config: &Arc<Config>) -> &Routes {
    let rules = config.rules.lines().filter_map(|line| line.split_once(' '));
    let by_prefix = rules.map(|(prefix, backend)| (prefix.trim_end_matches('*').to_owned(), backend.to_owned()));
    Routes { by_prefix: by_prefix.collect() }
}

/// The answer for a path; the 64 most useful for each configuration are kept.
#[weak_memo(capacity = 64)]
fn backend(config: &Arc<Config>, path: &str) -> Option<Arc<str>> {
    let prefixes = path.char_indices().rev().map(|(at, c)| &path[..at + c.len_utf8()]);
    let routes = routes(config);
    prefixes.filter_map(|prefix| routes.by_prefix.get(prefix)).next().map(|backend| backend.as_str().into())
}

/// The tenants' configurations, each replaced as a whole.
struct Service {
    configs: Vec<RwLock<Arc<Config>>>,
}

impl Service {
    fn new() -> Self {
        Service { configs: (0..TENANTS).map(|tenant| RwLock::new(config(tenant, 0))).collect() }
    }

    fn answer(&self, tenant: usize, path: &str) -> Option<Arc<str>> {
        let config = Arc::clone(&self.configs[tenant].read().expect("no reader panics"));
        backend(&config, path)
    }

    fn reload(&self, tenant: usize, version: u32) {
        *self.configs[tenant].write().expect("no reader panics") = config(tenant, version);
    }
}

fn config(tenant: usize, version: u32) -> Arc<Config> {
    let rules = (0..50).map(|n| format!("/{n}* backend-{tenant}-{version}-{n}\n")).collect();
    Arc::new(Config { rules })
}

/// What one client does: mostly the same few pages, now and then an operator's reload.
fn work(service: &Service, thread: u32) -> usize {
    let mut rng = fastrand::Rng::with_seed(u64::from(thread));
    let mut answered = 0;
    for request in 1..=REQUESTS {
        let tenant = rng.usize(..TENANTS);
        let page = (rng.f64().powi(4) * f64::from(PAGES)) as u32;
        answered += usize::from(service.answer(tenant, &format!("/{page}/index.html")).is_some());
        if request % RELOAD_EVERY == 0 {
            service.reload(tenant, request);
        }
    }
    answered
}

fn main() {
    // Dead configurations' results are freed within a tenth of a second, even if no request
    // comes.
    let sweeper = Sweeper::every(Duration::from_millis(100));
    let service = Service::new();

    let answered: usize = std::thread::scope(|scope| {
        let service = &service;
        let clients: Vec<_> = (0..THREADS).map(|thread| scope.spawn(move || work(service, thread))).collect();
        clients.into_iter().map(|client| client.join().expect("a client does not panic")).sum()
    });
    println!("{answered} of {} requests found a backend", THREADS * REQUESTS);
    assert_eq!(answered, (THREADS * REQUESTS) as usize);

    let stats = backend_memo().stats();
    println!(
        "backend: {:.1} % hits, {} computed, {} waits for another thread's compute, {} evicted, \
         {} gone with their configuration",
        stats.hit_ratio() * 100.0,
        stats.computes,
        stats.waits,
        stats.evicted,
        stats.dropped,
    );
    assert_eq!(stats.hits + stats.misses, u64::from(THREADS * REQUESTS));
    assert!(backend_memo().len() <= 64 * TENANTS);

    // Not for a configuration that nobody has asked yet, and never for one that was replaced.
    let configs = TENANTS + (THREADS * (REQUESTS / RELOAD_EVERY)) as usize;
    let (compiled, remembered) = (routes_memo().stats().computes, routes_memo().len());
    println!(
        "routes:  compiled {compiled} times for {configs} configurations, {remembered} remembered for {TENANTS} tenants"
    );
    assert!(compiled <= configs as u64 && remembered <= TENANTS);

    drop((sweeper, service));
    assert!(routes_memo().is_empty() && backend_memo().is_empty());
    memo_core::sweep(); // frees at once what further calls, or the sweeper, would have freed
    print!("\nwith the service gone:\n{}", memo_core::report());
}
