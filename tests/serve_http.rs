//! The service over HTTP, asked by a client that nobody here wrote.
//!
//! Whoever answers queries is a stand-in that does what the query says; what a query means is tested
//! elsewhere.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs
)]

mod serve_support;

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use axum::Router;
use futures::FutureExt;
use obscore_view::catalog::{Catalog, Column, Schema, Table, TableKind, Type};
use obscore_view::db::Environment;
use obscore_view::diag::Diagnostic;
use obscore_view::serve::http::listen;
use obscore_view::serve::query::{Answer, Answered};
use obscore_view::serve::settings::{Flags, read};
use obscore_view::serve::vosi::Example;
use obscore_view::serve::{Offered, Service};
use reqwest::blocking::{Client, RequestBuilder, Response};
use reqwest::redirect::Policy;
use serve_support::invalidities;
use tokio_util::sync::CancellationToken;

/// A running service; it ends when dropped.
struct Running {
    base: String,
    address: std::net::SocketAddr,
    end: CancellationToken,
    stopped: Arc<AtomicBool>,
    runtime: Option<tokio::runtime::Runtime>,
    task: Option<tokio::task::JoinHandle<()>>,
    _folder: tempfile::TempDir,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.end.cancel();
        self.runtime.take().unwrap().shutdown_background();
    }
}

/// Answers `rows N` with that many lines, and other words with what they say.
fn stand_in(stopped: &Arc<AtomicBool>) -> Answer {
    let stopped = Arc::clone(stopped);
    Arc::new(move |query, mut output| {
        let stopped = Arc::clone(&stopped);
        async move {
            let words: Vec<&str> = query.adql.split_whitespace().collect();
            match words.as_slice() {
                ["rows", number] => {
                    let number: u64 = number.parse().unwrap();
                    let work = tokio::task::spawn_blocking(move || {
                        for row in 0..number {
                            writeln!(output, "row {row}")?;
                        }
                        output.flush()
                    });
                    work.await.unwrap().map_err(|error| {
                        stopped.store(true, Ordering::SeqCst);
                        Diagnostic::error("X002", error.to_string())
                    })?;
                    Ok(Answered { rows: number, overflow: false })
                }
                ["upload"] => {
                    for upload in &query.uploads {
                        let mut text = String::new();
                        upload.content.open().unwrap().read_to_string(&mut text).unwrap();
                        write!(output, "{}={text};", upload.table).unwrap();
                    }
                    output.flush().unwrap();
                    Ok(Answered::default())
                }
                ["about"] => {
                    let (maxrec, owner) = (query.maxrec, query.owner);
                    write!(output, "{maxrec:?} {owner:?} {:?}", query.language).unwrap();
                    output.flush().unwrap();
                    Ok(Answered::default())
                }
                ["sleep"] => {
                    query.cancel.cancelled().await;
                    stopped.store(true, Ordering::SeqCst);
                    Err(Diagnostic::error("S033", "stopped").into())
                }
                ["half"] => {
                    output.write_all(b"half").unwrap();
                    output.flush().unwrap();
                    panic!("as asked");
                }
                ["inside"] => Err(Diagnostic::error("R022", "nothing at secret.host").into()),
                _ => Err(Diagnostic::error("Q001", "this is <no> query").into()),
            }
        }
        .boxed()
    })
}

fn offered() -> Offered {
    let table = Table {
        name: "ObsCore".to_owned(),
        kind: TableKind::View,
        description: String::new(),
        utype: String::new(),
        columns: vec![Column::new("obs_id", Type::Text)],
        keys: Vec::new(),
    };
    let schema = Schema { name: "ivoa".to_owned(), tables: vec![table], ..Schema::default() };
    Offered {
        catalog: Catalog { schemas: vec![schema] },
        functions: Vec::new(),
        examples: vec![Example {
            id: "one".to_owned(),
            name: "One".to_owned(),
            description: String::new(),
            query: "SELECT 1".to_owned(),
            tables: Vec::new(),
        }],
        title: "A registry".to_owned(),
    }
}

