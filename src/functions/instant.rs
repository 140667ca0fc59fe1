//! Timestamps: their canonical text, and `ivo_to_jd`, `ivo_to_mjd`.
//!
//! In: `YYYY-MM-DD`, alone or with `hh:mm[:ss[.fff…]]` behind a `T` or blank, and `Z` at the end or not
//! (DALI 1.1 section 3.3.3). Out: text with microseconds, whose order is that of time, or days. The
//! time scale stays what it is.

use super::{Wrong, shown};
use crate::time::{DAY, MJD_1970, iso, parse_clock};

/// Days since 1970-01-01, and nanoseconds of the day.
fn parse(text: &str) -> Result<(i64, i64), Wrong> {
    let trimmed = text.trim();
    well_formed(trimmed).then(|| parse_clock(trimmed)).flatten().ok_or_else(|| {
        Wrong(format!("{} is not a timestamp: write YYYY-MM-DDThh:mm:ss.sss", shown(text)))
    })
}

/// Digits and marks where they belong; whether a month has such a day, [`parse_clock`] knows.
fn well_formed(text: &str) -> bool {
    let pattern = |text: &str, pattern: &str| {
        text.len() == pattern.len()
            && text.bytes().zip(pattern.bytes()).all(|(byte, wanted)| match wanted {
                b'0' => byte.is_ascii_digit(),
                wanted => byte == wanted,
            })
    };
    let Some((date, rest)) = text.split_at_checked(10) else { return false };
    if !pattern(date, "0000-00-00") {
        return false;
    }
    let rest = rest.strip_suffix(['Z', 'z']).unwrap_or(rest);
    if rest.is_empty() {
        return true;
    }
    let Some(clock) = rest.strip_prefix(['T', 't', ' ']) else { return false };
    let (clock, fraction) = clock.split_once('.').unwrap_or((clock, "0"));
    let fraction_fits =
        (1..=30).contains(&fraction.len()) && fraction.bytes().all(|b| b.is_ascii_digit());
    fraction_fits
        && (pattern(clock, "00:00:00") || (pattern(clock, "00:00") && !rest.contains('.')))
}

/// The canonical text of a timestamp: `YYYY-MM-DDThh:mm:ss.ffffff`.
///
/// # Errors
/// It is not a timestamp.
pub fn timestamp(text: &str) -> Result<String, Wrong> {
    let (days, nanoseconds) = parse(text)?;
    Ok(iso(days * (DAY / 1000) + (nanoseconds + 500).div_euclid(1000)))
}

/// The Julian date of a timestamp.
///
/// # Errors
/// It is not a timestamp.
pub fn to_jd(text: &str) -> Result<f64, Wrong> {
    let (days, nanoseconds) = parse(text)?;
    // Whole days and half a day are exact.
    Ok(whole(days + MJD_1970 + 2_400_000) + (0.5 + whole(nanoseconds) / whole(DAY)))
}

/// The modified Julian date of a timestamp.
///
/// # Errors
/// It is not a timestamp.
pub fn to_mjd(text: &str) -> Result<f64, Wrong> {
    let (days, nanoseconds) = parse(text)?;
    Ok(whole(days + MJD_1970) + whole(nanoseconds) / whole(DAY))
}

#[expect(clippy::cast_precision_loss, reason = "days and nanoseconds of a day are below 2^53")]
fn whole(number: i64) -> f64 {
    number as f64
}
