//! Results to write, and what readers must find in them.

#![allow(dead_code, unreachable_pub)]
#![allow(
    clippy::from_iter_instead_of_collect,
    clippy::assigning_clones,
    reason = "reads more easily"
)]

use std::io::Write;
use std::path::Path;
use std::sync::{Arc, Mutex};

use arrow_array::builder::StringBuilder;
use arrow_array::{
    ArrayRef, BooleanArray, Float32Array, Float64Array, Int16Array, Int32Array, Int64Array,
    RecordBatch, RecordBatchOptions, TimestampMicrosecondArray,
};
use arrow_schema::{Field as ArrowField, Schema};
use obscore_view::catalog::{Column, Type};
use obscore_view::diag::Diagnostic;
use obscore_view::stream::answer::{About, Format, sink};
use obscore_view::stream::{Sink, Status};
use obscore_view::votable::Datatype;
use serde_json::{Value as Json, json};

use super::ask::Dice;

/// What a cell is, whatever the format.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    Null,
    Bool(bool),
    Int(i64),
    Float(f32),
    Double(f64),
    Text(String),
    /// Microseconds.
    Time(i64),
    /// An array as TABLEDATA has it, and its elements.
    List(String, Vec<Cell>),
}

/// A column with its cells.
#[derive(Debug, Clone)]
pub struct Data {
    pub column: Column,
    pub cells: Vec<Cell>,
}

/// Bytes that can be looked at while they are written.
#[derive(Debug, Clone, Default)]
pub struct Shared(pub Arc<Mutex<Vec<u8>>>);

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

pub fn opaque(datatype: Datatype, arraysize: &str) -> Type {
    Type::Opaque { datatype, arraysize: arraysize.to_owned(), xtype: String::new() }
}

/// All types, each with a name.
pub fn kinds() -> Vec<(&'static str, Type)> {
    vec![
        ("flag", Type::Boolean),
        ("short", Type::Short),
        ("int", Type::Integer),
        ("long", Type::Long),
        ("real", Type::Real),
        ("double", Type::Double),
        ("text", Type::Text),
        ("words", Type::Unicode),
        ("time", Type::Timestamp),
        ("point", Type::Point),
        ("circle", Type::Circle),
        ("polygon", Type::Polygon),
        ("region", Type::Region),
        ("bytes", opaque(Datatype::UnsignedByte, "*")),
        ("byte", opaque(Datatype::UnsignedByte, "")),
        ("shorts", opaque(Datatype::Short, "3")),
        ("ints", opaque(Datatype::Int, "2x2")),
        ("longs", opaque(Datatype::Long, "*")),
        ("floats", opaque(Datatype::Float, "2")),
        ("some_floats", opaque(Datatype::Float, "5*")),
        ("flags", opaque(Datatype::Boolean, "4")),
        ("bits", opaque(Datatype::Bit, "11")),
        ("complex", opaque(Datatype::FloatComplex, "")),
        ("complexes", opaque(Datatype::DoubleComplex, "2")),
        ("word", opaque(Datatype::Char, "8")),
    ]
}

const LETTERS: [&str; 20] = [
    "a", "B", "7", " ", "<", ">", "&", "\"", "'", ",", ";", "\t", "\n", "\r", "\\", "]]>", "=",
    "-", "/", ".",
];
const FOREIGN: [&str; 6] = ["é", "ß", "Ω", "星", "😀", "\u{a0}"];

fn text(dice: &mut Dice, foreign: bool, most: usize) -> String {
    let length = dice.roll(most + 1);
    let letter = |dice: &mut Dice| match foreign && dice.roll(3) == 0 {
        true => dice.pick(&FOREIGN).to_owned(),
        false => dice.pick(&LETTERS).to_owned(),
    };
    let mut text: String = (0..length).map(|_| letter(dice)).collect();
    while text.len() > most && !foreign {
        text.pop();
    }
    text
}

/// An integer, often at its edge.
fn integer(dice: &mut Dice, bits: u32) -> i64 {
    let (low, high) = (i64::MIN >> (64 - bits), i64::MAX >> (64 - bits));
    let any = (i64::try_from(dice.roll(1 << 40)).unwrap() - (1 << 39)) >> (40 - bits.min(40));
    [low, high, low + 1, 0, any, any, any, any][dice.roll(8)]
}

#[allow(clippy::cast_precision_loss)]
fn double(dice: &mut Dice) -> f64 {
    let any = (dice.roll(1 << 40) as f64 - 5e11) / 1e9;
    let edges = [
        any,
        any * 1e-30,
        any * 1e200,
        0.0,
        -0.0,
        f64::INFINITY,
        f64::NEG_INFINITY,
        f64::NAN,
        5e-324,
        f64::MAX,
        0.1,
        1e16,
        123_456_789.0,
    ];
    edges[dice.roll(edges.len())]
}

