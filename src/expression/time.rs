//! The text of a time literal, `T'[format/]value[/scale]'`, taken apart.
//!
//! Formats and scales are guessed as Butler guesses them: a number with a point is an MJD, dates
//! and times are UTC, anything else is TAI. Of astropy's formats those in [`TimeFormat`] are known.

/// How a time is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimeFormat {
    /// Modified Julian date.
    Mjd,
    /// Julian date.
    Jd,
    /// Seconds since 1970 without leap seconds.
    Unix,
    /// SI seconds since 1970-01-01 00:00:00 TAI.
    UnixTai,
    /// `2024-05-01 12:00:00.5`, also with `T`; time and its parts may be absent.
    Iso,
    /// `2024:122:12:00:00.5`: year and day of the year.
    Yday,
}

/// The clock that a time was read from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimeScale {
    /// Coordinated universal time.
    Utc,
    /// International atomic time.
    Tai,
    /// Terrestrial time.
    Tt,
}

/// A time literal in its three parts.
#[derive(Debug, Clone, PartialEq)]
pub struct TimeLiteral {
    /// How `value` is written.
    pub format: TimeFormat,
    /// The clock.
    pub scale: TimeScale,
    /// A number, a date, or a date with a time.
    pub value: String,
}

enum Shape {
    Number,
    Date,
    Fits,
    Yday,
}

/// Takes the text between the quotes apart; the error says what is wrong.
pub fn time_literal(text: &str) -> Result<TimeLiteral, String> {
    let text = text.replace("+00:00", "");
    let word =
        |part: &str| !part.is_empty() && part.chars().all(|c| c.is_alphanumeric() || c == '_');
    let parts: Vec<&str> = text.split('/').collect();
    let (format, value, scale) = match parts.as_slice() {
        [value] => (None, *value, None),
        [format, value] if word(format) && shape(value).is_some() => (Some(*format), *value, None),
        [value, scale] => (None, *value, Some(*scale)),
        [format, value, scale] => (Some(*format), *value, Some(*scale)),
        _ => return Err("too many `/`".to_owned()),
    };
    let shape = shape(value).ok_or_else(|| format!("`{value}` is not a time"))?;
    let word_of_format = format.map(str::to_lowercase);
    let format = match word_of_format.as_deref() {
        None => match shape {
            Shape::Number => TimeFormat::Mjd,
            Shape::Date | Shape::Fits => TimeFormat::Iso,
            Shape::Yday => TimeFormat::Yday,
        },
        Some("mjd") => TimeFormat::Mjd,
        Some("jd") => TimeFormat::Jd,
        Some("unix") => TimeFormat::Unix,
        Some("unix_tai") => TimeFormat::UnixTai,
        Some("iso" | "isot" | "fits") => TimeFormat::Iso,
        Some("yday") => TimeFormat::Yday,
        Some(other) => {
            return Err(format!(
                "format `{other}` is not one of mjd, jd, unix, unix_tai, iso, isot, fits, yday"
            ));
        }
    };
    let scale = match scale.map(str::to_lowercase).as_deref() {
        None => match format {
            TimeFormat::Iso | TimeFormat::Yday | TimeFormat::Unix => TimeScale::Utc,
            _ => TimeScale::Tai,
        },
        Some("utc") => TimeScale::Utc,
        Some("tai") => TimeScale::Tai,
        Some("tt") => TimeScale::Tt,
        Some(other) => return Err(format!("scale `{other}` is not one of utc, tai, tt")),
    };
    // astropy's `iso` has a blank before the time of day, `isot` and `fits` have a `T`.
    let separated = |mark: char| match value.find(['T', 't', ' ']) {
        Some(at) => value.get(at..).is_some_and(|rest| rest.starts_with(mark)),
        None => true,
    };
    let fits = match (format, &shape) {
        (TimeFormat::Iso, Shape::Date) => {
            let blank = value.contains(' ');
            let separator = match word_of_format.as_deref() {
                Some("iso") => separated(' '),
                Some("isot") => separated('T'),
                Some(_) => separated('T') && split_date(value).1.is_none_or(|time| clock(time, 3)),
                None => blank || separated('T'),
            };
            separator && calendar(value)
        }
        (TimeFormat::Iso, Shape::Fits) => {
            let named = matches!(word_of_format.as_deref(), None | Some("fits"));
            named && separated('T') && value.strip_prefix("+0").is_some_and(calendar)
        }
        (TimeFormat::Yday, Shape::Yday) => day_of_year(value),
        (TimeFormat::Iso | TimeFormat::Yday, _) => false,
        (_, Shape::Number) => true,
        _ => false,
    };
    if !fits {
        return Err(format!("`{value}` is not a time in that format"));
    }
    Ok(TimeLiteral { format, scale, value: value.strip_prefix("+0").unwrap_or(value).to_owned() })
}

