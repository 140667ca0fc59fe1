//! What a plain scalar means: PyYAML's implicit resolvers and constructors.

use super::{Moment, TimeOfDay};

/// A resolved scalar other than text.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Scalar {
    Null,
    Bool(bool),
    Int(i64),
    BigInt,
    Float(f64),
    Time(Moment),
    /// Numbers and dates that look right but have no value, on which PyYAML fails.
    Wrong(&'static str),
}

/// The meaning of a plain scalar; `None` when it is text.
pub(super) fn resolve(text: &str) -> Option<Scalar> {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Some(Scalar::Null),
        "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => {
            return Some(Scalar::Bool(true));
        }
        "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => {
            return Some(Scalar::Bool(false));
        }
        _ => {}
    }
    if !text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '-' | '+' | '.')) {
        return None;
    }
    float(text).map(Scalar::Float).or_else(|| integer(text)).or_else(|| moment(text))
}

fn split_sign(text: &str) -> (bool, &str) {
    match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    }
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

fn digits_or_underscores(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_digit() || b == b'_')
}

/// Starts with a digit, then digits and underscores.
fn number_head(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_digit()) && digits_or_underscores(text)
}

fn minutes(text: &str) -> bool {
    match text.as_bytes() {
        [one] => one.is_ascii_digit(),
        [ten, one] => (b'0'..=b'5').contains(ten) && one.is_ascii_digit(),
        _ => false,
    }
}

/// A YAML 1.1 float: it has a point, and a sign in the exponent.
pub(super) fn float(text: &str) -> Option<f64> {
    let (negative, body) = split_sign(text);
    let signed = |value: f64| if negative { -value } else { value };
    if matches!(body, ".inf" | ".Inf" | ".INF") {
        return Some(signed(f64::INFINITY));
    }
    if matches!(text, ".nan" | ".NaN" | ".NAN") {
        return Some(f64::NAN);
    }
    let (mantissa, exponent) = match body.find(['e', 'E']) {
        Some(at) => (body.get(..at)?, Some(body.get(at + 1..)?)),
        None => (body, None),
    };
    let (whole, fraction) = mantissa.split_once('.')?;
    let exponent_fits =
        exponent.is_none_or(|exponent| exponent.strip_prefix(['+', '-']).is_some_and(is_digits));
    if !exponent_fits || !digits_or_underscores(fraction) {
        return None;
    }
    if let Some((degrees, rest)) = whole.split_once(':') {
        if exponent.is_some() || !number_head(degrees) || !rest.split(':').all(minutes) {
            return None;
        }
        let mut value = 0.0;
        for part in whole.split(':') {
            value = value * 60.0 + plain_float(part)?;
        }
        let last = whole.rsplit(':').next()?;
        value += plain_float(&format!("{last}.{fraction}"))? - plain_float(last)?;
        return Some(signed(value));
    }
    let begins_with_point =
        whole.is_empty() && body == text && fraction.starts_with(|c: char| c.is_ascii_digit());
    if !begins_with_point && !number_head(whole) {
        return None;
    }
    plain_float(body).map(signed)
}

fn plain_float(text: &str) -> Option<f64> {
    text.replace('_', "").parse().ok()
}

/// A YAML 1.1 integer in one of its five notations.
pub(super) fn integer(text: &str) -> Option<Scalar> {
    let (negative, body) = split_sign(text);
    let base = |digits: &str, radix: u32| {
        let digits = digits.replace('_', "");
        if digits.is_empty() {
            return Scalar::Wrong("the digits of a number are missing");
        }
        match i128::from_str_radix(&digits, radix) {
            Ok(value) => i64::try_from(if negative { -value } else { value })
                .map_or(Scalar::BigInt, Scalar::Int),
            Err(_) => Scalar::BigInt,
        }
    };
    let only = |digits: &str, allowed: fn(u8) -> bool| {
        !digits.is_empty() && digits.bytes().all(|b| b == b'_' || allowed(b))
    };
    if let Some(digits) = body.strip_prefix("0b")
        && only(digits, |b| matches!(b, b'0' | b'1'))
    {
        return Some(base(digits, 2));
    }
    if let Some(digits) = body.strip_prefix("0x")
        && only(digits, |b| b.is_ascii_hexdigit())
    {
        return Some(base(digits, 16));
    }
    if let Some(digits) = body.strip_prefix('0') {
        if digits.is_empty() {
            return Some(Scalar::Int(0));
        }
        return only(digits, |b| (b'0'..=b'7').contains(&b)).then(|| base(body, 8));
    }
    let (head, rest) = match body.split_once(':') {
        Some((head, rest)) => (head, Some(rest)),
        None => (body, None),
    };
    if !number_head(head) {
        return None;
    }
    let Some(rest) = rest else { return Some(base(body, 10)) };
    if !rest.split(':').all(minutes) {
        return None;
    }
    let mut value: i128 = head.replace('_', "").parse().unwrap_or(i128::MAX);
    for part in rest.split(':') {
        value = value.saturating_mul(60).saturating_add(part.parse().unwrap_or_default());
    }
    let value = if negative { value.saturating_neg() } else { value };
    Some(i64::try_from(value).map_or(Scalar::BigInt, Scalar::Int))
}

