//! Regions by the trixels that they overlap.
//!
//! In: covers of a query. Out: conditions that keep the rows whose region has a trixel of each cover, by
//! the tables in which Butler keeps the trixels of every region (`<element>_skypix_overlap`). Butler
//! fills them in the transaction that stores the region, so they are never behind it.

use std::collections::BTreeSet;

use sea_query::Expr;

use super::scalar::column;
use super::{Target, Wanted};
use crate::plan::{Branch, Cover, Join, LEVEL, On, RegionPart, Scalar};
use crate::resolve::service::{Native, ObsCore};

/// Dimension elements whose regions' trixels the registry keeps, all of them.
pub type Known = BTreeSet<String>;

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
            let Scalar::Region { alias, part: RegionPart::Region } = scalar else {
                if *scalar == Scalar::Null {
                    return None;
                }
                continue;
            };
            let Some(join) = branch.joins.iter().find(|join| join.alias == *alias) else {
                continue;
            };
            if !wanted.known.contains(&join.table) {
                continue;
            }
            let keys: Vec<(String, Expr)> =
                join.on.iter().map(|(own, on)| (own.clone(), self.key(join, own, on))).collect();
            sky.conditions.push(self.overlapping(&join.table, &keys, cover));
            sky.needs.push(scalar);
        }
        Some(sky)
    }

    /// The conditions of covers on one of Butler's own tables.
    pub(super) fn native_sky(&self, native: &Native, wanted: Wanted<'_>) -> Vec<Expr> {
        if !wanted.known.contains(&native.from) {
            return Vec::new();
        }
        let keys: Vec<(String, Expr)> =
            native.keys.iter().map(|key| (key.clone(), column(&native.alias, key))).collect();
        wanted.covers.iter().map(|cover| self.overlapping(&native.from, &keys, cover)).collect()
    }

    /// A key of the region's row: where the data ID has it, or in the row itself.
    fn key(&self, join: &Join, own: &str, on: &On) -> Expr {
        match on {
            On::Column { alias, column: name } => column(alias, name),
            On::LowestVisit { .. } => column(&join.alias, own),
        }
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

    /// Asks whether an element, by its key in its own table, has a region whose trixels are not kept.
    pub fn unkept(&self, element: &str, keys: &[String]) -> String {
        let same: Vec<String> = keys
            .iter()
            .map(|key| {
                let kept = if key == "id" { element } else { key };
                format!("o.{} = e.{}", self.dialect.name(kept), self.dialect.name(key))
            })
            .collect();
        format!(
            "SELECT 1 FROM {} AS e WHERE e.region IS NOT NULL AND NOT EXISTS (SELECT 1 FROM {} AS o \
             WHERE o.skypix_system = 'htm' AND o.skypix_level = {LEVEL} AND {}) LIMIT 1",
            self.table(element),
            self.table(&format!("{element}_skypix_overlap")),
            same.join(" AND "),
        )
    }
}
