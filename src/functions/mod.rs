//! The functions of ADQL and of the IVOA's catalogue whose meaning must not depend on a database.
//!
//! In: numbers, texts, and geometries (degrees, ICRS where no frame is named). Out: values, or what
//! is [`Wrong`] with the arguments. Follows ADQL 2.1 sections 2.3, 4.2 and 4.4, the Catalogue of ADQL
//! User Defined Functions 1.2, and PostgreSQL 15 for casts and rounding. No SQL here:
//! [`crate::sql::sqlite_functions`] registers them.

mod aggregate;
mod catalogue;
mod distance;
mod epoch;
mod frames;
mod geometry;
mod healpix;
mod instant;
mod number;
mod output;
mod pattern;
mod random;
mod relate;
mod sexagesimal;
mod shape;
mod stcs;
mod text;

use crate::geom::ShapeError;

pub use aggregate::{Histogram, StringAgg};
pub use catalogue::{hashlist_has, hasword, interval_overlaps};
pub use distance::distance;
pub use epoch::{Motion, epoch_prop_pos};
pub use frames::{Frame, transform};
pub use geometry::{Geometry, Point};
pub use healpix::{healpix_center, healpix_index};
pub use instant::{timestamp, to_jd, to_mjd};
pub use number::{double, integer, integer_of_text, modulo, round, truncate, whole};
pub use output::dali;
pub use pattern::{ilike, like};
pub use random::{normal, uniform};
pub use relate::{area, centroid, contains, intersects, is_nowhere};
pub use sexagesimal::{dms_to_degrees, hms_to_degrees};
pub use shape::{Kind, circle, polygon, rectangle};
pub use text::{double_text, first_characters};

/// What is wrong with the arguments of a function; reads well after its name and a colon.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Wrong(pub String);

impl From<ShapeError> for Wrong {
    fn from(error: ShapeError) -> Self {
        Self(error.to_string())
    }
}

/// A text of a user as it is shown in a message: quoted, and not too long.
fn shown(text: &str) -> String {
    let mut shown: String = text.chars().take(40).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    format!("'{shown}'")
}
