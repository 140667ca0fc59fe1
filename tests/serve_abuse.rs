//! What a service on the open network has to bear: the real process stays up, its memory stays small, and
//! nothing of its inside is told.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs
)]

mod serve_support;

use std::fmt::Write as _;
use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use reqwest::blocking::multipart::{Form, Part};
use reqwest::blocking::{Client, RequestBuilder};
use reqwest::redirect::Policy;
use serve_support::process::{Served, Serving, State};

/// Bytes of memory that the process may ever have had, whatever it was sent. It begins with about 30 MB
/// in a debug build.
const MEMORY: u64 = 250 << 20;

/// A running service of the demo's registry.
struct Target {
    serving: Serving,
    root: PathBuf,
    client: Client,
    state: State,
    before: Vec<u8>,
}

fn target(options: &[&str]) -> Target {
    let state = State::new();
    let root = state.path().join("repo");
    let made = Command::new(env!("CARGO_BIN_EXE_obscore-view")).arg("demo").arg(&root).output();
    assert!(made.unwrap().status.success());
    let before = std::fs::read(root.join("gen3.sqlite3")).unwrap();
    let serving = Served::new(&root, &root.join("mapping.yaml")).with(options).start(&state);
    let client =
        Client::builder().redirect(Policy::none()).timeout(Duration::from_mins(1)).build().unwrap();
    Target { serving, root, client, state, before }
}

/// A status and a body.
type Said = (u16, String);

impl Target {
    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.serving.base)
    }

    fn address(&self) -> String {
        self.serving.base.trim_start_matches("http://").trim_end_matches("/tap").to_owned()
    }

    fn said(&self, request: RequestBuilder) -> Said {
        let answer = request.send().unwrap();
        let status = answer.status().as_u16();
        let text = String::from_utf8_lossy(&answer.bytes().unwrap()).into_owned();
        self.tells_nothing(&text);
        (status, text)
    }

    /// A query; further parameters.
    fn ask(&self, adql: &str, more: &[(&str, &str)]) -> Said {
        let mut form = vec![("LANG", "ADQL"), ("QUERY", adql)];
        if !more.iter().any(|(name, _)| *name == "FORMAT") {
            form.push(("FORMAT", "csv"));
        }
        form.extend_from_slice(more);
        self.said(self.client.post(self.url("/sync")).form(&form))
    }

    /// An upload called `t`, and a query of it.
    fn upload(&self, document: impl Into<Vec<u8>>) -> Said {
        let form = Form::new()
            .text("LANG", "ADQL")
            .text("QUERY", "SELECT * FROM TAP_UPLOAD.t")
            .text("FORMAT", "csv")
            .text("UPLOAD", "t,param:u")
            .part("u", Part::bytes(document.into()).file_name("u.vot"));
        self.said(self.client.post(self.url("/sync")).multipart(form))
    }

    /// Sends bytes and reads until the other side closes, or for a while.
    fn raw(&self, bytes: &[u8]) -> String {
        let mut stream = TcpStream::connect(self.address()).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
        // The other side may refuse in the middle.
        let _ = stream.write_all(bytes);
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        let text = String::from_utf8_lossy(&answer).into_owned();
        self.tells_nothing(&text);
        text
    }

    /// No path of the machine, no SQL of the database, no name of a program part.
    fn tells_nothing(&self, text: &str) {
        let state = self.state.path().display().to_string();
        for secret in [
            state.as_str(),
            "gen3.sqlite3",
            "sqlite",
            "SQLITE",
            "postgres",
            "dataset_tags_",
            "obscore_collections",
            "sqlx",
            "tokio",
            "panicked",
            ".rs:",
            "root:x:0",
        ] {
            if let Some(at) = text.find(secret) {
                let near: String = text.chars().skip(at.saturating_sub(200)).take(600).collect();
                panic!("`{secret}` is told: {near}");
            }
        }
    }

    /// How many sockets the process has.
    fn sockets(&self) -> usize {
        let files = std::fs::read_dir(format!("/proc/{}/fd", self.serving.pid())).unwrap();
        let links = files.filter_map(|file| std::fs::read_link(file.unwrap().path()).ok());
        links.filter(|link| link.to_string_lossy().starts_with("socket:")).count()
    }

    /// Afterwards: it answers, it is small, it has not panicked, and the registry is what it was.
    fn is_well(&self) {
        let (status, text) = self.ask("SELECT COUNT(*) AS n FROM ivoa.ObsCore", &[]);
        assert_eq!((status, text.trim()), (200, "n\r\n274"));
        let log = self.serving.log();
        assert!(!log.contains("panic"), "{log}");
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.serving.pid()));
        let status = status.unwrap();
        let most = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
        let most: u64 = most.trim().trim_end_matches(" kB").parse().unwrap();
        println!("most memory: {} MB", most >> 10);
        assert!(most << 10 < MEMORY, "{most} kB of memory");
        assert!(std::fs::read(self.root.join("gen3.sqlite3")).unwrap() == self.before);
    }
}

