//! Instants: what the databases spell differently.
//!
//! In: TAI nanoseconds, microseconds since 1970, MJDs. Out: numbers, texts and timestamps.

use sea_query::Expr;

use super::Dialect;
use crate::time::Piece;

impl Dialect {
    /// MJD of `{0}` TAI nanoseconds that lie in `piece`, as a template. Whole days apart from their fraction,
    /// so that all digits count.
    pub fn linear(self, piece: Piece) -> String {
        let Piece { from, mjd, day } = piece;
        let double = match self {
            Self::Postgres => "::double precision",
            Self::Sqlite => "",
        };
        format!(
            "{mjd:?}{double} + ({{0}} - {from}) / {day:.0} + (({{0}} - {from}) % {day:.0}) / {day:e}{double}"
        )
    }

    /// A row of a VALUES list for a piece.
    pub fn piece_row(self, piece: Piece) -> String {
        let Piece { from, mjd, day } = piece;
        match self {
            Self::Postgres => {
                format!("({from}::bigint, {mjd:?}::double precision, {day:e}::double precision)")
            }
            Self::Sqlite => format!("({from}, {mjd:?}, {day:e})"),
        }
    }

    /// A SELECT of named columns from a VALUES list.
    pub fn values(self, names: &[&str], rows: &[String]) -> String {
        let rows = rows.join(",\n  ");
        match self {
            Self::Postgres => {
                let names = names.join(", ");
                format!("SELECT {names}\nFROM (VALUES\n  {rows}\n) AS p ({names})")
            }
            Self::Sqlite => {
                let named = names.iter().enumerate();
                let named: Vec<String> =
                    named.map(|(index, name)| format!("column{} AS {name}", index + 1)).collect();
                format!("SELECT {}\nFROM (VALUES\n  {rows}\n)", named.join(", "))
            }
        }
    }

    /// Date and time of day of microseconds since 1970.
    pub fn civil_text(self, microseconds: &Expr, separator: char) -> Expr {
        let template = match self {
            Self::Postgres => format!(
                "to_char(timestamp '1970-01-01' + ({{0}}) * interval '1 microsecond', \
                 'YYYY-MM-DD\"{separator}\"HH24:MI:SS.US')"
            ),
            Self::Sqlite => format!(
                "strftime('%Y-%m-%d{separator}%H:%M:%S', ({{0}}) / 1000000, 'unixepoch') || \
                 printf('.%06d', ({{0}}) % 1000000)"
            ),
        };
        self.fill(&template, &[microseconds])
    }

    /// The text of `q.since` nanoseconds after midnight of `q.mjd`, in a piece whose days have
    /// `q.day_length`. A day with a whole leap second ends in `:60`; the smaller steps and the drift
    /// before 1972 are spread over the day.
    pub fn piece_label(self, separator: char) -> String {
        let leap = "q.day_length > 86400.5e9 AND q.since >= 86400000000000";
        let even = "CASE WHEN q.day_length > 86400.5e9 THEN q.since / 1000 ELSE CAST(round(q.since \
                    * (8.64e13 / q.day_length) / 1000) AS bigint) END";
        match self {
            Self::Postgres => format!(
                "CASE WHEN {leap} THEN to_char(date '1858-11-17' + q.mjd::integer, \
                 'YYYY-MM-DD\"{separator}23:59:60.\"') || lpad((q.since % 1000000000 / 1000)::text, \
                 6, '0') ELSE to_char(date '1858-11-17' + q.mjd::integer + ({even}) * interval '1 \
                 microsecond', 'YYYY-MM-DD\"{separator}\"HH24:MI:SS.US') END"
            ),
            Self::Sqlite => format!(
                "CASE WHEN {leap} THEN strftime('%Y-%m-%d', q.mjd + 2400000.5) || \
                 '{separator}23:59:60' || printf('.%06d', q.since % 1000000000 / 1000) ELSE \
                 strftime('%Y-%m-%d{separator}%H:%M:%S', CAST(q.mjd - 40587 AS integer) * 86400 + \
                 ({even}) / 1000000, 'unixepoch') || printf('.%06d', ({even}) % 1000000) END"
            ),
        }
    }

    /// `{0}` where an instant is named several times: computed once, as `b.tai`.
    pub fn once(self, form: impl FnOnce(&Expr) -> Expr, tai: &Expr) -> Expr {
        match self {
            // An expression of a column costs nothing there, and a subquery would hide the column.
            Self::Postgres => form(tai),
            Self::Sqlite => {
                let form = form(&Expr::cust("b.tai"));
                self.fill("(SELECT {0} FROM (SELECT {1} AS tai) AS b)", &[&form, tai])
            }
        }
    }

    /// A timestamp, from an MJD plus days.
    pub fn timestamp_of_mjd(self, mjd: &Expr, plus_days: f64) -> Expr {
        let template = match self {
            Self::Postgres => {
                format!("timestamp '1858-11-17' + ({{0}} + {plus_days:?}) * interval '1 day'")
            }
            Self::Sqlite => {
                format!("strftime('%Y-%m-%dT%H:%M:%f', {{0}} + {plus_days:?} + 2400000.5)")
            }
        };
        self.fill(&template, &[mjd])
    }

    /// A stored timestamp, plus days.
    pub fn timestamp_plus(self, stored: &Expr, days: f64) -> Expr {
        match self {
            Self::Postgres if days == 0.0 => stored.clone(),
            Self::Postgres => self.fill(&format!("{{0}} + {days:?} * interval '1 day'"), &[stored]),
            Self::Sqlite => {
                let template = format!("strftime('%Y-%m-%dT%H:%M:%f', {{0}}, '{days:+?} days')");
                self.fill(&template, &[stored])
            }
        }
    }

    /// A timestamp as a constant; `text` is ISO.
    pub fn timestamp_constant(self, text: &str) -> Expr {
        let quoted = self.quote(text);
        match self {
            Self::Postgres => Expr::cust(format!("timestamp {quoted}")),
            Self::Sqlite => Expr::cust(quoted),
        }
    }

    /// A timestamp such that equal instants are equal and earlier ones less.
    pub fn comparable_timestamp(self, value: &Expr) -> Expr {
        match self {
            Self::Postgres => value.clone(),
            Self::Sqlite => self.fill("adql_timestamp({0})", &[value]),
        }
    }
}
