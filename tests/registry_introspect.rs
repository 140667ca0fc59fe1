//! Real registries, made by daf_butler, as the compiler sees them.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs
)]

mod registry_support;

use std::collections::BTreeMap;

use obscore_view::db::{Environment, Options, inspect};
use obscore_view::diag::Source;
use obscore_view::registry::{CollectionKey, IngestDate, Snapshot};
use registry_support::{Cluster, environment, make_registries};
use serde_json::{Value, json};

/// Every universe, and all four combinations of managers among them.
fn requests(root: &str) -> Vec<Value> {
    let mut requests: Vec<Value> = (0..=8)
        .map(|universe| {
            json!({
                "root": format!("{root}/u{universe}"),
                "universe": universe,
                "collections": if universe % 2 == 0 { "nameKey" } else { "synthIntKey" },
                "datasets": if universe / 2 % 2 == 0 { "1.0.0" } else { "2.0.0" },
                "obscore": universe == 3 || universe == 8,
            })
        })
        .collect();
    for (name, universe, files) in [
        ("lsstcam", 8, vec!["lsstcam-subset.yaml"]),
        ("hsc", 8, vec!["ci_hsc-subset.yaml", "ci_hsc-subset-skymap.yaml"]),
        ("rc2", 8, vec!["hsc-rc2-subset-v0.yaml"]),
        ("base", 6, vec!["base.yaml", "datasets.yaml"]),
        ("base7", 7, vec!["base.yaml", "datasets.yaml"]),
        ("spatial", 8, vec!["base.yaml", "spatial.yaml"]),
    ] {
        requests.push(json!({
            "root": format!("{root}/{name}"), "universe": universe, "import": files,
        }));
    }
    requests
}

fn compare(request: &Value, expected: &Value, snapshot: &Snapshot) -> usize {
    let root = &request["root"];
    assert_eq!(json!(snapshot.universe.version), expected["universe"], "{root}");
    assert_eq!(json!(snapshot.universe.order()), expected["order"], "{root}");
    let name_key = request["collections"] == "nameKey";
    assert_eq!(snapshot.collection_key == CollectionKey::Name, name_key, "{root}");
    let timestamps = request["datasets"] == "1.0.0";
    assert_eq!(snapshot.ingest_date == IngestDate::Timestamp, timestamps, "{root}");
    let obscore = request["obscore"] == true;
    assert_eq!(snapshot.managers.contains_key("obscore"), obscore, "{root}");
    let types: BTreeMap<&String, Value> = snapshot
        .dataset_types
        .iter()
        .map(|(name, found)| {
            let value = json!({
                "storage_class": found.storage_class,
                "required": found.required,
                "implied": found.implied,
                "calibration": found.calibs_table.is_some(),
            });
            (name, value)
        })
        .collect();
    assert_eq!(json!(types), expected["dataset_types"], "{root}");
    let collections: BTreeMap<&String, Value> = snapshot
        .collections
        .iter()
        .map(|(name, found)| {
            assert_eq!(found.id.is_none(), name_key);
            let value = json!({
                "type": found.kind, "children": found.children, "dataset_types": found.dataset_types,
            });
            (name, value)
        })
        .collect();
    let mut expected_collections = expected["collections"].clone();
    for (name, collection) in expected_collections.as_object_mut().unwrap() {
        // Butler sums a chain's children up; the table holds no rows for chains.
        if snapshot.collections[name].children.is_empty() && collection["type"] != "CHAINED" {
            continue;
        }
        collection["dataset_types"] = json!([]);
    }
    assert_eq!(json!(collections), expected_collections, "{root}");
    assert_eq!(json!(snapshot.governors), expected["governors"], "{root}");
    types.len() + collections.len()
}

async fn round_trip(snapshot: &Snapshot, folder: &std::path::Path, secrets: &[&str]) {
    let text = snapshot.to_json().unwrap();
    for secret in secrets {
        assert!(!text.contains(secret), "the snapshot contains {secret}");
    }
    assert_eq!(&Snapshot::from_json(&Source::new("x.json", text.as_str())).unwrap(), snapshot);
    let file = folder.join("snapshot.json");
    std::fs::write(&file, &text).unwrap();
    let again = inspect(file.to_str().unwrap(), &Environment::process(), &Options::default()).await;
    assert_eq!(again.unwrap().to_json().unwrap(), text);
}

#[tokio::test]
async fn sqlite_registries_of_every_universe() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().to_str().unwrap();
    let requests = requests(root);
    let answers = make_registries(&requests);
    let here = environment(folder.path(), &[]);
    let mut compared = 0;
    for (request, answer) in requests.iter().zip(&answers) {
        let place = request["root"].as_str().unwrap();
        let snapshot = inspect(place, &here, &Options::default()).await.unwrap();
        compared += compare(request, answer, &snapshot);
        round_trip(&snapshot, folder.path(), &[root]).await;
        if request["universe"] == 0 {
            insta::assert_snapshot!("summary", snapshot.summary());
        }
    }
    println!("{compared} dataset types and collections compared in {} registries", answers.len());
    assert_eq!(answers.len(), 15);
}

#[tokio::test]
async fn postgres_registries_in_odd_schemas() {
    let cluster = Cluster::start();
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().to_str().unwrap();
    cluster.sql("postgres", "CREATE DATABASE butler");
    cluster.sql("butler", "CREATE EXTENSION btree_gist");
    let mut requests = requests(root);
    for (number, request) in requests.iter_mut().enumerate() {
        request["db"] =
            json!(cluster.url("butler").replacen("postgresql", "postgresql+psycopg2", 1));
        if number > 0 {
            cluster.sql("butler", &format!("CREATE SCHEMA plain{number}"));
            request["namespace"] = json!(format!("plain{number}"));
        }
    }
    let answers = make_registries(&requests);
    // Butler's own LOCK TABLE fails on odd names, a DBA can rename a schema all the same: upper
    // case, a space, quotes, a dot, and what is not ASCII.
    for (number, request) in requests.iter_mut().enumerate().skip(1) {
        let (plain, odd) = (format!("plain{number}"), format!("Ünï.code 'n\" {number}"));
        let quoted = odd.replace('"', "\"\"");
        cluster.sql("butler", &format!("ALTER SCHEMA {plain} RENAME TO \"{quoted}\""));
        let config = format!("{}/butler.yaml", request["root"].as_str().unwrap());
        let text = std::fs::read_to_string(&config).unwrap();
        let text =
            text.replace(&format!("namespace: {plain}"), &format!("namespace: {}", json!(odd)));
        std::fs::write(&config, text).unwrap();
        request["namespace"] = json!(odd);
    }
    let here = environment(folder.path(), &[]);
    let mut compared = 0;
    for (request, answer) in requests.iter().zip(&answers) {
        let place = request["root"].as_str().unwrap();
        let snapshot = inspect(place, &here, &Options::default()).await.unwrap();
        compared += compare(request, answer, &snapshot);
        let schema = request["namespace"].as_str().unwrap_or("public");
        assert_eq!(snapshot.namespace.as_deref(), Some(schema));
        assert!(snapshot.extensions.contains_key("btree_gist"));
        let port = cluster.port.to_string();
        round_trip(&snapshot, folder.path(), &["127.0.0.1", &port, "p@ss", root]).await;
    }
    println!("{compared} dataset types and collections compared in {} registries", answers.len());
    assert_eq!(answers.len(), 15);
}
