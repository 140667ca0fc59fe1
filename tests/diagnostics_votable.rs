//! Every diagnostic of family V as a user sees it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs
)]

mod votable_support;

use std::collections::BTreeSet;
use std::io::{self, Read};

use obscore_view::diag::{CODES, Diagnostic};
use obscore_view::votable::read::{Limits, read};
use votable_support::{attempt, binary, table};

/// Hands out some bytes, then fails.
struct Broken(&'static [u8]);

impl Read for Broken {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        match self.0.read(out)? {
            0 => Err(io::Error::new(io::ErrorKind::ConnectionReset, "connection reset")),
            length => Ok(length),
        }
    }
}

/// Documents that are refused, and what is refused about them.
#[expect(clippy::too_many_lines, reason = "a list")]
fn refused() -> Vec<(&'static str, Vec<u8>)> {
    let int = "<FIELD name=\"n\" datatype=\"int\"/>";
    let rows = |inside: &str| table(int, &format!("<TABLEDATA>{inside}</TABLEDATA>")).into_bytes();
    let field = |field: &str| table(field, "").into_bytes();
    let resource =
        |inside: &str| format!("<VOTABLE><RESOURCE>{inside}</RESOURCE></VOTABLE>").into_bytes();
    let long = "x".repeat(300);
    let laughs = "<!DOCTYPE VOTABLE [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;&a;\">]>\n<VOTABLE/>";
    let laughs = laughs.as_bytes().to_vec();
    let mut utf16 = vec![0xff, 0xfe];
    utf16.extend("<VOTABLE/>".encode_utf16().flat_map(u16::to_le_bytes));
    utf16.extend([0x00, 0xd8, 0x20, 0x00]);
    let padded = format!("<TR>{}<TD>1</TD><TD>1</TD></TR>", "<!-- é -->".repeat(30));
    vec![
        ("cut", table(int, "<TABLEDATA><TR><TD>1").into_bytes()[..160].to_vec()),
        ("tags_cross", rows("<TR><TD>1</TR></TD>")),
        ("open_tag", b"<VOTABLE><RESOURCE".to_vec()),
        ("text_outside", b"<VOTABLE/>\nhello".to_vec()),
        ("two_roots", [table(int, ""), table(int, "")].concat().into_bytes()),
        ("control_character", rows("<TR><TD>\u{1}</TD></TR>")),
        ("attribute_twice", field("<FIELD name='a' name='b' datatype='int'/>")),
        ("prefix", b"<v:VOTABLE/>".to_vec()),
        ("lone_ampersand", rows("<TR><TD>1 & 2</TD></TR>")),
        ("html", b"<!DOCTYPE html>\n<html><body>Not found</body></html>".to_vec()),
        ("empty", Vec::new()),
        ("version_two", b"<VOTABLE version='2.0'/>".to_vec()),
        ("encoding", b"<?xml version='1.0' encoding='Shift_JIS'?><VOTABLE/>".to_vec()),
        (
            "not_utf8",
            rows("<TR><TD>1</TD></TR>")
                .iter()
                .map(|b| if *b == b'1' { 0xe9 } else { *b })
                .collect(),
        ),
        ("not_utf16", utf16),
        ("billion_laughs", laughs),
        ("entity", rows("<TR><TD>&xxe;</TD></TR>")),
        ("entity_in_attribute", field("<FIELD name='&xxe;' datatype='int'/>")),
        ("character", rows("<TR><TD>&#0;</TD></TR>")),
        ("no_table", b"<VOTABLE><RESOURCE/></VOTABLE>".to_vec()),
        ("no_columns", resource("<TABLE/>")),
        ("only_meta", table(int, "").replace("results", "meta").into_bytes()),
        ("no_name", field("<FIELD datatype='int'/>")),
        ("no_datatype", field("<FIELD name='a'/>")),
        ("datatype", field("<FIELD name='a' datatype='string'/>")),
        ("misspelt_datatype", field("<FIELD name='a' datatype='doubel'/>")),
        ("arraysize", field("<FIELD name='a' datatype='int' arraysize='*x2'/>")),
        ("fits", table(int, "<FITS><STREAM href='x.fits'/></FITS>").into_bytes()),
        ("parquet", table(int, "<PARQUET type='x'/>").into_bytes()),
        (
            "elsewhere",
            table(int, "<BINARY2><STREAM href='file:///etc/passwd'/></BINARY2>").into_bytes(),
        ),
        ("gzip", table(int, "<BINARY2><STREAM encoding='gzip'>x</STREAM></BINARY2>").into_bytes()),
        ("not_int", rows("<TR><TD>1</TD></TR>\n<TR><TD>1.5</TD></TR>")),
        ("not_int_far", rows(&format!("<!-- {long} --><TR><TD>many</TD></TR>"))),
        (
            "short_range",
            table(
                "<FIELD name='s' datatype='short'/>",
                "<TABLEDATA><TR><TD>40000</TD></TR></TABLEDATA>",
            )
            .into_bytes(),
        ),
        (
            "boolean",
            table(
                "<FIELD name='b' datatype='boolean'/>",
                "<TABLEDATA><TR><TD>yes</TD></TR></TABLEDATA>",
            )
            .into_bytes(),
        ),
        (
            "elements",
            table(
                "<FIELD name='p' datatype='double' arraysize='2'/>",
                "<TABLEDATA><TR><TD>1 2 3</TD></TR></TABLEDATA>",
            )
            .into_bytes(),
        ),
        (
            "complex",
            table(
                "<FIELD name='z' datatype='floatComplex'/>",
                "<TABLEDATA><TR><TD>1</TD></TR></TABLEDATA>",
            )
            .into_bytes(),
        ),
        (
            "bytes_not_ascii",
            binary("BINARY", "<FIELD name='c' datatype='char' arraysize='2'/>", &[0xff, 0xfe])
                .into_bytes(),
        ),
        (
            "bytes_not_boolean",
            binary("BINARY", "<FIELD name='c' datatype='boolean'/>", b"x").into_bytes(),
        ),
        ("too_few", rows("<TR></TR>")),
        ("too_many", rows(&padded)),
        (
            "not_base64",
            table(int, "<BINARY><STREAM encoding='base64'>AAAA\n!AAA</STREAM></BINARY>")
                .into_bytes(),
        ),
        (
            "base64_odd",
            table(int, "<BINARY><STREAM encoding='base64'>AAAAA</STREAM></BINARY>").into_bytes(),
        ),
        ("cut_row", binary("BINARY", int, &[0, 0, 0, 1, 0]).into_bytes()),
        (
            "no_bytes",
            binary("BINARY", "<FIELD name='c' datatype='char' arraysize='0'/>", b"xxx")
                .into_bytes(),
        ),
        (
            "count_of_4_billion",
            binary("BINARY", "<FIELD name='c' datatype='char' arraysize='*'/>", &[255; 9])
                .into_bytes(),
        ),
        ("array_of_4_billion", field("<FIELD name='a' datatype='double' arraysize='4000000000'/>")),
        (
            "array_beyond_counting",
            field("<FIELD name='a' datatype='double' arraysize='4000000000x4000000000'/>"),
        ),
        ("rows", rows(&"<TR><TD>1</TD></TR>".repeat(6))),
        ("columns", field(&int.repeat(6))),
        ("deep", resource(&"<GROUP>".repeat(40))),
        (
            "attributes",
            field(&format!(
                "<FIELD {}/>",
                (0..40).map(|i| format!("a{i}='' ")).collect::<String>()
            )),
        ),
        ("comment", rows(&format!("<!--{}-->", long.repeat(10)))),
        (
            "cell",
            table(
                "<FIELD name='c' datatype='char' arraysize='*'/>",
                &format!("<TABLEDATA><TR><TD>{long}&amp;{long}</TD></TR></TABLEDATA>"),
            )
            .into_bytes(),
        ),
        (
            "row",
            table(
                &"<FIELD name='c' datatype='char' arraysize='*'/>".repeat(3),
                &format!(
                    "<TABLEDATA><TR>{}</TR></TABLEDATA>",
                    format!("<TD>{long}</TD>").repeat(3)
                ),
            )
            .into_bytes(),
        ),
        (
            "descriptions",
            field(&format!(
                "<FIELD name='a' datatype='int'><DESCRIPTION>{}</DESCRIPTION></FIELD>",
                format!("{long}<!---->").repeat(5)
            )),
        ),
        ("bytes", [b"<VOTABLE>".to_vec(), b"<INFO/>".repeat(3000)].concat()),
        ("columns_of_another", resource("<TABLE ref='t'/>")),
        ("td_in_tabledata", rows("<TD>1</TD>")),
        ("text_in_row", rows("<TR>1</TR>")),
        ("markup_in_cell", rows("<TR><TD>1<b/></TD></TR>")),
        ("no_stream", table(int, "<BINARY/>").into_bytes()),
        (
            "tag_in_stream",
            table(int, "<BINARY><STREAM encoding='base64'>AAAA<TR/></STREAM></BINARY>")
                .into_bytes(),
        ),
    ]
}

