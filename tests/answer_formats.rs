//! Names of formats, and what documents say around their rows.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    clippy::assigning_clones
)]

mod answer_support;
#[path = "support/ask.rs"]
mod ask;
#[path = "answer_support/small.rs"]
mod small;

use std::path::Path;
use std::process::Command;

use answer_support::{Cell, Data, about, batch, write};
use obscore_view::catalog::Type;
use obscore_view::stream::Status;
use obscore_view::stream::answer::{Format, OFFERS};
use obscore_view::votable::{Serialization, Version};
use serde_json::json;
use small::{VOTABLES, as_text, column, read, small, text, votable, written};

#[test]
fn csv_and_tsv_byte_by_byte() {
    let csv = as_text(Format::Csv { header: true }, &Status::Complete);
    let wanted = "obs_id,calib_level,t_min,s_pos,t,access_url\r\n\
                  \"a,\"\"é\"\"\nb\",2,59000.5,12.5 -45,1970-01-01T00:00:00.000001,https://h/x?a=1&b\r\n\
                  ,,,,,\r\n\
                  \"\",-32768,NaN,0 90,1969-12-31T23:59:59.999999,javascript:x\r\n";
    assert_eq!(csv, wanted);
    let bare = as_text(Format::Csv { header: false }, &Status::Overflow);
    assert_eq!(bare, wanted.split_once("\r\n").unwrap().1);
    let tsv = as_text(Format::Tsv, &Status::Error("broken".into()));
    let wanted = "obs_id\tcalib_level\tt_min\ts_pos\tt\taccess_url\n\
                  a,\"é\" b\t2\t59000.5\t12.5 -45\t1970-01-01T00:00:00.000001\thttps://h/x?a=1&b\n\
                  \t\t\t\t\t\n\
                  \t-32768\tNaN\t0 90\t1969-12-31T23:59:59.999999\tjavascript:x\n";
    assert_eq!(tsv, wanted);
    // No row may be lost where readers pass over empty lines.
    let one = [column("a", Type::Integer, vec![Cell::Null, Cell::Int(1), Cell::Null])];
    assert_eq!(
        written(Format::Csv { header: true }, &one, &Status::Complete),
        b"a\r\n\"\"\r\n1\r\n\"\"\r\n"
    );
}

#[test]
fn text_is_aligned_and_harmless() {
    let mut data = vec![
        column("n", Type::Integer, vec![Cell::Int(5), Cell::Int(12345), Cell::Null]),
        column("name", Type::Unicode, vec![text("a\u{1b}[31mé"), text("x"), text("longer")]),
    ];
    let shown = |data: &[Data], status: &Status| {
        String::from_utf8(written(Format::Text, data, status)).unwrap()
    };
    let wanted = "n      name\n\
                  -----  -------\n\u{20}   \
                  5  a\u{fffd}[31mé\n\
                  12345  x\n\u{20}      longer\nThere are more rows than these.\n";
    assert_eq!(shown(&data, &Status::Overflow), wanted);
    data.iter_mut().for_each(|data| data.cells.clear());
    assert_eq!(shown(&data, &Status::Complete), "n  name\n-  ----\n");
    assert!(shown(&data, &Status::Error("no\nmore".into())).ends_with("Error: no more\n"));
}

#[test]
fn pages_escape_and_link() {
    let page = as_text(Format::Html, &Status::Error("<b>".into()));
    assert!(page.contains("<a href=\"https://h/x?a=1&amp;b\">https://h/x?a=1&amp;b</a>"), "{page}");
    assert!(page.contains("<td>javascript:x</td>"));
    assert!(page.contains("title=\"Begin &lt;UTC&gt;\">t_min<small>d</small>"));
    assert!(page.contains("WHERE a &lt; 'b' &amp; é"));
    assert!(page.contains(
        "<p class=\"ending\">3 rows before the error</p>\n<pre class=\"error\" role=\"alert\">&lt;b&gt;</pre>"
    ));
}

