//! Turning conditions around into conditions on the registry changes no row: random queries have the same rows
//! in a form that can be turned around and in one that cannot, on both databases, under mappings of all sorts.
//! `OBSCORE_VIEW_QUERIES` says how many times as many there are, `OBSCORE_VIEW_SEED` with which they begin,
//! `OBSCORE_VIEW_MAPPING` that only one mapping is used.
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

use std::time::Duration;

use obscore_view::stream::engine::{Service, Upload};
use query_support::answer::difference;
use query_support::random::{Dice, number, seed};
use query_support::twins::{Ground, Twins};
use query_support::{answer, answer_soon, service_of, upload};
use support::postgres::Cluster;
use support::survey::{Repository, Survey, mapping};

/// Mappings, and whether their rows are Butler's own.
const MAPPINGS: [(&str, bool); 11] = [
    ("search", false),
    ("inverse", false),
    ("runs", false),
    ("live_all", true),
    ("tagged_first", true),
    ("calibrations", false),
    ("templates", true),
    ("templates_hard", false),
    ("alternatives", true),
    ("constraints", false),
    ("tagged", false),
];
/// Butler's own tables, each with a column to show.
const NATIVES: [(&str, &str); 7] = [
    ("butler.visit", "id"),
    ("butler.exposure", "id"),
    ("butler.visit_detector_region", "visit"),
    ("butler.detector", "id"),
    ("butler.patch", "id"),
    ("butler.skymap", "name"),
    ("butler.dataset", "id"),
];
/// Conditions that are tested by one query in the form that is not turned around.
const AT_ONCE: usize = 30;
/// Queries that take longer are left out.
const LONGEST: Duration = Duration::from_millis(1500);

async fn ground(service: &Service) -> Ground {
    let all = answer(service, "SELECT * FROM ivoa.ObsCore", &[]).await;
    let datasets = answer(service, "SELECT id FROM butler.dataset", &[]).await;
    let datasets = datasets.rows.iter().map(|row| row[0].as_str().unwrap().to_owned());
    Ground::new("ivoa.ObsCore", "obs_publisher_did", &all, datasets.collect())
}

/// One of Butler's own tables.
async fn native(service: &Service, table: &str, key: &str) -> Ground {
    let all = answer(service, &format!("SELECT * FROM {table}"), &[]).await;
    let at = all.columns.iter().position(|column| column.name == key).unwrap();
    let keys = all.rows.iter().map(|row| row[at].to_string());
    Ground::new(table, key, &all, keys.collect())
}

/// How many rows were found, and what differs.
#[derive(Default)]
struct Judged {
    queries: usize,
    empty: usize,
    rows: usize,
    long: usize,
    wrong: Vec<String>,
}

/// Plain SELECTs by a condition, against one that tells for every row which conditions hold.
async fn conditions(
    service: &Service,
    ground: &Ground,
    (seed, turn): (u64, usize),
    judged: &mut Judged,
) {
    let mut dice = Dice::new(seed);
    let outputs = ground.outputs(&mut dice);
    let conditions: Vec<Twins> =
        (0..AT_ONCE).map(|at| ground.one(&mut dice, "o", turn + at)).collect();
    let cases = conditions.iter().enumerate();
    let cases = cases.map(|(at, one)| format!("CASE WHEN {} THEN 1 ELSE 0 END AS h{at}", one.slow));
    let slow = format!(
        "SELECT {}, {} FROM {} AS o",
        outputs.join(", "),
        cases.collect::<Vec<_>>().join(", "),
        ground.table
    );
    let slow = answer(service, &slow, &[]).await;
    for (at, one) in conditions.iter().enumerate() {
        let count = 1 + dice.roll(outputs.len());
        let first = dice.roll(outputs.len() - count + 1);
        let expected: Vec<_> = slow
            .rows
            .iter()
            .filter(|row| row[outputs.len() + at] == 1)
            .map(|row| row[first..first + count].to_vec())
            .collect();
        let listed = outputs[first..first + count].join(", ");
        let adql = format!("SELECT {listed} FROM {} AS o WHERE {}", ground.table, one.quick);
        let found = answer(service, &adql, &[]).await;
        judged.note(seed, &adql, difference(&found.rows, &expected, false), expected.len());
    }
}