#[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation)]
fn single(dice: &mut Dice) -> f32 {
    let any = (dice.roll(1 << 30) as f64 / 1e4) as f32;
    let edges =
        [any, any * 1e-20, 0.1, -0.0, f32::INFINITY, f32::NAN, f32::MAX, 1e-45, 16_777_216.0];
    edges[dice.roll(edges.len())]
}

fn shown(cell: &Cell) -> String {
    match cell {
        Cell::Bool(flag) => if *flag { "T" } else { "F" }.to_owned(),
        Cell::Int(number) => number.to_string(),
        Cell::Float(number) if number.is_infinite() => "+Inf".to_owned(),
        Cell::Float(number) => format!("{number:?}"),
        Cell::Double(number) if number.is_nan() => "NaN".to_owned(),
        Cell::Double(number) if number.is_infinite() && *number > 0.0 => "+Inf".to_owned(),
        Cell::Double(number) if number.is_infinite() => "-Inf".to_owned(),
        Cell::Double(number) => format!("{number:?}"),
        other => panic!("{other:?} is no element"),
    }
}

fn list(dice: &mut Dice, count: usize, make: impl Fn(&mut Dice) -> Cell) -> Cell {
    let cells: Vec<Cell> = (0..count).map(|_| make(dice)).collect();
    Cell::List(cells.iter().map(shown).collect::<Vec<_>>().join(" "), cells)
}

/// A random value.
#[allow(clippy::cast_precision_loss)]
fn value(dice: &mut Dice, kind: &Type) -> Cell {
    let some = 1 + dice.roll(5);
    let degrees = |dice: &mut Dice| Cell::Double(dice.roll(360_000_000) as f64 / 1e6);
    match kind {
        _ if dice.roll(5) == 0 => Cell::Null,
        Type::Boolean => Cell::Bool(dice.roll(2) == 0),
        Type::Short => Cell::Int(integer(dice, 16)),
        Type::Integer => Cell::Int(integer(dice, 32)),
        Type::Long => Cell::Int(integer(dice, 64)),
        Type::Real => Cell::Float(single(dice)),
        Type::Double => Cell::Double(double(dice)),
        Type::Text => Cell::Text(text(dice, false, 12)),
        Type::Unicode => Cell::Text(text(dice, true, 12)),
        Type::Timestamp => {
            let seconds = i64::try_from(dice.roll(300_000_000_000)).unwrap() - 60_000_000_000;
            Cell::Time(seconds * 1_000_000 + [0, 1, 999_999][dice.roll(3)])
        }
        Type::Point => list(dice, 2, degrees),
        Type::Circle => list(dice, 3, degrees),
        Type::Polygon => list(dice, 2 * some + 4, degrees),
        Type::Region => Cell::Text("Polygon ICRS 1 2 3 4 5 6".to_owned()),
        Type::Opaque { datatype, arraysize, .. } => match (datatype, arraysize.as_str()) {
            (Datatype::UnsignedByte, "") => Cell::List("200".to_owned(), vec![Cell::Int(200)]),
            (Datatype::UnsignedByte, _) => {
                list(dice, some, |dice| Cell::Int(i64::try_from(dice.roll(255)).unwrap()))
            }
            (Datatype::Short, _) => list(dice, 3, |dice| Cell::Int(integer(dice, 16))),
            (Datatype::Int, _) => list(dice, 4, |dice| Cell::Int(integer(dice, 32))),
            (Datatype::Long, _) => list(dice, some, |dice| Cell::Int(integer(dice, 64))),
            (Datatype::Float, "2") => list(dice, 2, |dice| Cell::Float(single(dice))),
            (Datatype::Float, _) => list(dice, some, |dice| Cell::Float(single(dice))),
            (Datatype::Boolean, _) => list(dice, 4, |dice| Cell::Bool(dice.roll(2) == 0)),
            (Datatype::Bit, _) => {
                let bits: Vec<bool> = (0..11).map(|_| dice.roll(2) == 0).collect();
                let text = bits.iter().map(|bit| if *bit { '1' } else { '0' }).collect();
                Cell::List(text, bits.into_iter().map(Cell::Bool).collect())
            }
            (Datatype::FloatComplex, _) => list(dice, 2, |_| Cell::Float(0.1)),
            (Datatype::DoubleComplex, _) => list(dice, 4, |dice| Cell::Double(dice.roll(9) as f64)),
            (Datatype::Char, _) => Cell::Text(text(dice, false, 8)),
            other => panic!("{other:?}"),
        },
    }
}

