//! A database with a table of region texts, and rows as psql prints them.

use std::fmt::Write as _;
use std::sync::OnceLock;

use obscore_view::region::RegionColumns;
use obscore_view::sql::Dialect::Postgres;
use obscore_view::sql::region::{Strategy, prelude};

use crate::support::postgres::Cluster;

/// Runs a script and returns its output: tab-separated lines, `\N` for NULL.
pub fn run(database: &str, script: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("script.sql");
    std::fs::write(&file, format!("\\pset null '\\\\N'\n\\pset fieldsep '\\t'\n{script}\n"))
        .unwrap();
    Cluster::shared().psql_file(database, &file)
}

/// A database with the table `v (n, region)` of `texts`, and the functions.
pub fn database(texts: &[&str]) -> String {
    let name = Cluster::shared().database();
    let mut script = String::from("CREATE TABLE v (n int PRIMARY KEY, region text);\n");
    script += "COPY v FROM stdin;\n";
    for (n, text) in texts.iter().enumerate() {
        writeln!(script, "{n}\t{}", text.replace('\\', "\\\\").replace('\t', "\\t")).unwrap();
    }
    let schema = super::SCHEMA.replace('"', "\"\"");
    let statements = prelude(Postgres, Strategy::Functions, Some(super::SCHEMA)).join(";\n");
    run(&name, &format!("{script}\\.\nCREATE SCHEMA \"{schema}\";\n{statements};"));
    name
}

/// The database with all texts, made once.
pub fn shared() -> &'static str {
    static NAME: OnceLock<String> = OnceLock::new();
    NAME.get_or_init(|| database(&super::texts()))
}

/// Tab-separated lines of the four columns, with `\N` for NULL.
pub fn rows(output: &str) -> Vec<RegionColumns> {
    output
        .lines()
        .map(|line| {
            let fields: Vec<Option<&str>> =
                line.split('\t').map(|field| (field != "\\N").then_some(field)).collect();
            let number = |i: usize| fields[i].map(|field| field.parse::<f64>().unwrap());
            RegionColumns {
                s_ra: number(0),
                s_dec: number(1),
                s_fov: number(2),
                s_region: fields[3].map(str::to_owned),
            }
        })
        .collect()
}
