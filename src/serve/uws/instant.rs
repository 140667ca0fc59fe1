//! Instants of civil time.
//!
//! UWS 1.1 section 2.2.1 wants ISO 8601 in UTC with a trailing `Z`.

use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::time;

/// Microseconds since 1970-01-01 UTC, leap seconds not counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(pub i64);

impl Instant {
    /// This moment, to the millisecond, which is what documents show.
    pub fn now() -> Self {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Self(i64::try_from(since.as_millis()).unwrap_or(i64::MAX / 1000).saturating_mul(1000))
    }

    /// Reads `YYYY-MM-DD[Thh:mm[:ss[.f]]][Z]`.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        // Four digits of a year, so that no number here comes near its limit.
        if text.find('-') != Some(4) {
            return None;
        }
        let (days, nanoseconds) = time::parse_clock(text)?;
        Some(Self(days * (time::DAY / 1000) + nanoseconds.div_euclid(1000)))
    }

    /// That much later.
    #[must_use]
    pub fn plus(self, duration: Duration) -> Self {
        let micros = i64::try_from(duration.as_micros()).unwrap_or(i64::MAX);
        Self(self.0.saturating_add(micros))
    }

    /// That much earlier.
    #[must_use]
    pub fn minus(self, duration: Duration) -> Self {
        let micros = i64::try_from(duration.as_micros()).unwrap_or(i64::MAX);
        Self(self.0.saturating_sub(micros))
    }
}

impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = time::iso(self.0);
        // Milliseconds are enough for people, and every client reads them.
        write!(f, "{}Z", text.get(..text.len().saturating_sub(3)).unwrap_or(&text))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn text_and_back() {
        for text in
            ["2026-01-02T03:04:05.678Z", "1970-01-01T00:00:00.000Z", "9999-12-31T23:59:59.999Z"]
        {
            assert_eq!(Instant::parse(text).unwrap().to_string(), text);
        }
        let day = Instant::parse("2026-01-02").unwrap();
        assert_eq!(day, Instant::parse("2026-01-02T00:00:00Z").unwrap());
        assert_eq!(day.plus(Duration::from_secs(1)).to_string(), "2026-01-02T00:00:01.000Z");
        assert_eq!(day.plus(Duration::from_secs(9)).minus(Duration::from_secs(9)), day);
        for text in
            ["", "tomorrow", "2026-02-30", "2026-01-02T03:04:05+02:00", "60000.5", "99999-01-01"]
        {
            assert_eq!(Instant::parse(text), None, "{text}");
        }
        let now = Instant::now();
        assert_eq!(Instant::parse(&now.to_string()), Some(now));
    }
}
