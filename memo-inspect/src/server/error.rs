//! Why the page is not served.

use std::error::Error;
use std::fmt;
use std::io;
use std::net::SocketAddr;

/// Why [`Inspector::spawn`](crate::Inspector::spawn) serves nothing.
///
/// # Examples
///
/// ```
/// let error = memo_inspect::spawn("0.0.0.0:80").unwrap_err();
/// assert!(error.to_string().contains("is not a loopback address"));
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub enum SpawnError {
    /// The address cannot be read, or its name is not known.
    Address(io::Error),
    /// The address can be reached from elsewhere, and there was no [`allow_remote`](crate::Inspector::allow_remote).
    NotLoopback(SocketAddr),
    /// Who is elsewhere could change something without a [`token`](crate::Inspector::token).
    NoToken(SocketAddr),
    /// The address cannot be listened on.
    Listen(io::Error),
    /// There is no thread to be had.
    Thread(io::Error),
    /// There is no runtime to be had.
    Runtime(io::Error),
}

impl fmt::Display for SpawnError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address(_) => f.write_str("the address cannot be read, or its name is not known"),
            Self::NotLoopback(address) => {
                write!(f, "{address} is not a loopback address, and `allow_remote` was not called")
            }
            Self::NoToken(address) => {
                write!(f, "{address} is not a loopback address: with `allow_control` it needs a `token`")
            }
            Self::Listen(_) => f.write_str("the address cannot be listened on"),
            Self::Thread(_) => f.write_str("no thread can be started"),
            Self::Runtime(_) => f.write_str("no runtime can be built"),
        }
    }
}

impl Error for SpawnError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Address(error) | Self::Listen(error) | Self::Thread(error) | Self::Runtime(error) => Some(error),
            Self::NotLoopback(_) | Self::NoToken(_) => None,
        }
    }
}
