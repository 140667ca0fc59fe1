//! The ObsCore columns of a region.
//!
//! In: the text of a region column and options. Out: `s_ra`, `s_dec`, `s_fov`, `s_region`, each
//! NULL where it has no value, and what is wrong with the text for `check`.

use std::f64::consts::PI;

use super::{DecodeError, decode_base64, s_region};
use crate::geom::{LonLat, Region, to_degrees};

/// Order of the vertices of polygons in `s_region`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Winding {
    /// Counter-clockwise seen from inside the sphere, as DALI wants it; the first vertex stays.
    #[default]
    Dali,
    /// As stored by Butler.
    Butler,
}

/// How regions become columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct RegionOptions {
    /// Order of vertices.
    pub winding: Winding,
    /// Columns for all region types; else for convex polygons only, as Butler does.
    pub all_region_types: bool,
}

impl Default for RegionOptions {
    fn default() -> Self {
        Self { winding: Winding::Dali, all_region_types: true }
    }
}

impl RegionOptions {
    /// Butler's behaviour.
    pub const BUTLER: Self = Self { winding: Winding::Butler, all_region_types: false };
}

/// The columns that a region fills; `None` is NULL.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RegionColumns {
    /// Longitude of the bounding circle's centre in degrees, [0, 360].
    pub s_ra: Option<f64>,
    /// Latitude of the bounding circle's centre in degrees.
    pub s_dec: Option<f64>,
    /// Diameter of the bounding circle in degrees, at most 360.
    pub s_fov: Option<f64>,
    /// STC-S text.
    pub s_region: Option<String>,
}

impl RegionColumns {
    /// The columns of a decoded region.
    pub fn new(region: &Region, options: RegionOptions) -> Self {
        if !options.all_region_types && !matches!(region, Region::ConvexPolygon(_)) {
            return Self::default();
        }
        let s_region = s_region(region, options.winding);
        match region.bounding_circle().filter(|circle| !circle.is_empty()) {
            None => Self { s_region, ..Self::default() },
            Some(circle) => {
                let center = LonLat::from(circle.center);
                Self {
                    s_ra: Some(to_degrees(center.lon)),
                    s_dec: Some(to_degrees(center.lat)),
                    s_fov: Some(to_degrees(circle.opening_angle.min(PI)) * 2.0),
                    s_region,
                }
            }
        }
    }
}

/// The columns of the text of a region column. Corrupt text gives NULL and the error.
pub fn columns(text: &str, options: RegionOptions) -> (RegionColumns, Option<DecodeError>) {
    match decode_base64(text) {
        Ok(region) => (RegionColumns::new(&region, options), None),
        Err(error) => (RegionColumns::default(), Some(error)),
    }
}
