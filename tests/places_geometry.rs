//! The geometry of the functions that find images by place, in PostgreSQL, against lsst.sphgeom.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs
)]

mod support;

use std::sync::OnceLock;

use obscore_view::sql::Dialect::Postgres;
use obscore_view::sql::region::{Strategy, prelude, sky_functions};
use support::postgres::Cluster;
use support::python::{output, script};

const COUNT: usize = 3000;

/// The lines of the oracle.
fn lines() -> &'static Vec<Vec<String>> {
    static LINES: OnceLock<Vec<Vec<String>>> = OnceLock::new();
    LINES.get_or_init(|| {
        let text = output(script("places.py").arg(COUNT.to_string()));
        text.lines().map(|line| line.split('\t').map(str::to_owned).collect()).collect()
    })
}

fn of(kind: &str) -> Vec<&'static [String]> {
    let found: Vec<&[String]> =
        lines().iter().filter(|line| line[0] == kind).map(|line| &line[1..]).collect();
    assert_eq!(found.len(), COUNT);
    found
}

/// A database with the functions.
fn database() -> String {
    let name = Cluster::shared().database();
    let mut script = String::from("CREATE SCHEMA ivoa;\n");
    for statement in prelude(Postgres, Strategy::Functions, Some("ivoa")) {
        script += &format!("{statement};\n");
    }
    for (_, statement) in sky_functions(Postgres, Strategy::Functions, Some("ivoa")) {
        script += &format!("{statement};\n");
    }
    run(&name, &script);
    name
}

fn run(name: &str, script: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("script.sql");
    std::fs::write(&file, script).unwrap();
    Cluster::shared().psql_file(name, &file)
}

/// Loads columns of texts as the table `v (n, c1, c2, …)` and asks.
fn ask(rows: &[Vec<&str>], sql: &str) -> Vec<String> {
    let name = database();
    let columns: Vec<String> = (1..=rows[0].len()).map(|at| format!("c{at} text")).collect();
    let mut script = format!(
        "CREATE TABLE v (n int PRIMARY KEY, {});\nCOPY v FROM stdin;\n",
        columns.join(", ")
    );
    for (n, row) in rows.iter().enumerate() {
        script += &format!("{n}\t{}\n", row.join("\t"));
    }
    script += &format!("\\.\n{sql};\n");
    run(&name, &script).lines().map(str::to_owned).collect()
}

#[test]
fn trixels_hold_the_envelopes_of_sphgeom() {
    let cases = of("E");
    let rows: Vec<Vec<&str>> = cases.iter().map(|case| vec![case[0].as_str()]).collect();
    let found = ask(
        &rows,
        "SELECT string_agg(r.first || '-' || r.last || '-' || r.inside, ',' ORDER BY r.first) FROM v \
         CROSS JOIN LATERAL ivoa.obscore_trixels(ivoa.obscore_shape(CAST('{' || c1 || '}' AS float8[]))) r \
         GROUP BY n ORDER BY n",
    );
    assert_eq!(found.len(), COUNT);
    let (mut wanted, mut given, mut inside) = (0, 0, 0);
    for (case, found) in cases.iter().zip(&found) {
        let ranges: Vec<(u64, u64, bool)> = found
            .split(',')
            .map(|range| {
                let words: Vec<&str> = range.split('-').collect();
                (words[0].parse().unwrap(), words[1].parse().unwrap(), words[2] == "true")
            })
            .collect();
        assert!(ranges.windows(2).all(|pair| pair[0].1 < pair[1].0), "{}: {found}", case[0]);
        assert!(ranges[0].0 >= 8 << 14 && ranges[ranges.len() - 1].1 < 16 << 14);
        for range in case[1].split(',') {
            let (first, last) = range.split_once('-').unwrap();
            let (first, last): (u64, u64) = (first.parse().unwrap(), last.parse().unwrap());
            let mut at = first;
            for (low, high, _) in &ranges {
                if *low <= at && at <= *high {
                    at = high + 1;
                }
            }
            assert!(at > last, "{} lacks {first} to {last}: {found}", case[0]);
            wanted += last - first + 1;
        }
        given += ranges.iter().map(|(low, high, _)| high - low + 1).sum::<u64>();
        inside += ranges
            .iter()
            .map(|(low, high, inside)| if *inside { high - low + 1 } else { 0 })
            .sum::<u64>();
    }
    println!("{COUNT} shapes: {given} trixels for {wanted} of sphgeom, {inside} of them inside");
    assert!(given < wanted * 2);
}

