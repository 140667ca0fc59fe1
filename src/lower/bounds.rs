//! Regions by boxes of longitudes and latitudes.
//!
//! In: a cover of a query, and a table of regions that has an index on `obscore_bounds(region)`, which a DBA
//! may make (`sql/postgres/80_bounds.sql`, docs/performance.md). Out: the statement of a probe whose rows have
//! a box that meets one of the cover's. PostgreSQL keeps such an index in step with its table itself; without
//! it the statement would find the same rows, but look at all regions.

use super::scalar::column;
use super::script::STAMP;
use super::{At, Probe, Target};
use crate::geom::Bounds;
use crate::sql::Parameters;

/// The function that such an index is made of.
pub(super) const FUNCTION: &str = "obscore_bounds";
/// Boxes at most: each is looked up by itself.
const BOXES: usize = 10_000;
/// Trixels follow a shape that is long and narrow; boxes that are so much larger have more regions.
const WORTH: f64 = 2.0;
/// Trixels of the whole sphere.
const TRIXELS: f64 = 131_072.0;

impl Target {
    /// Asks which of these tables have an index on the boxes of their regions that this role may use: their
    /// names, with the function in SQL. `None` where there are none.
    pub fn indexed_bounds<'t>(&self, tables: impl Iterator<Item = &'t String>) -> Option<String> {
        if !self.dialect.has_schemas() {
            return None;
        }
        let quote = |text: &str| self.dialect.quote(text);
        let rows = tables
            .map(|table| format!("({}, to_regclass({}))", quote(table), quote(&self.table(table))));
        let rows = rows.collect::<Vec<_>>().join(", ");
        if rows.is_empty() {
            return None;
        }
        Some(format!(
            "SELECT t.name, quote_ident(n.nspname) || '.' || quote_ident(p.proname)\n\
             FROM (VALUES {rows}) AS t (name, oid)\n\
             JOIN pg_catalog.pg_index AS i ON i.indrelid = t.oid AND i.indisvalid AND i.indnatts = 1\n  \
               AND i.indpred IS NULL\n\
             JOIN pg_catalog.pg_class AS c ON c.oid = i.indexrelid\n\
             JOIN pg_catalog.pg_am AS a ON a.oid = c.relam AND a.amname = 'gist'\n\
             JOIN pg_catalog.pg_depend AS d ON d.classid = 'pg_catalog.pg_class'::regclass\n  \
               AND d.objid = c.oid AND d.refclassid = 'pg_catalog.pg_proc'::regclass\n\
             JOIN pg_catalog.pg_proc AS p ON p.oid = d.refobjid AND p.proname = {function}\n\
             JOIN pg_catalog.pg_namespace AS n ON n.oid = p.pronamespace\n\
             WHERE pg_get_expr(i.indexprs, i.indrelid) ~ {call}\n  \
               AND obj_description(p.oid, 'pg_proc') LIKE {stamp}\n  \
               AND has_schema_privilege(n.oid, 'USAGE') AND has_function_privilege(p.oid, 'EXECUTE')\n\
             ORDER BY 1, 2",
            function = quote(FUNCTION),
            call = quote(&format!(r"(^|\.){FUNCTION}\(\(?region\)?(::text)?\)$")),
            stamp = quote(&format!("%{STAMP}%")),
        ))
    }

    /// The function of an index that a probe uses, and the boxes where its regions must be.
    pub(super) fn bounds<'p>(&self, probe: &'p Probe) -> Option<(&'p str, Vec<Bounds>)> {
        let function = probe.bounds.as_deref()?;
        let Some((cover, At::Region)) = &probe.place else { return None };
        self.keys_and_region(probe)?;
        let mut boxes = Vec::new();
        for shape in cover.shapes.regions() {
            boxes.extend(Bounds::around(&shape.bounding_circle()?));
            if boxes.len() > BOXES {
                return None;
            }
        }
        let share: f64 = boxes.iter().map(Bounds::share).sum();
        #[expect(clippy::cast_precision_loss, reason = "there are fewer trixels than 2^53")]
        let trixels = cover.trixels() as f64 / TRIXELS;
        (share <= WORTH * trixels).then_some((function, boxes))
    }

    /// The tables of a probe's statement, whose rows have a box that meets one of these: a row is found once for
    /// each that it meets.
    pub(super) fn tables_within(
        &self,
        probe: &Probe,
        (function, boxes): (&str, Vec<Bounds>),
        parameters: &mut Parameters,
    ) -> String {
        let text = |Bounds { west, south, east, north }: Bounds| {
            format!("({east},{north}),({west},{south})")
        };
        let list: Vec<String> = boxes.into_iter().map(text).collect();
        format!(
            "unnest(CAST({} AS box[])) AS b (bounds)\nJOIN {} AS {} ON {function}({}) && b.bounds",
            parameters.list(&format!("{{{}}}", list.join(";"))),
            self.table(&probe.table),
            self.dialect.name(&probe.alias),
            self.dialect.text(&column(&probe.alias, "region")),
        )
    }
}
