//! Which of the rows that arrive are kept.
//!
//! In: conditions on places; data IDs that several collections have. Out: a test for each row: no earlier
//! collection has another dataset of the same data ID, and places are where they are sought, by the same
//! functions that ADQL has.

use crate::diag::{Diagnostic, Result};
use crate::functions::{Geometry, Point, Wrong};
use crate::lower::Recipe;
use crate::plan::RegionPart;
use crate::query::{Plain, Sought};
use crate::stream::decode::Keep;
use crate::stream::evaluate::Rows;
use crate::stream::hidden::Hidden;

/// A condition on a place, and how the place is found in a row.
#[derive(Debug, Clone)]
pub(super) struct Located {
    sought: Sought,
    longitude: Recipe,
    latitude: Option<Recipe>,
}

/// The conditions on places with the recipes of the places, which follow those of the result.
pub(super) fn located(rows: &Plain<'_>, recipes: &[Recipe]) -> Vec<Located> {
    let mut recipes = recipes.iter().skip(rows.columns.len()).cloned();
    let mut next = || recipes.next().unwrap_or(Recipe::Null);
    let sought = rows.sought.iter().cloned();
    sought
        .map(|sought| {
            let longitude = next();
            let latitude = sought.latitude.map(|_| next());
            Located { sought, longitude, latitude }
        })
        .collect()
}

/// The test for rows whose data IDs begin at the field `from`; `None` where all are kept.
pub(super) fn keep(places: Vec<Located>, mut hidden: Hidden, from: usize) -> Option<Keep> {
    if places.is_empty() && hidden.is_none() {
        return None;
    }
    let keep = move |rows: &Rows<'_>, row: usize| -> Result<bool> {
        if hidden.hides(rows, row, from) {
            return Ok(false);
        }
        for located in &places {
            if let Some(is_shown) = located.sought.is_shown() {
                let mut text = String::new();
                if rows.text(&located.longitude, row, &mut text) != is_shown {
                    return Ok(false);
                }
                continue;
            }
            let place = located
                .place(rows, row)
                .map_err(|wrong| Box::new(Diagnostic::error("Q117", format!("POINT: {wrong}"))))?;
            if !place.is_some_and(|place| located.sought.holds(&place)) {
                return Ok(false);
            }
        }
        Ok(true)
    };
    Some(Box::new(keep))
}

impl Located {
    /// The place in a row; `None` where it has none.
    fn place(&self, rows: &Rows<'_>, row: usize) -> Result<Option<Geometry>, Wrong> {
        let Some(latitude) = &self.latitude else {
            let Recipe::Region(field, RegionPart::Region) = self.longitude else { return Ok(None) };
            return Ok(rows.str(row, field).and_then(Geometry::of_region_column));
        };
        match (rows.float(&self.longitude, row), rows.float(latitude, row)) {
            (Some(lon), Some(lat)) => {
                Point::new(lon, lat).map(|point| Some(Geometry::Point(point)))
            }
            _ => Ok(None),
        }
    }
}
