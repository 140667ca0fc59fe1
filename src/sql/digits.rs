//! Digits of numbers, exact to the last one, in either dialect.
//!
//! In: SQL expressions. Out: expressions, and the WITH clauses that yield the decimal digits of a
//! double. No database writes a double with its exact digits by itself (SQLite stops at 16,
//! PostgreSQL's `numeric` at 15), so a double is taken as `m × 2^e` with whole `m`; then
//! `m × 2^e`, or `m × 5^-e` with the point moved, is a whole number whose digits are the double's.

use sea_query::Expr;

use super::Dialect;

/// Whole `m` below 2^62, and `e`, with `|value| = m × 2^e`. Steps of eight bits stay exact: what is
/// not whole is below 2^53, and what is 2^62 or more is a multiple of 2^10.
const SCALED: &str = "scaled (m, e) AS (
    SELECT abs(w), 0 FROM input WHERE w - w = 0
    UNION ALL
    SELECT CASE WHEN m < 4611686018427387904 THEN m * 256 ELSE m / 256 END,
      CASE WHEN m < 4611686018427387904 THEN e - 8 ELSE e + 8 END
    FROM scaled
    WHERE m >= 4611686018427387904 OR m <> {whole}
  )";

/// Digits `s` and exponent `q` of ten.
const POSTGRES_EXACT: &str = "exact (s, q) AS MATERIALIZED (
    SELECT CAST(trunc(CAST(CAST(m AS bigint) AS numeric)
        * power(CAST(CASE WHEN e < 0 THEN 5 ELSE 2 END AS numeric), abs(e))) AS text),
      least(e, 0)
    FROM scaled
    WHERE m < 4611686018427387904 AND m = {whole}
  )";

/// The same by long multiplication.
const SQLITE_EXACT: &str = "exact (s, q) AS MATERIALIZED (
    SELECT CASE WHEN ltrim(done, '0') = '' THEN '0' ELSE ltrim(done, '0') END, q
    FROM product
    WHERE todo = '' AND carry = 0 AND times = 0
  )";

const SQLITE_START: &str = "SELECT 0, '', 0, printf('%026d', CAST(m AS integer)), abs(e) / 8,
      CASE WHEN e < 0 THEN 390625 ELSE 256 END, min(e, 0)
    FROM scaled
    WHERE m < 4611686018427387904 AND m = {whole}";

/// Long multiplication of whole numbers, each a `part`, by 256 or 5^8: `times` multiplications by
/// `f` of thirteen digits at a time, each of which takes `todo` from its end and puts it into
/// `done`. It has ended where `todo`, `carry` and `times` have.
pub(super) const PRODUCT: &str = "product (part, todo, carry, done, times, f, q) AS (
    {start}
    UNION ALL
    SELECT part,
      CASE WHEN todo <> '' THEN substr(todo, 1, length(todo) - 13)
        WHEN carry > 0 THEN '' ELSE done END,
      CASE WHEN todo <> ''
        THEN (CAST(substr(todo, -13) AS integer) * f + carry) / 10000000000000 ELSE 0 END,
      CASE WHEN todo <> ''
          THEN printf('%013d', (CAST(substr(todo, -13) AS integer) * f + carry) % 10000000000000)
            || done
        WHEN carry > 0 THEN printf('%013d', carry) || done ELSE '' END,
      CASE WHEN todo = '' AND carry = 0 THEN times - 1 ELSE times END, f, q
    FROM product
    WHERE todo <> '' OR carry > 0 OR times > 0
  )";

