//! The service over HTTP, asked by a client that nobody here wrote, on real registries.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs
)]

#[path = "serve_support/running.rs"]
mod running;
mod serve_support;
mod support;

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use reqwest::blocking::Client;
use running::{start, start_on};
use serve_support::http::{SLOW, client, header};
use serve_support::invalidities;
use support::postgres::Cluster;
use support::survey::Survey;

/// Rows enough to fill every buffer.
const MANY: &str =
    "SELECT a.run, b.run AS other, b.ingest_date FROM butler.dataset AS a, butler.dataset AS b";

fn encoded(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

#[test]
fn queries() {
    let service = start(&[]);
    let names = "SELECT TOP 3 table_name FROM TAP_SCHEMA.tables WHERE schema_name = 'TAP_SCHEMA' ORDER BY table_name";
    let form = [("LANG", "ADQL"), ("QUERY", names)];
    let done = service.post("/sync", &form);
    assert_eq!(done.status(), 200);
    assert_eq!(header(&done, "content-type"), "application/x-votable+xml;serialization=binary2");
    assert!(header(&done, "server").starts_with("obscore-view/"));
    assert_eq!(
        service.csv(names),
        "TAP_SCHEMA.columns\r\nTAP_SCHEMA.key_columns\r\nTAP_SCHEMA.keys\r\n"
    );
    let get = |lang: &str, query: &str| {
        let query = encoded(query);
        let path = format!("/sync?lang={lang}&query={query}&MaxRec=5&FORMAT=csv&DUMMY=1&REQUEST=x");
        service.get(&path).send().unwrap()
    };
    let done = get("ADQL-2.0", "SELECT id FROM butler.visit");
    assert_eq!(header(&done, "content-type"), "text/csv;header=present");
    assert_eq!(done.text().unwrap().lines().count(), 6);
    // The version is the one that was asked for.
    let newer = "SELECT id FROM butler.visit ORDER BY id OFFSET 1";
    assert_eq!(get("ADQL-2.0", newer).status(), 400);
    assert_eq!(get("ADQL-2.1", newer).text().unwrap().lines().count(), 6);
    // An answer that is larger than any buffer.
    let large = [("LANG", "ADQL"), ("FORMAT", "csv"), ("MAXREC", "300000"), ("QUERY", MANY)];
    assert_eq!(service.post("/sync", &large).text().unwrap().lines().count(), 300_001);
    for (form, status, said) in [
        (&[("LANG", "ADQL")][..], 400, "QUERY is missing"),
        (&[("LANG", "SQL"), ("QUERY", "x")], 400, "`SQL` is unknown"),
        (&[("LANG", "ADQL"), ("QUERY", "x"), ("query", "y")], 400, "more than once"),
        (&[("LANG", "ADQL"), ("QUERY", "x"), ("MAXREC", "-1")], 400, "MAXREC cannot be"),
        (&[("LANG", "ADQL"), ("QUERY", "SELECT \"<no>\" FROM ivoa.ObsCore")], 400, "&lt;no&gt;"),
    ] {
        let failed = service.post("/sync", form);
        assert_eq!(failed.status(), status, "{form:?}");
        assert_eq!(header(&failed, "content-type"), "application/x-votable+xml");
        let text = failed.text().unwrap();
        assert!(text.contains(said), "{text}");
        assert!(text.contains("name=\"QUERY_STATUS\" value=\"ERROR\""), "{text}");
    }
    let json = client().post(format!("{}/sync", service.base)).header("content-type", "a/json");
    assert_eq!(json.body("{}").send().unwrap().status(), 415);
}

#[test]
fn a_database_that_goes_away() {
    let cluster = Cluster::start();
    let service = start_on(Survey::newest().postgres(&cluster), &[]);
    let port = cluster.port().to_string();
    // In the middle of an answer, which ends as a legal document that says so.
    let form = format!("LANG=ADQL&FORMAT=votable/td&MAXREC=9000000&QUERY={}", encoded(MANY));
    let kind = "Content-Type: application/x-www-form-urlencoded";
    let mut stream = TcpStream::connect(service.address()).unwrap();
    let length = form.len();
    write!(stream, "POST /tap/sync HTTP/1.0\r\n{kind}\r\nContent-Length: {length}\r\n\r\n{form}")
        .unwrap();
    let mut text = vec![0; 50_000];
    stream.read_exact(&mut text).unwrap();
    cluster.psql(
        "postgres",
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'obscore-view %'",
    );
    stream.read_to_end(&mut text).unwrap();
    let text = String::from_utf8(text).unwrap();
    let (head, document) = text.split_once("\r\n\r\n").unwrap();
    assert!(head.contains(" 200 OK"), "{head}");
    let tail = document.rsplit("</TABLE>").next().unwrap();
    assert!(tail.contains("value=\"ERROR\"") && tail.ends_with("</VOTABLE>\n"), "{tail}");
    assert!(!tail.contains(&port) && !tail.contains("127.0.0.1"), "{tail}");
    assert_eq!(service.csv("SELECT COUNT(*) AS n FROM butler.visit").lines().count(), 1);

    drop(cluster);
    let failed = service.sync("SELECT COUNT(*) AS n FROM butler.visit");
    assert!(failed.status().is_server_error(), "{}", failed.status());
    let text = failed.text().unwrap();
    assert!(text.contains("the service failed") && !text.contains(&port), "{text}");
    assert!(service.log().contains(&port), "the operator is not told: {}", service.log());
    assert!(service.text("/availability").contains("<vosi:available>false<"));
    assert!(service.beside("/readyz").contains("does not answer"));
    assert!(service.beside("/livez").contains("alive"));
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
    assert_eq!(
        post("/parameters", "QUERY", "SELECT TOP 2 id FROM butler.visit"),
        (303, here.clone())
    );
    assert_eq!(post("/executionduration", "EXECUTIONDURATION", "30"), (303, here.clone()));
    assert_eq!(post("/destruction", "DESTRUCTION", "2030-01-01T00:00:00Z").0, 303);
    assert_eq!(post("/destruction", "DESTRUCTION", "soon").0, 400);
    assert_eq!(post("/phase", "PHASE", "FLY").0, 400);
    assert_eq!(post("", "QUERY", "SELECT 3").0, 400);
    assert_eq!(
        service.text(&format!("{job}/parameters/QUERY")),
        "SELECT TOP 2 id FROM butler.visit"
    );
    assert_eq!(service.get(&format!("{job}/error")).send().unwrap().status(), 404);
    assert_eq!(post("/phase", "PHASE", "RUN"), (303, here));
    service.until(&job, "ERROR");
    let error = service.text(&format!("{job}/error"));
    assert!(error.contains("LANG is missing"), "{error}");
    assert_eq!(service.get(&format!("{job}/results/result")).send().unwrap().status(), 404);
    assert_eq!(post("/phase", "PHASE", "RUN").0, 403);
    assert_eq!(invalidities(&service.text(&job)), [""; 0]);

    let query =
        "SELECT TOP 2 table_name FROM TAP_SCHEMA.tables WHERE table_name LIKE 'TAP%' ORDER BY 1";
    let second = service.start(query);
    while service.text(&format!("{second}/phase")) != "COMPLETED" {
        service.text(&format!("{second}?WAIT=5"));
    }
    let answer = "table_name\r\nTAP_SCHEMA.columns\r\nTAP_SCHEMA.key_columns\r\n";
    let result =
        service.get(&format!("{second}/results/result")).header("accept-encoding", "identity");
    let result = result.send().unwrap();
    assert_eq!(header(&result, "content-type"), "text/csv;header=present");
    assert_eq!(header(&result, "content-length"), answer.len().to_string());
    assert_eq!(result.text().unwrap(), answer);
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

    let third = service.start(SLOW);
    service.until(&third, "EXECUTING");
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
    for (path, said) in [("/livez", "alive"), ("/readyz", "ready")] {
        assert!(service.beside(path).contains(said));
    }
    service.csv("SELECT TOP 7 id FROM butler.visit");
    service.sync("SELECT nothing FROM butler.visit");
    service.is_idle("a query goes on");
    let metrics = service.beside("/metrics");
    for said in [
        "obscore_view_queries_total{mode=\"sync\",ending=\"ok\"} 1",
        "obscore_view_queries_total{mode=\"sync\",ending=\"Q103\"} 1",
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
        let request =
            service.get("/sync?LANG=ADQL&FORMAT=csv&QUERY=SELECT+TOP+1+id+FROM+butler.visit");
        let request = if token.is_empty() { request } else { request.bearer_auth(token) };
        request.send().unwrap()
    };
    let refused = ask("");
    assert_eq!(refused.status(), 401);
    assert!(header(&refused, "www-authenticate").starts_with("Bearer"));
    assert_eq!(ask("abcdefghijklmnop-3").status(), 401);
    // Wherever somebody is refused, the way in is told.
    for path in
        ["/", "/resolve?ID=x", "/sia/query", "/datalink/links?ID=x", "/files/x", "/soda/sync"]
    {
        let answer = client().get(service.base.replace("/tap", path)).send().unwrap();
        assert_eq!(answer.status(), 401, "{path}");
        assert!(header(&answer, "www-authenticate").starts_with("Bearer"), "{path}");
    }
    assert_eq!(ask("abcdefghijklmnop-1").text().unwrap().lines().count(), 2);
    assert!(service.log().contains("owner=\"me\""), "{}", service.log());
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
        ("limits.sync_time", "2s"),
        ("limits.queries", "1"),
        ("limits.queue_time", "100ms"),
    ]);
    // One that takes too long; a second one finds no place.
    std::thread::scope(|scope| {
        let slow = scope.spawn(|| service.sync(SLOW));
        std::thread::sleep(Duration::from_millis(500));
        assert_eq!(service.sync("SELECT id FROM butler.visit").status(), 503);
        let slow = slow.join().unwrap();
        assert_eq!(slow.status(), 504);
        assert!(slow.text().unwrap().contains("longer than 2 seconds"));
    });
    service.is_idle("a query goes on after its time");
    // One that hangs up before there is an answer, and one that reads nothing of it.
    for query in [SLOW, MANY] {
        let mut stream = TcpStream::connect(service.address()).unwrap();
        let most = "MAXREC=9000000";
        let query = encoded(query);
        write!(stream, "GET /tap/sync?LANG=ADQL&{most}&QUERY={query} HTTP/1.1\r\nHost: x\r\n\r\n")
            .unwrap();
        std::thread::sleep(Duration::from_millis(300));
        assert!(service.beside("/metrics").contains("obscore_view_queries_running 1"));
        let began = Instant::now();
        if query == encoded(SLOW) {
            drop(stream);
            service.is_idle("a query goes on after its client left");
        } else {
            service.is_idle("a query goes on though nobody reads");
        }
        assert!(began.elapsed() < Duration::from_secs(5));
    }
    // Heads and bodies that never end.
    for text in [
        "GET /tap/sync HTTP/1.1\r\nHost:",
        "POST /tap/sync HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\nContent-Type: application/x-www-form-urlencoded\r\n\r\nQUERY=",
    ] {
        let mut stream = TcpStream::connect(service.address()).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        stream.write_all(text.as_bytes()).unwrap();
        let began = Instant::now();
        let mut answer = String::new();
        let _ = stream.read_to_string(&mut answer);
        assert!(began.elapsed() < Duration::from_secs(5), "a slow client is waited for");
        assert!(!answer.contains("200 OK"), "{answer}");
    }
    assert_eq!(service.sync("SELECT id FROM butler.visit").status(), 200);
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
    service.tell_to_end();
    // What is under way is answered; then nobody listens any more.
    assert_eq!(waiting.join().unwrap(), 200);
    assert!(service.service.ended(Duration::from_secs(10)).success());
    assert!(began.elapsed() < Duration::from_secs(5));
    assert!(client().get(format!("{base}/tables")).send().is_err());
}
