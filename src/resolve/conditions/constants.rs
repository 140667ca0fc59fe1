//! Constants of where-expressions: times, timespans and patterns.
//!
//! In: the texts of literals. Out: TAI nanoseconds as Butler stores them, cut at the ends of its
//! calendar, and patterns in the form of [`crate::plan::Predicate::Glob`].

use crate::expression::time_literal;
use crate::plan::Interval;
use crate::time::{UNBOUNDED_BEGIN, UNBOUNDED_END};

/// A time literal as TAI nanoseconds since 1970; `None` when it is not a time.
pub fn instant(text: &str) -> Option<i64> {
    time_literal(text).ok()?.tai()
}

/// The timespan from `begin` to `end`, each `None` where it is unbounded; an error for what Butler
/// does not make a timespan of.
pub fn timespan(begin: Option<i64>, end: Option<i64>) -> Result<Interval, &'static str> {
    let first = begin.unwrap_or(UNBOUNDED_BEGIN);
    let mut last = end.unwrap_or(UNBOUNDED_END);
    if first == last {
        if last == UNBOUNDED_BEGIN || first == UNBOUNDED_END {
            return Err("a timespan cannot be an instant at the end of all times");
        }
        // A timespan of one instant is one nanosecond long.
        last += 1;
    }
    if first > last {
        return Ok(Interval::Empty);
    }
    Ok(Interval::Constant {
        begin: (first != UNBOUNDED_BEGIN).then_some(first),
        end: (last != UNBOUNDED_END).then_some(last),
    })
}

/// Butler's pattern, in which a backslash takes the meaning from `*`, `?` and itself, as one in
/// which brackets do; `None` when it matches everything, NULL included.
pub fn pattern(text: &str) -> Option<String> {
    if text == "*" {
        return None;
    }
    let mut out = String::new();
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match (c, chars.peek()) {
            ('\\', Some('\\')) => {
                chars.next();
                out.push('\\');
            }
            ('\\', Some(&escaped @ ('*' | '?' | '[' | ']'))) => {
                chars.next();
                out.extend(['[', escaped, ']']);
            }
            ('[' | ']', _) => out.extend(['[', c, ']']),
            _ => out.push(c),
        }
    }
    Some(out)
}
