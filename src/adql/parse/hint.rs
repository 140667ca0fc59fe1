//! Frequent mistakes, most of them habits from other dialects, and what to write instead.

use super::super::slot::Slot;
use super::super::token::TokenKind;
use super::super::tree::{Expression, Geometry, Node};
use super::{Parse, Parser, Stop};
use crate::diag::{Diagnostic, Span, nearest};

/// Reserved words that make the structure of a query: where a name is expected, the name is more
/// likely missing than meant to be one of these.
pub(super) const STRUCTURE: [&str; 42] = [
    "ALL",
    "AND",
    "AS",
    "ASC",
    "BETWEEN",
    "BY",
    "CASE",
    "CROSS",
    "DESC",
    "DISTINCT",
    "ELSE",
    "END",
    "EXCEPT",
    "EXISTS",
    "FROM",
    "FULL",
    "GROUP",
    "HAVING",
    "ILIKE",
    "IN",
    "INNER",
    "INTERSECT",
    "IS",
    "JOIN",
    "LEFT",
    "LIKE",
    "NATURAL",
    "NOT",
    "NULL",
    "OFFSET",
    "ON",
    "OR",
    "ORDER",
    "RIGHT",
    "SELECT",
    "THEN",
    "TOP",
    "UNION",
    "USING",
    "WHEN",
    "WHERE",
    "WITH",
];

/// Operators of other dialects that are words.
const MATCHING: [&str; 6] = ["GLOB", "MATCHES", "REGEXP", "REGEXP_LIKE", "RLIKE", "SIMILAR"];

/// Statements of other dialects, and of databases.
const STATEMENTS: [&str; 17] = [
    "ALTER", "BEGIN", "CALL", "COPY", "CREATE", "DELETE", "DESCRIBE", "DROP", "EXPLAIN", "GRANT",
    "INSERT", "MERGE", "SET", "SHOW", "TABLE", "UPDATE", "VALUES",
];

/// Adds to an error about what comes next what may have been meant.
pub(super) fn unexpected(parser: &Parser<'_>, error: Diagnostic) -> Diagnostic {
    let word = parser.text_at(0).to_ascii_uppercase();
    match parser.peek() {
        Some(TokenKind::Identifier) if MATCHING.contains(&word.as_str()) => {
            error.help("patterns are matched with LIKE, where `%` stands for any text")
        }
        Some(TokenKind::Identifier) if matches!(word.as_str(), "ISNULL" | "NOTNULL") => {
            error.help("write `column IS NULL` or `column IS NOT NULL`")
        }
        Some(TokenKind::Symbol(";")) => error.help("a query does not end with a semicolon"),
        Some(TokenKind::Text) => {
            error.help("single quotes make a string; a name has double quotes or none")
        }
        _ => error,
    }
}

/// Whether a clause of another dialect comes next that could be taken for a name.
pub(super) fn is_foreign_clause(parser: &Parser<'_>) -> bool {
    parser.is_word("LIMIT") && parser.peek_at(1) == Some(TokenKind::Integer)
}

/// Reports and skips LIMIT and FETCH.
pub(super) fn foreign_clause(parser: &mut Parser<'_>) {
    let start = parser.here();
    let number;
    if is_foreign_clause(parser) {
        parser.take();
        number = parser.text_at(0).to_owned();
        parser.take();
        if parser.take_symbol(",") {
            parser.take();
        }
    } else if parser.is_keyword("FETCH")
        && (parser.keyword_at(1, "FIRST") || parser.keyword_at(1, "NEXT"))
    {
        parser.at += 2;
        number = parser.text_at(0).to_owned();
        parser.take();
        while parser.is_keyword("ROWS") || parser.is_word("ROW") || parser.is_keyword("ONLY") {
            parser.take();
        }
    } else {
        return;
    }
    let word = parser.text(start).to_uppercase();
    let error = parser
        .error("Q014", parser.since(start).0, format!("{word} is not in ADQL"))
        .help(format!("the number of rows stands behind SELECT: SELECT TOP {number} …"));
    parser.report(error);
}

