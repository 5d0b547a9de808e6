//! A server of its own, for programs that have none.

mod address;
mod connections;
mod error;

use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, ToSocketAddrs};
use std::sync::mpsc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use axum::Router;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::oneshot;

use crate::inspector::Inspector;

pub use error::SpawnError;

/// How long a destructor that runs for a `clear` is waited for at the end.
const LAST_WORK: Duration = Duration::from_secs(1);

/// A page that is served by a thread of its own, until this is dropped.
///
/// # Examples
///
/// ```
/// let server = memo_inspect::spawn("127.0.0.1:0")?;
/// let address = server.local_addr();
/// drop(server);
/// assert!(std::net::TcpStream::connect(address).is_err());
/// # Ok::<(), memo_inspect::SpawnError>(())
/// ```
#[must_use = "the page is served until this is dropped"]
pub struct Server {
    address: SocketAddr,
    running: Option<Running>,
}

struct Running {
    /// Dropped, it stops the thread.
    stop: oneshot::Sender<()>,
    thread: JoinHandle<()>,
    process: u32,
}

impl Server {
    pub(crate) fn start(options: Inspector, address: impl ToSocketAddrs) -> Result<Self, SpawnError> {
        let listener = address::listen(&options, address)?;
        let address = listener.local_addr().map_err(SpawnError::Listen)?;
        let (stop, stopped) = oneshot::channel();
        let (started, starting) = mpsc::sync_channel(1);
        let run = move || run(listener, &options.router(), stopped, &started);
        let thread = thread::Builder::new().name("memo-inspect".into()).spawn(run).map_err(SpawnError::Thread)?;
        let running = Some(Running { stop, thread, process: std::process::id() });
        // It says one thing, whatever comes.
        starting.recv().unwrap_or_else(|_| Err(SpawnError::Thread(std::io::ErrorKind::Other.into())))?;
        Ok(Self { address, running })
    }

    /// Returns the address on which it listens, with the port that it got.
    ///
    /// ```
    /// assert_ne!(memo_inspect::spawn("127.0.0.1:0")?.local_addr().port(), 0);
    /// # Ok::<(), memo_inspect::SpawnError>(())
    /// ```
    #[must_use]
    pub fn local_addr(&self) -> SocketAddr {
        self.address
    }

    /// Returns the address of the page, as this machine reaches it. It is without the token.
    ///
    /// ```
    /// let server = memo_inspect::spawn("127.0.0.1:0")?;
    /// assert_eq!(server.url(), format!("http://127.0.0.1:{}/", server.local_addr().port()));
    /// # Ok::<(), memo_inspect::SpawnError>(())
    /// ```
    #[must_use]
    pub fn url(&self) -> String {
        let mut address = self.address;
        match address {
            SocketAddr::V4(of) if of.ip().is_unspecified() => address.set_ip(Ipv4Addr::LOCALHOST.into()),
            SocketAddr::V6(of) if of.ip().is_unspecified() => address.set_ip(Ipv6Addr::LOCALHOST.into()),
            _ => {}
        }
        format!("http://{address}/")
    }

    /// Stops serving, and waits for the thread, as dropping does. Destructors that run for a `clear` are waited for, for up to a second.
    ///
    /// ```
    /// memo_inspect::spawn("127.0.0.1:0")?.stop();
    /// # Ok::<(), memo_inspect::SpawnError>(())
    /// ```
    pub fn stop(self) {
        drop(self);
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(Running { stop, thread, process }) = self.running.take() {
            drop(stop);
            // A child made by `fork` has no such thread.
            if process != std::process::id() {
                return;
            }
            // It has nothing to say: a request that panics is answered.
            _ = thread.join();
        }
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server").field("address", &self.address).finish_non_exhaustive()
    }
}

/// The thread. The runtime is made here, since it must not be dropped by a thread that belongs to another one.
fn run(
    listener: TcpListener,
    router: &Router,
    stopped: oneshot::Receiver<()>,
    started: &mpsc::SyncSender<Result<(), SpawnError>>,
) {
    let (runtime, listener) = match prepare(listener) {
        Ok(prepared) => prepared,
        Err(error) => {
            _ = started.send(Err(SpawnError::Runtime(error)));
            return;
        }
    };
    _ = started.send(Ok(()));
    runtime.block_on(async {
        tokio::select! {
            () = connections::serve(listener, router) => {}
            _ = stopped => {}
        }
    });
    runtime.shutdown_timeout(LAST_WORK);
}

fn prepare(listener: TcpListener) -> std::io::Result<(Runtime, tokio::net::TcpListener)> {
    // One looks at the memos, one at what is in flight, one walks over all objects, one changes something.
    let runtime = Builder::new_current_thread().enable_all().max_blocking_threads(4).build()?;
    listener.set_nonblocking(true)?;
    let listener = {
        let _in_runtime = runtime.enter();
        tokio::net::TcpListener::from_std(listener)?
    };
    Ok((runtime, listener))
}
