//! The engine for a fleet: a Redis server, or one that speaks like it.
//!
//! Each call is one script, so it is one transaction; the rules are written again in Lua, in `scripts/`. Time is the server's: no two processes need agree
//! on theirs.

mod fault;
mod pool;
mod scripts;

use std::fmt;
use std::io;
use std::time::Duration;

use ::redis::{Script, ScriptInvocation, Value};

use self::pool::{Answer, Pool};
use self::scripts::SCRIPTS;
use super::rules::{LONGEST, millis};
use super::{Collected, Engine, Fault, FaultKind, Found, Hold, Holder, Renewed};
use crate::clock::Clock;
use crate::key::Key;

/// So many keys go in one script. A server that runs one serves nobody else.
const BATCH: usize = 500;
/// One step of the collector looks at no more, for the same reason.
const STEP: usize = 1000;

/// Entries on a Redis server, of version 5 or later, or on a Valkey server.
///
/// The server is only reached when it is asked. One that is down, hangs or is full costs a miss, and is asked again later.
///
/// # On the server
///
/// All of its keys begin with its prefix in braces, as in `{memo}:entry:...`. The braces make that the *hash tag*, so in a cluster all of
/// one store is in one slot, as a script needs it: what outgrows one server is to be several stores with different prefixes. The address is that of the
/// server that has the slot: where another one has it, calls are faults of the kind [`Down`](FaultKind::Down).
///
/// Of what nobody holds any longer, nothing stays. The server should evict nothing by itself (`maxmemory-policy noeviction`, which is the default, or one of
/// `volatile-*`): it would lose count of what is held. What it loses when it is started again is computed again.
///
/// # In time
///
/// Each step of a call is bounded by [`timeout`](Self::timeout): to connect, to write, to wait for what is read next. Usually a call has two of them; one that
/// has to connect and to send its script first has a few more. A server that hangs is met in one. The name of a host is looked up by the system, in its
/// own time, so an address is better.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use memo_store::engine::Redis;
///
/// let engine = Redis::open("redis://127.0.0.1:6379")?.prefix("prices").timeout(Duration::from_millis(50));
/// # Ok::<(), std::io::Error>(())
/// ```
pub struct Redis {
    pool: Pool,
    /// What all keys begin with.
    base: String,
    /// In place of the server's.
    clock: Option<Clock>,
}

impl Redis {
    /// The engine of the server at this url, as in `redis://user:password@host:6379/0` or `unix:///run/redis.sock`. Does not connect.
    ///
    /// # Errors
    ///
    /// If it is no such url. TLS (`rediss://`) is not supported.
    pub fn open(url: &str) -> io::Result<Self> {
        Ok(Self { pool: Pool::open(url)?, base: base("memo"), clock: None })
    }

    /// What its keys on the server begin with, in braces. Those with the same share their entries. `memo` if nothing is said, or nothing but an empty name.
    #[must_use]
    pub fn prefix(self, prefix: &str) -> Self {
        let prefix = if prefix.is_empty() { "memo" } else { prefix };
        Self { base: base(prefix), ..self }
    }

    /// How long each step of a call may take: see [above](Self#in-time). 100 ms if nothing is said, and at least one.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.pool.timeout = timeout.max(Duration::from_millis(1));
        self
    }

    /// The same with this time, which has to be ahead of the server's: the server itself would end claims by its own. For tests.
    #[doc(hidden)]
    #[must_use]
    pub fn with_clock(self, clock: Clock) -> Self {
        Self { clock: Some(clock), ..self }
    }

    fn prepare<'a>(&self, script: &'a Script) -> ScriptInvocation<'a> {
        let mut call = script.prepare_invoke();
        call.key(&self.base).arg(self.clock.as_ref().map_or_else(String::new, |clock| clock.now().to_string()));
        call
    }

    fn prepare_for<'a>(&self, script: &'a Script, key: Key, hold: Hold) -> ScriptInvocation<'a> {
        let mut call = self.prepare(script);
        call.arg(bytes(&key)).arg(id(hold.holder)).arg(hold.number).arg(span(hold.lease));
        call
    }
}