/// Cuts `at_least` to `at_most` digits off the front.
fn cut(text: &mut &str, at_least: usize, at_most: usize) -> Option<u32> {
    let count = text.bytes().take_while(u8::is_ascii_digit).count().min(at_most);
    if count < at_least {
        return None;
    }
    let (digits, rest) = text.split_at_checked(count)?;
    *text = rest;
    digits.parse().ok()
}

fn expect(text: &mut &str, mark: char) -> Option<()> {
    *text = text.strip_prefix(mark)?;
    Some(())
}

/// A YAML 1.1 timestamp.
pub(super) fn moment(text: &str) -> Option<Scalar> {
    let mut rest = text;
    let year = cut(&mut rest, 4, 4)?;
    expect(&mut rest, '-')?;
    let month = cut(&mut rest, 1, 2)?;
    expect(&mut rest, '-')?;
    let day = cut(&mut rest, 1, 2)?;
    let time = if rest.is_empty() {
        if text.len() != "2024-01-01".len() {
            return None;
        }
        None
    } else {
        Some(time_of_day(&mut rest)?)
    };
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let last = match month {
        4 | 6 | 9 | 11 => 30,
        2 => 28 + u32::from(leap),
        1..=12 => 31,
        _ => 0,
    };
    let clock_fits = time.is_none_or(|time: TimeOfDay| {
        time.hour < 24
            && time.minute < 60
            && time.second < 60
            && time.zone.is_none_or(|zone| zone.abs() < 24 * 60)
    });
    let year = i32::try_from(year).ok()?;
    if year == 0 || !(1..=last).contains(&day) || !clock_fits {
        return Some(Scalar::Wrong("there is no such date or time"));
    }
    Some(Scalar::Time(Moment { year, month, day, time }))
}

fn time_of_day(rest: &mut &str) -> Option<TimeOfDay> {
    let blanks = rest.trim_start_matches([' ', '\t']);
    *rest = if blanks.len() < rest.len() { blanks } else { rest.strip_prefix(['T', 't'])? };
    let hour = cut(rest, 1, 2)?;
    expect(rest, ':')?;
    let minute = cut(rest, 2, 2)?;
    expect(rest, ':')?;
    let second = cut(rest, 2, 2)?;
    let mut microsecond = 0;
    if expect(rest, '.').is_some() {
        let count = rest.bytes().take_while(u8::is_ascii_digit).count();
        let (digits, after) = rest.split_at_checked(count)?;
        *rest = after;
        let six: String = digits.chars().chain("000000".chars()).take(6).collect();
        microsecond = six.parse().ok()?;
    }
    let zone = rest.trim_start_matches([' ', '\t']);
    let zone = match zone {
        "" if rest.is_empty() => None,
        "Z" => Some(0),
        _ => {
            let (west, mut digits) = match zone.strip_prefix('-') {
                Some(digits) => (true, digits),
                None => (false, zone.strip_prefix('+')?),
            };
            let hours = cut(&mut digits, 1, 2)?;
            let minutes = if digits.is_empty() {
                0
            } else {
                expect(&mut digits, ':')?;
                cut(&mut digits, 2, 2)?
            };
            if !digits.is_empty() {
                return None;
            }
            let offset = i32::try_from(hours * 60 + minutes).ok()?;
            Some(if west { -offset } else { offset })
        }
    };
    Some(TimeOfDay { hour, minute, second, microsecond, zone })
}
