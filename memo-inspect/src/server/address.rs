//! Where it may listen.

use std::io;
use std::net::{SocketAddr, TcpListener, ToSocketAddrs};

use super::SpawnError;
use crate::inspector::Inspector;

/// Listens on the first of the addresses that can be had. All of them have to be allowed.
pub(super) fn listen(options: &Inspector, address: impl ToSocketAddrs) -> Result<TcpListener, SpawnError> {
    let all: Vec<_> = address.to_socket_addrs().map_err(SpawnError::Address)?.collect();
    if all.is_empty() {
        return Err(SpawnError::Address(io::ErrorKind::NotFound.into()));
    }
    all.iter().try_for_each(|&address| check(options, address))?;
    TcpListener::bind(&all[..]).map_err(SpawnError::Listen)
}

fn check(options: &Inspector, address: SocketAddr) -> Result<(), SpawnError> {
    if address.ip().to_canonical().is_loopback() {
        Ok(())
    } else if !options.is_remote_allowed() {
        Err(SpawnError::NotLoopback(address))
    } else if options.control && options.token.is_none() {
        Err(SpawnError::NoToken(address))
    } else {
        Ok(())
    }
}
