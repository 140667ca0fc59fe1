//! VOTables that are cut, damaged or made to hurt: never a panic, never beyond the limits.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::format_collect,
    missing_docs
)]

#[path = "support/ask.rs"]
#[allow(dead_code, reason = "only the dice are needed")]
mod ask;

use std::io::{self, Read};

use ask::Dice;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use obscore_view::diag::Diagnostic;
use obscore_view::votable::read::{Limits, Value, read};

const FIELDS: &str = "<FIELD name='a' datatype='int'><VALUES null='-1'/><DESCRIPTION>é &amp; è\
    </DESCRIPTION></FIELD><FIELD name='b' datatype='char' arraysize='*' xtype='timestamp'/><FIELD name='c' \
    datatype='double' arraysize='2x*' xtype='polygon'/><FIELD name='d' datatype='unicodeChar' \
    arraysize='3x*'/><FIELD name='e' datatype='bit' arraysize='11'/>";

/// The same rows in every serialization.
fn samples() -> Vec<Vec<u8>> {
    let mut bytes = Vec::new();
    for number in 0..4_u8 {
        bytes.extend([0, 0, 0, number, 0, 0, 0, 4, b'2', b'0', b'2', b'0', 0, 0, 0, 2]);
        bytes.extend([1.5_f64.to_be_bytes(), f64::NAN.to_be_bytes()].concat());
        bytes.extend([0, 0, 0, 4, 0, b'a', 0xd8, 0x3d, 0xde, 0x00, 0, b'b', 0xff, 0xe0]);
    }
    let row = bytes.len() / 4;
    let flagged: Vec<u8> = bytes.chunks(row).flat_map(|row| [&[0x10], row].concat()).collect();
    let text = "<TR><TD>1</TD><TD><![CDATA[a<b]]></TD><TD>1 NaN</TD><TD>abcdé&#x1F600;</TD>\
                <TD>10110011010</TD></TR><!-- no --><TR><TD/><TD/><TD/><TD/><TD/></TR>";
    let stream = |bytes: &[u8]| {
        let text = STANDARD.encode(bytes);
        format!("<STREAM encoding='base64'>\n{}\n{}</STREAM>", &text[..60], &text[60..])
    };
    let bodies = [
        format!("<TABLEDATA>{text}</TABLEDATA>"),
        format!("<BINARY>{}</BINARY>", stream(&bytes)),
        format!("<BINARY2>{}</BINARY2>", stream(&flagged)),
    ];
    let mut samples = Vec::new();
    for body in bodies {
        let document = format!(
            "<?xml version='1.0'?><v:VOTABLE version='1.5' xmlns:v='urn:v'><v:RESOURCE><v:TABLE>{FIELDS}\
             <DATA>{body}</DATA></v:TABLE><v:INFO name='x' value='y'/></v:RESOURCE></v:VOTABLE>"
        );
        let prefixed = document.replace("v:", "").replace("xmlns:v", "xmlns");
        samples.push(prefixed.clone().into_bytes());
        let utf16 = prefixed.encode_utf16().flat_map(u16::to_be_bytes);
        samples.push([0xfe, 0xff].into_iter().chain(utf16).collect());
    }
    samples
}

fn limits() -> Limits {
    Limits {
        bytes: 1 << 20,
        rows: 100,
        columns: 20,
        cell: 2000,
        row: 4000,
        item: 4000,
        metadata: 4000,
        depth: 20,
        attributes: 20,
    }
}

/// Reads all; checks what must always hold.
fn attempt(document: impl Read, limits: &Limits) -> Result<Vec<Vec<Value>>, Box<Diagnostic>> {
    let outcome = read(document, "x", limits).and_then(|mut reader| {
        let mut rows = Vec::new();
        let columns = reader.columns().to_vec();
        let outcome = loop {
            match reader.next() {
                None => break Ok(rows),
                Some(Err(error)) => break Err(error),
                Some(Ok(row)) => {
                    assert_eq!(row.len(), columns.len());
                    for (index, value) in row.iter().enumerate() {
                        if let Err(wrong) = columns[index].meaning(value) {
                            assert_eq!(reader.reject(index, wrong).code, "V008");
                        }
                    }
                    rows.push(row);
                }
            }
        };
        assert!(reader.next().is_none(), "it goes on after its end");
        outcome
    });
    match &outcome {
        Ok(rows) => assert!(rows.len() as u64 <= limits.rows),
        Err(error) => {
            assert!(error.code.starts_with('V'));
            assert!(error.location().is_some());
            assert!(error.render(false).len() < 4000, "{}", error.render(false));
        }
    }
    outcome
}

