//! `ivo_hms_to_degrees` and `ivo_dms_to_degrees`.
//!
//! In: three numbers with colons, blanks or unit letters between, or run together (`hhmmss.s`). Out:
//! degrees; `None` for anything else, as the catalogue of functions has it.

/// Hours, minutes and seconds to degrees.
pub fn hms_to_degrees(text: &str) -> Option<f64> {
    let (hours, minutes, seconds) = parts(text.trim(), 'h')?;
    (hours < 24.0).then_some(15.0 * (hours + (minutes + seconds / 60.0) / 60.0))
}

/// Degrees, minutes and seconds to degrees; with a sign or without.
pub fn dms_to_degrees(text: &str) -> Option<f64> {
    let text = text.trim();
    let (sign, rest) = match text.strip_prefix(['-', '\u{2212}']) {
        Some(rest) => (-1.0, rest),
        None => (1.0, text.strip_prefix('+').unwrap_or(text)),
    };
    let (degrees, minutes, seconds) = parts(rest.trim_start(), 'd')?;
    // The sign of -0d15m0s is that of the whole.
    (degrees <= 360.0).then_some(sign * (degrees + (minutes + seconds / 60.0) / 60.0))
}

/// The three numbers; `unit` is the letter behind the first.
fn parts(text: &str, unit: char) -> Option<(f64, f64, f64)> {
    let lower = text.to_ascii_lowercase();
    let (first, minutes, seconds) = if let Some((first, rest)) = lower.split_once(unit) {
        let (minutes, seconds) = rest.split_once('m')?;
        (first, minutes, seconds.trim().strip_suffix('s')?)
    } else if lower.contains(':') {
        let (first, rest) = lower.split_once(':')?;
        let (minutes, seconds) = rest.split_once(':')?;
        (first, minutes, seconds)
    } else if lower.contains(' ') {
        let mut words = lower.split_ascii_whitespace();
        let found = (words.next()?, words.next()?, words.next()?);
        if words.next().is_some() {
            return None;
        }
        found
    } else {
        let digits = lower.find('.').unwrap_or(lower.len());
        let (first, rest) = lower.split_at_checked(digits.checked_sub(4)?)?;
        let (minutes, seconds) = rest.split_at_checked(2)?;
        (first, minutes, seconds)
    };
    let [first, minutes, seconds] = [first, minutes, seconds].map(str::trim);
    let fits = |text: &str, longest| {
        (1..=longest).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())
    };
    let whole_seconds = seconds.split_once('.').map_or(seconds, |(whole, _)| whole);
    let decimal = seconds.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    if !(fits(first, 3) && fits(minutes, 2) && fits(whole_seconds, 2) && decimal) {
        return None;
    }
    let [first, minutes, seconds] = [first, minutes, seconds].map(|text| text.parse::<f64>().ok());
    let (minutes, seconds) = (minutes?, seconds?);
    (minutes < 60.0 && seconds < 60.0).then_some((first?, minutes, seconds))
}
