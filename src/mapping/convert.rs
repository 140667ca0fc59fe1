//! Values converted as pydantic does in its lax mode.

use super::yaml::{Moment, TimeOfDay, Value};

/// An `int`: integers, whole floats, booleans, and text of an integer.
pub(super) fn integer(value: &Value) -> Option<i64> {
    match value {
        Value::Int(number) => Some(*number),
        Value::Bool(flag) => Some(i64::from(*flag)),
        Value::Float(number) => whole(*number),
        Value::Text(text) => integer_text(text.text.trim()),
        _ => None,
    }
}

#[expect(clippy::cast_possible_truncation, reason = "bounded just before")]
fn whole(number: f64) -> Option<i64> {
    let limit = 9_223_372_036_854_775_808.0;
    (number.fract() == 0.0 && number >= -limit && number < limit).then_some(number as i64)
}

/// `5`, `+5`, `1_000`, `5.0`.
fn integer_text(text: &str) -> Option<i64> {
    let text = match text.split_once('.') {
        Some((whole, zeros)) if !zeros.is_empty() && zeros.bytes().all(|b| b == b'0') => whole,
        Some(_) => return None,
        None => text,
    };
    ungrouped(text)?.parse().ok()
}

/// Text without its underscores; nothing when one is at an end or two stand together.
fn ungrouped(text: &str) -> Option<String> {
    let fits =
        text.is_ascii() && !text.starts_with('_') && !text.ends_with('_') && !text.contains("__");
    fits.then(|| text.replace('_', ""))
}

/// A `float`: numbers, booleans, and text that Python's `float` reads.
pub(super) fn number(value: &Value) -> Option<f64> {
    match value {
        #[expect(clippy::cast_precision_loss, reason = "as Python's float(int)")]
        Value::Int(number) => Some(*number as f64),
        Value::Bool(flag) => Some(f64::from(u8::from(*flag))),
        Value::Float(number) => Some(*number),
        Value::Text(text) => ungrouped(text.text.trim())?.parse().ok(),
        _ => None,
    }
}

/// A `date`: a date, a date with time zero, or ISO text of either.
pub(super) fn date(value: &Value) -> Option<Moment> {
    let midnight = |time: Option<TimeOfDay>| {
        time.is_none_or(|time| {
            time.hour == 0 && time.minute == 0 && time.second == 0 && time.microsecond == 0
        })
    };
    match value {
        Value::Time(moment) if midnight(moment.time) => Some(Moment { time: None, ..*moment }),
        Value::Text(text) => iso_date(text.text.trim()),
        _ => None,
    }
}

fn iso_date(text: &str) -> Option<Moment> {
    super::yaml::date_text(text)
        .filter(|moment| {
            let strict =
                text.len() >= 10 && text.get(4..5) == Some("-") && text.get(7..8) == Some("-");
            strict
                && moment.time.is_none_or(|time| {
                    (time.hour, time.minute, time.second, time.microsecond) == (0, 0, 0, 0)
                })
        })
        .map(|moment| Moment { time: None, ..moment })
}

/// Days since 1970-01-01 of a proleptic Gregorian date.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// The date that many days after 1970-01-01.
fn civil(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let of_era = shifted.rem_euclid(146_097);
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (era * 400 + year + i64::from(month <= 2), month, day)
}

/// A timestamp as ISO text in UTC; nothing for a date without a time.
pub(super) fn utc_text(moment: &Moment) -> Option<String> {
    let time = moment.time?;
    let minutes = i64::from(time.hour) * 60 + i64::from(time.minute)
        - i64::from(time.zone.unwrap_or_default());
    let day =
        days(moment.year.into(), moment.month.into(), moment.day.into()) + minutes.div_euclid(1440);
    let minutes = minutes.rem_euclid(1440);
    let (year, month, day) = civil(day);
    Some(format!(
        "{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}.{:06}",
        minutes / 60,
        minutes % 60,
        time.second,
        time.microsecond
    ))
}
