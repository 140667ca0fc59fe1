//! The region columns in SQL: three strategies that need no service.
//!
//! In: an expression for an element's `region` column. Out: a sea-query expression for each ObsCore
//! column, and the statements that install what it calls. `functions` calls functions that this
//! module installs in PostgreSQL, and that [`sqlite`] registers or a loadable extension brings to
//! SQLite; `inline` needs nothing but what the database has; `ingest` calls the functions when a region is
//! stored, and views read what they gave. `docs/regions.md` compares them.

mod inline;
mod install;
pub mod sqlite;

use sea_query::{Alias, Expr, ExprTrait, Func};
use serde::{Deserialize, Serialize};

use super::Dialect;
use crate::region::{RegionOptions, Winding};

pub use install::{function_names, prelude, sky_functions, sphere_function};

/// Where regions are decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Strategy {
    /// In functions that are installed beside the view.
    Functions,
    /// In the view itself.
    Inline,
    /// In triggers that keep side tables beside the view; elsewhere as [`Self::Functions`].
    Ingest,
}

/// A column made from a region.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RegionColumn {
    /// `s_ra`, degrees.
    Ra,
    /// `s_dec`, degrees.
    Dec,
    /// `s_fov`, degrees.
    Fov,
    /// `s_region`, STC-S text.
    Region,
    /// A pgSphere `spoly`, of convex polygons only; NULL in SQLite.
    PgSpherePolygon,
    /// A pgSphere `spoint`, the centre of the bounding circle; NULL in SQLite.
    PgSpherePoint,
}

impl RegionColumn {
    /// All columns.
    pub const ALL: [Self; 6] =
        [Self::Ra, Self::Dec, Self::Fov, Self::Region, Self::PgSpherePolygon, Self::PgSpherePoint];

    /// The pgSphere type, for columns that have one.
    fn pgsphere_type(self) -> Option<&'static str> {
        match self {
            Self::PgSpherePolygon => Some("spoly"),
            Self::PgSpherePoint => Some("spoint"),
            _ => None,
        }
    }
}

/// The expression of a column. `region` is evaluated once; NULL and corrupt text give NULL.
///
/// `schema` is where [`prelude`] has put the functions: `public` in PostgreSQL when `None`; SQLite
/// ignores it. pgSphere columns are cast to types of the extension, which must be there.
pub fn column(
    dialect: Dialect,
    strategy: Strategy,
    column: RegionColumn,
    region: Expr,
    schema: Option<&str>,
    options: &RegionOptions,
) -> Expr {
    let pgsphere = column.pgsphere_type();
    if dialect == Dialect::Sqlite && pgsphere.is_some() {
        return Expr::cust("NULL");
    }
    let value = match strategy {
        Strategy::Functions | Strategy::Ingest => call(dialect, column, region, schema, options),
        Strategy::Inline => inline::expression(dialect, column, region, options),
    };
    match pgsphere {
        Some(kind) => value.cast_as(Alias::new(kind)),
        None => value,
    }
}

fn call(
    dialect: Dialect,
    column: RegionColumn,
    region: Expr,
    schema: Option<&str>,
    options: &RegionOptions,
) -> Expr {
    let name = match column {
        RegionColumn::Ra => "obscore_s_ra",
        RegionColumn::Dec => "obscore_s_dec",
        RegionColumn::Fov => "obscore_s_fov",
        RegionColumn::Region => "obscore_s_region",
        RegionColumn::PgSpherePolygon => "obscore_spoly",
        RegionColumn::PgSpherePoint => "obscore_spoint",
    };
    let name = match dialect {
        Dialect::Postgres => format!("{}.{name}", install::quoted(schema)),
        Dialect::Sqlite => name.to_owned(),
    };
    let boolean = |value| match (dialect, value) {
        (Dialect::Postgres, true) => Expr::cust("TRUE"),
        (Dialect::Postgres, false) => Expr::cust("FALSE"),
        (Dialect::Sqlite, true) => Expr::cust("1"),
        (Dialect::Sqlite, false) => Expr::cust("0"),
    };
    let mut arguments = vec![region];
    if column != RegionColumn::PgSpherePolygon {
        arguments.push(boolean(options.all_region_types));
    }
    if column == RegionColumn::Region {
        arguments.push(boolean(options.winding == Winding::Dali));
    }
    Func::cust(Alias::new(name)).args(arguments).into()
}
