//! The visits that exposures take their regions from, as a table.
//!
//! In: a join to the lowest visit of an exposure. Out: a subquery that has for each exposure (and detector) the
//! row of that visit, with the exposure beside it, and the conditions by which it is joined. PostgreSQL
//! makes it part of the query around it: a few exposures are looked up, all of them are joined at once;
//! a subquery with `min` for each dataset takes 3 times as long for all. Where all are read, a question before
//! them tells whether any exposure has several visits at all: to leave out the comparison with lower ones takes
//! 0.6 times as long.

use sea_query::Expr;

use super::Target;
use super::scalar::column;
use crate::plan::{Join, On, ViewPlan};

/// How exposures define visits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Definitions {
    /// A visit by the same exposure several times: in old universes, once for each visit system.
    Repeated,
    /// A visit by an exposure once only; an exposure may define several visits.
    Once,
    /// No exposure defines several visits in the snapshot of the registry that is read.
    OneVisit,
}

impl Target {
    /// Asks for an exposure that defines several visits, where a plan has regions of their lowest and it would
    /// make a difference.
    pub fn several_visits(&self, plan: &ViewPlan) -> Option<String> {
        let of_lowest = |(_, operand): &(String, On)| matches!(operand, On::LowestVisit { .. });
        let mut joins = plan.branches.iter().flat_map(|branch| &branch.joins);
        let has_lowest = joins.any(|join| join.on.iter().any(of_lowest));
        let matters = has_lowest
            && self.dialect.merges_joined_subqueries()
            && self.definitions == Definitions::Once;
        let visits = self.table("visit_definition");
        matters.then(|| {
            format!(
                "SELECT 1 FROM {visits} GROUP BY instrument, exposure HAVING count(*) > 1 LIMIT 1"
            )
        })
    }

    /// The table and the conditions; `None` where the visit must be looked up row by row: for a database that
    /// would make the whole table first, and where it could have the same visit twice.
    pub(super) fn lowest_visits(&self, join: &Join) -> Option<(String, Vec<Expr>)> {
        if !self.dialect.merges_joined_subqueries() || self.definitions == Definitions::Repeated {
            return None;
        }
        let mut visit = None;
        let mut on = Vec::new();
        let mut equal = |own: &str, alias: &str, name: &str| {
            let pair = [&column(&join.alias, own), &column(alias, name)];
            on.push(self.dialect.fill("{0} = {1}", &pair));
        };
        for (own, operand) in &join.on {
            match operand {
                // That of the exposure stands for it.
                On::Column { .. } if own == "instrument" => {}
                On::Column { alias, column: name } => equal(own, alias, name),
                On::LowestVisit { instrument, exposure, detector, agreeing }
                    if agreeing.is_empty() =>
                {
                    equal("exposure_instrument", &instrument.0, &instrument.1);
                    equal("exposure", &exposure.0, &exposure.1);
                    visit = Some((own, detector.is_some()));
                }
                On::LowestVisit { .. } => return None,
            }
        }
        let (visit, with_detector) = visit?;
        let own = self.dialect.name(visit);
        let (table, visits) = (self.joined_table(join), self.table("visit_definition"));
        let (and_region, and_detector) = match with_detector {
            true => (
                format!(
                    "\n      JOIN {} AS lower_r ON lower_r.instrument = lower_v.instrument AND \
                     lower_r.visit = lower_v.visit",
                    self.table("visit_detector_region")
                ),
                " AND lower_r.detector = r.detector",
            ),
            false => (String::new(), ""),
        };
        let any = |alias: &str| {
            let any = self.any_instrument(alias);
            any.map_or_else(String::new, |any| format!("\n      AND {any}"))
        };
        let (any_v, any_lower) = (any("v"), any("lower_v"));
        let is_lowest = match self.definitions {
            Definitions::OneVisit => "1 = 1".to_owned(),
            Definitions::Once | Definitions::Repeated => format!(
                "NOT EXISTS (\n      SELECT 1\n      FROM {visits} AS lower_v{and_region}\n      WHERE \
                 lower_v.instrument = v.instrument AND lower_v.exposure = v.exposure\n        AND lower_v.visit < \
                 v.visit{and_detector}{any_lower}\n    )"
            ),
        };
        let table = format!(
            "(\n    SELECT v.instrument AS exposure_instrument, v.exposure, r.*\n    FROM {visits} AS v\n    JOIN \
             {table} AS r ON r.instrument = v.instrument AND r.{own} = v.visit\n    WHERE {is_lowest}{any_v}\n  )"
        );
        Some((table, on))
    }
}
