//! HEALPix pixels in the NESTED scheme.
//!
//! In: an order from 0 to 29, and a position or a pixel. Out: the other one.

use cdshealpix::nested;

use super::{Point, Wrong};

/// Largest order whose pixels have numbers of 64 bits.
const MAX_ORDER: i64 = 29;

fn depth(order: i64) -> Result<u8, Wrong> {
    u8::try_from(order)
        .ok()
        .filter(|_| order <= MAX_ORDER)
        .ok_or_else(|| Wrong(format!("the order {order} is not between 0 and {MAX_ORDER}")))
}

/// The pixel of a position.
///
/// # Errors
/// There is no such order.
pub fn healpix_index(order: i64, point: Point) -> Result<i64, Wrong> {
    let hash = nested::hash(depth(order)?, point.lon().to_radians(), point.lat().to_radians());
    i64::try_from(hash).map_err(|_| Wrong("the pixel has no number".to_owned()))
}

/// The centre of a pixel.
///
/// # Errors
/// There is no such order or pixel.
pub fn healpix_center(order: i64, index: i64) -> Result<Point, Wrong> {
    let depth = depth(order)?;
    let hash = u64::try_from(index).ok().filter(|hash| *hash < nested::n_hash(depth));
    let hash = hash.ok_or_else(|| {
        Wrong(format!(
            "there is no pixel {index} at order {order}: they are 0 to {}",
            nested::n_hash(depth) - 1
        ))
    })?;
    let (lon, lat) = nested::center(depth, hash);
    Point::new(lon.to_degrees(), lat.to_degrees())
}
