//! Extended types: what a cell means (DALI 1.2 section 3.3, and the adql: types of TAP 1.0).

use super::column::{Column, Primitive};
use super::value::{Array, Value, Wrong, wrong};
use crate::time;

/// The extended types whose values have a meaning here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Xtype {
    /// `timestamp`, `adql:TIMESTAMP`: text.
    Timestamp,
    /// `interval`: two numbers.
    Interval,
    /// `point`: two numbers.
    Point,
    /// `circle`: three numbers.
    Circle,
    /// `range`: four numbers.
    Range,
    /// `polygon`: an even number of numbers, six or more.
    Polygon,
    /// `shape`, `adql:POINT`, `adql:REGION`: text with the kind of shape first, as DALI or STC-S
    /// write it.
    Shape,
}

/// What a cell means. Angles in degrees, ICRS.
#[derive(Debug, Clone, PartialEq)]
pub enum Meaning {
    /// Nanoseconds from 1970-01-01T00:00:00, in the column's time scale.
    Instant(i64),
    /// Bounds, both inside; may be infinite.
    Interval(f64, f64),
    /// Longitude and latitude.
    Point(f64, f64),
    /// Longitude and latitude of the centre, radius.
    Circle(f64, f64, f64),
    /// Longitudes from and to, latitudes from and to; may run through longitude 0.
    Range(f64, f64, f64, f64),
    /// Longitude and latitude of the vertices, three or more; the last is joined to the first.
    Polygon(Vec<(f64, f64)>),
}

impl Column {
    /// The extended type, where its name, the datatype and the arraysize agree.
    pub fn known_xtype(&self) -> Option<Xtype> {
        let size = &self.arraysize;
        let numbers = !matches!(
            self.primitive,
            Primitive::Char
                | Primitive::UnicodeChar
                | Primitive::Boolean
                | Primitive::Bit
                | Primitive::FloatComplex
                | Primitive::DoubleComplex
        );
        let count = |wanted: usize| numbers && size.fixed == [wanted] && !size.variable;
        let text = self.primitive.is_text() && !size.is_matrix();
        let (xtype, agrees) = match self.xtype.to_ascii_lowercase().as_str() {
            "timestamp" | "adql:timestamp" => (Xtype::Timestamp, text),
            "interval" => (Xtype::Interval, count(2)),
            "point" => (Xtype::Point, count(2)),
            "circle" => (Xtype::Circle, count(3)),
            "range" => (Xtype::Range, count(4)),
            "polygon" => (Xtype::Polygon, numbers && !size.is_scalar()),
            "shape" | "adql:point" | "adql:region" => (Xtype::Shape, text),
            _ => return None,
        };
        agrees.then_some(xtype)
    }

    /// What a cell of this column means; nothing for null and for columns without a known xtype.
    ///
    /// # Errors
    /// The cell is not of the form that its xtype has.
    pub fn meaning(&self, value: &Value) -> Result<Option<Meaning>, Wrong> {
        let Some(xtype) = self.known_xtype() else { return Ok(None) };
        match value {
            Value::Text(text) if xtype == Xtype::Timestamp => instant(text).map(Some),
            Value::Text(text) => shape(text).map(Some),
            Value::Array(array) => match numbers(array) {
                // All NaN is how null points are written.
                Some(all) if all.iter().all(|number| number.is_nan()) => Ok(None),
                Some(all) => of_numbers(xtype, &all).map(Some),
                None => Err(wrong("an element is null", "write nothing at all, for null")),
            },
            _ => Ok(None),
        }
    }
}

fn instant(text: &str) -> Result<Meaning, Wrong> {
    time::parse_iso(text.trim()).map(Meaning::Instant).ok_or_else(|| {
        let shown: String = text.chars().take(40).collect();
        wrong(format!("{shown:?} is not a timestamp"), "write YYYY-MM-DDThh:mm:ss.sss, or the date")
    })
}

