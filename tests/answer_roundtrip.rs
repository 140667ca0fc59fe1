//! Random results in every format are what readers of others find in them.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs
)]

mod answer_support;
#[path = "support/ask.rs"]
mod ask;

use std::collections::BTreeMap;

use answer_support::{Cell, Data, about, batch, blurred, plain, random, write};
use ask::{Dice, ask};
use obscore_view::stream::Status;
use obscore_view::stream::answer::{Format, OFFERS};
use obscore_view::votable::binary::null;
use obscore_view::votable::{Datatype, Serialization};
use serde_json::{Value as Json, json};

/// Results in one run; the variable asks for more.
const TABLES: usize = 60;

fn reader(format: Format) -> Option<&'static str> {
    match format {
        Format::VoTable { .. } => Some("votable"),
        Format::Csv { .. } => Some("csv"),
        Format::Tsv => Some("tsv"),
        Format::Json => Some("json"),
        Format::Parquet => Some("parquet"),
        Format::Fits => Some("fits"),
        Format::Html => Some("html"),
        Format::Text => None,
    }
}

/// A text of CSV, TSV or HTML as the oracle gives cells of other formats.
fn parsed(text: &str, cell: &Cell) -> Json {
    let element = |word: &str, cell: &Cell| match cell {
        Cell::Bool(_) => json!(matches!(word, "true" | "T" | "1")),
        Cell::Int(_) => json!(format!("i{}", word.parse::<i64>().unwrap())),
        Cell::Float(_) => plain(&Cell::Float(word.parse().unwrap())),
        Cell::Double(_) => plain(&Cell::Double(word.parse().unwrap())),
        other => panic!("{other:?}"),
    };
    match cell {
        _ if text.is_empty() => Json::Null,
        Cell::Null => panic!("`{text}` is not NULL"),
        Cell::Text(_) | Cell::Time(_) => json!(format!("s{text}")),
        Cell::List(whole, cells) if !whole.contains(' ') && cells.len() > 1 => {
            let digits = text.chars().map(|c| c.to_string());
            digits.zip(cells).map(|(word, cell)| element(&word, cell)).collect()
        }
        Cell::List(_, cells) => {
            let words = text.split(' ').zip(cells);
            blurred(words.map(|(word, cell)| element(word, cell)).collect())
        }
        cell => element(text, cell),
    }
}

/// A value of JSON as the oracle gives cells of other formats.
fn of_json(found: &Json, cell: &Cell) -> Json {
    match (found, cell) {
        (Json::Null, _) => Json::Null,
        (Json::Array(all), Cell::List(_, cells)) => {
            assert_eq!(all.len(), cells.len());
            blurred(all.iter().zip(cells).map(|(one, cell)| of_json(one, cell)).collect())
        }
        (Json::Object(one), cell) => parsed(
            one["number"].as_str().unwrap(),
            match cell {
                Cell::List(_, cells) => &cells[0],
                cell => cell,
            },
        ),
        (Json::Bool(flag), Cell::Bool(_)) => json!(flag),
        (Json::String(text), cell) => parsed(text, cell),
        other => panic!("{other:?}"),
    }
}

/// What a reader of a format must find in a cell.
fn wanted(format: Format, data: &Data, cell: &Cell) -> Json {
    let kind = &data.column.kind;
    let datatype = kind.datatype();
    let scalar_text = |text: &str| plain(&Cell::Text(text.to_owned()));
    match (format, cell) {
        // Neither has NULL bits.
        (
            Format::VoTable { serialization: Serialization::Binary, .. } | Format::Fits,
            Cell::Null,
        ) if datatype == Datatype::Bit => Json::from(vec![false; 11]),
        (Format::VoTable { serialization: Serialization::Binary, .. }, cell) => {
            let magic = |cell: &Cell| match cell {
                Cell::Int(number) if null(datatype) == Some(*number) => Json::Null,
                cell => plain(cell),
            };
            match cell {
                Cell::List(_, cells) if kind.arraysize().is_empty() && cells.len() == 1 => {
                    magic(&cells[0])
                }
                Cell::List(_, cells) => blurred(cells.iter().map(magic).collect()),
                cell => magic(cell),
            }
        }
        // astropy takes blanks away from both ends.
        (Format::VoTable { serialization: Serialization::TableData, .. }, Cell::Text(text)) => {
            scalar_text(text.trim_matches([' ', '\t', '\r', '\n']))
        }
        (Format::Tsv, Cell::Text(text)) => scalar_text(&text.replace(['\t', '\r', '\n'], " ")),
        (Format::Fits, Cell::Text(text)) => {
            let ascii = text.replace(|c: char| !matches!(c, ' '..='~'), "?");
            scalar_text(ascii.trim_end_matches(' '))
        }
        // A list in the file, text in its header.
        (Format::Parquet, Cell::List(text, _)) if datatype == Datatype::Bit => scalar_text(text),
        (
            Format::VoTable { .. } | Format::Fits | Format::Parquet | Format::Json,
            Cell::List(_, cells),
        ) if kind.arraysize().is_empty() && cells.len() == 1 => plain(&cells[0]),
        (_, cell) => plain(cell),
    }
}

