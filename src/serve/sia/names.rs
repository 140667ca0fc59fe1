//! The parameters of a query and what they constrain (SIA 2.0 section 2.1).
//!
//! One table for reading requests, for the description that answers carry, and for the documentation.

/// A parameter. Its values are alternatives.
#[derive(Debug, Clone, Copy)]
pub struct Parameter {
    /// Its name, in capitals.
    pub name: &'static str,
    /// What it asks of a row.
    pub meaning: Meaning,
    /// The unit of its numbers; empty for none.
    pub unit: &'static str,
    /// For people.
    pub description: &'static str,
}

/// What a value asks of a row; NULL is never what it asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning {
    /// That `s_region` shares a point with a shape.
    Meets,
    /// That two columns are the ends of an interval that shares a value with this one.
    Overlaps(&'static str, &'static str),
    /// That a column is in an interval.
    Within(&'static str),
    /// That a column is this text.
    Equals(&'static str),
    /// That a column is one of few texts.
    IsOneOf(&'static str, &'static [&'static str]),
    /// That a column, or another one where there is such, is this identifier in any case of letters.
    Identifies(&'static str, &'static str),
    /// That a list between slashes has this member.
    Lists(&'static str, &'static [&'static str]),
    /// That a column is this whole number, of those from 0 to another.
    Level(&'static str, i64),
}

/// What can be asked for by SIA: other data are those of other protocols.
pub const SCOPE: (&str, &[&str]) = ("dataproduct_type", &["image", "cube"]);

/// States of polarization, as `pol_states` has them (ObsCore 1.1 section 3.3.1.6).
const STATES: &[&str] =
    &["I", "Q", "U", "V", "RR", "LL", "RL", "LR", "XX", "YY", "XY", "YX", "POLI", "POLA"];

macro_rules! parameters {
    ($($name:literal $meaning:expr, $unit:literal $description:literal;)*) => {
        &[$(Parameter { name: $name, meaning: $meaning, unit: $unit, description: $description }),*]
    };
}

/// All of them; DPSUBTYPE is Rubin's own.
pub const PARAMETERS: &[Parameter] = parameters! {
    "POS" Meaning::Meets, "deg"
        "Shape on the sky, ICRS, that the data touch: CIRCLE lon lat radius, RANGE lon lon lat lat, POLYGON lon lat …";
    "BAND" Meaning::Overlaps("em_min", "em_max"), "m"
        "Wavelengths that the data have some of";
    "TIME" Meaning::Overlaps("t_min", "t_max"), "d"
        "Times, as MJD of UTC, that the data have some of";
    "POL" Meaning::Lists("pol_states", STATES), ""
        "State of polarization that the data have";
    "FOV" Meaning::Within("s_fov"), "deg"
        "Field of view";
    "SPATRES" Meaning::Within("s_resolution"), "arcsec"
        "Spatial resolution";
    "SPECRP" Meaning::Within("em_res_power"), ""
        "Spectral resolving power";
    "EXPTIME" Meaning::Within("t_exptime"), "s"
        "Exposure time";
    "TIMERES" Meaning::Within("t_resolution"), "s"
        "Resolution in time";
    "ID" Meaning::Identifies("obs_publisher_did", "obs_creator_did"), ""
        "Identifier of the dataset, in any case of letters";
    "COLLECTION" Meaning::Equals("obs_collection"), ""
        "Collection of data";
    "FACILITY" Meaning::Equals("facility_name"), ""
        "Facility that observed";
    "INSTRUMENT" Meaning::Equals("instrument_name"), ""
        "Instrument that observed";
    "DPTYPE" Meaning::IsOneOf(SCOPE.0, SCOPE.1), ""
        "Type of data";
    "DPSUBTYPE" Meaning::Equals("dataproduct_subtype"), ""
        "Kind of data product";
    "CALIB" Meaning::Level("calib_level", 4), ""
        "Calibration level";
    "TARGET" Meaning::Equals("target_name"), ""
        "Target of the observation";
    "FORMAT" Meaning::Equals("access_format"), ""
        "Media type of what access_url delivers";
};

/// The parameters whose values an answer can list, with their columns.
pub fn listed() -> impl Iterator<Item = (&'static str, &'static str)> {
    PARAMETERS.iter().filter(|parameter| parameter.name != "TARGET").filter_map(|parameter| {
        match parameter.meaning {
            Meaning::Equals(column) | Meaning::IsOneOf(column, _) | Meaning::Level(column, _) => {
                Some((parameter.name, column))
            }
            _ => None,
        }
    })
}
