//! TAI nanoseconds to UTC, with leap seconds.
//!
//! In: nanoseconds TAI since 1970-01-01T00:00:00 TAI, as Butler stores timespans. Out: UTC as MJD
//! and as ISO text, equal to astropy's `Time.utc.mjd` and `Time.utc.isot`. A day that ends in a leap
//! second is 86,401 s long and its fraction is stretched over them (ERFA's quasi-JD).
//! The pieces are data, so that [`crate::lower`] can write the same rule as SQL.

mod civil;
mod inverse;

use std::sync::LazyLock;

use hifitime::leap_seconds::{LatestLeapSeconds, LeapSecond};

pub use civil::{days_of, iso, iso_utc, parse_clock, parse_day_of_year, parse_iso, push_iso};
pub use inverse::{from_utc_clock, from_utc_days};

/// Nanoseconds in a second.
pub const SECOND: i64 = 1_000_000_000;
/// Nanoseconds in a day without a leap second.
pub const DAY: i64 = 86_400 * SECOND;
/// MJD of 1970-01-01.
pub const MJD_1970: i64 = 40_587;
/// SQLite's stand-in for an unbounded begin (Butler's `TimeConverter.min_nsec`).
pub const UNBOUNDED_BEGIN: i64 = 0;
/// SQLite's stand-in for an unbounded end: 2100-01-01 TAI (Butler's `TimeConverter.max_nsec`).
pub const UNBOUNDED_END: i64 = 4_102_444_800 * SECOND;
/// The day until which IERS Bulletin C 72 (July 2026) rules out further leap seconds.
pub const LEAP_SECONDS_EXPIRE: &str = "2027-06-28";

/// A stretch of time in which UTC is a linear function of TAI.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Piece {
    /// First nanosecond (TAI since 1970) that it holds for.
    pub from: i64,
    /// UTC as MJD at `from`.
    pub mjd: f64,
    /// Length of its days, in TAI nanoseconds.
    pub day: f64,
}

impl Piece {
    /// Whether its days have neither leap second nor drift.
    pub fn is_plain(&self) -> bool {
        // Whole nanoseconds, far below 2^53: exact.
        (self.day - 86_400e9).abs() < 0.5
    }
}

/// A step of TAI − UTC from 1972 on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// First nanosecond (TAI since 1970) with the new difference; the leap second ends here.
    pub from: i64,
    /// TAI − UTC from then on, in seconds.
    pub seconds: i64,
}

/// TAI − UTC in 1970 and 1971 was 8.000082 s at 1970-01-01 UTC and grew 2.592 ms a day.
const DRIFT_START: i64 = 8_000_082_000;
const DRIFT_DAY: f64 = 86_400.002_592e9;

/// All steps of TAI − UTC since 1972-01-01, oldest first.
pub static STEPS: LazyLock<Vec<Step>> = LazyLock::new(|| {
    LatestLeapSeconds::default().filter(|leap| leap.announced_by_iers).map(step).collect()
});

/// All pieces, oldest first; the first one also serves for whatever lies before it.
pub static PIECES: LazyLock<Vec<Piece>> = LazyLock::new(pieces);

fn step(leap: LeapSecond) -> Step {
    /// Seconds from 1900-01-01, where hifitime counts from, to 1970-01-01.
    const EPOCH: f64 = 2_208_988_800.0;
    #[expect(clippy::cast_possible_truncation, reason = "whole seconds, far below 2^53")]
    let (utc, seconds) = ((leap.timestamp_tai_s - EPOCH) as i64, leap.delta_at as i64);
    Step { from: (utc + seconds) * SECOND, seconds }
}

#[expect(clippy::cast_precision_loss, reason = "days and seconds are small")]
fn pieces() -> Vec<Piece> {
    let mut pieces = vec![Piece { from: DRIFT_START, mjd: MJD_1970 as f64, day: DRIFT_DAY }];
    let mut before = None;
    for step in STEPS.iter() {
        let day = (step.from - step.seconds * SECOND) / DAY;
        let mjd = (MJD_1970 + day) as f64;
        // The day that ends with this step has the leap in it.
        let eve = match before {
            Some(seconds) => (day - 1) * DAY + seconds * SECOND,
            #[expect(clippy::cast_possible_truncation, reason = "nanoseconds in two years")]
            None => DRIFT_START + ((day - 1) as f64 * DRIFT_DAY) as i64,
        };
        pieces.push(Piece { from: eve, mjd: mjd - 1.0, day: (step.from - eve) as f64 });
        pieces.push(Piece { from: step.from, mjd, day: DAY as f64 });
        before = Some(step.seconds);
    }
    pieces
}

/// The piece that an instant lies in.
fn piece(tai: i64) -> Option<&'static Piece> {
    let at = PIECES.partition_point(|piece| piece.from <= tai).saturating_sub(1);
    PIECES.get(at)
}

/// The pieces for databases: the first one begins a day earlier, so that it serves for all times from 1970 on.
#[expect(clippy::cast_possible_truncation, reason = "nanoseconds of one day")]
pub static LINEAR: LazyLock<Vec<Piece>> = LazyLock::new(|| {
    let mut pieces = PIECES.clone();
    if let Some(first) = pieces.first_mut() {
        *first = Piece { from: first.from - first.day as i64, mjd: first.mjd - 1.0, ..*first };
    }
    pieces
});

/// UTC as MJD of a TAI instant, by the same operations as in SQL, so that a value that was read is found
/// again; whole days apart from their fraction, so that all digits count.
#[expect(clippy::cast_precision_loss, reason = "days are few, a fraction has under 2^53 steps")]
#[expect(clippy::cast_possible_truncation, reason = "days and their nanoseconds are far below")]
pub fn utc_mjd(tai: i64) -> f64 {
    let at = LINEAR.partition_point(|piece| piece.from <= tai).saturating_sub(1);
    LINEAR.get(at).map_or(f64::NAN, |piece| {
        let since = tai.saturating_sub(piece.from);
        let day = piece.day as i64;
        piece.mjd + since.div_euclid(day) as f64 + since.rem_euclid(day) as f64 / piece.day
    })
}
