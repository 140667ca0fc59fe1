//! ADQL's functions and operators in SQL.
//!
//! In: the name of a function, texts of its arguments. Out: SQL that means the same on both
//! databases: a value beyond a function's domain is NULL and never the end of the query, texts
//! compare by their bytes, NULL sorts last. What a database cannot do has no template; SQLite calls
//! the functions that this process registers (`adql_…`, `ivo_…`).

use super::Dialect;
use crate::obscore::ColumnType;

/// A function of PostgreSQL from -1 to 1, NULL elsewhere. Each argument stands in a template once, or
/// nested calls would grow beyond measure.
macro_rules! within {
    ($name:literal) => {
        concat!(
            $name,
            "(nullif(nullif(float8smaller(float8larger({0}, -1.0000000000000002), \
             1.0000000000000002), 1.0000000000000002), -1.0000000000000002))"
        )
    };
}

/// A function of PostgreSQL that keeps so many decimal places.
macro_rules! places {
    ($name:literal) => {
        concat!(
            "CAST(",
            $name,
            "(CAST({0} AS numeric), CAST(int8smaller(int8larger({1}, -400), 400) AS integer)) AS \
             double precision)"
        )
    };
}

impl Dialect {
    /// The template of a mathematical or text function of ADQL with so many arguments, by its name
    /// in capitals; `integers` when all arguments are.
    pub fn adql_function(self, name: &str, count: usize, integers: bool) -> Option<&'static str> {
        Some(match (name, count, self) {
            ("ABS", ..) => "abs({0})",
            // What SQLite cannot compute is NULL by itself; the sentinels are the next doubles outside
            // of what PostgreSQL can.
            ("ACOS", .., Self::Postgres) => within!("acos"),
            ("ASIN", .., Self::Postgres) => within!("asin"),
            ("ACOS", .., Self::Sqlite) => "acos({0})",
            ("ASIN", .., Self::Sqlite) => "asin({0})",
            ("ATAN", ..) => "atan({0})",
            ("ATAN2", ..) => "atan2({0}, {1})",
            ("CEILING", .., Self::Postgres) => "ceil(CAST({0} AS double precision))",
            ("CEILING", .., Self::Sqlite) => "ceil(({0}) + 0.0)",
            ("FLOOR", .., Self::Postgres) => "floor(CAST({0} AS double precision))",
            ("FLOOR", .., Self::Sqlite) => "floor(({0}) + 0.0)",
            ("COS", ..) => "cos({0})",
            ("COT", ..) => "(1 / nullif(tan({0}), 0))",
            ("DEGREES", ..) => "({0} * 57.29577951308232)",
            ("RADIANS", ..) => "({0} * 0.017453292519943295)",
            ("EXP", .., Self::Postgres) => {
                "exp(nullif(float8smaller(float8larger({0}, -708), 709.79), 709.79))"
            }
            ("EXP", .., Self::Sqlite) => "nullif(exp(max({0}, -708)), 9e999)",
            ("LOG", .., Self::Postgres) => "ln(nullif(float8larger({0}, 0), 0))",
            ("LOG10", .., Self::Postgres) => "log(nullif(float8larger({0}, 0), 0))",
            ("LOG", .., Self::Sqlite) => "ln({0})",
            ("LOG10", .., Self::Sqlite) => "log10({0})",
            ("LOWER", .., Self::Postgres) => "lower({0})",
            ("LOWER", .., Self::Sqlite) => "adql_lower({0})",
            ("UPPER", .., Self::Postgres) => "upper({0})",
            ("UPPER", .., Self::Sqlite) => "adql_upper({0})",
            ("MOD", ..) if integers => "({0} % nullif({1}, 0))",
            // PostgreSQL has the remainder of doubles only by way of fifteen decimal digits.
            ("MOD", .., Self::Postgres) => return None,
            ("MOD", .., Self::Sqlite) => "adql_mod({0}, {1})",
            ("PI", ..) => "pi()",
            // Its domain and its overflow depend on both arguments.
            ("POWER", .., Self::Postgres) => return None,
            ("POWER", .., Self::Sqlite) => "nullif(nullif(power({0}, {1}), 9e999), -9e999)",
            ("RAND", .., Self::Postgres) => "random()",
            ("RAND", .., Self::Sqlite) => "adql_rand()",
            ("ROUND", 1, Self::Postgres) => "CAST(round(CAST({0} AS numeric)) AS double precision)",
            ("ROUND", 1, Self::Sqlite) => "adql_round({0}, 0)",
            ("ROUND", _, Self::Postgres) => places!("round"),
            ("ROUND", _, Self::Sqlite) => "adql_round({0}, {1})",
            ("SIN", ..) => "sin({0})",
            ("SQRT", .., Self::Postgres) => "sqrt(nullif(float8larger({0}, -5e-324), -5e-324))",
            ("SQRT", .., Self::Sqlite) => "sqrt({0})",
            ("TAN", ..) => "tan({0})",
            ("TRUNCATE", 1, Self::Postgres) => "trunc(CAST({0} AS double precision))",
            ("TRUNCATE", 1, Self::Sqlite) => "trunc(({0}) + 0.0)",
            ("TRUNCATE", _, Self::Postgres) => places!("trunc"),
            ("TRUNCATE", _, Self::Sqlite) => "adql_truncate({0}, {1})",
            _ => return None,
        })
    }

    /// The template of a further function; `None` where the arguments just follow the name, or
    /// where the database does not have it: see [`Dialect::has_function`].
    pub fn adql_call(self, name: &str) -> Option<&'static str> {
        Some(match (name, self) {
            ("ivo_string_agg", Self::Postgres) => {
                "string_agg({0}, coalesce({1}, '') ORDER BY {0} COLLATE \"C\", {1} COLLATE \"C\")"
            }
            ("ivo_interval_overlaps", Self::Postgres) => {
                "CASE WHEN {0} <= {1} AND {2} <= {3} AND {0} <= {3} AND {2} <= {1} THEN 1 WHEN {0} \
                 IS NULL OR {1} IS NULL OR {2} IS NULL OR {3} IS NULL THEN NULL ELSE 0 END"
            }
            _ => return None,
        })
    }

    /// Whether the database can call a function, by itself or because this process brought it.
    pub fn has_function(self, name: &str) -> bool {
        self == Self::Sqlite || self.adql_call(name).is_some()
    }

    /// Whether this process can bring functions of its own.
    pub fn can_be_extended(self) -> bool {
        self == Self::Sqlite
    }

    /// The n-th parameter, from one.
    pub fn parameter(self, number: usize, kind: ColumnType) -> String {
        match self {
            Self::Postgres => format!("CAST(${number} AS {})", self.type_name(kind)),
            Self::Sqlite => format!("?{number}"),
        }
    }

    /// A double; its type is that of no other number.
    pub fn double(self, number: f64) -> String {
        match self {
            Self::Postgres => format!("CAST({number:e} AS double precision)"),
            Self::Sqlite => format!("{number:?}"),
        }
    }

    /// An integer, wide enough for arithmetic.
    pub fn integer(self, number: i64) -> String {
        match self {
            // The lowest number has no positive counterpart to put a minus before.
            _ if number == i64::MIN => "(-9223372036854775807 - 1)".to_owned(),
            Self::Postgres => format!("CAST({number} AS bigint)"),
            Self::Sqlite => number.to_string(),
        }
    }

    /// NULL of a type.
    pub fn null(self, kind: ColumnType) -> String {
        match self {
            Self::Postgres => format!("CAST(NULL AS {})", self.type_name(kind)),
            Self::Sqlite => "NULL".to_owned(),
        }
    }

    /// A boolean.
    pub fn boolean(self, truth: bool) -> &'static str {
        match (self, truth) {
            (Self::Postgres, true) => "TRUE",
            (Self::Postgres, false) => "FALSE",
            (Self::Sqlite, true) => "1",
            (Self::Sqlite, false) => "0",
        }
    }

    /// A text that sorts by its bytes.
    pub fn by_bytes(self, text: &str) -> String {
        match self {
            Self::Postgres => format!("{text} COLLATE \"C\""),
            Self::Sqlite => text.to_owned(),
        }
    }

    /// `text LIKE pattern` without an escape character.
    pub fn like(self, text: &str, pattern: &str, case_counts: bool) -> String {
        match (self, case_counts) {
            (Self::Postgres, true) => format!("({text} LIKE {pattern} ESCAPE '')"),
            (Self::Postgres, false) => format!("({text} ILIKE {pattern} ESCAPE '')"),
            (Self::Sqlite, true) => format!("adql_like({text}, {pattern})"),
            (Self::Sqlite, false) => format!("adql_ilike({text}, {pattern})"),
        }
    }

    /// Whether a text is one of those of a JSON array.
    pub fn among(self, text: &str, array: &str) -> String {
        match self {
            // An array, and not a subquery, so that an index on the texts can be used.
            Self::Postgres => format!(
                "({text} = ANY (ARRAY(SELECT jsonb_array_elements_text(CAST({array} AS jsonb)))))"
            ),
            Self::Sqlite => format!("({text} IN (SELECT value FROM json_each({array})))"),
        }
    }

    /// Whether a value is one of the rows of a SELECT that has few.
    pub fn among_rows(self, value: &str, select: &str) -> String {
        match self {
            // As above; and no table more to be joined in the best order.
            Self::Postgres => format!("({value} = ANY (ARRAY({select})))"),
            Self::Sqlite => format!("({value} IN ({select}))"),
        }
    }

    /// A value as exactly a type.
    pub fn exactly(self, value: &str, kind: ColumnType) -> String {
        match self {
            Self::Postgres => format!("CAST({value} AS {})", self.type_name(kind)),
            Self::Sqlite if kind == ColumnType::Double => format!("({value} + 0.0)"),
            Self::Sqlite => value.to_owned(),
        }
    }

    /// CAST to an integer of so many bits.
    pub fn to_integer(self, value: &str, bits: u8) -> String {
        match self {
            Self::Postgres => {
                let kind = match bits {
                    16 => "smallint",
                    32 => "integer",
                    _ => "bigint",
                };
                format!("CAST({value} AS {kind})")
            }
            Self::Sqlite => format!("adql_integer({value}, {bits})"),
        }
    }

    /// CAST to a double.
    pub fn to_double(self, value: &str) -> String {
        match self {
            Self::Postgres => format!("CAST({value} AS double precision)"),
            Self::Sqlite => format!("adql_double({value})"),
        }
    }

    /// CAST to text, from a value of that type; cut after so many characters.
    pub fn to_text(self, value: &str, from: ColumnType, length: Option<u64>) -> String {
        let text = match (self, from) {
            (Self::Postgres, ColumnType::Timestamp) => {
                format!("to_char({value}, 'YYYY-MM-DD\"T\"HH24:MI:SS.US')")
            }
            (Self::Postgres, _) => format!("CAST({value} AS text)"),
            (Self::Sqlite, ColumnType::Boolean) => {
                format!("CASE {value} WHEN 1 THEN 'true' WHEN 0 THEN 'false' END")
            }
            (Self::Sqlite, _) => format!("adql_text({value})"),
        };
        match (self, length) {
            (_, None) => text,
            (Self::Postgres, Some(length)) => format!("left({text}, {})", length.min(1 << 30)),
            (Self::Sqlite, Some(length)) => format!("adql_char({text}, {})", length.min(1 << 30)),
        }
    }

    /// CAST of text to a timestamp.
    pub fn to_timestamp(self, text: &str) -> String {
        match self {
            Self::Postgres => {
                format!("CAST(rtrim({text}, 'Zz') AS timestamp without time zone)")
            }
            Self::Sqlite => format!("adql_timestamp({text})"),
        }
    }

    /// The template of days since an epoch, MJD 0 at that Julian date, of a timestamp.
    pub fn days_since(self, timestamp: &str, julian: bool) -> String {
        let name = if julian { "ivo_to_jd" } else { "ivo_to_mjd" };
        let at_1970 = if julian { "2440587.5" } else { "40587" };
        match self {
            Self::Postgres => format!(
                "(CAST(extract(epoch FROM {timestamp}) AS double precision) / 86400 + {at_1970})"
            ),
            Self::Sqlite => format!("{name}({timestamp})"),
        }
    }

    /// An integer of a boolean.
    pub fn boolean_to_integer(self, value: &str) -> String {
        match self {
            Self::Postgres => format!("CAST({value} AS integer)"),
            Self::Sqlite => value.to_owned(),
        }
    }

    /// Two numbers with one of `+ - * /` between them. A divisor of zero gives NULL, a result that is
    /// too large for an integer ends the query.
    pub fn arithmetic(self, left: &str, sign: char, right: &str, integers: bool) -> String {
        match (self, sign) {
            // SQLite itself would go on with a double.
            (Self::Sqlite, _) if integers => format!("adql_whole({left}, '{sign}', {right})"),
            (_, '/') => format!("({left} / nullif({right}, 0))"),
            _ => format!("({left} {sign} {right})"),
        }
    }

    /// A number with the opposite sign.
    pub fn negative(self, number: &str, integer: bool) -> String {
        match self {
            Self::Sqlite if integer => format!("adql_whole(0, '-', {number})"),
            _ => format!("(- {number})"),
        }
    }

    /// Whether any boolean is true: the largest of them.
    pub fn any(self, booleans: &str) -> String {
        match self {
            Self::Postgres => format!("bool_or({booleans})"),
            Self::Sqlite => format!("max({booleans})"),
        }
    }

    /// Whether every boolean is true: the smallest of them.
    pub fn every(self, booleans: &str) -> String {
        match self {
            Self::Postgres => format!("bool_and({booleans})"),
            Self::Sqlite => format!("min({booleans})"),
        }
    }

    /// What before a statement shows its plan.
    pub fn explain(self) -> &'static str {
        match self {
            Self::Postgres => "EXPLAIN",
            Self::Sqlite => "EXPLAIN QUERY PLAN",
        }
    }

    /// Rows from one on, where there are none left out.
    pub fn no_limit(self) -> &'static str {
        match self {
            Self::Postgres => "LIMIT ALL",
            Self::Sqlite => "LIMIT -1",
        }
    }
}