fn start(set: &[(&str, &str)]) -> Running {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let pairs = [("bind", "127.0.0.1:0")].iter().chain(set).map(|(key, value)| (*key, *value));
    let environment = Environment::new(folder.path(), []);
    let settings = read(&Flags::from_pairs(None, pairs), &environment).unwrap();
    let (end, stopped) = (CancellationToken::new(), Arc::new(AtomicBool::new(false)));
    let answer = stand_in(&stopped);
    let (address, task) = runtime.block_on(async {
        let server = listen(settings.bind).await.unwrap();
        let address = server.address();
        let probe = Arc::new(|| async { Ok(()) }.boxed());
        let jobs: &Path = &folder.path().join("jobs");
        let service = Service::new(settings, offered(), (answer, probe), jobs, &environment);
        let service = service.await.unwrap();
        (address, tokio::spawn(service.run(server, Router::new(), end.clone())))
    });
    let base = format!("http://{address}/tap");
    let (runtime, task) = (Some(runtime), Some(task));
    Running { base, address, end, stopped, runtime, task, _folder: folder }
}

fn client() -> Client {
    Client::builder().redirect(Policy::none()).timeout(Duration::from_secs(30)).build().unwrap()
}

impl Running {
    fn get(&self, path: &str) -> RequestBuilder {
        client().get(format!("{}{path}", self.base))
    }

    fn post(&self, path: &str, form: &[(&str, &str)]) -> Response {
        client().post(format!("{}{path}", self.base)).form(form).send().unwrap()
    }

    fn sync(&self, query: &str) -> Response {
        self.post("/sync", &[("LANG", "ADQL"), ("QUERY", query)])
    }

    fn text(&self, path: &str) -> String {
        let response = self.get(path).send().unwrap();
        assert_eq!(response.status(), 200, "{path}");
        response.text().unwrap()
    }

    fn create(&self, form: &[(&str, &str)]) -> String {
        let response = self.post("/async", form);
        assert_eq!(response.status(), 303);
        let place = header(&response, "location");
        place.strip_prefix(&self.base).unwrap_or_else(|| panic!("{place}")).to_owned()
    }
}

fn header(response: &Response, name: &str) -> String {
    response.headers().get(name).map_or("", |value| value.to_str().unwrap()).to_owned()
}

#[test]
fn queries() {
    let service = start(&[]);
    let done = service.sync("rows 3");
    assert_eq!(done.status(), 200);
    assert_eq!(header(&done, "content-type"), "application/x-votable+xml;serialization=binary2");
    assert!(header(&done, "server").starts_with("obscore-view/"));
    assert_eq!(done.text().unwrap(), "row 0\nrow 1\nrow 2\n");
    let get = service.get("/sync?lang=ADQL-2.0&query=about&MaxRec=5&FORMAT=csv&DUMMY=1&REQUEST=x");
    let get = get.send().unwrap();
    assert_eq!(header(&get, "content-type"), "text/csv;header=present");
    assert_eq!(get.text().unwrap(), "Some(5) None V2_0");
    // An answer that is larger than any buffer.
    let large = service.sync("rows 300000").text().unwrap();
    assert_eq!(large.lines().count(), 300_000);
    for (form, status, said) in [
        (&[("LANG", "ADQL")][..], 400, "QUERY is missing"),
        (&[("LANG", "SQL"), ("QUERY", "x")], 400, "`SQL` is unknown"),
        (&[("LANG", "ADQL"), ("QUERY", "x"), ("query", "y")], 400, "more than once"),
        (&[("LANG", "ADQL"), ("QUERY", "x"), ("MAXREC", "-1")], 400, "MAXREC cannot be"),
        (&[("LANG", "ADQL"), ("QUERY", "nonsense")], 400, "this is &lt;no&gt; query"),
        (&[("LANG", "ADQL"), ("QUERY", "inside")], 500, "the service failed"),
    ] {
        let failed = service.post("/sync", form);
        assert_eq!(failed.status(), status, "{form:?}");
        assert_eq!(header(&failed, "content-type"), "application/x-votable+xml");
        let text = failed.text().unwrap();
        assert!(text.contains(said) && !text.contains("secret"), "{text}");
        assert!(text.contains("name=\"QUERY_STATUS\" value=\"ERROR\""), "{text}");
    }
    let json = client().post(format!("{}/sync", service.base)).header("content-type", "a/json");
    assert_eq!(json.body("{}").send().unwrap().status(), 415);
    assert!(service.sync("half").text().is_err(), "what broke off looks complete");
}

