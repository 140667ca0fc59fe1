//! Places that tables give each other: random joins by place have the same rows in a form that is narrowed by
//! trixels and pairs, and in one that is not, on both databases; and those that astropy finds. What is wrong
//! with a geometry is said all the same. `OBSCORE_VIEW_QUERIES` says how many times as many there are,
//! `OBSCORE_VIEW_SEED` with which they begin.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    missing_docs
)]

mod query_support;
mod support;

use std::collections::BTreeSet;
use std::fmt::Write;
use std::process::Command;
use std::time::Duration;

use obscore_view::region::RegionOptions;
use obscore_view::stream::engine::{Service, Upload};
use query_support::answer::difference;
use query_support::random::{Dice, number, seed};
use query_support::{answer, answer_soon, ask, prepare, said, service_with, upload};
use support::postgres::Cluster;
use support::python::{output, python};
use support::survey::{Repository, Survey, mapping};
use tempfile::TempDir;

/// Joins that take longer in the form that is not narrowed are left out.
const LONGEST: Duration = Duration::from_millis(1500);
/// Positions in an upload.
const POSITIONS: usize = 40;

/// Centres of what is there.
async fn centres(service: &Service) -> Vec<(f64, f64)> {
    let adql = "SELECT DISTINCT s_ra, s_dec FROM ivoa.ObsCore WHERE s_ra IS NOT NULL";
    let answer = answer(service, adql, &[]).await;
    answer.rows.iter().map(|row| (row[0].as_f64().unwrap(), row[1].as_f64().unwrap())).collect()
}

/// Positions near those, at the poles, about longitude 0, anywhere.
fn places(dice: &mut Dice, centres: &[(f64, f64)], count: usize) -> Vec<(f64, f64)> {
    let place = |dice: &mut Dice| {
        let near = |dice: &mut Dice, width: f64| (dice.real() - 0.5) * width;
        match dice.roll(10) {
            0 => (dice.real() * 360.0, [90.0, -90.0][dice.roll(2)]),
            1 => (dice.real() * 360.0, [89.8, -89.8][dice.roll(2)] + near(dice, 0.2)),
            2 => (near(dice, 0.5), near(dice, 2.0)),
            3 => (dice.real() * 360.0, dice.real() * 180.0 - 90.0),
            4 => ([0.0, 360.0, 180.0][dice.roll(3)], 0.0),
            5 => centres[dice.roll(centres.len())],
            _ => {
                let (lon, lat) = centres[dice.roll(centres.len())];
                let width = 10_f64.powf(dice.real() * 3.0 - 2.0);
                (lon + near(dice, width), lat + near(dice, width))
            }
        }
    };
    let clean = |(lon, lat): (f64, f64)| (lon.rem_euclid(360.0), lat.clamp(-90.0, 90.0));
    (0..count).map(|_| clean(place(dice))).collect()
}

/// An upload of positions with radii, and the same as geometries; some are NULL.
fn targets(dice: &mut Dice, folder: &TempDir, name: &str, places: &[(f64, f64)]) -> Upload {
    let mut text = r#"<VOTABLE version="1.4" xmlns="http://www.ivoa.net/xml/VOTable/v1.3"><RESOURCE><TABLE>
<FIELD name="id" datatype="int"/><FIELD name="ra" datatype="double"/><FIELD name="dec" datatype="double"/>
<FIELD name="r" datatype="double"/><FIELD name="pos" datatype="double" arraysize="2" xtype="point"/>
<FIELD name="disk" datatype="double" arraysize="3" xtype="circle"/>
<FIELD name="outline" datatype="double" arraysize="*" xtype="polygon"/><DATA><TABLEDATA>"#
        .to_owned();
    for (id, (ra, dec)) in places.iter().enumerate() {
        let radius = 10_f64.powf(dice.real() * 3.0 - 2.5);
        let (a, b, half) = (ra - radius, (ra + radius) % 360.0, radius / 2.0);
        let (south, north) = ((dec - half).max(-89.9), (dec + half).min(89.9));
        let west = a.rem_euclid(360.0);
        let outline = format!("{west} {south} {b} {south} {b} {north} {west} {north}");
        let mut null = |text: String| if dice.roll(8) == 0 { String::new() } else { text };
        let cells = [
            id.to_string(),
            null(ra.to_string()),
            null(dec.to_string()),
            null(radius.to_string()),
            null(format!("{ra} {dec}")),
            null(format!("{ra} {dec} {radius}")),
            null(if south < north { outline } else { String::new() }),
        ];
        let cells = cells.map(|cell| format!("<TD>{cell}</TD>"));
        writeln!(text, "<TR>{}</TR>", cells.concat()).unwrap();
    }
    text.push_str("</TABLEDATA></DATA></TABLE></RESOURCE></VOTABLE>");
    let file = folder.path().join(format!("{name}.vot"));
    std::fs::write(&file, text).unwrap();
    upload(name, &file)
}

