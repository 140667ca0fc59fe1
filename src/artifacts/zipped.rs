//! A member of a zip.
//!
//! In: an open zip, and the name of a member. Out: where its bytes are and how they are packed. Butler makes
//! zips whose members are stored as they are; deflated ones are read as well.

use std::fs::File;
use std::io;

use zip::result::ZipError;
use zip::{CompressionMethod, ZipArchive};

use super::inside::Refused;

/// Where a member's bytes are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Member {
    /// The first packed byte in the zip.
    pub start: u64,
    /// Packed bytes.
    pub packed: u64,
    /// Bytes.
    pub size: u64,
    /// Their CRC-32.
    pub crc: u32,
    /// Whether they are deflated; else they are as they are.
    pub is_deflated: bool,
}

/// Finds a member. Reads the zip's directory, which is at its end.
///
/// # Errors
/// [`Refused`]: it is not there, or packed in an unknown way.
pub fn member(file: &File, name: &str) -> Result<Member, Refused> {
    let mut archive = ZipArchive::new(file).map_err(failed)?;
    let index = archive.index_for_name(name).ok_or(Refused::Missing)?;
    let found = archive.by_index_raw(index).map_err(failed)?;
    let unknown = |what: &str| Refused::Failed(io::Error::other(what));
    if !found.is_file() {
        return Err(Refused::Missing);
    }
    if found.encrypted() {
        return Err(unknown("a member of a zip is encrypted"));
    }
    let is_deflated = match found.compression() {
        CompressionMethod::Stored => false,
        CompressionMethod::Deflated => true,
        _ => return Err(unknown("a member of a zip is packed in an unknown way")),
    };
    let start = found.data_start().ok_or_else(|| unknown("a member of a zip is nowhere"))?;
    let (packed, size, crc) = (found.compressed_size(), found.size(), found.crc32());
    let end = start.saturating_add(packed);
    if end > file.metadata()?.len() || (!is_deflated && packed != size) {
        return Err(unknown("a member of a zip reaches beyond its end"));
    }
    Ok(Member { start, packed, size, crc, is_deflated })
}

fn failed(error: ZipError) -> Refused {
    match error {
        ZipError::Io(error) => Refused::Failed(error),
        other => Refused::Failed(io::Error::other(other)),
    }
}