#[test]
fn uploads() {
    let service = start(&[("limits.upload_bytes", "3MB"), ("limits.query_bytes", "1kB")]);
    let form = |bytes: usize| {
        let part = |byte: &str, name: &str| {
            let part = reqwest::blocking::multipart::Part::bytes(byte.repeat(bytes).into_bytes());
            part.file_name(name.to_owned()).mime_str("application/x-votable+xml").unwrap()
        };
        reqwest::blocking::multipart::Form::new()
            .text("LANG", "ADQL")
            .text("QUERY", "upload")
            .text("UPLOAD", "a,param:x;b,param:y")
            .part("x", part("1", "x.xml"))
            .part("y", part("2", "y.xml"))
    };
    let url = format!("{}/sync", service.base);
    for bytes in [2, 1_200_000] {
        let text = client().post(&url).multipart(form(bytes)).send().unwrap().text().unwrap();
        assert_eq!(text, format!("a={};b={};", "1".repeat(bytes), "2".repeat(bytes)));
    }
    // What is too large is refused, or the connection ends before all of it was sent.
    if let Ok(refused) = client().post(&url).multipart(form(1_600_000)).send() {
        assert_eq!(refused.status(), 413);
    }
    assert_eq!(service.sync(&"x".repeat(2000)).status(), 413);

    let job = client().post(format!("{}/async", service.base)).multipart(form(3)).send().unwrap();
    let job = header(&job, "location").replace(&service.base, "");
    let document = service.text(&job);
    assert!(document.contains("id=\"x\" byReference=\"true\">"), "{document}");
    assert_eq!(invalidities(&document), [""; 0]);
    let part = service.get(&format!("{job}/parameters/y")).send().unwrap();
    assert_eq!(header(&part, "content-disposition"), "attachment");
    assert_eq!(part.text().unwrap(), "222");
    service.post(&format!("{job}/phase"), &[("PHASE", "RUN")]);
    let document = service.text(&format!("{job}?WAIT=20&PHASE=QUEUED"));
    assert!(document.contains("<uws:phase>"), "{document}");
    while service.text(&format!("{job}/phase")) != "COMPLETED" {
        service.text(&format!("{job}?WAIT=5"));
    }
    assert_eq!(service.text(&format!("{job}/results/result")), "a=111;b=222;");
}

/// A host that gives a table at `/t`, and leads elsewhere at `/r?…`.
fn host(status: &'static str) -> std::net::SocketAddr {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut head = [0; 1000];
            let _ = stream.read(&mut head).unwrap();
            let body = "table".repeat(100);
            let length = body.len();
            let _ = write!(
                stream,
                "HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
            );
        }
    });
    address
}

#[test]
fn uploads_by_url() {
    let ask = |service: &Running, url: String| {
        let upload = format!("t,{url}");
        let form = [("LANG", "ADQL"), ("QUERY", "upload"), ("UPLOAD", upload.as_str())];
        let response = service.post("/sync", &form);
        (response.status().as_u16(), response.text().unwrap())
    };
    let good = host("200 OK");
    let (none, all) = (start(&[("upload_hosts", "none")]), start(&[]));
    let one = start(&[("upload_hosts", "127.0.0.1")]);
    let (status, text) = ask(&one, format!("http://{good}/t"));
    assert_eq!((status, text.len()), (200, "t=;".len() + 500), "{text}");
    // Not offered at all; not public; not of that name.
    for (service, url) in [
        (&none, format!("http://{good}/t")),
        (&all, format!("http://{good}/t")),
        (&all, format!("http://localhost:{}/t", good.port())),
        (&all, format!("http://[::ffff:127.0.0.1]:{}/t", good.port())),
        (&one, format!("http://localhost:{}/t", good.port())),
        (&one, format!("http://{}/t", host("404 Not Found"))),
        (&one, format!("http://{}/r", host("302 Found\r\nLocation: http://localhost:1/"))),
    ] {
        let (status, text) = ask(service, url.clone());
        assert_eq!(status, 400, "{url}: {text}");
        assert!(text.contains("S015") && !text.contains("tabletable"), "{url}: {text}");
    }
    let small = start(&[("upload_hosts", "127.0.0.1"), ("limits.upload_bytes", "100")]);
    assert_eq!(ask(&small, format!("http://{good}/t")).0, 413);
    assert!(one.text("/capabilities").contains("#upload-https"));
    assert!(!none.text("/capabilities").contains("#upload-http"));
}

