//! To which host a request may be addressed.
//!
//! A site may let its own name lead to this machine (DNS rebinding); its scripts then count as ours. But their requests name that site in `Host`.

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header::HOST;
use axum::http::uri::Authority;
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::refusal::Refusal;
use crate::state;

const NO_HOST: Refusal = Refusal(StatusCode::BAD_REQUEST, "The header `host` is missing, or cannot be read.");
const OTHER_HOST: Refusal = Refusal(
    StatusCode::FORBIDDEN,
    "This host is not one of those that are allowed: see `memo_inspect::Inspector::host`.",
);

/// The hosts that are allowed besides loopback ones.
#[derive(Clone, Debug, Default)]
pub(crate) struct Hosts {
    /// Lower case, without port, brackets and last dot.
    named: Vec<String>,
    /// An address as a host cannot lead elsewhere; what is to be kept out is who comes from elsewhere.
    addresses: bool,
}

impl Hosts {
    /// With a port or without, which does not matter.
    pub(crate) fn add(&mut self, host: &str) {
        // One of IPv6 may come without its brackets.
        let authority =
            host.parse::<IpAddr>().map_or_else(|_| host.parse().ok().map(host_of), |_| Some(host.to_owned()));
        let host = authority.unwrap_or_else(|| panic!("memo-inspect: `{host}` is no host: write a name or an address"));
        self.named.push(plain(&host));
    }

    pub(crate) fn allow_addresses(&mut self) {
        self.addresses = true;
    }

    pub(crate) fn are_addresses_allowed(&self) -> bool {
        self.addresses
    }

    fn allow(&self, authority: &Authority) -> bool {
        let host = plain(authority.host());
        let by_address = |address: IpAddr| self.addresses || address.to_canonical().is_loopback();
        host == "localhost" || self.named.contains(&host) || host.parse().is_ok_and(by_address)
    }
}

fn host_of(authority: Authority) -> String {
    authority.host().to_owned()
}

/// As hosts are compared.
fn plain(host: &str) -> String {
    let host = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    host.strip_suffix('.').unwrap_or(host).to_ascii_lowercase()
}

/// The host that the header names: one, and nothing before an `@`.
pub(crate) fn named(headers: &HeaderMap) -> Option<Authority> {
    let mut all = headers.get_all(HOST).iter();
    let (only, None) = (all.next()?, all.next()) else { return None };
    let authority: Authority = only.to_str().ok()?.parse().ok()?;
    (!authority.as_str().contains('@')).then_some(authority)
}

/// Lets pass what is addressed to one of the hosts, by the header and by the request's line, where it names one.
pub(crate) async fn check(State(state): State<Arc<state::State>>, request: Request, next: Next) -> Response {
    let by_line = request.uri().authority();
    // In HTTP/2 there is no header.
    let Some(by_header) = named(request.headers()).or_else(|| no_header(&request)) else {
        return NO_HOST.into_response();
    };
    if by_line.into_iter().chain([&by_header]).all(|authority| state.hosts.allow(authority)) {
        next.run(request).await
    } else {
        OTHER_HOST.into_response()
    }
}

fn no_header(request: &Request) -> Option<Authority> {
    let by_line = request.uri().authority().filter(|_| !request.headers().contains_key(HOST));
    by_line.filter(|authority| !authority.as_str().contains('@')).cloned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allows(hosts: &Hosts, host: &str) -> bool {
        hosts.allow(&host.parse().expect("a host"))
    }

    #[test]
    fn loopback_hosts_are_allowed_on_any_port() {
        let hosts = Hosts::default();
        let loopback = [
            "localhost",
            "LOCALHOST:80",
            "localhost.",
            "127.0.0.1:9",
            "127.9.9.9",
            "[::1]:80",
            "[::1]",
            "[::ffff:127.0.0.1]",
        ];
        loopback.iter().for_each(|host| assert!(allows(&hosts, host), "{host}"));
    }

    #[test]
    fn others_are_not() {
        let hosts = Hosts::default();
        let others =
            ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "10.0.0.1", "0.0.0.0:80", "[::]"];
        others.iter().for_each(|host| assert!(!allows(&hosts, host), "{host}"));
    }

    #[test]
    fn hosts_are_added_by_name_and_by_address() {
        let mut hosts = Hosts::default();
        hosts.add("App.Example.");
        hosts.add("other.example:80");
        hosts.add("fe80::2");
        assert!(allows(&hosts, "other.example") && allows(&hosts, "[fe80::2]:80"));
        assert!(allows(&hosts, "app.example:8080") && !allows(&hosts, "an.app.example") && !allows(&hosts, "10.0.0.1"));
        hosts.allow_addresses();
        assert!(allows(&hosts, "10.0.0.1:80") && allows(&hosts, "[fe80::1]") && !allows(&hosts, "evil.example"));
    }

    #[test]
    fn two_hosts_are_none_and_so_is_a_name_before_an_at() {
        let mut headers = HeaderMap::new();
        assert!(named(&headers).is_none());
        headers.insert(HOST, "localhost@evil.example".parse().expect("a header"));
        assert!(named(&headers).is_none());
        headers.insert(HOST, "localhost".parse().expect("a header"));
        assert!(named(&headers).is_some());
        headers.append(HOST, "evil.example".parse().expect("a header"));
        assert!(named(&headers).is_none());
    }
}
