//! SQL text laid out for people.

/// Widest line that is left alone.
const WIDTH: usize = 92;

/// Takes the quotes off identifiers that need none.
pub(super) fn unquoted(sql: &str, needs_none: impl Fn(&str) -> bool) -> String {
    let mut out = String::with_capacity(sql.len());
    for token in tokens(sql) {
        let inner = token.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
        match inner {
            Some(name) if needs_none(name) => out.push_str(name),
            _ => out.push_str(token),
        }
    }
    out
}

/// An expression, broken before WHEN, ELSE and END where it would be too long for a line; further
/// lines are indented by `indent` and the depth of CASE.
pub fn expression(sql: &str, indent: usize) -> String {
    if sql.len() + indent <= WIDTH {
        return sql.to_owned();
    }
    let mut out = String::new();
    let mut depth: usize = 0;
    for token in tokens(sql) {
        let level = match token {
            "CASE" => {
                depth += 1;
                None
            }
            "WHEN" | "ELSE" => Some(depth),
            "END" => {
                depth = depth.saturating_sub(1);
                Some(depth)
            }
            _ => None,
        };
        if let Some(level) = level {
            out.truncate(out.trim_end().len());
            out.push('\n');
            out.push_str(&" ".repeat(indent + 2 * level));
        }
        out.push_str(token);
    }
    out
}

/// Words, quoted strings, quoted identifiers and everything between, in order; nothing is lost.
fn tokens(sql: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = sql;
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '\'' | '"' => {
                // A string that E opens has backslash escapes; its E is a word just before.
                let escapes = first == '\'' && found.last() == Some(&"E");
                quoted(rest, first, escapes)
            }
            c if c.is_alphanumeric() || c == '_' => {
                rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len())
            }
            c => c.len_utf8(),
        };
        let (token, after) = rest.split_at(length.max(1).min(rest.len()));
        found.push(token);
        rest = after;
    }
    found
}

/// Length of the quoted text at the start of `text`.
fn quoted(text: &str, quote: char, escapes: bool) -> usize {
    let mut chars = text.char_indices().skip(1);
    while let Some((at, c)) = chars.next() {
        if escapes && c == '\\' {
            chars.next();
        } else if c == quote {
            return at + c.len_utf8();
        }
    }
    text.len()
}
