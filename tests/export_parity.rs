//! `export --parity` against Butler's own exporter: schema, rows, bytes.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
#![allow(missing_docs)]

mod export_support;
mod support;

use std::collections::BTreeSet;
use std::path::Path;

use export_support::{butler, changed, export, exported, read, read_leniently};
use support::compare::{Report, compare};
use support::postgres::Cluster;
use support::survey::{NAMESPACE, Repository, Survey, mapping};

/// The mappings of `tests/oracle` that are for the exporter, with what identifies their rows.
const MAPPINGS: [&str; 3] = ["search", "templates", "constraints"];

/// Every repository of a test: SQLite and PostgreSQL, both kinds of collection keys.
fn repositories() -> Vec<(&'static str, Repository)> {
    let cluster = Cluster::shared();
    vec![
        ("SQLite", Survey::newest().sqlite()),
        ("PostgreSQL", Survey::newest().postgres(cluster)),
        ("SQLite, universe 1, names", Survey::new(1).with(&["--collections", "name"]).sqlite()),
    ]
}

#[test]
fn parquet_has_butlers_schema_and_rows() {
    let folder = tempfile::tempdir().unwrap();
    let mut all = Report::default();
    for (place, repository) in repositories() {
        for name in MAPPINGS {
            let (ours, theirs) =
                (folder.path().join("ours.parquet"), folder.path().join("theirs.parquet"));
            butler(&repository.root, &mapping(name), &theirs);
            exported(
                export(repository.root.to_str().unwrap(), &mapping(name), &ours).arg("--parity"),
            );
            let (ours, theirs) = (read(&ours), read(&theirs));
            assert_eq!(ours.columns, theirs.columns, "{name} on {place}: names and order");
            assert_eq!(ours.types, theirs.types, "{name} on {place}: Arrow types");
            assert_eq!(ours.warnings[0], theirs.warnings[0], "{name} on {place}: compression");
            let key = key(&ours.columns);
            let report = compare(&theirs, &ours, &key);
            println!("{name} on {place}: {report}");
            report.assert_equal(&format!("{name} on {place}"));
            all.add(report);
        }
    }
    println!("Parquet against ObscoreExporter.to_parquet: {all}");
    assert!(all.cells > 200_000, "{all}");
}

/// What tells rows apart: the dataset, or everything that the mapping says about it.
fn key(columns: &[String]) -> Vec<&str> {
    let did = columns.iter().any(|name| name == "obs_publisher_did");
    let keys = ["obs_publisher_did", "obs_id", "dataproduct_subtype", "lsst_run", "lsst_detector"];
    keys.into_iter().filter(|key| did && columns.iter().any(|name| name == key)).collect()
}

#[test]
fn parquet_keeps_the_compression_of_the_mapping() {
    let folder = tempfile::tempdir().unwrap();
    let repository = Survey::newest().sqlite();
    let root = repository.root.to_str().unwrap();
    for compression in ["none", "gzip", "zstd", "brotli", "lz4"] {
        let mapping = changed(&mapping("search"), folder.path(), |text| {
            format!("{text}\nparquet_compression: {compression}\n")
        });
        let (ours, theirs) =
            (folder.path().join("ours.parquet"), folder.path().join("theirs.parquet"));
        butler(&repository.root, &mapping, &theirs);
        exported(export(root, &mapping, &ours).args(["--parity", "--dataset-type", "raw"]));
        let (ours, theirs) = (read(&ours), read(&theirs));
        assert!(!ours.rows.is_empty());
        assert_eq!(ours.warnings[0], theirs.warnings[0], "{compression}");
    }
}

