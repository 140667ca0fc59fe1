//! Python's `repr` of a double, in either dialect.
//!
//! In: an expression. Out: the shortest digits that read back as the same number, laid out as
//! CPython's `float_repr_style = 'short'`.

use sea_query::Expr;

use super::Dialect;
use super::digits::PRODUCT;

/// PostgreSQL has the shortest digits, too, but no `.0`, and turns to an exponent at 1e15 where
/// Python does at 1e16. From there on a number with still fewer digits can lie right between two
/// doubles (1e23); PostgreSQL does not take it, Python does when it reads back as the same double.
const POSTGRES: &str = "CASE WHEN abs({0}) < 1e-4 AND {0} <> 0 THEN {0}::text WHEN abs({0}) < 1e16 \
AND {0} = floor({0}) THEN {0}::text::numeric::text || '.0' WHEN abs({0}) < 1e16 THEN {0}::text WHEN \
abs({0}) = 'Infinity' THEN replace({0}::text, 'Infinity', 'inf') WHEN {0} = 'NaN' THEN 'nan' ELSE \
coalesce((SELECT t FROM (SELECT n, ltrim(to_char({0}, CASE WHEN n = 0 THEN '9' ELSE '9.' END || \
repeat('9', n) || 'EEEE')) AS t FROM generate_series(0, 15) AS n) AS candidate WHERE \
length(t) < length({0}::text) AND CASE WHEN abs(CAST(t AS numeric)) < 1.7976931348623158e308 THEN CAST(t AS double precision) = {0} END ORDER BY n LIMIT 1), \
{0}::text) END";

/// Whole numbers and numbers of nine decimals (a quotient of two exact numbers is what Python reads)
/// are simple; others are written exactly.
const SQLITE: &str = "CASE WHEN {0} IS NULL THEN NULL WHEN {0} = CAST({0} AS integer) AND abs({0}) < 1e15 \
THEN CAST({0} AS integer) || '.0' WHEN abs({0}) BETWEEN 1e-4 AND 1e6 AND CAST(abs({0}) * 1000000000 + 0.5 \
AS integer) / 1000000000.0 = abs({0}) THEN CASE WHEN {0} < 0 THEN '-' ELSE '' END || (CAST(abs({0}) * \
1000000000 + 0.5 AS integer) / 1000000000) || '.' || rtrim(printf('%09d', CAST(abs({0}) * 1000000000 \
+ 0.5 AS integer) % 1000000000), '0') WHEN {0} - {0} IS NULL THEN CASE WHEN {0} < 0 THEN '-inf' \
ELSE 'inf' END ELSE {exact} END";

