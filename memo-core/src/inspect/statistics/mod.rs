//! What memos have done, and what that means.
//!
//! The [`stats`] of one, the same as a list of [`figures`], how long its computes took ([`compute_times`]), and the [`verdict`] on them; those of all [`memos`], and a [`report`] for people,
//! with what each [`reporter`] adds.
//! No counter knows who is dead: a walk counts the results that are [`awaiting`] the sweep.

pub(crate) mod awaiting;
pub(crate) mod compute_times;
#[cfg(any(feature = "metrics", feature = "opentelemetry"))]
pub(crate) mod exported;
pub(crate) mod figures;
pub(crate) mod memos;
#[cfg(feature = "metrics")]
pub(crate) mod metrics;
#[cfg(feature = "opentelemetry")]
pub(crate) mod opentelemetry;
pub(crate) mod report;
pub(crate) mod reporter;
pub(crate) mod stats;
pub(crate) mod verdict;
