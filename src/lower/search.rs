//! Functions that find rows of the view by place (PostgreSQL).
//!
//! In: a plan. Out: set-returning functions beside the view. One has the rights of its owner and reads
//! Butler's tables: the trixels of a shape, the regions that overlap them, each tested once, and the
//! datasets of those that are left. It hands on stored regions. The others call it and decode; they are
//! plain SQL that PostgreSQL takes into the query, so that what nobody asks for is not decoded.
//! `sql/postgres/70_sky.sql` has the geometry.

use super::Target;
use super::probe::Linked;
use super::scalar::column;
use super::sidecar::{beside, type_name};
use super::source::SelectText;
use super::view::{DATASET_COLUMN, Late, ROWS, region, with_stand_in, wrapped};
use crate::obscore::ColumnType;
use crate::plan::{Branch, Join, LEVEL, Scalar, ViewPlan};
use crate::registry::ScalarType;
use crate::sql::region::{self as decoder, Strategy};

/// A function that finds rows of the view.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Search {
    /// Its name, without schema.
    pub name: String,
    /// What it does.
    pub about: &'static str,
    /// How SQL names it, with the types of its arguments.
    pub reference: String,
    /// The statement that makes it.
    pub sql: String,
    /// Whether it has the rights of its owner, and so may be called only by who may read the view.
    pub is_closed: bool,
}

/// A table of regions, and the variables that have the keys of what was found in it.
struct Element<'t> {
    name: &'t str,
    keys: &'t [(String, ScalarType)],
    /// Its number, from one.
    number: usize,
}

impl Element<'_> {
    fn variable(&self, key: usize) -> String {
        format!("found_{}_{key}", self.number)
    }

    fn variables(&self) -> Vec<String> {
        (0..self.keys.len()).map(|key| self.variable(key)).collect()
    }

    /// A SELECT of the keys.
    fn rows(&self) -> String {
        let names: Vec<String> = (0..self.keys.len()).map(|key| format!("k{key}")).collect();
        let names = names.join(", ");
        format!("SELECT {names} FROM unnest({}) AS k({names})", self.variables().join(", "))
    }
}

impl Target {
    /// Names and statements of the functions that compare places.
    pub(super) fn sky_functions(&self) -> Vec<(String, String)> {
        match self.finds_places() {
            true => {
                let schema = self.view.schema.as_deref();
                decoder::sky_functions(self.dialect, self.strategy, schema)
            }
            false => Vec::new(),
        }
    }

    /// Whether there are functions, and trixels that they can use.
    pub(super) fn finds_places(&self) -> bool {
        self.elements.trixels && self.dialect.has_schemas() && self.strategy != Strategy::Inline
    }

    /// The functions of a view; by place only where rows have regions that can be found by their trixels.
    pub fn searches(&self, plan: &ViewPlan) -> Vec<Search> {
        let mut searches = self.places(plan);
        searches.extend(self.by_dataset(plan));
        searches
    }

    /// The function that finds the row of a dataset: by an index, which a text with the identifier in it has
    /// not.
    fn by_dataset(&self, plan: &ViewPlan) -> Option<Search> {
        if plan.branches.is_empty() || !self.shows_datasets(plan) {
            return None;
        }
        let dialect = self.dialect;
        let names: Vec<String> =
            plan.columns.iter().map(|column| dialect.name(&column.name)).collect();
        let names = wrapped(&names);
        let selects = plan.branches.iter().map(|branch| {
            let view = self.own(&self.view.branch(&branch.dataset_type));
            format!("SELECT\n{names}\nFROM {view}\nWHERE {DATASET_COLUMN} = $1")
        });
        let body = selects.collect::<Vec<String>>().join("\nUNION ALL\n");
        let tag = tag(&body);
        let name = self.view.dataset();
        let reference = format!("{}(uuid)", self.own(&name));
        let sql = format!(
            "CREATE FUNCTION {}(id uuid)\nRETURNS SETOF {}\nLANGUAGE sql STABLE PARALLEL SAFE ROWS 1 AS \
             {tag}\n{body}\n{tag}",
            self.own(&name),
            self.own(&self.view.name),
        );
        let about = "The row of a dataset, by its UUID";
        Some(Search { name, about, reference, sql, is_closed: false })
    }