/// Random columns with as many cells each.
pub fn random(dice: &mut Dice, rows: usize) -> Vec<Data> {
    let mut data: Vec<Data> = Vec::new();
    for (name, kind) in kinds() {
        if dice.roll(4) == 0 && !data.is_empty() {
            continue;
        }
        let mut column = Column::new(name, kind);
        column.description =
            format!("{name} <of> 'it' & \"more\", {}", "é long ".repeat(dice.roll(20)));
        column.unit = dice.pick(&["", "deg", "km/s"]).to_owned();
        column.ucd = dice.pick(&["", "pos.eq.ra;meta.main"]).to_owned();
        column.utype = dice.pick(&["", "obscore:char.spatialaxis.coverage"]).to_owned();
        let cells = (0..rows).map(|_| value(dice, &column.kind)).collect();
        data.push(Data { column, cells });
    }
    data
}

fn array(data: &Data) -> ArrayRef {
    let cells = &data.cells;
    macro_rules! numbers {
        ($array:ident, $variant:ident) => {
            Arc::new($array::from_iter(cells.iter().map(|cell| match cell {
                Cell::$variant(value) => Some((*value).try_into().unwrap()),
                _ => None,
            })))
        };
    }
    match data.column.kind {
        Type::Boolean => Arc::new(BooleanArray::from_iter(cells.iter().map(|cell| match cell {
            Cell::Bool(flag) => Some(*flag),
            _ => None,
        }))),
        Type::Short => numbers!(Int16Array, Int),
        Type::Integer => numbers!(Int32Array, Int),
        Type::Long => numbers!(Int64Array, Int),
        // Databases give single precision as double now and then.
        Type::Real if cells.len().is_multiple_of(2) => {
            Arc::new(Float64Array::from_iter(cells.iter().map(|cell| match cell {
                Cell::Float(value) => Some(f64::from(*value)),
                _ => None,
            })))
        }
        Type::Real => numbers!(Float32Array, Float),
        Type::Double => numbers!(Float64Array, Double),
        Type::Timestamp => numbers!(TimestampMicrosecondArray, Time),
        _ => {
            let mut texts = StringBuilder::new();
            for cell in cells {
                texts.append_option(match cell {
                    Cell::Text(text) | Cell::List(text, _) => Some(text),
                    _ => None,
                });
            }
            Arc::new(texts.finish())
        }
    }
}

/// The batch of these columns.
pub fn batch(data: &[Data]) -> RecordBatch {
    let arrays: Vec<ArrayRef> = data.iter().map(array).collect();
    let fields: Vec<ArrowField> = data
        .iter()
        .zip(&arrays)
        .map(|(data, array)| ArrowField::new(&data.column.name, array.data_type().clone(), true))
        .collect();
    let rows = data.first().map_or(0, |data| data.cells.len());
    let options = RecordBatchOptions::new().with_row_count(Some(rows));
    RecordBatch::try_new_with_options(Arc::new(Schema::new(fields)), arrays, &options).unwrap()
}

pub fn about(data: &[Data]) -> About {
    let columns = data.iter().map(|data| data.column.clone()).collect();
    About::new(columns, "SELECT \"a\"\nFROM t WHERE a < 'b' & é", None)
}

/// Writes batches and an ending to a file.
pub fn write(
    format: Format,
    about: About,
    batches: &[RecordBatch],
    status: &Status,
    file: &Path,
) -> Result<(), Box<Diagnostic>> {
    let shared = Shared::default();
    let mut sink: Box<dyn Sink> = sink(format, shared.clone(), about)?;
    let done = (|| {
        sink.start(&batches[0].schema())?;
        for batch in batches {
            sink.batch(batch)?;
        }
        sink.finish(status)
    })();
    std::fs::write(file, &*shared.0.lock().unwrap()).unwrap();
    done
}

/// A cell as the oracle gives it.
pub fn plain(cell: &Cell) -> Json {
    match cell {
        Cell::Null => Json::Null,
        Cell::Bool(flag) => json!(flag),
        Cell::Int(number) => json!(format!("i{number}")),
        Cell::Float(number) if number.is_nan() => Json::Null,
        Cell::Double(number) if number.is_nan() => Json::Null,
        Cell::Float(number) => json!(format!("f{:08x}", number.to_bits())),
        Cell::Double(number) => json!(format!("d{:016x}", number.to_bits())),
        Cell::Text(text) if text.is_empty() => Json::Null,
        Cell::Text(text) => json!(format!("s{text}")),
        Cell::Time(microseconds) => json!(format!("s{}", obscore_view::time::iso(*microseconds))),
        Cell::List(_, cells) => blurred(cells.iter().map(plain).collect()),
    }
}

/// Arrays of nothing but nulls are null to some readers.
pub fn blurred(cell: Json) -> Json {
    match cell {
        Json::Array(all) if all.iter().all(Json::is_null) => Json::Null,
        other => other,
    }
}