/// A table with the names of its places: centre and region where it has them.
struct Table {
    from: &'static str,
    centres: &'static [&'static str],
    regions: &'static [&'static str],
    shown: &'static str,
    /// A condition that many rows fulfil.
    condition: &'static str,
}

const TABLES: [Table; 6] = [
    Table {
        from: "ivoa.ObsCore",
        centres: &["POINT(#.s_ra, #.s_dec)"],
        regions: &["#.s_region", "#.s_region", "CIRCLE(#.s_ra, #.s_dec, #.s_fov)"],
        shown: "#.obs_publisher_did",
        condition: "#.calib_level > 1",
    },
    Table {
        from: "TAP_UPLOAD.one",
        centres: &["POINT(#.ra, #.dec)", "#.pos", "POINT(#.ra + 0.01, #.dec)"],
        regions: &["CIRCLE(#.ra, #.dec, #.r)", "CIRCLE(#.pos, 0.1)", "#.disk", "#.outline"],
        shown: "#.id",
        condition: "MOD(#.id, 3) <> 1",
    },
    Table {
        from: "TAP_UPLOAD.two",
        centres: &["POINT(#.ra, #.dec)", "#.pos", "CENTROID(#.disk)"],
        regions: &["CIRCLE(#.ra, #.dec, #.r)", "CIRCLE(#.ra, #.dec, 2)", "#.disk", "#.outline"],
        shown: "#.id",
        condition: "#.r < 0.1",
    },
    Table {
        from: "butler.visit_detector_region",
        centres: &["CENTROID(#.s_region)"],
        regions: &["#.s_region"],
        shown: "#.visit",
        condition: "#.detector = 1",
    },
    Table {
        from: "butler.tract",
        centres: &["CENTROID(#.s_region)"],
        regions: &["#.s_region"],
        shown: "#.id",
        condition: "#.id > 1",
    },
    Table {
        from: "ivoa.ObsCore",
        centres: &["POINT(#.s_ra, #.s_dec)"],
        regions: &["#.s_region", "CIRCLE(POINT(#.s_ra, #.s_dec), 0.05)"],
        shown: "#.obs_id",
        condition: "#.dataproduct_subtype = 'lsst.raw'",
    },
];

impl Table {
    fn centre(&self, dice: &mut Dice, alias: &str) -> String {
        dice.pick(self.centres).replace('#', alias)
    }

    fn region(&self, dice: &mut Dice, alias: &str) -> String {
        dice.pick(self.regions).replace('#', alias)
    }
}

