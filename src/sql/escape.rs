//! Python's `repr` and `ascii` of a text, in either dialect.
//!
//! In: a text expression. Out: the text in quotes with what cannot be printed escaped, character
//! by character, as `unicode_repr` of CPython does. What can be printed depends on the version of
//! Unicode only for code points that are not assigned yet; they count as printable here.

use std::fmt::Write;

use sea_query::Expr;

use super::Dialect;

/// Code points from U+0080 on that Python escapes: controls, formats, separators, private use and
/// what never is a character.
const HIDDEN: [(u32, u32); 30] = [
    (0x80, 0xa0),
    (0xad, 0xad),
    (0x600, 0x605),
    (0x61c, 0x61c),
    (0x6dd, 0x6dd),
    (0x70f, 0x70f),
    (0x890, 0x891),
    (0x8e2, 0x8e2),
    (0x1680, 0x1680),
    (0x180e, 0x180e),
    (0x2000, 0x200f),
    (0x2028, 0x202f),
    (0x205f, 0x2064),
    (0x2066, 0x206f),
    (0x3000, 0x3000),
    (0xe000, 0xf8ff),
    (0xfdd0, 0xfdef),
    (0xfeff, 0xfeff),
    (0xfff9, 0xfffb),
    (0xfffe, 0xffff),
    (0x110bd, 0x110bd),
    (0x110cd, 0x110cd),
    (0x13430, 0x13438),
    (0x1bca0, 0x1bca3),
    (0x1d173, 0x1d17a),
    (0x1fffe, 0x1ffff),
    (0x2fffe, 0x2ffff),
    (0x3fffe, 0x3ffff),
    // Planes without characters, and the tags.
    (0x40000, 0xe00ff),
    (0xefffe, 0x0010_ffff),
];

/// The columns of the walk over a text: the text `t`, how many characters are done, what they gave.
const WALK: &str = "(WITH RECURSIVE
  quoted (t, q) AS (
    SELECT {0}, CASE WHEN {0} LIKE '%''%' AND {0} NOT LIKE '%\"%' THEN '\"' ELSE '''' END
  ),
  walk (i, done) AS (
    SELECT 0, q FROM quoted
    UNION ALL
    SELECT i + 1, done || (SELECT {escaped}
      FROM (SELECT c, {code} AS k FROM (SELECT substr(t, i + 1, 1) AS c) AS one) AS coded)
    FROM walk CROSS JOIN quoted
    WHERE i < length(t)
  )
  SELECT done || q FROM walk CROSS JOIN quoted WHERE i = length(t))";

impl Dialect {
    /// `repr(text)`, or `ascii(text)` with every character beyond ASCII escaped.
    pub fn quoted_text(self, text: &Expr, ascii: bool) -> Expr {
        let code = match self {
            Self::Postgres => "ascii(c)",
            // SQLite takes the last two code points of the first plane for wrong UTF-8.
            Self::Sqlite => {
                "CASE hex(c) WHEN 'EFBFBE' THEN 65534 WHEN 'EFBFBF' THEN 65535 ELSE unicode(c) END"
            }
        };
        let hidden = match ascii {
            true => "k < 32 OR k > 126".to_owned(),
            false => HIDDEN.iter().fold("k < 32 OR k = 127".to_owned(), |mut test, (from, to)| {
                let _ = write!(test, " OR k BETWEEN {from} AND {to}");
                test
            }),
        };
        let [two, four, eight] = [2, 4, 8].map(|width| match self {
            Self::Postgres => format!("lpad(to_hex(k), {width}, '0')"),
            Self::Sqlite => format!("printf('%0{width}x', k)"),
        });
        // PostgreSQL takes a backslash for itself only where standard_conforming_strings is on.
        let slash = match self {
            Self::Postgres => "chr(92)",
            Self::Sqlite => "char(92)",
        };
        let escaped = format!(
            "CASE WHEN c = q OR k = 92 THEN {slash} || c WHEN k = 9 THEN {slash} || 't' WHEN k = 10 \
             THEN {slash} || 'n' WHEN k = 13 THEN {slash} || 'r' WHEN NOT ({hidden}) THEN c WHEN k < \
             256 THEN {slash} || 'x' || {two} WHEN k < 65536 THEN {slash} || 'u' || {four} ELSE \
             {slash} || 'U' || {eight} END"
        );
        let walk = WALK.replace("{escaped}", &escaped).replace("{code}", code);
        self.fill(&walk, &[text])
    }
}
