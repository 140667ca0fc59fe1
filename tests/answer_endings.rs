//! How documents end: complete, cut off, with an error, and with nothing but an error.
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

use answer_support::{Cell, Shared, about, batch, opaque, write};
use obscore_view::stream::answer::{About, ErrorDocument, Format, sink};
use obscore_view::stream::{Limit, Limited, Sink, Status};
use obscore_view::votable::{Datatype, Info, Serialization};
use serde_json::{Value as Json, json};
use small::{VOTABLES, column, read, small, votable};

fn statuses(infos: &Json) -> Vec<(String, String)> {
    let all = infos.as_array().unwrap().iter();
    let found = all.filter(|info| info[0] == "QUERY_STATUS");
    let text = |json: &Json| json.as_str().unwrap_or_default().to_owned();
    found.map(|info| (text(&info[1]), text(&info[2]))).collect()
}

#[test]
fn every_ending_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let endings =
        [Status::Complete, Status::Overflow, Status::Error("the <server> \"broke\"".into())];
    let formats =
        VOTABLES.map(votable).into_iter().chain([Format::Json, Format::Fits, Format::Parquet]);
    let (mut files, mut told) = (Vec::new(), Vec::new());
    for format in formats {
        for status in &endings {
            let kind = match format {
                Format::VoTable { .. } => "votable",
                Format::Json => "json",
                Format::Fits => "fits",
                _ if matches!(status, Status::Error(_)) => continue,
                _ => "parquet",
            };
            let file = folder.path().join(format!("{}.x", files.len()));
            write(format, about(&small()), &[batch(&small())], status, &file).unwrap();
            files.push((kind, file));
            told.push(status.clone());
        }
    }
    for (((kind, _), status), answer) in files.iter().zip(told).zip(read(&files)) {
        let notes = &answer["notes"];
        assert_eq!(answer["rows"].as_array().unwrap().len(), if *kind == "x" { 0 } else { 3 });
        let (word, message) = match &status {
            Status::Complete => ("OK", ""),
            Status::Overflow => ("OVERFLOW", "There are more rows than these"),
            Status::Error(message) => ("ERROR", message.as_str()),
        };
        match *kind {
            "json" => {
                assert_eq!(notes["status"], word);
                assert_eq!(
                    notes["message"].as_str().unwrap_or_default(),
                    if word == "ERROR" { message } else { "" }
                );
            }
            "fits" => {
                assert_eq!(notes["QSTATUS"], word);
                assert_eq!(
                    notes["QERROR"].as_str().unwrap_or_default(),
                    if word == "ERROR" { message } else { "" }
                );
                assert_eq!([&notes["RADESYS"], &notes["TIMESYS"]], ["ICRS", "UTC"]);
                assert!(notes["history"].as_str().unwrap().contains("QUERY: SELECT \"a\" FROM t"));
            }
            _ => {
                let mut wanted = vec![("OK".to_owned(), String::new())];
                if word != "OK" {
                    wanted.push((word.to_owned(), message.to_owned()));
                }
                assert_eq!(statuses(&notes["resource"]), wanted, "{kind}");
                let query = &notes["resource"][0];
                assert_eq!(
                    [&query[0], &query[1]],
                    ["QUERY", "SELECT \"a\"\nFROM t WHERE a < 'b' & é"]
                );
                let place = if *kind == "votable" { json!("TOPOCENTER") } else { Json::Null };
                assert_eq!(notes["coosys"], json!([["coosys", "ICRS", place]]));
                assert_eq!(notes["version"], if *kind == "votable" { "1.5" } else { "1.4" });
                assert_eq!(
                    notes["timesys"],
                    json!([
                        ["timesys", "MJD-origin", "UTC", "TOPOCENTER"],
                        ["timesys_utc", null, "UTC", "TOPOCENTER"]
                    ])
                );
                let references: Vec<&Json> =
                    answer["columns"].as_array().unwrap().iter().map(|one| &one["ref"]).collect();
                let wanted = json!([null, null, "timesys", "coosys", "timesys_utc", null]);
                assert_eq!(json!(references), wanted);
            }
        }
    }
}