/// Something is left over behind a whole query.
pub(super) fn behind_the_end(parser: &Parser<'_>) -> Diagnostic {
    let here = parser.here();
    let found = parser.text_at(0);
    match parser.peek() {
        Some(TokenKind::Symbol(")")) => parser
            .error("Q012", here, "a `)` closes nothing")
            .help("leave it out, or put a `(` where it should begin"),
        Some(TokenKind::Keyword(word @ ("FROM" | "WHERE" | "GROUP" | "HAVING" | "ORDER"))) => {
            let word = if matches!(word, "GROUP" | "ORDER") {
                format!("{word} BY")
            } else {
                word.to_owned()
            };
            parser.error("Q015", here, format!("{word} stands at the wrong place, or twice")).help(
                "the order of clauses is SELECT, FROM, WHERE, GROUP BY, HAVING, ORDER BY, \
                     OFFSET",
            )
        }
        Some(TokenKind::Keyword(word @ ("ON" | "USING"))) => parser
            .error("Q012", here, format!("{word} has no join that it belongs to"))
            .help("a JOIN b ON a.id = b.id"),
        Some(TokenKind::Keyword("OFFSET")) => parser
            .error("Q015", here, "OFFSET stands at the wrong place, or twice")
            .help("it is the last clause of a query"),
        Some(TokenKind::Keyword(word)) if !STRUCTURE.contains(&word) => parser
            .error("Q013", here, format!("`{found}` is a reserved word and cannot be a name"))
            .help(format!("in double quotes it can be one: \"{found}\"")),
        Some(TokenKind::Identifier) => {
            let error =
                parser.error("Q012", here, format!("`{found}` follows the end of the query"));
            let clauses = ["WHERE", "GROUP", "ORDER", "HAVING", "UNION", "EXCEPT", "INTERSECT"];
            match nearest(&found.to_uppercase(), clauses) {
                Some(clause) => error.help(format!("did you mean {clause}?")),
                None => unexpected(parser, error),
            }
        }
        _ => unexpected(
            parser,
            parser.error("Q012", here, format!("`{found}` follows the end of the query")),
        ),
    }
}

/// A query does not begin with SELECT.
pub(super) fn no_select(parser: &Parser<'_>) -> Diagnostic {
    let here = parser.here();
    let found = parser.text_at(0).to_ascii_uppercase();
    if parser.is_keyword("WITH") {
        return parser
            .error("Q022", here, "WITH stands only at the beginning of the whole query")
            .help("name all common tables there, one after the other, separated by commas");
    }
    if STATEMENTS.contains(&found.as_str()) {
        return parser
            .error("Q014", here, format!("{found} is not in ADQL"))
            .help("ADQL reads tables, and does nothing else: SELECT … FROM …");
    }
    let error = parser.unexpected("SELECT");
    match nearest(&found, ["SELECT"]) {
        Some(_) if parser.peek() == Some(TokenKind::Identifier) => {
            error.help("did you mean SELECT?")
        }
        _ => error,
    }
}

/// FROM does not follow the columns.
pub(super) fn no_from(parser: &Parser<'_>) -> Diagnostic {
    let here = parser.here();
    let found = parser.text_at(0);
    let missing = || {
        parser
            .error("Q016", here, "FROM is missing")
            .help("a query of ADQL has a table: SELECT … FROM table")
    };
    match parser.peek() {
        None
        | Some(
            TokenKind::Symbol(")" | ";")
            | TokenKind::Keyword(
                "WHERE" | "GROUP" | "ORDER" | "HAVING" | "OFFSET" | "UNION" | "EXCEPT"
                | "INTERSECT",
            ),
        ) => missing(),
        Some(TokenKind::Keyword("INTO")) => parser
            .error("Q014", here, "INTO is not in ADQL")
            .help("the result comes to you; a service keeps the result of an async job"),
        Some(TokenKind::Keyword(word)) if !STRUCTURE.contains(&word) => parser
            .error("Q013", here, format!("`{found}` is a reserved word and cannot be a name"))
            .help(format!("in double quotes it can be one: \"{found}\"")),
        Some(TokenKind::Identifier) => {
            let error = parser.unexpected("`,` or FROM");
            if nearest(&found.to_uppercase(), ["FROM"]).is_some() {
                error.help("did you mean FROM?")
            } else {
                error
            }
        }
        Some(_) => parser.unexpected("`,` or FROM"),
    }
}

