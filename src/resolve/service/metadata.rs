//! Units and UCDs of Butler's dimension fields, which the universe does not tell.

use crate::catalog::{Column, Frame};

/// Field, unit, UCD. Units are those of the field's description in `dimensions.yaml`.
const FIELDS: &[(&str, &str, &str)] = &[
    ("azimuth", "deg", "pos.az.azi"),
    ("band", "", "instr.bandpass"),
    ("dark_time", "s", "time.duration"),
    ("day_obs", "", "time.epoch"),
    ("exposure", "", "meta.id"),
    ("exposure_time", "s", "time.duration;obs.exposure"),
    ("full_name", "", "meta.id"),
    ("group", "", "meta.id"),
    ("group_id", "", "meta.id"),
    ("group_name", "", "meta.id"),
    ("id", "", "meta.id"),
    ("instrument", "", "meta.id;instr"),
    ("name", "", "meta.id"),
    ("name_in_raft", "", "meta.id"),
    ("obs_id", "", "meta.id"),
    ("observation_reason", "", "meta.note"),
    ("observation_type", "", "meta.code.class"),
    ("patch", "", "meta.id"),
    ("physical_filter", "", "meta.id;instr.filter"),
    ("purpose", "", "meta.code"),
    ("raft", "", "meta.id"),
    ("science_program", "", "meta.id;obs.proposal"),
    ("seq_num", "", "meta.number"),
    ("skymap", "", "meta.id"),
    ("sky_angle", "deg", "pos.posAng"),
    ("target_name", "", "meta.id;src"),
    ("tracking_dec", "deg", "pos.eq.dec"),
    ("tracking_ra", "deg", "pos.eq.ra"),
    ("tract", "", "meta.id"),
    ("visit", "", "meta.id"),
    ("zenith_angle", "deg", "pos.az.zd"),
];

/// Adds unit, UCD and frame of a field that is known.
pub fn describe(column: &mut Column) {
    if let Some((_, unit, ucd)) = FIELDS.iter().find(|(name, ..)| *name == column.name) {
        (*unit).clone_into(&mut column.unit);
        (*ucd).clone_into(&mut column.ucd);
        if ucd.starts_with("pos.eq") {
            column.frame = Some(Frame::Sky);
        }
    }
}

/// A description on one line.
pub fn line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<&str>>().join(" ")
}
