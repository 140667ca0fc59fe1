//! The features of ADQL 2.1 that a service can have or not (its section 5, TAPRegExt 1.0).

/// Types of features with their forms; all of them are there. Upper and lower case mean the same in an
/// identifier of the IVOA; TAPRegExt's own spelling is the one that TOPCAT and STILTS know.
pub const FEATURES: [(&str, &[&str]); 7] = [
    (
        "ivo://ivoa.net/std/TAPRegExt#features-adqlgeo",
        &[
            "AREA",
            "BOX",
            "CENTROID",
            "CIRCLE",
            "CONTAINS",
            "COORD1",
            "COORD2",
            "COORDSYS",
            "DISTANCE",
            "INTERSECTS",
            "POINT",
            "POLYGON",
            "REGION",
        ],
    ),
    ("ivo://ivoa.net/std/TAPRegExt#features-adql-string", &["LOWER", "UPPER", "ILIKE"]),
    ("ivo://ivoa.net/std/TAPRegExt#features-adql-common-table", &["WITH"]),
    ("ivo://ivoa.net/std/TAPRegExt#features-adql-sets", &["UNION", "EXCEPT", "INTERSECT"]),
    ("ivo://ivoa.net/std/TAPRegExt#features-adql-type", &["CAST"]),
    ("ivo://ivoa.net/std/TAPRegExt#features-adql-unit", &["IN_UNIT"]),
    ("ivo://ivoa.net/std/TAPRegExt#features-adql-offset", &["OFFSET"]),
];

/// What the language is, with the one feature that is not among [`FEATURES`]: its type is younger than
/// STILTS 3.4, whose taplint takes it for an error in one spelling and warns of it in any other.
pub const LANGUAGE: &str = "The Astronomical Data Query Language with all optional features of version 2.1; \
                            also ivo://ivoa.net/std/TAPRegExt#features-adql-conditional: COALESCE";