/// The first `n` digits `d`, rounded half to even as C and Python do, one more of them after a
/// carry into a new place; `x` is the exponent of the first digit of `s`.
const ROUNDED: &str = "cut (x, n, head, tail) AS MATERIALIZED (
    SELECT x, n, {head}, rtrim(CASE WHEN n < 0 THEN '' ELSE substr(s, n + 1) END, '0')
    FROM (SELECT s, length(s) - 1 + q AS x, {count} AS n FROM exact) AS places
  ),
  turned (x, n, head, kept) AS MATERIALIZED (
    SELECT x, n, head,
      CASE WHEN tail > '5'
        OR tail = '5' AND substr(head, length(head), 1) IN ('1', '3', '5', '7', '9')
        THEN rtrim(head, '9') END
    FROM cut
  ),
  rounded (x, n, d) AS MATERIALIZED (
    SELECT x, n,
      CASE WHEN kept IS NULL THEN head WHEN kept = '' THEN '1' || {zeros_n}
        ELSE substr(kept, 1, length(kept) - 1)
          || (CAST(substr(kept, length(kept), 1) AS integer) + 1) || {zeros_kept} END
    FROM turned
  )";

impl Dialect {
    /// The WITH clauses `input (w)`, the double, to `rounded (x, n, d)`: the digits `d` of its
    /// magnitude. `count` is how many are kept, an expression of its digits `s`, the exponents `x`
    /// of the first and `q` of the last of them. There is no row for infinity, NaN and NULL.
    pub fn rounded_digits(self, value: &Expr, percent: bool, count: &str) -> String {
        let double = self.fill("CAST({0} AS double precision)", &[value]);
        let input = match percent {
            true => self.hundredfold(&double),
            false => double,
        };
        let (exact, whole) = match self {
            Self::Postgres => (POSTGRES_EXACT.to_owned(), "trunc(m)"),
            Self::Sqlite => (
                format!("{},\n  {SQLITE_EXACT}", PRODUCT.replace("{start}", SQLITE_START)),
                "CAST(m AS integer)",
            ),
        };
        let head = format!(
            "substr(s, 1, CASE WHEN n < 0 THEN 0 ELSE n END) || {}",
            self.zeros("n - length(s)")
        );
        let rounded = ROUNDED
            .replace("{head}", &head)
            .replace("{count}", count)
            .replace("{zeros_n}", &self.zeros("n"))
            .replace("{zeros_kept}", &self.zeros("n - length(kept)"));
        let input = format!("input (w) AS (SELECT {})", self.text(&input));
        [&input, SCALED, &exact, &rounded].join(",\n  ").replace("{whole}", whole)
    }

    /// A hundred times a double; too much of it is infinity, as in Python, not an error.
    fn hundredfold(self, value: &Expr) -> Expr {
        match self {
            Self::Postgres => self.fill(
                "CASE WHEN abs({0}) < 1.797693134862316e306 THEN {0} * 100 ELSE {0} * 'Infinity' \
                 END",
                &[value],
            ),
            Self::Sqlite => self.fill("({0} * 100)", &[value]),
        }
    }

    /// What Python calls a double that is not finite; NULL stays NULL.
    pub fn infinite_to_text(self, value: &str) -> String {
        match self {
            Self::Postgres => format!(
                "CASE WHEN abs({value}) = 'Infinity' THEN 'inf' WHEN {value} = 'NaN' THEN 'nan' END"
            ),
            Self::Sqlite => format!("CASE WHEN {value} IS NOT NULL THEN 'inf' END"),
        }
    }

    /// Whether a double has the sign, which zero can have, too; SQLite stores no negative zero.
    pub fn has_sign(self, value: &str) -> String {
        match self {
            Self::Postgres => format!("CAST({value} AS text) LIKE '-%'"),
            Self::Sqlite => format!("{value} < 0"),
        }
    }

    /// As many zeros as the integer expression says; none when it is negative.
    pub fn zeros(self, count: &str) -> String {
        match self {
            Self::Postgres => format!("repeat('0', {count})"),
            // Every zero byte has two digits, so there are more than enough.
            Self::Sqlite => format!("substr(hex(zeroblob({count})), 1, max(0, {count}))"),
        }
    }

    /// Where a text is in another one, from 1; zero when it is not there.
    pub fn position(self, text: &str, wanted: &str) -> String {
        match self {
            Self::Postgres => format!("strpos({text}, {wanted})"),
            Self::Sqlite => format!("instr({text}, {wanted})"),
        }
    }

