//! Casts to text.

/// The shortest text that reads back as the same double, laid out as PostgreSQL does: without a point
/// for whole numbers, with an exponent below 1e-4 and from 1e15 on.
pub fn double_text(x: f64) -> String {
    if x.is_nan() {
        return "NaN".to_owned();
    }
    if x.is_infinite() {
        return if x > 0.0 { "Infinity" } else { "-Infinity" }.to_owned();
    }
    let scientific = format!("{x:e}");
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let power = exponent.parse::<i32>().unwrap_or(0);
    if (-4..15).contains(&power) || x == 0.0 {
        return x.to_string();
    }
    let sign = if power < 0 { '-' } else { '+' };
    format!("{mantissa}e{sign}{:02}", power.abs())
}

/// The first characters of a text; none for a count below one.
pub fn first_characters(text: &str, count: i64) -> &str {
    let end = usize::try_from(count)
        .ok()
        .map_or(0, |count| text.char_indices().nth(count).map_or(text.len(), |(offset, _)| offset));
    text.get(..end).unwrap_or(text)
}
