//! Regions to text: `s_region`, and literals of pgSphere.
//!
//! In: a region. Out: simplified STC-S (TAP 1.0, section 6) in degrees with six decimals, or
//! pgSphere's input syntax in radians. What has no area to describe (empty regions, and unions or
//! intersections with an empty part) has no text.

use std::f64::consts::{FRAC_PI_2, PI};
use std::fmt::Write;

use super::Winding;
use crate::geom::{Circle, Ellipse, LonLat, LonLatBox, Region, Vector3, rewound, to_degrees};

/// Vertices of the polygon that stands for an ellipse.
const ELLIPSE_VERTICES: u32 = 36;

/// `s_region`: `POLYGON`, `CIRCLE`, `UNION` or `INTERSECTION`, in ICRS.
pub fn s_region(region: &Region, winding: Winding) -> Option<String> {
    let mut words = Words(String::with_capacity(128));
    append(region, winding, &mut words)?;
    Some(words.0)
}

/// Words with spaces between them; behind the first one, which says what it is, the frame.
struct Words(String);

impl Words {
    fn push(&mut self, word: &str) {
        let is_first = self.0.is_empty();
        if !is_first {
            self.0.push(' ');
        }
        self.0.push_str(word);
        if is_first {
            self.0.push_str(" ICRS");
        }
    }

    /// Degrees of an angle, as Python's `f"{x:.6f}"` writes them.
    fn degrees(&mut self, radians: f64) {
        // Writing to a String cannot fail.
        let _ = write!(self.0, " {:.6}", to_degrees(radians));
    }
}

/// Writes the words of a region.
fn append(region: &Region, winding: Winding, words: &mut Words) -> Option<()> {
    match region {
        Region::ConvexPolygon(vertices) => {
            let points = vertices.iter().map(|v| LonLat::from(*v)).collect();
            append_polygon(points, winding, words);
            Some(())
        }
        Region::Circle(circle) => append_circle(circle, words),
        Region::Box(lonlat_box) => append_box(lonlat_box, winding, words),
        Region::Ellipse(ellipse) => append_ellipse(ellipse, winding, words),
        Region::Union(operands) if operands.is_empty() => None,
        Region::Union(operands) => append_compound("UNION", operands, winding, words),
        Region::Intersection(operands) if operands.is_empty() => {
            append_circle(&Circle::FULL, words)
        }
        Region::Intersection(operands) => append_compound("INTERSECTION", operands, winding, words),
    }
}

/// A compound of one part is written as that part.
fn append_compound(
    keyword: &str,
    operands: &[Region],
    winding: Winding,
    words: &mut Words,
) -> Option<()> {
    if let [only] = operands {
        return append(only, winding, words);
    }
    words.push(keyword);
    words.push("(");
    for operand in operands {
        append(operand, winding, words)?;
    }
    words.push(")");
    Some(())
}

fn append_polygon(points: Vec<LonLat>, winding: Winding, words: &mut Words) {
    words.push("POLYGON");
    let points = match winding {
        Winding::Dali => rewound(&points),
        Winding::Butler => points,
    };
    for point in points {
        words.degrees(point.lon);
        words.degrees(point.lat);
    }
}

fn append_circle(circle: &Circle, words: &mut Words) -> Option<()> {
    if circle.is_empty() {
        return None;
    }
    let center = LonLat::from(circle.center);
    let radius = circle.opening_angle.min(PI);
    words.push("CIRCLE");
    for angle in [center.lon, center.lat, radius] {
        words.degrees(angle);
    }
    Some(())
}

/// A polygon whose vertices follow the parallels at every degree or less; around all longitudes
/// circles about the poles. A line or point has no text.
fn append_box(b: &LonLatBox, winding: Winding, words: &mut Words) -> Option<()> {
    let (south, north) = b.lat;
    if b.is_empty() {
        return None;
    }
    if b.is_full() {
        return append_circle(&Circle::FULL, words);
    }
    if b.is_all_longitudes() {
        let north_cap = Circle::from_angle(Vector3::Z, FRAC_PI_2 - south);
        let south_cap = Circle::from_angle(-Vector3::Z, FRAC_PI_2 + north);
        if north >= FRAC_PI_2 {
            return append_circle(&north_cap, words);
        }
        if south <= -FRAC_PI_2 {
            return append_circle(&south_cap, words);
        }
        words.push("INTERSECTION");
        words.push("(");
        append_circle(&north_cap, words)?;
        append_circle(&south_cap, words)?;
        words.push(")");
        return Some(());
    }
    let width = b.width();
    if width <= 0.0 || south >= north {
        return None;
    }
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 360")]
    let steps = to_degrees(width).ceil().max(1.0) as u32;
    let along = |lat: f64| {
        let steps = if lat.abs() >= FRAC_PI_2 { 0 } else { steps };
        (0..=steps).map(move |i| {
            let lon = b.lon.0 + width * f64::from(i) / f64::from(steps.max(1));
            LonLat { lon: if lon > 2.0 * PI { lon - 2.0 * PI } else { lon }, lat }
        })
    };
    let mut northern: Vec<_> = along(north).collect();
    northern.reverse();
    append_polygon(along(south).chain(northern).collect(), winding, words);
    Some(())
}

/// A circle when the axes are equal, else a polygon on the boundary.
fn append_ellipse(e: &Ellipse, winding: Winding, words: &mut Words) -> Option<()> {
    if e.is_empty() {
        return None;
    }
    if e.is_full() {
        return append_circle(&Circle::FULL, words);
    }
    if e.a.to_bits() == e.b.to_bits() {
        return append_circle(&Circle::from_angle(e.center(), e.alpha()), words);
    }
    let points: Vec<_> = e.boundary(ELLIPSE_VERTICES).into_iter().map(LonLat::from).collect();
    append_polygon(points, winding, words);
    Some(())
}

/// A polygon in pgSphere's syntax, in radians and stored order, for convex polygons only.
pub fn spherical_polygon(region: &Region) -> Option<String> {
    let Region::ConvexPolygon(vertices) = region else { return None };
    let mut text = String::from("{");
    for (i, vertex) in vertices.iter().enumerate() {
        let comma = if i == 0 { "" } else { "," };
        // Writing to a String cannot fail.
        let _ = write!(text, "{comma}{}", point(LonLat::from(*vertex)));
    }
    text.push('}');
    Some(text)
}

/// The centre of the bounding circle in pgSphere's syntax, in radians.
pub fn spherical_point(region: &Region) -> Option<String> {
    let circle = region.bounding_circle()?;
    (!circle.is_empty()).then(|| point(LonLat::from(circle.center)))
}

fn point(LonLat { lon, lat }: LonLat) -> String {
    format!("({lon},{lat})")
}
