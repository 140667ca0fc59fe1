//! Tables that come with a question.

use std::fs::File;
use std::io::BufReader;
use std::path::PathBuf;

use crate::catalog::{Column, Type};
use crate::diag::Result;
use crate::value::Cell;
use crate::votable::read::{self, Array, Limits, Reader, Value, Xtype};
use crate::votable::{Datatype, read::Primitive};

/// A VOTable in a file, by the name that queries give it in TAP_UPLOAD.
#[derive(Debug, Clone)]
pub struct Upload {
    /// Name.
    pub name: String,
    /// Columns.
    pub columns: Vec<Column>,
    file: PathBuf,
    limits: Limits,
}

impl Upload {
    /// Reads the head of the table.
    ///
    /// # Errors
    /// Family V.
    pub fn open(name: &str, file: PathBuf, limits: &Limits) -> Result<Self> {
        let reader = open(name, &file, limits)?;
        let columns = reader.columns().iter().map(column).collect();
        Ok(Self { name: name.to_owned(), columns, file, limits: limits.clone() })
    }

    /// Hands the rows out in blocks.
    ///
    /// # Errors
    /// Family V.
    pub fn blocks(&self) -> Result<impl Iterator<Item = Result<Vec<Vec<Cell>>>>> {
        const BLOCK: usize = 1000;
        let mut reader = open(&self.name, &self.file, &self.limits)?;
        let kinds: Vec<Type> = self.columns.iter().map(|column| column.kind.clone()).collect();
        let mut ended = false;
        Ok(std::iter::from_fn(move || {
            let mut block = Vec::new();
            while !ended && block.len() < BLOCK {
                match reader.next() {
                    Some(Ok(row)) => block.push(row.iter().zip(&kinds).map(cell).collect()),
                    None => ended = true,
                    Some(Err(wrong)) => {
                        ended = true;
                        return Some(Err(wrong));
                    }
                }
            }
            (!block.is_empty()).then_some(Ok(block))
        }))
    }
}

fn open(name: &str, file: &PathBuf, limits: &Limits) -> Result<Reader<BufReader<File>>> {
    let opened = File::open(file).map_err(|error| {
        let message = format!("the table {name} cannot be read: {error}");
        Box::new(crate::diag::Diagnostic::error("V013", message))
    })?;
    read::read_seekable(BufReader::new(opened), name, limits)
}

/// A FIELD as a column of ADQL.
fn column(field: &read::Column) -> Column {
    let datatype = datatype(field.primitive);
    let size = &field.arraysize;
    let text = field.primitive.is_text() && !size.is_matrix();
    let kind = match field.known_xtype() {
        Some(Xtype::Timestamp) => Type::Timestamp,
        Some(Xtype::Point) => Type::Point,
        Some(Xtype::Circle) => Type::Circle,
        Some(Xtype::Polygon) => Type::Polygon,
        _ if text && field.primitive == Primitive::Char => Type::Text,
        _ if text => Type::Unicode,
        _ if size.is_scalar() => match field.primitive {
            Primitive::Boolean => Type::Boolean,
            Primitive::UnsignedByte | Primitive::Short => Type::Short,
            Primitive::Int => Type::Integer,
            Primitive::Long => Type::Long,
            Primitive::Float => Type::Real,
            Primitive::Double => Type::Double,
            _ => opaque(datatype, field),
        },
        _ => opaque(datatype, field),
    };
    let mut column = Column::new(field.name.clone(), kind);
    column.unit.clone_from(&field.unit);
    column.ucd.clone_from(&field.ucd);
    column.utype.clone_from(&field.utype);
    column.description.clone_from(&field.description);
    column
}

fn opaque(datatype: Datatype, field: &read::Column) -> Type {
    let arraysize = field.arraysize.to_string();
    Type::Opaque { datatype, arraysize, xtype: field.xtype.clone() }
}

fn datatype(primitive: Primitive) -> Datatype {
    match primitive {
        Primitive::Boolean => Datatype::Boolean,
        Primitive::Bit => Datatype::Bit,
        Primitive::UnsignedByte => Datatype::UnsignedByte,
        Primitive::Short => Datatype::Short,
        Primitive::Int => Datatype::Int,
        Primitive::Long => Datatype::Long,
        Primitive::Char => Datatype::Char,
        Primitive::UnicodeChar => Datatype::UnicodeChar,
        Primitive::Float => Datatype::Float,
        Primitive::Double => Datatype::Double,
        Primitive::FloatComplex => Datatype::FloatComplex,
        Primitive::DoubleComplex => Datatype::DoubleComplex,
    }
}

/// A value as SQLite holds it: arrays, complex numbers and geometries as TABLEDATA writes them,
/// timestamps in canonical form.
fn cell((value, kind): (&Value, &Type)) -> Cell {
    match value {
        Value::Null => Cell::Null,
        Value::Bool(flag) if *kind == Type::Boolean => Cell::Int(i64::from(*flag)),
        Value::Bool(flag) => Cell::Text(u8::from(*flag).to_string()),
        Value::Int(number) if kind.is_numeric() => Cell::Int(*number),
        Value::Int(number) => Cell::Text(number.to_string()),
        Value::Float(number) => Cell::Float(f64::from(*number)),
        Value::Double(number) => Cell::Float(*number),
        Value::FloatComplex([re, im]) => Cell::Text(format!("{re} {im}")),
        Value::DoubleComplex([re, im]) => Cell::Text(format!("{re} {im}")),
        Value::Text(text) if *kind == Type::Timestamp => {
            crate::functions::timestamp(text).map_or_else(|_| Cell::Text(text.clone()), Cell::Text)
        }
        Value::Text(text) => Cell::Text(text.clone()),
        Value::Array(array) => Cell::Text(array_text(array)),
    }
}

fn array_text(array: &Array) -> String {
    fn joined<T>(values: &[T], one: impl Fn(&T) -> String) -> String {
        values.iter().map(one).collect::<Vec<String>>().join(" ")
    }
    match array {
        Array::Bool(values) => joined(values, |value| match value {
            Some(true) => "T".to_owned(),
            Some(false) => "F".to_owned(),
            None => "?".to_owned(),
        }),
        Array::Bit(values) => joined(values, |value| u8::from(*value).to_string()),
        Array::Int(values) => joined(values, |value| {
            value.map_or_else(|| "NaN".to_owned(), |value| value.to_string())
        }),
        Array::Float(values) => joined(values, ToString::to_string),
        Array::Double(values) => joined(values, ToString::to_string),
        Array::FloatComplex(values) => joined(values, |[re, im]| format!("{re} {im}")),
        Array::DoubleComplex(values) => joined(values, |[re, im]| format!("{re} {im}")),
        Array::Text(values) => values.concat(),
    }
}
