//! Time literals as instants.
//!
//! In: a literal in its parts. Out: TAI nanoseconds since 1970, equal to those that Butler makes with
//! astropy.

use super::time::{TimeFormat, TimeLiteral, TimeScale};
use crate::time::{
    self, DAY, MJD_1970, SECOND, UNBOUNDED_BEGIN, UNBOUNDED_END, from_utc_clock, from_utc_days,
};

impl TimeLiteral {
    /// TAI nanoseconds since 1970 as Butler stores them, cut at the ends of its calendar; `None`
    /// for a combination of format and scale that is not supported.
    pub fn tai(&self) -> Option<i64> {
        let Self { format, scale, value } = self;
        let (format, scale) = (*format, *scale);
        let tai = match format {
            TimeFormat::Mjd => from_days(value.parse().ok()?, 0.0, scale),
            TimeFormat::Jd => from_days(value.parse().ok()?, 2_400_000.5, scale),
            TimeFormat::Unix | TimeFormat::UnixTai => {
                let seconds: f64 = value.parse().ok()?;
                let day = (seconds / 86_400.0).floor();
                let fraction = (seconds - day * 86_400.0) / 86_400.0;
                // Seconds without leap seconds count fractions of days in either scale.
                match (format, scale) {
                    (TimeFormat::Unix, TimeScale::Utc) | (TimeFormat::UnixTai, TimeScale::Tai) => {
                        from_day(whole(day)? + MJD_1970, fraction, scale)
                    }
                    _ => return None,
                }
            }
            TimeFormat::Iso | TimeFormat::Yday => {
                let (day, clock) = match format {
                    TimeFormat::Yday => time::parse_day_of_year(value)?,
                    _ => time::parse_clock(value)?,
                };
                match scale {
                    TimeScale::Utc => from_utc_clock(day, clock),
                    TimeScale::Tai => day.checked_mul(DAY)?.checked_add(clock)?,
                    TimeScale::Tt => day.checked_mul(DAY)?.checked_add(clock)?.checked_sub(TT)?,
                }
            }
        };
        Some(tai.clamp(UNBOUNDED_BEGIN, UNBOUNDED_END))
    }
}

/// TT − TAI.
const TT: i64 = 32 * SECOND + 184_000_000;

/// A count of days, of which `offset` lie before MJD 0.
fn from_days(days: f64, offset: f64, scale: TimeScale) -> i64 {
    let mjd = days - offset;
    let day = mjd.floor();
    whole(day).map_or(UNBOUNDED_END, |whole| from_day(whole, mjd - day, scale))
}

#[expect(clippy::cast_possible_truncation, reason = "the range is checked")]
fn whole(day: f64) -> Option<i64> {
    (day.abs() < 1e8).then_some(day as i64)
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "a fraction of a day has 2^47 nanoseconds"
)]
fn from_day(mjd: i64, fraction: f64, scale: TimeScale) -> i64 {
    if scale == TimeScale::Utc {
        return from_utc_days(mjd - MJD_1970, fraction);
    }
    let clock = (fraction * DAY as f64).round() as i64;
    let offset = if scale == TimeScale::Tt { TT } else { 0 };
    (mjd - MJD_1970).saturating_mul(DAY).saturating_add(clock).saturating_sub(offset)
}
