//! Instants in SQL.
//!
//! In: timespan columns in TAI nanoseconds. Out: UTC as MJD, text or timestamp, by the pieces of
//! [`crate::time`]. What is newer than the last leap second takes a short path; older instants look
//! their piece up in a helper view.

use sea_query::{Expr, ExprTrait};

use super::Target;
use super::scalar::column;
use crate::plan::{Bound, TimeForm};
use crate::sql::Dialect;
use crate::time::{self, PIECES, Piece};

impl Target {
    /// An end of the timespan of table `alias`, in TAI nanoseconds; NULL where there is none.
    pub(super) fn bound(&self, alias: &str, bound: Bound) -> Expr {
        match self.dialect {
            Dialect::Postgres => {
                let name = match bound {
                    Bound::Begin => "lower",
                    Bound::End => "upper",
                };
                self.dialect.fill(&format!("{name}({{0}})"), &[&column(alias, "timespan")])
            }
            Dialect::Sqlite => {
                let begin = column(alias, "timespan_begin");
                let end = column(alias, "timespan_end");
                let (this, sentinel) = match bound {
                    Bound::Begin => (&begin, time::UNBOUNDED_BEGIN),
                    Bound::End => (&end, time::UNBOUNDED_END),
                };
                // An empty timespan is stored with its end before its begin.
                let template =
                    format!("CASE WHEN {{0}} < {{1}} THEN nullif({{2}}, {sentinel}) END");
                self.dialect.fill(&template, &[&begin, &end, this])
            }
        }
    }

    /// An end of the timespan of table `alias`, zero where there is none, for comparisons.
    pub(super) fn edge(&self, alias: &str, bound: Bound, stand_ins: bool) -> Expr {
        let name = match bound {
            Bound::Begin => "timespan_begin",
            Bound::End => "timespan_end",
        };
        if self.dialect == Dialect::Sqlite && stand_ins {
            return self.dialect.fill("coalesce({0}, 0)", &[&column(alias, name)]);
        }
        self.dialect.fill("coalesce({0}, 0)", &[&self.bound(alias, bound)])
    }

    /// A TAI instant as a constant that ingest dates compare with.
    pub(super) fn stored_instant(&self, tai: i64) -> Expr {
        use crate::registry::IngestDate;
        let text = time::iso_utc(tai, 6, ' ');
        match (self.ingest_date, self.dialect) {
            (IngestDate::Nanoseconds, _) => Expr::val(tai),
            (IngestDate::Timestamp, Dialect::Postgres) => Expr::cust(format!("timestamp '{text}'")),
            (IngestDate::Timestamp, Dialect::Sqlite) => Expr::cust(format!("'{text}'")),
        }
    }

    /// The end of a timespan in one of its forms.
    pub(super) fn end(&self, alias: &str, bound: Bound, form: TimeForm) -> Expr {
        let tai = self.bound(alias, bound);
        if self.dialect == Dialect::Postgres || form == TimeForm::TaiNanoseconds {
            return self.instant(&tai, form);
        }
        // The forms name their instant several times: compute it once.
        let once = self.instant(&column("b", "tai"), form);
        self.dialect.fill("(SELECT {0} FROM (SELECT {1} AS tai) AS b)", &[&once, &tai])
    }

    /// An instant in one of its forms.
    pub(super) fn instant(&self, tai: &Expr, form: TimeForm) -> Expr {
        match form {
            TimeForm::TaiNanoseconds => tai.clone(),
            TimeForm::UtcMjd => self.utc_mjd(tai),
            TimeForm::TaiMjd => {
                let piece = Piece { from: 0, mjd: 40_587.0, day: 86_400e9 };
                self.dialect.fill(&self.linear(piece), &[tai])
            }
            TimeForm::UtcIsot => self.utc_text(tai, 'T'),
            TimeForm::UtcIso => self.utc_text(tai, ' '),
            TimeForm::TaiIsot => self.civil_text(&self.microseconds(tai, 0), 'T'),
            TimeForm::TaiIso => self.civil_text(&self.microseconds(tai, 0), ' '),
            TimeForm::UtcTimestampPlus(days) => self.timestamp(&self.utc_mjd(tai), days),
        }
    }