impl Engine for Redis {
    fn get(&self, key: Key, hold: Hold) -> Result<Found, Fault> {
        let mut call = self.prepare_for(&SCRIPTS.get, key, hold);
        match self.pool.ask(call.arg(span(hold.claim)))?.value {
            Value::BulkString(entry) => Ok(Found::Entry(entry)),
            Value::Nil => Ok(Found::Nothing),
            Value::Int(0) => Ok(Found::Busy),
            other => Err(Fault::new(FaultKind::Damaged, format!("it answers a get with {other:?}"))),
        }
    }

    fn put(&self, key: Key, entry: &[u8], hold: Hold) -> Result<(), Fault> {
        let mut call = self.prepare_for(&SCRIPTS.put, key, hold);
        self.pool.ask::<()>(call.arg(entry)).map(drop)
    }

    fn renew(&self, holder: Holder, lease: Duration, holds: &[(Key, u64)]) -> Result<Renewed, Fault> {
        let mut renewed = Renewed::InTime;
        // The lease itself is renewed without any, too.
        let (first, rest) = holds.split_at(holds.len().min(BATCH));
        for some in std::iter::once(first).chain(rest.chunks(BATCH)) {
            let mut call = self.prepare(&SCRIPTS.renew);
            call.arg(id(holder)).arg(span(lease));
            let Answer { value: in_time, again } = self.pool.ask::<bool>(add_holds(&mut call, some))?;
            // An answer that was lost may have been the one that told of the lapse.
            if !in_time || again {
                renewed = Renewed::Lapsed;
            }
        }
        Ok(renewed)
    }

    fn release(&self, holder: Holder, holds: &[(Key, u64)]) -> Result<(), Fault> {
        holds.chunks(BATCH).try_for_each(|some| {
            let mut call = self.prepare(&SCRIPTS.release);
            call.arg(id(holder));
            self.pool.ask::<()>(add_holds(&mut call, some)).map(drop)
        })
    }

    fn discard(&self, key: Key, entry: &[u8]) -> Result<(), Fault> {
        let mut call = self.prepare(&SCRIPTS.discard);
        self.pool.ask::<()>(call.arg(bytes(&key)).arg(entry)).map(drop)
    }

    fn collect(&self, at_most: usize, grace: Duration) -> Result<Collected, Fault> {
        let mut call = self.prepare(&SCRIPTS.collect);
        call.arg(at_most.min(STEP)).arg(millis(grace));
        let (lapsed, doomed, deleted, bytes, more) = self.pool.ask(&call)?.value;
        Ok(Collected { lapsed, doomed, deleted, bytes, more })
    }
}

/// A brace would end the tag.
fn base(prefix: &str) -> String {
    format!("{{{}}}", prefix.replace('}', "%7D"))
}

fn bytes(key: &Key) -> &[u8] {
    key.as_bytes()
}

fn id(holder: Holder) -> Vec<u8> {
    holder.0.to_be_bytes().to_vec()
}

/// In milliseconds. Zero is the only one that is none.
fn span(span: Duration) -> u64 {
    if span.is_zero() { 0 } else { millis(span).clamp(1, LONGEST) }
}

fn add_holds<'a, 'b>(call: &'b mut ScriptInvocation<'a>, holds: &[(Key, u64)]) -> &'b ScriptInvocation<'a> {
    for (key, number) in holds {
        call.arg(bytes(key)).arg(*number);
    }
    call
}

impl fmt::Debug for Redis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Redis").field("pool", &self.pool).field("base", &self.base).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_is_the_whole_tag() {
        let base_of = |prefix| Redis::open("redis://localhost").unwrap().prefix(prefix).base;
        assert_eq!(base_of("a"), "{a}");
        assert_eq!(base_of("a}b{c"), "{a%7Db{c}");
        assert_eq!(base_of(""), "{memo}", "an empty tag is none");
    }

    #[test]
    fn only_no_time_is_none() {
        assert_eq!(span(Duration::ZERO), 0);
        assert_eq!(span(Duration::from_nanos(1)), 1);
        assert_eq!(span(Duration::MAX), LONGEST);
    }
}
