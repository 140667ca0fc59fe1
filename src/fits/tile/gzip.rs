//! GZIP_1 and GZIP_2 (FITS 4.0, section 10.4.2).
//!
//! In: a gzip member. Out: bytes of pixels, not more than expected.

use std::io::Read;

use flate2::read::MultiGzDecoder;

/// What is in it; `None` if it is damaged or longer than `most`.
pub fn one(bytes: &[u8], most: usize) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    let limit = u64::try_from(most).ok()? + 1;
    MultiGzDecoder::new(bytes).take(limit).read_to_end(&mut out).ok()?;
    (out.len() <= most).then_some(out)
}

/// The same with bytes of equal weight together, put back in order.
pub fn two(bytes: &[u8], pixels: usize) -> Option<Vec<u8>> {
    let shuffled = one(bytes, pixels * 8)?;
    let width =
        shuffled.len().checked_div(pixels).filter(|width| width * pixels == shuffled.len())?;
    let mut out = vec![0; shuffled.len()];
    for (weight, plane) in shuffled.chunks_exact(pixels).enumerate() {
        let places = out.iter_mut().skip(weight).step_by(width);
        places.zip(plane).for_each(|(place, byte)| *place = *byte);
    }
    Some(out)
}
