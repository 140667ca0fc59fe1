//! A small result, written in any format, and what the oracle reads from it. Use it with `#[path]`, beside
//! `mod answer_support;` and `mod ask;`.

#![allow(dead_code, unreachable_pub)]

use std::path::PathBuf;

use obscore_view::catalog::{Column, Frame, Type};
use obscore_view::stream::Status;
use obscore_view::stream::answer::Format;
use obscore_view::votable::{Serialization, Version};
use serde_json::{Value as Json, json};

use crate::answer_support::{Cell, Data, about, batch, write};
use crate::ask::ask;

/// A column with its cells.
pub fn column(name: &str, kind: Type, cells: Vec<Cell>) -> Data {
    Data { column: Column::new(name, kind), cells }
}

/// A text.
pub fn text(text: &str) -> Cell {
    Cell::Text(text.to_owned())
}

/// A small result whose every byte is known.
pub fn small() -> Vec<Data> {
    let list = |text: &str| Cell::List(text.to_owned(), vec![]);
    let mut all = vec![
        column("obs_id", Type::Unicode, vec![text("a,\"é\"\nb"), Cell::Null, text("")]),
        column("calib_level", Type::Short, vec![Cell::Int(2), Cell::Null, Cell::Int(-32768)]),
        column(
            "t_min",
            Type::Double,
            vec![Cell::Double(59_000.5), Cell::Null, Cell::Double(f64::NAN)],
        ),
        column("s_pos", Type::Point, vec![list("12.5 -45"), Cell::Null, list("0 90")]),
        column("t", Type::Timestamp, vec![Cell::Time(1), Cell::Null, Cell::Time(-1)]),
        column(
            "access_url",
            Type::Text,
            vec![text("https://h/x?a=1&b"), Cell::Null, text("javascript:x")],
        ),
    ];
    all[2].column.frame = Some(Frame::Mjd);
    all[3].column.frame = Some(Frame::Sky);
    all[4].column.frame = Some(Frame::Utc);
    all[2].column.unit = "d".to_owned();
    all[2].column.description = "Begin <UTC>".to_owned();
    all
}

/// A document of one batch.
pub fn written(format: Format, data: &[Data], status: &Status) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("x");
    write(format, about(data), &[batch(data)], status, &file).unwrap();
    std::fs::read(file).unwrap()
}

/// The document of [`small`].
pub fn as_text(format: Format, status: &Status) -> String {
    String::from_utf8(written(format, &small(), status)).unwrap()
}

/// What the oracle reads from files, format by format.
pub fn read(files: &[(&str, PathBuf)]) -> Vec<Json> {
    let answers = ask("read_answer.py", &json!(files));
    answers.as_array().unwrap().clone()
}

/// All serializations of VOTable.
pub const VOTABLES: [Serialization; 3] =
    [Serialization::TableData, Serialization::Binary, Serialization::Binary2];

/// VOTable 1.5.
pub fn votable(serialization: Serialization) -> Format {
    Format::VoTable { serialization, version: Version::V1_5 }
}
