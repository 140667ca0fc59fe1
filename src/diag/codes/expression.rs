//! Codes of where-expressions: how they are written (the second half of family M) and what they
//! mean (family W).

use super::Code;

/// Family M, from M101.
pub const CODES: &[Code] = &[
    Code {
        code: "M101",
        title: "a character that the where language does not know",
        text: "\
Where-expressions are written in Butler's own language, not in SQL. It has names (visit,
visit.exposure_time, exposure.timespan.begin), numbers, 'text' in single quotes without a quote
inside, times T'2024-05-01', ranges 1..10:2 inside IN, bind names :name, and the operators
= != < <= > >= + - * / % IN, NOT IN, OVERLAPS, NOT, AND, OR.

  wrong:  instrument = \"LSSTCam\"
  right:  instrument = 'LSSTCam'",
    },
    Code {
        code: "M102",
        title: "the where-expression has a part missing or misplaced",
        text: "\
At the place that is marked something else is expected. Frequent reasons: habits from SQL or Python.

  wrong:  visit == 12                 right:  visit = 12
  wrong:  visit <> 12                 right:  visit != 12
  wrong:  visit BETWEEN 1 AND 9       right:  visit IN (1..9)
  wrong:  physical_filter IS NULL     right:  physical_filter = NULL
  wrong:  run LIKE 'a%'               right:  GLOB(run, 'a*')",
    },
    Code {
        code: "M103",
        title: "a number of a where-expression is too large",
        text: "\
Numbers are 64-bit integers or doubles, as in the registry. A larger one can match nothing there.",
    },
    Code {
        code: "M104",
        title: "a time literal is wrong",
        text: "\
A time literal is T'[format/]value[/scale]'. Without a format, a number with a decimal point is an
MJD, and dates are ISO. Without a scale, dates are UTC and numbers are TAI.

  T'2024-05-01'   T'2024-05-01T12:00:00/tai'   T'60431.5'   T'jd/2460431.5/utc'   T'2024:122'

Formats: mjd, jd, unix, unix_tai (numbers, with a decimal point), iso, isot, fits, yday.
Scales: utc, tai, tt. Months, days, hours and minutes must exist.",
    },
    Code {
        code: "M105",
        title: "a bind name without a value",
        text: "\
`:name` in a where-expression stands for a value under `bind` in the same block.

  where:
    where: \"instrument = :camera AND visit IN (:visits)\"
    bind:
      camera: LSSTCam
      visits: [2024050100001, 2024050100002]",
    },
    Code {
        code: "M106",
        title: "an unknown function in a where-expression",
        text: "\
The functions are POINT(ra, dec), CIRCLE(ra, dec, radius), BOX(ra, dec, width, height),
POLYGON(ra, dec, …), REGION('…'), GLOB(name, 'pattern') and UUID('…'), in any case of letters.
Database functions cannot be called.",
    },
    Code {
        code: "M107",
        title: "a part of a where-expression is of the wrong kind",
        text: "\
AND, OR and NOT join conditions; comparisons, IN and arithmetic take values. Ranges stand inside IN
only, NULL beside = and != only, and a pair in parentheses is a timespan made of times.

  wrong:  visit = 1 OR 2              right:  visit IN (1, 2)
  wrong:  visit = 1..5                right:  visit IN (1..5)
  wrong:  10 < visit < 20             right:  visit > 10 AND visit < 20",
    },
    Code {
        code: "M108",
        title: "a where-expression is too deep or too long",
        text: "\
At most 50 levels of parentheses, signs and NOT, and at most 500 operators. Long lists of OR are
better written with IN, which has no limit and is faster.

  instead of:  visit = 1 OR visit = 2 OR visit = 3 …
  write:       visit IN (1, 2, 3, …)   or   visit IN (1..500)",
    },
    Code {
        code: "M109",
        title: "a range ends before it begins",
        text: "\
`first..last:stride` counts upwards and contains both ends.

  wrong:  visit IN (20..10)
  right:  visit IN (10..20)",
    },
    Code {
        code: "M110",
        title: "wrong arguments of a function",
        text: "\
Angles are numbers in degrees (or bind values), texts are literals.

  POINT(ra, dec)                       CIRCLE(ra, dec, radius)
  BOX(ra, dec, width, height)          POLYGON(ra, dec, ra, dec, ra, dec, …)
  REGION('CIRCLE 10 20 0.5')           GLOB(exposure.obs_id, 'AT_O_2024*')
  UUID('01234567-89ab-cdef-0123-456789abcdef')",
    },
];