fn all_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

/// `12` or, when `last`, also `12.` and `12.5`.
fn seconds(text: &str) -> bool {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    all_digits(whole) && (fraction.is_empty() || all_digits(fraction))
}

fn clock(text: &str, shortest: usize) -> bool {
    let parts: Vec<&str> = text.split(':').collect();
    (shortest..=3).contains(&parts.len())
        && parts
            .iter()
            .enumerate()
            .all(|(i, part)| if i == 2 { seconds(part) } else { all_digits(part) })
}

fn shape(text: &str) -> Option<Shape> {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    if let Some((whole, fraction)) = unsigned.split_once('.')
        && (all_digits(whole) && (fraction.is_empty() || all_digits(fraction))
            || whole.is_empty() && all_digits(fraction))
    {
        return Some(Shape::Number);
    }
    let date = |text: &str| text.split('-').count() == 3 && text.split('-').all(all_digits);
    if let Some(fits) = text.strip_prefix('+') {
        let (day, time) = split_date(fits);
        return (date(day) && time.is_none_or(|time| clock(time, 3))).then_some(Shape::Fits);
    }
    let (day, time) = split_date(text);
    if date(day) && time.is_none_or(|time| clock(time, 2)) {
        return Some(Shape::Date);
    }
    let parts: Vec<&str> = text.splitn(3, ':').collect();
    let yday = match parts.as_slice() {
        [year, day] => all_digits(year) && all_digits(day),
        [year, day, time] => all_digits(year) && all_digits(day) && clock(time, 2),
        _ => false,
    };
    yday.then_some(Shape::Yday)
}

fn split_date(text: &str) -> (&str, Option<&str>) {
    match text.split_once(['T', 't', ' ']) {
        Some((day, time)) => (day, Some(time)),
        None => (text, None),
    }
}

fn number(text: Option<&str>) -> Option<u32> {
    text.and_then(|text| text.parse().ok())
}

/// A field of two digits at most.
fn small(text: Option<&str>) -> Option<u32> {
    number(text.filter(|text| text.len() <= 2))
}

fn leap(year: u32) -> bool {
    year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
}

fn time_of_day(text: &str) -> bool {
    let mut parts = text.split(':');
    let whole_second =
        |text: &str| text.split('.').next().and_then(|text| text.parse::<u32>().ok());
    small(parts.next()).is_some_and(|hour| hour < 24)
        && small(parts.next()).is_some_and(|minute| minute < 60)
        && parts.next().is_none_or(|text| whole_second(text).is_some_and(|second| second <= 60))
}

fn calendar(text: &str) -> bool {
    let (day, time) = split_date(text);
    let mut parts = day.split('-');
    let fields = (parts.next(), small(parts.next()), small(parts.next()));
    let (Some(year), Some(month), Some(day)) = fields else { return false };
    let Some(numeric) = number(Some(year)).filter(|_| year.len() == 4) else { return false };
    let last = match month {
        4 | 6 | 9 | 11 => 30,
        2 => 28 + u32::from(leap(numeric)),
        1..=12 => 31,
        _ => 0,
    };
    (1..=last).contains(&day) && time.is_none_or(time_of_day)
}

/// Day 366 of a common year is the first day of the next, as for astropy.
fn day_of_year(text: &str) -> bool {
    let mut parts = text.splitn(3, ':');
    let (Some(year), Some(day)) = (parts.next(), number(parts.next())) else { return false };
    year.len() == 4 && (1..=366).contains(&day) && parts.next().is_none_or(time_of_day)
}
