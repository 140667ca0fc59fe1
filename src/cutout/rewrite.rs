//! The header of a cutout.
//!
//! In: the header of an image and the box that is cut out of it. Out: cards of an image without compression: the
//! structure is new, reference pixels are moved, the rest stays as it was, card by card.

use crate::fits::{CARD, Cards, Header, Image, PixelBox, Value, card_keyword};

/// Which HDU the header is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The first one.
    Primary,
    /// An IMAGE extension.
    Extension,
}

/// Writes the header of an image that is cut; END is not written.
pub fn image(cards: &mut Cards, kind: Kind, header: &Header, image: &Image, part: &PixelBox) {
    structure(cards, kind, image.bitpix, &cut_axes(image, part));
    let offsets = [(1, part.x.0), (2, part.y.0)];
    let mut dropping = false;
    for card in header.cards() {
        let key = card_keyword(card);
        dropping = is_dropped(key, header, image) || (dropping && key == "CONTINUE");
        if dropping {
            continue;
        }
        match moved(key, header, offsets) {
            Some(value) => cards.raw(&replaced(card, key, value)),
            None => cards.raw(card),
        }
    }
    for alternate in alternates().filter(|alternate| has_coordinates(header, alternate)) {
        for (axis, offset) in offsets {
            let key = format!("CRPIX{axis}{alternate}");
            if !header.has(&key) {
                // Without a card it is 0.
                cards.plain(&key, number(-real(offset)));
            }
        }
    }
    if image.bitpix > 0
        && image.is_compressed()
        && !header.has("BLANK")
        && let Ok(Some(blank)) = header.integer("ZBLANK")
    {
        cards.plain("BLANK", blank);
    }
}

/// Writes the header of the first HDU where that has no image of the cutout.
pub fn empty(cards: &mut Cards, header: &Header) {
    structure(cards, Kind::Primary, 8, &[]);
    for card in header.cards() {
        let key = card_keyword(card);
        if !is_structure(key) && !is_checksum(key) && key != "AR_HDU" {
            cards.raw(card);
        }
    }
}

/// Lengths of the axes of a cutout.
pub fn cut_axes(image: &Image, part: &PixelBox) -> Vec<u64> {
    let (width, height) = part.size();
    [width, height].into_iter().chain(image.axes.iter().skip(2).copied()).collect()
}

fn structure(cards: &mut Cards, kind: Kind, bitpix: i64, axes: &[u64]) {
    match kind {
        Kind::Primary => cards.plain("SIMPLE", "T"),
        Kind::Extension => cards.text("XTENSION", "IMAGE"),
    }
    cards.plain("BITPIX", bitpix);
    cards.plain("NAXIS", axes.len());
    for (index, length) in axes.iter().enumerate() {
        cards.plain(&format!("NAXIS{}", index + 1), length);
    }
    match kind {
        Kind::Primary => cards.plain("EXTEND", "T"),
        Kind::Extension => {
            cards.plain("PCOUNT", 0);
            cards.plain("GCOUNT", 1);
        }
    }
}

fn is_structure(key: &str) -> bool {
    const KEYS: [&str; 9] = [
        "SIMPLE", "XTENSION", "BITPIX", "NAXIS", "EXTEND", "PCOUNT", "GCOUNT", "GROUPS", "BLOCKED",
    ];
    KEYS.contains(&key) || is_numbered(key, "NAXIS")
}

fn is_checksum(key: &str) -> bool {
    ["CHECKSUM", "DATASUM", "ZHECKSUM", "ZDATASUM"].contains(&key)
}

/// Whether the keyword is the name with a number behind it.
fn is_numbered(key: &str, name: &str) -> bool {
    let number = key.strip_prefix(name);
    number.is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_digit()))
}

/// What a cutout must not say: the structure of the input, sums over it, places in it, and where the file had
/// other HDUs.
fn is_dropped(key: &str, header: &Header, image: &Image) -> bool {
    if is_structure(key) || is_checksum(key) || key == "AR_HDU" {
        return true;
    }
    // DATASEC, TRIMSEC, CCDSEC, …: pixels of the input.
    if key.ends_with("SEC") && header.text(key).is_some_and(|value| value.starts_with('[')) {
        return true;
    }
    image.is_compressed() && is_of_table(key, header)
}