#[test]
fn csv_has_butlers_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let mut lines = 0;
    for (place, repository) in repositories() {
        for null in ["", "csv_null_string: 'NULL'\n"] {
            let mapping =
                changed(&mapping("search"), folder.path(), |text| format!("{text}\n{null}"));
            let (ours, theirs) = (folder.path().join("ours.csv"), folder.path().join("theirs.csv"));
            butler(&repository.root, &mapping, &theirs);
            exported(export(repository.root.to_str().unwrap(), &mapping, &ours).arg("--parity"));
            let read = |file: &Path| std::fs::read_to_string(file).unwrap();
            let (ours, theirs) = (read(&ours), read(&theirs));
            assert_eq!(ours.lines().next(), theirs.lines().next(), "header on {place}");
            // Neither promises an order.
            let sorted = |text: &str| {
                let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
                lines.sort();
                lines
            };
            let (ours, theirs) = (sorted(&ours), sorted(&theirs));
            assert_eq!(ours.len(), theirs.len(), "{place}");
            for (our, their) in ours.iter().zip(&theirs) {
                assert_eq!(our, their, "{place}");
            }
            lines += ours.len();
        }
    }
    println!("CSV against ObscoreExporter.to_csv: {lines} lines, equal bytes");
}

#[test]
fn votable_has_butlers_rows_and_is_strictly_legal() {
    let folder = tempfile::tempdir().unwrap();
    let mut all = Report::default();
    for (place, repository) in repositories() {
        // Butler's to_votable fails on constant extra columns of the whole mapping.
        let mapping = changed(&mapping("search"), folder.path(), |text| {
            let lines = text.lines().filter(|line| !line.trim_start().starts_with("constant_"));
            let text: Vec<&str> = lines.collect();
            format!(
                "{}\norigin: {{publisher: 'A & B', publication_date: 2024-05-06, citation: \
                 'doi:10.1/x', article: 'doi:10.2/y', title: 'A <title>'}}\n",
                text.join("\n")
            )
        });
        let theirs = folder.path().join("theirs.xml");
        butler(&repository.root, &mapping, &theirs);
        let theirs = read_leniently(&theirs);
        for format in ["votable", "binary2"] {
            let ours = folder.path().join("ours.xml");
            exported(
                export(repository.root.to_str().unwrap(), &mapping, &ours)
                    .args(["--parity", "--format", format]),
            );
            let ours = read(&ours);
            assert_eq!(ours.columns, theirs.columns, "{format} on {place}");
            let report = compare(&theirs, &ours, &["obs_publisher_did"]);
            report.assert_equal(&format!("{format} on {place}"));
            all.add(report);
            // Frames and data origin: all that Butler says, but not that it is a SIA service.
            let facts: BTreeSet<&String> = ours.warnings.iter().collect();
            let own = ["server_software", "request_date", "service_protocol", "INFO QUERY_STATUS"];
            for fact in &theirs.warnings {
                if !own.iter().any(|own| fact.contains(own)) {
                    assert!(facts.contains(fact), "{fact} is not among {facts:?}");
                }
            }
            assert!(facts.contains(&"INFO QUERY_STATUS=OK".to_owned()), "{facts:?}");
        }
    }
    println!("VOTable against ObscoreExporter.to_votable: {all}");
    assert!(all.cells > 50_000, "{all}");
}

#[test]
fn a_role_that_may_only_read_is_enough() {
    let cluster = Cluster::shared();
    let repository = Survey::newest().postgres(cluster);
    let database = repository.database.rsplit('/').next().unwrap();
    cluster.psql(
        database,
        &format!(
            "CREATE ROLE reader LOGIN; REVOKE ALL ON SCHEMA public FROM PUBLIC; REVOKE TEMP ON \
             DATABASE {database} FROM PUBLIC; GRANT USAGE ON SCHEMA {NAMESPACE} TO reader; GRANT \
             SELECT ON ALL TABLES IN SCHEMA {NAMESPACE} TO reader"
        ),
    );
    let yaml = repository.root.join("butler.yaml");
    let text = std::fs::read_to_string(&yaml).unwrap();
    std::fs::write(&yaml, text.replace("postgres@", "reader@")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("o.parquet");
    exported(export(repository.root.to_str().unwrap(), &mapping("search"), &file).arg("--parity"));
    let rows = repository.rows(&mapping("search"));
    assert_eq!(read(&file).rows.len(), rows.rows.len());
}
