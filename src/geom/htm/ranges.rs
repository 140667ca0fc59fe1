//! Sets of indices as sorted half-open ranges (`sphgeom.RangeSet`).
//!
//! In: ranges, mostly in ascending order. Out: the shortest list of ranges for the same set, joined,
//! intersected, and rounded to coarser trixels.

/// The indices from `start` up to, not including, `end`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Range {
    /// First index.
    pub start: u64,
    /// One past the last index.
    pub end: u64,
}

/// Appends a range that starts at or after the start of the last one.
pub(super) fn push(ranges: &mut Vec<Range>, range: Range) {
    match ranges.last_mut() {
        Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
        _ => ranges.push(range),
    }
}

/// Rounds ranges outwards until there are at most so many, or all indices of a level are one.
pub fn coarser(ranges: &mut Vec<Range>, most: usize) {
    let mut bits = 0;
    while ranges.len() > most.max(1) && bits < u64::BITS - 2 {
        bits += 2;
        expand(ranges, bits);
    }
}

/// Rounds all ranges outwards to multiples of 2^`bits`.
pub(super) fn expand(ranges: &mut Vec<Range>, bits: u32) {
    let mask = low_bits(bits);
    let mut expanded = Vec::with_capacity(ranges.len());
    for range in ranges.iter() {
        let end = range.end.saturating_add(mask) & !mask;
        push(&mut expanded, Range { start: range.start & !mask, end });
    }
    *ranges = expanded;
}

/// Rounds all ranges inwards to multiples of 2^`bits`; some vanish.
pub(super) fn shrink(ranges: &mut Vec<Range>, bits: u32) {
    let mask = low_bits(bits);
    for range in ranges.iter_mut() {
        range.start = range.start.saturating_add(mask) & !mask;
        range.end &= !mask;
    }
    ranges.retain(|range| range.start < range.end);
}

fn low_bits(bits: u32) -> u64 {
    1u64.checked_shl(bits).map_or(u64::MAX, |power| power - 1)
}

/// What is in any of two sets.
pub(super) fn union(a: &[Range], b: &[Range]) -> Vec<Range> {
    all(a.iter().chain(b).copied().collect())
}

/// What is in any of many sets.
pub fn all(mut ranges: Vec<Range>) -> Vec<Range> {
    ranges.sort_unstable_by_key(|range| range.start);
    let mut joined = Vec::with_capacity(ranges.len());
    for range in ranges {
        push(&mut joined, range);
    }
    joined
}

/// What is in both sets.
pub(super) fn intersection(a: &[Range], b: &[Range]) -> Vec<Range> {
    let (mut a, mut b) = (a.iter().peekable(), b.iter().peekable());
    let mut common = Vec::new();
    while let (Some(&&x), Some(&&y)) = (a.peek(), b.peek()) {
        let (start, end) = (x.start.max(y.start), x.end.min(y.end));
        if start < end {
            common.push(Range { start, end });
        }
        if x.end <= y.end {
            a.next();
        } else {
            b.next();
        }
    }
    common
}
