//! The strategy `inline`: queries that decode a region with what the database has.
//!
//! In: an expression for the region column, which stands once in the result. Out: a correlated
//! scalar subquery made of the common table expressions of `sql/inline`, whose placeholders in
//! braces are filled in here. In SQLite every expression but the recursive ones is used once, for
//! it would be computed again for each use.

use sea_query::Expr;

use super::RegionColumn;
use crate::region::{RegionOptions, Winding};
use crate::sql::Dialect;

/// What the two dialects write in their own way.
struct Templates {
    front: &'static str,
    circle: &'static str,
    text: &'static str,
    /// sea-query's placeholder of the region.
    region: &'static str,
    /// Further condition on the text `r` when only polygons are wanted.
    polygons: &'static str,
    /// Longitude and latitude of the direction x, y, z in radians.
    lon: &'static str,
    lat: &'static str,
    /// The unsigned 64-bit integer at byte `{at}`, little-endian.
    word: fn(&str) -> String,
    booleans: [&'static str; 2],
}

const POSTGRES: Templates = Templates {
    front: include_str!("../../../sql/inline/postgres_front.sql"),
    circle: include_str!("../../../sql/inline/postgres_circle.sql"),
    text: include_str!("../../../sql/inline/postgres_text.sql"),
    region: "$1",
    polygons: " AND r ~ '^c[A-P]' AND strpos(r, ':') = 0",
    lon: "CASE WHEN x = 0 AND y = 0 THEN 0 WHEN atan2(y, x) < 0 THEN atan2(y, x) + {two_pi} \
          ELSE atan2(y, x) END",
    lat: "CASE WHEN z = 0 THEN 0 ELSE atan2(z, sqrt(x * x + y * y)) END",
    word: postgres_word,
    booleans: ["FALSE", "TRUE"],
};

const SQLITE: Templates = Templates {
    front: include_str!("../../../sql/inline/sqlite_front.sql"),
    circle: include_str!("../../../sql/inline/sqlite_circle.sql"),
    text: include_str!("../../../sql/inline/sqlite_text.sql"),
    region: "?",
    polygons: " AND r GLOB 'c[A-P]*' AND instr(r, ':') = 0",
    lon: "iif(x = 0 AND y = 0, 0.0, atan2(y, x) + iif(atan2(y, x) < 0, {two_pi}, 0))",
    lat: "iif(z = 0, 0.0, atan2(z, sqrt(x * x + y * y)))",
    word: sqlite_word,
    booleans: ["0", "1"],
};

/// The last CTE of a polygon in pgSphere's syntax; nothing but one polygon has it.
const SPHERICAL_POLYGON: &str = "  answer(text) AS (
    SELECT '{' || string_agg('(' || {lon} || ',' || {lat} || ')', ',' ORDER BY k) || '}'
    FROM checked
    HAVING NOT bool_or(bad) AND min(code) = 112 AND max(code) = 112 AND max(first) = 0 AND max(i) = 1)
";

pub(super) fn expression(
    dialect: Dialect,
    column: RegionColumn,
    region: Expr,
    options: &RegionOptions,
) -> Expr {
    let t = match dialect {
        Dialect::Postgres => POSTGRES,
        Dialect::Sqlite => SQLITE,
    };
    let (body, answer) = match column {
        RegionColumn::Ra => (t.circle, "{lon} * {degrees}"),
        RegionColumn::Dec => (t.circle, "{lat} * {degrees}"),
        RegionColumn::Fov => (t.circle, "angle * {degrees} * 2"),
        RegionColumn::Region => (t.text, "text"),
        RegionColumn::PgSpherePoint => (t.circle, "'(' || {lon} || ',' || {lat} || ')'"),
        RegionColumn::PgSpherePolygon => (SPHERICAL_POLYGON, "text"),
    };
    let only_polygons = !options.all_region_types && column != RegionColumn::PgSpherePolygon;
    let [no, yes] = t.booleans;
    let sql = format!("(WITH RECURSIVE\n{}{body}SELECT {answer} FROM answer)", t.front)
        .replace("{region}", t.region)
        .replace("{polygons}", if only_polygons { t.polygons } else { "" })
        .replace("{dali}", if options.winding == Winding::Dali { yes } else { no })
        .replace("{lon}", t.lon)
        .replace("{lat}", t.lat)
        .replace("{half_pi}", "1.5707963267948966")
        .replace("{two_pi}", "6.283185307179586")
        .replace("{degrees}", "57.29577951308232");
    Expr::cust_with_exprs(with_words(&sql, t.word), [region])
}

/// Fills in `{u64:place}`.
fn with_words(sql: &str, word: fn(&str) -> String) -> String {
    let mut pieces = sql.split("{u64:");
    let mut out = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let (place, rest) = piece.split_once('}').unwrap_or((piece, ""));
        out += &word(place);
        out += rest;
    }
    out
}

fn postgres_word(at: &str) -> String {
    let bytes = (1..8).map(|k| format!(" | (get_byte(b, {at} + {k})::bigint << {})", 8 * k));
    format!("(get_byte(b, {at})::bigint{})", bytes.collect::<String>())
}

/// A byte lies in two characters of six bits each.
fn sqlite_word(at: &str) -> String {
    let digit = |which| format!("instr(digits, substr(t, ({at} + d) * 4 / 3 + {which}, 1))");
    let (first, second) = (digit(1), digit(2));
    format!(
        "(SELECT sum((({first} * 64 - 65\n        + {second}) >> (4 - ({at} + d) % 3 * 2) & 255) << d * 8) FROM octet)"
    )
}
