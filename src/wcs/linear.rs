//! The linear part: CRPIX, and CD, PC with CDELT, or CROTA2 with CDELT (FITS 4.0, section 8.1).
//!
//! In: pixels. Out: intermediate world coordinates in degrees.

use super::Unusable;
use crate::fits::Header;

/// Reference pixel and matrix of the first two axes.
#[derive(Debug, Clone, PartialEq)]
pub struct Linear {
    reference: [f64; 2],
    matrix: [[f64; 2]; 2],
}

impl Linear {
    /// Reads it from a header; `swapped` where the latitude is the first axis.
    pub fn of(header: &Header, swapped: bool) -> Result<Self, Unusable> {
        let number =
            |key: String, default: f64| header.real(&key).map(|found| found.unwrap_or(default));
        let reference = [number("CRPIX1".to_owned(), 0.0)?, number("CRPIX2".to_owned(), 0.0)?];
        let steps = [number("CDELT1".to_owned(), 1.0)?, number("CDELT2".to_owned(), 1.0)?];
        let has = |kind: &str| {
            [(1, 1), (1, 2), (2, 1), (2, 2)]
                .iter()
                .any(|(i, j)| header.has(&format!("{kind}{i}_{j}")))
        };
        let one = |i: usize, j: usize| if i == j { 1.0 } else { 0.0 };
        let kind = match (has("PC"), has("CD")) {
            (true, true) => {
                return Err(Unusable("the header has both PCi_j and CDi_j".to_owned()));
            }
            (false, true) => "CD",
            _ => "PC",
        };
        let entry = |i: usize, j: usize| -> Result<f64, Unusable> {
            let default = if kind == "CD" { 0.0 } else { one(i, j) };
            Ok(number(format!("{kind}{i}_{j}"), default)?)
        };
        let mut matrix = [[entry(1, 1)?, entry(1, 2)?], [entry(2, 1)?, entry(2, 2)?]];
        if kind == "PC" {
            // Only that of the latitude counts, and where PC is there, none.
            let turned = header.real(if swapped { "CROTA1" } else { "CROTA2" })?;
            if let Some(angle) = turned.filter(|_| !has("PC")) {
                let (sine, cosine) = angle.to_radians().sin_cos();
                let sine = if swapped { -sine } else { sine };
                let [first, second] = steps;
                matrix = [[first * cosine, -second * sine], [first * sine, second * cosine]];
            } else {
                for (row, step) in matrix.iter_mut().zip(steps) {
                    row.iter_mut().for_each(|entry| *entry *= step);
                }
            }
        }
        for (row, axis) in matrix.iter_mut().zip([1, 2]) {
            let unit = degrees(header, axis)?;
            row.iter_mut().for_each(|entry| *entry *= unit);
        }
        let [[a, b], [c, d]] = matrix;
        let determinant = a * d - b * c;
        if determinant == 0.0 || !determinant.is_finite() {
            return Err(Unusable("the matrix of the coordinates is singular".to_owned()));
        }
        for axis in 3..=9 {
            for key in [
                format!("{kind}{axis}_1"),
                format!("{kind}{axis}_2"),
                format!("{kind}1_{axis}"),
                format!("{kind}2_{axis}"),
            ] {
                if header.real(&key)?.is_some_and(|entry| entry != 0.0) {
                    return Err(Unusable(format!("{key} mixes the sky with another axis")));
                }
            }
        }
        Ok(Self { reference, matrix })
    }

    /// From the reference pixel.
    pub fn offset(&self, x: f64, y: f64) -> (f64, f64) {
        let [first, second] = self.reference;
        (x - first, y - second)
    }

    /// By the matrix.
    pub fn intermediate(&self, (x, y): (f64, f64)) -> (f64, f64) {
        let [first, second] = self.matrix.map(|[along, across]| along * x + across * y);
        (first, second)
    }
}

/// What CDELT, CD and CRVAL of an axis are to be multiplied by: the unit that CUNIT names, in degrees.
pub fn degrees(header: &Header, axis: u32) -> Result<f64, Unusable> {
    let key = format!("CUNIT{axis}");
    let Some(unit) = header.text(&key) else { return Ok(1.0) };
    // The unit of degrees in any case, as wcslib takes it; others as FITS has them.
    match unit.trim() {
        "" => Ok(1.0),
        name if ["deg", "degree", "degrees"].contains(&name.to_lowercase().as_str()) => Ok(1.0),
        "arcmin" | "ARCMIN" => Ok(1.0 / 60.0),
        "arcsec" | "ARCSEC" | "arcsecs" => Ok(1.0 / 3600.0),
        "mas" => Ok(1.0 / 3.6e6),
        "rad" | "RAD" | "radian" => Ok(180.0 / std::f64::consts::PI),
        other => Err(Unusable(format!(
            "{key} is `{other}`: deg, arcmin, arcsec, mas and rad are supported"
        ))),
    }
}