/// BINARY says where a value reads as NULL.
#[test]
fn binary_admits_what_it_cannot_tell() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("x");
    let data = [
        column("lowest", Type::Short, vec![Cell::Int(-32768)]),
        column("other", Type::Short, vec![Cell::Int(1)]),
    ];
    write(votable(Serialization::Binary), about(&data), &[batch(&data)], &Status::Complete, &file)
        .unwrap();
    let answer = &read(&[("votable", file)])[0];
    assert_eq!(answer["rows"], json!([[null, "i1"]]));
    assert_eq!(answer["notes"]["null"], json!([true, true]));
    let warnings =
        answer["notes"]["resource"].as_array().unwrap().iter().filter(|info| info[0] == "warning");
    assert_eq!(warnings.map(|info| info[1].as_str().unwrap()).collect::<Vec<_>>(), ["lowest"]);
}

fn votlint(file: &Path) -> String {
    let run = Command::new("stilts").args(["votlint", "ucd=true", "unit=true"]).arg(file).output();
    let run = run.expect("STILTS is needed: apt-get install stilts");
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    String::from_utf8_lossy(&run.stdout).into_owned() + &String::from_utf8_lossy(&run.stderr)
}

#[test]
fn stilts_finds_nothing_to_complain_about() {
    let folder = tempfile::tempdir().unwrap();
    let mut data = small();
    // votlint wants fixed arrays in full; there is no other NULL for them.
    data[3].cells[1] = Cell::List("1 2".into(), vec![]);
    for serialization in VOTABLES {
        // Debian's STILTS does not know 1.5.
        for status in [Status::Complete, Status::Error("x".into())] {
            let version = Version::V1_4;
            let file = folder.path().join("x.vot");
            let format = Format::VoTable { serialization, version };
            write(format, about(&data), &[batch(&data)], &status, &file).unwrap();
            assert_eq!(votlint(&file), "", "{format:?}");
        }
    }
}

#[test]
fn stilts_reads_fits_and_parquet_names() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("x.fits");
    write(Format::Fits, about(&small()), &[batch(&small())], &Status::Complete, &file).unwrap();
    let run =
        Command::new("stilts").args(["tpipe", "ifmt=fits", "ofmt=csv", "in="]).output().unwrap();
    assert!(!run.status.success());
    let run = Command::new("stilts")
        .args(["tpipe", "ofmt=csv"])
        .arg(format!("in={}", file.display()))
        .output();
    let shown = String::from_utf8(run.unwrap().stdout).unwrap();
    let lines: Vec<&str> = shown.lines().collect();
    assert_eq!(lines[0], "obs_id,calib_level,t_min,s_pos,t,access_url");
    assert!(
        lines[1]
            .contains("\"a,\"\"?\"\"?b\",2,59000.5,\"(12.5, -45.0)\",1970-01-01T00:00:00.000001,"),
        "{shown}"
    );
    assert!(lines[2].starts_with(",,"), "{shown}");
    assert!(lines[3].starts_with(",-32768,"), "{shown}");
}

/// Same names twice: VOTable keeps them, formats that are read by name number them.
#[test]
fn repeated_names() {
    let folder = tempfile::tempdir().unwrap();
    let data = ["id", "ID", "id"].map(|name| column(name, Type::Integer, vec![Cell::Int(1)]));
    let document = written(votable(Serialization::TableData), &data, &Status::Complete);
    let document = String::from_utf8(document).unwrap();
    assert_eq!(document.matches("<FIELD name=\"id\"").count(), 2);
    let files = [("fits", Format::Fits), ("parquet", Format::Parquet)].map(|(kind, format)| {
        let file = folder.path().join(kind);
        write(format, about(&data), &[batch(&data)], &Status::Complete, &file).unwrap();
        (kind, file)
    });
    for answer in read(&files) {
        let all = answer["columns"].as_array().unwrap().iter();
        let names: Vec<&str> = all.map(|one| one["name"].as_str().unwrap()).collect();
        assert_eq!(names, ["id", "ID_2", "id_3"]);
    }
}

