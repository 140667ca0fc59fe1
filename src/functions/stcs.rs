//! Region texts: STC-S as TAP 1.0 section 6 simplifies it, and DALI's `shape`.
//!
//! In: `POSITION`, `CIRCLE`, `BOX`, `POLYGON`, `RANGE`, and `UNION` or `INTERSECTION` of those in
//! brackets, each with words for the frame, the reference position and the flavour behind its name.
//! Out: the geometry in ICRS. Nesting is as deep as regions can be encoded.

use super::shape::{number, points, polygon};
use super::{Frame, Geometry, Point, Wrong, circle, rectangle, shown, transform};
use crate::geom::{self, Region};
use crate::region::{MAX_DEPTH, MAX_TEXT};

/// Words that may follow the frame and change nothing: directions do not depend on them.
const IGNORED: [&str; 10] = [
    "BARYCENTER",
    "GEOCENTER",
    "TOPOCENTER",
    "HELIOCENTER",
    "GALACTIC_CENTER",
    "LSR",
    "EMBARYCENTER",
    "RELOCATABLE",
    "UNKNOWNREFPOS",
    "SPHERICAL2",
];

/// Reads a region text.
///
/// # Errors
/// What is not understood, and what is possible; shapes that cannot be.
pub(super) fn read(text: &str) -> Result<Geometry, Wrong> {
    if text.len() > MAX_TEXT {
        return Err(Wrong(format!("the text is longer than {MAX_TEXT} bytes")));
    }
    let spaced = text.replace('(', " ( ").replace(')', " ) ");
    let mut words = Words { words: spaced.split_ascii_whitespace().collect(), at: 0 };
    let geometry = words.shape(Frame::Icrs, 0)?;
    match words.peek() {
        None => Ok(geometry),
        Some(word) => Err(Wrong(format!("{} after the end of the shape", shown(word)))),
    }
}

struct Words<'a> {
    words: Vec<&'a str>,
    at: usize,
}

impl<'a> Words<'a> {
    fn peek(&self) -> Option<&'a str> {
        self.words.get(self.at).copied()
    }

    fn next(&mut self) -> Option<&'a str> {
        let word = self.peek();
        self.at += 1;
        word
    }

    /// A shape, in ICRS; `frame` is that of the compound around it.
    fn shape(&mut self, frame: Frame, depth: usize) -> Result<Geometry, Wrong> {
        let written = self.next().unwrap_or_default();
        let keyword = written.to_ascii_uppercase();
        let frame = self.frame(frame)?;
        let geometry = match keyword.as_str() {
            // What is in a compound has been turned already.
            "UNION" => return self.operands(frame, depth).map(Region::union).map(Geometry::Region),
            "INTERSECTION" => {
                let operands = self.operands(frame, depth)?;
                return Ok(Geometry::Region(Region::intersection(operands)));
            }
            "POSITION" | "POINT" => self.of_numbers(&keyword)?,
            "CIRCLE" | "BOX" | "POLYGON" | "RANGE" => self.of_numbers(&keyword)?,
            _ => {
                return Err(Wrong(format!(
                    "{} is not a shape: it is POSITION, CIRCLE, BOX, POLYGON, RANGE, UNION or \
                     INTERSECTION",
                    shown(written)
                )));
            }
        };
        transform(&geometry, frame, Frame::Icrs)
    }

    /// The words between the name of a shape and its numbers.
    fn frame(&mut self, mut frame: Frame) -> Result<Frame, Wrong> {
        while let Some(word) = self.peek() {
            if word == "(" || word.parse::<f64>().is_ok() {
                break;
            }
            let upper = word.to_ascii_uppercase();
            match upper.as_str() {
                "ICRS" | "UNKNOWNFRAME" => frame = Frame::Icrs,
                "FK5" | "J2000" => frame = Frame::Fk5,
                "FK4" | "B1950" => frame = Frame::Fk4,
                "GALACTIC" | "GAL" => frame = Frame::Galactic,
                "ECLIPTIC" => frame = Frame::Ecliptic,
                word if IGNORED.contains(&word) => {}
                _ => {
                    return Err(Wrong(format!(
                        "{} is neither a number nor a frame: frames are ICRS, FK5, FK4, GALACTIC \
                         and ECLIPTIC",
                        shown(word)
                    )));
                }
            }
            self.at += 1;
        }
        Ok(frame)
    }

    fn of_numbers(&mut self, keyword: &str) -> Result<Geometry, Wrong> {
        let mut numbers = Vec::new();
        while let Some(word) = self.peek() {
            // The next shape of a compound, or its end.
            if word == ")"
                || (word.starts_with(|c: char| c.is_ascii_alphabetic()) && !infinite(word))
            {
                break;
            }
            numbers.push(number(word)?);
            self.at += 1;
        }
        let (geometry, form) = match (keyword, numbers.as_slice()) {
            ("POSITION" | "POINT", [lon, lat]) => {
                return Point::new(*lon, *lat).map(Geometry::Point);
            }
            ("CIRCLE", [lon, lat, radius]) => return circle(Point::new(*lon, *lat)?, *radius),
            ("BOX", [lon, lat, width, height]) => {
                return rectangle(Point::new(*lon, *lat)?, *width, *height);
            }
            ("POLYGON", all) if all.len() > 5 && all.len() % 2 == 0 => {
                return polygon(&points(all)?);
            }
            ("RANGE", [west, east, south, north]) => {
                let region = geom::range_degrees((*west, *east), (*south, *north))?;
                return Ok(Geometry::Region(region));
            }
            ("POSITION" | "POINT", all) => (all.len(), "longitude and latitude"),
            ("CIRCLE", all) => (all.len(), "longitude, latitude and radius"),
            ("BOX", all) => (all.len(), "longitude, latitude, width and height"),
            ("RANGE", all) => (all.len(), "two longitudes and two latitudes"),
            (_, all) => (all.len(), "three or more pairs of longitude and latitude"),
        };
        Err(Wrong(format!("{keyword} has {form} in degrees, not {geometry} numbers")))
    }

    fn operands(&mut self, frame: Frame, depth: usize) -> Result<Vec<Region>, Wrong> {
        if depth + 1 >= MAX_DEPTH {
            return Err(Wrong(format!("shapes are nested deeper than {MAX_DEPTH}")));
        }
        if self.next() != Some("(") {
            return Err(Wrong("the parts of a UNION or INTERSECTION are in brackets".to_owned()));
        }
        let mut operands = Vec::new();
        while self.peek() != Some(")") {
            if self.peek().is_none() {
                return Err(Wrong("a closing bracket is missing".to_owned()));
            }
            match self.shape(frame, depth + 1)? {
                Geometry::Region(region) => operands.push(region),
                Geometry::Point(_) => {
                    let message =
                        "a POSITION cannot be part of a UNION or INTERSECTION: write a CIRCLE";
                    return Err(Wrong(message.to_owned()));
                }
            }
        }
        self.at += 1;
        if operands.is_empty() {
            return Err(Wrong("a UNION or INTERSECTION needs parts".to_owned()));
        }
        Ok(operands)
    }
}

/// Open ends of a RANGE.
fn infinite(word: &str) -> bool {
    word.parse::<f64>().is_ok()
}
