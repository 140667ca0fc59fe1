//! What every service offers: functions, formats, first queries.

use super::vosi::{Example, Function, OutputFormat};
use crate::catalog::Catalog;
use crate::stream::answer::OFFERS;

/// Form, description.
const FUNCTIONS: &[(&str, &str)] = &[
    (
        "ivo_healpix_index(hpxOrder INTEGER, long REAL, lat REAL) -> BIGINT",
        "Number of the HEALPix pixel of that order, in NESTED order, around a position in degrees",
    ),
    (
        "ivo_healpix_index(hpxOrder INTEGER, p POINT) -> BIGINT",
        "Number of the HEALPix pixel of that order, in NESTED order, around a point",
    ),
    (
        "ivo_healpix_center(hpxOrder INTEGER, hpxIndex BIGINT) -> POINT",
        "Centre of a HEALPix pixel in NESTED order",
    ),
    (
        "ivo_string_agg(expression TEXT, delimiter TEXT) -> TEXT",
        "The texts of a group, one after the other, with the delimiter between them",
    ),
    (
        "ivo_hasword(haystack TEXT, needle TEXT) -> INTEGER",
        "1 if all words of needle are in haystack, whatever their case; otherwise 0",
    ),
    (
        "ivo_hashlist_has(hashlist TEXT, item TEXT) -> INTEGER",
        "1 if item is in a list with # between its members; otherwise 0",
    ),
    (
        "ivo_nocasematch(value TEXT, pattern TEXT) -> INTEGER",
        "1 if the pattern, of % and _ as in LIKE, matches whatever the case; otherwise 0",
    ),
    (
        "ivo_interval_overlaps(l1 REAL, h1 REAL, l2 REAL, h2 REAL) -> INTEGER",
        "1 if the intervals have a value in common; otherwise 0",
    ),
    ("ivo_to_jd(d TIMESTAMP) -> DOUBLE PRECISION", "Julian date of a timestamp"),
    ("ivo_to_mjd(d TIMESTAMP) -> DOUBLE PRECISION", "Modified Julian date of a timestamp"),
    (
        "ivo_histogram(val REAL, lower REAL, upper REAL, nbins INTEGER) -> BIGINT",
        "Array of the counts below, in each of nbins bins, and above",
    ),
    ("ivo_hms_to_degrees(hms TEXT) -> REAL", "Degrees of a sexagesimal right ascension"),
    ("ivo_dms_to_degrees(dms TEXT) -> REAL", "Degrees of a sexagesimal declination"),
    (
        "ivo_epoch_prop_pos(ra REAL, dec REAL, parallax REAL, pmra REAL, pmdec REAL, \
         radial_velocity REAL, ref_epoch REAL, out_epoch REAL) -> POINT",
        "Position of a star at another epoch",
    ),
    (
        "ivo_geom_transform(from_sys TEXT, to_sys TEXT, geo POINT) -> POINT",
        "A geometry in another frame: ICRS, FK5, FK4, GALACTIC, ECLIPTIC",
    ),
    ("ivo_normal_random(mu REAL, sigma REAL) -> REAL", "A random number of a normal distribution"),
];

/// The user-defined functions.
pub fn functions() -> Vec<Function> {
    let one = |(form, description): &(&str, &str)| Function {
        form: (*form).to_owned(),
        description: (*description).to_owned(),
    };
    FUNCTIONS.iter().map(one).collect()
}

/// The formats; the first is the default.
pub fn formats() -> Vec<OutputFormat> {
    OFFERS
        .iter()
        .map(|offer| OutputFormat {
            media_type: offer.mime.to_owned(),
            aliases: offer.aliases.iter().map(|alias| (*alias).to_owned()).collect(),
            identifier: offer.ivo_id.unwrap_or_default().to_owned(),
        })
        .collect()
}

/// Identifier, title, what it shows, query, tables. With the argument of coordinate systems that ADQL 2.0
/// needs, for clients that know no later version.
const EXAMPLES: &[(&str, &str, &str, &str, &[&str])] = &[
    (
        "what-is-here",
        "What is here",
        "Kinds of data products, by instrument and calibration level, with their number and time.",
        "SELECT dataproduct_subtype, calib_level, instrument_name, COUNT(*) AS datasets,\n  \
         MIN(t_min) AS first_mjd, MAX(t_max) AS last_mjd\nFROM ivoa.ObsCore\n\
         GROUP BY dataproduct_subtype, calib_level, instrument_name\n\
         ORDER BY calib_level, datasets DESC",
        &["ivoa.ObsCore"],
    ),
    (
        "newest",
        "The newest images",
        "What was observed last.",
        "SELECT TOP 20 obs_id, instrument_name, em_filter_name, t_min, t_exptime, s_ra, s_dec\n\
         FROM ivoa.ObsCore\nWHERE t_min IS NOT NULL\nORDER BY t_min DESC",
        &["ivoa.ObsCore"],
    ),
    (
        "images-of-a-position",
        "Images of a position",
        "Datasets whose region holds a position.",
        "SELECT TOP 100 obs_id, dataproduct_subtype, em_filter_name, t_min, s_region, access_url\n\
         FROM ivoa.ObsCore\nWHERE 1 = CONTAINS(POINT('ICRS', 40, -34.4), s_region)",
        &["ivoa.ObsCore"],
    ),
    (
        "around-a-position",
        "Around a position",
        "Datasets that share a part of the sky with a circle of half a degree.",
        "SELECT TOP 100 obs_id, dataproduct_subtype, em_filter_name, s_ra, s_dec\n\
         FROM ivoa.ObsCore\nWHERE 1 = INTERSECTS(s_region, CIRCLE('ICRS', 40, -34.4, 0.5))",
        &["ivoa.ObsCore"],
    ),
    (
        "exposures-of-a-night",
        "Exposures, night by night",
        "Number and time of the exposures of each night, from Butler's own table.",
        "SELECT TOP 50 instrument, day_obs, COUNT(*) AS exposures, SUM(exposure_time) AS seconds\n\
         FROM butler.exposure\nGROUP BY instrument, day_obs\nORDER BY day_obs DESC",
        &["butler.exposure"],
    ),
    (
        "tables",
        "All tables",
        "What can be queried.",
        "SELECT table_name, description\nFROM TAP_SCHEMA.tables\nORDER BY table_name",
        &["TAP_SCHEMA.tables"],
    ),
];

/// Queries to begin with, of those tables and columns that are there.
pub fn examples(catalog: &Catalog) -> Vec<Example> {
    let fits = |(_, _, _, query, tables): &&(&str, &str, &str, &str, &[&str])| {
        tables.iter().all(|name| {
            catalog.table(name).is_some_and(|(_, table)| {
                let needed = ["em_filter_name", "day_obs", "exposure_time", "dataproduct_subtype"];
                needed
                    .iter()
                    .filter(|column| query.contains(**column))
                    .all(|column| table.column(column).is_some())
            })
        })
    };
    EXAMPLES
        .iter()
        .filter(fits)
        .map(|(id, name, description, query, tables)| Example {
            id: (*id).to_owned(),
            name: (*name).to_owned(),
            description: (*description).to_owned(),
            query: (*query).to_owned(),
            tables: tables.iter().map(|table| (*table).to_owned()).collect(),
        })
        .collect()
}