    fn places(&self, plan: &ViewPlan) -> Vec<Search> {
        let elements = self.searched(plan);
        if !self.finds_places() || elements.is_empty() {
            return Vec::new();
        }
        let late = Late::possible(self, plan);
        let shape = self.own("obscore_shape");
        let circle = |radius| format!("{shape}(ARRAY[$1, $2, {radius}])");
        let double = "double precision";
        vec![
            self.found(plan, &elements, late.as_ref()),
            self.outer(
                plan,
                late.as_ref(),
                (self.view.cone(), "Rows whose s_ra and s_dec are in a circle, in degrees"),
                &[("ra", double), ("declination", double), ("radius", double)],
                (&circle("$3"), true),
            ),
            self.outer(
                plan,
                late.as_ref(),
                (
                    self.view.overlaps(),
                    "Rows whose s_region shares a place with a circle, ARRAY[ra, dec, radius], or a convex \
                     polygon, ARRAY[ra, dec, ra, dec, ra, dec, ...], in degrees",
                ),
                &[("shape", "double precision[]")],
                (&format!("{shape}($1)"), false),
            ),
            self.outer(
                plan,
                late.as_ref(),
                (self.view.at(), "Rows whose s_region contains a position, in degrees"),
                &[("ra", double), ("declination", double)],
                (&circle("0"), false),
            ),
        ]
    }

    /// The tables of regions that the view shows.
    fn searched<'t>(&'t self, plan: &'t ViewPlan) -> Vec<Element<'t>> {
        let mut names: Vec<&str> = Vec::new();
        for branch in &plan.branches {
            if let Some(join) = region_join(branch)
                && !names.contains(&join.table.as_str())
            {
                names.push(&join.table);
            }
        }
        let known =
            names.into_iter().filter_map(|name| Some((name, self.elements.keys.get(name)?)));
        let element = |(number, (name, keys)): (usize, (&'t str, &'t Vec<_>))| Element {
            name,
            keys,
            number: number + 1,
        };
        known.enumerate().map(element).collect()
    }

