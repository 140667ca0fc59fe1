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
use crate::obscore::ColumnType;
use crate::plan::{Branch, Cover, Join, LEVEL, On, RANGES, Scalar, Test};
use crate::resolve::service::{Native, ObsCore};
use crate::sql::Parameters;

/// Dimension elements whose regions' trixels the registry keeps, all of them.
pub type Known = BTreeMap<String, Kept>;

/// A dimension element whose regions' trixels the registry keeps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// The columns of its primary key.
    pub keys: Vec<String>,
    /// The function of an index on the boxes of its regions, in SQL.
    pub bounds: Option<String>,
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
    /// The function of an index on the boxes of its regions, in SQL.
    pub bounds: Option<String>,
    /// Whether all rows are found by their regions, or by the position that stands in for them.
    pub is_whole: bool,
    /// The position that stands in for a region that is not there.
    pub stand_in: Option<StandIn>,
    /// What holds where a region overlaps the cover, or a position stands in for it.
    pub overlap: Overlap,
}

/// A position that stands in for a region.
#[derive(Debug, Clone)]
pub(super) struct StandIn {
    /// What holds where it is as far north or south as a shape.
    pub condition: Condition,
    /// Its longitude and latitude in degrees, in SQL, where its table has them as they are.
    pub position: Option<(String, String)>,
}

/// Regions of an element that overlap a trixel of a cover.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Overlap {
    /// The element.
    element: String,
    /// Columns of its key, and what they equal in SQL.
    keys: Vec<(String, String)>,
    cover: Cover,
    /// The region in SQL, where a centre need not be inside of it.
    elsewhere: Option<String>,
}

