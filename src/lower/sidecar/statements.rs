//! The statements of a side table.
//!
//! In: a [`Sidecar`]. Out: SQL that makes, fills, keeps and checks it. All of it finds out by a hash of
//! the stored region what is up to date, so that it can be run again at any time.

use super::Sidecar;
use crate::sql::Dialect;
use crate::value::Cell;

/// A stretch of the registry's table in the order of its key.
#[derive(Debug, Clone)]
pub struct Stretch<'a> {
    /// The key that comes right before; `None` for the beginning.
    pub after: Option<&'a [Cell]>,
    /// The most rows of the stretch.
    pub length: u32,
}

impl Sidecar {
    /// Makes the table, empty, and its indexes.
    pub fn create(&self) -> String {
        let mut columns: Vec<String> =
            self.keys.iter().map(|(key, kind)| format!("{key} {kind} NOT NULL")).collect();
        columns.push("region_hash bigint NOT NULL".to_owned());
        columns.push("s_region text".to_owned());
        columns.extend(["s_ra", "s_dec", "s_fov"].map(|name| format!("{name} double precision")));
        if self.sphere {
            columns.push("pgs_region spoly".to_owned());
            columns.push("pgs_center spoint".to_owned());
        }
        columns.push(format!("PRIMARY KEY ({})", self.listed("")));
        let columns = columns.join(",\n  ");
        let mut statements = vec![format!("CREATE TABLE {} (\n  {columns}\n)", self.table)];
        let indexed: &[&str] = match self.sphere {
            true => &["USING gist (pgs_region)", "USING gist (pgs_center)"],
            false => &["(s_dec, s_ra)"],
        };
        for one in indexed {
            statements.push(format!("CREATE INDEX ON {} {one}", self.table));
        }
        statements.join(";\n")
    }

    /// Brings the planner's statistics up to date.
    pub fn analyze(&self) -> String {
        format!("ANALYZE {}", self.table)
    }

    /// Puts in what is missing or stale, of a stretch or of the whole.
    pub fn fill(&self, stretch: Option<&Stretch<'_>>) -> String {
        let source = match stretch {
            None => format!("{} AS e", self.source),
            Some(stretch) => format!("({}) AS e", self.stretch(stretch)),
        };
        self.insert(&source, &format!("\n  AND {}", self.is_behind()))
    }

    /// Asks for the last key of a stretch and the number of its rows.
    pub fn end(&self, stretch: &Stretch<'_>) -> String {
        format!(
            "SELECT {}, count(*) OVER () FROM ({}) AS e ORDER BY {} LIMIT 1",
            self.listed("e."),
            self.stretch(stretch),
            self.each(|key| format!("e.{key} DESC"), ", "),
        )
    }

    /// Asks for the number of regions.
    pub fn count(&self) -> String {
        format!("SELECT count(*) FROM {} WHERE region IS NOT NULL", self.source)
    }

    fn stretch(&self, stretch: &Stretch<'_>) -> String {
        let after = match stretch.after {
            None => String::new(),
            Some(cells) => {
                let values: Vec<String> =
                    cells.iter().map(|cell| constant(self.dialect, cell)).collect();
                format!(" AND ({}) > ({})", self.listed("r."), values.join(", "))
            }
        };
        format!(
            "SELECT {}, r.region FROM {} AS r WHERE r.region IS NOT NULL{after} ORDER BY {} LIMIT {}",
            self.listed("r."),
            self.source,
            self.listed("r."),
            stretch.length
        )
    }

    /// Removes what has no region in the registry any more.
    pub fn remove_superfluous(&self) -> String {
        format!(
            "DELETE FROM {} AS s\nWHERE NOT EXISTS (\n  SELECT 1 FROM {} AS e\n  WHERE {} AND e.region IS NOT \
             NULL\n)",
            self.table,
            self.source,
            self.same("s", "e")
        )
    }

    /// Makes the function that keeps the table, and the triggers that call it. It has the rights of its
    /// owner, so that those who write to the registry need none; nobody else can make it a trigger of
    /// another table.
    pub fn keeper(&self) -> String {
        let Self { table, source, triggers, .. } = self;
        let tag = if table.contains("$$") || source.contains("$$") { "$obscore$" } else { "$$" };
        let (gone, both) = (self.same("s", "g"), self.same("e", "s"));
        let insert = indented(&self.insert("come AS e", ""));
        let function = format!(
            "CREATE OR REPLACE FUNCTION {table}() RETURNS trigger\nLANGUAGE plpgsql SECURITY DEFINER SET \
             search_path = pg_catalog, pg_temp AS {tag}\nBEGIN\n  IF TG_OP = 'TRUNCATE' THEN\n    DELETE FROM \
             {table};\n    RETURN NULL;\n  ELSIF TG_OP = 'DELETE' THEN\n    DELETE FROM {table} AS s USING gone \
             AS g WHERE {gone};\n    RETURN NULL;\n  ELSIF TG_OP = 'UPDATE' THEN\n    DELETE FROM {table} AS s \
             USING gone AS g\n    WHERE {gone}\n      AND NOT EXISTS (SELECT 1 FROM come AS e WHERE {both} AND \
             e.region IS NOT NULL);\n  END IF;\n{insert};\n  RETURN NULL;\nEXCEPTION WHEN OTHERS THEN\n  -- Who \
             stores a region is never stopped; `obscore-view check` tells what is missing.\n  RAISE WARNING \
             'obscore-view: regions of % are not kept: %', TG_TABLE_NAME, SQLERRM;\n  RETURN NULL;\nEND\n{tag}"
        );
        let mut statements =
            vec![function, format!("REVOKE ALL ON FUNCTION {table}() FROM PUBLIC")];
        for (event, tables) in [
            ("INSERT", " REFERENCING NEW TABLE AS come"),
            ("UPDATE", " REFERENCING OLD TABLE AS gone NEW TABLE AS come"),
            ("DELETE", " REFERENCING OLD TABLE AS gone"),
            ("TRUNCATE", ""),
        ] {
            let name = format!("{triggers}_{}", event.to_lowercase());
            let name = self.dialect.name(&name);
            statements.push(format!(
                "CREATE TRIGGER {name} AFTER {event} ON {source}{tables}\n  FOR EACH STATEMENT EXECUTE \
                 FUNCTION {table}()"
            ));
        }
        statements.join(";\n")
    }