/// Reports a comparison of a comparison.
pub(super) fn chained(parser: &mut Parser<'_>) -> Parse<()> {
    if let Some(TokenKind::Symbol("=" | "<>" | "!=" | "<" | "<=" | ">" | ">=")) = parser.peek() {
        let error = parser
            .error("Q037", parser.here(), "a comparison cannot be compared again")
            .help("write `a < b AND b < c`, or `b BETWEEN a AND c`, which contains the bounds");
        parser.report(error);
        return Err(Stop);
    }
    Ok(())
}

/// Adds to the error about a value where a condition is expected.
pub(super) fn value_for_condition(
    parser: &Parser<'_>,
    value: &Expression,
    error: Diagnostic,
) -> Diagnostic {
    if let Some(Geometry::Contains(..) | Geometry::Intersects(..)) = value.as_geometry() {
        let name = value.as_geometry().map_or("", Geometry::name);
        return error.help(format!("it gives 1 or 0: write `1 = {name}(…)`"));
    }
    let word = parser.text_at(0).to_ascii_uppercase();
    if MATCHING.contains(&word.as_str()) {
        return error.help("patterns are matched with LIKE, where `%` stands for any text");
    }
    if matches!(word.as_str(), "ISNULL" | "NOTNULL") {
        return error.help("write `column IS NULL` or `column IS NOT NULL`");
    }
    match &value.node {
        Node::UserDefined(name, _) => {
            error.help(format!("compare it with something, often with 1: `1 = {}(…)`", name.text))
        }
        Node::Column(_) => error.help("compare it with something: `column = 1`"),
        _ => error.help("compare it with something"),
    }
}

/// A value of the wrong kind for its place.
pub(super) fn misfit(value: &Expression, slot: Slot, error: Diagnostic) -> Diagnostic {
    match (slot, &value.node) {
        (_, Node::Null) => error.help("what is made with NULL is always NULL"),
        (Slot::Point, Node::Number(_) | Node::Signed(..) | Node::Arithmetic(..)) => error.help(
            "longitude and latitude are two arguments, or one POINT(longitude, latitude); an \
             argument may be missing",
        ),
        (Slot::Point, Node::Geometry(_)) => {
            error.help("POINT(…), CENTROID(…), a column, or a function that gives a point")
        }
        (Slot::Geometry, _) => error.help(
            "POINT(…), CIRCLE(…), POLYGON(…), BOX(…), a column, or a function that gives a geometry",
        ),
        (Slot::Text | Slot::TextOperand, Node::Arithmetic(..) | Node::Signed(..)) => {
            error.help("put parentheses around the arithmetic, or CAST(… AS VARCHAR)")
        }
        (Slot::Text | Slot::TextOperand, Node::Function(..) | Node::InUnit(..)) => {
            error.help("make it a text: CAST(… AS VARCHAR)")
        }
        (_, Node::Concatenation(_)) => error.help("put parentheses around the joined texts"),
        _ => error,
    }
}