/// What is said to be inside is: no corner of such a trixel is outside.
#[test]
fn trixels_inside_are_inside() {
    let cases = of("E");
    let rows: Vec<Vec<&str>> = cases.iter().map(|case| vec![case[0].as_str()]).collect();
    let found = ask(
        &rows,
        "SELECT n || ' ' || r.first || ' ' || r.last FROM v CROSS JOIN LATERAL \
         ivoa.obscore_trixels(ivoa.obscore_shape(CAST('{' || c1 || '}' AS float8[]))) r WHERE r.inside ORDER BY n",
    );
    let mut tested = 0;
    for line in &found {
        let words: Vec<u64> = line.split(' ').map(|word| word.parse().unwrap()).collect();
        let degrees: Vec<f64> = cases[usize::try_from(words[0]).unwrap()][0]
            .split(',')
            .map(|number| number.parse().unwrap())
            .collect();
        let shape = match degrees.as_slice() {
            [ra, dec, radius] => obscore_view::geom::circle_degrees(*ra, *dec, *radius).unwrap(),
            numbers => {
                let corners: Vec<(f64, f64)> =
                    numbers.chunks(2).map(|corner| (corner[0], corner[1])).collect();
                obscore_view::geom::polygon_degrees(&corners).unwrap()
            }
        };
        for index in [words[1], words[2]] {
            let corners = obscore_view::geom::htm::trixel(index).unwrap();
            for corner in corners {
                assert!(obscore_view::geom::contains_point(&shape, corner), "{degrees:?} {index}");
            }
            tested += 1;
        }
    }
    println!("{tested} trixels are inside");
    assert!(tested > 1000);
}

#[test]
fn regions_meet_shapes_as_in_sphgeom() {
    let (mut met, mut wrong) = (0, Vec::new());
    for kind in ["M", "C"] {
        let cases = of(kind);
        let rows: Vec<Vec<&str>> =
            cases.iter().map(|case| vec![case[0].as_str(), case[1].as_str()]).collect();
        let radius = if kind == "M" { "" } else { " || ',0'" };
        let found = ask(
            &rows,
            &format!(
                "SELECT CAST(ivoa.obscore_region_meets(c1, true, ivoa.obscore_shape(CAST('{{' || \
                 c2{radius} || '}}' AS float8[]))) AS int) FROM v ORDER BY n"
            ),
        );
        assert_eq!(found.len(), COUNT);
        for (case, found) in cases.iter().zip(&found) {
            met += usize::from(found == "1");
            if case[2] != *found {
                wrong.push(format!("{kind} {} {}: {}", case[0], case[1], case[2]));
            }
        }
    }
    println!("{} pairs, {met} share a place", 2 * COUNT);
    assert!(
        wrong.is_empty(),
        "{} differ:\n{}",
        wrong.len(),
        wrong[..wrong.len().min(10)].join("\n")
    );
    assert!(met > COUNT / 2);
}

#[test]
fn what_is_no_shape_is_said() {
    let name = database();
    for (shape, said) in [
        ("ARRAY[10, 91, 1]", "a declination is between -90 and 90 degrees, not 91"),
        ("ARRAY[10, 0, -1]", "a radius is between 0 and 180 degrees, not -1"),
        ("ARRAY['NaN', 0, 1]", "a place on the sky has finite numbers"),
        ("ARRAY[10, 0, 'Infinity']", "a place on the sky has finite numbers"),
        ("ARRAY[1, 2, 3, 4]", "a shape has 3 numbers, or 6 and more of an even number"),
        ("'{}'", "a shape has 3 numbers, or 6 and more of an even number"),
        ("'{{1, 2, 3}}'", "a shape has 3 numbers, or 6 and more of an even number"),
        ("ARRAY[0, 0, 2, 0, 1, 0.1, 1, 2]", "the polygon is not convex"),
        ("ARRAY[0, 0, 1, 1, 1, 0, 0, 1]", "the polygon is not convex"),
        ("ARRAY[0, 0, 1, 0, 2, 0]", "the polygon has no area"),
        (
            "ARRAY[0, 0, 1, 0, 1, 0, 0, 0]",
            "a polygon has three corners or more, and is smaller than a hemisphere",
        ),
        ("ARRAY[0, -0.01, 120, -0.01, 240, -0.01]", "a polygon is smaller than a hemisphere"),
    ] {
        let script = format!(
            "DO $$ BEGIN PERFORM ivoa.obscore_shape(CAST({shape} AS float8[])); RAISE 'none'; EXCEPTION WHEN SQLSTATE '22023' \
             THEN PERFORM set_config('test.said', SQLERRM, false); END $$; SELECT \
             current_setting('test.said');"
        );
        assert_eq!(run(&name, &script).trim(), said, "{shape}");
    }
    let none = "SELECT ivoa.obscore_shape(ARRAY[1, NULL, 2]) IS NULL;";
    assert_eq!(run(&name, none).trim(), "t");
}
