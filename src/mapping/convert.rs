//! Values converted as pydantic does in its lax mode.

use super::yaml::{Moment, TimeOfDay, Value};
use crate::time;

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

/// A timestamp as ISO text in UTC; nothing for a date without a time.
pub(super) fn utc_text(moment: &Moment) -> Option<String> {
    let clock = moment.time?;
    let days = time::days_of(moment.year.into(), moment.month.into(), moment.day.into())?;
    let minutes = days * 1440 + i64::from(clock.hour) * 60 + i64::from(clock.minute)
        - i64::from(clock.zone.unwrap_or_default());
    let seconds = minutes * 60 + i64::from(clock.second);
    Some(time::iso(seconds * 1_000_000 + i64::from(clock.microsecond)))
}
