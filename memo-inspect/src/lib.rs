//! A live page of the memos of a program.
//!
//! It shows all memos of [`memo_core`] as they work: hits and misses with small charts of the last minutes, what they hold, the time they take and
//! save, what the figures mean in words, and what is being computed right now. There is a page for each memo, JSON for tools, and `/metrics` for
//! Prometheus.
//!
//! A program without a server of its own:
//!
//! ```
//! let inspector = memo_inspect::spawn("127.0.0.1:0")?;
//! println!("the memos are at {}", inspector.url());
//! // The page is served until `inspector` is dropped.
//! # Ok::<(), memo_inspect::SpawnError>(())
//! ```
//!
//! A service of axum's:
//!
//! ```
//! use axum::{Router, routing::get};
//! use memo_inspect::Inspector;
//!
//! let inspector = Inspector::new().host("app.example.org").token("a-long-random-text");
//! let app: Router = Router::new().route("/", get(|| async { "hello" })).nest("/debug/memos", inspector.router());
//! ```
//!
//! # Who may look
//!
//! * **Nobody from elsewhere.** [`spawn`] listens on loopback addresses, others are refused until [`Inspector::allow_remote`].
//! * **No page of another site.** The `Host` of each request must be `localhost`, a loopback address, or named by [`Inspector::host`]. This
//!   holds in a service of yours, too: name the hosts by which it is reached. Nothing is answered with CORS.
//! * **With a [token](Inspector::token)**, only who knows it.
//! * **Nothing can be changed** until [`Inspector::allow_control`]: then results can be cleared and swept, and misses explained, by requests that a
//!   form of another site cannot make.
//!
//! Keys, values and arguments are never shown: what is seen are names, places in the source, and figures.
//!
//! # Routes
//!
//! | route | what |
//! |---|---|
//! | `GET /` | the page |
//! | `GET /api/memos` | all memos with their figures and verdicts |
//! | `GET /api/memo?name=..` | one memo: its figures with what they mean, its last misses |
//! | `GET /api/owners?name=..` | how many objects have its results, how many those with most, and how old they are where that is known (of those first met while misses are explained); `null` if they are listed nowhere |
//! | `GET /api/history`, `?name=..` | hits and misses of the last six minutes, of all or one |
//! | `GET /api/in-flight` | what is being computed, and who waits |
//! | `GET /metrics` | all figures in the text format of Prometheus; where misses are explained, `memo_explained_misses_total` by reason |
//! | `POST /api/sweep`, `/api/clear?name=..`, `/api/explain?name=..&on=true` | with [`allow_control`](Inspector::allow_control), and the header `x-memo-inspect: 1` |
//!
//! # Cost
//!
//! Nothing while nobody looks. All who look share one set of figures, which is renewed on a blocking thread by whoever asks, at most every half
//! second, and rests nine times as long as it took: a hundred open pages cost what one does. The charts' history is that of 180 moments, two seconds
//! apart, of the busiest 1,000 memos (3 MB at most), and is kept while somebody looks.
//!
//! # Limits
//!
//! * What awaits the sweep of `Rc`s and of `local` memos is known to their own threads alone: here it is 0, and such memos cannot be cleared.
//! * The router needs a runtime of tokio's, with its timer.

mod api;
mod assets;
mod guard;
mod histogram;
mod history;
mod inspector;
mod metrics;
mod server;
mod shared;
mod source;
mod state;
mod status;
mod view;

pub use inspector::{Inspector, router, spawn};
pub use server::{Server, SpawnError};

/// The README's examples.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
