//! Writes header cards (FITS 4.0, sections 4.1 and 4.2).
//!
//! In: keywords and values. Out: cards of 80 characters, filled up to a block at their end.

use std::fmt::Display;

use super::{BLOCK, CARD};

/// Characters of a text between its quotes.
const TEXT: usize = 68;

/// The cards of headers.
#[derive(Debug, Default)]
pub struct Cards {
    out: Vec<u8>,
}

impl Cards {
    /// A number or truth.
    pub fn plain(&mut self, key: &str, value: impl Display) {
        self.card(&format!("{key:<8}= {value:>20}"));
    }

    /// A text, which goes on in CONTINUE cards if it is long.
    pub fn text(&mut self, key: &str, text: &str) {
        let text = ascii(text).replace('\'', "''");
        let mut head = format!("{key:<8}= ");
        let mut rest = text.trim_end();
        loop {
            if rest.len() <= TEXT {
                // Eight characters at least, as old readers of mandatory keywords want them.
                return self.card(&format!("{head}'{rest:<8}'"));
            }
            let mut end = TEXT - 1;
            // A doubled quote stays in one piece.
            let quotes = rest.get(..end).unwrap_or_default().bytes().rev();
            if quotes.take_while(|byte| *byte == b'\'').count() % 2 == 1 {
                end -= 1;
            }
            let (piece, more) = rest.split_at_checked(end).unwrap_or((rest, ""));
            self.card(&format!("{head}'{piece}&'"));
            rest = more;
            "CONTINUE  ".clone_into(&mut head);
        }
    }

    /// HISTORY, in as many cards as it needs.
    pub fn history(&mut self, text: &str) {
        for piece in ascii(text).as_bytes().chunks(CARD - 8) {
            self.card(&format!("HISTORY {}", String::from_utf8_lossy(piece)));
        }
    }

    /// END, and blanks up to the end of the block.
    pub fn end(&mut self) {
        self.card("END");
        self.out.resize(self.out.len().next_multiple_of(BLOCK), b' ');
    }

    /// A card as it is.
    pub fn raw(&mut self, card: &[u8; CARD]) {
        self.out.extend(card);
    }

    /// All of them.
    pub fn bytes(self) -> Vec<u8> {
        self.out
    }

    fn card(&mut self, text: &str) {
        self.out.extend(text.bytes().take(CARD));
        self.out.resize(self.out.len().next_multiple_of(CARD), b' ');
    }
}

/// Line breaks as blanks, and what is not ASCII as question marks.
fn ascii(text: &str) -> String {
    let fit = |c: char| match c {
        ' '..='~' => c,
        '\t' | '\n' | '\r' => ' ',
        _ => '?',
    };
    text.chars().map(fit).collect()
}
