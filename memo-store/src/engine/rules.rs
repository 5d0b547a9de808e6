//! The rules of leases and collection, over whatever rows an engine keeps. See [`super`].
//!
//! Time is in milliseconds since a start of the engine's choice. It may jump: a point in time that lies further ahead than anything
//! that is written now would is taken for now.

use std::time::Duration;

use super::{Collected, Found, Hold, Holder, Renewed};
use crate::key::Key;

/// The rows that the rules are about. All that is done between two calls of the engine is one transaction.
pub(super) trait Rows {
    type Error;

    fn entry(&self, key: Key) -> Result<Option<Vec<u8>>, Self::Error>;
    fn has_entry(&self, key: Key) -> Result<bool, Self::Error>;
    fn put_entry(&mut self, key: Key, entry: &[u8]) -> Result<(), Self::Error>;
    /// How many bytes it had.
    fn delete_entry(&mut self, key: Key) -> Result<u64, Self::Error>;

    /// Keeps it in the order of time, too.
    fn set_idle(&mut self, key: Key, idle: Option<Idle>) -> Result<(), Self::Error>;
    /// Those that are idle longest, in that order.
    fn idle_longest(&self, at_most: usize) -> Result<Vec<(Key, Idle)>, Self::Error>;
    /// The one that is idle shortest.
    fn idle_shortest(&self) -> Result<Option<(Key, Idle)>, Self::Error>;

    /// The number of a hold.
    fn held(&self, key: Key, by: Holder) -> Result<Option<u64>, Self::Error>;
    fn set_held(&mut self, key: Key, by: Holder, number: Option<u64>) -> Result<(), Self::Error>;
    fn holders(&self, of: Key, at_most: usize) -> Result<Vec<Holder>, Self::Error>;
    fn keys(&self, held_by: Holder, at_most: usize) -> Result<Vec<Key>, Self::Error>;

    fn lease(&self, of: Holder) -> Result<Option<Lease>, Self::Error>;
    fn set_lease(&mut self, of: Holder, lease: Option<Lease>) -> Result<(), Self::Error>;
    /// All of them: they are as many as there are processes.
    fn leases(&self) -> Result<Vec<(Holder, Lease)>, Self::Error>;
    /// Whose leases have run out.
    fn lapsed(&self, now: u64) -> Result<Vec<Holder>, Self::Error> {
        let over = self.leases()?.into_iter().filter(|(_, lease)| is_over(lease.until, now));
        Ok(over.map(|(holder, _)| holder).collect())
    }

    fn claim(&self, key: Key) -> Result<Option<Claim>, Self::Error>;
    fn set_claim(&mut self, key: Key, claim: Option<Claim>) -> Result<(), Self::Error>;
    fn claims(&self, at_most: usize) -> Result<Vec<(Key, Claim)>, Self::Error>;
}

