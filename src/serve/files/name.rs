//! The name under which a client may save a file (RFC 6266, RFC 8187).
//!
//! In: any text, as it stands in a record. Out: the value of Content-Disposition, from which nothing breaks out.

use axum::http::HeaderValue;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// What stays in an extended value: `attr-char` of RFC 8187.
const PLAIN: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~').remove(b'+');

/// Characters of a name.
const LONGEST: usize = 200;

/// Types that a browser shows without running anything in them.
const SHOWN: [&str; 6] = [
    "image/png",
    "image/jpeg",
    "image/gif",
    "text/plain; charset=utf-8",
    "text/csv; charset=utf-8",
    "application/json",
];

/// The value of Content-Disposition for a file of this name and type.
pub fn disposition(name: &str, kind: &str) -> HeaderValue {
    let word = if SHOWN.contains(&kind) { "inline" } else { "attachment" };
    // The end of a name has its extension.
    let count = name.chars().count();
    let name: String = name
        .chars()
        .skip(count.saturating_sub(LONGEST))
        .map(|c| if c.is_control() || matches!(c, '/' | '\\') { '_' } else { c })
        .collect();
    let plain: String =
        name.chars().map(|c| if c == '"' || !(' '..='~').contains(&c) { '_' } else { c }).collect();
    let extended = match plain == name {
        true => String::new(),
        false => format!("; filename*=UTF-8''{}", utf8_percent_encode(&name, PLAIN)),
    };
    let value = format!("{word}; filename=\"{plain}\"{extended}");
    HeaderValue::from_str(&value).unwrap_or(HeaderValue::from_static("attachment"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn any_name_stays_in_its_quotes(name in "\\PC{0,30}|(?s:.{0,30})") {
            let value = disposition(&name, "image/fits");
            let text = value.to_str().map_err(|_| TestCaseError::fail("not ASCII"))?;
            let rest = text.strip_prefix("attachment; filename=\"").and_then(|rest| rest.split_once('"'));
            let (plain, rest) = rest.ok_or_else(|| TestCaseError::fail("no name"))?;
            prop_assert!(!plain.contains(['/', '\\']));
            let extended = rest.strip_prefix("; filename*=UTF-8''");
            prop_assert!(rest.is_empty() || extended.is_some_and(|rest| !rest.contains([';', '"', ' '])));
        }
    }

    #[test]
    fn nothing_breaks_out() {
        for (name, value) in [
            ("raw 1.fits", "attachment; filename=\"raw 1.fits\""),
            (
                "a\"; x=\"b",
                "attachment; filename=\"a_; x=_b\"; filename*=UTF-8''a%22%3B%20x%3D%22b",
            ),
            ("a\r\nSet-Cookie: x", "attachment; filename=\"a__Set-Cookie: x\""),
            ("../../etc\\passwd", "attachment; filename=\".._.._etc_passwd\""),
            ("βeta.fits", "attachment; filename=\"_eta.fits\"; filename*=UTF-8''%CE%B2eta.fits"),
        ] {
            assert_eq!(disposition(name, "image/fits"), value);
        }
        assert_eq!(disposition("p.png", "image/png"), "inline; filename=\"p.png\"");
        assert_eq!(disposition("p.svg", "image/svg+xml"), "attachment; filename=\"p.svg\"");
        let long = disposition(&format!("{}.fits", "x".repeat(10_000)), "image/fits");
        assert!(long.len() < 300 && long.as_bytes().ends_with(b"x.fits\""));
    }
}
