//! Geometries: which of the forms of a function the arguments make.
//!
//! Follows ADQL 2.1 section 4.2 and its grammar; in ADQL 2.0 the coordinate system is mandatory
//! and may be any text, and positions are coordinates.

use super::super::slot::Slot;
use super::super::tree::{Distance, Expression, Geometry, Node, Place, Position, Vertices};
use super::call::{Arguments, name_span, wrong_number};
use super::{Item, Operand, Parse, Parser, Version};
use crate::diag::Diagnostic;

impl Parser<'_> {
    pub(super) fn geometry(&mut self, name: &'static str) -> Parse<Operand> {
        let Arguments { list, height, place } = self.arguments()?;
        let before = self.errors.len();
        // Without a coordinate system, as the forms are shown.
        let system = list.first().is_some_and(is_system) && list.len() > 2;
        let count = list.len() - usize::from(system);
        let built = match name {
            "POINT" | "CIRCLE" | "BOX" | "POLYGON" => self.constructor(name, list, place),
            "DISTANCE" => self.distance(list),
            _ => self.function(name, list),
        };
        let Some(geometry) = built else {
            if self.errors.len() == before {
                let error = self.wrong_form(name, count, place);
                self.report(error);
            }
            return self.expression(Node::Null, place, height);
        };
        self.expression(Node::Geometry(Box::new(geometry)), place, height)
    }

    fn wrong_form(&self, name: &'static str, count: usize, place: Place) -> Diagnostic {
        let (numbers, form): (&[usize], &str) = match name {
            "POINT" => (&[2], "POINT(longitude, latitude)"),
            "CIRCLE" => (
                &[3, 2],
                "CIRCLE(longitude, latitude, radius) or CIRCLE(point, radius), in degrees",
            ),
            "BOX" => (
                &[4, 3],
                "BOX(longitude, latitude, width, height) or BOX(point, width, height), in degrees",
            ),
            "POLYGON" => {
                let form = "POLYGON(longitude, latitude, …) or POLYGON(point, …), with three \
                            vertices at least, all of one kind";
                return self
                    .error("Q032", place.0, format!("POLYGON cannot have {count} arguments"))
                    .help(form);
            }
            "DISTANCE" => (
                &[2, 4],
                "DISTANCE(point, point) or DISTANCE(longitude, latitude, longitude, latitude)",
            ),
            "CONTAINS" => (&[2], "CONTAINS(inner, outer)"),
            "INTERSECTS" => (&[2], "INTERSECTS(geometry, geometry)"),
            "REGION" => (&[1], "REGION('Circle ICRS 10 20 0.5')"),
            "COORD1" | "COORD2" => (&[1], "COORD1(point), COORD2(point)"),
            _ => (&[1], "AREA(geometry), CENTROID(geometry), COORDSYS(geometry)"),
        };
        let error = wrong_number(self, name, numbers, count, place).help(form);
        if matches!(name, "POINT" | "CIRCLE" | "BOX") {
            error.help("a string in front is the coordinate system, which ADQL 2.1 does not need")
        } else {
            error
        }
    }

    fn constructor(
        &mut self,
        name: &'static str,
        mut list: Vec<Operand>,
        place: Place,
    ) -> Option<Geometry> {
        let system = self.coordinate_system(name, &mut list, place);
        let count = list.len();
        let mut list = list.into_iter();
        let mut next = || list.next();
        match (name, count) {
            ("POINT", 2) => {
                let (longitude, latitude) = (self.number(next()?), self.number(next()?));
                Some(Geometry::Point { system, longitude, latitude })
            }
            ("CIRCLE", 2 | 3) => {
                let centre = if count == 2 {
                    self.point_position(next()?)
                } else {
                    Position::Coordinates(self.number(next()?), self.number(next()?))
                };
                let radius = self.number(next()?);
                Some(Geometry::Circle { system, centre, radius })
            }
            ("BOX", 3 | 4) => {
                let centre = if count == 3 {
                    self.point_position(next()?)
                } else {
                    Position::Coordinates(self.number(next()?), self.number(next()?))
                };
                let (width, height) = (self.number(next()?), self.number(next()?));
                Some(Geometry::Box { system, centre, width, height })
            }
            ("POLYGON", 3..) => {
                let vertices = self.vertices(list.collect())?;
                Some(Geometry::Polygon { system, vertices })
            }
            _ => None,
        }
    }

    /// Takes the coordinate system off the arguments: a string or NULL in front; in ADQL 2.0 what
    /// stands in front.
    fn coordinate_system(
        &mut self,
        name: &'static str,
        list: &mut Vec<Operand>,
        place: Place,
    ) -> Option<Expression> {
        if !list.first().is_some_and(is_system) {
            if self.version == Version::V2_1 || list.is_empty() {
                return None;
            }
            let coordinates = match name {
                "POINT" => list.len() == 2,
                "CIRCLE" => list.len() <= 3,
                "BOX" => list.len() <= 4,
                _ => list.len().is_multiple_of(2),
            };
            if coordinates {
                self.complain(
                    "Q041",
                    name_span(place, name),
                    format!("{name} wants a coordinate system as first argument in ADQL 2.0"),
                    format!("{name}('ICRS', …), or ask for ADQL-2.1"),
                );
                return None;
            }
        }
        let first = list.remove(0);
        Some(self.fitting_or_null(first))
    }

    /// A coordinate system: a text; NULL stands for none.
    fn fitting_or_null(&mut self, operand: Operand) -> Expression {
        let null = matches!(&operand.item, Item::Value(Expression { node: Node::Null, .. }));
        if null { self.as_value(operand) } else { self.fitting(operand, Slot::Text) }
    }

    fn number(&mut self, operand: Operand) -> Expression {
        self.fitting(operand, Slot::Number)
    }

    fn point(&mut self, operand: Operand) -> Expression {
        // Parentheses do not make a point of something else.
        self.fitting(Operand { closed: false, ..operand }, Slot::Point)
    }

    fn point_position(&mut self, operand: Operand) -> Position {
        let point = self.point(operand);
        self.since_2_1(point.place.0, "a point as the centre");
        Position::Point(point)
    }

    fn vertices(&mut self, list: Vec<Operand>) -> Option<Vertices> {
        let surely = |operand: &Operand| match &operand.item {
            Item::Value(value) => value.as_geometry().is_some_and(Geometry::is_shape),
            Item::Condition(_) => false,
        };
        let perhaps = |operand: &Operand| match &operand.item {
            Item::Value(value) => Slot::Point.takes(value),
            Item::Condition(_) => false,
        };
        let count = list.len();
        let pairs = count.is_multiple_of(2) && count >= 6;
        if list.iter().any(surely) || (!pairs && list.iter().all(perhaps)) {
            let points: Vec<Expression> =
                list.into_iter().map(|operand| self.point(operand)).collect();
            if let Some(first) = points.first() {
                self.since_2_1(first.place.0, "a point as a vertex");
            }
            return Some(Vertices::Points(points));
        }
        if !pairs {
            return None;
        }
        let mut numbers = list.into_iter();
        let mut vertices = Vec::with_capacity(count / 2);
        while let (Some(longitude), Some(latitude)) = (numbers.next(), numbers.next()) {
            vertices.push((self.number(longitude), self.number(latitude)));
        }
        Some(Vertices::Coordinates(vertices))
    }

    fn distance(&mut self, list: Vec<Operand>) -> Option<Geometry> {
        if list.len() == 4 {
            if let Some(first) = list.first().map(|operand| match &operand.item {
                Item::Value(value) => value.place,
                Item::Condition(condition) => condition.place,
            }) {
                self.since_2_1(first.0, "DISTANCE of coordinates");
            }
            let numbers: Vec<Expression> =
                list.into_iter().map(|operand| self.number(operand)).collect();
            let numbers: [Expression; 4] = numbers.try_into().ok()?;
            return Some(Geometry::Distance(Distance::Coordinates(Box::new(numbers))));
        }
        let [a, b]: [Operand; 2] = list.try_into().ok()?;
        Some(Geometry::Distance(Distance::Points(self.point(a), self.point(b))))
    }

    fn function(&mut self, name: &'static str, list: Vec<Operand>) -> Option<Geometry> {
        if matches!(name, "CONTAINS" | "INTERSECTS") {
            let [a, b]: [Operand; 2] = list.try_into().ok()?;
            let (a, b) = (self.fitting(a, Slot::Geometry), self.fitting(b, Slot::Geometry));
            return Some(if name == "CONTAINS" {
                Geometry::Contains(a, b)
            } else {
                Geometry::Intersects(a, b)
            });
        }
        let [only]: [Operand; 1] = list.try_into().ok()?;
        Some(match name {
            "REGION" => Geometry::Region(self.region(only)),
            "COORD1" => Geometry::Coord1(self.point(only)),
            "COORD2" => Geometry::Coord2(self.point(only)),
            "AREA" => Geometry::Area(self.fitting(only, Slot::Geometry)),
            "CENTROID" => Geometry::Centroid(self.fitting(only, Slot::Geometry)),
            "COORDSYS" => Geometry::CoordSys(self.fitting(only, Slot::Geometry)),
            _ => return None,
        })
    }

    fn region(&mut self, operand: Operand) -> Expression {
        let value = self.fitting(operand, Slot::Text);
        if self.version == Version::V2_1 && !matches!(value.node, Node::Text(_)) {
            self.complain(
                "Q033",
                value.place.0,
                "the argument of REGION is a string literal",
                "REGION('Circle ICRS 10 20 0.5'); for columns use POINT, CIRCLE, POLYGON",
            );
        }
        value
    }
}

/// Whether an argument can only be a coordinate system: a string or NULL.
fn is_system(operand: &Operand) -> bool {
    match &operand.item {
        Item::Value(value) => matches!(value.node, Node::Text(_) | Node::Null),
        Item::Condition(_) => false,
    }
}