#[expect(clippy::cast_precision_loss, reason = "coordinates that are written as integers")]
fn numbers(array: &Array) -> Option<Vec<f64>> {
    match array {
        Array::Double(all) => Some(all.clone()),
        Array::Float(all) => Some(all.iter().map(|number| f64::from(*number)).collect()),
        Array::Int(all) => all.iter().map(|number| number.map(|number| number as f64)).collect(),
        _ => None,
    }
}

fn of_numbers(xtype: Xtype, numbers: &[f64]) -> Result<Meaning, Wrong> {
    let latitude = |lat: f64| (-90.0..=90.0).contains(&lat);
    if xtype != Xtype::Interval && numbers.iter().any(|number| !number.is_finite()) {
        return Err(wrong("a coordinate is not finite", "write degrees"));
    }
    let (meaning, valid, help) = match (xtype, numbers) {
        (Xtype::Interval, [low, high]) => (
            Meaning::Interval(*low, *high),
            low <= high,
            "an interval is its lower and its upper bound",
        ),
        (Xtype::Point, [lon, lat]) => (
            Meaning::Point(*lon, *lat),
            latitude(*lat),
            "a point is its longitude and its latitude in degrees",
        ),
        (Xtype::Circle, [lon, lat, radius]) => (
            Meaning::Circle(*lon, *lat, *radius),
            latitude(*lat) && (0.0..=180.0).contains(radius),
            "a circle is longitude, latitude and radius in degrees",
        ),
        (Xtype::Range, [west, east, south, north]) => (
            Meaning::Range(*west, *east, *south, *north),
            latitude(*south) && latitude(*north) && south <= north,
            "a range is two longitudes and two latitudes in degrees, the lower latitude first",
        ),
        (Xtype::Polygon, numbers) => {
            let (vertices, rest) = numbers.as_chunks::<2>();
            (
                Meaning::Polygon(vertices.iter().map(|[lon, lat]| (*lon, *lat)).collect()),
                rest.is_empty()
                    && vertices.len() > 2
                    && vertices.iter().all(|[_, lat]| latitude(*lat)),
                "a polygon is three or more pairs of longitude and latitude in degrees",
            )
        }
        _ => return Err(wrong("the numbers do not make the column's xtype", SHAPES)),
    };
    if valid { Ok(meaning) } else { Err(wrong("the numbers are out of range", help)) }
}

const SHAPES: &str = "a shape is: point lon lat, circle lon lat radius, polygon lon lat lon lat lon lat \
                      …, or range lon lon lat lat";

/// A shape with its kind first. Words of STC-S that name ICRS, which is meant anyway, may follow.
fn shape(text: &str) -> Result<Meaning, Wrong> {
    let lower = text.to_ascii_lowercase();
    let mut words = lower.split_ascii_whitespace();
    let xtype = match words.next() {
        Some("point" | "position") => Xtype::Point,
        Some("circle") => Xtype::Circle,
        Some("range") => Xtype::Range,
        Some("polygon") => Xtype::Polygon,
        _ => {
            let shown: String = text.chars().take(40).collect();
            return Err(wrong(format!("{shown:?} is not a shape that can be read"), SHAPES));
        }
    };
    let mut numbers = Vec::new();
    for word in words {
        match word.parse::<f64>() {
            Ok(number) => numbers.push(number),
            Err(_) if numbers.is_empty() && IGNORED.contains(&word) => {}
            Err(_) => {
                let shown: String = word.chars().take(40).collect();
                return Err(wrong(format!("{shown:?} is neither a number nor ICRS"), SHAPES));
            }
        }
    }
    of_numbers(xtype, &numbers)
}

const IGNORED: [&str; 8] = [
    "icrs",
    "unknownframe",
    "barycenter",
    "geocenter",
    "topocenter",
    "unknownrefpos",
    "spherical2",
    "unknown",
];