fn check(format: Format, table: &[Data], answer: &Json, place: &str) -> usize {
    let names: Vec<&str> = table.iter().map(|data| data.column.name.as_str()).collect();
    let columns = answer["columns"].as_array().unwrap();
    let found: Vec<&str> =
        columns.iter().map(|one| one["name"].as_str().or(one.as_str()).unwrap()).collect();
    match format {
        // The unit stands below the name.
        Format::Html => assert!(found.iter().zip(&names).all(|(found, name)| found == name)),
        _ => assert_eq!(found, names, "{place}"),
    }
    let rows = answer["rows"].as_array().unwrap();
    assert_eq!(rows.len(), table[0].cells.len(), "{place}");
    for (number, row) in rows.iter().enumerate() {
        assert_eq!(row.as_array().unwrap().len(), table.len(), "{place}");
        for (data, found) in table.iter().zip(row.as_array().unwrap()) {
            let cell = &data.cells[number];
            let found = match format {
                Format::Csv { .. } | Format::Tsv | Format::Html => {
                    parsed(found.as_str().unwrap(), cell)
                }
                Format::Json => of_json(found, cell),
                _ => blurred(found.clone()),
            };
            let mut wanted = wanted(format, data, cell);
            // Complex numbers are pairs in VOTable and FITS, and arrays of them are arrays of pairs.
            let flat = |cell: Json| match cell {
                Json::Array(all) => all
                    .into_iter()
                    .flat_map(|one| match one {
                        Json::Array(pair) => pair,
                        one => vec![one],
                    })
                    .collect(),
                cell => cell,
            };
            wanted = blurred(flat(wanted));
            assert_eq!(
                blurred(flat(found)),
                wanted,
                "{place}, row {number}, column {}",
                data.column.name
            );
        }
    }
    rows.len() * table.len()
}

#[test]
fn random_results_come_back() {
    let folder = tempfile::tempdir().unwrap();
    let count = std::env::var("OBSCORE_VIEW_ANSWERS").map_or(TABLES, |text| text.parse().unwrap());
    let mut dice = Dice::new(0x5eed_1234);
    let (mut tables, mut request) = (Vec::new(), Vec::new());
    for number in 0..count {
        let rows = [0, 1, 2, 7, 30][dice.roll(5)];
        let table = random(&mut dice, rows);
        let whole = batch(&table);
        // In two batches.
        let half = rows / 2;
        let batches = [whole.slice(0, half), whole.slice(half, rows - half)];
        for (index, offer) in OFFERS.iter().enumerate() {
            let Some(reader) = reader(offer.format) else { continue };
            let file = folder.path().join(format!("{number}.{index}.{}", offer.format.extension()));
            write(offer.format, about(&table), &batches, &Status::Complete, &file).unwrap();
            request.push(json!([reader, file]));
            tables.push((offer.format, table.clone(), format!("table {number}, {}", offer.mime)));
        }
    }
    let answers = ask("read_answer.py", &json!(request));
    let mut cells: BTreeMap<String, usize> = BTreeMap::new();
    for ((format, table, place), answer) in tables.iter().zip(answers.as_array().unwrap()) {
        *cells.entry(format.to_string()).or_default() += check(*format, table, answer, place);
    }
    println!("cells: {cells:?}");
    assert_eq!(cells.len(), 9);
    assert!(cells.values().all(|cells| *cells > 50 * count), "{cells:?}");
}
