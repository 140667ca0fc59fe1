//! Instants in SQL.
//!
//! In: timespan columns in TAI nanoseconds. Out: UTC as MJD, text or timestamp, by the pieces of
//! [`crate::time`]. What is newer than the last leap second takes a short path; older instants look
//! their piece up in a helper view.

use sea_query::{Expr, ExprTrait};

use super::Target;
use super::scalar::column;
use crate::plan::{Bound, TimeForm};
use crate::registry::IngestDate;
use crate::time::{self, LINEAR, PIECES};

impl Target {
    /// An end of the timespan of table `alias`, in TAI nanoseconds; NULL where there is none.
    pub(super) fn bound(&self, alias: &str, bound: Bound) -> Expr {
        match bound {
            Bound::Begin => self.dialect.timespan_begin(alias),
            Bound::End => self.dialect.timespan_end(alias),
        }
    }

    /// An end of the timespan of table `alias`, zero where there is none, for comparisons.
    pub(super) fn edge(&self, alias: &str, bound: Bound, stand_ins: bool) -> Expr {
        let stored = self.dialect.stored_end(alias, bound == Bound::Begin);
        let end = match stored.filter(|_| stand_ins) {
            Some(stored) => stored,
            None => self.bound(alias, bound),
        };
        self.dialect.fill("coalesce({0}, 0)", &[&end])
    }

    /// A TAI instant as a constant that ingest dates compare with.
    pub(super) fn stored_instant(&self, tai: i64) -> Expr {
        match self.ingest_date {
            IngestDate::Nanoseconds => Expr::val(tai),
            IngestDate::Timestamp => self.dialect.timestamp_constant(&time::iso_utc(tai, 6, ' ')),
        }
    }

    /// The end of a timespan in one of its forms.
    pub(super) fn end(&self, alias: &str, bound: Bound, form: TimeForm) -> Expr {
        let tai = self.bound(alias, bound);
        match form {
            TimeForm::TaiNanoseconds => tai,
            form => self.dialect.once(|tai| self.instant(tai, form), &tai),
        }
    }

    /// An instant in one of its forms.
    pub(super) fn instant(&self, tai: &Expr, form: TimeForm) -> Expr {
        let dialect = self.dialect;
        match form {
            TimeForm::TaiNanoseconds => tai.clone(),
            TimeForm::UtcMjd => self.utc_mjd(tai),
            // Whole days apart from their fraction, so that all digits count.
            TimeForm::TaiMjd => dialect.fill(
                "({0} / 86400000000000 + 40587 + CAST({0} % 86400000000000 AS double precision) / \
                 8.64e13)",
                &[tai],
            ),
            TimeForm::UtcIsot => self.utc_text(tai, 'T'),
            TimeForm::UtcIso => self.utc_text(tai, ' '),
            TimeForm::TaiIsot => dialect.civil_text(&self.microseconds(tai, 0), 'T'),
            TimeForm::TaiIso => dialect.civil_text(&self.microseconds(tai, 0), ' '),
            TimeForm::UtcTimestampPlus(days) => dialect.timestamp_of_mjd(&self.utc_mjd(tai), days),
        }
    }

    /// UTC as MJD.
    fn utc_mjd(&self, tai: &Expr) -> Expr {
        let Some(newest) = PIECES.last() else { return tai.clone() };
        let template = format!(
            "CASE WHEN {{0}} >= {} THEN {} WHEN {{0}} IS NOT NULL THEN (SELECT p.mjd + ({{0}} - \
             p.tai_from) / CAST(p.day_length AS bigint) + (({{0}} - p.tai_from) % CAST(p.day_length \
             AS bigint)) / p.day_length FROM {} p WHERE p.tai_from <= {{0}} ORDER BY p.tai_from DESC \
             LIMIT 1) END",
            newest.from,
            self.dialect.linear(*newest),
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

    /// UTC as text to the microsecond, with `:60` in a leap second.
    fn utc_text(&self, tai: &Expr, separator: char) -> Expr {
        let (Some(newest), Some(step)) = (PIECES.last(), time::STEPS.last()) else {
            return tai.clone();
        };
        let short = self.dialect.civil_text(&self.microseconds(tai, step.seconds), separator);
        // Rounded before the piece is looked for, as ERFA does; microseconds into the piece.
        let rounded = self.dialect.fill("({0} + 500) / 1000 * 1000", &[tai]);
        let label = self.dialect.piece_label(separator);
        let template = format!(
            "CASE WHEN {{0}} >= {from} THEN {{1}} WHEN {{0}} IS NOT NULL THEN (SELECT {label} FROM \
             (SELECT p.mjd, p.day_length, {{2}} - p.tai_from AS since FROM {utc} p WHERE \
             p.tai_from <= {{2}} ORDER BY p.tai_from DESC LIMIT 1) q) END",
            from = newest.from,
            utc = self.own(&self.view.utc()),
        );
        self.dialect.fill(&template, &[tai, &short, &rounded])
    }

    /// The ingest date, plus days.
    pub(super) fn ingest_date(&self, plus_days: f64) -> Expr {
        let stored = column(crate::plan::DATASET, "ingest_date");
        match self.ingest_date {
            IngestDate::Nanoseconds => self.instant(&stored, TimeForm::UtcTimestampPlus(plus_days)),
            IngestDate::Timestamp => self.dialect.timestamp_plus(&stored, plus_days),
        }
    }

    /// The helper view with the pieces of UTC.
    pub(super) fn utc_view(&self) -> String {
        let rows: Vec<String> = LINEAR.iter().map(|piece| self.dialect.piece_row(*piece)).collect();
        self.dialect.values(&["tai_from", "mjd", "day_length"], &rows)
    }
}

/// `a AND b AND …`; `None` when there is nothing.
pub(super) fn all(parts: impl IntoIterator<Item = Expr>) -> Option<Expr> {
    parts.into_iter().reduce(ExprTrait::and)
}