/// Family W.
pub const MEANING: &[Code] = &[
    Code {
        code: "W001",
        title: "a name that the registry does not know",
        text: "\
A name of a where-expression is a dimension (visit, band), a field of its records
(visit.exposure_time, detector.purpose), an end of a timespan (visit.timespan.begin), or a column of
the dataset (ingest_date, run, collection, dataset_id). Case matters. A field may stand without its
dimension where only one dimension of the dataset type has it. Which dimensions and fields there are
depends on the version of the registry's dimension universe; `inspect` lists them.",
    },
    Code {
        code: "W002",
        title: "a name that can mean several columns",
        text: "\
A field without its dimension must be the only one of that name among the dimensions of the dataset
type. A dimension wins over fields of the same name.

  wrong:  timespan OVERLAPS T'2024-05-01'
  right:  visit.timespan OVERLAPS T'2024-05-01'",
    },
    Code {
        code: "W003",
        title: "kinds of values that do not agree",
        text: "\
Both sides of a comparison must be of one kind; only integers and floating-point numbers compare with
each other, and times with ingest dates. Arithmetic and lists of bind values need exactly one kind.
Ranges are for integers, OVERLAPS for timespans, also with a time on the other side.

  wrong:  visit = '12'                              right:  visit = 12
  wrong:  visit.timespan.begin > '2024-05-01'       right:  visit.timespan.begin > T'2024-05-01'
  wrong:  visit.timespan > T'2024-05-01'            right:  visit.timespan.begin > T'2024-05-01'
  wrong:  visit.exposure_time * 2 > 30              right:  visit.exposure_time * 2.0 > 30

An end of a timespan that is unbounded, absent or empty compares as 1970-01-01, as in Butler on
PostgreSQL. With --parity, on SQLite, an unbounded end compares as 2100-01-01, as in Butler there.",
    },
    Code {
        code: "W004",
        title: "a key without its instrument or skymap",
        text: "\
Visits, exposures, detectors and filters are numbered by each instrument on its own, tracts and
patches by each skymap. An expression that names such a key must compare the instrument or skymap as
well; Butler refuses it otherwise. A list of bind values does not count as a comparison.

  wrong:  visit = 2024050100001
  right:  instrument = 'LSSTCam' AND visit = 2024050100001
  wrong:  instrument IN (:cameras) AND visit > 1
  right:  instrument IN ('LSSTCam', 'LSSTComCam') AND visit > 1",
    },
    Code {
        code: "W005",
        title: "a dimension that the dataset type cannot be joined with",
        text: "\
Dimensions that the dataset type lacks are joined by Butler: an exposure to its visits, a band to its
filters, an instrument to anything. These become a test whether there is such a record. Where regions
on the sky or validity ranges decide (the visits that overlap the patch of a coadd), Butler computes
the join in Python, which a view cannot. A `where` of the whole mapping applies to every dataset type
without an entry under dataset_type_constraints; give those that it does not fit an entry of their own.

  dataset_type_constraints:
    deep_coadd:
      - where: \"skymap = 'lsst_cells_v1' AND tract > 100\"
    visit_image:
      - where: \"instrument = 'LSSTCam' AND visit > 2024050100000\"",
    },
    Code {
        code: "W006",
        title: "a comparison that a view cannot make",
        text: "\
Regions can be compared with NULL only: Butler's exact test of overlap runs in Python. Use s_region,
s_ra and s_dec in queries on the view. Validity ranges of calibrations take no part in a view. Ingest
dates of registries with version 1 of the datasets manager are in UTC and compare with time literals
only, as in Butler.",
    },
    Code {
        code: "W007",
        title: "a condition where a value is needed, or a value where a condition is",
        text: "\
Columns that are true or false are conditions by themselves.

  wrong:  exposure.can_see_sky = 1      right:  exposure.can_see_sky
  wrong:  exposure.can_see_sky = false  right:  NOT exposure.can_see_sky
  wrong:  instrument AND visit = 1      right:  instrument = 'LSSTCam' AND visit = 1",
    },
    Code {
        code: "W008",
        title: "a column of another dataset type",
        text: "\
`TYPE.run`, `TYPE.ingest_date`, `TYPE.collection` and `TYPE.dataset_id` can be used in a condition on
that dataset type. Without the type (`run`, `ingest_date`), they mean the dataset type that the
condition is on, so that one `where` can serve all.",
    },
];