/// `m × 2^e` with the 53 bits of a double, and the middles between it and its neighbours, as whole
/// numbers of one scale; then the first of 1, 2, … 17 digits between the middles. At a power of two
/// the nearest number of some digits can lie beyond the nearer middle, and the next one not.
/// Every clause is read once only, since SQLite would compute it again. An even `m` makes `part`
/// odd; `min` names the row whose columns stand beside it.
const SQLITE_EXACT: &str = "(WITH RECURSIVE
  input (w) AS (SELECT {0}),
  bits (m, e) AS (
    SELECT abs(w), 0 FROM input
    UNION ALL
    SELECT CASE WHEN m >= 4611686018427387904 THEN m / 512 WHEN m >= 9007199254740992 THEN m / 2
        WHEN m < 8796093022208 AND e > -1065 THEN m * 512 ELSE m * 2 END,
      CASE WHEN m >= 4611686018427387904 THEN e + 9 WHEN m >= 9007199254740992 THEN e + 1
        WHEN m < 8796093022208 AND e > -1065 THEN e - 9 ELSE e - 1 END
    FROM bits
    WHERE m >= 9007199254740992 OR m < 4503599627370496 AND e > -1074
  ),
  quarters (part, m, e) AS (
    SELECT column1 * 2 + (CAST(m AS integer) % 2 = 0),
      CAST(m AS integer) * 4 + CASE WHEN column1 < 0 AND m = 4503599627370496
        AND e > -1074 THEN -1 ELSE 2 * column1 END, e - 2
    FROM bits CROSS JOIN (VALUES (-1), (0), (1))
    WHERE m < 9007199254740992 AND (m >= 4503599627370496 OR e = -1074)
  ),
  shifted (part, m, e) AS (
    SELECT part, m << ((e % 8 + 8) % 8), e - (e % 8 + 8) % 8 FROM quarters
  ),
  {product},
  ends (low, s, high, q, even) AS MATERIALIZED (
    SELECT max(CASE WHEN part < 0 THEN ltrim(done, '0') END),
      max(CASE WHEN part BETWEEN 0 AND 1 THEN ltrim(done, '0') END),
      max(CASE WHEN part > 1 THEN ltrim(done, '0') END), max(q), max(part) = 3
    FROM product
    WHERE todo = '' AND carry = 0 AND times = 0
  ),
  range (low, s, high, q, even) AS MATERIALIZED (
    SELECT substr({zeros} || low, -length(high)), substr({zeros} || s, -length(high)), high, q, even
    FROM ends
  ),
  places (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM places WHERE n < 17),
  cut (n, head, tail, low, s, high, q, even) AS MATERIALIZED (
    SELECT n, substr(s, 1, length(s) - length(ltrim(s, '0')) + n),
      rtrim(substr(s, length(s) - length(ltrim(s, '0')) + n + 1), '0'), low, s, high, q, even
    FROM range CROSS JOIN places
  ),
  candidate (n, far, c, low, s, high, q, even) AS MATERIALIZED (
    SELECT n, (tail > '5' OR tail = '5' AND head % 2 = 1) <> up,
      CASE WHEN up THEN printf('%0' || length(head) || 'd', head + 1) ELSE head END || {down},
      low, s, high, q, even
    FROM cut CROSS JOIN (SELECT 0 AS up UNION ALL SELECT 1)
    WHERE tail <> '' OR NOT up
  ),
  best (d, x, rank) AS MATERIALIZED (
    SELECT ltrim(c, '0'), length(ltrim(c, '0')) - 1 + q, min(2 * n + far)
    FROM candidate
    WHERE length(c) = length(s) AND (c > low AND c < high OR even AND (c = low OR c = high))
  )
  SELECT CASE WHEN w < 0 THEN '-' ELSE '' END
    || CASE WHEN x < -4 OR x >= 16
      THEN rtrim(substr(d, 1, 1) || '.' || rtrim(substr(d, 2), '0'), '.')
        || 'e' || CASE WHEN x < 0 THEN '-' ELSE '+' END || printf('%02d', abs(x))
    WHEN x < 0 THEN '0.' || {small} || rtrim(d, '0')
    ELSE substr(d, 1, x + 1) || '.' || substr(d, x + 2, 1) || rtrim(substr(d, x + 3), '0') END
  FROM best CROSS JOIN input)";

const SQLITE_START: &str = "SELECT part, '', 0, printf('%026d', m), abs(e) / 8,
      CASE WHEN e < 0 THEN 390625 ELSE 256 END, min(e, 0)
    FROM shifted";

impl Dialect {
    /// Python's `repr` of a double: the shortest digits that read back as the same number.
    pub fn double_to_text(self, value: &Expr) -> Expr {
        match self {
            Self::Postgres => self.fill(POSTGRES, &[value]),
            Self::Sqlite => {
                let exact = SQLITE_EXACT
                    .replace("{product}", &PRODUCT.replace("{start}", SQLITE_START))
                    .replace("{zeros}", &self.zeros("length(high)"))
                    .replace("{down}", &self.zeros("length(s) - length(head)"))
                    .replace("{small}", &self.zeros("- x - 1"));
                self.fill(&SQLITE.replace("{exact}", &exact), &[value])
            }
        }
    }
}