#[test]
fn the_life_of_a_job() {
    let service = start(&[]);
    // No or wrong parameters are no error yet.
    let job = service.create(&[("RunId", "batch"), ("MAXREC", "many")]);
    for (path, expected) in
        [("phase", "PENDING"), ("executionduration", "600"), ("quote", ""), ("owner", "")]
    {
        let part = service.get(&format!("{job}/{path}")).send().unwrap();
        assert!(header(&part, "content-type").starts_with("text/plain"));
        assert_eq!(part.text().unwrap(), expected, "{path}");
    }
    let document = service.text(&job);
    let destruction = service.text(&format!("{job}/destruction"));
    assert!(document.contains(&format!("<uws:destruction>{destruction}<")), "{document}");
    assert!(document.contains("<uws:runId>batch<"), "{document}");
    assert_eq!(invalidities(&document), [""; 0]);
    assert_eq!(invalidities(&service.text("/async")), [""; 0]);
    assert_eq!(invalidities(&service.text("/async/?PHASE=PENDING&LAST=1")), [""; 0]);
    let post = |path: &str, name: &str, value: &str| {
        let response = service.post(&format!("{job}{path}"), &[(name, value)]);
        (response.status().as_u16(), header(&response, "location"))
    };
    let here = format!("{}{job}", service.base);
    assert_eq!(post("/parameters", "QUERY", "rows 2"), (303, here.clone()));
    assert_eq!(post("/executionduration", "EXECUTIONDURATION", "30"), (303, here.clone()));
    assert_eq!(post("/destruction", "DESTRUCTION", "2030-01-01T00:00:00Z").0, 303);
    assert_eq!(post("/destruction", "DESTRUCTION", "soon").0, 400);
    assert_eq!(post("/phase", "PHASE", "FLY").0, 400);
    assert_eq!(post("", "QUERY", "rows 3").0, 400);
    assert_eq!(service.text(&format!("{job}/parameters/QUERY")), "rows 2");
    assert_eq!(service.get(&format!("{job}/error")).send().unwrap().status(), 404);
    assert_eq!(post("/phase", "PHASE", "RUN"), (303, here));
    while service.text(&format!("{job}/phase")) != "ERROR" {
        service.text(&format!("{job}?WAIT=5"));
    }
    let error = service.text(&format!("{job}/error"));
    assert!(error.contains("LANG is missing"), "{error}");
    assert_eq!(service.get(&format!("{job}/results/result")).send().unwrap().status(), 404);
    assert_eq!(post("/phase", "PHASE", "RUN").0, 403);
    assert_eq!(invalidities(&service.text(&job)), [""; 0]);

    let form = [("LANG", "ADQL"), ("QUERY", "rows 2"), ("PHASE", "RUN"), ("FORMAT", "csv")];
    let second = service.create(&form);
    while service.text(&format!("{second}/phase")) != "COMPLETED" {
        service.text(&format!("{second}?WAIT=5"));
    }
    let result = service.get(&format!("{second}/results/result")).send().unwrap();
    assert_eq!(header(&result, "content-type"), "text/csv;header=present");
    assert_eq!(header(&result, "content-length"), "12");
    assert_eq!(result.text().unwrap(), "row 0\nrow 1\n");
    assert_eq!(invalidities(&service.text(&format!("{second}/results"))), [""; 0]);
    assert_eq!(invalidities(&service.text(&format!("{second}/parameters"))), [""; 0]);

    // Both ways to delete.
    let gone = client().delete(format!("{}{second}", service.base)).send().unwrap();
    assert_eq!(
        (gone.status().as_u16(), header(&gone, "location")),
        (303, format!("{}/async", service.base))
    );
    assert_eq!(post("", "ACTION", "DELETE"), (303, format!("{}/async", service.base)));
    for path in [&job, &second, &format!("{second}/phase"), "/async/none", "/nothing"] {
        assert_eq!(service.get(path).send().unwrap().status(), 404, "{path}");
    }

    let third = service.create(&[("LANG", "ADQL"), ("QUERY", "sleep"), ("PHASE", "RUN")]);
    service.text(&format!("{third}?WAIT=2&PHASE=QUEUED"));
    let began = Instant::now();
    service.post(&format!("{third}/phase"), &[("PHASE", "ABORT")]);
    assert_eq!(service.text(&format!("{third}/phase")), "ABORTED");
    service.text(&format!("{third}?WAIT=30"));
    assert!(began.elapsed() < Duration::from_secs(5), "an ended job is waited for");
}

