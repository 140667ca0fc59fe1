//! Lines and columns of many places of one text.
//!
//! [`Source::line_column`] counts from the beginning each time; this counts from a landmark near by.

use crate::diag::Source;

/// Bytes between landmarks.
const STRIDE: usize = 512;

/// Finds lines and columns of a text.
#[derive(Debug)]
pub struct Positions<'a> {
    text: &'a str,
    /// Offset, line and column about every [`STRIDE`] bytes.
    landmarks: Vec<(usize, usize, usize)>,
}

impl<'a> Positions<'a> {
    /// Reads the text once.
    pub fn new(source: &'a Source) -> Self {
        let text = source.text();
        let mut landmarks = vec![(0, 1, 1)];
        let (mut line, mut column, mut next) = (1, 1, STRIDE);
        for (offset, character) in text.char_indices() {
            if offset >= next {
                landmarks.push((offset, line, column));
                next = offset + STRIDE;
            }
            (line, column) = step(line, column, character);
        }
        Self { text, landmarks }
    }

    /// Line and column, both from one, of a byte offset; columns count characters.
    pub fn line_column(&self, offset: usize) -> (usize, usize) {
        let after = self.landmarks.partition_point(|(at, _, _)| *at <= offset);
        let landmark = after.checked_sub(1).and_then(|index| self.landmarks.get(index));
        let (start, line, column) = landmark.copied().unwrap_or((0, 1, 1));
        let rest = self.text.get(start..).unwrap_or_default();
        let before = rest.char_indices().take_while(|(at, _)| start + at < offset);
        before.fold((line, column), |(line, column), (_, character)| step(line, column, character))
    }
}

fn step(line: usize, column: usize, character: char) -> (usize, usize) {
    if character == '\n' { (line + 1, 1) } else { (line, column + 1) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_counts_as_the_source_does() {
        let text = "ä星\n\nSELECT 'ö'\r\n".repeat(100) + &"x".repeat(2000) + "\nend";
        let source = Source::new("text", text.as_str());
        let positions = Positions::new(&source);
        for (offset, _) in text.char_indices().chain([(text.len(), ' ')]) {
            assert_eq!(positions.line_column(offset), source.line_column(offset), "{offset}");
        }
    }
}
