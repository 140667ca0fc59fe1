//! From pixels to the sky (FITS 4.0, section 8; M. R. Calabretta and E. W. Greisen 2002).
//!
//! In: a header, then pixels. Out: directions of ICRS. Only this way round: a cutout asks where pixels are, never
//! which pixel a place has, so that distortions need not be inverted and what is behind a projection is nowhere.
//!
//! Own code: the `wcs` crate (0.4) has no TPV and no frames but that of the image, and its other half, from the sky
//! to pixels, has no use here; wcslib would be C that reads foreign headers. Agreement with wcslib, through astropy,
//! is tested for all projections.

mod conic;
mod distortion;
mod frame;
mod linear;
mod projection;
mod rotation;

use crate::fits::Header;
use crate::geom::Vector3;

use distortion::{Sip, Tpv};
use linear::Linear;
use projection::Projection;
use rotation::Rotation;

/// Why a header has no coordinates that can be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Unusable(pub String);

impl From<crate::fits::Error> for Unusable {
    fn from(error: crate::fits::Error) -> Self {
        Self(error.to_string())
    }
}

/// Celestial coordinates of the first two axes of an image.
#[derive(Debug, Clone, PartialEq)]
pub struct Wcs {
    linear: Linear,
    sip: Option<Sip>,
    /// Whether the first axis is the latitude.
    swapped: bool,
    tpv: Option<Tpv>,
    projection: Projection,
    rotation: Rotation,
}

impl Wcs {
    /// Reads the primary coordinates of a header; `None` where it has no celestial ones.
    ///
    /// # Errors
    /// It has celestial coordinates that are wrong, or of a kind that is not supported.
    pub fn of(header: &Header) -> Result<Option<Self>, Unusable> {
        let types = [1, 2].map(|axis| header.text(&format!("CTYPE{axis}")).unwrap_or_default());
        let kinds = types.each_ref().map(|name| frame::Axis::named(name));
        let (swapped, longitude) = match kinds {
            [Some(frame::Axis::Longitude), Some(frame::Axis::Latitude)] => (false, &types[0]),
            [Some(frame::Axis::Latitude), Some(frame::Axis::Longitude)] => (true, &types[1]),
            [None, None] if (3..=9).all(|axis| !is_celestial(header, axis)) => return Ok(None),
            _ => {
                let message = "longitude and latitude must be the first two axes of an image";
                return Err(Unusable(message.to_owned()));
            }
        };
        if types[0].get(4..) != types[1].get(4..) {
            let [first, second] = &types;
            return Err(Unusable(format!(
                "CTYPE1 `{first}` and CTYPE2 `{second}` do not go together"
            )));
        }
        for key in ["CPDIS1", "CPDIS2", "CQDIS1", "CQDIS2", "D2IMDIS1", "D2IMDIS2", "D2IMEXT"] {
            if header.has(key) {
                return Err(Unusable(format!("distortion by tables ({key}) is not supported")));
            }
        }
        let code = longitude.get(4..).unwrap_or_default().trim_matches('-');
        let code = code.strip_suffix("-SIP").unwrap_or(code).trim_end_matches('-');
        let axes = if swapped { (2, 1) } else { (1, 2) };
        let sip = Sip::of(header)?;
        let tpv = Tpv::of(header, code, axes, sip.is_some())?;
        let projection = Projection::of(header, code, axes, tpv.is_some())?;
        let frame = frame::to_icrs(header, longitude)?;
        let rotation = Rotation::of(header, axes, projection.reference(), tpv.is_none(), frame)?;
        let sip = sip.filter(|_| tpv.is_none());
        Ok(Some(Self {
            linear: Linear::of(header, swapped)?,
            sip,
            swapped,
            tpv,
            projection,
            rotation,
        }))
    }

    /// The direction of a place in the image; the centre of the first pixel is (1, 1). `None` where the projection
    /// has no sky.
    pub fn direction(&self, x: f64, y: f64) -> Option<Vector3> {
        let mut offset = self.linear.offset(x, y);
        if let Some(sip) = &self.sip {
            offset = sip.moved(offset);
        }
        let (first, second) = self.linear.intermediate(offset);
        let (mut x, mut y) = if self.swapped { (second, first) } else { (first, second) };
        if let Some(tpv) = &self.tpv {
            (x, y) = tpv.moved(x, y);
        }
        let direction = self.rotation.turned(self.projection.native(x, y)?);
        (direction.x.is_finite() && direction.y.is_finite() && direction.z.is_finite())
            .then_some(direction)
    }
}

fn is_celestial(header: &Header, axis: u32) -> bool {
    let name = header.text(&format!("CTYPE{axis}")).unwrap_or_default();
    frame::Axis::named(&name).is_some()
}
