//! The parts of a shape, ready for many questions.
//!
//! In: a region; cells and pixels. Out: which parts a cell can touch, and whether a pixel touches one. What an union
//! touches is what one of its parts touches, so that no question needs more than one of them.
//!
//! A polygon of 1000 vertices has as many parts, and most of them are far from a pixel, or beside it: a product or
//! two tell so, before the exact comparison is made.

use crate::geom::{Circle, Region, Vector3, contains, contains_point, distance, intersects};

/// Within this of an edge, in radians, the exact comparison decides.
const UNSURE: f64 = 1.0e-12;
/// Within this the circle around a part is not trusted.
const LOOSE: f64 = 1.0e-7;

/// The parts of a region.
#[derive(Debug)]
pub struct Parts<'a>(Vec<Part<'a>>);

#[derive(Debug)]
struct Part<'a> {
    region: &'a Region,
    around: Option<Circle>,
    /// Ways inwards across the edges of a convex polygon.
    inwards: Vec<Vector3>,
}

impl<'a> Parts<'a> {
    /// Those of a region.
    pub fn of(region: &'a Region) -> Self {
        let all = match region {
            Region::Union(operands) => operands.as_slice(),
            other => std::slice::from_ref(other),
        };
        let part = |region| Part {
            region,
            around: Region::bounding_circle(region),
            inwards: inwards(region),
        };
        Self(all.iter().map(part).collect())
    }

    /// All of them, by number.
    pub fn all(&self) -> Vec<usize> {
        (0..self.0.len()).collect()
    }

    fn these<'b>(&'b self, numbers: &'b [usize]) -> impl Iterator<Item = (usize, &'b Part<'a>)> {
        numbers.iter().filter_map(|number| Some((*number, self.0.get(*number)?)))
    }

    /// Those of some that a circle may touch; none where it touches none.
    pub fn near(&self, numbers: &[usize], circle: &Circle) -> Vec<usize> {
        let reach = circle.opening_angle.min(std::f64::consts::FRAC_PI_2).sin() + UNSURE;
        let near: Vec<usize> = self
            .these(numbers)
            .filter(|(_, part)| !part.is_far(circle, reach))
            .map(|(number, _)| number)
            .collect();
        let whole = Region::Circle(*circle);
        let touches = self.these(&near).any(|(_, part)| intersects(&whole, part.region));
        if touches { near } else { Vec::new() }
    }

    /// Whether one of them holds all of a circle.
    pub fn hold(&self, numbers: &[usize], circle: &Circle) -> bool {
        let whole = Region::Circle(*circle);
        self.these(numbers).any(|(_, part)| {
            part.inwards.iter().all(|way| way.dot(circle.center) > -UNSURE)
                && contains(part.region, &whole)
        })
    }

    /// Whether one of them has a direction.
    pub fn have(&self, numbers: &[usize], place: Vector3) -> bool {
        self.these(numbers).any(|(_, part)| contains_point(part.region, place))
    }

    /// Whether one of them shares a direction with an area.
    pub fn meet(&self, numbers: &[usize], region: &Region) -> bool {
        let ways = inwards(region);
        self.these(numbers)
            .any(|(_, part)| !part.is_beside(&ways) && intersects(region, part.region))
    }
}

impl Part<'_> {
    fn is_far(&self, circle: &Circle, reach: f64) -> bool {
        // A circle is on one side of a great circle that its centre is farther from than its radius.
        if self.inwards.iter().any(|way| way.dot(circle.center) < -reach) {
            return true;
        }
        self.around.as_ref().is_some_and(|around| {
            !around.is_full()
                && distance(around.center, circle.center)
                    > around.opening_angle + circle.opening_angle + LOOSE
        })
    }

    /// Whether it is clearly on the other side of an edge of a polygon, whose ways inwards these are.
    fn is_beside(&self, ways: &[Vector3]) -> bool {
        let Region::ConvexPolygon(vertices) = self.region else { return false };
        ways.iter().any(|way| vertices.iter().all(|v| way.dot(*v) < -UNSURE))
    }
}

/// The ways inwards across the edges of a convex polygon; of other regions none.
fn inwards(region: &Region) -> Vec<Vector3> {
    let Region::ConvexPolygon(vertices) = region else { return Vec::new() };
    let next = vertices.iter().skip(1).chain(vertices.first());
    let ways = vertices.iter().zip(next).filter_map(|(from, to)| {
        let (way, _) = from.robust_cross(*to).normalized()?;
        Some(way)
    });
    ways.collect()
}
