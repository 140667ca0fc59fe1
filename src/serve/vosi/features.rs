//! The features of ADQL 2.1 that a service can have or not (its section 5, TAPRegExt 1.0).

/// Types of features with their forms; all of them are there.
pub const FEATURES: [(&str, &[&str]); 8] = [
    (
        "ivo://ivoa.net/std/tapregext#features-adqlgeo",
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
    ("ivo://ivoa.net/std/tapregext#features-adql-string", &["LOWER", "UPPER", "ILIKE"]),
    ("ivo://ivoa.net/std/tapregext#features-adql-common-table", &["WITH"]),
    ("ivo://ivoa.net/std/tapregext#features-adql-sets", &["UNION", "EXCEPT", "INTERSECT"]),
    ("ivo://ivoa.net/std/tapregext#features-adql-type", &["CAST"]),
    ("ivo://ivoa.net/std/tapregext#features-adql-conditional", &["COALESCE"]),
    ("ivo://ivoa.net/std/tapregext#features-adql-unit", &["IN_UNIT"]),
    ("ivo://ivoa.net/std/tapregext#features-adql-offset", &["OFFSET"]),
];
