//! Headers (FITS 4.0, section 4).
//!
//! In: blocks of cards. Out: cards as they are, and values by keyword. The first card of a keyword counts.

use std::collections::HashMap;
use std::io::Read;

use super::{BLOCK, CARD, Error, Result};

/// Most cards of a header: 16 MB.
const MOST: usize = 200_000;

/// A value of a card.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// A text without its quotes and trailing blanks.
    Text(String),
    /// T or F.
    Logical(bool),
    /// An integer.
    Integer(i64),
    /// A number with a point or an exponent.
    Real(f64),
}

/// The cards of an HDU without END and what follows it.
#[derive(Debug, Clone, Default)]
pub struct Header {
    cards: Vec<[u8; CARD]>,
    places: HashMap<String, usize>,
}

impl Header {
    /// Reads blocks up to the one with END; `None` where the input is at its end.
    ///
    /// # Errors
    /// The input ends before END, or END does not come.
    pub fn read(input: &mut impl Read) -> Result<Option<Self>> {
        let mut header = Self::default();
        let mut block = [0; BLOCK];
        loop {
            let got = fill(input, &mut block)?;
            if got == 0 && header.cards.is_empty() {
                return Ok(None);
            }
            if got < BLOCK {
                return Err(Error::damaged("the file ends in a header"));
            }
            for card in block.as_chunks::<CARD>().0 {
                if keyword(card) == "END" && card.iter().skip(3).all(|byte| *byte == b' ') {
                    return Ok(Some(header));
                }
                if header.cards.len() == MOST {
                    return Err(Error::TooLarge(format!("a header has more than {MOST} cards")));
                }
                header.push(*card);
            }
        }
    }

    fn push(&mut self, card: [u8; CARD]) {
        let key = keyword(&card);
        if card.get(8..10) == Some(b"= ") && !self.places.contains_key(key) {
            self.places.insert(key.to_owned(), self.cards.len());
        }
        self.cards.push(card);
    }

    /// All cards in their order, END and the blanks after it left out.
    pub fn cards(&self) -> &[[u8; CARD]] {
        &self.cards
    }

    /// The value of a keyword; `None` also where the card has none, or one that cannot be read.
    pub fn value(&self, key: &str) -> Option<Value> {
        self.cards.get(*self.places.get(key)?).and_then(value)
    }

    /// An integer; a real number without fraction is one too.
    ///
    /// # Errors
    /// The keyword has another value, or one that cannot be read.
    pub fn integer(&self, key: &str) -> Result<Option<i64>> {
        match self.value(key) {
            None if !self.is_unreadable(key) => Ok(None),
            Some(Value::Integer(number)) => Ok(Some(number)),
            #[expect(clippy::cast_possible_truncation, reason = "bounded")]
            Some(Value::Real(number)) if number.fract() == 0.0 && number.abs() < 9e15 => {
                Ok(Some(number as i64))
            }
            _ => Err(Error::damaged(format!("{key} is not an integer"))),
        }
    }

    /// A number; integers beyond 2^53 lose digits.
    ///
    /// # Errors
    /// The keyword has another value, or one that is not finite.
    pub fn real(&self, key: &str) -> Result<Option<f64>> {
        match self.value(key) {
            None if !self.is_unreadable(key) => Ok(None),
            #[expect(clippy::cast_precision_loss, reason = "said above")]
            Some(Value::Integer(number)) => Ok(Some(number as f64)),
            Some(Value::Real(number)) if number.is_finite() => Ok(Some(number)),
            _ => Err(Error::damaged(format!("{key} is not a number"))),
        }
    }

    /// A text; of a long one that goes on in CONTINUE cards, the first part.
    pub fn text(&self, key: &str) -> Option<String> {
        match self.value(key) {
            Some(Value::Text(text)) => Some(text),
            _ => None,
        }
    }

    /// Whether a keyword is T.
    pub fn is_true(&self, key: &str) -> bool {
        self.value(key) == Some(Value::Logical(true))
    }

    /// Whether the card of a keyword has a value that is none of FITS.
    fn is_unreadable(&self, key: &str) -> bool {
        let card = self.places.get(key).and_then(|place| self.cards.get(*place));
        card.is_some_and(|card| {
            let field = card.get(10..).unwrap_or_default();
            let first = field.iter().find(|byte| **byte != b' ');
            value(card).is_none() && !matches!(first, None | Some(b'/'))
        })
    }

    /// Whether there is a card with a value for the keyword.
    pub fn has(&self, key: &str) -> bool {
        self.places.contains_key(key)
    }
}

/// The keyword of a card: its first eight characters.
pub fn keyword(card: &[u8; CARD]) -> &str {
    card.get(..8).and_then(|key| std::str::from_utf8(key).ok()).unwrap_or_default().trim_end()
}

/// The value of a card.
pub fn value(card: &[u8; CARD]) -> Option<Value> {
    let field = card.get(8..)?.strip_prefix(b"= ")?;
    let field = std::str::from_utf8(field).ok()?.trim_start();
    if let Some(quoted) = field.strip_prefix('\'') {
        return text(quoted).map(Value::Text);
    }
    let word = field.split('/').next().unwrap_or_default().trim();
    match word {
        "T" => return Some(Value::Logical(true)),
        "F" => return Some(Value::Logical(false)),
        _ => {}
    }
    if !word.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | '.')) {
        return None;
    }
    match word.parse() {
        Ok(integer) => Some(Value::Integer(integer)),
        // FITS has D exponents as well.
        Err(_) => word.replace(['D', 'd'], "E").parse().ok().map(Value::Real),
    }
}

/// Up to the closing quote; a doubled one is one.
fn text(quoted: &str) -> Option<String> {
    let mut text = String::new();
    let mut rest = quoted.chars();
    loop {
        match rest.next()? {
            '\'' if rest.as_str().starts_with('\'') => {
                rest.next();
                text.push('\'');
            }
            '\'' => return Some(text.trim_end().to_owned()),
            c => text.push(c),
        }
    }
}

/// Reads until the buffer is full or the input ends; how many bytes came.
fn fill(input: &mut impl Read, buffer: &mut [u8]) -> Result<usize> {
    let mut got = 0;
    while let Some(rest) = buffer.get_mut(got..).filter(|rest| !rest.is_empty()) {
        match input.read(rest) {
            Ok(0) => break,
            Ok(count) => got += count,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(got)
}
