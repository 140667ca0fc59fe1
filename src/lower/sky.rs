//! Regions by the trixels that they overlap.
//!
//! In: covers of a query. Out: conditions that keep the rows whose region has a trixel of each cover, by
//! the tables in which Butler keeps the trixels of every region (`<element>_skypix_overlap`). Butler
//! fills them in the transaction that stores the region, so they are never behind it.

use std::collections::BTreeMap;

use sea_query::Expr;

use super::Target;
use super::invert::{Condition, Inverted};
use super::scalar::column;
use crate::geom::{LonLat, to_degrees};
use crate::plan::{Branch, Cover, Join, LEVEL, On, Scalar, Test};
use crate::resolve::service::{Native, ObsCore};

/// Dimension elements whose regions' trixels the registry keeps, all of them.
pub type Known = BTreeMap<String, Kept>;

/// A dimension element whose regions' trixels the registry keeps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// The columns of its primary key.
    pub keys: Vec<String>,
    /// Whether all regions are known to be convex polygons, whose centres are inside of them.
    pub is_convex: bool,
}

/// A cover on a branch.
#[derive(Debug, Clone)]
pub(super) struct Sky<'b> {
    /// The cover.
    pub cover: &'b Cover,
    /// The table of the region.
    pub join: &'b Join,
    /// Its key.
    pub keys: Vec<String>,
    /// Whether all its regions are convex polygons.
    pub is_convex: bool,
    /// A condition on the position that stands in for a region that is not there.
    pub stand_in: Option<Condition>,
    /// What holds where a region overlaps the cover, or a position stands in for it.
    pub overlapping: Expr,
}

