//! Uploads over HTTP: in the request, and by URL.
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

use std::fmt::Write as _;
use std::io::{Read, Write};

use running::{Running, start};
use serve_support::http::{client, header};
use serve_support::invalidities;

/// A VOTable of one column with numbers from `first`.
fn numbers(first: usize, count: usize) -> String {
    let mut table =
        "<VOTABLE version=\"1.4\" xmlns=\"http://www.ivoa.net/xml/VOTable/v1.3\"><RESOURCE>\
                     <TABLE><FIELD name=\"n\" datatype=\"int\"/><DATA><TABLEDATA>"
            .to_owned();
    for number in first..first + count {
        let _ = write!(table, "<TR><TD>{number}</TD></TR>");
    }
    table + "</TABLEDATA></DATA></TABLE></RESOURCE></VOTABLE>"
}

#[test]
fn uploads() {
    let service = start(&[("limits.upload_bytes", "3MB"), ("limits.query_bytes", "1kB")]);
    let form = |rows: usize| {
        let part = |first: usize, name: &str| {
            let part = reqwest::blocking::multipart::Part::bytes(numbers(first, rows).into_bytes());
            part.file_name(name.to_owned()).mime_str("application/x-votable+xml").unwrap()
        };
        reqwest::blocking::multipart::Form::new()
            .text("LANG", "ADQL")
            .text("FORMAT", "csv")
            .text("QUERY", "SELECT COUNT(*) AS n, MAX(b.n) AS m FROM TAP_UPLOAD.a AS a JOIN TAP_UPLOAD.b AS b ON a.n + 1 = b.n")
            .text("UPLOAD", "a,param:x;b,param:y")
            .part("x", part(1, "x.xml"))
            .part("y", part(2, "y.xml"))
    };
    let url = format!("{}/sync", service.base);
    // In memory, and larger than what is kept there.
    for rows in [2, 50_000] {
        let text = client().post(&url).multipart(form(rows)).send().unwrap().text().unwrap();
        assert_eq!(text, format!("n,m\r\n{rows},{}\r\n", rows + 1));
    }
    // What is too large is refused, or the connection ends before all of it was sent.
    if let Ok(refused) = client().post(&url).multipart(form(80_000)).send() {
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
    assert_eq!(part.text().unwrap(), numbers(2, 3));
    service.post(&format!("{job}/phase"), &[("PHASE", "RUN")]);
    let document = service.text(&format!("{job}?WAIT=20&PHASE=QUEUED"));
    assert!(document.contains("<uws:phase>"), "{document}");
    service.until(&job, "COMPLETED");
    assert_eq!(service.text(&format!("{job}/results/result")), "n,m\r\n3,4\r\n");
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
            let body = numbers(1, 30);
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
        let query = "SELECT SUM(n) AS s FROM TAP_UPLOAD.t";
        let form =
            [("LANG", "ADQL"), ("FORMAT", "csv"), ("QUERY", query), ("UPLOAD", upload.as_str())];
        let response = service.post("/sync", &form);
        (response.status().as_u16(), response.text().unwrap())
    };
    let good = host("200 OK");
    let (none, all) = (start(&[("upload_hosts", "none")]), start(&[]));
    let one = start(&[("upload_hosts", "127.0.0.1")]);
    let (status, text) = ask(&one, format!("http://{good}/t"));
    assert_eq!((status, text.as_str()), (200, "s\r\n465\r\n"));
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
        assert!(text.contains("S015") && !text.contains("\r\n465"), "{url}: {text}");
    }
    let small = start(&[("upload_hosts", "127.0.0.1"), ("limits.upload_bytes", "100")]);
    assert_eq!(ask(&small, format!("http://{good}/t")).0, 413);
    assert!(one.text("/capabilities").contains("#upload-https"));
    assert!(!none.text("/capabilities").contains("#upload-http"));
}
