//! The IVOA's catalogue, but for geometry and aggregates.

use super::call::{Answer, Arguments, Function, Outcome, scalar};
use super::geometry::position;
use crate::functions::{
    Motion, Wrong, dms_to_degrees, epoch_prop_pos, hashlist_has, hasword, healpix_center,
    healpix_index, hms_to_degrees, ilike, interval_overlaps, to_jd, to_mjd,
};

pub(super) const FUNCTIONS: &[Function] = &[
    scalar(c"ivo_healpix_index", "ivo_healpix_index", &[3], |a| {
        Ok(healpix_index(a.integer(0)?, position(a, 1)?)?.into())
    }),
    scalar(c"ivo_healpix_index_at", "ivo_healpix_index", &[2], |a| {
        Ok(healpix_index(a.integer(0)?, a.point(1)?)?.into())
    }),
    scalar(c"ivo_healpix_center", "ivo_healpix_center", &[2], |a| {
        Ok(healpix_center(a.integer(0)?, a.integer(1)?)?.into())
    }),
    scalar(c"ivo_hasword", "ivo_hasword", &[2], |a| Ok(hasword(a.text(0)?, a.text(1)?).into())),
    scalar(c"ivo_hashlist_has", "ivo_hashlist_has", &[2], |a| {
        Ok(hashlist_has(a.text(0)?, a.text(1)?).into())
    }),
    scalar(c"ivo_nocasematch", "ivo_nocasematch", &[2], |a| {
        Ok(ilike(a.text(0)?, a.text(1)?).into())
    }),
    scalar(c"ivo_interval_overlaps", "ivo_interval_overlaps", &[4], |a| {
        let one = (a.number(0)?, a.number(1)?);
        Ok(interval_overlaps(one, (a.number(2)?, a.number(3)?)).into())
    }),
    scalar(c"ivo_to_jd", "ivo_to_jd", &[1], |a| Ok(to_jd(a.text(0)?)?.into())),
    scalar(c"ivo_to_mjd", "ivo_to_mjd", &[1], |a| Ok(to_mjd(a.text(0)?)?.into())),
    scalar(c"ivo_hms_to_degrees", "ivo_hms_to_degrees", &[1], |a| {
        Ok(hms_to_degrees(a.text(0)?).into())
    }),
    scalar(c"ivo_dms_to_degrees", "ivo_dms_to_degrees", &[1], |a| {
        Ok(dms_to_degrees(a.text(0)?).into())
    }),
    scalar(c"ivo_epoch_prop_pos", "ivo_epoch_prop_pos", &[8], at_epoch).with_nulls(),
];

/// NULL is an error in the position and the epochs; in the rest it is what is not known.
fn at_epoch(a: &Arguments<'_>) -> Outcome {
    let needed = [0, 1, 6, 7].iter().all(|index| a.optional_number(*index) != Ok(None));
    if !needed {
        return Err(Wrong("the position and both epochs are needed, not NULL".to_owned()));
    }
    let star = Motion {
        at: position(a, 0)?,
        parallax: a.optional_number(2)?,
        pm_lon: a.optional_number(3)?,
        pm_lat: a.optional_number(4)?,
        radial_velocity: a.optional_number(5)?,
    };
    epoch_prop_pos(&star, a.number(6)?, a.number(7)?).map(Answer::from)
}
