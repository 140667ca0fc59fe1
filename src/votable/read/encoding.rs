//! Bytes of a document as UTF-8.
//!
//! In: raw bytes. Out: UTF-8, a piece at a time. XML 1.0 section 4.3.3 and appendix F: a byte order
//! mark decides, then the shape of the first bytes, then the XML declaration. UTF-8 itself is passed
//! on as it is; the XML parser validates it.

/// An encoding that can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8, and ASCII.
    Utf8,
    /// ISO-8859-1.
    Latin1,
    /// UTF-16, the high byte first.
    Utf16Be,
    /// UTF-16, the low byte first.
    Utf16Le,
}

/// What XML declarations can ask for.
pub const KNOWN: &str = "UTF-8, UTF-16, ISO-8859-1 and US-ASCII";

/// The encoding that the first bytes tell of, and the length of their byte order mark.
///
/// # Errors
/// The name of an encoding that cannot be read.
pub fn detect(head: &[u8]) -> Result<(Encoding, usize), String> {
    match head {
        [0, 0, 0xfe, 0xff, ..]
        | [0xff, 0xfe, 0, 0, ..]
        | [0, 0, 0, b'<', ..]
        | [b'<', 0, 0, 0, ..] => Err("UTF-32".to_owned()),
        [0xef, 0xbb, 0xbf, ..] => Ok((Encoding::Utf8, 3)),
        [0xfe, 0xff, ..] => Ok((Encoding::Utf16Be, 2)),
        [0xff, 0xfe, ..] => Ok((Encoding::Utf16Le, 2)),
        [0, b'<', ..] => Ok((Encoding::Utf16Be, 0)),
        [b'<', 0, ..] => Ok((Encoding::Utf16Le, 0)),
        _ => declared(head).map(|encoding| (encoding, 0)),
    }
}

/// The encoding of an XML declaration written in ASCII.
fn declared(head: &[u8]) -> Result<Encoding, String> {
    let declaration = match head.windows(2).position(|pair| pair == b"?>") {
        Some(end) if head.starts_with(b"<?xml") => head.get(..end).unwrap_or_default(),
        _ => return Ok(Encoding::Utf8),
    };
    let text = String::from_utf8_lossy(declaration);
    let Some((_, value)) = text.split_once("encoding") else { return Ok(Encoding::Utf8) };
    let value = value.trim_start().trim_start_matches('=').trim_start();
    let quoted = value.get(1..).and_then(|rest| rest.split(['"', '\'']).next());
    let name = quoted.unwrap_or_default().to_ascii_lowercase();
    match name.as_str() {
        "utf-8" | "utf8" | "us-ascii" | "ascii" | "ansi_x3.4-1968" | "" => Ok(Encoding::Utf8),
        "iso-8859-1" | "iso8859-1" | "iso_8859-1" | "latin1" | "latin-1" => Ok(Encoding::Latin1),
        "utf-16" => Err("UTF-16 (which is declared, but the bytes are not)".to_owned()),
        _ => Err(name.to_ascii_uppercase()),
    }
}

/// Turns pieces of a document into UTF-8; a character may lie in two pieces.
#[derive(Debug)]
pub struct Decoder {
    encoding: Encoding,
    /// A byte whose partner has not come.
    odd: Option<u8>,
    /// The first half of a surrogate pair.
    high: Option<u16>,
}

impl Decoder {
    /// Of a document in that encoding.
    pub fn new(encoding: Encoding) -> Self {
        Self { encoding, odd: None, high: None }
    }

    /// Appends `bytes` to `out`. `false` where they are not text.
    pub fn decode(&mut self, bytes: &[u8], out: &mut Vec<u8>) -> bool {
        match self.encoding {
            Encoding::Utf8 => {
                out.extend_from_slice(bytes);
                true
            }
            Encoding::Latin1 => {
                for byte in bytes {
                    push(char::from(*byte), out);
                }
                true
            }
            Encoding::Utf16Be => bytes.iter().all(|byte| self.byte(*byte, u16::from_be_bytes, out)),
            Encoding::Utf16Le => bytes.iter().all(|byte| self.byte(*byte, u16::from_le_bytes, out)),
        }
    }

    /// Whether the end of the document may be here.
    pub fn may_end(&self) -> bool {
        self.odd.is_none() && self.high.is_none()
    }

    fn byte(&mut self, byte: u8, unit: fn([u8; 2]) -> u16, out: &mut Vec<u8>) -> bool {
        let Some(first) = self.odd.take() else {
            self.odd = Some(byte);
            return true;
        };
        let unit = unit([first, byte]);
        match (self.high.take(), unit) {
            (None, 0xd800..=0xdbff) => {
                self.high = Some(unit);
                true
            }
            (high, _) => {
                let units = high.into_iter().chain([unit]);
                let mut valid = true;
                for c in char::decode_utf16(units) {
                    match c {
                        Ok(c) => push(c, out),
                        Err(_) => valid = false,
                    }
                }
                valid
            }
        }
    }
}

fn push(c: char, out: &mut Vec<u8>) {
    out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
}