    fn linear(&self, piece: Piece) -> String {
        let Piece { from, mjd, day } = piece;
        match self.dialect {
            Dialect::Postgres => {
                format!("{mjd:?}::double precision + ({{0}} - {from}) / {day:e}::double precision")
            }
            Dialect::Sqlite => format!("{mjd:?} + ({{0}} - {from}) / {day:e}"),
        }
    }

    /// UTC as MJD.
    fn utc_mjd(&self, tai: &Expr) -> Expr {
        let Some(newest) = PIECES.last() else { return tai.clone() };
        let template = format!(
            "CASE WHEN {{0}} >= {} THEN {} WHEN {{0}} IS NOT NULL THEN (SELECT p.mjd + ({{0}} - \
             p.tai_from) / p.day_length FROM {} p WHERE p.tai_from <= {{0}} ORDER BY p.tai_from \
             DESC LIMIT 1) END",
            newest.from,
            self.linear(*newest),
            self.own(&self.view.utc()),
        );
        self.dialect.fill(&template, &[tai])
    }

    /// Microseconds since 1970 on a clock that is `offset` seconds behind TAI, rounded.
    fn microseconds(&self, tai: &Expr, offset: i64) -> Expr {
        let template = match offset {
            0 => "({0} + 500) / 1000".to_owned(),
            offset => format!("({{0}} + 500) / 1000 - {}", offset * 1_000_000),
        };
        self.dialect.fill(&template, &[tai])
    }

    /// Date and time of day of microseconds since 1970.
    fn civil_text(&self, microseconds: &Expr, separator: char) -> Expr {
        let template = match self.dialect {
            Dialect::Postgres => format!(
                "to_char(timestamp '1970-01-01' + ({{0}}) * interval '1 microsecond', \
                 'YYYY-MM-DD\"{separator}\"HH24:MI:SS.US')"
            ),
            Dialect::Sqlite => format!(
                "strftime('%Y-%m-%d{separator}%H:%M:%S', ({{0}}) / 1000000, 'unixepoch') || \
                 printf('.%06d', ({{0}}) % 1000000)"
            ),
        };
        self.dialect.fill(&template, &[microseconds])
    }

    /// UTC as text to the microsecond, with `:60` in a leap second.
    fn utc_text(&self, tai: &Expr, separator: char) -> Expr {
        let (Some(newest), Some(step)) = (PIECES.last(), time::STEPS.last()) else {
            return tai.clone();
        };
        let short = self.civil_text(&self.microseconds(tai, step.seconds), separator);
        // Rounded before the piece is looked for, as ERFA does; microseconds into the piece.
        let rounded = self.dialect.fill("({0} + 500) / 1000 * 1000", &[tai]);
        let label = self.piece_label(separator);
        let template = format!(
            "CASE WHEN {{0}} >= {from} THEN {{1}} WHEN {{0}} IS NOT NULL THEN (SELECT {label} FROM \
             (SELECT p.mjd, p.day_length, {{2}} - p.tai_from AS since FROM {utc} p WHERE \
             p.tai_from <= {{2}} ORDER BY p.tai_from DESC LIMIT 1) q) END",
            from = newest.from,
            utc = self.own(&self.view.utc()),
        );
        self.dialect.fill(&template, &[tai, &short, &rounded])
    }