const INJECTIONS: [&str; 10] = [
    "'; DROP TABLE dataset; --",
    "' OR '1'='1",
    "x' UNION SELECT name FROM dataset_type --",
    "\"; DELETE FROM collection; --",
    "1; ATTACH DATABASE '/etc/passwd' AS p",
    "') OR load_extension('x') --",
    "$1 ?1 :a @b {0} %s",
    "\u{0}'; SELECT 1",
    "\u{2019} OR 1=1 --",
    "<script>alert(1)</script>&amp;]]>",
];

#[test]
fn injections() {
    let target = target(&[]);
    let base = target.serving.base.trim_end_matches("/tap").to_owned();
    for text in INJECTIONS {
        // As a value it is a value.
        let literal = text.replace('\'', "''");
        let (status, body) = target.ask(
            &format!("SELECT COUNT(*) AS n FROM ivoa.ObsCore WHERE obs_id = '{literal}' OR obs_id LIKE '{literal}'"),
            &[],
        );
        let expected = if text.contains('\0') { 400 } else { 200 };
        assert!(status == expected || status == 200 && body.ends_with("\n0\r\n"), "{text}: {body}");
        // As a name it is none.
        let name = text.replace('"', "\"\"");
        let (status, body) = target.ask(&format!("SELECT \"{name}\" FROM ivoa.ObsCore"), &[]);
        assert_eq!(status, 400, "{body}");
        let (status, body) =
            target.ask(&format!("SELECT obs_id AS \"{name}\" FROM ivoa.ObsCore WHERE 1=0"), &[]);
        assert!([200, 400].contains(&status), "{body}");
        // As a query it is none.
        assert_eq!(target.ask(text, &[]).0, 400);
        let (status, _) =
            target.ask(&format!("SELECT obs_id FROM ivoa.ObsCore WHERE obs_id = '{text}"), &[]);
        assert!([200, 400].contains(&status));
        for name in ["FORMAT", "RESPONSEFORMAT", "MAXREC", "UPLOAD", "LANG"] {
            let (status, body) =
                target.ask("SELECT TOP 1 obs_id FROM ivoa.ObsCore", &[(name, text)]);
            assert_eq!(status, 400, "{name}={text}: {body}");
        }
        for name in ["RUNID", "REQUEST", "VERSION", "PHASE", "WHATEVER"] {
            let (status, body) =
                target.ask("SELECT TOP 1 obs_id FROM ivoa.ObsCore", &[(name, text)]);
            assert!([200, 400].contains(&status), "{name}={text}: {body}");
        }
        for filter in ["PHASE", "AFTER", "LAST"] {
            let list = target.client.get(target.url("/async")).query(&[(filter, text)]);
            assert!([200, 400].contains(&target.said(list).0), "{filter}={text}");
        }
        for path in ["/tables/", "/async/", "/examples/", "/"] {
            let mut url = reqwest::Url::parse(&target.url(path)).unwrap();
            url.path_segments_mut().unwrap().pop().push(text);
            assert_eq!(target.said(target.client.get(url)).0, 404, "{path}{text}");
        }
        // What the page composes of it finds nothing, or is refused.
        for name in
            ["obs_collection", "instrument_name", "calib_level", "position", "from", "table"]
        {
            let page = target.client.get(&base).query(&[("compose", "1"), (name, text)]);
            let (status, page) = target.said(page);
            assert!([200, 400].contains(&status), "{name}={text}");
            assert!(!page.contains("<script>alert"), "{page}");
        }
        let page = target.client.post(&base).form(&[("QUERY", text)]);
        assert!(!target.said(page).1.contains("<script>alert"));
    }
    target.is_well();
}

