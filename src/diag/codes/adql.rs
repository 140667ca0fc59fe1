//! Codes of ADQL queries.

use super::Code;

/// Family Q.
pub const CODES: &[Code] = &[
    Code {
        code: "Q001",
        title: "a character that is not part of ADQL",
        text: "\
Outside strings and names in double quotes a query has letters from A to Z, digits, `_`, white space
and ( ) , . * + - / = < > ! | ' \". Frequent strangers: typographic quotes and no-break spaces that
came from a text processor, backticks from MySQL, and letters of other alphabets.

  wrong:  SELECT `ra` FROM t            right:  SELECT \"ra\" FROM t
  wrong:  SELECT größe FROM t           right:  SELECT \"größe\" FROM t
  wrong:  SELECT ra /* deg */ FROM t    right:  SELECT ra -- deg",
    },
    Code {
        code: "Q002",
        title: "a string is not closed",
        text: "\
A string begins and ends with a single quote. A quote inside is doubled; a backslash means nothing.

  wrong:  'Barnard's star'    'Barnard\\'s star'
  right:  'Barnard''s star'",
    },
    Code {
        code: "Q003",
        title: "a name in double quotes is not closed, or empty",
        text: "\
Double quotes make a name of any text: \"size\", \"B-V\", \"5\"\" disk\" (a double quote inside is
doubled). Strings have single quotes: 'M31', and '' is the empty one.",
    },
    Code {
        code: "Q004",
        title: "a malformed number",
        text: "\
Numbers are 12, 12., 12.5, .5, each with an exponent (1e-5) or without. Hexadecimal literals of ADQL
2.1's drafts did not come into the standard. A word behind a number wants a space in between, and a
name that begins with a digit double quotes.

  wrong:  0xFF    1_000    1e    12abc
  right:  255     1000     1e0   \"12abc\"",
    },
    Code {
        code: "Q005",
        title: "an operator of another language",
        text: "\
ADQL has = <> != < > <= >= for comparisons, + - * / for numbers, || to join texts, and AND OR NOT.

  wrong:  a == b      right:  a = b           wrong:  a % 2       right:  MOD(a, 2)
  wrong:  a && b      right:  a AND b         wrong:  a::INT      right:  CAST(a AS INTEGER)
  wrong:  a ^ 2       right:  POWER(a, 2)     wrong:  name ~ 'x'  right:  name LIKE '%x%'",
    },
    Code {
        code: "Q010",
        title: "something else is expected at this place",
        text: "\
The query follows the grammar up to the marked place. The message says what could stand there.

  SELECT [DISTINCT] [TOP n] columns FROM tables [WHERE condition] [GROUP BY values]
  [HAVING condition] [ORDER BY values] [OFFSET n]",
    },
    Code {
        code: "Q011",
        title: "the query ends too early",
        text: "\
Something is missing at the end; often it is a parenthesis that was opened and not closed.",
    },
    Code {
        code: "Q012",
        title: "something follows the end of the query",
        text: "\
Up to the marked place the query is complete. Frequent reasons: a misspelt keyword, a `)` too many,
a clause of another dialect, a second query.",
    },
    Code {
        code: "Q013",
        title: "a reserved word is used as a name",
        text: "\
ADQL reserves the words of SQL-92 and the names of its own functions. As names of columns and tables
they need double quotes, and then exactly the spelling that the service shows.

  wrong:  SELECT size, distance FROM t
  right:  SELECT \"size\", \"distance\" FROM t

Among them: area, date, day, distance, key, language, level, log, mod, module, month, position,
public, region, second, section, size, time, user, value, year, zone.",
    },
    Code {
        code: "Q014",
        title: "a clause or literal of another SQL dialect",
        text: "\
ADQL is a small dialect for reading tables.

  LIMIT 10, FETCH FIRST 10 ROWS ONLY     SELECT TOP 10 …
  a CROSS JOIN b                         FROM a, b
  x > ALL (SELECT …)                     NOT EXISTS (SELECT … WHERE …)
  TIMESTAMP '2025-06-01'                 CAST('2025-06-01' AS TIMESTAMP)
  flag = TRUE                            flag = 1, or as the column's description says
  window functions                       a query with GROUP BY, joined
  INSERT, CREATE, DROP, …                nothing: ADQL does not change tables",
    },
    Code {
        code: "Q015",
        title: "clauses in the wrong order",
        text: "\
The order is: SELECT, DISTINCT or ALL, TOP, columns, FROM, WHERE, GROUP BY, HAVING, ORDER BY, OFFSET.
Each stands once.",
    },
    Code {
        code: "Q016",
        title: "FROM is missing",
        text: "\
Every SELECT of ADQL has a table. For a value without one, take a row of any table:
SELECT TOP 1 PI() FROM ivoa.ObsCore.",
    },
    Code {
        code: "Q017",
        title: "the list of columns is wrong",
        text: "\
`*` stands alone for all columns of all tables. Beside other columns, name the table.

  wrong:  SELECT *, t_max - t_min FROM ivoa.ObsCore
  right:  SELECT o.*, t_max - t_min AS duration FROM ivoa.ObsCore AS o",
    },
    Code {
        code: "Q018",
        title: "the number behind TOP, OFFSET or ORDER BY is wrong",
        text: "\
TOP and OFFSET are followed by a whole number of digits: no sign, no fraction, no parentheses. A
number in ORDER BY is the position of a column of the result, from 1.",
    },
    Code {
        code: "Q020",
        title: "a join without a condition, or with one too many",
        text: "\
A join has ON and a condition, or USING and columns, unless it is NATURAL, which joins on all columns
of the same name and has neither. To combine each row with each, separate tables with a comma.

  wrong:  FROM a JOIN b
  right:  FROM a JOIN b ON a.id = b.id      FROM a JOIN b USING (id)      FROM a NATURAL JOIN b",
    },
    Code {
        code: "Q021",
        title: "a query in FROM has no name",
        text: "\
  wrong:  SELECT * FROM (SELECT ra FROM t)
  right:  SELECT * FROM (SELECT ra FROM t) AS q",
    },
    Code {
        code: "Q022",
        title: "WITH at the wrong place or in a wrong form",
        text: "\
Common tables are named once, in front of the whole query; they have no column lists and cannot refer
to themselves.

  WITH bright AS (SELECT * FROM stars WHERE mag < 6),
       near AS (SELECT * FROM bright WHERE parallax > 100)
  SELECT * FROM near",
    },
    Code {
        code: "Q023",
        title: "a query used as a value",
        text: "\
Queries stand in FROM (with a name), in IN (…) and in EXISTS (…).

  wrong:  WHERE mag = (SELECT MIN(mag) FROM stars)
  right:  FROM stars, (SELECT MIN(mag) AS m FROM stars) AS q WHERE mag = m",
    },
    Code {
        code: "Q024",
        title: "ORDER BY or OFFSET inside a UNION",
        text: "\
ORDER BY and OFFSET belong to the whole of UNION, EXCEPT and INTERSECT. A part with its own stands in
parentheses.

  (SELECT TOP 10 id FROM t ORDER BY mag) UNION (SELECT TOP 10 id FROM t ORDER BY mag DESC)",
    },
    Code {
        code: "Q025",
        title: "the sides of a set operator differ in their columns",
        text: "\
UNION, EXCEPT and INTERSECT compare rows, so both sides have the same number of columns, of the same
types. The names are those of the left side.

  wrong:  SELECT ra, dec FROM a UNION SELECT id FROM b
  right:  SELECT ra, dec FROM a UNION SELECT ra, dec FROM b",
    },
    Code {
        code: "Q030",
        title: "a value where a condition is expected",
        text: "\
WHERE, HAVING, ON, AND, OR and NOT take conditions. ADQL has no truth values: CONTAINS, INTERSECTS
and functions that answer yes or no give 1 or 0.

  wrong:  WHERE CONTAINS(POINT(ra, dec), CIRCLE(10, 20, 1))
  right:  WHERE 1 = CONTAINS(POINT(ra, dec), CIRCLE(10, 20, 1))",
    },
    Code {
        code: "Q031",
        title: "a condition where a value is expected",
        text: "\
Conditions are no values in ADQL: they cannot be selected, compared or handed to functions. They
stand in WHERE, HAVING and ON.",
    },
    Code {
        code: "Q032",
        title: "a wrong number of arguments",
        text: "\
The message shows how the function is called. Angles are degrees in geometries and radians in SIN,
COS, TAN and their kin.",
    },
    Code {
        code: "Q033",
        title: "a wrong argument",
        text: "\
Some arguments must be literals, so that a service knows them before it runs the query: the places of
ROUND and TRUNCATE, the seed of RAND, the unit of IN_UNIT, the text of REGION.

  wrong:  ROUND(x, n)    IN_UNIT(ra, unit)
  right:  ROUND(x, 2)    IN_UNIT(ra, 'rad')",
    },
    Code {
        code: "Q034",
        title: "an operand or argument of the wrong kind",
        text: "\
Arithmetic is between numbers, `||` and LIKE are between texts, and geometries stand in functions of
geometries and in comparisons only. In doubt put parentheses around an operand of `||`.

  wrong:  'r' || 2 * radius                    right:  'r' || (2 * radius)
  wrong:  CIRCLE('ICRS', 10, 20)               right:  CIRCLE(10, 20, 0.5)
  wrong:  DISTANCE(CIRCLE(1, 2, 3), p)         right:  DISTANCE(CENTROID(CIRCLE(1, 2, 3)), p)",
    },
    Code {
        code: "Q035",
        title: "an unknown type in CAST",
        text: "\
CAST converts to SMALLINT, INTEGER, BIGINT, REAL, DOUBLE PRECISION, CHAR, CHAR(n), VARCHAR,
VARCHAR(n), TIMESTAMP, and from a DALI text to POINT, CIRCLE and POLYGON.",
    },
    Code {
        code: "Q036",
        title: "an unknown function",
        text: "\
Functions of ADQL 2.1:
  numbers     ABS CEILING DEGREES EXP FLOOR LOG LOG10 MOD PI POWER RADIANS RAND ROUND SQRT TRUNCATE
  angles      ACOS ASIN ATAN ATAN2 COS COT SIN TAN (radians)
  rows        AVG COUNT MAX MIN SUM
  texts       LOWER UPPER
  others      CAST COALESCE IN_UNIT
  geometries  POINT CIRCLE POLYGON BOX REGION CENTROID AREA DISTANCE CONTAINS INTERSECTS COORD1
              COORD2 COORDSYS (degrees)
Functions of the IVOA's catalogue:
  ivo_dms_to_degrees ivo_epoch_prop_pos ivo_geom_transform ivo_hashlist_has ivo_hasword
  ivo_healpix_center ivo_healpix_index ivo_histogram ivo_hms_to_degrees ivo_interval_overlaps
  ivo_nocasematch ivo_normal_random ivo_simbadpoint ivo_string_agg ivo_to_jd ivo_to_mjd
A service may have others; `obscore-view adql --udf NAME` allows one.",
    },
    Code {
        code: "Q037",
        title: "comparisons in a chain",
        text: "\
  wrong:  10 < ra < 20
  right:  10 < ra AND ra < 20         ra BETWEEN 10 AND 20 (with the bounds)",
    },
    Code {
        code: "Q038",
        title: "a name of too many parts",
        text: "\
A table is catalog.schema.table at most, a column has one part more, a function has one part. A name
that contains a dot needs double quotes.",
    },
    Code {
        code: "Q039",
        title: "IS NULL of something that is not a column",
        text: "\
IS NULL and IS NOT NULL test a column, written without parentheses.

  wrong:  WHERE (a + b) IS NULL
  right:  WHERE a IS NULL OR b IS NULL",
    },
    Code {
        code: "Q041",
        title: "something of ADQL 2.1 in a query of ADQL 2.0",
        text: "\
ADQL 2.0 has no WITH, UNION, EXCEPT, INTERSECT, OFFSET, CAST, COALESCE, ILIKE, LOWER, UPPER and
IN_UNIT; its geometries begin with a coordinate system and are made of coordinates; GROUP BY takes
columns, ORDER BY columns of the result. Leave LANG at ADQL or ask for ADQL-2.1.",
    },
    Code {
        code: "Q050",
        title: "the query is too long or too deep",
        text: "\
A query has at most 2 MiB, 64 levels of parentheses, calls and subqueries, 400 operators in a row
and 400 joins and set operators. Lists of IN, AND and OR have no limit of their own. Longer lists
are best uploaded as a table and joined.",
    },
    Code {
        code: "Q060",
        title: "understood here, but not in ADQL",
        text: "\
CASE and a semicolon at the end of the query are understood because many people write them. Services
that keep to the standard refuse them, and `obscore-view adql --strict` does.",
    },
    Code {
        code: "Q061",
        title: "deprecated since ADQL 2.1",
        text: "\
The coordinate system as first argument of POINT, CIRCLE, BOX and POLYGON never converted anything and
need not be given; BOX and COORDSYS will leave the language. ADQL 2.0 wants the coordinate system.",
    },
    Code {
        code: "Q062",
        title: "a comparison with NULL",
        text: "\
NULL is not known, so nothing is equal to it and nothing differs from it: such a condition is never
true.

  wrong:  WHERE t_min = NULL
  right:  WHERE t_min IS NULL",
    },
    Code {
        code: "Q063",
        title: "CONTAINS or INTERSECTS compared with something other than 0 and 1",
        text: "\
The functions give 1 for yes and 0 for no.",
    },
    Code {
        code: "Q064",
        title: "a latitude beyond the poles",
        text: "\
Positions are longitude first, then latitude, both in degrees. Often the two were exchanged.

  wrong:  POINT(-30, 150)
  right:  POINT(150, -30)",
    },
    Code {
        code: "Q065",
        title: "double quotes around what is probably a string",
        text: "\
Double quotes make the name of a column. Strings have single quotes.

  wrong:  WHERE target_name LIKE \"NGC%\"
  right:  WHERE target_name LIKE 'NGC%'",
    },
    Code {
        code: "Q066",
        title: "the layout leaves comments out",
        text: "\
A query is laid out from its tree, and comments are not part of that.",
    },
    Code {
        code: "Q070",
        title: "the query cannot be read",
        text: "\
The file is missing, may not be read, or is not text in UTF-8.",
    },
];
