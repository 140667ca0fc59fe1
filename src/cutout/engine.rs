//! Cuts a FITS file.
//!
//! In: a file that can be sought, a region. Out: a FITS file with the part of each image that the region touches.
//! An image with celestial coordinates is cut by these; one without is cut as the nearest image of the same size
//! that has some (MASK and VARIANCE beside IMAGE). Other HDUs are left out, and HISTORY names them.
//!
//! What will be written is known, and compared with the limits, before the first pixel is read.

use std::io::{Read, Seek, Write};

use super::footprint;
use super::job::Cut;
use super::rewrite::{self, Kind};
use super::stop::{GivenUp, Stop};
use crate::diag::{Diagnostic, Result};
use crate::fits::{self, BLOCK, Cards, Hdu, Image, PixelBox, read_hdus};
use crate::geom::Region;
use crate::wcs::Wcs;

/// How much a cutout may take.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Most pixels of all images of a result.
    pub pixels: u64,
    /// Most bytes of a file that is fetched or decompressed first.
    pub input: u64,
}

impl Default for Limits {
    /// 2^28 pixels, 16 GiB.
    fn default() -> Self {
        Self { pixels: 1 << 28, input: 16 << 30 }
    }
}

/// What the result says about itself, a line of HISTORY each.
#[derive(Debug, Clone, Default)]
pub struct Provenance(pub Vec<String>);

/// An image of the input.
struct Source {
    number: usize,
    image: Image,
    wcs: Option<Wcs>,
    part: Option<PixelBox>,
}

/// Writes the cutout; what was cut, or `None`, without a byte, where the region touches no image.
///
/// # Errors
/// C002: the file is damaged or not understood. C003: no image has celestial coordinates that can be used.
/// C004: the result would be too large. C007: it was given up. C008: the result cannot be written.
pub fn cut<R: Read + Seek>(
    input: &mut R,
    region: &Region,
    provenance: &Provenance,
    limits: &Limits,
    stop: &Stop,
    out: &mut impl Write,
) -> Result<Option<Vec<Cut>>> {
    let input = &mut stop.input(input);
    let hdus = read_hdus(input).map_err(|error| unreadable(&error))?;
    let (mut sources, mut left_out) = sources(&hdus)?;
    boxes(&mut sources, region, stop).map_err(given_up)?;
    if sources.iter().all(|source| source.part.is_none()) {
        return Ok(None);
    }
    left_out
        .extend(sources.iter().filter(|source| source.part.is_none()).map(|source| source.number));
    left_out.sort_unstable();
    let cuts: Vec<Cut> = sources.iter().filter_map(|source| described(&hdus, source)).collect();
    let pixels = cuts.iter().map(|cut| cut.axes.iter().fold(1, |p: u64, n| p.saturating_mul(*n)));
    let pixels = pixels.fold(0, u64::saturating_add);
    if pixels > limits.pixels {
        let message = format!("the cutout would have {pixels} pixels, more than {}", limits.pixels);
        return Err(Box::new(Diagnostic::error("C004", message).help("ask for a smaller part")));
    }
    write(input, &hdus, &sources, &left_out, provenance, out)?;
    Ok(Some(cuts))
}

/// The images with their coordinates, and the numbers of HDUs that have data and are no images to cut.
fn sources(hdus: &[Hdu]) -> Result<(Vec<Source>, Vec<usize>)> {
    let mut found: Vec<Source> = Vec::new();
    let mut left_out = Vec::new();
    let mut reason: Option<String> = None;
    for (number, hdu) in hdus.iter().enumerate() {
        // A part that is not understood does not keep others from being cut.
        let image = match hdu.image(number) {
            Ok(image) => image,
            Err(error @ fits::Error::Unsupported(_)) => {
                reason.get_or_insert(error.to_string());
                left_out.push(number);
                continue;
            }
            Err(error) => return Err(unreadable(&error)),
        };
        let Some(image) = image else {
            if hdu.length > 0 {
                left_out.push(number);
            }
            continue;
        };
        match Wcs::of(&hdu.header) {
            Ok(wcs) => found.push(Source { number, image, wcs, part: None }),
            Err(error) => {
                reason.get_or_insert(format!("HDU {number}: {error}"));
                left_out.push(number);
            }
        }
    }
    if found.iter().any(|source| source.wcs.is_some()) {
        return Ok((found, left_out));
    }
    let message = match reason {
        Some(reason) => format!("no image has coordinates that can be used: {reason}"),
        None => "the file has no image with celestial coordinates".to_owned(),
    };
    Err(Box::new(Diagnostic::error("C003", message)))
}

