//! The functions of ADQL by name, and the IVOA's catalogue of user-defined functions.
//!
//! Follows ADQL 2.1 sections 2.3 and 4.4 and the Catalogue of ADQL User Defined Functions 1.2.

/// A mathematical, trigonometrical or case-folding function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it; signatures and meanings are in the table below")]
pub enum BuiltIn {
    Abs,
    Acos,
    Asin,
    Atan,
    Atan2,
    Ceiling,
    Cos,
    Cot,
    Degrees,
    Exp,
    Floor,
    Log,
    Log10,
    Lower,
    Mod,
    Pi,
    Power,
    Radians,
    Rand,
    Round,
    Sin,
    Sqrt,
    Tan,
    Truncate,
    Upper,
}

/// What there is to know about a function to write a call of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Signature {
    /// The name.
    pub name: &'static str,
    /// The call, as shown to users.
    pub form: &'static str,
    /// The numbers of arguments that it can have.
    pub arguments: &'static [usize],
}

const fn signature(
    name: &'static str,
    form: &'static str,
    arguments: &'static [usize],
) -> Signature {
    Signature { name, form, arguments }
}

/// In the order of [`BuiltIn`].
const BUILT_IN: [(BuiltIn, Signature); 25] = [
    (BuiltIn::Abs, signature("ABS", "ABS(x)", &[1])),
    (BuiltIn::Acos, signature("ACOS", "ACOS(x)", &[1])),
    (BuiltIn::Asin, signature("ASIN", "ASIN(x)", &[1])),
    (BuiltIn::Atan, signature("ATAN", "ATAN(x)", &[1])),
    (BuiltIn::Atan2, signature("ATAN2", "ATAN2(y, x)", &[2])),
    (BuiltIn::Ceiling, signature("CEILING", "CEILING(x)", &[1])),
    (BuiltIn::Cos, signature("COS", "COS(radians)", &[1])),
    (BuiltIn::Cot, signature("COT", "COT(radians)", &[1])),
    (BuiltIn::Degrees, signature("DEGREES", "DEGREES(radians)", &[1])),
    (BuiltIn::Exp, signature("EXP", "EXP(x)", &[1])),
    (BuiltIn::Floor, signature("FLOOR", "FLOOR(x)", &[1])),
    (BuiltIn::Log, signature("LOG", "LOG(x)", &[1])),
    (BuiltIn::Log10, signature("LOG10", "LOG10(x)", &[1])),
    (BuiltIn::Lower, signature("LOWER", "LOWER(text)", &[1])),
    (BuiltIn::Mod, signature("MOD", "MOD(x, y)", &[2])),
    (BuiltIn::Pi, signature("PI", "PI()", &[0])),
    (BuiltIn::Power, signature("POWER", "POWER(x, y)", &[2])),
    (BuiltIn::Radians, signature("RADIANS", "RADIANS(degrees)", &[1])),
    (BuiltIn::Rand, signature("RAND", "RAND([seed])", &[0, 1])),
    (BuiltIn::Round, signature("ROUND", "ROUND(x [, places])", &[1, 2])),
    (BuiltIn::Sin, signature("SIN", "SIN(radians)", &[1])),
    (BuiltIn::Sqrt, signature("SQRT", "SQRT(x)", &[1])),
    (BuiltIn::Tan, signature("TAN", "TAN(radians)", &[1])),
    (BuiltIn::Truncate, signature("TRUNCATE", "TRUNCATE(x [, places])", &[1, 2])),
    (BuiltIn::Upper, signature("UPPER", "UPPER(text)", &[1])),
];

impl BuiltIn {
    /// The function of that name, which is in capitals.
    pub fn named(name: &str) -> Option<Self> {
        BUILT_IN.iter().find(|(_, signature)| signature.name == name).map(|(function, _)| *function)
    }

    /// Its signature.
    pub fn signature(self) -> Signature {
        let found = BUILT_IN.iter().find(|(function, _)| *function == self);
        found.map_or(signature("", "", &[]), |(_, signature)| *signature)
    }

    /// Its name in capitals.
    pub fn name(self) -> &'static str {
        self.signature().name
    }

    /// Whether its argument and its result are texts; numbers otherwise.
    pub fn is_text(self) -> bool {
        matches!(self, Self::Lower | Self::Upper)
    }
}

/// The functions of the IVOA's catalogue.
pub const CATALOGUE: [Signature; 16] = [
    signature("ivo_dms_to_degrees", "ivo_dms_to_degrees(dms TEXT) -> REAL", &[1]),
    signature(
        "ivo_epoch_prop_pos",
        "ivo_epoch_prop_pos(ra REAL, dec REAL, parallax REAL, pmra REAL, pmdec REAL, \
         radial_velocity REAL, ref_epoch REAL, out_epoch REAL) -> POINT",
        &[8],
    ),
    signature(
        "ivo_geom_transform",
        "ivo_geom_transform(from_sys TEXT, to_sys TEXT, geo GEOMETRY) -> GEOMETRY",
        &[3],
    ),
    signature("ivo_hashlist_has", "ivo_hashlist_has(hashlist TEXT, item TEXT) -> INTEGER", &[2]),
    signature("ivo_hasword", "ivo_hasword(haystack TEXT, needle TEXT) -> INTEGER", &[2]),
    signature(
        "ivo_healpix_center",
        "ivo_healpix_center(hpxOrder INTEGER, hpxIndex BIGINT) -> POINT",
        &[2],
    ),
    signature(
        "ivo_healpix_index",
        "ivo_healpix_index(order INTEGER, long REAL, lat REAL) -> BIGINT, \
         or with a POINT in place of long and lat",
        &[2, 3],
    ),
    signature(
        "ivo_histogram",
        "ivo_histogram(val REAL, lower REAL, upper REAL, nbins INTEGER) -> INTEGER[]",
        &[4],
    ),
    signature("ivo_hms_to_degrees", "ivo_hms_to_degrees(hms TEXT) -> REAL", &[1]),
    signature(
        "ivo_interval_overlaps",
        "ivo_interval_overlaps(l1 NUMERIC, h1 NUMERIC, l2 NUMERIC, h2 NUMERIC) -> INTEGER",
        &[4],
    ),
    signature("ivo_nocasematch", "ivo_nocasematch(value TEXT, pattern TEXT) -> INTEGER", &[2]),
    signature("ivo_normal_random", "ivo_normal_random(mu REAL, sigma REAL) -> REAL", &[2]),
    signature("ivo_simbadpoint", "ivo_simbadpoint(identifier TEXT) -> POINT", &[1]),
    signature("ivo_string_agg", "ivo_string_agg(expr TEXT, delim TEXT) -> TEXT", &[2]),
    signature("ivo_to_jd", "ivo_to_jd(d TIMESTAMP) -> DOUBLE PRECISION", &[1]),
    signature("ivo_to_mjd", "ivo_to_mjd(d TIMESTAMP) -> DOUBLE PRECISION", &[1]),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_function_has_its_signature() {
        for (function, signature) in BUILT_IN {
            assert_eq!(function.signature(), signature);
            assert_eq!(BuiltIn::named(signature.name), Some(function));
        }
    }
}
