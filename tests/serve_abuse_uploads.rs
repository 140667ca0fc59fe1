//! Tables that a service on the open network has to bear, and bodies without end.
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

use std::fmt::Write as _;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use target::Target;

fn votable(inside: &str) -> String {
    format!(
        "<VOTABLE version=\"1.4\" xmlns=\"http://www.ivoa.net/xml/VOTable/v1.3\"><RESOURCE><TABLE>{inside}</TABLE></RESOURCE></VOTABLE>"
    )
}

#[test]
fn uploads() {
    let target = Target::sqlite(&["--limits-upload-bytes", "20MB"]);
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
