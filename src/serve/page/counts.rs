//! Counts of datasets, and sums of them.

use std::collections::BTreeMap;

use crate::time;

/// Datasets that are alike in everything that people choose by.
#[derive(Debug, Clone)]
pub struct Kind {
    /// Values of [`super::overview::CHOICES`]; empty for none.
    pub choices: [String; 5],
    /// How many.
    pub datasets: u64,
    /// First begin, MJD.
    pub earliest: Option<f64>,
    /// Last end, MJD.
    pub latest: Option<f64>,
}

/// All datasets of an ObsCore table.
#[derive(Debug, Clone, Default)]
pub struct Counts(pub Vec<Kind>);

/// A sum.
#[derive(Debug, Clone, Default)]
pub struct Sum {
    /// How many.
    pub datasets: u64,
    /// First begin, MJD.
    pub earliest: Option<f64>,
    /// Last end, MJD.
    pub latest: Option<f64>,
}

impl Sum {
    fn add(&mut self, kind: &Kind) {
        self.datasets += kind.datasets;
        // `f64::min` and `max` leave out what is not a number.
        let least = |a: Option<f64>, b: Option<f64>| match (a, b) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
        let most = |a: Option<f64>, b: Option<f64>| match (a, b) {
            (Some(a), Some(b)) => Some(a.max(b)),
            (a, b) => a.or(b),
        };
        self.earliest = least(self.earliest, kind.earliest);
        self.latest = most(self.latest, kind.latest);
    }

    /// First and last night or day, UTC.
    pub fn dates(&self) -> Option<(String, String)> {
        Some((date(self.earliest?), date(self.latest?)))
    }
}

impl Counts {
    /// All.
    pub fn sum(&self) -> Sum {
        let mut sum = Sum::default();
        self.0.iter().for_each(|kind| sum.add(kind));
        sum
    }

    /// How many.
    pub fn datasets(&self) -> u64 {
        self.0.iter().map(|kind| kind.datasets).sum()
    }

    /// By some of the choices, largest first.
    pub fn by<const N: usize>(&self, choices: [usize; N]) -> Vec<([String; N], Sum)> {
        let mut sums: BTreeMap<[String; N], Sum> = BTreeMap::new();
        for kind in &self.0 {
            let key = choices.map(|at| kind.choices.get(at).cloned().unwrap_or_default());
            sums.entry(key).or_default().add(kind);
        }
        let mut sums: Vec<_> = sums.into_iter().collect();
        sums.sort_by_key(|(_, sum)| std::cmp::Reverse(sum.datasets));
        sums
    }

    /// The values of a choice, in alphabetical order.
    pub fn values(&self, choice: usize) -> Vec<String> {
        let mut values: Vec<String> =
            self.by([choice]).into_iter().map(|([value], _)| value).collect();
        values.retain(|value| !value.is_empty());
        values.sort();
        values
    }
}

/// The day of an MJD.
#[expect(clippy::cast_possible_truncation, reason = "a time that saturates is wrong anyway")]
pub fn date(mjd: f64) -> String {
    let microseconds = (mjd - 40587.0) * 86_400e6;
    time::iso(microseconds as i64).chars().take_while(|c| *c != 'T').collect()
}

/// Cells of the sky with datasets: column, row, least and largest right ascension, least and largest
/// declination; how many.
#[derive(Debug, Clone, Default)]
pub struct Sky(pub Vec<([f64; 6], u64)>);

impl Sky {
    /// Side of a cell in degrees; a divisor of 180.
    pub const CELL: f64 = 3.0;

    /// Least and largest declination, and the right ascensions between which everything is, eastwards;
    /// `None` without datasets.
    pub fn extent(&self) -> Option<([f64; 2], [f64; 2])> {
        let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
        let mut spans = Vec::with_capacity(self.0.len());
        for ([_, _, ra_least, ra_most, dec_least, dec_most], _) in &self.0 {
            (low, high) = (low.min(*dec_least), high.max(*dec_most));
            spans.push((*ra_least, *ra_most));
        }
        spans.sort_by(|a, b| a.0.total_cmp(&b.0));
        let (first, mut reached) = *spans.first()?;
        // The widest gap is where the range ends and begins.
        let (mut gap, mut range) = (0.0, [first, first]);
        for (least, most) in spans.iter().skip(1) {
            if least - reached > gap {
                (gap, range) = (least - reached, [*least, reached]);
            }
            reached = reached.max(*most);
        }
        if first + 360.0 - reached >= gap {
            range = [first, reached];
        }
        Some((range, [low, high]))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::float_cmp)]
    use super::*;

    #[test]
    fn the_range_goes_through_zero_where_that_is_shorter() {
        let sky = |spans: &[(f64, f64)]| {
            Sky(spans.iter().map(|(a, b)| ([0.0, 0.0, *a, *b, -1.0, 2.0], 1)).collect())
        };
        let ra = |spans: &[(f64, f64)]| sky(spans).extent().unwrap().0;
        assert_eq!(ra(&[(10.0, 12.0), (13.0, 20.0)]), [10.0, 20.0]);
        assert_eq!(ra(&[(0.5, 2.0), (358.0, 359.5)]), [358.0, 2.0]);
        assert_eq!(ra(&[(358.0, 359.5), (0.5, 40.0), (300.0, 301.0)]), [300.0, 40.0]);
        assert_eq!(ra(&[(5.0, 5.0)]), [5.0, 5.0]);
        assert!(sky(&[]).extent().is_none());
    }

    #[test]
    fn days() {
        assert_eq!(date(60760.042), "2025-03-26");
        assert_eq!(date(40587.0), "1970-01-01");
    }
}
