//! Requests that a service on the open network has to bear: what is no HTTP, what is somebody else's.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs
)]

mod serve_support;
mod support;
#[path = "serve_support/target.rs"]
mod target;

use std::time::{Duration, Instant};

use reqwest::blocking::RequestBuilder;
use target::Target;

#[test]
fn requests_that_are_none() {
    let target = Target::sqlite(&[]);
    let status = |answer: &str| -> u16 {
        answer.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0)
    };
    // A refusal, or no answer at all; never success.
    for bytes in [
        &b"\x00\x01\x02\x03\r\n\r\n"[..],
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET /tap/sync\r\n\r\n",
        b"GET http://[::1 HTTP/1.1\r\nHost: x\r\n\r\n",
        b"POST /tap/sync HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        b"POST /tap/sync HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nQUERY",
        b"POST /tap/sync HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFF\r\n",
        b"GET /tap/\xff\xfe HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        b"GET /tap/async/%ff%fe HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        b"GET /tap/tables/%zz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        b"GET /tap/sync?QUERY=%ff%00%zz&LANG=%c3%28 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        b"GET /tap/../../etc/passwd HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        b"GET /tap/async/../../../../etc/passwd HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        b"GET /tap/async/..%2f..%2f..%2fetc%2fpasswd HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        b"GET /tap/async/x/results/..%2f..%2fjobs.sqlite3 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        b"GET /tap/async/%00 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        b"GET /page/..%2f..%2fetc%2fpasswd HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        b"DELETE /tap/async/.. HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        b"TRACE / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        b"CONNECT x:1 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    ] {
        let answer = target.raw(bytes);
        let status = status(&answer);
        let shown = String::from_utf8_lossy(bytes);
        assert!(status == 0 || (400..500).contains(&status), "{shown}: {answer}");
    }
    // URLs and heads of a megabyte.
    let long = "x".repeat(1 << 20);
    for bytes in [
        format!("GET /tap/sync?QUERY={long} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"),
        format!("GET /{long} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"),
        format!("GET / HTTP/1.1\r\nHost: x\r\nX-Long: {long}\r\nConnection: close\r\n\r\n"),
        format!(
            "GET / HTTP/1.1\r\nHost: x\r\n{}Connection: close\r\n\r\n",
            "X-Many: y\r\n".repeat(100_000)
        ),
    ] {
        let answer = target.raw(bytes.as_bytes());
        let status = status(&answer);
        assert!(status == 0 || (400..500).contains(&status), "{status}");
    }
    // Nothing that a client sends becomes a header, or a link of somebody else's.
    let get = |path: &str, headers: &str| {
        target.raw(
            format!("GET {path} HTTP/1.1\r\n{headers}\r\nConnection: close\r\n\r\n").as_bytes(),
        )
    };
    for name in ["RUNID", "QUERY", "LANG", "FORMAT", "RESPONSEFORMAT", "MAXREC", "%0d%0aSet-Cookie"]
    {
        let path = format!(
            "/tap/sync?LANG=ADQL&QUERY=SELECT+1&{name}=x%0d%0aSet-Cookie:%20a=b%0d%0a%0d%0a<b>"
        );
        let answer = get(&path, "Host: x");
        let head = answer.split("\r\n\r\n").next().unwrap().to_ascii_lowercase();
        assert!(!head.contains("set-cookie"), "{name}: {answer}");
    }
    let answer = get("/", "Host: x\r\nX-Request-Id: a<script>");
    assert!(!answer.contains("a<script>"));
    for host in ["evil.example/\"><script>", "a b", "x\" onload=\"y", "user:pw@evil.example"] {
        for path in ["/", "/tap/capabilities", "/tap/async"] {
            let answer = get(path, &format!("Host: {host}"));
            assert!(
                !answer.contains(host) && !answer.contains("<script>"),
                "{host} {path}: {answer}"
            );
        }
    }
    let answer =
        get("/", "Host: x\r\nX-Forwarded-Host: evil.example\r\nX-Forwarded-Prefix: //evil.example");
    assert!(
        !answer.contains("evil.example"),
        "forwarded headers are believed without a trusted proxy"
    );
    target.is_well();
}

#[test]
fn jobs_of_others() {
    let folder = tempfile::tempdir().unwrap();
    let tokens = folder.path().join("tokens");
    std::fs::write(
        &tokens,
        "ada-0123456789abcdef0123456789 ada\nbob-0123456789abcdef0123456789 bob\n",
    )
    .unwrap();
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o600);
    std::fs::set_permissions(&tokens, mode).unwrap();
    let target = Target::sqlite(&["--tokens", tokens.to_str().unwrap(), "--anonymous", "true"]);
    let as_user = |request: RequestBuilder, user: Option<&str>| match user {
        Some(user) => request.bearer_auth(format!("{user}-0123456789abcdef0123456789")),
        None => request,
    };
    let form = [
        ("LANG", "ADQL"),
        ("QUERY", "SELECT TOP 3 obs_id FROM ivoa.ObsCore"),
        ("FORMAT", "csv"),
        ("PHASE", "RUN"),
    ];
    let made = as_user(target.client.post(target.url("/async")).form(&form), Some("ada"));
    let made = made.send().unwrap();
    assert_eq!(made.status(), 303);
    let job = made.headers()["location"].to_str().unwrap().to_owned();
    let id = job.rsplit('/').next().unwrap().to_owned();
    // As many as nobody guesses: 122 random bits.
    assert!(id.len() >= 20, "{id}");
    let deadline = Instant::now() + Duration::from_secs(20);
    let phase = || target.said(as_user(target.client.get(format!("{job}/phase")), Some("ada")));
    while phase() != (200, "COMPLETED".to_owned()) {
        assert!(Instant::now() < deadline, "{:?}", phase());
        std::thread::sleep(Duration::from_millis(50));
    }
    for user in [Some("bob"), None, Some("eve")] {
        for part in [
            "",
            "/phase",
            "/parameters",
            "/results",
            "/results/result",
            "/error",
            "/owner",
            "/quote",
            "/destruction",
            "/executionduration",
            "/parameters/QUERY",
        ] {
            let (status, body) =
                target.said(as_user(target.client.get(format!("{job}{part}")), user));
            assert!([401, 403, 404].contains(&status), "{user:?} {part}: {status} {body}");
            assert!(!body.contains("obs_id") && !body.contains("ada"), "{user:?} {part}: {body}");
        }
        for (part, name, value) in [
            ("/phase", "PHASE", "ABORT"),
            ("/destruction", "DESTRUCTION", "2020-01-01T00:00:00Z"),
            ("", "ACTION", "DELETE"),
            ("/parameters", "QUERY", "SELECT 1"),
        ] {
            let request = target.client.post(format!("{job}{part}")).form(&[(name, value)]);
            let (status, _) = target.said(as_user(request, user));
            assert!([401, 403, 404].contains(&status), "{user:?} {part}: {status}");
        }
        let (status, _) = target.said(as_user(target.client.delete(&job), user));
        assert!([401, 403, 404].contains(&status), "{user:?}: {status}");
        let (_, list) = target.said(as_user(target.client.get(target.url("/async")), user));
        assert!(!list.contains(&id), "{user:?}: {list}");
    }
    let (status, rows) =
        target.said(as_user(target.client.get(format!("{job}/results/result")), Some("ada")));
    assert_eq!((status, rows.lines().count()), (200, 4));
    target.is_well();
}
