//! A call without its pointers: what a function is, its arguments, its answer.

use std::cell::RefCell;
use std::ffi::{CStr, c_int};
use std::rc::Rc;

use crate::functions::{Geometry, Point, Wrong, double_text};

/// A function to be registered.
pub(super) struct Function {
    /// The name in SQL.
    pub name: &'static CStr,
    /// The name in ADQL, for messages.
    pub shown: &'static str,
    /// The numbers of arguments; -1 for any.
    pub counts: &'static [c_int],
    /// Whether equal arguments give equal answers.
    pub deterministic: bool,
    /// Whether it wants to see NULL; else NULL is the answer to NULL.
    pub takes_null: bool,
    /// What it does.
    pub body: Body,
}

/// What a function does.
pub(super) enum Body {
    /// An answer for every row.
    Scalar(fn(&Arguments<'_>) -> Outcome),
    /// One for many rows.
    Aggregate(fn() -> State),
}

/// An answer, or what is wrong.
pub(super) type Outcome = Result<Answer, Wrong>;

/// What an aggregate function has gathered.
pub(super) type State = Box<dyn Aggregate>;

/// A function of many rows.
pub(super) trait Aggregate {
    /// Takes a row.
    fn add(&mut self, row: &Arguments<'_>) -> Result<(), Wrong>;

    /// The answer.
    fn finish(&mut self) -> Answer;
}

/// A deterministic function of one row.
pub(super) const fn scalar(
    name: &'static CStr,
    shown: &'static str,
    counts: &'static [c_int],
    body: fn(&Arguments<'_>) -> Outcome,
) -> Function {
    let body = Body::Scalar(body);
    Function { name, shown, counts, deterministic: true, takes_null: false, body }
}

/// An aggregate function.
pub(super) const fn aggregate(
    name: &'static CStr,
    shown: &'static str,
    counts: &'static [c_int],
    new: fn() -> State,
) -> Function {
    let body = Body::Aggregate(new);
    Function { name, shown, counts, deterministic: true, takes_null: true, body }
}

impl Function {
    /// The same, with other answers to the same arguments.
    pub(super) const fn random(self) -> Self {
        Self { deterministic: false, ..self }
    }

    /// The same, which wants to see NULL.
    pub(super) const fn with_nulls(self) -> Self {
        Self { takes_null: true, ..self }
    }
}

/// An argument.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Argument<'a> {
    Null,
    Integer(i64),
    Double(f64),
    Text(&'a str),
    /// Bytes, also those of text that is not UTF-8.
    Bytes(&'a [u8]),
}

/// The arguments of a call.
pub(super) struct Arguments<'a>(pub Vec<Argument<'a>>);

impl<'a> Arguments<'a> {
    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// An argument; NULL when there is none.
    pub(super) fn at(&self, index: usize) -> Argument<'a> {
        self.0.get(index).copied().unwrap_or(Argument::Null)
    }

    pub(super) fn has_null(&self) -> bool {
        self.0.contains(&Argument::Null)
    }

    fn wrong<T>(index: usize, wanted: &str) -> Result<T, Wrong> {
        Err(Wrong(format!("argument {} must be {wanted}", index + 1)))
    }

    /// A number.
    pub(super) fn number(&self, index: usize) -> Result<f64, Wrong> {
        match self.at(index) {
            Argument::Double(number) => Ok(number),
            #[expect(clippy::cast_precision_loss, reason = "as every cast of an integer")]
            Argument::Integer(number) => Ok(number as f64),
            _ => Self::wrong(index, "a number"),
        }
    }

    /// A number or NULL.
    pub(super) fn optional_number(&self, index: usize) -> Result<Option<f64>, Wrong> {
        if self.at(index) == Argument::Null { Ok(None) } else { self.number(index).map(Some) }
    }

    /// A whole number.
    pub(super) fn integer(&self, index: usize) -> Result<i64, Wrong> {
        match self.at(index) {
            Argument::Integer(number) => Ok(number),
            #[expect(clippy::cast_possible_truncation, reason = "far below 2^63")]
            Argument::Double(number) if number.fract() == 0.0 && number.abs() < 9e18 => {
                Ok(number as i64)
            }
            _ => Self::wrong(index, "a whole number"),
        }
    }

    /// A text.
    pub(super) fn text(&self, index: usize) -> Result<&'a str, Wrong> {
        match self.at(index) {
            Argument::Text(text) => Ok(text),
            _ => Self::wrong(index, "a text"),
        }
    }

    /// A number or a text, as text.
    pub(super) fn written(&self, index: usize) -> Result<String, Wrong> {
        match self.at(index) {
            Argument::Text(text) => Ok(text.to_owned()),
            Argument::Integer(number) => Ok(number.to_string()),
            Argument::Double(number) => Ok(double_text(number)),
            _ => Self::wrong(index, "a text or a number"),
        }
    }

    /// A geometry; `None` for a corrupt region column.
    pub(super) fn geometry(&self, index: usize) -> Result<Option<Rc<Geometry>>, Wrong> {
        match self.at(index) {
            Argument::Text(text) => {
                remembered(true, text.as_bytes(), || Ok(Geometry::of_region_column(text)))
            }
            Argument::Bytes(bytes) => {
                remembered(false, bytes, || Geometry::decode(bytes).map(Some))
            }
            _ => Self::wrong(index, "a geometry"),
        }
    }

    /// A point.
    pub(super) fn point(&self, index: usize) -> Result<Point, Wrong> {
        match self.at(index) {
            Argument::Bytes(bytes) => Geometry::decode(bytes)?.point(),
            _ => Self::wrong(index, "a point"),
        }
    }
}

/// Geometries are remembered up to this length in bytes.
const LONGEST_KEY: usize = 1 << 18;

/// So many of them.
const REMEMBERED: usize = 8;

/// Whether it was text, the bytes, and what they are.
type Memory = Vec<(bool, Box<[u8]>, Rc<Geometry>)>;

thread_local! {
    /// The geometries of the last calls in this thread, the last one foremost: the constants of a
    /// query come back with every row, and those of a join's outer table with every inner one.
    static MEMORY: RefCell<Memory> = const { RefCell::new(Vec::new()) };
}

fn remembered(
    text: bool,
    bytes: &[u8],
    read: impl FnOnce() -> Result<Option<Geometry>, Wrong>,
) -> Result<Option<Rc<Geometry>>, Wrong> {
    MEMORY.with_borrow_mut(|memory| {
        let known = memory.iter().position(|(kind, key, _)| *kind == text && **key == *bytes);
        if let Some(place) = known {
            if let Some(front) = memory.get_mut(..=place) {
                front.rotate_right(1);
            }
            return Ok(memory.first().map(|(_, _, geometry)| Rc::clone(geometry)));
        }
        let Some(geometry) = read()?.map(Rc::new) else { return Ok(None) };
        if bytes.len() <= LONGEST_KEY {
            memory.truncate(REMEMBERED - 1);
            memory.insert(0, (text, bytes.into(), Rc::clone(&geometry)));
        }
        Ok(Some(geometry))
    })
}

/// An answer.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Answer {
    Null,
    Integer(i64),
    Double(f64),
    Text(String),
    Bytes(Vec<u8>),
}

impl From<bool> for Answer {
    fn from(truth: bool) -> Self {
        Self::Integer(i64::from(truth))
    }
}

impl From<i64> for Answer {
    fn from(number: i64) -> Self {
        Self::Integer(number)
    }
}

impl From<f64> for Answer {
    fn from(number: f64) -> Self {
        Self::Double(number)
    }
}

impl From<String> for Answer {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<Geometry> for Answer {
    fn from(geometry: Geometry) -> Self {
        Self::Bytes(geometry.encode())
    }
}

impl From<Point> for Answer {
    fn from(point: Point) -> Self {
        Geometry::Point(point).into()
    }
}

impl<T: Into<Self>> From<Option<T>> for Answer {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}
