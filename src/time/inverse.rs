//! UTC to TAI.
//!
//! In: days and times of day, UTC. Out: nanoseconds TAI since 1970. The inverse of
//! [`super::utc_mjd`] and [`super::iso_utc`], by the same pieces.

use super::{DAY, DRIFT_DAY, MJD_1970, PIECES, Piece, STEPS};

/// The piece of a day, counted from 1970-01-01.
fn piece(day: i64) -> Option<&'static Piece> {
    #[expect(clippy::cast_precision_loss, reason = "days are small")]
    let mjd = day.saturating_add(MJD_1970) as f64;
    let at = PIECES.partition_point(|piece| piece.mjd <= mjd).saturating_sub(1);
    PIECES.get(at)
}

/// TAI at the beginning of a day.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "pieces begin at whole days; only those before 1972 have odd lengths"
)]
fn midnight(day: i64, piece: &Piece) -> i64 {
    let since = day.saturating_add(MJD_1970).saturating_sub(piece.mjd as i64);
    if piece.is_plain() {
        piece.from.saturating_add(since.saturating_mul(DAY))
    } else {
        piece.from.saturating_add((since as f64 * piece.day).round() as i64)
    }
}

/// A day since 1970-01-01 and the fraction of it that has passed; the day of a leap second is
/// longer (ERFA's quasi-JD).
#[expect(clippy::cast_possible_truncation, reason = "a fraction of a day has 2^47 nanoseconds")]
pub fn from_utc_days(day: i64, fraction: f64) -> i64 {
    let Some(piece) = piece(day) else { return 0 };
    midnight(day, piece).saturating_add((fraction * piece.day).round() as i64)
}

/// A day since 1970-01-01 and the nanoseconds that a clock shows on it, 23:59:60 included.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "a day has 2^47 nanoseconds"
)]
pub fn from_utc_clock(day: i64, clock: i64) -> i64 {
    let Some(piece) = piece(day) else { return 0 };
    let begin = midnight(day, piece);
    let drifting = STEPS.first().is_none_or(|step| begin < step.from);
    // Before 1972 a second of UTC was longer than one of TAI.
    let elapsed = if drifting {
        let shown = piece.day - (DRIFT_DAY - DAY as f64);
        (clock as f64 * (piece.day / shown)).round() as i64
    } else {
        clock
    };
    begin.saturating_add(elapsed)
}