/// Very uneven texts are kept behind the rows of FITS.
#[test]
fn uneven_texts_in_fits() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("x.fits");
    let mut cells: Vec<Cell> = (0..3000).map(|number| text(&number.to_string())).collect();
    cells[7] = text(&"long".repeat(1000));
    cells[8] = Cell::Null;
    let rows = (0..3000).map(Cell::Int).collect();
    let data = [column("name", Type::Text, cells), column("n", Type::Long, rows)];
    write(Format::Fits, about(&data), &[batch(&data)], &Status::Complete, &file).unwrap();
    assert!(std::fs::metadata(&file).unwrap().len() < 100_000);
    let answer = &read(&[("fits", file)])[0];
    assert_eq!(answer["columns"][0]["format"], "1PA(4000)");
    let found = answer["rows"].as_array().unwrap();
    assert_eq!(found[7], json!([format!("s{}", "long".repeat(1000)), "i7"]));
    assert_eq!(found[8], json!([null, "i8"]));
    assert!((9..3000).all(|row| found[row] == json!([format!("s{row}"), format!("i{row}")])));
}

#[test]
fn names_of_formats() {
    let parse = |asked: &str| Format::parse(asked).unwrap();
    for offer in OFFERS {
        let found = parse(&offer.mime.to_uppercase());
        assert_eq!(
            (found.format, found.content_type.split(';').next()),
            (offer.format, offer.mime.split(';').next())
        );
        for alias in offer.aliases {
            assert_eq!(parse(alias).format, offer.format, "{alias}");
            assert_eq!(parse(&format!(" {} ", alias.to_uppercase())).format, offer.format);
        }
    }
    let types = [
        ("", "application/x-votable+xml;serialization=binary2"),
        ("votable/td", "application/x-votable+xml;serialization=tabledata"),
        ("application/x-votable+xml", "application/x-votable+xml;serialization=binary2"),
        ("application/x-votable xml", "application/x-votable+xml;serialization=binary2"),
        (
            "application/x-votable+xml ; Serialization = \"BINARY\"",
            "application/x-votable+xml;serialization=binary",
        ),
        ("text/xml", "text/xml"),
        ("text/xml;serialization=binary2", "text/xml;serialization=binary2"),
        ("csv", "text/csv;header=present"),
        ("text/csv", "text/csv;header=present"),
        ("text/csv;header=absent", "text/csv;header=absent"),
        ("TSV", "text/tab-separated-values"),
        ("html", "text/html;charset=utf-8"),
        ("image/fits", "image/fits"),
        ("fits", "application/fits"),
    ];
    for (asked, wanted) in types {
        assert_eq!(parse(asked).content_type, wanted, "{asked}");
    }
    let version = parse("votable;version=1.5;serialization=tabledata").format;
    assert_eq!(
        version,
        Format::VoTable { serialization: Serialization::TableData, version: Version::V1_5 }
    );
    for wrong in [
        "votabel",
        "application/pdf",
        ";",
        "text/csv;header=maybe",
        "text/csv;serialization=binary",
        "votable;serialization=fits",
        "fits;charset=utf-8",
        "text/xml;charset=latin1",
        "<script>",
    ] {
        let diagnostic = Format::parse(wrong).unwrap_err();
        assert_eq!(diagnostic.code, "F001", "{wrong}");
        assert!(diagnostic.help.iter().any(|help| help.starts_with("possible ")), "{wrong}");
    }
    assert_eq!(Format::parse("votabel").unwrap_err().help[0], "did you mean `votable`?");
    for offer in OFFERS {
        let ending = offer.format.extension();
        let same = std::mem::discriminant(&Format::of_extension(ending).unwrap());
        assert_eq!(same, std::mem::discriminant(&offer.format));
    }
}
