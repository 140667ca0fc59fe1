//! The URL under which a client knows the service.
//!
//! In: settings and the head of a request. Out: `scheme://host/prefix`, without a slash at its end.
//! Follows RFC 7239 (Forwarded) and the X-Forwarded-* headers that came before it; both only where
//! the operator says that a proxy sets them, since anybody can send them.

use axum::http::{HeaderMap, header};

use crate::serve::settings::Settings;

/// The URL of the service for this request.
pub fn base_url(settings: &Settings, headers: &HeaderMap) -> String {
    if let Some(base) = &settings.base_url {
        return base.clone();
    }
    let text = |name: &str| headers.get(name)?.to_str().ok();
    let (mut scheme, mut host, mut prefix) = ("http", text(header::HOST.as_str()), "");
    if settings.trust_proxy {
        // Proxies in a row append: the first value is what the client used.
        let first = |name: &str| Some(text(name)?.split(',').next()?.trim());
        let forwarded = first("forwarded").unwrap_or_default();
        let pair = |key: &str| {
            forwarded.split(';').find_map(|pair| {
                let (name, value) = pair.trim().split_once('=')?;
                name.eq_ignore_ascii_case(key).then(|| value.trim_matches('"'))
            })
        };
        scheme = pair("proto").or_else(|| first("x-forwarded-proto")).unwrap_or(scheme);
        host = pair("host").or_else(|| first("x-forwarded-host")).or(host);
        prefix = first("x-forwarded-prefix").unwrap_or_default();
    }
    // HTTP/2 has no Host header, but hyper's URI then has the authority; local tools may send none.
    let local = settings.bind.to_string();
    let host = host.filter(|host| is_host(host)).unwrap_or(&local);
    let scheme = if scheme.eq_ignore_ascii_case("https") { "https" } else { "http" };
    let prefix = Some(prefix).filter(|prefix| is_path(prefix)).unwrap_or_default();
    format!("{scheme}://{host}{}", prefix.trim_end_matches('/'))
}

/// A name or an address with perhaps a port, and nothing that could break out of a document.
fn is_host(text: &str) -> bool {
    !text.is_empty()
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_:[]".contains(&byte))
}

fn is_path(text: &str) -> bool {
    text.starts_with('/')
        && !text.starts_with("//")
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/.-_~%".contains(&byte))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::db::Environment;
    use crate::serve::settings::{Flags, read};

    fn url(set: &[(&str, &str)], headers: &[(&'static str, &str)]) -> String {
        let flags = Flags::from_pairs(None, set.iter().copied());
        let settings = read(&flags, &Environment::default()).unwrap();
        let headers =
            headers.iter().map(|(name, value)| ((*name).parse().unwrap(), value.parse().unwrap()));
        base_url(&settings, &headers.collect())
    }

    #[test]
    fn where_the_client_is() {
        let proxy = [
            ("host", "inner:80"),
            ("x-forwarded-proto", "https, http"),
            ("x-forwarded-host", "out.example"),
            ("x-forwarded-prefix", "/obs/"),
        ];
        assert_eq!(url(&[], &[("host", "h:81")]), "http://h:81");
        assert_eq!(url(&[], &proxy), "http://inner:80");
        assert_eq!(url(&[("trust_proxy", "true")], &proxy), "https://out.example/obs");
        let forwarded = [("forwarded", "for=1.2.3.4;proto=https;host=\"f.example:8443\", for=x")];
        assert_eq!(url(&[("trust_proxy", "true")], &forwarded), "https://f.example:8443");
        assert_eq!(url(&[("base_url", "https://a.b/c/")], &proxy), "https://a.b/c");
        assert_eq!(url(&[], &[("host", "a\"><script>")]), "http://127.0.0.1:8080");
        assert_eq!(url(&[], &[]), "http://127.0.0.1:8080");
    }
}