#[test]
fn what_the_service_says_of_itself() {
    let service = start(&[("trust_proxy", "true"), ("cors", "https://page.example")]);
    let proxied = service.get("/capabilities").header("x-forwarded-proto", "https");
    let proxied = proxied.header("x-forwarded-host", "out.example").send().unwrap();
    assert_eq!(header(&proxied, "content-type"), "text/xml; charset=utf-8");
    let text = proxied.text().unwrap();
    assert!(text.contains(">https://out.example/tap</accessURL>"), "{text}");
    for path in
        ["/capabilities", "/availability", "/tables", "/tables?detail=min", "/tables/ivoa.ObsCore"]
    {
        assert_eq!(invalidities(&service.text(path)), [""; 0], "{path}");
    }
    assert_eq!(service.get("/tables?detail=some").send().unwrap().status(), 400);
    assert_eq!(service.get("/tables/none").send().unwrap().status(), 404);
    let examples = service.get("/examples").send().unwrap();
    assert!(header(&examples, "content-type").starts_with("application/xhtml+xml"));
    let head = client().head(format!("{}/tables", service.base)).send().unwrap();
    assert_eq!(head.status(), 200);
    let plain = Client::builder().no_gzip().build().unwrap();
    let asked =
        plain.get(format!("{}/tables", service.base)).header("origin", "https://page.example");
    let packed = asked.header("accept-encoding", "gzip").header("x-request-id", "abc-1");
    let packed = packed.send().unwrap();
    assert_eq!(header(&packed, "content-encoding"), "gzip");
    assert_eq!(header(&packed, "access-control-allow-origin"), "https://page.example");
    assert_eq!(header(&packed, "x-request-id"), "abc-1");
    let root = service.base.trim_end_matches("/tap");
    for (path, said) in [("/livez", "alive"), ("/readyz", "ready")] {
        assert!(
            client().get(format!("{root}{path}")).send().unwrap().text().unwrap().contains(said)
        );
    }
    service.sync("rows 7");
    service.sync("nonsense");
    let metrics = client().get(format!("{root}/metrics")).send().unwrap().text().unwrap();
    for said in [
        "obscore_view_queries_total{mode=\"sync\",ending=\"ok\"} 1",
        "obscore_view_queries_total{mode=\"sync\",ending=\"Q001\"} 1",
        "obscore_view_rows_total 7",
        "obscore_view_requests_total{method=\"POST\",route=\"/tap/sync\",status=\"200\"} 1",
        "obscore_view_queries_running 0",
        "# EOF",
    ] {
        assert!(metrics.contains(said), "{said} is not in {metrics}");
    }
}

