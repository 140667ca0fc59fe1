//! Python regular expressions as tests that a database can make.
//!
//! In: a pattern that Python would use with `fullmatch`. Out: a test for the dialect when the
//! pattern keeps to what both understand alike, else `None`.

use crate::plan::NameTest;
use crate::sql::Dialect;

/// The pattern, compiled to match whole names as Python's `re.fullmatch` does.
pub fn python(pattern: &str) -> Result<fancy_regex::Regex, Box<fancy_regex::Error>> {
    // Python spells the end of the text \Z, Rust \z.
    let pattern = pattern.replace("\\Z", "\\z");
    fancy_regex::Regex::new(&format!("\\A(?:{pattern})\\z")).map_err(Box::new)
}

/// The test in the terms of `dialect`, when it has any that mean the same.
pub fn live(pattern: &str, dialect: Dialect) -> Option<NameTest> {
    let atoms = parse(pattern)?;
    if let Some(text) = atoms.iter().map(Atom::plain).collect::<Option<String>>() {
        return Some(NameTest::Exact(text));
    }
    if dialect.has_regular_expressions() {
        return Some(NameTest::Regex(regex(&atoms)));
    }
    glob(&atoms).map(NameTest::Glob)
}

/// An element of a pattern, with its quantifier.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Atom {
    what: What,
    /// `*`, `+`, `?` or empty; `{m,n}` as written.
    quantifier: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum What {
    /// One character.
    Char(char),
    /// `.`
    Any,
    /// `[…]` or an escape like `\d`: the inside of the brackets.
    Class(String),
    /// `(…|…)` or `(?:…|…)`.
    Group(Vec<Vec<Atom>>),
}

impl Atom {
    fn plain(&self) -> Option<char> {
        match self.what {
            What::Char(c) if self.quantifier.is_empty() => Some(c),
            _ => None,
        }
    }
}

/// The pattern as atoms; `None` for constructs outside the common subset.
fn parse(pattern: &str) -> Option<Vec<Atom>> {
    let mut chars = pattern.chars().peekable();
    let mut branches = alternatives(&mut chars, 0)?;
    if chars.peek().is_some() {
        return None;
    }
    match branches.len() {
        1 => branches.pop(),
        _ => Some(vec![Atom { what: What::Group(branches), quantifier: String::new() }]),
    }
}

type Chars<'a> = std::iter::Peekable<std::str::Chars<'a>>;

fn alternatives(chars: &mut Chars<'_>, depth: usize) -> Option<Vec<Vec<Atom>>> {
    if depth > 20 {
        return None;
    }
    let mut branches = vec![Vec::new()];
    while let Some(&c) = chars.peek() {
        let what = match c {
            ')' => break,
            '|' => {
                chars.next();
                branches.push(Vec::new());
                continue;
            }
            '(' => {
                chars.next();
                if chars.peek() == Some(&'?') {
                    chars.next();
                    if chars.next() != Some(':') {
                        return None;
                    }
                }
                let inner = alternatives(chars, depth + 1)?;
                if chars.next() != Some(')') {
                    return None;
                }
                What::Group(inner)
            }
            '[' => {
                chars.next();
                What::Class(class(chars)?)
            }
            '.' => {
                chars.next();
                What::Any
            }
            '\\' => {
                chars.next();
                match chars.next()? {
                    'd' => What::Class("0-9".to_owned()),
                    escaped if escaped.is_ascii_punctuation() => What::Char(escaped),
                    _ => return None,
                }
            }
            '^' | '$' | '*' | '+' | '?' | '{' | '}' | ']' => return None,
            plain => {
                chars.next();
                What::Char(plain)
            }
        };
        let quantifier = quantifier(chars)?;
        branches.last_mut()?.push(Atom { what, quantifier });
    }
    Some(branches)
}

/// The inside of `[…]`, without escapes and POSIX names, which the dialects read differently.
fn class(chars: &mut Chars<'_>) -> Option<String> {
    let mut inside = String::new();
    loop {
        match chars.next()? {
            ']' if !inside.is_empty() => break,
            ']' | '[' | '\\' => return None,
            '^' if !inside.is_empty() => return None,
            c => inside.push(c),
        }
    }
    // Python reads a dash at either end as itself; the others agree only at the end.
    (inside != "^" && !inside.starts_with('-') && !inside.starts_with("^-")).then_some(inside)
}

fn quantifier(chars: &mut Chars<'_>) -> Option<String> {
    let mut text = String::new();
    match chars.peek() {
        Some('*' | '+' | '?') => text.extend(chars.next()),
        Some('{') => loop {
            let c = chars.next()?;
            text.push(c);
            match c {
                '}' => break,
                '{' | ',' | '0'..='9' => {}
                _ => return None,
            }
        },
        _ => {}
    }
    let digits = text.trim_matches(['{', '}']);
    if text.starts_with('{') && (digits.starts_with(',') || digits.is_empty()) {
        return None;
    }
    // Lazy and possessive forms match the same whole names, but are written otherwise elsewhere.
    (!matches!(chars.peek(), Some('?' | '+' | '*'))).then_some(text)
}

/// POSIX advanced regular expression, anchored.
fn regex(atoms: &[Atom]) -> String {
    fn sequence(atoms: &[Atom], out: &mut String) {
        for atom in atoms {
            match &atom.what {
                What::Char(c) => {
                    if c.is_ascii_punctuation() {
                        out.push('\\');
                    }
                    out.push(*c);
                }
                // Python's dot stops at a newline.
                What::Any => out.push_str("[^\\n]"),
                What::Class(inside) => {
                    out.push('[');
                    out.push_str(inside);
                    out.push(']');
                }
                What::Group(branches) => {
                    out.push_str("(?:");
                    for (index, branch) in branches.iter().enumerate() {
                        if index > 0 {
                            out.push('|');
                        }
                        sequence(branch, out);
                    }
                    out.push(')');
                }
            }
            out.push_str(&atom.quantifier);
        }
    }
    let mut out = "^(?:".to_owned();
    sequence(atoms, &mut out);
    out.push_str(")$");
    out
}

/// GLOB, which has no quantifiers but `*` after "any character".
fn glob(atoms: &[Atom]) -> Option<String> {
    let mut out = String::new();
    for atom in atoms {
        match (&atom.what, atom.quantifier.as_str()) {
            (What::Any, "*") => out.push('*'),
            (What::Any, "+") => out.push_str("?*"),
            (What::Any, "") => out.push('?'),
            (What::Char(c @ ('*' | '?' | '[')), "") => {
                out.push('[');
                out.push(*c);
                out.push(']');
            }
            (What::Char(c), "") => out.push(*c),
            (What::Class(inside), "") => {
                out.push('[');
                out.push_str(inside);
                out.push(']');
            }
            _ => return None,
        }
    }
    Some(out)
}