impl Target {
    /// The covers on a branch, as far as the trixels of its regions are known; `None` where no row of it has
    /// a region, and so none has what the covers want.
    pub(super) fn sky<'b>(
        &self,
        branch: &'b Branch,
        obscore: &ObsCore,
        covers: &'b [Cover],
        known: &Known,
    ) -> Option<Vec<Sky<'b>>> {
        let scalar = |at: usize| branch.values.get(obscore.columns.get(at).copied()?);
        let mut sky = Vec::new();
        for cover in covers {
            let (alias, stands_in) = match scalar(cover.column)? {
                Scalar::Null => return None,
                Scalar::Region { alias, .. } => (alias, false),
                // A position stands in for regions that are not there.
                Scalar::Coalesce(parts) => match parts.first() {
                    Some(Scalar::Region { alias, .. }) if cover.latitude.is_some() => (alias, true),
                    _ => continue,
                },
                _ => continue,
            };
            let Some(join) = branch.joins.iter().find(|join| join.alias == *alias) else {
                continue;
            };
            let Some(kept) = known.get(&join.table) else { continue };
            let keys: Vec<(String, Expr)> =
                kept.keys.iter().map(|own| (own.clone(), self.key(join, own))).collect();
            let overlapping = self.overlapping(&join.table, &keys, cover);
            let stand_in = match cover.latitude.and_then(scalar) {
                Some(Scalar::Coalesce(parts)) => self.latitudes(parts.get(1..)?, cover),
                _ => None,
            };
            // What cannot be looked up is tested row by row.
            let is_convex = kept.is_convex && stands_in == stand_in.is_some();
            let overlapping = match cover.latitude {
                Some(_) => self.or_elsewhere(alias, &overlapping),
                None => overlapping,
            };
            let keys = kept.keys.clone();
            sky.push(Sky { cover, join, keys, is_convex, stand_in, overlapping });
        }
        Some(sky)
    }

    /// The condition that a position is as far north or south as the shape.
    fn latitudes(&self, parts: &[Scalar], cover: &Cover) -> Option<Condition> {
        /// Wider than rounding, in degrees.
        const MARGIN: f64 = 1e-6;
        let [latitude] = parts else { return None };
        let circle = cover.shape.bounding_circle()?;
        let centre = to_degrees(LonLat::from(circle.center).lat);
        let radius = to_degrees(circle.opening_angle) + MARGIN;
        let test = Test::Within { low: centre - radius, high: centre + radius };
        match self.inverted(latitude, &test) {
            Inverted::Only(condition) => Some(condition),
            _ => None,
        }
    }

    /// The conditions of covers on one of Butler's own tables.
    pub(super) fn native_sky(&self, native: &Native, covers: &[Cover], known: &Known) -> Vec<Expr> {
        let Some(kept) = known.get(&native.from) else { return Vec::new() };
        let keys: Vec<(String, Expr)> =
            kept.keys.iter().map(|key| (key.clone(), column(&native.alias, key))).collect();
        covers.iter().map(|cover| self.overlapping(&native.from, &keys, cover)).collect()
    }

    /// A key of the region's row: where the data ID has it, or in the row itself.
    fn key(&self, join: &Join, own: &str) -> Expr {
        match join.on.iter().find(|(name, _)| name == own) {
            Some((_, On::Column { alias, column: name })) => column(alias, name),
            _ => column(&join.alias, own),
        }
    }

    /// Whether that holds, or the centre may be outside of the region: of a convex polygon (whose encoding
    /// begins with that letter) it is inside, of other regions and of none it need not be.
    fn or_elsewhere(&self, alias: &str, overlapping: &Expr) -> Expr {
        let region = column(alias, "region");
        self.dialect
            .fill("({0} OR {1} IS NULL OR substr({1}, 1, 1) <> 'c')", &[overlapping, &region])
    }

    /// Whether the region of an element's row, by its key, overlaps a trixel of the cover.
    pub(super) fn overlapping(
        &self,
        element: &str,
        keys: &[(String, Expr)],
        cover: &Cover,
    ) -> Expr {
        let own: Vec<String> = keys.iter().map(|(_, key)| self.dialect.text(key)).collect();
        // The element's own key is called by the element's name in the table of overlaps.
        let names: Vec<String> = keys
            .iter()
            .map(|(name, _)| if name == "id" { element } else { name })
            .map(|name| format!("o.{}", self.dialect.name(name)))
            .collect();
        let ranges: Vec<String> = cover
            .ranges
            .iter()
            .map(|(first, last)| match first == last {
                true => format!("o.skypix_index = {first}"),
                false => format!("o.skypix_index BETWEEN {first} AND {last}"),
            })
            .collect();
        let ranges = if ranges.is_empty() { "1 = 0".to_owned() } else { ranges.join(" OR ") };
        Expr::cust(format!(
            "({own}) IN (\n    SELECT {names}\n    FROM {table} AS o\n    WHERE o.skypix_system = 'htm' \
             AND o.skypix_level = {LEVEL}\n      AND ({ranges})\n  )",
            own = own.join(", "),
            names = names.join(", "),
            table = self.table(&format!("{element}_skypix_overlap")),
        ))
    }

    /// Asks for a region of an element that is no convex polygon.
    pub fn unusual(&self, element: &str) -> String {
        format!(
            "SELECT 1 FROM {} AS e WHERE substr(e.region, 1, 1) <> 'c' LIMIT 1",
            self.table(element)
        )
    }

    /// Asks for regions of an element, by its key in its own table, whose trixels are not kept; a few are
    /// enough.
    pub fn unkept(&self, element: &str, keys: &[String]) -> String {
        let same: Vec<String> = keys
            .iter()
            .map(|key| {
                let kept = if key == "id" { element } else { key };
                format!("o.{} = e.{}", self.dialect.name(kept), self.dialect.name(key))
            })
            .collect();
        format!(
            "SELECT e.region FROM {} AS e WHERE e.region IS NOT NULL AND NOT EXISTS (SELECT 1 FROM {} AS o \
             WHERE o.skypix_system = 'htm' AND o.skypix_level = {LEVEL} AND {}) LIMIT 1000",
            self.table(element),
            self.table(&format!("{element}_skypix_overlap")),
            same.join(" AND "),
        )
    }
}