#[test]
fn cut_anywhere() {
    let mut cuts = 0;
    for sample in samples() {
        assert!(attempt(sample.as_slice(), &limits()).is_ok_and(|rows| rows.len() > 1));
        for length in 0..sample.len() {
            let rows = attempt(&sample[..length], &limits());
            assert!(
                rows.is_err(),
                "nobody notices that {length} bytes of {} are all",
                sample.len()
            );
            cuts += 1;
        }
    }
    assert!(cuts > 5000, "{cuts}");
}

#[test]
fn damaged_anyhow() {
    let pieces: [&[u8]; 22] = [
        b"<",
        b">",
        b"&",
        b"\0",
        b"\xff",
        b"</TD>",
        b"<TD>",
        b"<TR>",
        b"<![CDATA[",
        b"]]>",
        b"<!--",
        b"-->",
        b"&lt;",
        b"&#xD800;",
        b"='",
        b"*",
        b"4294967295",
        b"/////w==",
        b"<!DOCTYPE a [",
        b"<FIELD ",
        b"xmlns:a='",
        b"\xf0\x9f\x98",
    ];
    let samples = samples();
    let mut dice = Dice::new(0x5eed);
    let (mut read, mut refused) = (0, 0);
    for _ in 0..12_000 {
        let mut document = samples[dice.roll(samples.len())].clone();
        for _ in 0..=dice.roll(4) {
            let at = dice.roll(document.len());
            match dice.roll(4) {
                0 => document[at] = u8::try_from(dice.roll(256)).unwrap(),
                1 => drop(document.drain(at..(at + dice.roll(40)).min(document.len()))),
                2 => {
                    let piece = pieces[dice.roll(pieces.len())];
                    document.splice(at..at, piece.iter().copied());
                }
                _ => {
                    let end = (at + dice.roll(200)).min(document.len());
                    let copy = document[at..end].to_vec();
                    document.splice(at..at, copy);
                }
            }
            if document.is_empty() {
                document.push(b'<');
            }
        }
        match attempt(document.as_slice(), &limits()) {
            Ok(_) => read += 1,
            Err(_) => refused += 1,
        }
    }
    assert!(read > 100 && refused > 5000, "{read} were read, {refused} refused");
}

/// A beginning, then the same bytes for ever; counts what was asked for.
struct Endless<'a> {
    head: &'a [u8],
    again: &'a [u8],
    at: usize,
    total: u64,
}

impl Read for Endless<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        for byte in out.iter_mut() {
            *byte = match self.head.get(self.at) {
                Some(byte) => *byte,
                None => self.again[(self.at - self.head.len()) % self.again.len()],
            };
            self.at += 1;
        }
        self.total += out.len() as u64;
        Ok(out.len())
    }
}