/// Two strings side by side.
pub(super) fn two_strings(parser: &Parser<'_>, first: Span) -> Diagnostic {
    let error = parser.error("Q010", parser.here(), "a string follows a string").at(
        parser.source,
        first,
        "this one",
    );
    if parser.text(first).ends_with("\\'") {
        error.help("a backslash means nothing in ADQL; a quote in a string is doubled: 'it''s'")
    } else {
        error.help("join them with `||`, or double the quote that belongs to the string")
    }
}

/// A reserved word that is called like a function and is none of ADQL.
pub(super) fn no_such_function(parser: &Parser<'_>, word: &str) -> Diagnostic {
    if STRUCTURE.contains(&word) {
        return parser.unexpected("a value");
    }
    let error = parser.error("Q036", parser.here(), format!("ADQL has no function {word}"));
    match word {
        "TIMESTAMP" | "DATE" => error.help("CAST('2025-06-01T12:00:00' AS TIMESTAMP)"),
        "CONVERT" => error.help("CAST(value AS type)"),
        "NULLIF" => error.help("filter with WHERE column <> value"),
        "SUBSTRING" | "POSITION" | "TRIM" => error
            .help("texts are compared with LIKE, joined with `||`, folded with LOWER and UPPER"),
        "INT" | "INTEGER" | "REAL" | "FLOAT" | "DOUBLE" | "BIGINT" | "CHAR" | "VARCHAR" => {
            error.help("a type is changed with CAST(value AS type)")
        }
        _ => error.help("`obscore-view explain Q036` lists the functions of ADQL"),
    }
}

/// A literal or a word with a meaning of its own in other dialects.
pub(super) fn foreign_literal(parser: &Parser<'_>, word: &str) -> Option<Diagnostic> {
    let here = parser.here();
    let before_text = parser.peek_at(1) == Some(TokenKind::Text);
    let not_here = |what: &str| parser.error("Q014", here, format!("{what} not in ADQL"));
    match word {
        "TIMESTAMP" | "DATE" | "TIME" if before_text => Some(
            not_here(&format!("{word} literals are"))
                .help(format!("CAST({} AS TIMESTAMP)", parser.text_at(1))),
        ),
        "INTERVAL" if before_text => Some(
            not_here("INTERVAL literals are")
                .help("ObsCore times are MJD numbers: `t_min > 60800 - 7` is a week"),
        ),
        "TRUE" | "FALSE" => Some(
            not_here("truth values are")
                .help("flags are numbers 1 and 0 in most tables, or texts 'true' and 'false'"),
        ),
        "CURRENT_DATE" | "CURRENT_TIME" | "CURRENT_TIMESTAMP" => {
            Some(not_here(&format!("{word} is")).help("write the time itself"))
        }
        _ => None,
    }
}

/// Something that CAST cannot convert to.
pub(super) fn no_such_type(parser: &Parser<'_>, span: Span) -> Diagnostic {
    let found = parser.text(span);
    let error = parser.error("Q035", span, format!("CAST cannot convert to `{found}`"));
    let error = match found.to_ascii_uppercase().as_str() {
        "FLOAT" | "NUMERIC" | "DECIMAL" => error.help("DOUBLE PRECISION has 15 digits, REAL has 6"),
        "INT" | "INT4" => error.help("did you mean INTEGER?"),
        "INT8" | "LONG" => error.help("did you mean BIGINT?"),
        "INT2" | "SHORT" => error.help("did you mean SMALLINT?"),
        "TEXT" | "STRING" | "CHARACTER" | "CLOB" => error.help("did you mean VARCHAR?"),
        "DATE" | "TIME" | "DATETIME" => error.help("did you mean TIMESTAMP?"),
        "BOOLEAN" | "BOOL" => error.help("ADQL has no truth values; SMALLINT can hold 1 and 0"),
        _ => error,
    };
    error.help(
        "SMALLINT, INTEGER, BIGINT, REAL, DOUBLE PRECISION, CHAR, CHAR(n), VARCHAR, VARCHAR(n), \
         TIMESTAMP, POINT, CIRCLE, POLYGON",
    )
}
