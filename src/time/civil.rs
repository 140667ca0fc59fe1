//! Calendar text of instants.

use std::fmt::Write;

use super::{DAY, MJD_1970, SECOND, piece};

/// UTC as `2016-12-31T23:59:60.500000`, to `digits` (0 to 9) digits of a second.
///
/// Seconds are rounded to the nearest before the piece is looked for, as ERFA does. A day with a
/// whole leap second ends in `:60`; the smaller steps and the drift before 1972 are spread over the
/// day.
pub fn iso_utc(tai: i64, digits: u32, separator: char) -> String {
    let unit = 10_i64.pow(9 - digits.min(9));
    let rounded = tai.saturating_add(unit / 2).div_euclid(unit).saturating_mul(unit);
    let Some(piece) = piece(rounded) else { return String::new() };
    let with_leap = piece.day > LEAP_DAY;
    let since = if with_leap || piece.is_plain() {
        rounded.saturating_sub(piece.from)
    } else {
        scaled(tai.saturating_sub(piece.from), piece.day, unit)
    };
    let leaping = with_leap && since >= DAY;
    // Inside a leap second: a second earlier, with 60 written for 59.
    let since = if leaping { since - SECOND } else { since };
    #[expect(clippy::cast_possible_truncation, reason = "pieces begin at whole days")]
    let midnight = piece.mjd as i64 - MJD_1970;
    let (year, month, day) = civil(midnight + since.div_euclid(DAY));
    let second = since.rem_euclid(DAY) / SECOND;
    let fraction = since.rem_euclid(SECOND) / unit;
    let seconds = second % 60 + i64::from(leaping);
    let mut text = String::with_capacity(32);
    // Writing to a String cannot fail.
    let _ = write!(
        text,
        "{year:04}-{month:02}-{day:02}{separator}{:02}:{:02}:{seconds:02}",
        second / 3600,
        second / 60 % 60
    );
    if digits > 0 {
        let _ = write!(text, ".{fraction:0width$}", width = digits as usize);
    }
    text
}

/// Longer than any day without a whole leap second.
const LEAP_DAY: f64 = 86_400.5e9;

/// `since` on a clock whose days have 86,400 s, rounded to `unit`.
#[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "two years")]
fn scaled(since: i64, day: f64, unit: i64) -> i64 {
    (since as f64 * (DAY as f64 / day) / unit as f64).round() as i64 * unit
}

/// Microseconds since 1970-01-01 as `2016-12-31T23:59:59.500000`, in whatever scale they are.
pub fn iso(microseconds: i64) -> String {
    let (day, of_day) = (DAY / 1000, microseconds.rem_euclid(DAY / 1000));
    let (year, month, day) = civil(microseconds.div_euclid(day));
    let second = of_day / 1_000_000;
    format!(
        "{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}.{:06}",
        second / 3600,
        second / 60 % 60,
        second % 60,
        of_day % 1_000_000
    )
}

/// Appends what [`iso`] gives, without an allocation in the years 0 to 9999.
pub fn push_iso(microseconds: i64, out: &mut Vec<u8>) {
    let (year, month, day) = civil(microseconds.div_euclid(DAY / 1000));
    if !(0..=9999).contains(&year) {
        return out.extend_from_slice(iso(microseconds).as_bytes());
    }
    let of_day = microseconds.rem_euclid(DAY / 1000);
    let second = of_day / 1_000_000;
    let mut text = *b"0000-00-00T00:00:00.000000";
    let fields = [
        (0, 4, year),
        (5, 2, month),
        (8, 2, day),
        (11, 2, second / 3600),
        (14, 2, second / 60 % 60),
        (17, 2, second % 60),
        (20, 6, of_day % 1_000_000),
    ];
    for (at, width, mut rest) in fields {
        for digit in text.iter_mut().skip(at).take(width).rev() {
            #[expect(clippy::cast_sign_loss, reason = "no part of a date is negative here")]
            let unit = (rest % 10) as u8;
            *digit += unit;
            rest /= 10;
        }
    }
    out.extend_from_slice(&text);
}

/// Year, month and day of a day counted from 1970-01-01 (proleptic Gregorian).
fn civil(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let of_era = shifted.rem_euclid(146_097);
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (year + era * 400 + i64::from(month <= 2), month, day)
}

/// `YYYY-MM-DD[(T| )HH:MM[:SS[.f]]]` as days since 1970-01-01 and nanoseconds of the day, in
/// whatever scale the text is. Second 60 runs past midnight.
pub fn parse_clock(text: &str) -> Option<(i64, i64)> {
    let (date, clock) = match text.split_once(['T', 't', ' ']) {
        Some((date, clock)) => (date, clock.trim_end_matches('Z')),
        None => (text, ""),
    };
    let mut parts = date.split('-').map(str::parse::<i64>);
    let (year, month, day) = (parts.next()?.ok()?, parts.next()?.ok()?, parts.next()?.ok()?);
    if parts.next().is_some() || !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    Some((days_of(year, month, day)?, time_of_day(clock)?))
}

/// [`parse_clock`] as nanoseconds since 1970-01-01 on a clock without leap seconds; nothing beyond
/// what 64 bits hold, the years 1678 to 2262.
pub fn parse_iso(text: &str) -> Option<i64> {
    let (days, nanoseconds) = parse_clock(text)?;
    days.checked_mul(DAY)?.checked_add(nanoseconds)
}

/// `YYYY:DDD[:HH:MM[:SS[.f]]]`, as [`parse_clock`].
pub fn parse_day_of_year(text: &str) -> Option<(i64, i64)> {
    let mut parts = text.splitn(3, ':');
    let (year, day) = (parts.next()?.parse().ok()?, parts.next()?.parse::<i64>().ok()?);
    let first = days_of(year, 1, 1)?;
    Some((first + day - 1, time_of_day(parts.next().unwrap_or(""))?))
}

/// Nanoseconds of `HH:MM[:SS[.f]]`; digits beyond nanoseconds round.
fn time_of_day(clock: &str) -> Option<i64> {
    if clock.is_empty() {
        return Some(0);
    }
    let mut parts = clock.split(':');
    let hour = parts.next()?.parse::<i64>().ok()?;
    let minute = parts.next()?.parse::<i64>().ok()?;
    let seconds = parts.next().unwrap_or("0");
    let (second, fraction) = seconds.split_once('.').unwrap_or((seconds, ""));
    let second = second.parse::<i64>().ok()?;
    let whole = hour > 23 || minute > 59 || second > 60;
    if parts.next().is_some() || whole || !fraction.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let digits = format!("{fraction:0<10}");
    let nanoseconds = digits.get(..9)?.parse::<i64>().ok()?;
    let up = digits.as_bytes().get(9).is_some_and(|digit| *digit >= b'5');
    Some(((hour * 60 + minute) * 60 + second) * SECOND + nanoseconds + i64::from(up))
}

/// Days since 1970-01-01 (proleptic Gregorian); `None` for a day that the month does not have.
pub fn days_of(year: i64, month: i64, day: i64) -> Option<i64> {
    let shifted = if month <= 2 { year - 1 } else { year };
    let era = shifted.div_euclid(400);
    let of_era_year = shifted.rem_euclid(400);
    let of_year = (153 * (if month > 2 { month - 3 } else { month + 9 }) + 2) / 5 + day - 1;
    let days =
        era * 146_097 + of_era_year * 365 + of_era_year / 4 - of_era_year / 100 + of_year - 719_468;
    (civil(days) == (year, month, day)).then_some(days)
}
