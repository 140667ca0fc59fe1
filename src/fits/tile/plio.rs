//! PLIO_1, the line lists of IRAF's pixel masks (FITS 4.0, section 10.4.3).
//!
//! In: words of 16 bits: a header with the length of the list, then instructions of four bits with a number of
//! twelve. Out: integers from 0 to 2^24.

/// The pixels.
pub fn decode(bytes: &[u8], pixels: usize) -> Option<Vec<i32>> {
    let words: Vec<i32> =
        bytes.as_chunks::<2>().0.iter().map(|pair| i16::from_be_bytes(*pair).into()).collect();
    // The old header has the length in its third word, the new one its own length before that.
    let (first, length) = match *words.get(2)? {
        length if length > 0 => (3, usize::try_from(length).ok()?),
        _ => {
            let low = usize::try_from(*words.get(3)?).ok()?;
            let high = usize::try_from(*words.get(4)?).ok()?;
            (usize::try_from(*words.get(1)?).ok()?, (high << 15) + low)
        }
    };
    let mut list = words.get(first..length.min(words.len()))?.iter();
    let mut value = 1_i32;
    let mut out: Vec<i32> = Vec::with_capacity(pixels);
    while let Some(word) = list.next() {
        let (instruction, number) = ((word >> 12) & 0xf, word & 0xfff);
        let count = usize::try_from(number).ok()?;
        let room = pixels - out.len();
        match instruction {
            0 => out.resize(out.len() + count.min(room), 0),
            4 => out.resize(out.len() + count.min(room), value),
            5 => {
                out.resize(out.len() + count.saturating_sub(1).min(room), 0);
                push(&mut out, value, pixels);
            }
            1 => value = (list.next()? << 12) + number,
            2 => value = value.wrapping_add(number),
            3 => value = value.wrapping_sub(number),
            6 => {
                value = value.wrapping_add(number);
                push(&mut out, value, pixels);
            }
            7 => {
                value = value.wrapping_sub(number);
                push(&mut out, value, pixels);
            }
            _ => return None,
        }
    }
    // What the list does not reach is zero.
    out.resize(pixels, 0);
    Some(out)
}

fn push(out: &mut Vec<i32>, value: i32, pixels: usize) {
    if out.len() < pixels {
        out.push(value);
    }
}
