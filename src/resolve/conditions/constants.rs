//! Constants of where-expressions: times, timespans and patterns.
//!
//! In: the texts of literals. Out: TAI nanoseconds as Butler stores them, cut at the ends of its
//! calendar, and patterns in the form of [`crate::plan::Predicate::Glob`].

use crate::expression::{TimeFormat, TimeLiteral, TimeScale, time_literal};
use crate::plan::Interval;
use crate::time::{
    self, DAY, MJD_1970, SECOND, UNBOUNDED_BEGIN, UNBOUNDED_END, from_utc_clock, from_utc_days,
};

/// A time literal as TAI nanoseconds since 1970; `None` when it is not a time.
pub fn instant(text: &str) -> Option<i64> {
    let TimeLiteral { format, scale, value } = time_literal(text).ok()?;
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
                TimeFormat::Yday => time::parse_day_of_year(&value)?,
                _ => time::parse_clock(&value)?,
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

/// The timespan from `begin` to `end`, each `None` where it is unbounded; an error for what Butler
/// does not make a timespan of.
pub fn timespan(begin: Option<i64>, end: Option<i64>) -> Result<Interval, &'static str> {
    let first = begin.unwrap_or(UNBOUNDED_BEGIN);
    let mut last = end.unwrap_or(UNBOUNDED_END);
    if first == last {
        if last == UNBOUNDED_BEGIN || first == UNBOUNDED_END {
            return Err("a timespan cannot be an instant at the end of all times");
        }
        // A timespan of one instant is one nanosecond long.
        last += 1;
    }
    if first > last {
        return Ok(Interval::Empty);
    }
    Ok(Interval::Constant {
        begin: (first != UNBOUNDED_BEGIN).then_some(first),
        end: (last != UNBOUNDED_END).then_some(last),
    })
}

/// Butler's pattern, in which a backslash takes the meaning from `*`, `?` and itself, as one in
/// which brackets do; `None` when it matches everything, NULL included.
pub fn pattern(text: &str) -> Option<String> {
    if text == "*" {
        return None;
    }
    let mut out = String::new();
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match (c, chars.peek()) {
            ('\\', Some('\\')) => {
                chars.next();
                out.push('\\');
            }
            ('\\', Some(&escaped @ ('*' | '?' | '[' | ']'))) => {
                chars.next();
                out.push_str(&format!("[{escaped}]"));
            }
            ('[' | ']', _) => out.push_str(&format!("[{c}]")),
            _ => out.push(c),
        }
    }
    Some(out)
}
