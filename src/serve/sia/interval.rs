//! Intervals of numbers, as SIA 2.0 section 2.1 writes them.
//!
//! In: one number, or two with blanks between; `-Inf` and `+Inf` are open ends. Out: an interval with its ends
//! inside, that of one number from it to itself; or what is wrong.

/// Numbers from one to another, both inside.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    /// The lowest; infinite for an open end.
    pub low: f64,
    /// The highest; infinite for an open end.
    pub high: f64,
}

impl Interval {
    /// Reads an interval.
    ///
    /// # Errors
    /// What is wrong with the text.
    pub fn parse(text: &str) -> Result<Self, String> {
        let words: Vec<&str> = text.split_ascii_whitespace().take(3).collect();
        let (low, high) = match words.as_slice() {
            [one] => {
                let value = number(one)?;
                if value.is_infinite() {
                    return Err(format!("`{one}` alone is no value"));
                }
                (value, value)
            }
            [low, high] => (number(low)?, number(high)?),
            [] => return Err("it is blank".to_owned()),
            _ => return Err("it has more than two numbers".to_owned()),
        };
        if low == f64::INFINITY || high == f64::NEG_INFINITY {
            return Err("nothing is between its ends".to_owned());
        }
        if low > high {
            return Err("its lower end is above its upper end".to_owned());
        }
        Ok(Self { low, high })
    }
}

/// A number, or an infinity by its name.
///
/// # Errors
/// What is wrong with the word.
pub fn number(word: &str) -> Result<f64, String> {
    let shown: String = word.chars().take(40).collect();
    match word.parse::<f64>() {
        Ok(value) if value.is_nan() => Err(format!("`{shown}` is not a number")),
        // Its digits say another number.
        Ok(value) if value.is_infinite() && word.contains(|c: char| c.is_ascii_digit()) => {
            Err(format!("`{shown}` is more than a double holds"))
        }
        Ok(value) => Ok(value),
        Err(_) => Err(format!("`{shown}` is not a number")),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_the_standard_writes() {
        for (text, low, high) in [
            ("500e-9 550e-9", 500e-9, 550e-9),
            ("300 +Inf", 300.0, f64::INFINITY),
            ("-Inf 0.21", f64::NEG_INFINITY, 0.21),
            (" -inf\tINF ", f64::NEG_INFINITY, f64::INFINITY),
            ("550", 550.0, 550.0),
            ("-1 -1.0", -1.0, -1.0),
        ] {
            assert_eq!(Interval::parse(text).unwrap(), Interval { low, high }, "{text}");
        }
    }

    #[test]
    fn what_is_no_interval() {
        for text in [
            "",
            " ",
            "x",
            "1 x",
            "1 2 3",
            "2 1",
            "NaN",
            "1 nan",
            "+Inf",
            "-Inf",
            "+Inf +Inf",
            "1 -Inf",
            "1e999",
            "1,2",
            "1 2m",
            "0x10",
            "1..2",
        ] {
            assert!(Interval::parse(text).is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "\\PC{0,40}") {
            if let Ok(read) = Interval::parse(&text) {
                prop_assert!(read.low <= read.high && read.low < f64::INFINITY);
            }
        }

        #[test]
        fn what_is_written_is_read(a in any::<f64>(), b in any::<f64>()) {
            prop_assume!(a.is_finite() && b.is_finite());
            let (low, high) = if a <= b { (a, b) } else { (b, a) };
            let wanted = Interval { low, high };
            prop_assert_eq!(Interval::parse(&format!("{low} {high}")).unwrap(), wanted);
            prop_assert_eq!(Interval::parse(&format!("{low:e}\t{high:e}")).unwrap(), wanted);
        }
    }
}
