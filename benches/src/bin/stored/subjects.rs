//! Ours, and the stores of `cached`.

use std::error::Error;
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use cached::{ConcurrentCached, RedbCache, RedisCache};
use memo_store::__private::{Call, Leases, Look};
use memo_store::engine::{Redb, Redis};
use memo_store::{Secret, Store};
use tempfile::TempDir;

use super::server::Server;
use super::value::{Found, Size, Value};

/// A second tier with some results.
pub(crate) trait Subject {
    fn name(&self) -> &'static str;
    /// Writes them all. Returns how many bytes its file has, if it has one.
    fn fill(&mut self, values: &[Value]) -> Result<Option<u64>, Box<dyn Error>>;
    /// Whether it is there, and the same.
    fn find(&mut self, value: &Value) -> bool;
    /// Whatever a process holds is let go: each round begins like a new process.
    fn forget(&mut self) {}
}

/// A call of a memo that misses in its process.
struct Ours {
    store: Store,
    object: Arc<Leases>,
}

impl Ours {
    fn begin(&self, value: &Value) -> Look<Found> {
        let call = Call { path: "stored", name: "words", version: 1 };
        Look::begin(Some(&self.store), call, "", |content| content.part(&value.number), || Arc::clone(&self.object))
    }

    fn fill(&self, values: &[Value]) {
        values.iter().for_each(|value| self.begin(value).end(&value.found));
        assert!(self.store.flush(Duration::from_secs(60)), "it is written");
    }

    fn find(&self, value: &Value) -> bool {
        self.begin(value).find().is_some_and(|found| found == value.found)
    }

    fn forget(&mut self) {
        self.object = Arc::default();
        assert!(self.store.flush(Duration::from_secs(60)), "it is released");
    }
}

fn secret() -> Secret {
    Secret::new("only for a benchmark")
}

pub(crate) struct OurFile {
    ours: Ours,
    folder: TempDir,
}

impl OurFile {
    pub(crate) fn new() -> Result<Self, Box<dyn Error>> {
        let folder = TempDir::new()?;
        let store = Store::builder(Redb::open(folder.path().join("store"))?, secret()).open()?;
        Ok(Self { ours: Ours { store, object: Arc::default() }, folder })
    }
}

impl Subject for OurFile {
    fn name(&self) -> &'static str {
        "file"
    }

    fn fill(&mut self, values: &[Value]) -> Result<Option<u64>, Box<dyn Error>> {
        self.ours.fill(values);
        Ok(Some(bytes(self.folder.path())?))
    }

    fn find(&mut self, value: &Value) -> bool {
        self.ours.find(value)
    }

    fn forget(&mut self) {
        self.ours.forget();
    }
}

pub(crate) struct OurServer(Ours);

impl OurServer {
    pub(crate) fn new(server: &Server, size: Size) -> Result<Self, Box<dyn Error>> {
        let engine = Redis::open(&server.url())?.prefix(size.name());
        let store = Store::builder(engine, secret()).open()?;
        Ok(Self(Ours { store, object: Arc::default() }))
    }
}

impl Subject for OurServer {
    fn name(&self) -> &'static str {
        "server"
    }

    fn fill(&mut self, values: &[Value]) -> Result<Option<u64>, Box<dyn Error>> {
        self.0.fill(values);
        Ok(None)
    }

    fn find(&mut self, value: &Value) -> bool {
        self.0.find(value)
    }

    fn forget(&mut self) {
        self.0.forget();
    }
}

pub(crate) struct CachedFile {
    cache: RedbCache<u64, Found>,
    folder: TempDir,
}

impl CachedFile {
    /// As fast as it can be: what a crash loses is only computed again.
    pub(crate) fn new() -> Result<Self, Box<dyn Error>> {
        let folder = TempDir::new()?;
        let cache = RedbCache::builder("stored").disk_dir(folder.path()).durable(false).build()?;
        Ok(Self { cache, folder })
    }
}

impl Subject for CachedFile {
    fn name(&self) -> &'static str {
        "`cached`'s file"
    }

    fn fill(&mut self, values: &[Value]) -> Result<Option<u64>, Box<dyn Error>> {
        for value in values {
            self.cache.cache_set(value.number, value.found.clone())?;
        }
        self.cache.flush()?;
        Ok(Some(bytes(self.folder.path())?))
    }

    fn find(&mut self, value: &Value) -> bool {
        self.cache.cache_get(&value.number).is_ok_and(|found| found.is_some_and(|found| found == value.found))
    }
}

pub(crate) struct CachedServer(RedisCache<u64, Found>);

impl CachedServer {
    pub(crate) fn new(server: &Server, size: Size) -> Result<Self, Box<dyn Error>> {
        let builder = RedisCache::builder(format!("cached {}", size.name())).connection_string(&server.url());
        Ok(Self(builder.ttl(Duration::from_secs(3600)).build()?))
    }
}

impl Subject for CachedServer {
    fn name(&self) -> &'static str {
        "`cached`'s server"
    }

    fn fill(&mut self, values: &[Value]) -> Result<Option<u64>, Box<dyn Error>> {
        for value in values {
            self.0.cache_set(value.number, value.found.clone())?;
        }
        Ok(None)
    }

    fn find(&mut self, value: &Value) -> bool {
        self.0.cache_get(&value.number).is_ok_and(|found| found.is_some_and(|found| found == value.found))
    }
}

/// Of all files in a folder.
fn bytes(folder: &Path) -> Result<u64, Box<dyn Error>> {
    let mut bytes = 0;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        bytes += if entry.file_type()?.is_dir() { self::bytes(&entry.path())? } else { entry.metadata()?.len() };
    }
    Ok(bytes)
}

/// Hits that ask no store.
pub(crate) mod in_process {
    use std::hint::black_box;
    use std::sync::{Arc, LazyLock};
    use std::time::Instant;

    use memo_benches::run::median;
    use memo_core::weak_memo;
    use memo_store::engine::Memory;
    use memo_store::{Secret, Store};

    static STORE: LazyLock<Store> =
        LazyLock::new(|| Store::builder(Memory::new(), Secret::none()).open().expect("a thread"));

    #[weak_memo(store = &*STORE, version = 1)]
    fn stored(of: &Arc<u64>) -> &u64 {
        **of + 1
    }

    #[weak_memo]
    fn plain(of: &Arc<u64>) -> &u64 {
        **of + 1
    }

    /// Nanoseconds of a hit with a store and without, and the median of the rounds' ratios.
    pub(crate) fn beside(rounds: usize) -> [f64; 3] {
        // Of each its own: an object with two memos has two cells.
        let objects = [0, 1024].map(|from| (from..from + 1024).map(Arc::new).collect::<Vec<_>>());
        let (mut with, mut without, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
        let time = |objects: &[Arc<u64>], hit: &dyn Fn(&Arc<u64>) -> u64| {
            objects.iter().for_each(|of| _ = hit(of));
            let started = Instant::now();
            for _ in 0..200 {
                objects.iter().for_each(|of| _ = black_box(hit(black_box(of))));
            }
            started.elapsed().as_secs_f64() * 1e9 / (200.0 * 1024.0)
        };
        for round in 0..rounds {
            // Who comes first changes.
            let mut times = [0.0; 2];
            for turn in [round % 2, 1 - round % 2] {
                times[turn] = match turn {
                    0 => time(&objects[0], &|of| *stored(of)),
                    _ => time(&objects[1], &|of| *plain(of)),
                };
            }
            with.push(times[0]);
            without.push(times[1]);
            ratios.push(times[0] / times[1]);
        }
        [with, without, ratios].map(median)
    }
}
