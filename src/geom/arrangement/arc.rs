//! Pieces of the boundaries of regions, walked with the region on the left.
//!
//! In: curves with a range of parameters. Out: points, the way to the left, where arcs meet.

use std::f64::consts::PI;

use super::oval;
use super::ring::Ring;
use crate::geom::{Ellipse, TOUCHING, Vector3, distance};

/// A curve on the sphere.
#[derive(Debug, Clone, Copy)]
pub(super) enum Curve {
    Ring(Ring),
    Oval(Ellipse),
}

/// The part of a curve from parameter 0 to `span`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Arc {
    pub curve: Curve,
    /// Last parameter; a whole turn when the arc is closed.
    pub span: f64,
    /// The middle, and the squared chord from it within which the arc stays.
    center: Vector3,
    reach: f64,
}

impl Arc {
    /// The great-circle arc between two directions; `None` when they are the same or opposite.
    pub fn great(from: Vector3, to: Vector3) -> Option<Self> {
        let (axis, _) = from.robust_cross(to).normalized()?;
        let span = distance(from, to);
        Some(Self::new(Curve::Ring(Ring::great(axis, from)), span))
    }

    /// An arc of a curve.
    pub fn new(curve: Curve, span: f64) -> Self {
        let mut arc = Self { curve, span, center: Vector3::Z, reach: 16.0 };
        if span <= PI {
            arc.center = arc.point(0.5 * span);
            arc.reach = 1.01 * (arc.point(0.0) - arc.center).norm() + 1e-13;
        } else if let Curve::Ring(ring) = curve {
            arc.center = ring.pole;
            arc.reach = 1.01 * ring.chord.sqrt() + 1e-13;
        }
        arc
    }

    /// True for a curve without ends.
    pub fn is_closed(&self) -> bool {
        self.span >= 2.0 * PI
    }

    /// The direction at a parameter.
    pub fn point(&self, t: f64) -> Vector3 {
        match &self.curve {
            Curve::Ring(ring) => ring.point(t),
            Curve::Oval(ellipse) => oval::point(ellipse, t).0,
        }
    }

    /// The way to the left at a parameter, of any length.
    pub fn left(&self, t: f64) -> Vector3 {
        match &self.curve {
            Curve::Ring(ring) => ring.axis,
            Curve::Oval(ellipse) => {
                let (v, derivative) = oval::point(ellipse, t);
                v.cross(derivative)
            }
        }
    }

    /// Radians per unit of the parameter, at most.
    pub fn scale(&self) -> f64 {
        match &self.curve {
            Curve::Ring(ring) => ring.sin,
            Curve::Oval(ellipse) => ellipse.alpha().sin().max(ellipse.beta().sin()),
        }
    }

    /// The parameter of a direction that is on the arc within the tolerance.
    pub fn parameter(&self, v: Vector3) -> Option<f64> {
        let (off, t) = match &self.curve {
            Curve::Ring(ring) => (ring.left(v), ring.parameter(v)),
            Curve::Oval(ellipse) => (oval::inside(ellipse, v).0, oval::parameter(ellipse, v)),
        };
        if off.abs() > 2.0 * TOUCHING {
            return None;
        }
        let margin = 2.0 * TOUCHING / self.scale();
        let t = if t < 0.0 { t + 2.0 * PI } else { t };
        if t <= self.span {
            Some(t)
        } else if t <= self.span + margin {
            Some(self.span)
        } else if t >= 2.0 * PI - margin {
            Some(0.0)
        } else {
            None
        }
    }

    /// Whether two arcs may come near each other.
    pub fn may_meet(&self, other: &Self) -> bool {
        (self.center - other.center).norm() <= self.reach + other.reach
    }

    /// Where two arcs meet, as pairs of parameters: crossings, and ends of one on the other.
    pub fn meetings(&self, other: &Self) -> Vec<(f64, f64)> {
        let mut points = match (&self.curve, &other.curve) {
            (Curve::Ring(a), Curve::Ring(b)) => a.crossings(b),
            (Curve::Ring(ring), Curve::Oval(ellipse))
            | (Curve::Oval(ellipse), Curve::Ring(ring)) => oval::ring_crossings(ellipse, ring),
            (Curve::Oval(a), Curve::Oval(b)) => oval::crossings(a, b),
        };
        for arc in [self, other] {
            points.push(arc.point(0.0));
            if !arc.is_closed() {
                points.push(arc.point(arc.span));
            }
        }
        let both = |v: Vector3| Some((self.parameter(v)?, other.parameter(v)?));
        points.into_iter().filter_map(both).collect()
    }
}
