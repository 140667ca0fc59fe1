//! Datasets that belong together, as far as the registry knows.
//!
//! In: a dataset. Out: published datasets of other types that were made from the same exposure or visit (and
//! detector), or of the same patch; and images that a coadd overlaps, or coadds that an image does, in a band in
//! common. Which was made from which is told by their levels of calibration.

use serde_json::Value;

use super::find::dataset;
use super::tree::{among, literal, meets};
use super::{Dataset, Datasets, Shelf, shelf::DatasetType};
use crate::adql::{Comparator, Condition, Expression};
use crate::diag::Result;
use crate::resolve::service::own_name;

/// How a dataset belongs to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Relation {
    /// The other was made from it.
    Progenitor,
    /// It was made from the other.
    Derivation,
    /// Both were made from the same.
    Coderived,
}

/// A dataset that belongs to another.
#[derive(Debug, Clone, PartialEq)]
pub struct Related {
    /// It.
    pub dataset: Dataset,
    /// How.
    pub relation: Relation,
    /// Whether it only shares a place on the sky, and a band.
    pub by_overlap: bool,
}

/// Related datasets of one dataset.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AllRelated {
    /// Some of them.
    pub some: Vec<Related>,
    /// Dataset types of which there are more.
    pub more: Vec<String>,
}

impl Datasets {
    /// The datasets that belong to one, at most `most` of each dataset type.
    ///
    /// # Errors
    /// Those of queries.
    pub async fn related(&self, to: &Dataset, most: u64) -> Result<AllRelated> {
        let mut all = AllRelated::default();
        let Some(shelf) = self.shelves.get(to.shelf) else { return Ok(all) };
        let Some(own) = shelf.dataset_types.iter().find(|one| one.name == to.dataset_type) else {
            return Ok(all);
        };
        let exposures = self.exposures_and_visits(shelf, own, to).await?;
        for other in &shelf.dataset_types {
            let (filter, by_overlap) = match alike(own, other, to, &exposures) {
                Some(filter) => (filter, false),
                None => match overlapping(own, other, to, &exposures) {
                    Some(filter) => (filter, true),
                    None => continue,
                },
            };
            let of_type = among(&own_name("dataset_type"), [Expression::text(other.name.as_str())]);
            let filter = Condition::all([of_type].into_iter().chain(filter).collect());
            let table = (shelf.schema.as_str(), shelf.name.as_str());
            // The dataset itself may be one of them.
            let (rows, left) =
                self.rows(table, &shelf.columns, filter, most.saturating_add(1)).await?;
            let found = rows.into_iter().filter_map(|row| dataset(to.shelf, shelf, row));
            let mut found: Vec<Dataset> = found.filter(|one| one.id != to.id).collect();
            let most = usize::try_from(most).unwrap_or(usize::MAX);
            if left || found.len() > most {
                all.more.push(other.name.clone());
            }
            found.truncate(most);
            let relation = match (other.level, own.level) {
                (Some(other), Some(own)) if other < own => Relation::Progenitor,
                (Some(other), Some(own)) if other > own => Relation::Derivation,
                _ => Relation::Coderived,
            };
            all.some.extend(found.into_iter().map(|dataset| Related {
                dataset,
                relation,
                by_overlap,
            }));
        }
        Ok(all)
    }

    /// The visits that a dataset's exposure is part of, or the exposures of its visit.
    async fn exposures_and_visits(
        &self,
        shelf: &Shelf,
        own: &DatasetType,
        to: &Dataset,
    ) -> Result<Vec<Value>> {
        let (from, other) = match (has(own, "exposure"), has(own, "visit")) {
            (true, false) => ("exposure", "visit"),
            (false, true) => ("visit", "exposure"),
            _ => return Ok(Vec::new()),
        };
        let same = ["instrument", from]
            .into_iter()
            .filter_map(|name| Some(among(name, [literal(to.dimension(name)?)])));
        let filter = Condition::all(same.collect());
        let columns = [other.to_owned()];
        let table = (shelf.natives.as_str(), "visit_definition");
        let (rows, _) = self.rows(table, &columns, filter, SNAPS).await?;
        Ok(rows.into_iter().filter_map(|mut row| row.remove(other)).collect())
    }
}

/// Exposures of a visit, and visits of an exposure, that are looked at.
const SNAPS: u64 = 1000;

fn has(kind: &DatasetType, dimension: &str) -> bool {
    kind.required.iter().any(|name| name == dimension)
}

/// What the data IDs of another dataset type must be to be about the same exposure, visit or patch; `None` where they
/// cannot. `linked` are the visits of the exposure, or the other way round.
fn alike(
    own: &DatasetType,
    other: &DatasetType,
    to: &Dataset,
    linked: &[Value],
) -> Option<Vec<Condition>> {
    let is_about = |kind: &DatasetType| {
        has(kind, "exposure") || has(kind, "visit") || (has(kind, "tract") && has(kind, "patch"))
    };
    if !is_about(own) || !is_about(other) {
        return None;
    }
    let mut conditions = Vec::new();
    for name in &other.required {
        let wanted = match to.dimension(name) {
            Some(value) => vec![literal(value)],
            None if ["exposure", "visit"].contains(&name.as_str()) => {
                linked.iter().map(literal).collect()
            }
            // Of another band, or with more details than this.
            None => return None,
        };
        if wanted.is_empty() {
            return None;
        }
        conditions.push(among(&own_name(name), wanted));
    }
    Some(conditions)
}

/// What another dataset type must be to show the same place in the same band, where one of both is of a patch. What
/// is in both data IDs must be the same: a warp has images of its own visit, and coadds of its own patch.
fn overlapping(
    own: &DatasetType,
    other: &DatasetType,
    to: &Dataset,
    linked: &[Value],
) -> Option<Vec<Condition>> {
    let is_coadd = |kind: &DatasetType| has(kind, "tract");
    let is_image = |kind: &DatasetType| has(kind, "exposure") || has(kind, "visit");
    let fits = (is_coadd(own) && is_image(other)) || (is_image(own) && is_coadd(other));
    let (low, high) = (to.number("em_min")?, to.number("em_max")?);
    let meets = meets(to.text("s_region")?)?;
    let compare = |column: &str, comparator, value| {
        Condition::compare(Expression::column(column), comparator, Expression::number(value))
    };
    let shared = other.required.iter().filter_map(|name| {
        let wanted: Vec<Expression> = match to.dimension(name) {
            Some(value) => vec![literal(value)],
            None if ["exposure", "visit"].contains(&name.as_str()) => {
                linked.iter().map(literal).collect()
            }
            None => Vec::new(),
        };
        (!wanted.is_empty()).then(|| among(&own_name(name), wanted))
    });
    fits.then(|| {
        let overlap = [
            meets,
            compare("em_min", Comparator::Less, high),
            compare("em_max", Comparator::Greater, low),
        ];
        overlap.into_iter().chain(shared).collect()
    })
}
