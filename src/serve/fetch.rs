//! Fetching tables that are named by URL.
//!
//! In: a URL of a client. Out: the bytes, up to a limit. A service that fetches what strangers name
//! can be made to ask inside its own network, so only hosts that the operator lists are asked; `*`
//! means those with public addresses, looked at after names were resolved and at every redirect.

use std::io::{self, Write};
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;
use reqwest::Client;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::redirect::Policy;
use tempfile::NamedTempFile;
use url::{Host, Url};

use super::parameters::Content;
use crate::diag::{Diagnostic, Result};

/// Most redirects.
const REDIRECTS: usize = 5;
/// All of a table must have come by then.
const TIME: Duration = Duration::from_mins(2);

/// Fetches from some hosts.
#[derive(Debug, Clone)]
pub struct Fetcher {
    hosts: Arc<Vec<String>>,
    most: u64,
    client: Option<Client>,
}

impl Fetcher {
    /// One that fetches nothing.
    pub fn none() -> Self {
        Self { hosts: Arc::default(), most: 0, client: None }
    }

    /// One that fetches up to `most` bytes from these hosts, from which nothing may come for
    /// `stall` at most.
    ///
    /// # Errors
    /// S030 where no client can be made: without certificates of authorities, say.
    pub fn new(hosts: Vec<String>, most: u64, stall: Duration) -> Result<Self> {
        if hosts.is_empty() {
            return Ok(Self::none());
        }
        let hosts = Arc::new(hosts);
        let known = Arc::clone(&hosts);
        let policy = Policy::custom(move |attempt| {
            if attempt.previous().len() > REDIRECTS {
                attempt.error("too many redirects")
            } else if is_allowed(&known, attempt.url()) {
                attempt.follow()
            } else {
                attempt.error("it leads to a host that tables are not fetched from")
            }
        });
        let client = Client::builder()
            .redirect(policy)
            .dns_resolver(Arc::new(Names { hosts: Arc::clone(&hosts) }))
            .no_proxy()
            .connect_timeout(stall)
            .read_timeout(stall)
            .timeout(TIME)
            .user_agent(concat!("obscore-view/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|error| {
                Diagnostic::error("S030", format!("nothing can be fetched: {error}"))
            })?;
        Ok(Self { hosts, most, client: Some(client) })
    }

    /// The bytes at `url`.
    ///
    /// # Errors
    /// S015 when it cannot or must not be fetched, S016 when it is too large.
    pub async fn fetch(&self, url: &Url) -> Result<Content> {
        let refused = |text: String| {
            let error = Diagnostic::error("S015", format!("{url} is not fetched: {text}"));
            Box::new(error.help("send the table in the request: UPLOAD=name,param:part"))
        };
        let Some(client) = &self.client else {
            return Err(refused("this service fetches no tables".to_owned()));
        };
        if !is_allowed(&self.hosts, url) {
            return Err(refused("tables are not fetched from that host".to_owned()));
        }
        let failed = |error: reqwest::Error| {
            // The innermost cause says what happened; the URL is named already.
            let mut cause: &dyn std::error::Error = &error;
            while let Some(inner) = cause.source() {
                cause = inner;
            }
            refused(cause.to_string())
        };
        let response = client.get(url.clone()).send().await.map_err(failed)?;
        if !response.status().is_success() {
            return Err(refused(format!("its host answers {}", response.status())));
        }
        let unkept = |error: io::Error| {
            Box::new(Diagnostic::error("S030", format!("an upload cannot be kept: {error}")))
        };
        let mut file = NamedTempFile::new().map_err(unkept)?;
        let (mut size, mut pieces) = (0, response.bytes_stream());
        while let Some(piece) = pieces.next().await {
            let piece = piece.map_err(failed)?;
            size += piece.len() as u64;
            if size > self.most {
                let message = format!("{url} is larger than {} bytes", self.most);
                return Err(Diagnostic::error("S016", message).into());
            }
            file.write_all(&piece).map_err(unkept)?;
        }
        Ok(Content::Temporary(file.into_temp_path().into(), size))
    }
}

/// Whether a host may be asked, as far as its URL tells.
fn is_allowed(hosts: &[String], url: &Url) -> bool {
    let any = hosts.iter().any(|host| host == "*");
    let listed = |name: &str| hosts.iter().any(|host| host.eq_ignore_ascii_case(name));
    let host = match url.host() {
        Some(Host::Domain(name)) => any || listed(name),
        Some(Host::Ipv4(address)) => {
            listed(&address.to_string()) || any && is_public(address.into())
        }
        Some(Host::Ipv6(address)) => {
            listed(&address.to_string()) || any && is_public(address.into())
        }
        None => false,
    };
    host && matches!(url.scheme(), "http" | "https")
}

/// Resolves names; those that are not listed by themselves to public addresses only.
struct Names {
    hosts: Arc<Vec<String>>,
}

impl Resolve for Names {
    fn resolve(&self, name: Name) -> Resolving {
        let listed = self.hosts.iter().any(|host| host.eq_ignore_ascii_case(name.as_str()));
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let found: Vec<SocketAddr> =
                found.filter(|address| listed || is_public(address.ip())).collect();
            if found.is_empty() {
                return Err("its host has no public address".into());
            }
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

/// Whether an address is one of the internet at large (IANA's special-purpose registries).
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => {
            let [first, second, third, _] = address.octets();
            let special = address.is_private()
                || address.is_loopback()
                || address.is_link_local()
                || address.is_documentation()
                || first == 0
                || first >= 224
                || (first, second & 0xc0) == (100, 64)
                || (first, second, third) == (192, 0, 0)
                || (first, second & 0xfe) == (198, 18);
            !special
        }
        IpAddr::V6(address) => match address.to_ipv4_mapped() {
            Some(inner) => is_public(inner.into()),
            // Global unicast, without documentation, Teredo and 6to4, which lead to other places.
            None => {
                let [first, second, ..] = address.segments();
                first & 0xe000 == 0x2000
                    && first != 0x2002
                    && !(first == 0x2001 && (second == 0xdb8 || second < 0x200))
            }
        },
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn public_addresses() {
        for text in ["8.8.8.8", "193.99.144.80", "2606:4700::1111", "2a00:1450::1"] {
            assert!(is_public(text.parse().unwrap()), "{text}");
        }
        for text in [
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "0.0.0.0",
            "100.64.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "198.18.0.1",
            "192.0.0.1",
            "::1",
            "::",
            "fe80::1",
            "fd00::1",
            "::ffff:10.0.0.1",
            "64:ff9b::a00:1",
            "2002:a00:1::",
            "ff02::1",
        ] {
            assert!(!is_public(text.parse().unwrap()), "{text}");
        }
    }

    #[test]
    fn hosts() {
        let allowed = |hosts: &[&str], url: &str| {
            let hosts: Vec<String> = hosts.iter().map(|host| (*host).to_owned()).collect();
            is_allowed(&hosts, &Url::parse(url).unwrap())
        };
        assert!(allowed(&["a.example"], "https://A.example:8443/t"));
        assert!(allowed(&["*"], "http://b.example/") && allowed(&["10.0.0.1"], "http://10.0.0.1/"));
        assert!(!allowed(&["a.example"], "https://a.example.evil/"));
        assert!(!allowed(&["*"], "http://0x7f.1/") && !allowed(&["*"], "ftp://a.example/"));
    }
}