/// Keywords of the table that held a compressed image.
fn is_of_table(key: &str, header: &Header) -> bool {
    const KEYS: [&str; 17] = [
        "TFIELDS", "THEAP", "ZIMAGE", "ZCMPTYPE", "ZMASKCMP", "ZQUANTIZ", "ZDITHER0", "ZBLANK",
        "ZSCALE", "ZZERO", "ZBITPIX", "ZNAXIS", "ZSIMPLE", "ZTENSION", "ZEXTEND", "ZPCOUNT",
        "ZGCOUNT",
    ];
    const NUMBERED: [&str; 13] = [
        "TTYPE", "TFORM", "TUNIT", "TSCAL", "TZERO", "TNULL", "TDISP", "TDIM", "TBCOL", "ZNAXIS",
        "ZTILE", "ZNAME", "ZVAL",
    ];
    KEYS.contains(&key)
        || key == "ZBLOCKED"
        || NUMBERED.iter().any(|name| is_numbered(key, name))
        || (key == "EXTNAME" && header.text(key).as_deref() == Some("COMPRESSED_IMAGE"))
}

/// The letters of alternative coordinates; the primary ones have none.
fn alternates() -> impl Iterator<Item = String> {
    std::iter::once(String::new()).chain(('A'..='Z').map(String::from))
}

/// Whether a header says anything about coordinates of this letter. Each keyword has a default, CTYPE too: linear.
fn has_coordinates(header: &Header, alternate: &str) -> bool {
    [1, 2].iter().any(|axis| {
        ["CTYPE", "CRVAL", "CDELT"].iter().any(|key| header.has(&format!("{key}{axis}{alternate}")))
            || [1, 2].iter().any(|other| {
                ["CD", "PC"]
                    .iter()
                    .any(|key| header.has(&format!("{key}{axis}_{other}{alternate}")))
            })
    })
}

/// The new value of a keyword that tells where pixels are.
fn moved(key: &str, header: &Header, offsets: [(u32, u64); 2]) -> Option<f64> {
    offsets.into_iter().find_map(|(axis, offset)| {
        let is = |name: &str| key.strip_prefix(name)?.strip_prefix(&axis.to_string());
        let value = || header.real(key).ok().flatten();
        if let Some(alternate) = is("CRPIX").filter(|rest| is_alternate(rest)) {
            return if is_origin(header, axis, alternate) {
                None
            } else {
                Some(value()? - real(offset))
            };
        }
        if let Some(alternate) = is("CRVAL").filter(|rest| is_alternate(rest)) {
            return if is_origin(header, axis, alternate) {
                Some(value()? + real(offset))
            } else {
                None
            };
        }
        (is("LTV") == Some("")).then(|| Some(value()? - real(offset))).flatten()
    })
}

fn is_alternate(rest: &str) -> bool {
    rest.is_empty() || (rest.len() == 1 && rest.bytes().all(|byte| byte.is_ascii_uppercase()))
}

/// Whether alternative coordinates only number the pixels of a larger image, as Rubin's `A` does (XY0): readers
/// expect CRPIX to stay 1 there, so that CRVAL is moved.
fn is_origin(header: &Header, axis: u32, alternate: &str) -> bool {
    let real = |name: &str| header.real(&format!("{name}{axis}{alternate}")).ok().flatten();
    !alternate.is_empty()
        && header.text(&format!("CTYPE{axis}{alternate}")).as_deref() == Some("LINEAR")
        && real("CRPIX") == Some(1.0)
        && real("CRVAL").is_some()
        && matches!(real("CDELT"), None | Some(1.0))
        && [1, 2].iter().all(|other| {
            let entry = |kind: &str| header.value(&format!("{kind}{axis}_{other}{alternate}"));
            entry("PC").is_none() && entry("CD").is_none()
        })
}

/// The card with another value and the comment that it had, as far as that fits.
fn replaced(card: &[u8; CARD], key: &str, value: f64) -> [u8; CARD] {
    let old = String::from_utf8_lossy(card);
    let mut text = format!("{key:<8}= {:>20}", number(value));
    if let Some((_, comment)) = old.split_once('/') {
        text.push_str(" /");
        text.push_str(comment.trim_end());
    }
    let mut new = [b' '; CARD];
    new.iter_mut().zip(text.bytes().filter(u8::is_ascii)).for_each(|(place, byte)| *place = byte);
    new
}

/// A number as FITS writes it, which reads as the same number again.
fn number(value: f64) -> String {
    let text = format!("{value:?}").replace('e', "E");
    match (text.contains('.'), text.split_once('E')) {
        (false, Some((digits, exponent))) => format!("{digits}.0E{exponent}"),
        _ => text,
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "images have far less than 2^53 pixels along an axis"
)]
fn real(offset: u64) -> f64 {
    offset as f64
}

/// EXTNAME; empty without one.
pub fn name(header: &Header) -> String {
    match header.value("EXTNAME") {
        Some(Value::Text(name)) if name != "COMPRESSED_IMAGE" => name,
        _ => String::new(),
    }
}
