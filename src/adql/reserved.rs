//! Reserved words: they cannot be names without double quotes.
//!
//! The lists of ADQL 2.1 section 2.1.2: those of SQL-92 and those of ADQL.

/// All reserved words of ADQL 2.1 in capitals, sorted.
#[rustfmt::skip]
pub const RESERVED: [&str; 266] = [
    "ABS", "ABSOLUTE", "ACOS", "ACTION", "ADD", "ALL", "ALLOCATE", "ALTER", "AND", "ANY", "ARE",
    "AREA", "AS", "ASC", "ASIN", "ASSERTION", "AT", "ATAN", "ATAN2", "AUTHORIZATION", "AVG",
    "BEGIN", "BETWEEN", "BIGINT", "BIT", "BIT_LENGTH", "BOTH", "BOX", "BY", "CASCADE", "CASCADED",
    "CASE", "CAST", "CATALOG", "CEILING", "CENTROID", "CHAR", "CHARACTER", "CHARACTER_LENGTH",
    "CHAR_LENGTH", "CHECK", "CIRCLE", "CLOSE", "COALESCE", "COLLATE", "COLLATION", "COLUMN",
    "COMMIT", "CONNECT", "CONNECTION", "CONSTRAINT", "CONSTRAINTS", "CONTAINS", "CONTINUE",
    "CONVERT", "COORD1", "COORD2", "COORDSYS", "CORRESPONDING", "COS", "COT", "COUNT", "CREATE",
    "CROSS", "CURRENT", "CURRENT_DATE", "CURRENT_TIME", "CURRENT_TIMESTAMP", "CURRENT_USER",
    "CURSOR", "DATE", "DAY", "DEALLOCATE", "DECIMAL", "DECLARE", "DEFAULT", "DEFERRABLE",
    "DEFERRED", "DEGREES", "DELETE", "DESC", "DESCRIBE", "DESCRIPTOR", "DIAGNOSTICS", "DISCONNECT",
    "DISTANCE", "DISTINCT", "DOMAIN", "DOUBLE", "DROP", "ELSE", "END", "ESCAPE", "EXCEPT",
    "EXCEPTION", "EXEC", "EXECUTE", "EXISTS", "EXP", "EXTERNAL", "EXTRACT", "FALSE", "FETCH",
    "FIRST", "FLOAT", "FLOOR", "FOR", "FOREIGN", "FOUND", "FROM", "FULL", "GET", "GLOBAL", "GO",
    "GOTO", "GRANT", "GROUP", "HAVING", "HOUR", "IDENTITY", "ILIKE", "IMMEDIATE", "IN", "INDICATOR",
    "INITIALLY", "INNER", "INPUT", "INSENSITIVE", "INSERT", "INT", "INTEGER", "INTERSECT",
    "INTERSECTS", "INTERVAL", "INTO", "IN_UNIT", "IS", "ISOLATION", "JOIN", "KEY", "LANGUAGE",
    "LAST", "LEADING", "LEFT", "LEVEL", "LIKE", "LOCAL", "LOG", "LOG10", "LOWER", "MATCH", "MAX",
    "MIN", "MINUTE", "MOD", "MODULE", "MONTH", "NAMES", "NATIONAL", "NATURAL", "NCHAR", "NEXT",
    "NO", "NOT", "NULL", "NULLIF", "NUMERIC", "OCTET_LENGTH", "OF", "OFFSET", "ON", "ONLY", "OPEN",
    "OPTION", "OR", "ORDER", "OUTER", "OUTPUT", "OVERLAPS", "PAD", "PARTIAL", "PI", "POINT",
    "POLYGON", "POSITION", "POWER", "PRECISION", "PREPARE", "PRESERVE", "PRIMARY", "PRIOR",
    "PRIVILEGES", "PROCEDURE", "PUBLIC", "RADIANS", "RAND", "READ", "REAL", "REFERENCES", "REGION",
    "RELATIVE", "RESTRICT", "REVOKE", "RIGHT", "ROLLBACK", "ROUND", "ROWS", "SCHEMA", "SCROLL",
    "SECOND", "SECTION", "SELECT", "SESSION", "SESSION_USER", "SET", "SIN", "SIZE", "SMALLINT",
    "SOME", "SPACE", "SQL", "SQLCODE", "SQLERROR", "SQLSTATE", "SQRT", "SUBSTRING", "SUM",
    "SYSTEM_USER", "TABLE", "TAN", "TEMPORARY", "THEN", "TIME", "TIMESTAMP", "TIMEZONE_HOUR",
    "TIMEZONE_MINUTE", "TO", "TOP", "TRAILING", "TRANSACTION", "TRANSLATE", "TRANSLATION", "TRIM",
    "TRUE", "TRUNCATE", "UNION", "UNIQUE", "UNKNOWN", "UPDATE", "UPPER", "USAGE", "USER", "USING",
    "VALUE", "VALUES", "VARCHAR", "VARYING", "VIEW", "WHEN", "WHENEVER", "WHERE", "WITH", "WORK",
    "WRITE", "YEAR", "ZONE",
];

/// Reserved since ADQL 2.1: names in ADQL 2.0.
pub(super) const NEW: [&str; 5] = ["BIGINT", "COT", "ILIKE", "IN_UNIT", "OFFSET"];

/// The reserved word in capitals, when the text is one in any case of letters.
pub(super) fn keyword(text: &str) -> Option<&'static str> {
    const LONGEST: usize = 17;
    if text.len() > LONGEST {
        return None;
    }
    let capitals = text.to_ascii_uppercase();
    let index = RESERVED.binary_search(&capitals.as_str()).ok()?;
    RESERVED.get(index).copied()
}

/// Whether a word is a name in ADQL 2.0 and reserved in ADQL 2.1.
pub(super) fn is_new(word: &str) -> bool {
    keyword(word).is_some_and(|word| NEW.contains(&word))
}

/// Whether the text is a regular identifier of ADQL 2.1: it needs no quotes.
pub fn is_regular(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        && keyword(text).is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_sorted_and_fits_the_search() {
        assert!(RESERVED.is_sorted());
        assert_eq!(RESERVED.iter().map(|word| word.len()).max(), Some(17));
        assert!(NEW.iter().all(|word| RESERVED.contains(word)));
    }
}