/// A condition on the places of two tables, in a form that is looked up and in one that is not.
fn near(dice: &mut Dice, one: (&Table, &str), other: (&Table, &str)) -> (String, String) {
    let (one, other) = if dice.roll(2) == 0 { (one, other) } else { (other, one) };
    let radius = 10_f64.powf(dice.real() * 2.0 - 2.0);
    let (centre, region) = (one.0.centre(dice, one.1), other.0.region(dice, other.1));
    let call = match dice.roll(7) {
        0 | 1 => format!("CONTAINS({centre}, {region})"),
        2 => format!("INTERSECTS({region}, {})", one.0.region(dice, one.1)),
        3 => format!("CONTAINS({}, {region})", one.0.region(dice, one.1)),
        4 => {
            let centre = format!("CIRCLE({}, {radius})", other.0.centre(dice, other.1));
            format!("CONTAINS({}, {centre})", one.0.centre(dice, one.1))
        }
        way => {
            let distance = format!("DISTANCE({centre}, {})", other.0.centre(dice, other.1));
            let radius = match other.0.from.starts_with("TAP_UPLOAD") {
                true => format!("{}.r", other.1),
                false => radius.to_string(),
            };
            return match way {
                5 => (format!("{distance} < {radius}"), format!("NOT ({distance} >= {radius})")),
                _ => (format!("{radius} >= {distance}"), format!("NOT ({radius} < {distance})")),
            };
        }
    };
    (format!("1 = {call}"), format!("0 <> {call}"))
}

/// A join of two tables by place, in both forms.
fn join(dice: &mut Dice) -> (String, String) {
    let first = &TABLES[dice.roll(TABLES.len())];
    // Two copies of the registry's rows are many pairs for the form that tests them all.
    let second = match first.from.starts_with("TAP_UPLOAD") {
        true => &TABLES[dice.roll(TABLES.len())],
        false => &TABLES[1 + dice.roll(4)],
    };
    let (quick, slow) = near(dice, (first, "a"), (second, "b"));
    let own = match dice.roll(3) {
        0 => second.condition.replace('#', "b"),
        1 => first.condition.replace('#', "a"),
        _ => "1 = 1".to_owned(),
    };
    let (a, b) = (first.from, second.from);
    let shown =
        format!("{} AS x, {} AS y", first.shown.replace('#', "a"), second.shown.replace('#', "b"));
    let shape = dice.roll(10);
    let outer = dice.pick(&["LEFT", "RIGHT", "FULL", "LEFT"]);
    let write = |condition: &str| match shape {
        0..3 => format!("SELECT {shown} FROM {a} AS a JOIN {b} AS b ON {condition} WHERE {own}"),
        3 => format!("SELECT {shown} FROM {a} AS a, {b} AS b WHERE {own} AND {condition}"),
        4 => format!("SELECT {shown} FROM {a} AS a {outer} JOIN {b} AS b ON {condition} AND {own}"),
        5 => {
            format!("SELECT {shown} FROM {a} AS a {outer} JOIN {b} AS b ON {own} WHERE {condition}")
        }
        6 => format!(
            "SELECT {shown} FROM {a} AS a, {b} AS b WHERE {own} AND ({condition} OR b.{} IS NULL)",
            second.shown.trim_start_matches("#.")
        ),
        7 => format!(
            "SELECT {shown} FROM {a} AS a WHERE EXISTS (SELECT 1 FROM {b} AS b WHERE {condition})"
        )
        .replace(&shown, &first.shown.replace('#', "a")),
        8 => format!(
            "SELECT {shown}, c.id AS z FROM TAP_UPLOAD.one AS c {outer} JOIN ({a} AS a JOIN {b} AS b ON {condition}) ON c.id = 3 AND {own}"
        ),
        _ => format!(
            "SELECT d.x, COUNT(*) AS n FROM (SELECT {shown} FROM {a} AS a JOIN {b} AS b ON {condition}) AS d GROUP BY d.x"
        ),
    };
    (write(&quick), write(&slow))
}

