//! Which algorithm tiles are compressed with (FITS 4.0, section 10.4).
//!
//! In: ZCMPTYPE and its parameters, then the bytes of a tile. Out: bytes of pixels, or integers.

use super::{Error, Result, gzip, hcompress, plio, rice};
use crate::fits::{Header, Value};

/// An algorithm with its parameters.
#[derive(Debug, Clone)]
pub enum Codec {
    /// Differences in Rice's code.
    Rice(rice::Rice),
    /// gzip.
    Gzip,
    /// gzip of the most significant bytes, then the next ones.
    Gzip2,
    /// Runs of small integers.
    Plio,
    /// A wavelet transform in quadtrees.
    Hcompress,
    /// As it is.
    None,
}

/// What comes out of a tile.
#[derive(Debug)]
pub enum Decoded {
    /// Big-endian numbers, whose width follows from their number.
    Bytes(Vec<u8>),
    /// Integers.
    Integers(Vec<i32>),
}

impl Codec {
    /// Reads it from a header.
    pub fn of(header: &Header, number: usize) -> Result<Self> {
        let name = header.text("ZCMPTYPE").unwrap_or_default();
        match name.as_str() {
            "RICE_1" | "RICE_ONE" => {
                let block = parameter(header, "BLOCKSIZE")?.unwrap_or(32);
                let bytes = parameter(header, "BYTEPIX")?.unwrap_or(4);
                rice::Rice::new(block, bytes).map(Self::Rice).ok_or_else(|| {
                    Error::damaged(format!("BLOCKSIZE or BYTEPIX of HDU {number} cannot be"))
                })
            }
            "GZIP_1" => Ok(Self::Gzip),
            "GZIP_2" => Ok(Self::Gzip2),
            "PLIO_1" if header.real("BZERO")?.unwrap_or_default() == 0.0 => Ok(Self::Plio),
            "PLIO_1" => {
                let message = format!("HDU {number} has PLIO_1 with BZERO, which is not supported");
                Err(Error::unsupported(message))
            }
            "HCOMPRESS_1" if parameter(header, "SMOOTH")?.unwrap_or(0) == 0 => Ok(Self::Hcompress),
            "HCOMPRESS_1" => {
                let message = format!("HDU {number} asks for smoothing, which is not supported");
                Err(Error::unsupported(message))
            }
            "NOCOMPRESS" => Ok(Self::None),
            _ => Err(Error::unsupported(format!(
                "HDU {number} is compressed with `{name}`: RICE_1, GZIP_1, GZIP_2, PLIO_1 and HCOMPRESS_1 are \
                 supported"
            ))),
        }
    }

    /// Whether pixels come out as they went in, floats too.
    pub fn is_bytes(&self) -> bool {
        matches!(self, Self::Gzip | Self::Gzip2 | Self::None)
    }

    /// The pixels of a tile; `None` where it is damaged.
    pub fn decode(&self, bytes: &[u8], side: (usize, usize)) -> Option<Decoded> {
        let pixels = side.0 * side.1;
        match self {
            Self::Rice(rice) => rice.decode(bytes, pixels).map(Decoded::Integers),
            Self::Gzip => gzip::one(bytes, pixels * 8).map(Decoded::Bytes),
            Self::Gzip2 => gzip::two(bytes, pixels).map(Decoded::Bytes),
            Self::Plio => plio::decode(bytes, pixels).map(Decoded::Integers),
            Self::Hcompress => hcompress::decode(bytes, side).map(Decoded::Integers),
            Self::None => Some(Decoded::Bytes(bytes.to_vec())),
        }
    }
}

impl Decoded {
    /// So many integers; `None` where they are not.
    pub fn integers(self, count: usize) -> Option<Vec<i32>> {
        let bytes = match self {
            Self::Integers(numbers) => return (numbers.len() == count).then_some(numbers),
            Self::Bytes(bytes) => bytes,
        };
        if bytes.len() == count {
            Some(bytes.into_iter().map(i32::from).collect())
        } else if bytes.len() == count * 2 {
            let pairs = bytes.as_chunks::<2>().0.iter();
            Some(pairs.map(|pair| i16::from_be_bytes(*pair).into()).collect())
        } else if bytes.len() == count * 4 {
            Some(bytes.as_chunks::<4>().0.iter().map(|four| i32::from_be_bytes(*four)).collect())
        } else {
            None
        }
    }
}

/// `ZVALn` of the `ZNAMEn` that has this name.
fn parameter(header: &Header, name: &str) -> Result<Option<i64>> {
    for index in 1..100 {
        match header.value(&format!("ZNAME{index}")) {
            None => break,
            Some(Value::Text(text)) if text == name => {
                return header.integer(&format!("ZVAL{index}"));
            }
            Some(_) => {}
        }
    }
    Ok(None)
}
