//! The reports of check for machines: JSON as documented, SARIF 2.1.0 as OASIS has it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs
)]

mod deploy_support;
mod support;

use std::collections::BTreeSet;

use deploy_support::{MAPPING, Place};
use serde_json::Value;

/// A mapping with findings of every severity, in and out of the file, suppressed and not.
fn reported(place: &Place, format: &str) -> Value {
    let mapping = place.changed(&[
        ("phot.flux.density", "phot.flux_density"),
        ("  r: [552.0e-9", "  r: [952.0e-9"),
        ("spectral_ranges:", "obscore_view: {suppress: [L023]}\nspectral_ranges:"),
    ]);
    let file = place.repository.root.join(format!("report.{format}"));
    let path = file.display().to_string();
    let run =
        place.check(&mapping, &["--format", format, "--suppress", "L020", "-o", &path]).expect(1);
    assert!(run.out.is_empty() && run.err.is_empty());
    serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap()
}

#[test]
fn json() {
    let place = Place::sqlite();
    let report = reported(&place, "json");
    assert_eq!(report["format"], 1);
    assert_eq!(report["tool"], env!("CARGO_PKG_VERSION"));
    assert_eq!(report["view"], "obscore");
    let findings = report["findings"].as_array().unwrap();
    let find = |id: &str| findings.iter().find(|one| one["id"] == id).unwrap();
    let ucd = find("L004");
    assert_eq!(ucd["severity"], "warning");
    let line = 1 + MAPPING.lines().position(|line| line.contains("phot.flux.density")).unwrap();
    assert_eq!(ucd["line"], line);
    assert_eq!(ucd["column"], 12);
    assert_eq!(ucd["suppressed"], false);
    assert_eq!(ucd["help"][0], "did you mean `phot.flux.density`?");
    assert_eq!(find("L020")["suppressed"], true);
    assert_eq!(find("L023")["suppressed"], true);
    assert!(find("D020").get("line").is_none());
    let count = |severity: &str| {
        findings
            .iter()
            .filter(|one| one["severity"] == severity && one["suppressed"] == false)
            .count()
    };
    for severity in ["error", "warning", "note"] {
        assert_eq!(report["counts"][severity], count(severity), "{severity}");
        assert!(count(severity) > 0, "{severity}");
    }
}

#[test]
fn json_has_no_password() {
    let place = Place::postgres();
    let url = place.as_role("postgres:geheim");
    let mapping = place.mapping(MAPPING);
    for format in ["json", "sarif", "text"] {
        let run =
            deploy_support::run(&["check", &url, "-m", &mapping, "--quick", "--format", format]);
        assert!(run.code == 1 && !run.out.contains("geheim"), "{}", run.out);
    }
}

/// The properties that SARIF 2.1.0 requires of each object that we write, and those that it allows.
fn object<'a>(value: &'a Value, required: &[&str], optional: &[&str]) -> &'a Value {
    let keys: BTreeSet<&str> = value.as_object().unwrap().keys().map(String::as_str).collect();
    for key in required {
        assert!(keys.contains(key), "{key} is required in {value}");
    }
    for key in &keys {
        assert!(required.contains(key) || optional.contains(key), "{key} in {value}");
    }
    value
}

#[test]
fn sarif() {
    let place = Place::sqlite();
    let log = reported(&place, "sarif");
    object(&log, &["version", "runs"], &["$schema"]);
    assert_eq!(log["version"], "2.1.0");
    let run = object(&log["runs"][0], &["tool"], &["results", "artifacts", "columnKind"]);
    let driver = object(
        &object(&run["tool"], &["driver"], &[])["driver"],
        &["name"],
        &["version", "semanticVersion", "rules"],
    );
    let rules = driver["rules"].as_array().unwrap();
    let mut ids = BTreeSet::new();
    for rule in rules {
        object(rule, &["id"], &["shortDescription", "fullDescription", "help"]);
        for text in ["shortDescription", "fullDescription", "help"] {
            assert!(!object(&rule[text], &["text"], &[])["text"].as_str().unwrap().is_empty());
        }
        assert!(ids.insert(rule["id"].as_str().unwrap()), "rule twice");
    }
    let results = run["results"].as_array().unwrap();
    let mut levels = BTreeSet::new();
    let mut fingerprints = BTreeSet::new();
    for result in results {
        object(
            result,
            &["message"],
            &["ruleId", "ruleIndex", "level", "locations", "partialFingerprints", "suppressions"],
        );
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(rules[index]["id"], result["ruleId"]);
        levels.insert(result["level"].as_str().unwrap());
        assert!(!object(&result["message"], &["text"], &[])["text"].as_str().unwrap().is_empty());
        let location =
            object(&result["locations"][0], &[], &["physicalLocation", "logicalLocations"]);
        let place = object(&location["physicalLocation"], &["artifactLocation"], &["region"]);
        let uri = place["artifactLocation"]["uri"].as_str().unwrap();
        assert!(uri.ends_with("mapping.yaml") && uri.starts_with("file:///"), "{uri}");
        let region =
            object(&place["region"], &["startLine"], &["startColumn", "endLine", "endColumn"]);
        for number in region.as_object().unwrap().values() {
            assert!(number.as_u64().unwrap() >= 1);
        }
        fingerprints.insert(result["partialFingerprints"].to_string());
    }
    assert_eq!(levels, BTreeSet::from(["error", "warning", "note"]));
    assert_eq!(fingerprints.len(), results.len());
    let kind = |id: &str| {
        let result = results.iter().find(|one| one["ruleId"] == id).unwrap();
        result.get("suppressions").map(|all| all[0]["kind"].clone())
    };
    assert_eq!(kind("L020"), Some("external".into()));
    assert_eq!(kind("L023"), Some("inSource".into()));
    assert_eq!(kind("L004"), None);
}

#[test]
fn sarif_of_a_relative_file_is_relative() {
    let place = Place::sqlite();
    let folder = place.repository.root.parent().unwrap();
    std::fs::write(folder.join("my mapping.yaml"), MAPPING).unwrap();
    let run = deploy_support::finish(
        deploy_support::program()
            .args(["check", &place.repo, "-m", "my mapping.yaml", "--quick", "--format", "sarif"])
            .current_dir(folder),
    )
    .expect(1);
    let log: Value = serde_json::from_str(&run.out).unwrap();
    let location = &log["runs"][0]["results"][0]["locations"][0]["physicalLocation"];
    assert_eq!(location["artifactLocation"]["uri"], "my%20mapping.yaml");
}