/// With regions of all types, and positions of exposures that have none.
async fn service(repository: &Repository) -> Service {
    let text = std::fs::read_to_string(mapping("search")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("mapping.yaml");
    std::fs::write(&file, format!("{text}obscore_view: {{visitless_position: tracking}}\n"))
        .unwrap();
    service_with(&repository.root, &file, false, RegionOptions::default()).await
}

async fn same_rows(repository: &Repository, place: &str) {
    let service = service(repository).await;
    let (seed, times) = (seed(), number("OBSCORE_VIEW_QUERIES").unwrap_or(1));
    let centres = centres(&service).await;
    let folder = tempfile::tempdir().unwrap();
    let (mut rows, mut queries, mut empty, mut long, mut wrong) = (0, 0, 0, 0, Vec::new());
    for round in 0..times {
        let seed = seed.wrapping_add(round);
        let mut dice = Dice::new(seed);
        let mut uploads = Vec::new();
        for name in ["one", "two"] {
            let places = places(&mut dice, &centres, POSITIONS);
            uploads.push(targets(&mut dice, &folder, name, &places));
        }
        for _ in 0..40 {
            let (quick, slow) = join(&mut dice);
            let Some(expected) = answer_soon(&service, &slow, &uploads, LONGEST).await else {
                long += 1;
                continue;
            };
            let found = answer(&service, &quick, &uploads).await;
            queries += 1;
            rows += expected.rows.len();
            empty += usize::from(expected.rows.is_empty());
            let differs = difference(&found.rows, &expected.rows, false);
            wrong.extend(differs.map(|text| format!("seed {seed}: {quick}\n  {text}")));
        }
    }
    println!("{place}: {queries} joins, {rows} rows, {empty} joins without rows, {long} too long");
    assert!(wrong.is_empty(), "{} joins differ:\n{}", wrong.len(), wrong.join("\n"));
    assert!(queries > long, "seed {seed}: {long} of {queries} joins take too long");
    assert!(rows > queries && empty < queries / 2, "seed {seed}: hardly any rows");
}

/// Three uploads and the table, in a chain: each gives the next one its places.
async fn chains(service: &Service, folder: &TempDir) {
    let mut dice = Dice::new(7);
    let centres = centres(service).await;
    let one = places(&mut dice, &centres, 40);
    let uploads =
        [targets(&mut dice, folder, "one", &one), targets(&mut dice, folder, "two", &one)];
    let ask = async |adql: &str| answer(service, adql, &uploads).await.rows;
    let mut found = ask("SELECT u.id, w.id AS other, o.obs_publisher_did FROM ivoa.ObsCore AS o \
         JOIN TAP_UPLOAD.one AS u ON 1 = INTERSECTS(o.s_region, u.disk) \
         JOIN TAP_UPLOAD.two AS w ON DISTANCE(POINT(w.ra, w.dec), POINT(u.ra, u.dec)) < 0.3")
    .await;
    let images =
        ask("SELECT u.id, o.obs_publisher_did FROM ivoa.ObsCore AS o, TAP_UPLOAD.one AS u \
         WHERE 0 <> INTERSECTS(o.s_region, u.disk)")
        .await;
    let others = ask("SELECT u.id, w.id AS other FROM TAP_UPLOAD.one AS u, TAP_UPLOAD.two AS w \
         WHERE NOT (DISTANCE(POINT(w.ra, w.dec), POINT(u.ra, u.dec)) >= 0.3)")
    .await;
    let mut expected = Vec::new();
    for image in &images {
        let near = others.iter().filter(|other| other[0] == image[0]);
        expected
            .extend(near.map(|other| vec![other[0].clone(), other[1].clone(), image[1].clone()]));
    }
    for rows in [&mut found, &mut expected] {
        rows.sort_by_key(|row| format!("{row:?}"));
    }
    assert_eq!(found, expected);
    assert!(found.len() > 100, "{}", found.len());
}

/// The pairs that astropy finds.
async fn as_astropy(service: &Service, folder: &TempDir) {
    const RADIUS: f64 = 0.35;
    const SEARCH: &str = "
import json, sys
import numpy as np
from astropy.coordinates import angular_separation
asked = json.load(sys.stdin)
(ra, dec), (lon, lat) = (np.radians(asked[k]).T for k in ('here', 'there'))
apart = np.degrees(angular_separation(ra[:, None], dec[:, None], lon, lat))
near = np.argwhere(apart <= asked['radius'])
print(json.dumps([[int(i), int(j), float(apart[i, j])] for i, j in near]))
";
    let mut dice = Dice::new(11);
    let there = centres(service).await;
    let here = places(&mut dice, &there, 200);
    let adql = format!(
        "SELECT DISTINCT u.id, o.s_ra, o.s_dec FROM TAP_UPLOAD.here AS u JOIN ivoa.ObsCore AS o \
         ON 1 = CONTAINS(POINT(o.s_ra, o.s_dec), CIRCLE(u.ra, u.dec, {RADIUS}))"
    );
    let found = answer(service, &adql, &[positions(folder, "here", &here)]).await;
    let key = |row: &[serde_json::Value]| {
        let place = (row[1].as_f64().unwrap(), row[2].as_f64().unwrap());
        let at = there.iter().position(|other| *other == place).expect("a centre");
        (row[0].as_u64().unwrap() as usize, at)
    };
    let found: BTreeSet<(usize, usize)> = found.rows.iter().map(|row| key(row)).collect();

    let asked = serde_json::json!({"here": here, "there": there, "radius": RADIUS + 1e-9});
    let input = folder.path().join("asked.json");
    std::fs::write(&input, asked.to_string()).unwrap();
    let mut command = Command::new(python());
    command.args(["-c", SEARCH]).stdin(std::fs::File::open(&input).unwrap());
    let expected: Vec<(usize, usize, f64)> = serde_json::from_str(&output(&mut command)).unwrap();
    let pairs = |limit: f64| -> BTreeSet<(usize, usize)> {
        let near = expected.iter().filter(|(.., apart)| *apart <= limit);
        near.map(|(here, there, _)| (*here, *there)).collect()
    };
    // What is on the edge by less than rounding may be either.
    assert!(pairs(RADIUS - 1e-9).is_subset(&found) && found.is_subset(&pairs(RADIUS + 1e-9)));
    println!("{} pairs as astropy finds them", found.len());
    assert!(found.len() > 200);
}

/// A stored region without extent is inside of everything, wherever that is.
async fn empty_regions_are_inside(service: &Service, folder: &TempDir) {
    let mut dice = Dice::new(5);
    let uploads = [targets(&mut dice, folder, "one", &[(300.0, 60.0); 40])];
    let join = |condition: &str| {
        format!(
            "SELECT v.visit, u.id FROM butler.visit_detector_region AS v JOIN TAP_UPLOAD.one AS u \
             ON {condition}"
        )
    };
    let found = answer(service, &join("1 = CONTAINS(v.s_region, u.disk)"), &uploads).await;
    let expected = answer(service, &join("0 <> CONTAINS(v.s_region, u.disk)"), &uploads).await;
    assert!(!expected.rows.is_empty());
    assert_eq!(difference(&found.rows, &expected.rows, false), None);
}

/// Every centre is found by its place, also that of a region which does not have it inside.
async fn every_centre_is_found(service: &Service, folder: &TempDir) {
    let centres = centres(service).await;
    let upload = positions(folder, "centres", &centres);
    let adql = "SELECT DISTINCT c.id FROM TAP_UPLOAD.centres AS c JOIN ivoa.ObsCore AS o \
                ON 1 = CONTAINS(POINT(o.s_ra, o.s_dec), CIRCLE(c.ra, c.dec, 0.0001))";
    assert_eq!(answer(service, adql, &[upload]).await.rows.len(), centres.len());
}

/// An upload of numbered positions.
fn positions(folder: &TempDir, name: &str, places: &[(f64, f64)]) -> Upload {
    let mut rows = String::new();
    for (id, (ra, dec)) in places.iter().enumerate() {
        write!(rows, "<TR><TD>{id}</TD><TD>{ra}</TD><TD>{dec}</TD></TR>").unwrap();
    }
    let file = folder.path().join(format!("{name}.vot"));
    let head = r#"<VOTABLE version="1.4" xmlns="http://www.ivoa.net/xml/VOTable/v1.3"><RESOURCE><TABLE>
<FIELD name="id" datatype="int"/><FIELD name="ra" datatype="double"/><FIELD name="dec" datatype="double"/>
<DATA><TABLEDATA>"#;
    std::fs::write(&file, format!("{head}{rows}</TABLEDATA></DATA></TABLE></RESOURCE></VOTABLE>"))
        .unwrap();
    upload(name, &file)
}

/// What a wrong geometry of an upload gives, with and without rows that it is tested with.
async fn wrong_geometries_are_told(service: &Service, folder: &TempDir) {
    let file = folder.path().join("bad.vot");
    let text = r#"<VOTABLE version="1.4" xmlns="http://www.ivoa.net/xml/VOTable/v1.3"><RESOURCE><TABLE>
<FIELD name="ra" datatype="double"/><FIELD name="dec" datatype="double"/><DATA><TABLEDATA>
<TR><TD>10</TD><TD>95</TD></TR><TR><TD>10</TD><TD>5</TD></TR></TABLEDATA></DATA></TABLE></RESOURCE></VOTABLE>"#;
    std::fs::write(&file, text).unwrap();
    let uploads = [upload("bad", &file)];
    for condition in [
        "1 = CONTAINS(POINT(o.s_ra, o.s_dec), CIRCLE(u.ra, u.dec, 0.1))",
        "1 = CONTAINS(POINT(u.ra, u.dec), o.s_region)",
        "DISTANCE(POINT(o.s_ra, o.s_dec), POINT(u.ra, u.dec)) < 1",
    ] {
        let adql = format!(
            "SELECT o.obs_id FROM ivoa.ObsCore AS o JOIN TAP_UPLOAD.bad AS u ON {condition}"
        );
        let wrong = ask(service, &adql, &uploads).await.expect_err("a latitude of 95");
        assert!(said(&wrong).contains("95"), "{}", said(&wrong));
    }
    let adql = "SELECT u.ra FROM TAP_UPLOAD.bad AS u JOIN ivoa.ObsCore AS o ON o.calib_level = 77 \
                AND 1 = CONTAINS(POINT(u.ra, u.dec), o.s_region)";
    assert_eq!(answer(service, adql, &uploads).await.rows.len(), 0);
}

/// That trixels are looked up and rows are found by their numbers, as far as can be seen.
async fn is_narrowed(service: &Service, folder: &TempDir) {
    let mut dice = Dice::new(3);
    let places = places(&mut dice, &[(40.0, -5.0)], 300);
    let uploads =
        [targets(&mut dice, folder, "one", &places), targets(&mut dice, folder, "two", &places)];
    let text = async |adql: &str| {
        let prepared = prepare(service, adql, &uploads).unwrap();
        let statements = service.statements(&prepared, &uploads, None, true).await.unwrap();
        let texts =
            statements.iter().map(|one| format!("{}\n{}\n", one.written.text, one.plan.join("\n")));
        texts.collect::<String>()
    };
    for condition in [
        "1 = CONTAINS(POINT(o.s_ra, o.s_dec), CIRCLE(u.ra, u.dec, 0.1))",
        "1 = CONTAINS(POINT(u.ra, u.dec), o.s_region)",
        "1 = INTERSECTS(u.outline, o.s_region)",
        "u.r > DISTANCE(POINT(o.s_ra, o.s_dec), u.pos)",
    ] {
        let adql = format!(
            "SELECT o.obs_id FROM ivoa.ObsCore AS o JOIN TAP_UPLOAD.one AS u ON {condition}"
        );
        let text = text(&adql).await;
        assert!(text.contains("_skypix_overlap"), "{condition}: {text}");
    }
    let text = text(
        "SELECT u.id, w.id AS other FROM TAP_UPLOAD.one AS u JOIN TAP_UPLOAD.two AS w \
         ON DISTANCE(u.ra, u.dec, w.ra, w.dec) < 0.1",
    );
    let text = text.await;
    assert!(text.contains("INTEGER PRIMARY KEY (rowid=?)"), "{text}");
    assert!(text.contains("USING COVERING INDEX p0_index (a=?)"), "{text}");
}

async fn all(repository: &Repository) {
    let service = service(repository).await;
    let folder = tempfile::tempdir().unwrap();
    is_narrowed(&service, &folder).await;
    chains(&service, &folder).await;
    as_astropy(&service, &folder).await;
    every_centre_is_found(&service, &folder).await;
    empty_regions_are_inside(&service, &folder).await;
    wrong_geometries_are_told(&service, &folder).await;
}

/// Images whose region is two circles, as Butler might store it: the centre is far from both, and from
/// their trixels.
#[tokio::test(flavor = "multi_thread")]
async fn a_centre_outside_of_its_region_is_found() {
    const STORE: &str = "
import base64, sqlite3, sys
from lsst.sphgeom import Angle, Circle, HtmPixelization, LonLat, UnionRegion, UnitVector3d
def circle(lon):
    return Circle(UnitVector3d(LonLat.fromDegrees(lon, 40.0)), Angle.fromDegrees(0.2))
region = UnionRegion(circle(222.0), circle(228.0))
database = sqlite3.connect(sys.argv[1])
keys = database.execute('SELECT instrument, detector, visit FROM visit_detector_region WHERE detector = 1').fetchall()
where = 'WHERE instrument = ? AND detector = ? AND visit = ?'
text = base64.b64encode(region.encode()).decode()
table = 'visit_detector_region_skypix_overlap'
columns = 'skypix_system, skypix_level, instrument, detector, visit, skypix_index'
for key in keys:
    database.execute(f'UPDATE visit_detector_region SET region = ? {where}', (text, *key))
    database.execute(f'DELETE FROM {table} {where}', key)
    for begin, end in HtmPixelization(7).envelope(region):
        for index in range(begin, end):
            row = ('htm', 7, *key, index)
            database.execute(f'INSERT INTO {table} ({columns}) VALUES (?, ?, ?, ?, ?, ?)', row)
database.commit()
";
    let repository = Survey::newest().sqlite();
    output(Command::new(python()).args(["-c", STORE, &repository.database]));
    let service = service(&repository).await;
    let near = |(ra, dec): &(f64, f64)| (ra - 225.0).abs() < 0.1 && (dec - 40.0).abs() < 0.2;
    let (ra, dec) = centres(&service).await.into_iter().find(near).expect("the centre");
    let rows = async |condition: &str| {
        let adql = format!("SELECT obs_publisher_did FROM ivoa.ObsCore WHERE {condition}");
        answer(&service, &adql, &[]).await.rows.len()
    };
    let cone = format!("CONTAINS(POINT(s_ra, s_dec), CIRCLE({ra}, {dec}, 0.01))");
    assert_eq!(rows(&format!("1 = {cone}")).await, rows(&format!("0 <> {cone}")).await);
    assert!(rows(&format!("1 = {cone}")).await > 0);
    assert_eq!(rows(&format!("1 = CONTAINS(POINT({ra}, {dec}), s_region)")).await, 0);
    assert!(rows("1 = CONTAINS(POINT(222, 40), s_region)").await > 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn on_sqlite() {
    let repository = Survey::newest().sqlite();
    all(&repository).await;
    same_rows(&repository, "SQLite").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn on_postgres() {
    let repository = Survey::newest().postgres(Cluster::shared());
    all(&repository).await;
    same_rows(&repository, "PostgreSQL").await;
}