/// Nobody holds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Idle {
    pub(super) since: u64,
    /// The next pass of the collector deletes it.
    pub(super) doomed: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Lease {
    pub(super) until: u64,
    /// It had run out, or there was none, since it was renewed last: some holds may have been ended.
    pub(super) lapsed: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Claim {
    pub(super) by: Holder,
    pub(super) until: u64,
}

pub(super) fn millis(span: Duration) -> u64 {
    u64::try_from(span.as_millis()).unwrap_or(u64::MAX)
}

/// No lease or claim is given for longer: one that ends later was written by a clock that was ahead.
pub(super) const LONGEST: u64 = 24 * 60 * 60 * 1000;

/// The end of a span that begins now.
fn end(now: u64, span: Duration) -> u64 {
    now.saturating_add(millis(span).min(LONGEST))
}

pub(super) fn is_over(until: u64, now: u64) -> bool {
    until <= now || until > now.saturating_add(LONGEST)
}

pub(super) fn get<R: Rows>(rows: &mut R, key: Key, by: Hold, now: u64) -> Result<Found, R::Error> {
    if let Some(entry) = rows.entry(key)? {
        hold(rows, key, by, now)?;
        return Ok(Found::Entry(entry));
    }
    if by.claim.is_zero() {
        return Ok(Found::Nothing);
    }
    if let Some(claim) = rows.claim(key)?
        && claim.by != by.holder
        && !is_over(claim.until, now)
    {
        return Ok(Found::Busy);
    }
    rows.set_claim(key, Some(Claim { by: by.holder, until: end(now, by.claim) }))?;
    Ok(Found::Nothing)
}

pub(super) fn put<R: Rows>(rows: &mut R, key: Key, entry: &[u8], by: Hold, now: u64) -> Result<(), R::Error> {
    if !rows.has_entry(key)? {
        rows.put_entry(key, entry)?;
    }
    hold(rows, key, by, now)?;
    end_claim(rows, key, by.holder)
}

pub(super) fn renew<R: Rows>(
    rows: &mut R,
    holder: Holder,
    lease: Duration,
    holds: &[(Key, u64)],
    now: u64,
) -> Result<Renewed, R::Error> {
    if lease.is_zero() {
        // What it held is let go by the collector, a little at a time.
        rows.set_lease(holder, Some(Lease { until: 0, lapsed: true }))?;
        return Ok(Renewed::Lapsed);
    }
    let in_time = rows.lease(holder)?.is_some_and(|lease| !lease.lapsed && !is_over(lease.until, now));
    rows.set_lease(holder, Some(Lease { until: end(now, lease), lapsed: false }))?;
    for &(key, number) in holds {
        if rows.has_entry(key)? {
            take(rows, key, holder, number)?;
        }
    }
    Ok(if in_time { Renewed::InTime } else { Renewed::Lapsed })
}

pub(super) fn release<R: Rows>(rows: &mut R, holder: Holder, holds: &[(Key, u64)], now: u64) -> Result<(), R::Error> {
    for &(key, number) in holds {
        if rows.held(key, holder)?.is_some_and(|held| held <= number) {
            let_go(rows, key, holder, now)?;
        }
        end_claim(rows, key, holder)?;
    }
    Ok(())
}

pub(super) fn discard<R: Rows>(rows: &mut R, key: Key, entry: &[u8]) -> Result<(), R::Error> {
    if rows.entry(key)?.is_some_and(|now| now == entry) {
        delete(rows, key)?;
    }
    Ok(())
}

pub(super) fn collect<R: Rows>(rows: &mut R, at_most: usize, grace: Duration, now: u64) -> Result<Collected, R::Error> {
    let (mut done, mut ahead) = (Collected::default(), 0);
    for holder in rows.lapsed(now)? {
        let room = at_most.saturating_sub(done.lapsed);
        let keys = rows.keys(holder, room)?;
        for &key in &keys {
            let_go(rows, key, holder, now)?;
        }
        done.lapsed += keys.len();
        if keys.len() < room {
            rows.set_lease(holder, None)?;
        } else {
            done.more = true;
        }
    }
    // A clock that was ahead must not keep what is idle for ever.
    for _ in 0..at_most {
        let Some((key, idle)) = rows.idle_shortest()?.filter(|(_, idle)| idle.since > now) else { break };
        rows.set_idle(key, Some(Idle { since: now, ..idle }))?;
        ahead += 1;
    }
    for (key, idle) in rows.idle_longest(at_most)? {
        if idle.since.saturating_add(millis(grace)) > now {
            break;
        }
        if !idle.doomed {
            rows.set_idle(key, Some(Idle { doomed: true, ..idle }))?;
            done.doomed += 1;
        } else if rows.holders(key, 1)?.is_empty() {
            done.bytes += delete(rows, key)?;
            done.deleted += 1;
        } else {
            rows.set_idle(key, None)?;
        }
    }
    done.more |= ahead == at_most || done.doomed > 0 || done.deleted == at_most;
    for (key, claim) in rows.claims(at_most)? {
        if is_over(claim.until, now) {
            rows.set_claim(key, None)?;
        }
    }
    Ok(done)
}

fn hold<R: Rows>(rows: &mut R, key: Key, by: Hold, now: u64) -> Result<(), R::Error> {
    take(rows, key, by.holder, by.number)?;
    // It may have lost other holds with the lease that it had: its next renewal is to tell it.
    if rows.lease(by.holder)?.is_none_or(|lease| is_over(lease.until, now)) {
        rows.set_lease(by.holder, Some(Lease { until: end(now, by.lease), lapsed: true }))?;
    }
    Ok(())
}

pub(super) fn take<R: Rows>(rows: &mut R, key: Key, by: Holder, number: u64) -> Result<(), R::Error> {
    let number = rows.held(key, by)?.map_or(number, |before| before.max(number));
    rows.set_held(key, by, Some(number))?;
    rows.set_idle(key, None)
}

fn let_go<R: Rows>(rows: &mut R, key: Key, holder: Holder, now: u64) -> Result<(), R::Error> {
    rows.set_held(key, holder, None)?;
    if rows.has_entry(key)? && rows.holders(key, 1)?.is_empty() {
        rows.set_idle(key, Some(Idle { since: now, doomed: false }))?;
    }
    Ok(())
}

fn end_claim<R: Rows>(rows: &mut R, key: Key, of: Holder) -> Result<(), R::Error> {
    if rows.claim(key)?.is_some_and(|claim| claim.by == of) {
        rows.set_claim(key, None)?;
    }
    Ok(())
}

fn delete<R: Rows>(rows: &mut R, key: Key) -> Result<u64, R::Error> {
    for holder in rows.holders(key, usize::MAX)? {
        rows.set_held(key, holder, None)?;
    }
    rows.set_idle(key, None)?;
    rows.delete_entry(key)
}
