//! temp
#![allow(missing_docs)]
pub use crate::region::RegionOptions;
use crate::sql::Dialect;
use sea_query::Expr;
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Strategy {
    Functions,
    Inline,
}
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RegionColumn {
    Ra,
    Dec,
    Fov,
    Region,
    PgSpherePolygon,
    PgSpherePoint,
}
pub fn column(
    dialect: Dialect,
    _s: Strategy,
    column: RegionColumn,
    region: Expr,
    _schema: Option<&str>,
    _o: &RegionOptions,
) -> Expr {
    match column {
        RegionColumn::Region => region,
        _ => dialect.fill("CASE WHEN {0} IS NOT NULL THEN 1.5 END", &[&region]),
    }
}
pub fn prelude(_d: Dialect, _s: Strategy, _schema: Option<&str>) -> Vec<(String, String)> {
    vec![]
}
