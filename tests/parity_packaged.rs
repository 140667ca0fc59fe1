//! The data that daf_butler ships for its own tests: views have Butler's rows of it, cell by cell.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
#![allow(missing_docs)]

mod support;

use support::compare::compare;
use support::postgres::Cluster;
use support::survey::{Survey, mapping};
use support::view::Registry;

/// The packaged files, those that need another behind it.
const SETS: [&[&str]; 4] = [
    &["lsstcam-subset.yaml"],
    &["hsc-rc2-subset-v0.yaml"],
    &["ci_hsc-subset.yaml", "ci_hsc-subset-skymap.yaml"],
    &["base.yaml", "datasets.yaml", "spatial.yaml"],
];

fn compared(registry: &Registry<'_>, files: &[&str], regions: &str) -> usize {
    let mapping = mapping("packaged");
    let sql = registry.generate(&mapping, "packaged", &["--parity", "--regions", regions]);
    registry.apply(&sql.unwrap_or_else(|said| panic!("{files:?}: {said}")));
    let view = registry.view("packaged");
    let actual = registry.rows(&format!("SELECT * FROM {view}"));
    let expected = registry.repository().rows(&mapping);
    let report = compare(&expected, &actual, &["dataset_uuid", "s_region"]);
    println!("{} {files:?}, {regions}: {report}", registry.name());
    report.assert_equal(registry.name())
}

#[test]
fn views_have_butlers_rows() {
    let cluster = Cluster::shared();
    let mut cells = 0;
    for files in SETS {
        let survey = Survey::of_script("packaged.py", files);
        let repository = survey.sqlite();
        cells += compared(&Registry::Sqlite(&repository), files, "inline");
        let repository = survey.postgres(cluster);
        cells += compared(&Registry::Postgres(&repository, cluster), files, "functions");
    }
    println!("{cells} cells compared");
    assert!(cells > 3_800, "{cells}");
}
