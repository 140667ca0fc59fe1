//! Numbers: MOD, ROUND, TRUNCATE and casts.
//!
//! In: doubles, integers, texts. Out: the same. Rounding is decimal: as in PostgreSQL's
//! `round(x::numeric, n)` the 15 significant digits of a double count, and half is rounded away from
//! zero; a cast of a double to an integer rounds half to even, as PostgreSQL's does.

use super::{Wrong, shown};

/// The remainder with the sign of `x`; NaN for a divisor of zero.
pub fn modulo(x: f64, y: f64) -> f64 {
    x % y
}

/// Two integers with one of `+`, `-`, `*` and `/` between them; `None` for a divisor of zero.
///
/// # Errors
/// The result has more than 64 bits.
pub fn whole(x: i64, operator: &str, y: i64) -> Result<Option<i64>, Wrong> {
    let result = match operator {
        "+" => x.checked_add(y),
        "-" => x.checked_sub(y),
        "*" => x.checked_mul(y),
        _ if y == 0 => return Ok(None),
        _ => x.checked_div(y),
    };
    let wrong = || Wrong(format!("{x} {operator} {y} is out of the range of BIGINT"));
    result.map(Some).ok_or_else(wrong)
}

/// `x` rounded to `places` digits behind the point; before it for negative places.
pub fn round(x: f64, places: i64) -> f64 {
    to_places(x, places, |next| next >= b'5')
}

/// `x` cut off after `places` digits behind the point; before it for negative places.
pub fn truncate(x: f64, places: i64) -> f64 {
    to_places(x, places, |_| false)
}

/// Keeps decimal digits; `up` decides by the first one that is dropped.
fn to_places(x: f64, places: i64, up: impl Fn(u8) -> bool) -> f64 {
    if !x.is_finite() {
        return x;
    }
    let written = format!("{:.14e}", x.abs());
    let Some((mantissa, exponent)) = written.split_once('e') else { return x };
    let digits = mantissa.replace('.', "");
    let Ok(exponent) = exponent.parse::<i64>() else { return x };
    // 400 places are beyond any double on either side.
    let kept = exponent + 1 + places.clamp(-400, 400);
    let Ok(kept) = usize::try_from(kept) else { return 0.0 };
    let (head, next) = match digits.split_at_checked(kept) {
        Some((head, tail)) => (head, tail.bytes().next()),
        None => (digits.as_str(), None),
    };
    let mut whole = if head.is_empty() { 0 } else { head.parse::<u64>().unwrap_or(0) };
    whole += u64::from(next.is_some_and(up));
    let scale = exponent + 1 - i64::try_from(head.len()).unwrap_or(0);
    let size = format!("{whole}e{scale}").parse::<f64>().unwrap_or(x);
    // Zero has no sign here.
    size.copysign(x) + 0.0
}

/// The type of an integer of so many bits, with its bounds.
fn bounds(bits: i64) -> Result<(&'static str, i64, i64), Wrong> {
    match bits {
        16 => Ok(("SMALLINT", i64::from(i16::MIN), i64::from(i16::MAX))),
        32 => Ok(("INTEGER", i64::from(i32::MIN), i64::from(i32::MAX))),
        64 => Ok(("BIGINT", i64::MIN, i64::MAX)),
        _ => Err(Wrong(format!("an integer has 16, 32 or 64 bits, not {bits}"))),
    }
}

fn checked(number: Option<i64>, bits: i64, written: &str) -> Result<i64, Wrong> {
    let (name, least, most) = bounds(bits)?;
    number
        .filter(|number| (least..=most).contains(number))
        .ok_or_else(|| Wrong(format!("{written} is out of the range of {name}")))
}

/// A double as an integer of 16, 32 or 64 bits, half rounded to even.
///
/// # Errors
/// It does not fit.
pub fn integer(x: f64, bits: i64) -> Result<i64, Wrong> {
    /// 2^63.
    const TOP: f64 = 9_223_372_036_854_775_808.0;
    let rounded = x.round_ties_even();
    #[expect(clippy::cast_possible_truncation, reason = "the range is looked at first")]
    let number = (-TOP..TOP).contains(&rounded).then_some(rounded as i64);
    checked(number, bits, &x.to_string())
}

/// A text, or an integer written as one, as an integer of 16, 32 or 64 bits.
///
/// # Errors
/// It is not an integer, or does not fit.
pub fn integer_of_text(text: &str, bits: i64) -> Result<i64, Wrong> {
    let trimmed = text.trim_ascii();
    let digits = trimmed.strip_prefix(['+', '-']).unwrap_or(trimmed);
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(Wrong(format!("{} is not an integer", shown(text))));
    }
    checked(trimmed.parse().ok(), bits, &shown(trimmed))
}

/// A text as a double.
///
/// # Errors
/// It is not a number, or its size is that of no double.
pub fn double(text: &str) -> Result<f64, Wrong> {
    let trimmed = text.trim_ascii();
    let number: f64 =
        trimmed.parse().map_err(|_| Wrong(format!("{} is not a number", shown(text))))?;
    let mantissa = trimmed.split(['e', 'E']).next().unwrap_or_default();
    let vanished = number == 0.0 && mantissa.bytes().any(|b| (b'1'..=b'9').contains(&b));
    let overflowed = number.is_infinite() && trimmed.bytes().any(|b| b.is_ascii_digit());
    if vanished || overflowed {
        return Err(Wrong(format!("{} is out of the range of DOUBLE PRECISION", shown(text))));
    }
    Ok(number)
}