    /// A function that decodes what the inner one finds. Without settings of its own, and not strict, it
    /// becomes part of the query that calls it.
    fn outer(
        &self,
        plan: &ViewPlan,
        late: Option<&Late>,
        (name, about): (String, &'static str),
        arguments: &[(&str, &str)],
        (shape, centred): (&str, bool),
    ) -> Search {
        let dialect = self.dialect;
        let columns = match late {
            Some(late) => self.late_outputs(plan, late).1.join(",\n"),
            None => {
                let names: Vec<String> =
                    plan.columns.iter().map(|column| dialect.name(&column.name)).collect();
                wrapped(&names)
            }
        };
        let listed: Vec<String> =
            arguments.iter().map(|(name, kind)| format!("{name} {kind}")).collect();
        let kinds: Vec<&str> = arguments.iter().map(|(_, kind)| *kind).collect();
        let body = format!(
            "SELECT\n{columns}\nFROM {}({shape}, {}) AS {ROWS}",
            self.own(&self.view.found()),
            if centred { "TRUE" } else { "FALSE" },
        );
        let tag = tag(&body);
        let own = self.own(&name);
        let sql = format!(
            "CREATE FUNCTION {own}({})\nRETURNS SETOF {}\nLANGUAGE sql STABLE PARALLEL RESTRICTED ROWS \
             100 AS {tag}\n{body}\n{tag}",
            listed.join(", "),
            self.own(&self.view.name),
        );
        let reference = format!("{own}({})", kinds.join(", "));
        Search { name, about, reference, sql, is_closed: false }
    }

    /// The function that reads Butler's tables.
    fn found(&self, plan: &ViewPlan, elements: &[Element<'_>], late: Option<&Late>) -> Search {
        let dialect = self.dialect;
        let name = self.view.found();
        let own = self.own(&name);
        let reference = format!("{own}(double precision[], boolean)");
        let mut columns: Vec<String> = Vec::new();
        for (index, column) in plan.columns.iter().enumerate() {
            if late.and_then(|late| late.column(index)).is_none_or(|late| late.stand_in) {
                let kind = dialect.type_name(column.kind);
                columns.push(format!("  {} {kind}", quoted(&column.name)));
            }
        }
        if let Some(late) = late {
            let kind = dialect.type_name(ColumnType::Text);
            columns.push(format!("  {} {kind}", quoted(&late.stored)));
        }
        let mut body = String::from(
            "#variable_conflict use_column\nDECLARE\n  trixels_first bigint[];\n  trixels_last \
             bigint[];\n  trixels_inside boolean[];\n",
        );
        for element in elements {
            for (at, (_, kind)) in element.keys.iter().enumerate() {
                body += &format!("  {} {}[];\n", element.variable(at), type_name(*kind));
            }
        }
        body += &format!(
            "BEGIN\n  SELECT array_agg(r.first), array_agg(r.last), array_agg(r.inside)\n  INTO \
             trixels_first, trixels_last, trixels_inside\n  FROM {}($1) AS r;\n",
            self.own("obscore_trixels")
        );
        for element in elements {
            body += &self.candidates(element);
        }
        for branch in &plan.branches {
            body += &self.arms(plan, branch, elements, late);
        }
        body += "END";
        let tag = tag(&body);
        // Settings that keep plans by index, and what they cost, whatever the session has.
        let sql = format!(
            "CREATE FUNCTION {own}(double precision[], boolean)\nRETURNS TABLE (\n{}\n)\nLANGUAGE plpgsql \
             STABLE STRICT SECURITY DEFINER PARALLEL RESTRICTED ROWS 100\nSET search_path = pg_catalog, \
             pg_temp SET plan_cache_mode = force_generic_plan\nSET enable_seqscan = off SET enable_hashjoin = off \
             SET enable_mergejoin = off SET jit = off AS \
             {tag}\n{body}\n{tag};\nREVOKE ALL ON FUNCTION {reference} FROM PUBLIC",
            columns.join(",\n")
        );
        let about =
            "Rows that share a place with a shape, or whose centres are in it, with stored regions";
        Search { name, about, reference, sql, is_closed: true }
    }

    /// Finds the keys of regions. A region that has a trixel which is inside of the shape needs no test, as
    /// long as it is a polygon, whose trixels are those that it touches.
    fn candidates(&self, element: &Element<'_>) -> String {
        let dialect = self.dialect;
        let table = self.table(element.name);
        let (mut kept, mut same) = (Vec::new(), Vec::new());
        let (mut outputs, mut more) = (Vec::new(), Vec::new());
        for (at, (key, kind)) in element.keys.iter().enumerate() {
            // The element's own key is called by the element's name in the table of overlaps.
            let name = dialect.name(if key == "id" { element.name } else { key });
            let key = dialect.name(key);
            kept.push(format!("o.{name} AS k{at}"));
            same.push(format!("e.{key} = c.k{at}"));
            outputs.push(format!("array_agg(CAST(c.k{at} AS {}))", type_name(*kind)));
            let found = element.variable(at);
            more.push(format!("{found} || array_agg(CAST(e.{key} AS {}))", type_name(*kind)));
        }
        let groups: Vec<String> = (1..=kept.len()).map(|at| at.to_string()).collect();
        let all = self.all_types();
        let meets = format!("{}(e.region, {all}, $1)", self.own("obscore_region_meets"));
        let centred = format!("{}(e.region, {all}, $1)", self.own("obscore_region_centred"));
        // The centre of another region than a polygon can be where the region is not.
        let elsewhere = match self.regions.all_region_types {
            true => format!(
                "  IF $2 THEN\n    SELECT {}\n    INTO {}\n    FROM {table} AS e\n    WHERE \
                 substr(e.region, 1, 1) <> 'c' AND {centred};\n  END IF;\n",
                more.join(", "),
                element.variables().join(", "),
            ),
            false => String::new(),
        };
        format!(
            "  SELECT {outputs}\n  INTO {variables}\n  FROM (\n    SELECT {kept}, bool_or(r.inside) AS \
             inside\n    FROM unnest(trixels_first, trixels_last, trixels_inside) AS r(first, last, \
             inside)\n    JOIN {overlaps} AS o\n      ON o.skypix_system = 'htm' AND o.skypix_level = \
             {LEVEL}\n        AND o.skypix_index BETWEEN r.first AND r.last\n    GROUP BY {groups}\n  ) AS \
             c\n  JOIN {table} AS e ON {same}\n  WHERE CASE\n    WHEN $2 THEN {polygon} AND {centred}\n    \
             WHEN c.inside AND {polygon} THEN TRUE\n    ELSE {meets}\n  END;\n{elsewhere}",
            polygon = "substr(e.region, 1, 1) = 'c'",
            outputs = outputs.join(", "),
            variables = element.variables().join(", "),
            kept = kept.join(", "),
            overlaps = self.table(&format!("{}_skypix_overlap", element.name)),
            groups = groups.join(", "),
            same = same.join(" AND "),
        )
    }

    fn all_types(&self) -> &'static str {
        if self.regions.all_region_types { "TRUE" } else { "FALSE" }
    }

    /// Returns the rows of a branch.
    fn arms(
        &self,
        plan: &ViewPlan,
        branch: &Branch,
        elements: &[Element<'_>],
        late: Option<&Late>,
    ) -> String {
        let moved = (self.strategy == Strategy::Ingest).then(|| self.beside(branch));
        let shown = moved.as_ref().unwrap_or(branch);
        let mut text = String::new();
        if let Some((condition, first)) = self.by_region(branch, elements) {
            let selects = self.limited(plan, shown, late, &condition).join("\n  UNION ALL\n");
            text += &format!(
                "  IF {first} IS NOT NULL THEN\n    RETURN QUERY\n{selects};\n  END IF;\n"
            );
        }
        if let Some(condition) = self.by_position(plan, branch, shown) {
            let selects = self.limited(plan, shown, late, &condition).join("\n  UNION ALL\n");
            text += &format!("  IF $2 THEN\n    RETURN QUERY\n{selects};\n  END IF;\n");
        }
        text
    }

    /// The SELECTs of a branch with a condition.
    fn limited(
        &self,
        plan: &ViewPlan,
        branch: &Branch,
        late: Option<&Late>,
        condition: &Linked,
    ) -> Vec<String> {
        let outputs = self.view_outputs(plan, branch, late);
        let datasets = self.memberships(branch, &plan.search);
        let selects = self.branch(branch, &plan.search, &outputs);
        selects
            .iter()
            .map(|select| SelectText::new(select, datasets.clone(), None).with(condition))
            .collect()
    }

    /// The condition that the region was found, and a variable that is NULL where none was.
    fn by_region(&self, branch: &Branch, elements: &[Element<'_>]) -> Option<(Linked, String)> {
        let join = region_join(branch)?;
        let element = elements.iter().find(|element| element.name == join.table)?;
        let rows = element.rows();
        let keys: Vec<String> = element.keys.iter().map(|(key, _)| key.clone()).collect();
        let link = self.link(join, &keys);
        let mut linked = Linked::default();
        linked.datasets.extend(link.as_ref().map(|link| self.refers(&rows, link)));
        if link.is_none_or(|link| link.is_through_visits()) {
            // An exposure can be part of several visits, of which one gives the region.
            let alias = match self.strategy {
                Strategy::Ingest => beside(&join.alias),
                _ => join.alias.clone(),
            };
            let own: Vec<String> =
                keys.iter().map(|key| self.dialect.text(&column(&alias, key))).collect();
            // Not a join, whose plan would suit few keys only, but a hash of them.
            linked.others.push(format!("(({}) IN ({rows})) IS TRUE", own.join(", ")));
        }
        Some((linked, element.variable(0)))
    }

    /// The condition that a position that is none of a region is in the circle; `None` where all are.
    fn by_position(&self, plan: &ViewPlan, branch: &Branch, shown: &Branch) -> Option<Linked> {
        let at = |name: &str| plan.columns.iter().position(|column| column.name == name);
        let value = |branch: &'_ Branch, name: &str| Some(branch.values.get(at(name)?)?.clone());
        let (ra, declination) = (value(branch, "s_ra")?, value(branch, "s_dec")?);
        let near = |ra: &Scalar, declination: &Scalar| {
            let value = |scalar| self.dialect.text(&self.value(scalar, ColumnType::Double));
            format!("{}({}, {}, $1)", self.own("obscore_near"), value(ra), value(declination))
        };
        let (of_region, other) = with_stand_in(&ra);
        if !matches!(of_region, Scalar::Region { .. }) {
            let none = ra == Scalar::Null || declination == Scalar::Null;
            let others = vec![near(&ra, &declination)];
            return (!none).then_some(Linked { others, ..Linked::default() });
        }
        if *other == Scalar::Null {
            return None;
        }
        let near = near(other, with_stand_in(&declination).1);
        let kept = value(shown, "s_ra")?;
        let of_region = self.dialect.text(&self.scalar(with_stand_in(&kept).0));
        let others = vec![format!("{of_region} IS NULL"), near.clone()];
        let mut aliases = Vec::new();
        other.aliases(&mut aliases);
        let direct = aliases.first().and_then(|alias| self.direct(branch, alias));
        let datasets = direct.map(|(join, keys, link)| {
            let columns: Vec<&str> = link.columns().map(String::as_str).collect();
            let keys: Vec<String> =
                keys.iter().map(|key| self.dialect.text(&column(&join.alias, key))).collect();
            format!(
                "({}) IN (SELECT {} FROM {} AS {} WHERE {near})",
                columns.join(", "),
                keys.join(", "),
                self.table(&join.table),
                self.dialect.name(&join.alias)
            )
        });
        let datasets = datasets.into_iter().collect();
        Some(Linked { datasets, others, ..Linked::default() })
    }
}

/// The join that brings a branch's region.
fn region_join(branch: &Branch) -> Option<&Join> {
    let (alias, _) = region(branch)?;
    branch.joins.iter().find(|join| join.alias == *alias)
}

/// The name of a result, which must be quoted more often than that of a column.
fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// What a body can be quoted with.
fn tag(body: &str) -> &'static str {
    if body.contains("$$") { "$obscore$" } else { "$$" }
}
