//! FROM in SQL.

use super::super::tree::From;
use super::{Place, Writer};
use crate::adql::JoinKind;

impl Writer<'_> {
    /// The tables of a FROM clause.
    pub(super) fn from(&mut self, from: &[From]) -> String {
        let tables: Vec<String> = from.iter().map(|one| self.table(one)).collect();
        // Not CROSS JOIN, which SQLite would run in the order in which it is written.
        tables.join(", ")
    }

    fn table(&mut self, from: &From) -> String {
        match from {
            From::Source(at) => {
                let id = self.checked.sources.get(*at).map_or(0, |source| source.id);
                match self.sql.places.get(*at) {
                    Some(Place::Table(name)) => {
                        format!("{} AS t{id}", self.sql.dialect.name(name))
                    }
                    _ => format!("s{id} AS t{id}"),
                }
            }
            From::Common(at, id) => format!("w{at} AS t{id}"),
            From::Derived(rows, id) => format!("(\n{}\n) AS t{id}", self.rows(rows, None)),
            From::Join { left, kind, right, on } => {
                let words = match kind {
                    JoinKind::Inner => "JOIN",
                    JoinKind::Left => "LEFT JOIN",
                    JoinKind::Right => "RIGHT JOIN",
                    JoinKind::Full => "FULL JOIN",
                };
                let (left, right) = (self.table(left), self.table(right));
                let on = match on {
                    Some(truth) => self.truth(truth),
                    None => "1 = 1".to_owned(),
                };
                format!("({left} {words} {right} ON {on})")
            }
        }
    }
}