/// A query of some shape in both forms.
async fn shapes(
    service: &Service,
    ground: &Ground,
    seed: u64,
    uploads: &[Upload],
    judged: &mut Judged,
) {
    let twins = ground.query(&mut Dice::new(seed));
    let quick = answer_soon(service, &twins.quick, uploads, LONGEST).await;
    let slow = answer_soon(service, &twins.slow, uploads, LONGEST).await;
    let (Some(quick), Some(slow)) = (quick, slow) else {
        judged.long += 1;
        return;
    };
    judged.note(seed, &twins.quick, difference(&quick.rows, &slow.rows, false), slow.rows.len());
}

impl Judged {
    fn note(&mut self, seed: u64, adql: &str, difference: Option<String>, rows: usize) {
        self.queries += 1;
        self.empty += usize::from(rows == 0);
        self.rows += rows;
        self.wrong.extend(difference.map(|text| format!("seed {seed}: {adql}\n  {text}")));
    }
}

async fn same_rows(repository: &Repository, place: &str) {
    let (seed, times) = (seed(), number("OBSCORE_VIEW_QUERIES").unwrap_or(1));
    let only = std::env::var("OBSCORE_VIEW_MAPPING").unwrap_or_default();
    let uploads = [upload("targets", &support::package().join("fixtures/adql/corpus/targets.vot"))];
    let (mut wrong, mut asked, mut skipped) = (Vec::new(), 0, 0);
    // Two of them always, others in turn; all where more is wanted.
    let chosen = |at: usize, name: &str| match only.as_str() {
        "" => at < 2 || times > 1 || (seed as usize).wrapping_add(at).is_multiple_of(3),
        only => only == name,
    };
    let mappings = MAPPINGS.iter().enumerate().filter(|(at, (name, _))| chosen(*at, name));
    for (_, (name, parity)) in mappings {
        let service = service_of(&repository.root, &mapping(name), *parity).await;
        let ground = ground(&service).await;
        let mut judged = Judged::default();
        for at in 0..5 * times {
            let turn = (seed as usize % 1_000 + at as usize) * AT_ONCE;
            conditions(&service, &ground, (seed.wrapping_add(at), turn), &mut judged).await;
        }
        for at in 0..12 * times {
            shapes(&service, &ground, seed.wrapping_add(at), &uploads, &mut judged).await;
        }
        for (turn, (table, key)) in NATIVES.iter().enumerate().filter(|_| *name == "search") {
            let ground = native(&service, table, key).await;
            for at in 0..times {
                let seed = seed.wrapping_add(at);
                let turn = (seed as usize % 1_000 + turn) * AT_ONCE;
                conditions(&service, &ground, (seed, turn), &mut judged).await;
            }
        }
        let Judged { queries, empty, rows, long, wrong: found } = judged;
        println!(
            "{place}, {name}: {queries} queries, {rows} rows, {empty} queries without rows, {long} too long"
        );
        skipped += long;
        assert!(rows > queries, "seed {seed}, {name}: hardly any rows");
        asked += queries;
        wrong.extend(found.into_iter().map(|text| format!("{name}, {text}")));
    }
    assert!(skipped < asked / 14, "seed {seed}: {skipped} queries take too long, {asked} do not");
    assert!(
        wrong.is_empty(),
        "{place}: {} queries differ (OBSCORE_VIEW_SEED={seed}):\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn on_sqlite() {
    same_rows(&Survey::newest().sqlite(), "SQLite").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn on_postgres() {
    same_rows(&Survey::newest().postgres(Cluster::shared()), "PostgreSQL").await;
}