#[test]
fn diagnostics() {
    let limits = Limits {
        bytes: 16 << 10,
        rows: 5,
        columns: 5,
        cell: 500,
        row: 800,
        item: 2000,
        metadata: 1000,
        depth: 20,
        attributes: 20,
    };
    let mut seen = BTreeSet::new();
    let mut shown = |name: &str, diagnostic: &Diagnostic| {
        assert!(!diagnostic.message.ends_with('.'), "{name}: {}", diagnostic.message);
        assert!(diagnostic.location().is_some(), "{name} has no place");
        seen.insert(diagnostic.code);
        let location = diagnostic.location().unwrap();
        let text = format!("{location}\n{}", diagnostic.render(false));
        insta::assert_snapshot!(format!("{}_{name}", diagnostic.code), text);
    };
    for (name, document) in refused() {
        match attempt(&document, &limits) {
            Ok(rows) => panic!("{name} is read: {rows:?}"),
            Err(error) => shown(name, &error),
        }
    }
    let broken = Broken(b"<VOTABLE>\n<RESOURCE>");
    shown("broken", &read(broken, "upload.xml", &limits).err().unwrap());
    let wanted: BTreeSet<&str> = CODES
        .iter()
        .copied()
        .flatten()
        .map(|code| code.code)
        .filter(|c| c.starts_with('V'))
        .collect();
    assert_eq!(seen, wanted);
}
