//! Butler's timespans: a range of TAI nanoseconds in one database, a pair of columns in the other.
//!
//! Source: `lsst.daf.butler.timespan_database_representation`. In the pair, stand-ins mark unbounded
//! ends, and the empty timespan has its end before its begin.

use sea_query::{Alias, Expr, ExprTrait};

use super::Dialect;
use crate::time::{UNBOUNDED_BEGIN, UNBOUNDED_END};

/// A timespan in a condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Timespan {
    /// That of a table.
    Stored {
        /// Alias of the table.
        alias: String,
    },
    /// From the first nanosecond up to but not including the last; `None` is unbounded.
    Constant {
        /// First nanosecond.
        begin: Option<i64>,
        /// The nanosecond after the last.
        end: Option<i64>,
    },
    /// No time at all.
    Empty,
}

/// `alias.column`
fn column(alias: &str, name: &str) -> Expr {
    Expr::col((Alias::new(alias), Alias::new(name)))
}

impl Dialect {
    /// The columns that hold a timespan.
    pub fn timespan_columns(self) -> &'static [&'static str] {
        match self {
            Self::Postgres => &["timespan"],
            Self::Sqlite => &["timespan_begin", "timespan_end"],
        }
    }

    /// Whether a row has no timespan.
    pub fn has_no_timespan(self, alias: &str) -> Expr {
        match self {
            Self::Postgres => column(alias, "timespan").is_null(),
            Self::Sqlite => column(alias, "timespan_begin").is_null(),
        }
    }

    /// The begin of the timespan of table `alias`; NULL where there is none.
    pub fn timespan_begin(self, alias: &str) -> Expr {
        match self {
            Self::Postgres => self.fill("lower({0})", &[&column(alias, "timespan")]),
            Self::Sqlite => self.bounded(alias, "timespan_begin", UNBOUNDED_BEGIN),
        }
    }

    /// The end of the timespan of table `alias`; NULL where there is none.
    pub fn timespan_end(self, alias: &str) -> Expr {
        match self {
            Self::Postgres => self.fill("upper({0})", &[&column(alias, "timespan")]),
            Self::Sqlite => self.bounded(alias, "timespan_end", UNBOUNDED_END),
        }
    }

    /// NULL for a stand-in and for the empty timespan.
    fn bounded(self, alias: &str, name: &str, stand_in: i64) -> Expr {
        let (begin, end) = (column(alias, "timespan_begin"), column(alias, "timespan_end"));
        let template = format!("CASE WHEN {{0}} < {{1}} THEN nullif({{2}}, {stand_in}) END");
        self.fill(&template, &[&begin, &end, &column(alias, name)])
    }

    /// The stored column of an end, stand-ins included, where the database has one.
    pub fn stored_end(self, alias: &str, begin: bool) -> Option<Expr> {
        match self {
            Self::Postgres => None,
            Self::Sqlite => {
                Some(column(alias, if begin { "timespan_begin" } else { "timespan_end" }))
            }
        }
    }

    /// Whether two timespans have time in common.
    pub fn overlap(self, left: &Timespan, right: &Timespan) -> Expr {
        match self {
            Self::Postgres => self.fill("{0} && {1}", &[&range(left), &range(right)]),
            Self::Sqlite => {
                let ((begin, end), (other_begin, other_end)) = (ends(left), ends(right));
                self.fill("{0} > {1} AND {2} > {3}", &[&end, &other_begin, &other_end, &begin])
            }
        }
    }

    /// Whether an instant lies in a timespan.
    pub fn holds_instant(self, timespan: &Timespan, at: &Expr) -> Expr {
        match self {
            Self::Postgres => self.fill("{0} @> CAST({1} AS bigint)", &[&range(timespan), at]),
            Self::Sqlite => {
                let (begin, end) = ends(timespan);
                self.fill("{0} <= {2} AND {1} > {2}", &[&begin, &end, at])
            }
        }
    }
}

fn range(timespan: &Timespan) -> Expr {
    let bound =
        |value: &Option<i64>| value.map_or_else(|| "NULL".to_owned(), |value| value.to_string());
    match timespan {
        Timespan::Stored { alias } => column(alias, "timespan"),
        Timespan::Constant { begin, end } => {
            Expr::cust(format!("int8range({}, {})", bound(begin), bound(end)))
        }
        Timespan::Empty => Expr::cust("'empty'::int8range"),
    }
}

fn ends(timespan: &Timespan) -> (Expr, Expr) {
    match timespan {
        Timespan::Stored { alias } => {
            (column(alias, "timespan_begin"), column(alias, "timespan_end"))
        }
        Timespan::Constant { begin, end } => {
            (Expr::val(begin.unwrap_or(UNBOUNDED_BEGIN)), Expr::val(end.unwrap_or(UNBOUNDED_END)))
        }
        Timespan::Empty => (Expr::val(UNBOUNDED_END), Expr::val(UNBOUNDED_BEGIN)),
    }
}
