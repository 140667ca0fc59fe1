//! VOTables as astropy and STILTS write them are read as astropy reads them.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs
)]

#[path = "support/ask.rs"]
mod ask;

use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;
use std::process::Command;

use ask::ask;
use obscore_view::votable::read::{Array, Column, Limits, Value, read};
use serde_json::{Value as Json, json};

/// Tables in one run; the variable asks for more.
const TABLES: u64 = 1000;

fn float(number: f32) -> Json {
    if number.is_nan() { Json::Null } else { json!(format!("f{:08x}", number.to_bits())) }
}

fn double(number: f64) -> Json {
    if number.is_nan() { Json::Null } else { json!(format!("d{:016x}", number.to_bits())) }
}

/// A cell as the oracle writes it.
fn plain(value: &Value) -> Json {
    match value {
        Value::Null => Json::Null,
        Value::Bool(flag) => json!(flag),
        Value::Int(number) => json!(format!("i{number}")),
        Value::Float(number) => float(*number),
        Value::Double(number) => double(*number),
        Value::FloatComplex(parts) => json!(parts.map(float)),
        Value::DoubleComplex(parts) => json!(parts.map(double)),
        Value::Text(text) => json!(format!("s{text}")),
        Value::Array(array) => match array {
            Array::Bool(all) => json!(all),
            Array::Bit(all) => json!(all),
            Array::Int(all) => all.iter().map(|one| one.map(|n| format!("i{n}"))).collect(),
            Array::Float(all) => all.iter().copied().map(float).collect(),
            Array::Double(all) => all.iter().copied().map(double).collect(),
            Array::FloatComplex(all) => all.iter().map(|parts| json!(parts.map(float))).collect(),
            Array::DoubleComplex(all) => all.iter().map(|parts| json!(parts.map(double))).collect(),
            Array::Text(all) => all.iter().map(|text| format!("s{text}")).collect(),
        },
    }
}

/// What astropy does not tell apart: an empty text, an array without elements or with nothing but
/// nulls, and null itself.
fn blurred(cell: &Json) -> Json {
    match cell {
        Json::String(text) if text == "s" => Json::Null,
        Json::Array(all) if all.iter().all(|one| one.is_null() || one == "s") => Json::Null,
        other => other.clone(),
    }
}

fn attributes(column: &Column) -> Json {
    let said = |text: &str| if text.is_empty() { Json::Null } else { json!(text) };
    // A one is a scalar here.
    let size = column.arraysize.to_string();
    json!({
        "name": column.name, "id": column.id, "datatype": column.primitive.name(),
        "arraysize": said(&size), "unit": said(&column.unit), "ucd": said(&column.ucd),
        "utype": said(&column.utype), "description": said(&column.description),
    })
}

/// Reads a file and compares it; the number of cells.
fn compare(folder: &Path, answer: &Json) -> (String, u64) {
    let file = answer["file"].as_str().unwrap();
    let input = File::open(folder.join(file)).unwrap();
    let mut reader = read(input, file, &Limits::default())
        .unwrap_or_else(|error| panic!("{}", error.render(false)));
    let mut wanted = answer["columns"].clone();
    for column in wanted.as_array_mut().unwrap() {
        if column["arraysize"] == "1" {
            column["arraysize"] = Json::Null;
        }
    }
    let found: Json = reader.columns().iter().map(attributes).collect();
    assert_eq!(found, wanted, "{file}");
    if let Some(version) = answer["version"].as_str() {
        assert_eq!(reader.table().version, version, "{file}");
    }
    let columns = reader.columns().to_vec();
    let kind = format!("{:?} {}", reader.serialization(), reader.table().version);
    let mut cells = 0;
    for (number, wanted) in answer["rows"].as_array().unwrap().iter().enumerate() {
        let row = reader.next().unwrap_or_else(|| panic!("{file} ends at row {number}"));
        let row = row.unwrap_or_else(|error| panic!("{}", error.render(false)));
        assert_eq!(row.len(), columns.len());
        for ((column, found), wanted) in columns.iter().zip(&row).zip(wanted.as_array().unwrap()) {
            let (found, wanted) = (blurred(&plain(found)), blurred(wanted));
            assert_eq!(found, wanted, "{file}, row {number}, {}; right: astropy", column.name);
            cells += 1;
        }
    }
    assert!(reader.next().is_none(), "{file} goes on");
    (kind, cells)
}