#[test]
fn large_queries() {
    let target = target(&["--limits-sync-time", "20s"]);
    let began = Instant::now();
    for depth in [100, 1000, 10_000, 300_000] {
        let (open, close) = ("(".repeat(depth), ")".repeat(depth));
        for adql in [
            format!("SELECT {open}1{close} AS x FROM ivoa.ObsCore"),
            format!("SELECT obs_id FROM ivoa.ObsCore WHERE {open}calib_level = 9{close}"),
            format!("SELECT * FROM {open}SELECT * FROM ivoa.ObsCore{close}"),
            format!("SELECT TOP 1 {}1 AS x FROM ivoa.ObsCore", "- ".repeat(depth)),
            format!(
                "SELECT TOP 1 obs_id FROM ivoa.ObsCore WHERE {}calib_level = 1",
                "NOT ".repeat(depth)
            ),
            format!("SELECT TOP 1 {}1{} AS x FROM ivoa.ObsCore", "ABS(".repeat(depth), close),
            format!("SELECT TOP 1 1{} AS x FROM ivoa.ObsCore", " + 1".repeat(depth)),
            format!(
                "SELECT TOP 1 obs_id FROM ivoa.ObsCore WHERE calib_level = 1{}",
                " AND 1=1".repeat(depth)
            ),
            format!(
                "SELECT TOP 1 obs_id FROM ivoa.ObsCore{}",
                " UNION SELECT TOP 1 obs_id FROM ivoa.ObsCore".repeat(depth.min(20_000))
            ),
        ] {
            let (status, body) = target.ask(&adql, &[]);
            assert!(
                [200, 400, 413].contains(&status),
                "{depth}: {status} {}",
                &body[..body.len().min(500)]
            );
            // An error shows a part of such a query, not all of it.
            assert!(
                body.len() < 3 * adql.len() + 100_000,
                "{} bytes about {}",
                body.len(),
                adql.len()
            );
        }
    }
    println!("nesting: {:?}", began.elapsed());
    let began = Instant::now();
    let numbers: Vec<String> = (0..20_000).map(|number| number.to_string()).collect();
    let texts: Vec<String> = numbers.iter().map(|number| format!("'v{number}'")).collect();
    for (column, list) in [("lsst_detector", &numbers), ("obs_id", &texts), ("t_exptime", &numbers)]
    {
        let adql = format!(
            "SELECT COUNT(*) AS n FROM ivoa.ObsCore WHERE {column} IN ({})",
            list.join(",")
        );
        let (status, body) = target.ask(&adql, &[]);
        assert_eq!(status, 200, "{column}: {}", &body[..body.len().min(500)]);
    }
    println!("lists: {:?}", began.elapsed());
    for (top, expected) in [
        ("9223372036854775807", 200),
        ("18446744073709551615", 200),
        ("99999999999999999999999999", 400),
        ("-1", 400),
        ("1e9", 400),
    ] {
        let (status, body) =
            target.ask(&format!("SELECT TOP {top} calib_level FROM ivoa.ObsCore"), &[]);
        assert_eq!(status, expected, "TOP {top}: {body}");
    }
    for (maxrec, expected) in [("18446744073709551615", 200), ("-1", 400), ("1e9", 400), ("0", 200)]
    {
        let (status, body) =
            target.ask("SELECT calib_level FROM ivoa.ObsCore", &[("MAXREC", maxrec)]);
        assert_eq!(status, expected, "MAXREC={maxrec}: {body}");
    }
    target.is_well();
}

fn votable(inside: &str) -> String {
    format!(
        "<VOTABLE version=\"1.4\" xmlns=\"http://www.ivoa.net/xml/VOTable/v1.3\"><RESOURCE><TABLE>{inside}</TABLE></RESOURCE></VOTABLE>"
    )
}

