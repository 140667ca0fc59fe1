//! Celestial frames (FITS 4.0, section 8.3).
//!
//! In: CTYPE, RADESYS, EQUINOX. Out: the rotation to ICRS as the images of its three axes.

use super::Unusable;
use crate::fits::Header;
use crate::functions::{Frame, Geometry, Point, transform};
use crate::geom::Vector3;

/// Which of the two angles an axis is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Axis {
    /// RA, GLON, …
    Longitude,
    /// DEC, GLAT, …
    Latitude,
}

impl Axis {
    /// That of a CTYPE, if it is a celestial one.
    pub fn named(name: &str) -> Option<Self> {
        let (system, code) = name.split_at_checked(4)?;
        if !code.starts_with('-') {
            return None;
        }
        let system = system.trim_end_matches('-');
        match system {
            "RA" => Some(Self::Longitude),
            "DEC" => Some(Self::Latitude),
            _ if system.len() == 4 && (system.ends_with("LON") || system.ends_with("LN")) => {
                Some(Self::Longitude)
            }
            _ if system.len() == 4 && (system.ends_with("LAT") || system.ends_with("LT")) => {
                Some(Self::Latitude)
            }
            _ => None,
        }
    }
}

/// Where the X, Y and Z of the image's frame are in ICRS.
pub fn to_icrs(header: &Header, longitude: &str) -> Result<[Vector3; 3], Unusable> {
    let axes = [Vector3::new(1.0, 0.0, 0.0), Vector3::new(0.0, 1.0, 0.0), Vector3::Z];
    let from = match longitude.get(..4) {
        Some("RA--") => equatorial(header)?,
        Some("GLON") => Frame::Galactic,
        _ => {
            let message =
                format!("the coordinates `{longitude}` are neither equatorial nor galactic");
            return Err(Unusable(message));
        }
    };
    if from == Frame::Icrs {
        return Ok(axes);
    }
    let turned = |axis: Vector3| match transform(
        &Geometry::Point(Point::of_vector(axis)),
        from,
        Frame::Icrs,
    ) {
        Ok(Geometry::Point(point)) => point.vector(),
        _ => axis,
    };
    Ok(axes.map(turned))
}

fn equatorial(header: &Header) -> Result<Frame, Unusable> {
    let equinox = header.real("EQUINOX")?.or(header.real("EPOCH")?);
    let system = header.text("RADESYS").or_else(|| header.text("RADECSYS"));
    let system = match (system.as_deref().map(str::trim), equinox) {
        (Some(""), None) | (None, None) => "ICRS",
        (None | Some(""), Some(equinox)) => {
            if equinox < 1984.0 {
                "FK4"
            } else {
                "FK5"
            }
        }
        (Some(named), _) => named,
    };
    match (system, equinox.unwrap_or(2000.0)) {
        ("ICRS", _) => Ok(Frame::Icrs),
        ("FK5", 2000.0) => Ok(Frame::Fk5),
        (system, equinox) => Err(Unusable(format!(
            "the frame {system} with equinox {equinox} is not supported: ICRS, FK5 of 2000 and galactic coordinates are"
        ))),
    }
}
