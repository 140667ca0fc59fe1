//! Cells of TABLEDATA (VOTable 1.5, section 5.1 and 6).

use super::column::{Column, Primitive};
use super::value::{Array, Value, Wrong, wrong};

/// The value that a TD's text has. Blanks matter in texts only.
#[expect(clippy::float_cmp, reason = "a null value is meant to the bit")]
pub fn value(column: &Column, text: &str) -> Result<Value, Wrong> {
    if column.primitive.is_text() {
        return Ok(strings(column, text));
    }
    let text = text.trim_ascii();
    if text.is_empty() {
        return Ok(Value::Null);
    }
    if !column.arraysize.is_scalar() {
        return array(column, text).map(Value::Array);
    }
    let null = &column.null;
    Ok(match column.primitive {
        Primitive::Boolean => boolean(text)?.map_or(Value::Null, Value::Bool),
        Primitive::Bit => Value::Bool(bit(text)?),
        Primitive::Float => {
            let number: f32 = float(column, text)?;
            let magic = null.parse().is_ok_and(|null: f32| null == number);
            if magic || number.is_nan() { Value::Null } else { Value::Float(number) }
        }
        Primitive::Double => {
            let number: f64 = float(column, text)?;
            let magic = null.parse().is_ok_and(|null: f64| null == number);
            if magic || number.is_nan() { Value::Null } else { Value::Double(number) }
        }
        Primitive::FloatComplex => match pairs::<f32>(column, text)?.as_slice() {
            [pair] => Value::FloatComplex(*pair),
            _ => return Err(pairs_wrong(text)),
        },
        Primitive::DoubleComplex => match pairs::<f64>(column, text)?.as_slice() {
            [pair] => Value::DoubleComplex(*pair),
            _ => return Err(pairs_wrong(text)),
        },
        _ => {
            let number = int(column.primitive, text)?;
            if is_null(column, number) { Value::Null } else { Value::Int(number) }
        }
    })
}

/// Whether an integer is the column's null value.
pub fn is_null(column: &Column, number: i64) -> bool {
    let null = column.null.trim();
    !null.is_empty() && whole(null) == Some(number)
}

/// The value of a text that is not padded any more: null where it is empty or the null value.
pub fn strings(column: &Column, text: &str) -> Value {
    if text.is_empty() || (!column.null.is_empty() && text == column.null) {
        return Value::Null;
    }
    if !column.arraysize.is_matrix() {
        return Value::Text(text.to_owned());
    }
    let length = column.arraysize.fixed.first().copied().unwrap_or(1);
    Value::Array(Array::Text(split(text, length)))
}

/// A text cut into strings of `length` characters, without what pads them.
pub fn split(text: &str, length: usize) -> Vec<String> {
    let mut strings = Vec::new();
    let mut rest = text;
    while length > 0 && !rest.is_empty() {
        let end = rest.char_indices().nth(length).map_or(rest.len(), |(end, _)| end);
        let (head, tail) = rest.split_at_checked(end).unwrap_or((rest, ""));
        let head = head.split('\0').next().unwrap_or_default();
        strings.push(head.trim_end_matches(' ').to_owned());
        rest = tail;
    }
    strings
}

fn array(column: &Column, text: &str) -> Result<Array, Wrong> {
    let words = || text.split_ascii_whitespace();
    let (array, count) = match column.primitive {
        Primitive::Boolean => {
            let all: Result<Vec<_>, _> = words().map(boolean).collect();
            let all = all?;
            let count = all.len();
            (Array::Bool(all), count)
        }
        Primitive::Bit => {
            let digits = text.split_ascii_whitespace().flat_map(|word| word.split(""));
            let all: Result<Vec<_>, _> =
                digits.filter(|digit| !digit.is_empty()).map(bit).collect();
            let all = all?;
            let count = all.len();
            (Array::Bit(all), count)
        }
        Primitive::Float => {
            let all: Result<Vec<_>, _> = words().map(|word| float(column, word)).collect();
            let all = all?;
            let count = all.len();
            (Array::Float(all), count)
        }
        Primitive::Double => {
            let all: Result<Vec<_>, _> = words().map(|word| float(column, word)).collect();
            let all = all?;
            let count = all.len();
            (Array::Double(all), count)
        }
        Primitive::FloatComplex => {
            let all = pairs(column, text)?;
            let count = all.len();
            (Array::FloatComplex(all), count)
        }
        Primitive::DoubleComplex => {
            let all = pairs(column, text)?;
            let count = all.len();
            (Array::DoubleComplex(all), count)
        }
        _ => {
            let one = |word| {
                let number = int(column.primitive, word)?;
                Ok(Some(number).filter(|number| !is_null(column, *number)))
            };
            let all: Result<Vec<_>, Wrong> = words().map(one).collect();
            let all = all?;
            let count = all.len();
            (Array::Int(all), count)
        }
    };
    if column.arraysize.allows(count) { Ok(array) } else { Err(miscounted(column, count)) }
}