#[test]
fn endless_documents() {
    let open = |fields: &str, data: &str| format!("<VOTABLE><RESOURCE><TABLE>{fields}<DATA>{data}");
    let int = "<FIELD name='n' datatype='int'/>";
    let text = "<FIELD name='n' datatype='char' arraysize='*'/>";
    let stream = "<BINARY><STREAM encoding='base64'>";
    let cases: Vec<(String, &str)> = vec![
        (String::new(), " "),
        (String::new(), "<!---->"),
        (String::new(), "<?x?>"),
        ("<VOTABLE a='".into(), "x"),
        ("<VOTABLE".into(), " a='x'"),
        ("<VOTABLE".into(), " xmlns:a='x'"),
        ("<".into(), "x"),
        ("<!DOCTYPE ".into(), "x"),
        ("<!DOCTYPE a [".into(), "<!ENTITY a 'a'>"),
        ("<VOTABLE><!--".into(), "x"),
        ("<VOTABLE>".into(), "<RESOURCE>"),
        ("<VOTABLE>".into(), "<GROUP/>"),
        ("<VOTABLE><RESOURCE><TABLE>".into(), int),
        ("<VOTABLE><RESOURCE><TABLE>".into(), "<FIELD name='n' datatype='int'><VALUES ID='"),
        ("<VOTABLE><RESOURCE><TABLE><DESCRIPTION>".into(), "x"),
        ("<VOTABLE><RESOURCE><TABLE><DESCRIPTION>".into(), "x<a/>"),
        ("<VOTABLE><RESOURCE><TABLE><FIELD name='n' datatype='int'>".into(), "<VALUES ID='a'/>"),
        ("<VOTABLE><RESOURCE type='meta'><TABLE>".into(), "x"),
        (open(int, "<TABLEDATA>"), "<TR><TD>1</TD></TR>"),
        (open(int, "<TABLEDATA>"), "\n"),
        (open(int, "<TABLEDATA><TR>"), "<TD/>"),
        (open(int, "<TABLEDATA><TR><TD>"), " "),
        (open(text, "<TABLEDATA><TR><TD>"), "x"),
        (open(text, "<TABLEDATA><TR><TD>"), "&amp;"),
        (open(text, "<TABLEDATA><TR><TD>"), "&"),
        (open(text, "<TABLEDATA><TR><TD>"), "<![CDATA[x]]>"),
        (open(text, "<TABLEDATA><TR><TD>&"), "x"),
        (open(int, stream), "AAAA"),
        (open(text, stream), "////"),
        (open(text, stream), " "),
        (open(text, stream), "&#10;"),
        (open(int, stream), "<!---->"),
        (open(int, "<TABLEDATA/></DATA></TABLE>"), "<INFO name='a' value='b'/>"),
        (open(int, "<TABLEDATA/></DATA></TABLE></RESOURCE></VOTABLE>"), " "),
    ];
    let limits = limits();
    let most = limits.bytes + (64 << 10);
    for (head, again) in &cases {
        let (head, again) = (head.as_bytes(), again.as_bytes());
        let mut endless = Endless { head, again, at: 0, total: 0 };
        let error = attempt(&mut endless, &limits).unwrap_err();
        let shown = String::from_utf8_lossy(head);
        assert!(endless.total <= most, "{shown}: {} bytes were read", endless.total);
        assert!(
            error.code == "V011" || endless.total < 200 << 10,
            "{shown}: {}",
            error.render(false)
        );
    }
}

#[test]
fn bombs() {
    let laughs: String = (1..10)
        .map(|level| {
            let parts = format!("&l{};", level - 1).repeat(10);
            format!("<!ENTITY l{level} \"{parts}\">")
        })
        .collect();
    let body = "<VOTABLE><RESOURCE><TABLE><FIELD name='a' datatype='char' arraysize='*'/><DATA><TABLEDATA>\
                <TR><TD>&l9;</TD></TR></TABLEDATA></DATA></TABLE></RESOURCE></VOTABLE>";
    for doctype in [
        format!("<!DOCTYPE VOTABLE [<!ENTITY l0 \"ha\">{laughs}]>"),
        "<!DOCTYPE VOTABLE [<!ENTITY l9 SYSTEM \"file:///etc/passwd\">]>".to_owned(),
        "<!DOCTYPE VOTABLE [<!ENTITY % x SYSTEM \"http://localhost:9/x.dtd\"> %x;]>".to_owned(),
        "<!DOCTYPE VOTABLE SYSTEM \"http://localhost:9/x.dtd\">".to_owned(),
    ] {
        let document = format!("{doctype}{body}");
        let error = attempt(document.as_bytes(), &Limits::default()).unwrap_err();
        assert_eq!(error.code, "V004", "{}", error.render(false));
    }
    let include = body.replace(
        "&l9;",
        "</TD></TR><xi:include xmlns:xi='http://www.w3.org/2001/XInclude' href='file:///etc/passwd'/><TR><TD>",
    );
    assert_eq!(attempt(include.as_bytes(), &Limits::default()).unwrap_err().code, "V012");
}