#[test]
fn uploads() {
    let target = target(&["--limits-upload-bytes", "20MB"]);
    let field = "<FIELD name=\"a\" datatype=\"int\"/>";
    let whole = votable(&format!("{field}<DATA><TABLEDATA><TR><TD>7</TD></TR></TABLEDATA></DATA>"));
    assert_eq!(target.upload(whole.clone()), (200, "a\r\n7\r\n".to_owned()));
    let mut bomb = "<!DOCTYPE l [<!ENTITY a0 \"lol\">".to_owned();
    for level in 1..10 {
        let _ = write!(bomb, "<!ENTITY a{level} \"{}\">", format!("&a{};", level - 1).repeat(10));
    }
    let bomb = |inside: &str| format!("<?xml version=\"1.0\"?>{bomb}]>{inside}");
    let file = "<?xml version=\"1.0\"?><!DOCTYPE l [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>";
    let text = |cell: &str| {
        let field = "<FIELD name=\"a\" datatype=\"char\" arraysize=\"*\"/>";
        votable(&format!("{field}<DATA><TABLEDATA><TR><TD>{cell}</TD></TR></TABLEDATA></DATA>"))
    };
    let deep = format!("{}{}", "<GROUP>".repeat(100_000), "</GROUP>".repeat(100_000));
    let many = "<FIELD name=\"a\" datatype=\"int\"/>".repeat(100_000);
    let rows = "<TR><TD>1</TD></TR>".repeat(500_000);
    let stream = |encoding: &str, bytes: &str| {
        votable(&format!(
            "{field}<DATA><BINARY2><STREAM encoding=\"{encoding}\">{bytes}</STREAM></BINARY2></DATA>"
        ))
    };
    for (name, document) in [
        ("nothing", String::new()),
        ("no XML", "SELECT * FROM x".to_owned()),
        ("a page", "<html><body>x</body></html>".to_owned()),
        ("half", whole[..whole.len() / 2].to_owned()),
        ("no table", "<VOTABLE version=\"1.4\"/>".to_owned()),
        ("a bomb in a cell", bomb(&text("&a9;"))),
        ("a bomb in an attribute", bomb(&votable("<FIELD name=\"&a9;\" datatype=\"int\"/>"))),
        ("a file", format!("{file}{}", text("&x;"))),
        (
            "a DTD elsewhere",
            format!("<!DOCTYPE l SYSTEM \"http://127.0.0.1:1/x.dtd\">{}", text("&x;")),
        ),
        (
            "a stream elsewhere",
            votable(&format!(
                "{field}<DATA><BINARY><STREAM href=\"file:///etc/passwd\"/></BINARY></DATA>"
            )),
        ),
        (
            "no number",
            votable(&format!("{field}<DATA><TABLEDATA><TR><TD>seven</TD></TR></TABLEDATA></DATA>")),
        ),
        ("deep", votable(&deep)),
        ("many columns", votable(&format!("{many}<DATA><TABLEDATA/></DATA>"))),
        ("no base64", stream("base64", "!!!!")),
        ("gzip", stream("gzip", "H4sIAAAA")),
        (
            "a length of 4 billion",
            votable(
                "<FIELD name=\"a\" datatype=\"char\" arraysize=\"*\"/><DATA><BINARY2><STREAM encoding=\"base64\">AP////8=</STREAM></BINARY2></DATA>",
            ),
        ),
        (
            "a name of SQL",
            votable(
                "<FIELD name=\"a&quot;; DROP TABLE x; --\" datatype=\"nonsense\"/><DATA><TABLEDATA/></DATA>",
            ),
        ),
    ] {
        let (status, body) = target.upload(document);
        assert_eq!(status, 400, "{name}: {body}");
        assert!(body.contains("QUERY_STATUS") && body.len() < 20_000, "{name}: {body}");
    }
    let strange = votable(
        "<FIELD name=\"a&quot;; DROP TABLE x; --\" datatype=\"int\"/><DATA><TABLEDATA><TR><TD>7</TD></TR></TABLEDATA></DATA>",
    );
    let (status, body) = target.upload(strange);
    assert!(status == 200 && body.ends_with("\n7\r\n") || status == 400, "{body}");
    // Within the limits, in constant memory; the default limit of rows cuts the answer.
    let (status, body) =
        target.upload(votable(&format!("{field}<DATA><TABLEDATA>{rows}</TABLEDATA></DATA>")));
    assert_eq!((status, body.lines().count()), (200, 100_001));
    // Beyond them.
    let (status, _) = target.upload(vec![b' '; 21_000_000]);
    assert_eq!(status, 413);
    for (kind, head) in [
        (
            "multipart/form-data; boundary=b",
            "--b\r\nContent-Disposition: form-data; name=\"u\"; filename=\"u\"\r\n\r\n",
        ),
        (
            "multipart/form-data; boundary=b",
            "--b\r\nContent-Disposition: form-data; name=\"QUERY\"\r\n\r\n",
        ),
        ("application/x-www-form-urlencoded", "QUERY="),
    ] {
        let (status, sent) = endless(&target, kind, head);
        assert!(status.contains(" 413 "), "{kind}: {status}");
        assert!(sent < 100 << 20, "{sent} bytes were taken");
    }
    target.is_well();
}

