//! Region columns of a Butler registry: their bytes, their text, and the ObsCore columns of them.
//!
//! In: the base64 text of an element's `region` column (or the bytes it stands for), encoded by
//! `lsst.sphgeom`. Out: a [`Region`](crate::geom::Region), and from it `s_ra`, `s_dec`, `s_fov`,
//! `s_region` as `lsst.daf.butler`'s `DefaultSpatialObsCorePlugin` makes them, for all region
//! types. `docs/regions.md` says which text each type gets and why.

mod columns;
mod decode;
mod encode;
mod read;
mod text;

pub use columns::{RegionColumns, RegionOptions, Winding, columns};
pub use decode::{decode, decode_base64};
pub use encode::{encode, encode_base64};
pub use read::DecodeError;
pub use text::{s_region, spherical_point, spherical_polygon};

/// Deepest nesting of unions and intersections that is read.
pub const MAX_DEPTH: usize = 16;

/// Longest base64 text that is read, in characters (a polygon of 4 vertices has 132).
pub const MAX_TEXT: usize = 1 << 20;
