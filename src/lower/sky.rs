//! Regions by the trixels that they overlap.
//!
//! In: covers of a query. Out: conditions that keep the rows whose region has a trixel of each cover, by
//! the tables in which Butler keeps the trixels of every region (`<element>_skypix_overlap`). Butler
//! fills them in the transaction that stores the region, so they are never behind it.

use std::collections::BTreeMap;

use sea_query::Expr;

use super::scalar::column;
use super::{Target, Wanted};
use crate::plan::{Branch, Cover, Join, LEVEL, On, Scalar};
use crate::resolve::service::{Native, ObsCore};

/// Dimension elements whose regions' trixels the registry keeps, all of them; with the columns of their
/// primary keys.
pub type Known = BTreeMap<String, Vec<String>>;

/// The conditions of a branch.
#[derive(Debug, Default)]
pub(super) struct Sky<'b> {
    /// All of them must hold.
    pub conditions: Vec<Expr>,
    /// The regions whose tables they look at.
    pub needs: Vec<&'b Scalar>,
}

impl Target {
    /// The conditions of covers on a branch; `None` where no row of it has a region, and so none has
    /// what the covers want.
    pub(super) fn sky<'b>(
        &self,
        branch: &'b Branch,
        obscore: &ObsCore,
        wanted: Wanted<'_>,
    ) -> Option<Sky<'b>> {
        let mut sky = Sky::default();
        for cover in wanted.covers {
            let at = obscore.columns.get(cover.column).copied()?;
            let scalar = branch.values.get(at)?;
            let alias = match scalar {
                Scalar::Null => return None,
                Scalar::Region { alias, .. } => alias,
                // A position stands in for regions that are not there.
                Scalar::Coalesce(parts) => match parts.first() {
                    Some(Scalar::Region { alias, .. }) if cover.centre => alias,
                    _ => continue,
                },
                _ => continue,
            };
            let Some(join) = branch.joins.iter().find(|join| join.alias == *alias) else {
                continue;
            };
            let Some(own) = wanted.known.get(&join.table) else { continue };
            let keys: Vec<(String, Expr)> =
                own.iter().map(|own| (own.clone(), self.key(join, own))).collect();
            let overlapping = self.overlapping(&join.table, &keys, cover);
            sky.conditions.push(match cover.centre {
                true => self.or_elsewhere(alias, &overlapping),
                false => overlapping,
            });
            sky.needs.push(scalar);
        }
        Some(sky)
    }

    /// The conditions of covers on one of Butler's own tables.
    pub(super) fn native_sky(&self, native: &Native, wanted: Wanted<'_>) -> Vec<Expr> {
        let Some(own) = wanted.known.get(&native.from) else { return Vec::new() };
        let keys: Vec<(String, Expr)> =
            own.iter().map(|key| (key.clone(), column(&native.alias, key))).collect();
        wanted.covers.iter().map(|cover| self.overlapping(&native.from, &keys, cover)).collect()
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
    fn overlapping(&self, element: &str, keys: &[(String, Expr)], cover: &Cover) -> Expr {
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