/// No rows, and yet more rows: MAXREC=0; and no rows at all, batch or not.
#[test]
fn results_without_rows() {
    let folder = tempfile::tempdir().unwrap();
    let mut files = Vec::new();
    let kinds = [
        ("votable", votable(Serialization::TableData)),
        ("votable", votable(Serialization::Binary2)),
        ("json", Format::Json),
        ("fits", Format::Fits),
        ("parquet", Format::Parquet),
        ("csv", Format::Csv { header: true }),
    ];
    for (kind, format) in kinds {
        let shared = Shared::default();
        let rows = batch(&small());
        let inner = sink(format, shared.clone(), about(&small())).unwrap();
        let mut limited = Limited::new(inner, Limit::Most(0));
        limited.start(&rows.schema()).unwrap();
        limited.batch(&rows).unwrap();
        limited.finish(&Status::Complete).unwrap();
        let file = folder.path().join(format!("{}.x", files.len()));
        std::fs::write(&file, &*shared.0.lock().unwrap()).unwrap();
        files.push((kind, file));
    }
    let answers = read(&files);
    for (answer, (kind, _)) in answers.iter().zip(&files) {
        assert_eq!(answer["rows"], json!([]), "{kind}");
        assert_eq!(answer["columns"].as_array().unwrap().len(), 6);
    }
    let last = |answer: &Json| statuses(&answer["notes"]["resource"])[1].0.clone();
    assert_eq!([last(&answers[0]), last(&answers[1]), last(&answers[4])], ["OVERFLOW"; 3]);
    assert_eq!([&answers[2]["notes"]["status"], &answers[3]["notes"]["QSTATUS"]], ["OVERFLOW"; 2]);
}

/// A value that is not of its column's type ends the document, which keeps the rows before it.
#[test]
fn unfit_values_end_legally() {
    let list = |text: &str| Cell::List(text.to_owned(), vec![]);
    let folder = tempfile::tempdir().unwrap();
    let cases = [("1 x", "word"), ("1 2 3", "too many"), ("1", "too few")];
    let mut files = Vec::new();
    for (bad, _) in cases {
        let cells = vec![list("1 2"), list(bad), list("3 4")];
        let data = [column("pair", opaque(Datatype::Double, "2"), cells)];
        for (kind, format) in [
            ("votable", votable(Serialization::Binary)),
            ("votable", votable(Serialization::Binary2)),
            ("fits", Format::Fits),
        ] {
            let file = folder.path().join(format!("{}.x", files.len()));
            let done = write(format, about(&data), &[batch(&data)], &Status::Complete, &file);
            let diagnostic = done.unwrap_err();
            assert_eq!(
                (diagnostic.code, diagnostic.message.as_str()),
                ("F002", "a value of column `pair` is not of its type")
            );
            files.push((kind, file));
        }
    }
    let data = [column("pair", opaque(Datatype::Int, "2"), vec![list("1 2"), list("1 x")])];
    let file = folder.path().join("json.x");
    let done = write(Format::Json, about(&data), &[batch(&data)], &Status::Complete, &file);
    assert_eq!(done.unwrap_err().code, "F002");
    files.push(("json", file));
    for ((kind, _), answer) in files.iter().zip(read(&files)) {
        assert_eq!(answer["rows"].as_array().unwrap().len(), 1, "{kind}");
        let notes = &answer["notes"];
        let told = match *kind {
            "votable" => statuses(&notes["resource"])[1].clone(),
            "fits" => (
                notes["QSTATUS"].as_str().unwrap().into(),
                notes["QERROR"].as_str().unwrap().into(),
            ),
            _ => (
                notes["status"].as_str().unwrap().into(),
                notes["message"].as_str().unwrap().into(),
            ),
        };
        assert_eq!(told, ("ERROR".into(), "a value of column `pair` is not of its type".into()));
    }
}

#[test]
fn errors_alone() {
    let folder = tempfile::tempdir().unwrap();
    let mut about = About::new(Vec::new(), "SELEKT", None);
    about.infos.push(Info::new("contact", "x@example.org", ""));
    let mut files = Vec::new();
    for (asked, kind) in
        [("votable", "votable"), ("text/xml", "votable"), ("json", "json"), ("html", "html")]
    {
        let requested = Format::parse(asked).unwrap();
        let document = ErrorDocument::new(&requested, &about, "no <such> thing\nhere").unwrap();
        assert_eq!(document.content_type, requested.content_type);
        let file = folder.path().join(format!("{}.x", files.len()));
        std::fs::write(&file, document.body).unwrap();
        files.push((kind, file));
    }
    let answers = read(&files);
    for answer in &answers[..2] {
        let told = statuses(&answer["notes"]["resource"]);
        assert_eq!(told, [("ERROR".to_owned(), "no <such> thing\nhere".to_owned())]);
    }
    assert_eq!(
        [&answers[2]["notes"]["status"], &answers[2]["notes"]["message"]],
        ["ERROR", "no <such> thing\nhere"]
    );
    for asked in ["csv", "tsv", "fits", "parquet", "text"] {
        let document =
            ErrorDocument::new(&Format::parse(asked).unwrap(), &about, "broken").unwrap();
        assert_eq!(document.content_type, "text/plain;charset=utf-8");
        assert_eq!(document.body, b"broken\n");
    }
    // A sink that is told of an error before it is started says so, too.
    let shared = Shared::default();
    let mut early = sink(votable(Serialization::Binary2), shared.clone(), about).unwrap();
    early.finish(&Status::Error("early".into())).unwrap();
    assert!(String::from_utf8(shared.0.lock().unwrap().clone()).unwrap().contains(">early</INFO>"));
}
