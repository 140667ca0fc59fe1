//! Chunks of tuples, taken apart.
//!
//! In: chunks of tuples as [`crate::db`] sends them, which may end within one. Out: where the fields of the
//! complete tuples are; what is left waits for the next chunk.

use crate::diag::{Diagnostic, Result};

/// Takes the tuples of one statement apart.
#[derive(Debug, Default)]
pub struct Tuples {
    /// Begin and end of each field of the last chunk's complete tuples; NULL ends before it begins.
    pub spans: Vec<(u32, u32)>,
    /// A tuple that has not come as a whole yet.
    rest: Vec<u8>,
}

impl Tuples {
    /// Forgets what is left, for the next statement.
    pub fn clear(&mut self) {
        self.rest.clear();
    }

    /// The bytes that [`Self::spans`] point into: of the tuples of `width` fields that are complete with this
    /// chunk.
    ///
    /// # Errors
    /// R029 for a broken tuple.
    pub fn complete(&mut self, chunk: Vec<u8>, width: usize) -> Result<Vec<u8>> {
        let data = if self.rest.is_empty() {
            chunk
        } else {
            let mut data = std::mem::take(&mut self.rest);
            data.extend_from_slice(&chunk);
            data
        };
        let end = self.split(&data, width)?;
        self.rest.extend_from_slice(data.get(end..).unwrap_or_default());
        Ok(data)
    }

    /// Finds the fields of all complete tuples; returns where the first incomplete one begins.
    fn split(&mut self, data: &[u8], width: usize) -> Result<usize> {
        self.spans.clear();
        let broken = || Box::new(Diagnostic::error("R029", "the database sent a broken tuple"));
        if u32::try_from(data.len()).is_err() {
            return Err(broken());
        }
        let mut at = 0;
        while let Some(count) = word::<2>(data, at).map(i16::from_be_bytes) {
            // The end of a binary COPY.
            if count == -1 {
                return Ok(data.len());
            }
            if usize::try_from(count) != Ok(width) {
                return Err(broken());
            }
            let complete = self.spans.len();
            let mut from = at + 2;
            for _ in 0..width {
                let Some(length) = word::<4>(data, from).map(i32::from_be_bytes) else { break };
                from += 4;
                let end = from + usize::try_from(length).unwrap_or_default();
                if end > data.len() {
                    break;
                }
                #[expect(clippy::cast_possible_truncation, reason = "within data, checked above")]
                let span = if length < 0 { (1, 0) } else { (from as u32, end as u32) };
                self.spans.push(span);
                from = end;
            }
            if self.spans.len() < complete + width {
                self.spans.truncate(complete);
                break;
            }
            at = from;
        }
        Ok(at)
    }
}

fn word<const N: usize>(data: &[u8], at: usize) -> Option<[u8; N]> {
    data.get(at..at + N)?.try_into().ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;

    /// A tuple of a text and NULL.
    fn tuple(text: &str) -> Vec<u8> {
        let mut bytes = 2_i16.to_be_bytes().to_vec();
        bytes.extend(i32::try_from(text.len()).unwrap().to_be_bytes());
        bytes.extend(text.as_bytes());
        bytes.extend((-1_i32).to_be_bytes());
        bytes
    }

    #[test]
    fn tuples_may_come_in_pieces() {
        let whole: Vec<u8> = ["a", "bcd", ""].iter().flat_map(|text| tuple(text)).collect();
        for size in 1..=whole.len() {
            let mut tuples = Tuples::default();
            let mut found = Vec::new();
            for chunk in whole.chunks(size) {
                let data = tuples.complete(chunk.to_vec(), 2).unwrap();
                for row in tuples.spans.chunks(2) {
                    assert_eq!(row[1], (1, 0));
                    let text = &data[row[0].0 as usize..row[0].1 as usize];
                    found.push(String::from_utf8(text.to_vec()).unwrap());
                }
            }
            assert_eq!(found, ["a", "bcd", ""], "in pieces of {size}");
        }
    }

    #[test]
    fn tuples_of_another_width_are_broken() {
        let broken = Tuples::default().complete(tuple("a"), 3).unwrap_err();
        assert_eq!(broken.code, "R029");
    }
}
