//! Codes of where-expressions; the second half of family M.

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
