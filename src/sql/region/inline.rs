//! The strategy `inline`: queries that decode a region with what the database has.
//!
//! In: an expression for the region column, which stands once in the result. Out: a correlated
//! scalar subquery of common table expressions from `sql/inline`, with constants filled in.

use sea_query::Expr;

use super::RegionColumn;
use crate::region::{RegionOptions, Winding};
use crate::sql::Dialect;

const SQLITE_FRONT: &str = include_str!("../../../sql/inline/sqlite_front.sql");
const SQLITE_CIRCLE: &str = include_str!("../../../sql/inline/sqlite_circle.sql");
const SQLITE_TEXT: &str = include_str!("../../../sql/inline/sqlite_text.sql");

const RADIANS_RA: &str =
    "iif(x = 0 AND y = 0, 0.0, atan2(y, x) + iif(atan2(y, x) < 0, {two_pi}, 0))";
const RADIANS_DEC: &str = "iif(z = 0, 0.0, atan2(z, sqrt(x * x + y * y)))";

pub(super) fn expression(
    dialect: Dialect,
    column: RegionColumn,
    region: Expr,
    options: &RegionOptions,
) -> Expr {
    let (body, answer) = match column {
        RegionColumn::Ra => (SQLITE_CIRCLE, format!("{RADIANS_RA} * {{degrees}}")),
        RegionColumn::Dec => (SQLITE_CIRCLE, format!("{RADIANS_DEC} * {{degrees}}")),
        RegionColumn::Fov => (SQLITE_CIRCLE, "angle * {degrees} * 2".to_owned()),
        _ => (SQLITE_TEXT, "text".to_owned()),
    };
    let _ = dialect;
    let dali = if options.winding == Winding::Dali { "1" } else { "0" };
    let sql = format!("(WITH RECURSIVE\n{SQLITE_FRONT}{body}SELECT {answer} FROM answer)")
        .replace("{region}", "?")
        .replace("{dali}", dali)
        .replace("{unit}", "2305843009213693952.0")
        .replace("{half_pi}", "1.5707963267948966")
        .replace("{two_pi}", "6.283185307179586")
        .replace("{degrees}", "57.29577951308232")
        .replace("{digits}", "'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'");
    Expr::cust_with_exprs(sql, [region])
}
