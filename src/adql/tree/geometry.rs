//! Geometries and functions of geometries.
//!
//! Follows ADQL 2.1 section 4.2. Angles are degrees. The coordinate system that ADQL 2.0 wants as a
//! first argument is deprecated since 2.1.

use super::expression::{Expression, Node};

/// A geometry, or a function of geometries.
#[derive(Debug, Clone, PartialEq)]
pub enum Geometry {
    /// `POINT([system,] longitude, latitude)`
    Point {
        /// The coordinate system.
        system: Option<Expression>,
        /// Longitude.
        longitude: Expression,
        /// Latitude.
        latitude: Expression,
    },
    /// `CIRCLE([system,] centre, radius)`
    Circle {
        /// The coordinate system.
        system: Option<Expression>,
        /// The centre.
        centre: Position,
        /// The radius.
        radius: Expression,
    },
    /// `BOX([system,] centre, width, height)`
    Box {
        /// The coordinate system.
        system: Option<Expression>,
        /// The centre.
        centre: Position,
        /// Full size along the longitude.
        width: Expression,
        /// Full size along the latitude.
        height: Expression,
    },
    /// `POLYGON([system,] vertices)`
    Polygon {
        /// The coordinate system.
        system: Option<Expression>,
        /// The vertices.
        vertices: Vertices,
    },
    /// `REGION('…')`, in a syntax of the service, mostly STC-S.
    Region(Expression),
    /// The centroid of a geometry.
    Centroid(Expression),
    /// The area of a geometry in square degrees.
    Area(Expression),
    /// The longitude of a point.
    Coord1(Expression),
    /// The latitude of a point.
    Coord2(Expression),
    /// The name of a geometry's coordinate system.
    CoordSys(Expression),
    /// The angle between two positions.
    Distance(Distance),
    /// 1 when the first geometry is inside the second, otherwise 0.
    Contains(Expression, Expression),
    /// 1 when the geometries share a point, otherwise 0.
    Intersects(Expression, Expression),
}

/// A position inside a constructor.
#[derive(Debug, Clone, PartialEq)]
pub enum Position {
    /// Longitude and latitude.
    Coordinates(Expression, Expression),
    /// A point.
    Point(Expression),
}

/// The vertices of a polygon, at least three.
///
/// Six or more columns or user-defined functions in an even number may be either; they are read as
/// coordinates, since only the types tell.
#[derive(Debug, Clone, PartialEq)]
pub enum Vertices {
    /// Longitudes and latitudes.
    Coordinates(Vec<(Expression, Expression)>),
    /// Points.
    Points(Vec<Expression>),
}

/// The arguments of DISTANCE.
#[derive(Debug, Clone, PartialEq)]
pub enum Distance {
    /// Between two points.
    Points(Expression, Expression),
    /// Between two positions: longitude, latitude, longitude, latitude.
    Coordinates(Box<[Expression; 4]>),
}

macro_rules! arguments {
    ($name:ident, $iter:ident $(, $m:ident)?) => {
        /// All arguments in the order of writing, the coordinate system among them.
        pub fn $name(&$($m)? self) -> Vec<&$($m)? Expression> {
            let (system, rest) = match self {
                Self::Point { system, longitude, latitude } => (system, vec![longitude, latitude]),
                Self::Circle { system, centre, radius } => {
                    let mut rest = centre.$name();
                    rest.push(radius);
                    (system, rest)
                }
                Self::Box { system, centre, width, height } => {
                    let mut rest = centre.$name();
                    rest.extend([width, height]);
                    (system, rest)
                }
                Self::Polygon { system, vertices: Vertices::Points(points) } => {
                    (system, points.$iter().collect())
                }
                Self::Polygon { system, vertices: Vertices::Coordinates(pairs) } => {
                    (system, pairs.$iter().flat_map(|(longitude, latitude)| [longitude, latitude]).collect())
                }
                Self::Region(one)
                | Self::Centroid(one)
                | Self::Area(one)
                | Self::Coord1(one)
                | Self::Coord2(one)
                | Self::CoordSys(one) => return vec![one],
                Self::Distance(Distance::Points(a, b))
                | Self::Contains(a, b)
                | Self::Intersects(a, b) => return vec![a, b],
                Self::Distance(Distance::Coordinates(all)) => return all.$iter().collect(),
            };
            system.$iter().chain(rest).collect()
        }
    };
}

macro_rules! position {
    ($name:ident $(, $m:ident)?) => {
        fn $name(&$($m)? self) -> Vec<&$($m)? Expression> {
            match self {
                Self::Coordinates(longitude, latitude) => vec![longitude, latitude],
                Self::Point(point) => vec![point],
            }
        }
    };
}

impl Position {
    position!(arguments);
    position!(arguments_mut, mut);
}

impl Geometry {
    arguments!(arguments, iter);
    arguments!(arguments_mut, iter_mut, mut);

    /// The function's name in capitals.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Point { .. } => "POINT",
            Self::Circle { .. } => "CIRCLE",
            Self::Box { .. } => "BOX",
            Self::Polygon { .. } => "POLYGON",
            Self::Region(_) => "REGION",
            Self::Centroid(_) => "CENTROID",
            Self::Area(_) => "AREA",
            Self::Coord1(_) => "COORD1",
            Self::Coord2(_) => "COORD2",
            Self::CoordSys(_) => "COORDSYS",
            Self::Distance(_) => "DISTANCE",
            Self::Contains(..) => "CONTAINS",
            Self::Intersects(..) => "INTERSECTS",
        }
    }

    /// The coordinate system, when one is given.
    pub fn system(&self) -> Option<&Expression> {
        match self {
            Self::Point { system, .. }
            | Self::Circle { system, .. }
            | Self::Box { system, .. }
            | Self::Polygon { system, .. } => system.as_ref(),
            _ => None,
        }
    }

    /// A point.
    pub fn point(longitude: Expression, latitude: Expression) -> Self {
        Self::Point { system: None, longitude, latitude }
    }

    /// A circle.
    pub fn circle(longitude: Expression, latitude: Expression, radius: Expression) -> Self {
        let centre = Position::Coordinates(longitude, latitude);
        Self::Circle { system: None, centre, radius }
    }

    /// A polygon with vertices in degrees.
    pub fn polygon(vertices: &[(f64, f64)]) -> Self {
        let pair = |(longitude, latitude): &(f64, f64)| {
            (Expression::number(*longitude), Expression::number(*latitude))
        };
        let vertices = Vertices::Coordinates(vertices.iter().map(pair).collect());
        Self::Polygon { system: None, vertices }
    }

    /// Whether the expression is surely not a number: a constructor of a geometry.
    pub(in crate::adql) fn is_shape(&self) -> bool {
        matches!(
            self,
            Self::Point { .. }
                | Self::Circle { .. }
                | Self::Box { .. }
                | Self::Polygon { .. }
                | Self::Region(_)
                | Self::Centroid(_)
        )
    }
}

impl Expression {
    /// The geometry, where the expression is one or a function of one.
    pub fn as_geometry(&self) -> Option<&Geometry> {
        match &self.node {
            Node::Geometry(geometry) => Some(geometry),
            _ => None,
        }
    }
}
