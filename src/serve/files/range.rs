//! Which bytes a client wants (RFC 9110 section 14).
//!
//! In: the header Range, and the size of the file. Out: ranges that are within it. What the RFC lets a server
//! ignore is ignored: other units, headers that are wrong, and more ranges than anybody needs.

use std::ops::Range;

/// What is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    /// All of it.
    Whole,
    /// These bytes, in this order; at least one range, none of them empty.
    Ranges(Vec<Range<u64>>),
    /// Nothing that there is.
    Nothing,
}

/// Most ranges of a request.
const MOST: usize = 16;

/// Reads the header.
pub fn read(header: &[u8], size: u64) -> Wanted {
    match specs(header) {
        // There is no range of nothing.
        None => Wanted::Whole,
        Some(_) if size == 0 => Wanted::Whole,
        Some(specs) => {
            let ranges: Vec<Range<u64>> =
                specs.into_iter().filter_map(|spec| spec.within(size)).collect();
            let all = ranges.iter().fold(0_u64, |sum, one| sum.saturating_add(one.end - one.start));
            match ranges.len() {
                0 => Wanted::Nothing,
                // Ranges that overlap would have more sent than there is.
                _ if all > size => Wanted::Whole,
                _ => Wanted::Ranges(ranges),
            }
        }
    }
}

/// A range as it is asked for.
#[derive(Debug, Clone, Copy)]
enum Spec {
    /// From a byte to another, both wanted.
    From(u64, u64),
    /// So many at the end.
    Last(u64),
}

impl Spec {
    fn within(self, size: u64) -> Option<Range<u64>> {
        let range = match self {
            Self::From(first, last) => first..last.saturating_add(1).min(size),
            Self::Last(count) => size.saturating_sub(count)..size,
        };
        (range.start < range.end).then_some(range)
    }
}

/// The ranges of a header; `None` for one that is to be ignored.
fn specs(header: &[u8]) -> Option<Vec<Spec>> {
    let text = std::str::from_utf8(header).ok()?;
    let (unit, list) = text.split_once('=')?;
    if !unit.trim().eq_ignore_ascii_case("bytes") {
        return None;
    }
    let blank = [' ', '\t'];
    let items =
        list.split(',').map(|item| item.trim_matches(blank)).filter(|item| !item.is_empty());
    let specs: Vec<Spec> = items.take(MOST + 1).map(spec).collect::<Option<_>>()?;
    (1..=MOST).contains(&specs.len()).then_some(specs)
}

fn spec(item: &str) -> Option<Spec> {
    let (first, last) = item.split_once('-')?;
    match (first, last) {
        ("", last) => Some(Spec::Last(number(last)?)),
        (first, "") => Some(Spec::From(number(first)?, u64::MAX)),
        (first, last) => {
            let (first, last) = (number(first)?, number(last)?);
            (first <= last).then_some(Spec::From(first, last))
        }
    }
}

/// Digits; a number that is too large is as good as the largest.
fn number(text: &str) -> Option<u64> {
    let is_one = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    is_one.then(|| text.parse().unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn ranges_are_within_the_file(header in "(bytes=)?[0-9,\\- \\t]{0,40}|.{0,40}", size in 0_u64..200) {
            if let Wanted::Ranges(ranges) = read(header.as_bytes(), size) {
                prop_assert!(!ranges.is_empty());
                prop_assert!(ranges.iter().all(|one| one.start < one.end && one.end <= size));
                prop_assert!(ranges.iter().map(|one| one.end - one.start).sum::<u64>() <= size);
            }
        }
    }

    #[test]
    fn ranges_are_those_of_the_rfc() {
        let one = |range: Range<u64>| Wanted::Ranges([range].into());
        for (header, wanted) in [
            ("bytes=0-0", one(0..1)),
            ("bytes=0-499", one(0..100)),
            ("Bytes = 5-9", one(5..10)),
            ("bytes=95-", one(95..100)),
            ("bytes=-5", one(95..100)),
            ("bytes=-500", one(0..100)),
            ("bytes=99-99999999999999999999999", one(99..100)),
            ("bytes=0-1,\t98-, ,-1", Wanted::Ranges(vec![0..2, 98..100, 99..100])),
            ("bytes=0-1,200-300", one(0..2)),
            ("bytes=100-", Wanted::Nothing),
            ("bytes=-0", Wanted::Nothing),
            ("bytes=18446744073709551615-", Wanted::Nothing),
            ("bytes=0-60,50-99", Wanted::Whole),
            ("bytes=5-2", Wanted::Whole),
            ("bytes=+5-9", Wanted::Whole),
            ("bytes=0x1-9", Wanted::Whole),
            ("bytes=1-2-3", Wanted::Whole),
            ("bytes=-", Wanted::Whole),
            ("bytes=", Wanted::Whole),
            ("bytes", Wanted::Whole),
            ("lines=1-2", Wanted::Whole),
            ("bytes=0-1;2-3", Wanted::Whole),
        ] {
            assert_eq!(read(header.as_bytes(), 100), wanted, "{header}");
        }
        assert_eq!(read(b"bytes=\xff-1", 100), Wanted::Whole);
        assert_eq!(read(b"bytes=0-", 0), Wanted::Whole);
        let many = format!("bytes={}", vec!["1-1"; MOST + 1].join(","));
        assert_eq!(read(many.as_bytes(), 100), Wanted::Whole);
    }
}
