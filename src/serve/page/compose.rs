//! From choices to a query.
//!
//! In: what was chosen from the page's lists. Out: ADQL that finds such datasets, for people to go on
//! with; or what cannot be meant.

use crate::catalog::Catalog;
use crate::diag::{Diagnostic, Result};
use crate::serve::parameters::Parameters;
use crate::time;

/// The lists: parameter and column, what people call it.
pub const LISTS: [(&str, &str); 5] = [
    ("obs_collection", "Collection"),
    ("dataproduct_subtype", "Kind of data"),
    ("calib_level", "Calibration level"),
    ("instrument_name", "Instrument"),
    ("em_filter_name", "Filter"),
];

/// Columns that people want to see first.
const SHOWN: [&str; 12] = [
    "obs_id",
    "dataproduct_subtype",
    "calib_level",
    "instrument_name",
    "em_filter_name",
    "lsst_detector",
    "t_min",
    "t_exptime",
    "s_ra",
    "s_dec",
    "access_url",
    "obs_publisher_did",
];

/// MJD of 1970-01-01.
const EPOCH: i64 = 40_587;

/// The query for what was chosen from the ObsCore table `table`.
///
/// # Errors
/// S011 for a position, radius or day that is none.
pub fn compose(catalog: &Catalog, table: &str, chosen: &Parameters) -> Result<String> {
    let Some((schema, known)) = catalog.table(table) else {
        return Err(Diagnostic::error("S011", format!("there is no table `{table}`")).into());
    };
    let has = |name: &&str| known.column(name).is_some();
    let value = |name: &'static str| -> Result<Option<String>> {
        let name = name.to_ascii_uppercase();
        let value = chosen.single(&name)?.map(str::trim).filter(|value| !value.is_empty());
        Ok(value.map(str::to_owned))
    };
    let mut conditions = Vec::new();
    for (name, _) in LISTS.iter().filter(|(name, _)| has(name)) {
        if let Some(value) = value(name)? {
            conditions.push(match *name {
                "calib_level" => format!("{name} = {}", integer(&value)?),
                _ => format!("{name} = '{}'", value.replace('\'', "''")),
            });
        }
    }
    if let Some(position) = value("position")? {
        let [ra, dec] = pair(&position)?;
        conditions.push(match value("radius")? {
            None => format!("1 = CONTAINS(POINT({ra}, {dec}), s_region)"),
            Some(text) => {
                let radius = within(&text, "radius", 0.0, 180.0)?;
                format!("1 = INTERSECTS(s_region, CIRCLE({ra}, {dec}, {radius}))")
            }
        });
    }
    if let Some(day) = value("from")? {
        conditions.push(format!("t_max >= {}", day_of(&day)?));
    }
    if let Some(day) = value("to")? {
        conditions.push(format!("t_min < {}", day_of(&day)? + 1));
    }
    let shown: Vec<&str> = SHOWN.into_iter().filter(has).collect();
    let mut adql = format!("SELECT {}\nFROM {}", shown.join(", "), known.qualified(schema));
    for (at, condition) in conditions.iter().enumerate() {
        adql.push_str(if at == 0 { "\nWHERE " } else { "\n  AND " });
        adql.push_str(condition);
    }
    Ok(adql)
}

fn wrong(message: String, help: &str) -> Box<Diagnostic> {
    Box::new(Diagnostic::error("S011", message).help(help.to_owned()))
}

fn integer(text: &str) -> Result<i64> {
    text.parse().map_err(|_| wrong(format!("`{text}` is no calibration level"), "0 to 4"))
}

fn within(text: &str, what: &str, least: f64, most: f64) -> Result<f64> {
    let number: Option<f64> = text.parse().ok();
    number.filter(|number| (least..=most).contains(number)).ok_or_else(|| {
        wrong(format!("`{text}` is no {what}"), &format!("degrees from {least} to {most}"))
    })
}

fn pair(text: &str) -> Result<[f64; 2]> {
    let numbers: Vec<&str> =
        text.split([' ', ',', '\t']).filter(|number| !number.is_empty()).collect();
    let [ra, dec] = numbers.as_slice() else {
        let help = "right ascension and declination in degrees, as `40.1 -34.4`";
        return Err(wrong(format!("`{text}` is no position"), help));
    };
    Ok([within(ra, "right ascension", 0.0, 360.0)?, within(dec, "declination", -90.0, 90.0)?])
}

fn day_of(text: &str) -> Result<i64> {
    let help = "a day of UTC, as `2025-05-31`";
    let day = time::parse_clock(text).filter(|_| text.len() == 10);
    let (day, _) = day.ok_or_else(|| wrong(format!("`{text}` is no day"), help))?;
    Ok(day + EPOCH)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::float_cmp)]
    use super::*;

    #[test]
    fn days_and_positions() {
        assert_eq!(day_of("2025-03-26").unwrap(), 60760);
        assert!(day_of("yesterday").is_err() && day_of("2025-03-26T00:00").is_err());
        assert_eq!(pair("40.5, -34.4").unwrap(), [40.5, -34.4]);
        assert!(pair("40").is_err() && pair("400 0").is_err() && pair("nan 0").is_err());
    }
}