#[test]
fn who_may_ask() {
    use std::os::unix::fs::PermissionsExt;
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), "abcdefghijklmnop-1 me\nabcdefghijklmnop-2 you\n").unwrap();
    std::fs::set_permissions(file.path(), PermissionsExt::from_mode(0o600)).unwrap();
    let service = start(&[("tokens", file.path().to_str().unwrap())]);
    let ask = |token: &str| {
        let request = service.get("/sync?LANG=ADQL&QUERY=about");
        let request = if token.is_empty() { request } else { request.bearer_auth(token) };
        request.send().unwrap()
    };
    let refused = ask("");
    assert_eq!(refused.status(), 401);
    assert!(header(&refused, "www-authenticate").starts_with("Bearer"));
    assert_eq!(ask("abcdefghijklmnop-3").status(), 401);
    assert!(ask("abcdefghijklmnop-1").text().unwrap().contains("Some(\"me\")"));
    assert!(service.text("/capabilities").contains("securityMethod"), "open to everybody");
    let url = format!("{}/async", service.base);
    let made = client().post(url).bearer_auth("abcdefghijklmnop-1").send().unwrap();
    let job = header(&made, "location");
    let as_user = |token: &str| client().get(&job).bearer_auth(token).send().unwrap().status();
    assert_eq!(as_user("abcdefghijklmnop-1"), 200);
    assert_eq!(as_user("abcdefghijklmnop-2"), 403);
}

#[test]
fn clients_that_leave_or_dawdle() {
    let service = start(&[
        ("limits.header_time", "300ms"),
        ("limits.stall_time", "500ms"),
        ("limits.sync_time", "1s"),
        ("limits.queries", "1"),
        ("limits.queue_time", "100ms"),
    ]);
    // One that takes too long; a second one finds no place.
    std::thread::scope(|scope| {
        let slow = scope.spawn(|| service.sync("sleep"));
        std::thread::sleep(Duration::from_millis(300));
        assert_eq!(service.sync("rows 1").status(), 503);
        let slow = slow.join().unwrap();
        assert_eq!(slow.status(), 504);
        assert!(slow.text().unwrap().contains("longer than 1 seconds"));
    });
    let wait_for = |what: &str| {
        let began = Instant::now();
        while !service.stopped.swap(false, Ordering::SeqCst) {
            assert!(began.elapsed() < Duration::from_secs(10), "{what}");
            std::thread::sleep(Duration::from_millis(10));
        }
    };
    wait_for("a query goes on after its time");
    // One that hangs up before there is an answer, and one that reads nothing of it.
    for query in ["sleep", "rows%2099999999"] {
        let mut stream = TcpStream::connect(service.address).unwrap();
        write!(stream, "GET /tap/sync?LANG=ADQL&QUERY={query} HTTP/1.1\r\nHost: x\r\n\r\n")
            .unwrap();
        std::thread::sleep(Duration::from_millis(200));
        if query == "sleep" {
            drop(stream);
            wait_for("a query goes on after its client left");
        } else {
            wait_for("a query goes on though nobody reads");
        }
    }
    // Heads and bodies that never end.
    for text in [
        "GET /tap/sync HTTP/1.1\r\nHost:",
        "POST /tap/sync HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\nContent-Type: application/x-www-form-urlencoded\r\n\r\nQUERY=",
    ] {
        let mut stream = TcpStream::connect(service.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        stream.write_all(text.as_bytes()).unwrap();
        let began = Instant::now();
        let mut answer = String::new();
        let _ = stream.read_to_string(&mut answer);
        assert!(began.elapsed() < Duration::from_secs(5), "a slow client is waited for");
        assert!(!answer.contains("200 OK"), "{answer}");
    }
    assert_eq!(service.sync("rows 1").status(), 200);
}

#[test]
fn an_orderly_end() {
    let mut service = start(&[("limits.grace", "10s")]);
    let base = service.base.clone();
    let job = service.create(&[("LANG", "ADQL"), ("QUERY", "x")]);
    let waiting = std::thread::spawn({
        let url = format!("{base}{job}?WAIT=30");
        move || client().get(url).send().unwrap().status()
    });
    std::thread::sleep(Duration::from_millis(300));
    let began = Instant::now();
    service.end.cancel();
    // What is under way is answered; then nobody listens any more.
    assert_eq!(waiting.join().unwrap(), 200);
    let task = service.task.take().unwrap();
    service.runtime.as_ref().unwrap().block_on(task).unwrap();
    assert!(began.elapsed() < Duration::from_secs(5));
    assert!(client().get(format!("{base}/tables")).send().is_err());
}