/// Regions at most that [`Target::unkept`] asks for.
pub const UNKEPT: usize = 1_000;
/// Trixels are told one by one up to so many; a few ranges of more are written down.
const SINGLE: u64 = 1_000;

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
            let keys = kept.keys.iter().map(|own| (own.clone(), self.key(join, own)));
            let mut overlap = self.overlap(&join.table, keys, cover);
            if cover.latitude.is_some() {
                overlap.elsewhere = Some(self.dialect.text(&column(alias, "region")));
            }
            let stand_in = self.stand_in(cover, &scalar);
            // What cannot be looked up is tested row by row.
            let is_whole = stands_in == stand_in.is_some();
            let Kept { keys, bounds } = kept.clone();
            sky.push(Sky { cover, join, keys, bounds, is_whole, stand_in, overlap });
        }
        Some(sky)
    }

    /// The position that stands in for the region of a cover on centres.
    fn stand_in<'b>(
        &self,
        cover: &Cover,
        scalar: &impl Fn(usize) -> Option<&'b Scalar>,
    ) -> Option<StandIn> {
        let rest = |at: usize| match scalar(at)? {
            Scalar::Coalesce(parts) => match parts.get(1..)? {
                [rest] => Some(rest),
                _ => None,
            },
            _ => None,
        };
        let (lon, lat) = (rest(cover.column), rest(cover.latitude?)?);
        let condition = self.latitudes(lat, cover)?;
        let own = condition.only_alias();
        let plain = |scalar: &Scalar| match scalar {
            Scalar::Column { alias, .. } if own == Some(alias.as_str()) => {
                Some(self.dialect.text(&self.value(scalar, ColumnType::Double)))
            }
            _ => None,
        };
        let position = lon.and_then(plain).zip(plain(lat));
        Some(StandIn { condition, position })
    }

    /// The condition that a position is as far north or south as the shapes.
    fn latitudes(&self, latitude: &Scalar, cover: &Cover) -> Option<Condition> {
        /// Wider than rounding, in degrees.
        const MARGIN: f64 = 1e-6;
        let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
        for shape in cover.shapes.regions() {
            let circle = shape.bounding_circle()?;
            let centre = to_degrees(LonLat::from(circle.center).lat);
            let radius = to_degrees(circle.opening_angle) + MARGIN;
            (low, high) = (low.min(centre - radius), high.max(centre + radius));
        }
        if low > high {
            // Nothing is there.
            (low, high) = (0.0, 0.0);
        }
        match self.inverted(latitude, &Test::Within { low, high }) {
            Inverted::Only(condition) => Some(condition),
            _ => None,
        }
    }

    /// The conditions of covers on one of Butler's own tables.
    pub(super) fn native_sky(
        &self,
        native: &Native,
        covers: &[Cover],
        known: &Known,
        parameters: &mut Parameters,
    ) -> Vec<String> {
        let Some(kept) = known.get(&native.from) else { return Vec::new() };
        let mut texts = Vec::new();
        for cover in covers {
            let keys = kept.keys.iter().map(|key| (key.clone(), column(&native.alias, key)));
            let overlap = self.overlap(&native.from, keys, cover);
            texts.push(self.overlapping(&overlap, parameters));
        }
        texts
    }

    /// A key of the region's row: where the data ID has it, or in the row itself.
    fn key(&self, join: &Join, own: &str) -> Expr {
        match join.on.iter().find(|(name, _)| name == own) {
            Some((_, On::Column { alias, column: name })) => column(alias, name),
            _ => column(&join.alias, own),
        }
    }

    /// Regions of an element, by their keys, that overlap a trixel of a cover.
    pub(super) fn overlap(
        &self,
        element: &str,
        keys: impl Iterator<Item = (String, Expr)>,
        cover: &Cover,
    ) -> Overlap {
        let keys = keys.map(|(name, key)| (name, self.dialect.text(&key))).collect();
        let (element, cover) = (element.to_owned(), cover.clone());
        Overlap { element, keys, cover, elsewhere: None }
    }

    /// Whether a region overlaps a trixel of the cover.
    pub(super) fn overlapping(&self, overlap: &Overlap, parameters: &mut Parameters) -> String {
        let Overlap { element, keys, cover, elsewhere } = overlap;
        let own: Vec<&str> = keys.iter().map(|(_, key)| key.as_str()).collect();
        // The element's own key is called by the element's name in the table of overlaps.
        let names: Vec<String> = keys
            .iter()
            .map(|(name, _)| if name == "id" { element } else { name })
            .map(|name| format!("o.{}", self.dialect.name(name)))
            .collect();
        let condition = format!(
            "({own}) IN (\n    SELECT {names}\n    FROM {table} AS o\n    WHERE o.skypix_system = 'htm' \
             AND o.skypix_level = {LEVEL}\n      AND {trixels}\n  )",
            own = own.join(", "),
            names = names.join(", "),
            table = self.table(&format!("{element}_skypix_overlap")),
            trixels = self.trixels(cover, parameters),
        );
        // Inside of a convex polygon (whose encoding begins with that letter) is its centre, of other regions
        // and of none it need not be.
        match elsewhere {
            Some(region) => {
                format!("({condition} OR {region} IS NULL OR substr({region}, 1, 1) <> 'c')")
            }
            None => condition,
        }
    }

    /// Whether a row of a table of overlaps has a trixel of the cover.
    fn trixels(&self, cover: &Cover, parameters: &mut Parameters) -> String {
        if cover.trixels() <= SINGLE || cover.ranges.len() > RANGES {
            let trixels = cover.ranges.iter().flat_map(|(first, last)| *first..=*last);
            return self.dialect.one_of("o.skypix_index", trixels, parameters);
        }
        let ranges = cover.ranges.iter();
        let ranges: Vec<String> = ranges
            .map(|(first, last)| format!("o.skypix_index BETWEEN {first} AND {last}"))
            .collect();
        format!("({})", ranges.join(" OR "))
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
             WHERE o.skypix_system = 'htm' AND o.skypix_level = {LEVEL} AND {}) LIMIT {UNKEPT}",
            self.table(element),
            self.table(&format!("{element}_skypix_overlap")),
            same.join(" AND "),
        )
    }
}
