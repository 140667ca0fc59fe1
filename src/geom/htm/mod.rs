//! The Hierarchical Triangular Mesh (`sphgeom.HtmPixelization`), Butler's common skypix system.
//!
//! In: directions and regions. Out: trixel indices and ranges of them, bit for bit those of sphgeom;
//! and [`cover`], for searches, which holds all that the predicates of this crate accept.
//! An index is a 1, three bits for one of eight root triangles, and two bits for each of up to
//! [`MAX_LEVEL`] subdivisions; its children are 4i to 4i + 3.

mod bounds;
mod cover;
mod finder;
mod ranges;

pub use finder::{cover, envelope, interior};
pub use ranges::{Range, all, coarser};

use super::{Vector3, orientation};

/// The finest level.
pub const MAX_LEVEL: u32 = 24;

/// The corners of a trixel, counter-clockwise seen from outside the sphere.
pub type Trixel = [Vector3; 3];

const X: Vector3 = Vector3::new(1.0, 0.0, 0.0);
const Y: Vector3 = Vector3::new(0.0, 1.0, 0.0);
const Z: Vector3 = Vector3::Z;
const WEST_X: Vector3 = Vector3::new(-1.0, 0.0, 0.0);
const WEST_Y: Vector3 = Vector3::new(0.0, -1.0, 0.0);
const SOUTH: Vector3 = Vector3::new(0.0, 0.0, -1.0);

/// The corners of a root triangle, 0 to 7.
const fn root(number: u64) -> Trixel {
    match number & 7 {
        0 => [X, SOUTH, Y],
        1 => [Y, SOUTH, WEST_X],
        2 => [WEST_X, SOUTH, WEST_Y],
        3 => [WEST_Y, SOUTH, X],
        4 => [X, Z, WEST_Y],
        5 => [WEST_Y, Z, WEST_X],
        6 => [WEST_X, Z, Y],
        _ => [Y, Z, X],
    }
}

/// The direction half-way between two others.
fn middle(a: Vector3, b: Vector3) -> Vector3 {
    (a + b).normalized().map_or(a, |(unit, _)| unit)
}

/// The four children of a trixel in the order of their indices.
fn children([v0, v1, v2]: Trixel) -> [Trixel; 4] {
    let (m12, m20, m01) = (middle(v1, v2), middle(v2, v0), middle(v0, v1));
    [[v0, m01, m20], [v1, m12, m01], [v2, m20, m12], [m12, m20, m01]]
}

/// The root triangle of a direction.
fn root_number(v: Vector3) -> u64 {
    let southern = v.z < 0.0;
    if v.y > 0.0 {
        match (southern, v.x > 0.0) {
            (true, true) => 0,
            (true, false) => 1,
            (false, true) => 7,
            (false, false) => 6,
        }
    } else if v.y == 0.0 {
        match (southern, v.x >= 0.0) {
            (true, true) => 0,
            (true, false) => 2,
            (false, true) => 7,
            (false, false) => 5,
        }
    } else {
        match (southern, v.x < 0.0) {
            (true, true) => 2,
            (true, false) => 3,
            (false, true) => 5,
            (false, false) => 4,
        }
    }
}

/// The index at a level of the trixel that holds a direction; `None` for a level above
/// [`MAX_LEVEL`] and for vectors that are not finite.
pub fn index(v: Vector3, level: u32) -> Option<u64> {
    if level > MAX_LEVEL || !(v.x.is_finite() && v.y.is_finite() && v.z.is_finite()) {
        return None;
    }
    let number = root_number(v);
    let mut index = 8 + number;
    let mut trixel = root(number);
    for _ in 0..level {
        let [first, second, third, inner] = children(trixel);
        let inside = |[_, left, right]: Trixel| orientation(v, left, right) >= 0;
        let (digit, child) = if inside(first) {
            (0, first)
        } else if inside(second) {
            (1, second)
        } else if inside(third) {
            (2, third)
        } else {
            (3, inner)
        };
        index = 4 * index + digit;
        trixel = child;
    }
    Some(index)
}

/// The level of an index; `None` when no trixel has it.
pub fn level(index: u64) -> Option<u32> {
    let top = index.checked_ilog2()?;
    (top % 2 == 1 && top > 1).then(|| (top - 3) / 2).filter(|level| *level <= MAX_LEVEL)
}

/// The corners of a trixel; `None` when no trixel has the index.
pub fn trixel(index: u64) -> Option<Trixel> {
    let level = level(index)?;
    let mut corners = root(index >> (2 * level));
    for depth in (0..level).rev() {
        let [first, second, third, inner] = children(corners);
        corners = match (index >> (2 * depth)) & 3 {
            0 => first,
            1 => second,
            2 => third,
            _ => inner,
        };
    }
    Some(corners)
}

/// The text of an index, such as `N01230`: the hemisphere, the root within it, the subdivisions.
pub fn name(index: u64) -> Option<String> {
    let level = level(index)?;
    let hemisphere = if (index >> (2 * level + 2)) & 1 == 1 { 'N' } else { 'S' };
    let digits = (0..=level)
        .rev()
        .filter_map(|depth| char::from_digit(u32::try_from((index >> (2 * depth)) & 3).ok()?, 4));
    Some(std::iter::once(hemisphere).chain(digits).collect())
}

/// The index of a text as [`name`] writes it.
pub fn parse(name: &str) -> Option<u64> {
    let mut letters = name.chars();
    let hemisphere = match letters.next()? {
        'S' | 's' => 2,
        'N' | 'n' => 3,
        _ => return None,
    };
    if !(2..=MAX_LEVEL as usize + 2).contains(&name.len()) {
        return None;
    }
    letters.try_fold(hemisphere, |index, letter| Some(4 * index + u64::from(letter.to_digit(4)?)))
}

/// All indices of a level.
pub fn universe(level: u32) -> Option<Range> {
    (level <= MAX_LEVEL).then(|| Range { start: 8 << (2 * level), end: 16 << (2 * level) })
}
