//! Shapes on the sky, as SIA 2.0 section 2.1.1 writes them.
//!
//! In: `CIRCLE`, `RANGE` or `POLYGON` and degrees of ICRS with blanks between. Out: the geometry as a node of a
//! query; or what is wrong. A RANGE whose first longitude is above its second goes through longitude 0.

use super::interval::number;
use crate::adql::{Expression, Geometry, Position, Vertices};
use crate::functions::Kind;

/// A shape whose numbers make one.
#[derive(Debug, Clone, PartialEq)]
pub struct Shape {
    keyword: &'static str,
    numbers: Vec<f64>,
}

/// What shapes look like, for messages.
pub const FORMS: &str = "CIRCLE lon lat radius; RANGE lon lon lat lat, with -Inf and +Inf for open ends; POLYGON and \
                         three or more pairs of lon and lat; all in degrees of ICRS";

impl Shape {
    /// Reads a shape.
    ///
    /// # Errors
    /// What is wrong with the text.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut words = text.split_ascii_whitespace();
        let written = words.next().unwrap_or_default();
        let known = ["CIRCLE", "RANGE", "POLYGON"];
        let keyword = known.into_iter().find(|known| written.eq_ignore_ascii_case(known));
        let Some(keyword) = keyword else {
            let shown: String = written.chars().take(40).collect();
            return Err(format!("`{shown}` is not a shape"));
        };
        let numbers: Vec<f64> = words.map(number).collect::<Result<_, _>>()?;
        if keyword != "RANGE" && numbers.iter().any(|number| number.is_infinite()) {
            return Err(format!("a {keyword} has no open ends"));
        }
        let shape = Self { keyword, numbers };
        match Kind::Region.read(&shape.text()) {
            Ok(_) => Ok(shape),
            Err(wrong) => Err(wrong.to_string()),
        }
    }

    /// `CIRCLE`, `RANGE` or `POLYGON`.
    pub fn keyword(&self) -> &'static str {
        self.keyword
    }

    /// Its numbers in degrees; those of a RANGE may be infinite.
    pub fn numbers(&self) -> &[f64] {
        &self.numbers
    }

    /// The shape of a region as ObsCore writes those of one part: `POLYGON ICRS …`, `CIRCLE ICRS …`.
    pub fn of_region(text: &str) -> Option<Self> {
        Self::parse(&text.replacen(" ICRS ", " ", 1)).ok()
    }

    /// The shape as a region text of ADQL.
    fn text(&self) -> String {
        let mut text = format!("{} ICRS", self.keyword);
        for number in &self.numbers {
            // With an exponent where digits would be many.
            text.push_str(&format!(" {number:?}"));
        }
        text
    }

    /// The shape as a value of a query.
    fn value(&self) -> Expression {
        let number = Expression::number;
        match (self.keyword, self.numbers.as_slice()) {
            ("CIRCLE", &[lon, lat, radius]) => Geometry::Circle {
                system: None,
                centre: Position::Coordinates(number(lon), number(lat)),
                radius: number(radius),
            },
            ("POLYGON", numbers) => {
                let pairs = numbers.as_chunks::<2>().0.iter();
                let pairs = pairs.map(|[lon, lat]| (number(*lon), number(*lat)));
                Geometry::Polygon { system: None, vertices: Vertices::Coordinates(pairs.collect()) }
            }
            _ => Geometry::Region(Expression::text(self.text())),
        }
        .into()
    }

    /// Several shapes as one value, so that a query has one place to look at.
    pub fn together(shapes: &[Self]) -> Expression {
        match shapes {
            [only] => only.value(),
            _ => {
                let texts: Vec<String> = shapes.iter().map(Self::text).collect();
                let union = format!("UNION ICRS ({})", texts.join(" "));
                Geometry::Region(Expression::text(union)).into()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::functions::{Geometry as Shaped, Point, contains};
    use proptest::prelude::*;

    fn holds(text: &str, lon: f64, lat: f64) -> bool {
        let shape = Kind::Region.read(&Shape::parse(text).unwrap().text()).unwrap();
        contains(&shape, &Shaped::Point(Point::new(lon, lat).unwrap()))
    }

    #[test]
    fn shapes_are_where_they_say() {
        for (text, inside, outside) in [
            ("CIRCLE 12.0 34.0 0.5", (12.3, 34.2), (12.7, 34.0)),
            ("circle 0 -90 1", (200.0, -89.5), (200.0, -88.5)),
            ("RANGE 12.0 12.5 34.0 36.0", (12.5, 34.0), (12.6, 35.0)),
            ("RANGE 0 360.0 -2.0 2.0", (271.0, 1.9), (271.0, 2.1)),
            ("RANGE 0 360.0 89.0 +Inf", (5.0, 90.0), (5.0, 88.9)),
            ("RANGE 359 1 -1 1", (0.0, 0.5), (180.0, 0.5)),
            ("RANGE -1 1 -1 1", (359.5, 0.5), (180.0, 0.5)),
            ("RANGE 350 +Inf -Inf 0", (355.0, -10.0), (5.0, -10.0)),
            ("POLYGON 12 34 14 35 14 36 12 35", (13.0, 35.0), (12.0, 36.0)),
            // The other way round it is the same.
            ("POLYGON 12 35 14 36 14 35 12 34", (13.0, 35.0), (12.0, 36.0)),
            // Not convex.
            ("POLYGON 0 0 10 0 10 10 5 2 0 10", (1.0, 5.0), (5.0, 5.0)),
        ] {
            assert!(
                holds(text, inside.0, inside.1) && !holds(text, outside.0, outside.1),
                "{text}"
            );
        }
        assert!(holds("RANGE -Inf +Inf -Inf +Inf", 77.0, -12.0));
    }

    #[test]
    fn what_is_no_shape() {
        for text in [
            "",
            "CIRCLE",
            "CIRCLE 1 2",
            "CIRCLE 1 2 3 4",
            "CIRCLE 1 2 -1",
            "CIRCLE 1 91 1",
            "CIRCLE 1 2 +Inf",
            "CIRCLE ICRS 1 2 3",
            "CIRCLE 1 2 181",
            "BOX 1 2 3 4",
            "UNION",
            "RANGE 1 2 4 3",
            "RANGE 1 2 3",
            "RANGE 1 2 3 91",
            "RANGE NaN 2 3 4",
            "POLYGON 1 2 3 4",
            "POLYGON 1 2 3 4 5",
            "POLYGON 1 1 1 1 1 1",
            "POLYGON 0 0 10 10 10 0 0 10",
            "1 2 3",
            "CIRCLE 1 2 3) (CIRCLE 1 2 3",
            "CIRCLE 1e999 0 1",
        ] {
            assert!(Shape::parse(text).is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "(CIRCLE|RANGE|POLYGON|\\PC{0,5})( \\PC{0,8}){0,8}") {
            let _ = Shape::parse(&text);
        }

        #[test]
        fn any_numbers_are_read_or_refused(
            keyword in "CIRCLE|RANGE|POLYGON",
            numbers in prop::collection::vec(any::<f64>(), 0..12),
            sane in prop::collection::vec(-400.0..400.0, 0..12),
        ) {
            for numbers in [numbers, sane] {
                let words: Vec<String> = numbers.iter().map(ToString::to_string).collect();
                if let Ok(shape) = Shape::parse(&format!("{keyword} {}", words.join(" "))) {
                    prop_assert_eq!(&shape.numbers, &numbers);
                    // Several are a shape too.
                    let both = Shape::together(&[shape.clone(), shape]);
                    let Some(Geometry::Region(text)) = both.as_geometry() else { unreachable!() };
                    let crate::adql::Node::Text(text) = &text.node else { unreachable!() };
                    prop_assert!(Kind::Region.read(text).is_ok(), "{}", text);
                }
            }
        }

        #[test]
        fn circles_hold_their_centres(lon in 0.0..360.0, lat in -90.0..90.0, radius in 0.0..180.0) {
            let text = format!("CIRCLE {lon} {lat} {radius}");
            prop_assert!(holds(&text, lon, lat), "{}", text);
        }
    }
}