/// Sends a body without end; the line of the status, and how much was sent until it came.
fn endless(target: &Target, kind: &str, head: &str) -> (String, u64) {
    let mut stream = TcpStream::connect(target.address()).unwrap();
    let head = format!(
        "POST /tap/sync HTTP/1.1\r\nHost: x\r\nContent-Type: {kind}\r\nContent-Length: 999999999999\r\n\r\n{head}"
    );
    stream.write_all(head.as_bytes()).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    let mut reader = stream.try_clone().unwrap();
    let answer = std::thread::spawn(move || {
        let mut bytes = [0; 4096];
        let read = reader.read(&mut bytes).unwrap_or(0);
        String::from_utf8_lossy(&bytes[..read]).into_owned()
    });
    let (piece, mut sent) = (vec![b'a'; 1 << 16], 0);
    while !answer.is_finished() && sent < 200 << 20 {
        if stream.write_all(&piece).is_err() {
            break;
        }
        sent += piece.len() as u64;
    }
    let text = answer.join().unwrap();
    (text.lines().next().unwrap_or_default().to_owned(), sent)
}

/// Whether the other side has closed, or does within a time.
fn closes(stream: &mut TcpStream, within: Duration) -> bool {
    stream.set_read_timeout(Some(within)).unwrap();
    let deadline = Instant::now() + within;
    let mut bytes = [0; 4096];
    while Instant::now() < deadline {
        match stream.read(&mut bytes) {
            Ok(0) => return true,
            Ok(_) => {}
            Err(error) if [ErrorKind::WouldBlock, ErrorKind::TimedOut].contains(&error.kind()) => {
                return false;
            }
            Err(_) => return true,
        }
    }
    false
}

#[test]
fn slow_clients() {
    let times = ["--limits-header-time", "2s", "--limits-stall-time", "2s"];
    let target = target(&[&times[..], &["--limits-most-rows", "0"]].concat());
    target.is_well();
    let before = target.sockets();
    let connect = |bytes: &[u8]| {
        let mut stream = TcpStream::connect(target.address()).unwrap();
        stream.write_all(bytes).unwrap();
        stream
    };
    let head =
        "POST /tap/sync HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n";
    let mut streams: Vec<TcpStream> = Vec::new();
    for _ in 0..200 {
        streams.push(connect(b"GET /tap/sync HTTP/1.1\r\nHost: x\r\nX-Slow: "));
        streams.push(connect(format!("{head}Content-Length: 1000\r\n\r\nQUERY=").as_bytes()));
        streams.push(connect(
            format!("{head}Transfer-Encoding: chunked\r\n\r\n5\r\nQUERY").as_bytes(),
        ));
    }
    // Some never stop to send, a byte at a time.
    let mut drips: Vec<TcpStream> =
        (0..20).map(|_| connect(b"GET /tap/sync HTTP/1.1\r\nHost: x\r\nX-Slow: ")).collect();
    // Some ask for much and read nothing: 20 million rows.
    let form = "LANG=ADQL&FORMAT=csv&MAXREC=100000000&QUERY=SELECT+a.obs_id+FROM+ivoa.ObsCore+AS+a,ivoa.ObsCore+AS+b,ivoa.ObsCore+AS+c";
    let asks = format!("{head}Content-Length: {}\r\n\r\n{form}", form.len());
    let deaf: Vec<TcpStream> = (0..3).map(|_| connect(asks.as_bytes())).collect();
    for _ in 0..5 {
        for drip in &mut drips {
            let _ = drip.write_all(b"x");
        }
        let began = Instant::now();
        assert_eq!(target.ask("SELECT COUNT(*) AS n FROM ivoa.ObsCore", &[]).0, 200);
        assert!(began.elapsed() < Duration::from_secs(3), "{:?}", began.elapsed());
        std::thread::sleep(Duration::from_millis(600));
    }
    for stream in streams.iter_mut().chain(&mut drips) {
        assert!(closes(stream, Duration::from_secs(5)));
    }
    // Those who read nothing are given up: the processor rests, and their connections are closed.
    let deadline = Instant::now() + Duration::from_secs(40);
    loop {
        let used = target.serving.processor_time();
        std::thread::sleep(Duration::from_secs(1));
        let sockets = target.sockets();
        if target.serving.processor_time() - used < 0.05 && sockets <= before {
            break;
        }
        assert!(
            Instant::now() < deadline,
            "deaf clients are kept: {sockets} sockets, {before} before"
        );
    }
    drop(deaf);
    target.is_well();
}

