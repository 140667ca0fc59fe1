//! `ivo_string_agg` and `ivo_histogram`.
//!
//! In: the values of the rows, one after the other. Out: a text, or counts.

use super::Wrong;

/// Longest text that is put together, in bytes.
const MAX_TEXT: usize = 1 << 24;

/// Most bins of a histogram.
const MAX_BINS: i64 = 100_000;

/// Texts joined by a delimiter, sorted by their bytes: the order of rows is none that one could rely on.
#[derive(Debug, Clone, Default)]
pub struct StringAgg {
    /// Text, delimiter before it.
    texts: Vec<(String, String)>,
    length: usize,
}

impl StringAgg {
    /// Takes a text, with the delimiter that goes before it unless it is the first.
    ///
    /// # Errors
    /// The whole becomes too long.
    pub fn add(&mut self, text: &str, delimiter: &str) -> Result<(), Wrong> {
        self.length += text.len() + delimiter.len();
        if self.length > MAX_TEXT {
            return Err(Wrong(format!("the texts together are longer than {MAX_TEXT} bytes")));
        }
        self.texts.push((text.to_owned(), delimiter.to_owned()));
        Ok(())
    }

    /// The joined text; `None` when there was nothing.
    pub fn finish(mut self) -> Option<String> {
        self.texts.sort();
        let mut texts = self.texts.into_iter();
        let (mut all, _) = texts.next()?;
        for (text, delimiter) in texts {
            all.push_str(&delimiter);
            all.push_str(&text);
        }
        Some(all)
    }
}

/// Counts of numbers in bins of equal width, each with its lower end and without its upper one.
#[derive(Debug, Clone)]
pub struct Histogram {
    lower: f64,
    upper: f64,
    counts: Vec<i64>,
}

impl Histogram {
    /// Empty bins between two numbers.
    ///
    /// # Errors
    /// There is nothing between the bounds, or the number of bins is not between 1 and 100,000.
    pub fn new(lower: f64, upper: f64, bins: i64) -> Result<Self, Wrong> {
        if !(lower < upper && (upper - lower).is_finite()) {
            return Err(Wrong(format!(
                "the lower bound {lower} is not below the upper one, {upper}"
            )));
        }
        let count = usize::try_from(bins).ok().filter(|_| (1..=MAX_BINS).contains(&bins));
        let count =
            count.ok_or_else(|| Wrong(format!("{bins} bins are not between 1 and {MAX_BINS}")))?;
        Ok(Self { lower, upper, counts: vec![0; count + 2] })
    }

    /// Counts a number; one that is not there counts as too small.
    pub fn add(&mut self, value: Option<f64>) {
        let bins = self.counts.len() - 2;
        let at = match value {
            Some(value) if value >= self.upper => bins + 1,
            Some(value) if value >= self.lower => {
                let part = (value - self.lower) / (self.upper - self.lower);
                #[expect(clippy::cast_precision_loss, reason = "bins are few")]
                let bin = part * bins as f64;
                #[expect(
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "small"
                )]
                let bin = bin as usize;
                // A part just below 1 may have been rounded up.
                1 + bin.min(bins - 1)
            }
            _ => 0,
        };
        if let Some(count) = self.counts.get_mut(at) {
            *count += 1;
        }
    }

    /// The numbers below, in each bin, and above, with blanks between.
    pub fn finish(&self) -> String {
        self.counts.iter().map(i64::to_string).collect::<Vec<_>>().join(" ")
    }
}
