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
    /// Reads it from a header.
    pub fn of(header: &Header) -> Result<Self, Unusable> {
        for axis in [1, 2] {
            if let Some(unit) = header.text(&format!("CUNIT{axis}"))
                && !matches!(unit.trim(), "deg" | "" | "degree" | "degrees")
            {
                return Err(Unusable(format!("CUNIT{axis} must be deg, not `{unit}`")));
            }
        }
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
            let turned = header.real("CROTA2")?.or(header.real("CROTA1")?).filter(|_| !has("PC"));
            if let Some(angle) = turned {
                let (sine, cosine) = angle.to_radians().sin_cos();
                let [first, second] = steps;
                matrix = [[first * cosine, -second * sine], [first * sine, second * cosine]];
            } else {
                for (row, step) in matrix.iter_mut().zip(steps) {
                    row.iter_mut().for_each(|entry| *entry *= step);
                }
            }
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
        let [[a, b], [c, d]] = self.matrix;
        (a * x + b * y, c * x + d * y)
    }
}