    /// The right that it takes to make the triggers.
    pub fn right(&self) -> String {
        format!("GRANT TRIGGER ON {} TO …", self.source)
    }

    /// Asks for the keys of rows that are not as they should be, each after `missing`, `stale` or
    /// `superfluous`.
    pub fn wrong(&self) -> String {
        let keys = self.each(|key| format!("coalesce(e.{key}, s.{key})"), ", ");
        format!(
            "SELECT CASE WHEN s.region_hash IS NULL THEN 'missing' WHEN e.region IS NULL THEN 'superfluous' \
             ELSE 'stale' END, {keys} FROM (SELECT {}, region FROM {} WHERE region IS NOT NULL) AS e FULL \
             JOIN {} AS s ON {} WHERE s.region_hash IS NULL OR e.region IS NULL OR s.region_hash <> {}",
            self.listed(""),
            self.source,
            self.table,
            self.same("s", "e"),
            self.hash()
        )
    }

    /// The names of the key's columns.
    pub fn key_names(&self) -> Vec<&str> {
        self.keys.iter().map(|(key, _)| key.as_str()).collect()
    }

    /// Decodes and inserts the regions of `source`, called `e`.
    fn insert(&self, source: &str, condition: &str) -> String {
        let (all_types, dali) = self.options;
        let call = |suffix: &str, arguments: &str| {
            format!("{}{suffix}(e.region, {arguments})", self.functions)
        };
        let mut columns = vec!["s_region", "s_ra", "s_dec", "s_fov"];
        let mut from = format!(
            "FROM {source}\nCROSS JOIN LATERAL {} AS k",
            call("", &format!("{all_types}, {dali}"))
        );
        let mut values: Vec<String> = columns.iter().map(|name| format!("k.{name}")).collect();
        if self.sphere {
            from +=
                &format!("\nCROSS JOIN LATERAL {} AS p", call("_sphere", &all_types.to_string()));
            columns.extend(["pgs_region", "pgs_center"]);
            values.extend(["p.pgs_region".to_owned(), "p.pgs_center".to_owned()]);
        }
        let hashed = [&["region_hash"], columns.as_slice()].concat();
        let set: Vec<String> =
            hashed.iter().map(|name| format!("{name} = EXCLUDED.{name}")).collect();
        format!(
            "INSERT INTO {} AS s\n  ({}, {})\nSELECT {}, {}, {}\n{from}\nWHERE e.region IS NOT NULL{condition}\nON \
             CONFLICT ({}) DO UPDATE SET\n  {}",
            self.table,
            self.listed(""),
            hashed.join(", "),
            self.listed("e."),
            self.hash(),
            values.join(", "),
            self.listed(""),
            set.join(", ")
        )
    }

    fn is_behind(&self) -> String {
        format!(
            "NOT EXISTS (\n    SELECT 1 FROM {} AS known\n    WHERE {} AND known.region_hash = {}\n  )",
            self.table,
            self.same("known", "e"),
            self.hash()
        )
    }

    fn hash(&self) -> String {
        format!("hashtextextended(e.region, {})", self.seed)
    }

    fn same(&self, one: &str, other: &str) -> String {
        self.each(|key| format!("{one}.{key} = {other}.{key}"), " AND ")
    }

    fn listed(&self, prefix: &str) -> String {
        self.each(|key| format!("{prefix}{key}"), ", ")
    }

    fn each(&self, text: impl Fn(&str) -> String, between: &str) -> String {
        let all: Vec<String> = self.keys.iter().map(|(key, _)| text(key)).collect();
        all.join(between)
    }
}

fn constant(dialect: Dialect, cell: &Cell) -> String {
    match cell {
        Cell::Int(number) => number.to_string(),
        Cell::Text(text) => dialect.quote(text),
        _ => "NULL".to_owned(),
    }
}

fn indented(text: &str) -> String {
    let lines: Vec<String> = text.lines().map(|line| format!("  {line}")).collect();
    lines.join("\n")
}
