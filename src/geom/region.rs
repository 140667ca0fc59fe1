//! Regions of the sphere (`sphgeom.Region` and its subclasses).

use super::{Circle, Ellipse, LonLatBox, Vector3};

/// Any region that sphgeom can encode.
#[derive(Debug, Clone, PartialEq)]
pub enum Region {
    /// Vertices, counter-clockwise seen from outside the sphere; three or more.
    ConvexPolygon(Vec<Vector3>),
    /// A circle.
    Circle(Circle),
    /// A box in longitude and latitude.
    Box(LonLatBox),
    /// An ellipse.
    Ellipse(Box<Ellipse>),
    /// What is in any operand; without operands nothing.
    Union(Vec<Region>),
    /// What is in all operands; without operands everything.
    Intersection(Vec<Region>),
}

impl Region {
    /// A union with nested unions flattened, as sphgeom's constructor makes it.
    pub fn union(operands: Vec<Self>) -> Self {
        let flat = operands.into_iter().flat_map(|operand| match operand {
            Self::Union(inner) => inner,
            other => vec![other],
        });
        Self::Union(flat.collect())
    }

    /// An intersection with nested intersections flattened, as sphgeom's constructor makes it.
    pub fn intersection(operands: Vec<Self>) -> Self {
        let flat = operands.into_iter().flat_map(|operand| match operand {
            Self::Intersection(inner) => inner,
            other => vec![other],
        });
        Self::Intersection(flat.collect())
    }
}
