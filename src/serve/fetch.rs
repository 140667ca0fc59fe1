//! Uploads that are elsewhere.
//!
//! In: a URL that a client names and the hosts that the operator allows. Out: its bytes, as many as an
//! upload may have. Redirects are not followed, and where all hosts are allowed, those of private
//! networks are not: a stranger must not reach through this service what he cannot reach himself.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use futures::StreamExt;
use url::{Host, Url};

use crate::diag::{Diagnostic, Result};

/// How long another host may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// Fetches a document of at most `limit` bytes.
///
/// # Errors
/// S015 for what may not or cannot be fetched, S016 for what is too large.
pub async fn fetch(url: &Url, hosts: &[String], limit: u64) -> Result<Vec<u8>> {
    let wrong = |why: String| {
        let message = format!("the upload {url} cannot be fetched: {why}");
        Box::new(Diagnostic::error("S015", message))
    };
    let host = url.host().ok_or_else(|| wrong("it names no host".to_owned()))?.to_owned();
    let name = host.to_string();
    let named = hosts.iter().any(|allowed| allowed.eq_ignore_ascii_case(&name));
    if !named && !hosts.iter().any(|allowed| allowed == "*") {
        let message = format!("uploads are not fetched from {name}");
        let help = "send the table with the request: UPLOAD=name,param:part";
        return Err(Box::new(Diagnostic::error("S015", message).help(help)));
    }
    let addresses = addresses(&host, url.port_or_known_default().unwrap_or(80))
        .await
        .map_err(|error| wrong(error.to_string()))?;
    if !named && addresses.iter().any(|address| !is_public(address.ip())) {
        return Err(wrong("its host is in a private network".to_owned()));
    }
    let client = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .timeout(PATIENCE)
        .no_proxy()
        // What was looked at is what is connected to.
        .resolve_to_addrs(&name, &addresses)
        .build()
        .map_err(|error| wrong(error.to_string()))?;
    let answer = client.get(url.clone()).send().await.map_err(|error| wrong(said(&error)))?;
    if !answer.status().is_success() {
        return Err(wrong(format!("the host answers {}", answer.status())));
    }
    let mut bytes = Vec::new();
    let mut pieces = answer.bytes_stream();
    while let Some(piece) = pieces.next().await {
        bytes.extend_from_slice(&piece.map_err(|error| wrong(said(&error)))?);
        if bytes.len() as u64 > limit {
            let message = format!("the upload {url} has more than {limit} bytes");
            return Err(Box::new(Diagnostic::error("S016", message)));
        }
    }
    Ok(bytes)
}

async fn addresses(host: &Host<String>, port: u16) -> std::io::Result<Vec<SocketAddr>> {
    match host {
        Host::Ipv4(ip) => Ok(vec![SocketAddr::new(IpAddr::V4(*ip), port)]),
        Host::Ipv6(ip) => Ok(vec![SocketAddr::new(IpAddr::V6(*ip), port)]),
        Host::Domain(name) => Ok(tokio::net::lookup_host((name.as_str(), port)).await?.collect()),
    }
}

/// Whether an address is of the internet at large.
fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => {
            let [first, second, ..] = ip.octets();
            let shared = first == 100 && (64..128).contains(&second);
            !(ip.is_private()
                || ip.is_loopback()
                || ip.is_link_local()
                || ip.is_broadcast()
                || ip.is_documentation()
                || ip.is_unspecified()
                || ip.is_multicast()
                || first == 0
                || first >= 240
                || shared)
        }
        IpAddr::V6(ip) => match ip.to_ipv4_mapped() {
            Some(ip) => is_public(IpAddr::V4(ip)),
            None => {
                let first = ip.segments().first().copied().unwrap_or_default();
                // Global unicast, and of that not 6to4 and Teredo, which lead to other addresses.
                (first & 0xe000) == 0x2000 && first != 0x2002 && first != 0x2001
            }
        },
    }
}

/// The reason without the URL, which the message has already.
fn said(error: &reqwest::Error) -> String {
    let mut reason: &dyn std::error::Error = error;
    while let Some(source) = reason.source() {
        reason = source;
    }
    reason.to_string()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn private_networks_are_told_from_the_internet() {
        for inside in [
            "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
            "0.0.0.0", "::1", "fe80::1", "fc00::1", "::ffff:127.0.0.1", "2002:7f00:1::",
        ] {
            assert!(!is_public(inside.parse().unwrap()), "{inside}");
        }
        for outside in ["8.8.8.8", "2606:4700::1111"] {
            assert!(is_public(outside.parse().unwrap()), "{outside}");
        }
    }
}