    /// Decimal digits of an integer without its sign.
    pub fn decimal(self, value: &Expr) -> Expr {
        self.fill("ltrim(CAST({0} AS text), '-')", &[value])
    }

    /// Hexadecimal digits of an integer without its sign. The least integer has no opposite, but
    /// its bits are those of its magnitude.
    pub fn hexadecimal(self, value: &Expr) -> Expr {
        let template = match self {
            Self::Postgres => "to_hex(CASE WHEN {0} = {least} THEN {0} ELSE abs({0}) END)",
            // printf writes NULL as zero.
            Self::Sqlite => {
                "CASE WHEN {0} IS NOT NULL THEN printf('%x', CASE WHEN {0} = {least} THEN {0} \
                 ELSE abs({0}) END) END"
            }
        };
        self.fill(&template.replace("{least}", LEAST), &[&self.long(value)])
    }

    /// Octal (`bits` = 3) or binary (1) digits of an integer without its sign.
    pub fn octal_or_binary(self, value: &Expr, bits: usize) -> Expr {
        let least = match bits {
            1 => format!("{:b}", 1_u64 << 63),
            _ => format!("{:o}", 1_u64 << 63),
        };
        let table: String = match bits {
            1 => (0..8).map(|digit| format!("{digit:03b}")).collect(),
            _ => (0..8).map(|digit| digit.to_string()).collect(),
        };
        let width = table.len() / 8;
        let digits = format!("substr('{table}', 1 + {width} * CAST(n & 7 AS integer), {width})");
        let template = format!(
            "CASE WHEN {{0}} = {LEAST} THEN '{least}' ELSE (WITH RECURSIVE octets (n, t) AS (SELECT \
             abs({{0}}), '' UNION ALL SELECT n >> 3, {digits} || t FROM octets WHERE n > 0) SELECT \
             CASE WHEN t = '' THEN '0' ELSE ltrim(t, '0') END FROM octets WHERE n = 0) END"
        );
        self.fill(&template, &[&self.long(value)])
    }

    fn long(self, value: &Expr) -> Expr {
        self.fill("CAST({0} AS bigint)", &[value])
    }

    /// The character of a code point; NULL for what is none, and for NUL, which texts cannot hold.
    pub fn character(self, value: &Expr) -> Expr {
        let char_of = match self {
            Self::Postgres => "chr(CAST({0} AS integer))",
            Self::Sqlite => "char({0})",
        };
        let template = format!(
            "CASE WHEN {{0}} BETWEEN 1 AND 55295 OR {{0}} BETWEEN 57344 AND 1114111 THEN {char_of} END"
        );
        self.fill(&template, &[value])
    }

    /// Digits with a separator between groups of `size`, from the right.
    pub fn grouped(self, digits: &str, separator: char, size: usize) -> String {
        let last = size - 1;
        format!(
            "(WITH RECURSIVE grouped (head, tail) AS (SELECT {digits}, '' UNION ALL SELECT \
             substr(head, 1, length(head) - {size}), '{separator}' || substr(head, length(head) - \
             {last}) || tail FROM grouped WHERE length(head) > {size}) SELECT head || tail FROM \
             grouped WHERE length(head) <= {size})"
        )
    }

    /// The character `fill`, `width - taken` times, or nothing.
    pub fn padding(self, fill: char, width: usize, taken: &str) -> String {
        match self {
            Self::Postgres => {
                let fill = self.quote(&fill.to_string());
                format!("repeat({fill}, {width} - ({taken}))")
            }
            Self::Sqlite => {
                let fill = self.quote(&fill.to_string().repeat(width));
                format!("substr({fill}, 1, max(0, {width} - ({taken})))")
            }
        }
    }
}

/// The least integer of 64 bits, in a form that no dialect takes for anything longer.
const LEAST: &str = "(-9223372036854775807 - 1)";