    /// The text of `q.since` nanoseconds after midnight of `q.mjd`. A day with a whole leap second
    /// ends in `:60`; the smaller steps and the drift before 1972 are spread over the day.
    fn piece_label(&self, separator: char) -> String {
        let leap = "q.day_length > 86400.5e9 AND q.since >= 86400000000000";
        let even = "CASE WHEN q.day_length > 86400.5e9 THEN q.since / 1000 ELSE CAST(round(q.since \
                    * (8.64e13 / q.day_length) / 1000) AS bigint) END";
        match self.dialect {
            Dialect::Postgres => format!(
                "CASE WHEN {leap} THEN to_char(date '1858-11-17' + q.mjd::integer, \
                 'YYYY-MM-DD\"{separator}23:59:60.\"') || lpad((q.since % 1000000000 / 1000)::text, \
                 6, '0') ELSE to_char(date '1858-11-17' + q.mjd::integer + ({even}) * interval '1 \
                 microsecond', 'YYYY-MM-DD\"{separator}\"HH24:MI:SS.US') END"
            ),
            Dialect::Sqlite => format!(
                "CASE WHEN {leap} THEN strftime('%Y-%m-%d', q.mjd + 2400000.5) || \
                 '{separator}23:59:60' || printf('.%06d', q.since % 1000000000 / 1000) ELSE \
                 strftime('%Y-%m-%d{separator}%H:%M:%S', CAST(q.mjd - 40587 AS integer) * 86400 + \
                 ({even}) / 1000000, 'unixepoch') || printf('.%06d', ({even}) % 1000000) END"
            ),
        }
    }

    /// A timestamp from an MJD.
    pub(super) fn timestamp(&self, mjd: &Expr, plus_days: f64) -> Expr {
        let template = match self.dialect {
            Dialect::Postgres => {
                format!("timestamp '1858-11-17' + ({{0}} + {plus_days:?}) * interval '1 day'")
            }
            Dialect::Sqlite => {
                format!("strftime('%Y-%m-%dT%H:%M:%f', {{0}} + {plus_days:?} + 2400000.5)")
            }
        };
        self.dialect.fill(&template, &[mjd])
    }

    /// The ingest date, plus days.
    pub(super) fn ingest_date(&self, plus_days: f64) -> Expr {
        use crate::registry::IngestDate;
        let stored = column(crate::plan::DATASET, "ingest_date");
        let template = match (self.ingest_date, self.dialect) {
            (IngestDate::Nanoseconds, _) => {
                return self.instant(&stored, TimeForm::UtcTimestampPlus(plus_days));
            }
            (IngestDate::Timestamp, Dialect::Postgres) => {
                format!("{{0}} + {plus_days:?} * interval '1 day'")
            }
            (IngestDate::Timestamp, Dialect::Sqlite) => {
                format!("strftime('%Y-%m-%dT%H:%M:%f', {{0}}, '{plus_days:+?} days')")
            }
        };
        if plus_days == 0.0 && self.dialect == Dialect::Postgres {
            return stored;
        }
        self.dialect.fill(&template, &[&stored])
    }

    /// The helper view with the pieces of UTC.
    pub(super) fn utc_view(&self) -> String {
        let rows: Vec<String> = PIECES
            .iter()
            .enumerate()
            .map(|(index, Piece { from, mjd, day })| {
                // The first piece serves for everything before it too.
                let from = if index == 0 { 0 } else { *from };
                let mjd = if index == 0 { time::utc_mjd(from) } else { *mjd };
                match self.dialect {
                    Dialect::Postgres => format!(
                        "  ({from}::bigint, {mjd:?}::double precision, {day:e}::double precision)"
                    ),
                    Dialect::Sqlite => format!("  ({from}, {mjd:?}, {day:e})"),
                }
            })
            .collect();
        match self.dialect {
            Dialect::Postgres => format!(
                "SELECT tai_from, mjd, day_length\nFROM (VALUES\n{}\n) AS p (tai_from, mjd, \
                 day_length)",
                rows.join(",\n")
            ),
            Dialect::Sqlite => format!(
                "SELECT column1 AS tai_from, column2 AS mjd, column3 AS day_length\nFROM \
                 (VALUES\n{}\n)",
                rows.join(",\n")
            ),
        }
    }
}

/// `a AND b AND …`; `None` when there is nothing.
pub(super) fn all(parts: impl IntoIterator<Item = Expr>) -> Option<Expr> {
    parts.into_iter().reduce(ExprTrait::and)
}
