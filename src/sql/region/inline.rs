//! The strategy `inline`.
use super::RegionColumn;
use crate::region::RegionOptions;
use crate::sql::Dialect;
use sea_query::Expr;
pub(super) fn expression(_d: Dialect, _c: RegionColumn, region: Expr, _o: &RegionOptions) -> Expr {
    region
}