fn compare_all(request: &Json, folder: &Path) -> (u64, BTreeMap<String, u64>) {
    let answers = ask("votable_write.py", request);
    let (mut cells, mut kinds) = (0, BTreeMap::new());
    for answer in answers.as_array().unwrap() {
        let (kind, more) = compare(folder, answer);
        *kinds.entry(kind).or_insert(0) += 1;
        cells += more;
    }
    println!("{cells} cells: {kinds:?}");
    (cells, kinds)
}

#[test]
fn tables_of_astropy() {
    let folder = tempfile::tempdir().unwrap();
    let count = std::env::var("OBSCORE_VIEW_VOTABLES").map_or(TABLES, |text| text.parse().unwrap());
    let request = json!({"folder": folder.path(), "seed": 20_261_122, "count": count});
    let (cells, kinds) = compare_all(&request, folder.path());
    assert_eq!(kinds.len(), 18, "all serializations in all versions");
    assert!(cells > 20 * count);
}

#[test]
fn tables_of_stilts() {
    let folder = tempfile::tempdir().unwrap();
    let request = json!({"folder": folder.path(), "seed": 1, "count": 4, "stilts": true});
    let (cells, kinds) = compare_all(&request, folder.path());
    assert_eq!(kinds.values().copied().collect::<Vec<_>>(), [4, 4, 4]);
    assert_eq!(cells, 4 * 3 * 60 * 40);
}

/// What astropy cannot read or reads otherwise: arrays of strings, and arrays of several dimensions
/// of which one is variable.
#[test]
fn arrays_of_stilts() {
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("source.vot");
    let fields = "<FIELD name='matrix' datatype='double' arraysize='2x*'/>\
                  <FIELD name='words' datatype='char' arraysize='3x*'/>\
                  <FIELD name='pair' datatype='unicodeChar' arraysize='3x2'/>\
                  <FIELD name='word' datatype='char' arraysize='6'/>\
                  <FIELD name='byte' datatype='unsignedByte'/>";
    let rows = "<TR><TD>1 2 3 4</TD><TD>abcde</TD><TD>ab cé</TD><TD>x y</TD><TD>7</TD></TR>\
                <TR><TD/><TD/><TD/><TD/><TD/></TR>";
    let document = format!(
        "<VOTABLE><RESOURCE><TABLE>{fields}<DATA><TABLEDATA>{rows}</TABLEDATA></DATA></TABLE>\
         </RESOURCE></VOTABLE>"
    );
    std::fs::write(&source, document).unwrap();
    for kind in ["tabledata", "binary-inline", "binary2-inline"] {
        let copy = folder.path().join(format!("{kind}.vot"));
        let status = Command::new("stilts")
            .args(["tcopy", "ifmt=votable", &format!("ofmt=votable-{kind}")])
            .arg(format!("in={}", source.display()))
            .arg(format!("out={}", copy.display()))
            .status()
            .expect("STILTS is needed: apt-get install stilts");
        assert!(status.success());
        let reader = read(File::open(&copy).unwrap(), kind, &Limits::default()).unwrap();
        let rows: Vec<Vec<Value>> = reader.map(Result::unwrap).collect();
        let matrix = [1.0, 2.0, 3.0, 4.0].map(double);
        let wanted = json!([matrix, ["sabc", "sde"], ["sab", "scé"], "sx y", "i7"]);
        assert_eq!(rows[0].iter().map(plain).collect::<Json>(), wanted, "{kind}");
        let nulls: Json = rows[1].iter().map(|value| blurred(&plain(value))).collect();
        assert_eq!(nulls, json!([null, null, null, null, null]), "{kind}");
        assert_eq!(rows.len(), 2);
    }
}