/// Finds the box of each image.
fn boxes(sources: &mut [Source], region: &Region, stop: &Stop) -> Result<(), GivenUp> {
    // Images of one exposure have the same coordinates: they are looked at once.
    let mut known: Vec<(Wcs, (u64, u64), Option<PixelBox>)> = Vec::new();
    for source in sources.iter_mut() {
        let Some(wcs) = &source.wcs else { continue };
        let plane = source.image.plane();
        let same = known.iter().rev().find(|(other, size, _)| *size == plane && other == wcs);
        source.part = match same {
            Some((_, _, part)) => *part,
            None => {
                let part = footprint(|x, y| wcs.direction(x, y), plane, region, stop)?;
                known.push((wcs.clone(), plane, part));
                part
            }
        };
    }
    let with: Vec<(usize, (u64, u64), Option<PixelBox>)> = sources
        .iter()
        .filter(|source| source.wcs.is_some())
        .map(|source| (source.number, source.image.plane(), source.part))
        .collect();
    for source in sources.iter_mut().filter(|source| source.wcs.is_none()) {
        let plane = source.image.plane();
        let like = || with.iter().filter(|(_, size, _)| *size == plane);
        let before = like().rfind(|(number, _, _)| *number < source.number);
        source.part = before.or_else(|| like().next()).and_then(|(_, _, part)| *part);
    }
    Ok(())
}

fn described(hdus: &[Hdu], source: &Source) -> Option<Cut> {
    let part = source.part?;
    Some(Cut {
        hdu: source.number,
        name: rewrite::name(&hdus.get(source.number)?.header),
        first: [part.x.0 + 1, part.y.0 + 1],
        axes: rewrite::cut_axes(&source.image, &part),
    })
}

fn write<R: Read + Seek>(
    input: &mut R,
    hdus: &[Hdu],
    sources: &[Source],
    left_out: &[usize],
    provenance: &Provenance,
    out: &mut impl Write,
) -> Result<()> {
    let Some(first) = hdus.first() else { return Ok(()) };
    let mut lines = provenance.0.clone();
    if !left_out.is_empty() {
        lines.push(format!("left out: {}", left_out_text(hdus, left_out)));
    }
    let mut primary = Cards::default();
    let is_primary = |source: &&Source| source.number == 0 && source.part.is_some();
    if !sources.iter().any(|source| is_primary(&source)) {
        rewrite::empty(&mut primary, &first.header);
        lines.iter().for_each(|line| primary.history(line));
        primary.end();
        out.write_all(&primary.bytes()).map_err(|error| unwritable(&error))?;
    }
    for source in sources {
        let (Some(part), Some(hdu)) = (source.part, hdus.get(source.number)) else { continue };
        let kind = if source.number == 0 { Kind::Primary } else { Kind::Extension };
        let mut cards = Cards::default();
        rewrite::image(&mut cards, kind, &hdu.header, &source.image, &part);
        let ((x, y), number) = ((part.x, part.y), source.number);
        cards.history(&format!(
            "cutout: pixels [{}:{},{}:{}] of HDU {number}",
            x.0 + 1,
            x.1,
            y.0 + 1,
            y.1
        ));
        if kind == Kind::Primary {
            lines.iter().for_each(|line| cards.history(line));
        }
        cards.end();
        out.write_all(&cards.bytes()).map_err(|error| unwritable(&error))?;
        let mut counted = Counted { out, failed: None, bytes: 0 };
        let copied = source.image.copy(&part, input, &mut counted);
        if let Some(error) = counted.failed {
            return Err(unwritable(&error));
        }
        copied.map_err(|error| unreadable(&error))?;
        let padding = counted.bytes.next_multiple_of(BLOCK) - counted.bytes;
        out.write_all(&vec![0; padding]).map_err(|error| unwritable(&error))?;
    }
    out.flush().map_err(|error| unwritable(&error))
}

fn left_out_text(hdus: &[Hdu], numbers: &[usize]) -> String {
    let named = |number: &usize| {
        let name = hdus.get(*number).map(|hdu| rewrite::name(&hdu.header)).unwrap_or_default();
        if name.is_empty() { format!("HDU {number}") } else { format!("HDU {number} ({name})") }
    };
    let all: Vec<String> = numbers.iter().take(20).map(named).collect();
    let more = numbers.len().saturating_sub(20);
    if more == 0 { all.join(", ") } else { format!("{} and {more} more", all.join(", ")) }
}

/// Counts bytes, and keeps an error of the output apart from those of the input.
struct Counted<'a, W> {
    out: &'a mut W,
    failed: Option<std::io::Error>,
    bytes: usize,
}

impl<W: Write> Write for Counted<'_, W> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        match self.out.write(bytes) {
            Ok(count) => {
                self.bytes += count;
                Ok(count)
            }
            Err(error) => {
                let kind = error.kind();
                self.failed = Some(error);
                Err(kind.into())
            }
        }
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.out.flush()
    }
}

fn unreadable(error: &fits::Error) -> Box<Diagnostic> {
    let code = if matches!(error, fits::Error::TooLarge(_)) { "C004" } else { "C002" };
    Box::new(Diagnostic::error(code, error.to_string()))
}

fn given_up(reason: GivenUp) -> Box<Diagnostic> {
    Box::new(Diagnostic::error("C007", reason.to_string()))
}

fn unwritable(error: &std::io::Error) -> Box<Diagnostic> {
    Box::new(Diagnostic::error("C008", format!("the cutout cannot be written: {error}")))
}
