//! Codes of what queries mean.

use super::Code;

/// Family Q, from 101 on.
pub const CODES: &[Code] = &[
    Code {
        code: "Q101",
        title: "an unknown table",
        text: "\
Tables are called by schema and name: ivoa.ObsCore, butler.visit, TAP_SCHEMA.tables, and TAP_UPLOAD.x
for what comes with the request. The schema can be left out where only one has a table of the name.
Small and capital letters are alike, except inside double quotes.

  SELECT table_name FROM TAP_SCHEMA.tables      lists all tables",
    },
    Code {
        code: "Q102",
        title: "a table name that several schemas have",
        text: "\
A table name without its schema must be unique in the service. Write the schema: butler.visit.",
    },
    Code {
        code: "Q103",
        title: "an unknown column",
        text: "\
The tables behind FROM have no column of this name. An alias of the select list is known in ORDER BY and
GROUP BY only, not in WHERE. A name in double quotes must have exactly the case of the column.

  SELECT column_name, description FROM TAP_SCHEMA.columns WHERE table_name = 'ivoa.ObsCore'",
    },
    Code {
        code: "Q104",
        title: "a column name that several tables have",
        text: "\
More than one table of the query has a column of this name. Say which one is meant: table.column, or
alias.column. After NATURAL JOIN and USING the shared columns are one.",
    },
    Code {
        code: "Q105",
        title: "a value of the wrong type",
        text: "\
Functions and operators want numbers, texts, timestamps or geometries. Nothing is converted by itself
but numbers to wider numbers, and constant texts to timestamps beside a timestamp. CAST converts the
rest.

  wrong:  ABS('12')         right:  ABS(12)
  wrong:  band + 1          right:  band || '1'
  wrong:  AREA(s_ra)        right:  AREA(s_region)",
    },
    Code {
        code: "Q106",
        title: "values that cannot be compared",
        text: "\
Both sides of a comparison are numbers, or texts, or timestamps. Geometries are compared with CONTAINS,
INTERSECTS and DISTANCE.

  wrong:  calib_level = '2'                 right:  calib_level = 2
  wrong:  s_region = CIRCLE(10, 20, 1)      right:  1 = INTERSECTS(s_region, CIRCLE(10, 20, 1))",
    },
    Code {
        code: "Q108",
        title: "an aggregate where none can stand",
        text: "\
COUNT, MIN, MAX, AVG and SUM are computed from the rows of a group, after WHERE has chosen them. A
condition on them stands in HAVING.

  wrong:  SELECT band FROM t WHERE COUNT(*) > 5 GROUP BY band
  right:  SELECT band FROM t GROUP BY band HAVING COUNT(*) > 5",
    },
    Code {
        code: "Q109",
        title: "a column that is neither grouped nor aggregated",
        text: "\
With GROUP BY or an aggregate there is one row for each group, so a column must have one value in it: it
stands in GROUP BY or inside an aggregate.

  wrong:  SELECT band, t_min FROM t GROUP BY band
  right:  SELECT band, MIN(t_min) FROM t GROUP BY band",
    },
    Code {
        code: "Q110",
        title: "set operands of different types",
        text: "\
UNION, EXCEPT and INTERSECT compare rows column by column; columns at the same place have types that go
together. CAST one of them.",
    },
    Code {
        code: "Q111",
        title: "a subquery of the wrong width",
        text: "\
The query behind IN has one column, with which the value is compared.",
    },
    Code {
        code: "Q112",
        title: "a unit that cannot be converted",
        text: "\
IN_UNIT converts a value whose unit is known (that of a column, TAP_SCHEMA.columns tells it) to another
unit of VOUnits that measures the same.

  IN_UNIT(em_min, 'nm')      IN_UNIT(t_exptime, 'min')      IN_UNIT(s_fov, 'arcsec')",
    },
    Code {
        code: "Q113",
        title: "a function that this service does not offer",
        text: "\
The function is in the IVOA's catalogue, but not in this service. /capabilities lists what is.",
    },
    Code {
        code: "Q114",
        title: "two tables of one name",
        text: "\
Tables of one query need different names. Give one an alias: FROM butler.visit AS a JOIN butler.visit
AS b ON …",
    },
    Code {
        code: "Q115",
        title: "a number beyond all types",
        text: "\
Integers have 64 bits; a larger literal is taken for a double, and a double ends at 1.797E308.",
    },
    Code {
        code: "Q116",
        title: "an order that the result does not have",
        text: "\
The rows of UNION, EXCEPT, INTERSECT and DISTINCT are what the select list says; only its columns can
sort them.

  wrong:  SELECT DISTINCT band FROM t ORDER BY t_min
  right:  SELECT DISTINCT band, t_min FROM t ORDER BY t_min",
    },
    Code {
        code: "Q117",
        title: "a value that a function cannot take",
        text: "\
While the query ran, a function met a value outside of what it is defined for: a latitude beyond a
pole, a polygon whose edges cross, a text that is no number in CAST. WHERE can leave such rows out.",
    },
    Code {
        code: "Q118",
        title: "the query was stopped",
        text: "\
It took longer than this service allows, or someone aborted it. Conditions on t_min, obs_collection,
instrument_name and positions make queries fast; asynchronous jobs may take longer than synchronous
queries, and EXECUTIONDURATION asks for more.",
    },
    Code {
        code: "Q119",
        title: "the query reads too many rows",
        text: "\
Geometries of a registry on PostgreSQL are tested outside of it. For that, the rows which the other
conditions leave over are fetched, and there were more of them than the service allows. Add
conditions on t_min, obs_collection, calib_level, instrument_name or band.",
    },
    Code {
        code: "Q120",
        title: "a query that is too large",
        text: "\
The database takes only so many tables, constants and levels in one statement. Upload long lists as a
table and join with it: FROM ivoa.ObsCore JOIN TAP_UPLOAD.mine ON …",
    },
    Code {
        code: "Q121",
        title: "an unknown query language",
        text: "\
Queries are in ADQL, version 2.1 or 2.0: --lang ADQL-2.1, --lang ADQL-2.0. A query of 2.0 may use the
words that 2.1 reserved as names.",
    },
    Code {
        code: "Q122",
        title: "an upload that is none",
        text: "\
--upload NAME=FILE makes a VOTable the table TAP_UPLOAD.NAME of the query. The name begins with a letter,
goes on with letters, digits and _, and is no word of ADQL; the file exists.",
    },
];
