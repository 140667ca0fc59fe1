//! Distortions by polynomials: SIP (D. L. Shupe et al. 2005) and TPV.
//!
//! In: offsets from the reference pixel (SIP), or intermediate coordinates in degrees (TPV). Out: the same, moved.

use super::Unusable;
use crate::fits::Header;

/// Highest order that there is.
const HIGHEST: i64 = 9;

/// A and B.
#[derive(Debug, Clone, PartialEq)]
pub struct Sip {
    first: Vec<Vec<f64>>,
    second: Vec<Vec<f64>>,
}

impl Sip {
    /// Reads it from a header that has A_ORDER and B_ORDER. Orders below 2 are none, as for astropy: their terms
    /// would be about the matrix.
    pub fn of(header: &Header) -> Result<Option<Self>, Unusable> {
        let has = |name: char| -> Result<_, Unusable> {
            Ok(header.integer(&format!("{name}_ORDER"))?.map(|order| order > 1))
        };
        if !matches!((has('A')?, has('B')?), (Some(true), _) | (_, Some(true))) {
            return Ok(None);
        }
        let first = coefficients(header, 'A')?;
        let second = coefficients(header, 'B')?;
        match (first, second) {
            (Some(first), Some(second)) if first.len() > 2 && second.len() > 2 => {
                Ok(Some(Self { first, second }))
            }
            // A without terms of B counts for nothing, either.
            (Some(first), Some(_)) if first.len() > 2 => Ok(None),
            _ => Err(Unusable("the header has only one of A_ORDER and B_ORDER".to_owned())),
        }
    }

    /// The offset that a linear image would have.
    pub fn moved(&self, (x, y): (f64, f64)) -> (f64, f64) {
        (x + sum(&self.first, x, y), y + sum(&self.second, x, y))
    }
}

/// Coefficients by the powers of x, then of y.
fn coefficients(header: &Header, name: char) -> Result<Option<Vec<Vec<f64>>>, Unusable> {
    let key = format!("{name}_ORDER");
    let Some(order) = header.integer(&key)? else { return Ok(None) };
    if !(0..=HIGHEST).contains(&order) {
        return Err(Unusable(format!("{key} is {order}: orders go from 0 to {HIGHEST}")));
    }
    let read = |p: i64, q: i64| -> Result<f64, Unusable> {
        Ok(header.real(&format!("{name}_{p}_{q}"))?.unwrap_or_default())
    };
    let row = |p: i64| (0..=order - p).map(|q| read(p, q)).collect::<Result<Vec<_>, _>>();
    (0..=order).map(row).collect::<Result<Vec<_>, _>>().map(Some)
}

/// A polynomial by Horner's rule.
fn sum(rows: &[Vec<f64>], x: f64, y: f64) -> f64 {
    rows.iter().rev().fold(0.0, |sum, row| {
        sum * x + row.iter().rev().fold(0.0, |sum, coefficient| sum * y + coefficient)
    })
}

/// Powers of x, y and r of the terms of TPV in their order.
const TERMS: [(i32, i32, i32); 40] = [
    (0, 0, 0),
    (1, 0, 0),
    (0, 1, 0),
    (0, 0, 1),
    (2, 0, 0),
    (1, 1, 0),
    (0, 2, 0),
    (3, 0, 0),
    (2, 1, 0),
    (1, 2, 0),
    (0, 3, 0),
    (0, 0, 3),
    (4, 0, 0),
    (3, 1, 0),
    (2, 2, 0),
    (1, 3, 0),
    (0, 4, 0),
    (5, 0, 0),
    (4, 1, 0),
    (3, 2, 0),
    (2, 3, 0),
    (1, 4, 0),
    (0, 5, 0),
    (0, 0, 5),
    (6, 0, 0),
    (5, 1, 0),
    (4, 2, 0),
    (3, 3, 0),
    (2, 4, 0),
    (1, 5, 0),
    (0, 6, 0),
    (7, 0, 0),
    (6, 1, 0),
    (5, 2, 0),
    (4, 3, 0),
    (3, 4, 0),
    (2, 5, 0),
    (1, 6, 0),
    (0, 7, 0),
    (0, 0, 7),
];

/// PV of the longitude, and of the latitude, whose terms have x and y exchanged.
#[derive(Debug, Clone, PartialEq)]
pub struct Tpv {
    longitude: Vec<f64>,
    latitude: Vec<f64>,
}

impl Tpv {
    /// Reads it for `TPV`, and for `TAN` with coefficients, which SCAMP wrote before TPV had a name.
    pub fn of(
        header: &Header,
        code: &str,
        axes: (u32, u32),
        has_sip: bool,
    ) -> Result<Option<Self>, Unusable> {
        let is_scamp = || {
            let has =
                |axis: u32, from: usize| (from..40).any(|m| header.has(&format!("PV{axis}_{m}")));
            has(axes.0, 5) || has(axes.1, 0)
        };
        if code != "TPV" && (code != "TAN" || has_sip || !is_scamp()) {
            return Ok(None);
        }
        let read = |axis: u32| -> Result<Vec<f64>, Unusable> {
            let one = |m: usize| {
                let default = if m == 1 { 1.0 } else { 0.0 };
                header.real(&format!("PV{axis}_{m}")).map(|found| found.unwrap_or(default))
            };
            let mut all = (0..40).map(one).collect::<Result<Vec<_>, _>>()?;
            while all.last() == Some(&0.0) {
                all.pop();
            }
            Ok(all)
        };
        Ok(Some(Self { longitude: read(axes.0)?, latitude: read(axes.1)? }))
    }

    /// The coordinates in the tangential plane.
    pub fn moved(&self, x: f64, y: f64) -> (f64, f64) {
        let r = x.hypot(y);
        let sum = |coefficients: &[f64], x: f64, y: f64| -> f64 {
            let terms =
                coefficients.iter().zip(TERMS).filter(|(coefficient, _)| **coefficient != 0.0);
            terms.map(|(c, (i, j, k))| c * x.powi(i) * y.powi(j) * r.powi(k)).sum()
        };
        (sum(&self.longitude, x, y), sum(&self.latitude, y, x))
    }
}
