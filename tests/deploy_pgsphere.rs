//! The pgsphere plugin of a mapping: `spoly` and `spoint` columns that pgSphere itself understands.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
#![allow(missing_docs)]

mod support;

use std::process::Command;

use support::postgres::Cluster;
use support::survey::{Survey, mapping};
use support::table::Table;

/// Rows with a polygon; those whose centre lies in it; those whose centre is s_ra, s_dec; those that
/// pgSphere finds at the centre of another row's polygon through `@>`.
const QUERY: &str = "SELECT count(*) FILTER (WHERE s_region LIKE 'POLYGON%') AS polygons, \
    count(pgs_region) AS regions, \
    count(*) FILTER (WHERE pgs_center @ pgs_region) AS inside, \
    count(*) FILTER (WHERE abs(degrees(long(pgs_center)) - s_ra) < 1e-9 \
                     AND abs(degrees(lat(pgs_center)) - s_dec) < 1e-9) AS centred, \
    count(*) FILTER (WHERE abs(degrees(2 * radius(scircle(pgs_center, radians(s_fov / 2)))) - s_fov) \
                     < 1e-9) AS wide \
    FROM ivoa.obscore";

#[test]
fn plugin_columns_are_those_of_pgsphere() {
    let cluster = Cluster::shared();
    let repository = Survey::of_script("packaged.py", &["lsstcam-subset.yaml"]).postgres(cluster);
    let database = repository.database.rsplit('/').next().unwrap();
    cluster.extension(database, "pg_sphere");
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("mapping.yaml");
    let text = std::fs::read_to_string(mapping("packaged")).unwrap();
    let plugin = "spatial_plugins:\n  pgsphere:\n    cls: \
                  lsst.daf.butler.registry.obscore.pgsphere.PgSphereObsCorePlugin\n    config: \
                  {region_column: pgs_region, position_column: pgs_center}\n";
    std::fs::write(&file, format!("{text}\n{plugin}")).unwrap();
    for regions in ["functions", "inline"] {
        let done = Command::new(env!("CARGO_BIN_EXE_obscore-view"))
            .arg("apply")
            .arg(&repository.root)
            .arg("-m")
            .arg(&file)
            .args(["--regions", regions])
            .output()
            .unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        let check = Command::new(env!("CARGO_BIN_EXE_obscore-view"))
            .arg("check")
            .arg(&repository.root)
            .arg("-m")
            .arg(&file)
            .args(["--regions", regions, "--fail-on", "error"])
            .output()
            .unwrap();
        assert_eq!(check.status.code(), Some(0), "{}", String::from_utf8_lossy(&check.stdout));
        let table = Table::of_postgres(&repository.database, QUERY);
        let counts: Vec<i64> = table.rows[0].iter().map(|cell| cell.as_i64().unwrap()).collect();
        assert!(counts[0] > 0, "{regions}: no polygons in {table:?}");
        assert!(counts.iter().all(|&count| count == counts[0]), "{regions}: {table:?}");
        println!("{regions}: {} polygons, all as pgSphere sees them", counts[0]);
    }
}