#[test]
fn queries_without_end() {
    let target =
        target(&["--limits-sync-time", "1s", "--limits-queries", "4", "--limits-queue-time", "2s"]);
    let four = "SELECT COUNT(*) AS n FROM ivoa.ObsCore AS a, ivoa.ObsCore AS b, ivoa.ObsCore AS c, ivoa.ObsCore AS d WHERE a.s_ra + b.s_ra + c.s_ra < d.s_ra";
    let said: Vec<Said> = std::thread::scope(|scope| {
        let asked: Vec<_> = (0..12).map(|_| scope.spawn(|| target.ask(four, &[]))).collect();
        asked.into_iter().map(|asked| asked.join().unwrap()).collect()
    });
    for (status, body) in &said {
        assert!([503, 504].contains(status), "{status} {body}");
    }
    std::thread::sleep(Duration::from_secs(1));
    let used = target.serving.processor_time();
    std::thread::sleep(Duration::from_secs(1));
    assert!(target.serving.processor_time() - used < 0.1, "they go on");
    target.is_well();
}

#[test]
fn a_hundred_clients() {
    let target = target(&["--limits-queue-time", "50s"]);
    let queries = [
        ("SELECT COUNT(*) AS n FROM ivoa.ObsCore", "csv", 200),
        ("SELECT TOP 50 * FROM ivoa.ObsCore", "votable", 200),
        (
            "SELECT TOP 50 obs_id, s_region FROM ivoa.ObsCore WHERE 1 = CONTAINS(POINT(40, -34.4), s_region)",
            "json",
            200,
        ),
        ("SELECT * FROM ivoa.ObsCore", "html", 200),
        ("SELECT obs_idd FROM ivoa.ObsCore", "html", 400),
        ("SELECT (((", "csv", 400),
        (
            "SELECT v.name, o.obs_id FROM butler.visit AS v JOIN ivoa.ObsCore AS o ON o.lsst_visit = v.id",
            "fits",
            200,
        ),
        ("SELECT * FROM ivoa.ObsCore", "parquet", 200),
        ("SELECT table_name FROM TAP_SCHEMA.tables", "tsv", 200),
        ("SELECT TOP 20000 a.obs_id FROM ivoa.ObsCore AS a, ivoa.ObsCore AS b", "csv", 200),
    ];
    let began = Instant::now();
    std::thread::scope(|scope| {
        for client in 0..100 {
            let (target, queries) = (&target, &queries);
            scope.spawn(move || {
                for turn in 0..3 {
                    let (adql, format, expected) = queries[(client + turn) % queries.len()];
                    let (status, body) = target.ask(adql, &[("FORMAT", format)]);
                    assert_eq!(status, expected, "{adql}: {body:.500}");
                }
                let page = target.serving.base.trim_end_matches("tap");
                assert_eq!(target.said(target.client.get(page)).0, 200);
            });
        }
    });
    println!("a hundred clients: {:?}", began.elapsed());
    target.is_well();
}

#[test]
fn requests_that_are_none() {
    let target = target(&[]);
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
    let target = target(&["--tokens", tokens.to_str().unwrap(), "--anonymous", "true"]);
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
