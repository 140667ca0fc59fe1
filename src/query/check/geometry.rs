//! Geometries.
//!
//! A geometry is an argument of a function, or a value of a row. As a value a point, circle or
//! polygon is DALI's text of its numbers, and a region Butler's encoded text; what a query builds
//! and hands to a function at once never becomes text.

use super::super::tree::{Node, Truth, Value};
use super::Checker;
use super::scope::Scope;
use crate::adql::{DataType, Distance, Expression, Geometry, Place, Position, Vertices};
use crate::catalog::Type;
use crate::diag::Result;

impl Checker<'_> {
    /// A geometry, or a function of geometries.
    pub fn geometry(
        &mut self,
        geometry: &Geometry,
        place: Place,
        scope: &Scope<'_>,
    ) -> Result<Value> {
        match geometry {
            Geometry::Point { longitude, latitude, .. } => {
                let parts = vec![
                    self.number_of(longitude, scope, "POINT")?,
                    self.number_of(latitude, scope, "POINT")?,
                ];
                Ok(made("adql_point", parts, Type::Point, place))
            }
            Geometry::Circle { centre, radius, .. } => {
                let (at, mut parts) = self.position(centre, "CIRCLE", scope)?;
                parts.push(self.number_of(radius, scope, "CIRCLE")?);
                let name = if at { "adql_circle_at" } else { "adql_circle" };
                Ok(made(name, parts, Type::Circle, place))
            }
            Geometry::Box { centre, width, height, .. } => {
                let (at, mut parts) = self.position(centre, "BOX", scope)?;
                parts.push(self.number_of(width, scope, "BOX")?);
                parts.push(self.number_of(height, scope, "BOX")?);
                let name = if at { "adql_box_at" } else { "adql_box" };
                Ok(made(name, parts, Type::Polygon, place))
            }
            Geometry::Polygon { vertices, .. } => self.polygon(vertices, place, scope),
            Geometry::Region(text) => {
                let text = self.text(text, scope, "REGION")?;
                Ok(shaped(text, "region", Type::Region, place))
            }
            Geometry::Centroid(one) => {
                let shape = self.shape(one, scope, "CENTROID")?;
                if shape.kind == Some(Type::Point) {
                    return Ok(shape);
                }
                Ok(made("adql_centroid", vec![shape], Type::Point, place))
            }
            Geometry::Area(one) => {
                let shape = self.shape(one, scope, "AREA")?;
                Ok(measured("adql_area", vec![shape], "deg**2", place))
            }
            Geometry::Coord1(one) => {
                let point = self.point(one, scope, "COORD1")?;
                Ok(measured("adql_coord1", vec![point], "deg", place))
            }
            Geometry::Coord2(one) => {
                let point = self.point(one, scope, "COORD2")?;
                Ok(measured("adql_coord2", vec![point], "deg", place))
            }
            Geometry::CoordSys(one) => {
                let shape = self.shape(one, scope, "COORDSYS")?;
                let known = Truth::Not(Box::new(Truth::IsNull(shape)));
                let icrs = Value::new(Node::Text("ICRS".to_owned()), Type::Text, place);
                Ok(Value::new(Node::Case(vec![(known, icrs)], None), Type::Text, place))
            }
            Geometry::Distance(distance) => self.distance(distance, place, scope),
            Geometry::Contains(one, other) => {
                let parts = vec![
                    self.shape(one, scope, "CONTAINS")?,
                    self.shape(other, scope, "CONTAINS")?,
                ];
                Ok(made("adql_contains", parts, Type::Integer, place))
            }
            Geometry::Intersects(one, other) => {
                let parts = vec![
                    self.shape(one, scope, "INTERSECTS")?,
                    self.shape(other, scope, "INTERSECTS")?,
                ];
                Ok(made("adql_intersects", parts, Type::Integer, place))
            }
        }
    }

    /// Whether the centre is a point, and its parts.
    fn position(
        &mut self,
        position: &Position,
        what: &str,
        scope: &Scope<'_>,
    ) -> Result<(bool, Vec<Value>)> {
        match position {
            Position::Coordinates(longitude, latitude) => Ok((
                false,
                vec![
                    self.number_of(longitude, scope, what)?,
                    self.number_of(latitude, scope, what)?,
                ],
            )),
            Position::Point(point) => {
                let point = self.point(point, scope, what)?;
                Ok(match point.node {
                    Node::Call("adql_point", parts, _) => (false, parts),
                    _ => (true, vec![point]),
                })
            }
        }
    }

    fn polygon(&mut self, vertices: &Vertices, place: Place, scope: &Scope<'_>) -> Result<Value> {
        let written: Vec<&Expression> = match vertices {
            Vertices::Coordinates(pairs) => pairs.iter().flat_map(|(a, b)| [a, b]).collect(),
            Vertices::Points(points) => points.iter().collect(),
        };
        let first = match written.first() {
            Some(first) => self.value(first, scope)?.kind,
            None => None,
        };
        // The grammar cannot tell columns of points from columns of numbers.
        let points = matches!(vertices, Vertices::Points(_)) || first == Some(Type::Point);
        let mut parts = Vec::with_capacity(written.len());
        for one in written {
            parts.push(match points {
                true => self.point(one, scope, "POLYGON")?,
                false => self.number_of(one, scope, "POLYGON")?,
            });
        }
        let name = if points { "adql_polygon_at" } else { "adql_polygon" };
        Ok(made(name, parts, Type::Polygon, place))
    }

    fn distance(&mut self, distance: &Distance, place: Place, scope: &Scope<'_>) -> Result<Value> {
        let parts = match distance {
            Distance::Coordinates(four) => {
                let mut parts = Vec::with_capacity(4);
                for one in four.iter() {
                    parts.push(self.number_of(one, scope, "DISTANCE")?);
                }
                parts
            }
            Distance::Points(one, other) => {
                let one = self.point(one, scope, "DISTANCE")?;
                let other = self.point(other, scope, "DISTANCE")?;
                match (one.node, other.node) {
                    (Node::Call("adql_point", mut a, _), Node::Call("adql_point", b, _)) => {
                        a.extend(b);
                        a
                    }
                    (a, b) => {
                        let point = |node| Value::new(node, Type::Point, place);
                        let both = vec![point(a), point(b)];
                        return Ok(measured("adql_distance_at", both, "deg", place));
                    }
                }
            }
        };
        Ok(measured("adql_distance", parts, "deg", place))
    }

    /// A geometry as an argument.
    pub fn shape(
        &mut self,
        expression: &Expression,
        scope: &Scope<'_>,
        what: &str,
    ) -> Result<Value> {
        let value = self.value(expression, scope)?;
        match &value.kind {
            None => Ok(value),
            Some(kind) if kind.is_geometry() => Ok(as_argument(value)),
            Some(kind) => {
                let help = "POINT(lon, lat), CIRCLE(lon, lat, radius), POLYGON(…), REGION('…') and \
                            s_region are geometries";
                Err(self.unfit(what, "a geometry", kind, value.place, help))
            }
        }
    }

    /// A point as an argument.
    pub fn point(
        &mut self,
        expression: &Expression,
        scope: &Scope<'_>,
        what: &str,
    ) -> Result<Value> {
        let shape = self.shape(expression, scope, what)?;
        match &shape.kind {
            None | Some(Type::Point) => Ok(shape),
            Some(kind) => {
                let help = "CENTROID(…) is the point in the middle of a geometry";
                Err(self.unfit(what, "a point", kind, shape.place, help))
            }
        }
    }

    /// CAST of DALI's text to a geometry.
    pub fn cast_shape(&self, value: Value, target: DataType, place: Place) -> Result<Value> {
        let (word, kind) = match target {
            DataType::Point => ("point", Type::Point),
            DataType::Circle => ("circle", Type::Circle),
            _ => ("polygon", Type::Polygon),
        };
        match &value.kind {
            Some(same) if *same == kind => Ok(value),
            Some(other) if !other.is_text() => {
                let message = format!("{} cannot be cast to {}", other.title(), kind.title());
                let help = "geometries are read from DALI's text of their numbers: '12.5 -30 0.1'";
                Err(self.wrong_help("Q105", message, place, help))
            }
            _ => Ok(shaped(value, word, kind, place)),
        }
    }

    /// As it stands in a row.
    pub fn as_output(&self, value: Value) -> Value {
        let Some(kind) = value.kind.clone().filter(Type::is_geometry) else { return value };
        let place = value.place;
        match value.node {
            Node::Call("adql_point" | "adql_circle" | "adql_polygon", numbers, _) => {
                Value::new(Node::Numbers(numbers), kind, place)
            }
            Node::Call(..) => {
                let name = if kind == Type::Region { "adql_encoded" } else { "adql_dali" };
                Value::new(Node::Call(name, vec![value], false), kind, place)
            }
            _ => value,
        }
    }
}

/// What a row holds, as an argument.
fn as_argument(value: Value) -> Value {
    let place = value.place;
    match (&value.node, &value.kind) {
        // An encoded region is an argument as it is, and so is what was just made.
        (Node::Call(name, ..), _) if !matches!(*name, "adql_dali" | "adql_encoded") => value,
        (_, Some(Type::Point)) => shaped(value, "point", Type::Point, place),
        (_, Some(Type::Circle)) => shaped(value, "circle", Type::Circle, place),
        (_, Some(Type::Polygon)) => shaped(value, "polygon", Type::Polygon, place),
        _ => value,
    }
}

fn made(name: &'static str, parts: Vec<Value>, kind: Type, place: Place) -> Value {
    Value::new(Node::Call(name, parts, false), kind, place)
}

fn shaped(text: Value, word: &str, kind: Type, place: Place) -> Value {
    let word = Value::new(Node::Text(word.to_owned()), Type::Text, place);
    made("adql_shape", vec![text, word], kind, place)
}

fn measured(name: &'static str, parts: Vec<Value>, unit: &str, place: Place) -> Value {
    let mut value = made(name, parts, Type::Double, place);
    unit.clone_into(&mut value.unit);
    value
}