/// An array has a number of elements that its column does not allow.
pub fn miscounted(column: &Column, count: usize) -> Wrong {
    let size = &column.arraysize;
    wrong(
        format!("{count} elements do not make arraysize {size}"),
        match size.count() {
            Some(fixed) => format!("exactly {fixed} are needed; or nothing, for null"),
            None => format!("a multiple of {} is needed", size.to_string().trim_end_matches("x*")),
        },
    )
}

fn boolean(word: &str) -> Result<Option<bool>, Wrong> {
    match word.to_ascii_lowercase().as_str() {
        "t" | "true" | "1" => Ok(Some(true)),
        "f" | "false" | "0" => Ok(Some(false)),
        "?" => Ok(None),
        _ => Err(wrong(format!("{} is not a boolean", quoted(word)), "write T, F or ?")),
    }
}

fn bit(word: &str) -> Result<bool, Wrong> {
    match word {
        "1" => Ok(true),
        "0" => Ok(false),
        _ => Err(wrong(format!("{} is not a bit", quoted(word)), "write 0 or 1")),
    }
}

/// A decimal or hexadecimal number.
fn whole(word: &str) -> Option<i64> {
    match word.strip_prefix("0x").or_else(|| word.strip_prefix("0X")) {
        Some(digits) if digits.bytes().all(|byte| byte.is_ascii_hexdigit()) => {
            i64::from_str_radix(digits, 16).ok()
        }
        Some(_) => None,
        None => word.parse().ok(),
    }
}

fn int(primitive: Primitive, word: &str) -> Result<i64, Wrong> {
    let (low, high) = match primitive {
        Primitive::UnsignedByte => (0, 255),
        Primitive::Short => (i64::from(i16::MIN), i64::from(i16::MAX)),
        Primitive::Int => (i64::from(i32::MIN), i64::from(i32::MAX)),
        _ => (i64::MIN, i64::MAX),
    };
    let number = whole(word).filter(|number| (low..=high).contains(number));
    number.ok_or_else(|| {
        let help = format!("whole numbers from {low} to {high} are possible; nothing, for null");
        wrong(format!("{} is not a value of type {}", quoted(word), primitive.name()), help)
    })
}

fn float<F: std::str::FromStr>(column: &Column, word: &str) -> Result<F, Wrong> {
    word.parse().map_err(|_| {
        let name = column.primitive.name();
        let help =
            "numbers such as 1.5 or -2e-3, NaN, +Inf and -Inf are possible; nothing, for null";
        wrong(format!("{} is not a value of type {name}", quoted(word)), help)
    })
}

fn pairs<F: std::str::FromStr + Copy>(column: &Column, text: &str) -> Result<Vec<[F; 2]>, Wrong> {
    let mut pairs = Vec::new();
    let mut words = text.split_ascii_whitespace();
    while let Some(real) = words.next() {
        let imaginary = words.next().ok_or_else(|| pairs_wrong(text))?;
        pairs.push([float(column, real)?, float(column, imaginary)?]);
    }
    Ok(pairs)
}

fn pairs_wrong(text: &str) -> Wrong {
    let what = format!("{} is not one complex number", quoted(text));
    wrong(what, "write the real and the imaginary part with a blank between them")
}

/// A word of the document in a message, not too much of it.
fn quoted(word: &str) -> String {
    let mut shown: String = word.chars().take(40).collect();
    if shown.len() < word.len() {
        shown.push('…');
    }
    format!("{shown:?}")
}
