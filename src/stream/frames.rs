//! The frames of columns as elements of a VOTable: ICRS, MJD in UTC, calendar dates in UTC.

use crate::catalog::{Column, Frame};
use crate::votable::{Coosys, Document, Timesys};

/// The ID of the sky's frame.
pub const SKY: &str = "coosys";
/// The ID of the frame of MJDs.
pub const MJD: &str = "timesys";
/// The ID of the frame of calendar dates.
pub const UTC: &str = "timesys_utc";

const PLACE: &str = "TOPOCENTER";

/// ICRS.
pub fn sky() -> Coosys {
    Coosys { id: SKY.to_owned(), system: "ICRS".to_owned(), refposition: PLACE.to_owned() }
}

/// MJD in UTC.
pub fn mjd() -> Timesys {
    timesys(MJD, "MJD-origin")
}

/// Calendar dates, which have no origin, in UTC.
pub fn utc() -> Timesys {
    timesys(UTC, "")
}

/// Declares the frames that columns have, and has their fields refer to them.
pub fn declare(columns: &[Column], document: &mut Document) {
    let has = |frame| columns.iter().any(|column| column.frame == Some(frame));
    document.coosys.extend(has(Frame::Sky).then(sky));
    document.timesys.extend(has(Frame::Mjd).then(mjd));
    document.timesys.extend(has(Frame::Utc).then(utc));
    for (column, field) in columns.iter().zip(&mut document.fields) {
        let reference = match column.frame {
            Some(Frame::Sky) => SKY,
            Some(Frame::Mjd) => MJD,
            Some(Frame::Utc) => UTC,
            None => continue,
        };
        reference.clone_into(&mut field.reference);
    }
}

fn timesys(id: &str, origin: &str) -> Timesys {
    Timesys {
        id: id.to_owned(),
        timeorigin: origin.to_owned(),
        timescale: "UTC".to_owned(),
        refposition: PLACE.to_owned(),
    }
}
