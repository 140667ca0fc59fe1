//! What to say about characters that cannot be a token.

use super::lexer::{Fault, LONGEST};
use crate::diag::{Diagnostic, Source, Span};

/// The query is longer than can be read.
pub(super) fn too_long(source: &Source) -> Diagnostic {
    let length = source.text().len();
    let message = format!("the query has {length} bytes, and {LONGEST} are the most that is read");
    // The text itself is not shown: it is long.
    Diagnostic::error("Q050", message).help("upload long lists as a table, and join with it")
}

/// Says what is wrong at `span`.
pub(super) fn diagnose(source: &Source, fault: &Fault, span: Span) -> Diagnostic {
    let text = source.text().get(span.start..span.end).unwrap_or_default();
    let error = |code, message: String, span| Diagnostic::error(code, message).at(source, span, "");
    match fault {
        Fault::OpenText(_) => open_text(source, text, span),
        Fault::OpenName(_) => {
            let quote = Span::new(span.start, span.start + 1);
            error("Q003", "a name in double quotes is not closed".to_owned(), quote)
                .help("a double quote inside such a name is doubled: \"5\"\" disk\"")
        }
        Fault::EmptyName => error("Q003", "a name in double quotes is empty".to_owned(), span)
            .help("an empty string is written with single quotes: ''"),
        Fault::Number(_) => number(error("Q004", format!("`{text}` is not a number"), span), text),
        Fault::Word(_) => word(source, text, span),
        Fault::Comment(_) => {
            let span = Span::new(span.start, span.start + 2);
            error("Q001", "comments between `/*` and `*/` are not in ADQL".to_owned(), span)
                .help("a comment begins with `--` and ends with the line")
        }
        Fault::Foreign(operator) => {
            let message = format!("`{operator}` is not an operator of ADQL");
            error("Q005", message, span).help(instead(operator))
        }
        Fault::Character(character) => {
            let message = match character {
                c if c.is_control() || c.is_whitespace() || *c == '\u{200b}' => {
                    format!("the character U+{:04X} is not white space in ADQL", u32::from(*c))
                }
                '`' => "the backtick is not part of ADQL".to_owned(),
                c => format!("`{c}` is not part of ADQL"),
            };
            error("Q001", message, span).help(character_help(*character))
        }
    }
}

fn open_text(source: &Source, text: &str, span: Span) -> Diagnostic {
    let quote = Span::new(span.start, span.start + 1);
    let error =
        Diagnostic::error("Q002", "a string is not closed").at(source, quote, "it begins here");
    let before = source.text().get(..span.start).unwrap_or_default();
    if before.ends_with('\\') || before.trim_end().contains("\\'") || text.contains("\\'") {
        error.help("a backslash means nothing in ADQL; a quote in a string is doubled: 'it''s'")
    } else {
        error.help("a quote in a string is doubled: 'Barnard''s star'")
    }
}

fn number(error: Diagnostic, text: &str) -> Diagnostic {
    let hexadecimal = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X"));
    if let Some(digits) = hexadecimal {
        return match u64::from_str_radix(digits, 16) {
            Ok(value) => error
                .help(format!("ADQL 2.1 has no hexadecimal literals; in decimals this is {value}")),
            Err(_) => error.help("ADQL 2.1 has no hexadecimal literals; use decimals"),
        };
    }
    let digits = text.trim_end_matches(|c: char| c.is_alphabetic());
    let letters = text.get(digits.len()..).unwrap_or_default();
    if letters.eq_ignore_ascii_case("e") {
        error.help("an exponent needs digits: 1e5, 1e-5")
    } else if text.matches('.').count() > 1 {
        error.help("a number has one decimal point at most")
    } else if text.contains('_') {
        error.help("numbers are written without separators: 1000000")
    } else if !letters.is_empty() && digits.parse::<f64>().is_ok() {
        error.help(format!(
            "put a space behind the number (`{digits} {letters}`), or double quotes around a name \
             (\"{text}\")"
        ))
    } else {
        error.help(format!("a name that begins with a digit needs double quotes: \"{text}\""))
    }
}

fn word(source: &Source, text: &str, span: Span) -> Diagnostic {
    let error = Diagnostic::error("Q001", format!("`{text}` is not a name without double quotes"))
        .at(source, span, "");
    match text.chars().next() {
        Some('@') => error.help("ADQL has no variables; write the value itself"),
        Some('#') => error.help("a comment begins with `--`"),
        _ => error.help(format!(
            "names begin with a letter from A to Z and go on with these, digits and `_`; others \
             need double quotes: \"{text}\""
        )),
    }
}

fn instead(operator: &str) -> &'static str {
    match operator {
        "==" | "===" | ":=" => "equality is written `=`",
        "!==" | "!" => "inequality is written `<>` or `!=`, negation `NOT`",
        "<=>" => "equality is written `=`; test for NULL with `IS NULL`",
        "&&" => "both conditions: `AND`",
        "|" => "either condition: `OR`; joined texts: `||`; ADQL 2.1 has no bitwise operators",
        "::" => "a type is changed with CAST(value AS type)",
        "%" => "the remainder of a division is MOD(a, b)",
        "^" => "a power is POWER(a, b); ADQL 2.1 has no bitwise operators",
        "~" | "=~" | "!~" => "patterns are matched with LIKE, where `%` stands for any text",
        "&" => "both conditions: `AND`; ADQL 2.1 has no bitwise operators",
        _ => "ADQL has no parameters; write the value itself",
    }
}

fn character_help(character: char) -> &'static str {
    match character {
        '`' => "a name that needs quotes has double quotes: \"name\"",
        '[' | ']' => "ADQL has no arrays; a name that needs quotes has double quotes: \"name\"",
        '\u{2018}' | '\u{2019}' | '\u{201a}' | '\u{b4}' => "strings have straight quotes: 'M31'",
        '\u{201c}' | '\u{201d}' | '\u{201e}' | '\u{ab}' | '\u{bb}' => {
            "strings have straight single quotes: 'M31', names straight double quotes"
        }
        '\u{2010}'..='\u{2015}' | '\u{2212}' => "the minus sign is the hyphen: -",
        '\u{d7}' | '\u{b7}' => "multiplication is written `*`",
        '\u{2260}' => "inequality is written `<>`",
        '\u{2264}' => "write `<=`",
        '\u{2265}' => "write `>=`",
        '\\' => "a backslash means nothing in ADQL; a quote in a string is doubled: 'it''s'",
        '{' | '}' => "ADQL has no braces; a placeholder was perhaps not filled in",
        c if c.is_whitespace() || c.is_control() || c == '\u{200b}' || c == '\u{feff}' => {
            "type an ordinary space in its place"
        }
        _ => "outside strings and quoted names: letters, digits and ( ) , . * + - / = < > ! | ' \"",
    }
}
