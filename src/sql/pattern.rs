//! Tests of names against patterns.

use sea_query::Expr;

use super::Dialect;

impl Dialect {
    /// Whether a name matches a pattern of `*`, `?` and `[…]`, case-sensitive.
    pub fn glob(self, value: &Expr, pattern: &str) -> Expr {
        match self {
            Self::Sqlite => self.fill("{0} GLOB {1}", &[value, &Expr::val(pattern)]),
            Self::Postgres => self.fill("{0} ~ {1}", &[value, &Expr::val(glob_to_regex(pattern))]),
        }
    }
}

/// A pattern of `*`, `?` and `[…]` as an anchored regular expression.
fn glob_to_regex(pattern: &str) -> String {
    let mut out = "^".to_owned();
    let mut in_class = false;
    for c in pattern.chars() {
        match c {
            ']' => {
                in_class = false;
                out.push(c);
            }
            _ if in_class => out.push(c),
            '[' => {
                in_class = true;
                out.push(c);
            }
            '*' => out.push_str(".*"),
            '?' => out.push('.'),
            c if c.is_ascii_punctuation() => {
                out.push('\\');
                out.push(c);
            }
            c => out.push(c),
        }
    }
    out.push('$');
    out
}
