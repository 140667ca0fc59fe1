//! The bytes of a STREAM in base64 (RFC 2045), as they come.

use std::io::Read;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::input::Mark;
use super::problem::problem;
use super::xml::{Token, Xml};
use crate::diag::Result;

/// Bytes that were decoded, and what is needed to decode more.
#[derive(Debug)]
pub struct Bytes {
    /// Characters that do not make four yet.
    text: Vec<u8>,
    ready: Vec<u8>,
    at: usize,
    ended: bool,
    /// Where the last characters came from.
    pub mark: Mark,
}

impl Bytes {
    /// Of the STREAM element whose start tag was just read.
    pub fn new(mark: Mark) -> Self {
        Self { text: Vec::new(), ready: Vec::new(), at: 0, ended: false, mark }
    }

    /// Bytes of base64 text, as a TD may have it.
    pub fn of_text(text: &str) -> Option<Vec<u8>> {
        let text: Vec<u8> = text.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
        STANDARD.decode(text).ok()
    }

    /// The next `count` bytes; `None` when the stream ends before. What is asked for is only held as
    /// it comes.
    pub fn take<R: Read>(&mut self, xml: &mut Xml<R>, count: usize) -> Result<Option<&[u8]>> {
        while self.ready.len() - self.at < count {
            if self.ended {
                return Ok(None);
            }
            self.ready.drain(..self.at);
            self.at = 0;
            self.more(xml)?;
        }
        let from = self.at;
        self.at += count;
        Ok(self.ready.get(from..self.at))
    }

    /// Whether nothing is left; the STREAM is closed then.
    pub fn is_over<R: Read>(&mut self, xml: &mut Xml<R>) -> Result<bool> {
        while self.ready.len() == self.at && !self.ended {
            self.ready.clear();
            self.at = 0;
            self.more(xml)?;
        }
        Ok(self.ready.len() == self.at)
    }

    fn more<R: Read>(&mut self, xml: &mut Xml<R>) -> Result<()> {
        let before = self.text.len();
        let length = if xml.raw_text(&mut self.text)? == 0 {
            match xml.next()? {
                Token::Text => {
                    self.text.extend_from_slice(xml.text.as_bytes());
                    xml.text.len()
                }
                Token::Start(tag) => {
                    let name = tag.name.written();
                    return Err(xml.fail(
                        tag.mark,
                        1,
                        problem("V012", format!("{name} in a STREAM")),
                    ));
                }
                Token::End | Token::Eof => {
                    self.ended = true;
                    if self.text.is_empty() {
                        return Ok(());
                    }
                    let text = "the base64 text ends in the middle of four characters";
                    return Err(xml.fail(xml.last(), 1, problem("V010", text)));
                }
            }
        } else {
            self.text.len() - before
        };
        self.mark = xml.last();
        self.text.retain(|byte| !byte.is_ascii_whitespace());
        self.decode().map_or_else(
            || {
                let strange = |byte: &&u8| !(byte.is_ascii_alphanumeric() || b"+/=".contains(byte));
                let label = match self.text.iter().find(strange) {
                    Some(byte) => format!("{:?} is in the text from here on", char::from(*byte)),
                    None => "= is in the middle of the text from here on".to_owned(),
                };
                let trouble = problem("V010", "the STREAM's text is not base64")
                    .label(label)
                    .help("base64 has A-Z, a-z, 0-9, +, / and = at its end");
                Err(xml.fail(self.mark, length.min(60), trouble))
            },
            Ok,
        )
    }

    /// Decodes whole groups of four; padding may end a part of the stream.
    fn decode(&mut self) -> Option<()> {
        let whole = self.text.len() - self.text.len() % 4;
        let mut from = 0;
        while from < whole {
            let rest = self.text.get(from..whole)?;
            let pad = rest.iter().position(|byte| *byte == b'=');
            let end = from + pad.map_or(rest.len(), |at| at - at % 4 + 4);
            STANDARD.decode_vec(self.text.get(from..end)?, &mut self.ready).ok()?;
            from = end;
        }
        self.text.drain(..whole);
        Some(())
    }
}
