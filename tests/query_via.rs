//! `--via view`: a role that may read nothing but the applied objects gets the rows that the registry gives.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    missing_docs
)]

mod deploy_support;
mod query_support;
mod support;

use std::time::Duration;

use deploy_support::{MAPPING, Place, run};
use obscore_view::db::{Access, Database, Environment, Options, Repo, resolve};
use obscore_view::deploy::applied;
use obscore_view::lower::ViewName;
use obscore_view::region::RegionOptions;
use obscore_view::resolve::service;
use obscore_view::stream::engine::{Limits, Service, Site, Upload, with_functions};
use query_support::answer::{Answer, difference};
use query_support::corpus::cases;
use query_support::random::{Dice, number, seed};
use query_support::twins::Ground;
use query_support::{ask, ask_within, prepare, said, site_with, upload};
use support::survey::mapping;

const LONGEST: Duration = Duration::from_secs(4);

/// The service of the registry, and that of the applied view for a role without any other right.
async fn both(place: &Place, name: &str, role: &str) -> [Service; 2] {
    let file = mapping(name);
    place.sql(&format!("CREATE ROLE {role} LOGIN"));
    place.apply_mapping(&file.display().to_string(), &["--grant-select", role]).expect(0);
    let regions = RegionOptions::default();
    let root = &place.repository.root;
    let site =
        site_with(root, &file, false, ("ivoa", "butler"), (regions, Options::default())).await;
    let registry = Service::new(vec![site], regions).await.unwrap();
    let Repo::Database(target) = resolve(&place.as_role(role), &Environment::process()).unwrap()
    else {
        panic!("no database")
    };
    let options = with_functions(Options::default());
    let database = Database::open(&target, Access::ReadOnly, &options).await.unwrap();
    let view = ViewName { schema: Some("ivoa".to_owned()), name: "obscore".to_owned() };
    let found = applied(&database, &view).await.unwrap();
    let table = service::applied(&found.columns, &view.stored(), &view.found());
    let site = Site::applied(database, "ivoa", "ivoa", table, regions);
    [registry, Service::new(vec![site], regions).await.unwrap()]
}

/// An answer or the code of what is wrong; none where it takes long.
async fn answer(
    service: &Service,
    adql: &str,
    uploads: &[Upload],
) -> Option<Result<Answer, String>> {
    let limits = Limits { time: Some(LONGEST), ..Limits::default() };
    match ask_within(service, adql, uploads, None, limits, std::future::pending()).await {
        Ok(answer) => Some(Ok(answer)),
        Err(wrong) if wrong[0].code == "Q118" => None,
        Err(wrong) => Some(Err(wrong[0].code.to_owned())),
    }
}

#[derive(Default)]
struct Judged {
    asked: usize,
    rows: usize,
    long: usize,
    wrong: Vec<String>,
}

impl Judged {
    async fn compare(
        &mut self,
        services: &[Service; 2],
        adql: &str,
        uploads: &[Upload],
        in_order: bool,
    ) {
        let lower = adql.to_lowercase();
        // Without Butler's tables, and with another catalogue.
        if lower.contains("butler.") || lower.contains("tap_schema") {
            return;
        }
        let answers =
            [answer(&services[0], adql, uploads).await, answer(&services[1], adql, uploads).await];
        let [Some(registry), Some(view)] = answers else {
            self.long += 1;
            return;
        };
        self.asked += 1;
        let wrong = match (registry, view) {
            (Err(one), Err(other)) => (one != other).then(|| format!("{one} and {other}")),
            (Ok(one), Ok(other)) => {
                self.rows += one.rows.len();
                difference(&other.rows, &one.rows, in_order)
            }
            (Ok(_), Err(code)) => Some(format!("{code} from the view")),
            (Err(code), Ok(_)) => Some(format!("{code} from the registry")),
        };
        self.wrong.extend(wrong.map(|wrong| format!("{adql}\n  {wrong}")));
    }

    fn end(self, what: &str) {
        println!("{what}: {} queries, {} rows, {} too long", self.asked, self.rows, self.long);
        assert!(
            self.wrong.is_empty(),
            "{what}: {} of {} differ:\n{}",
            self.wrong.len(),
            self.asked,
            self.wrong[..self.wrong.len().min(20)].join("\n")
        );
        assert!(self.rows > self.asked);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_corpus_has_the_same_answers() {
    let place = Place::postgres();
    let services = both(&place, "search", "via_corpus").await;
    let uploads = [upload("targets", &support::package().join("fixtures/adql/corpus/targets.vot"))];
    let mut judged = Judged::default();
    for case in cases() {
        judged.compare(&services, &case.adql, &uploads, false).await;
    }
    assert!(judged.asked > 100, "{}", judged.asked);
    judged.end("the corpus");
}

#[tokio::test(flavor = "multi_thread")]
async fn random_queries_have_the_same_answers() {
    let seed = seed();
    let times = number("OBSCORE_VIEW_QUERIES").unwrap_or(1);
    let uploads = [upload("targets", &support::package().join("fixtures/adql/corpus/targets.vot"))];
    for name in ["search", "inverse", "templates_hard"] {
        let place = Place::postgres();
        let services = both(&place, name, &format!("via_{name}")).await;
        let all = ask(&services[0], "SELECT * FROM ivoa.ObsCore", &[]).await.unwrap();
        let ids = ask(&services[0], "SELECT id FROM butler.dataset", &[]).await.unwrap();
        let ids = ids.rows.iter().map(|row| row[0].as_str().unwrap().to_owned()).collect();
        let ground = Ground::new("ivoa.ObsCore", "obs_publisher_did", &all, ids);
        let mut judged = Judged::default();
        for at in 0..25 * times {
            let mut dice = Dice::new(seed.wrapping_add(at));
            let condition = ground.condition(&mut dice, "o", at as usize % 4).quick;
            let outputs = ground.outputs(&mut dice).join(", ");
            let adql = format!("SELECT {outputs} FROM ivoa.ObsCore AS o WHERE {condition}");
            judged.compare(&services, &adql, &[], false).await;
        }
        for at in 0..12 * times {
            let adql = ground.query(&mut Dice::new(seed.wrapping_add(at))).quick;
            judged.compare(&services, &adql, &uploads, false).await;
        }
        for at in 0..20 * times {
            let adql = place_query(&all, &mut Dice::new(seed.wrapping_add(at)));
            judged.compare(&services, &adql, &[], false).await;
        }
        judged.end(name);
    }
}

/// A question about a random place near an image, or near a pole.
fn place_query(all: &Answer, dice: &mut Dice) -> String {
    let at = |name: &str| all.columns.iter().position(|column| column.name == name).unwrap();
    let row = &all.rows[dice.roll(all.rows.len())];
    let near = |dice: &mut Dice, value: Option<f64>| value.unwrap_or(80.0) + dice.real() - 0.5;
    let lon = near(dice, row[at("s_ra")].as_f64()).rem_euclid(360.0);
    let lat = match dice.roll(8) {
        0 => 89.95,
        _ => near(dice, row[at("s_dec")].as_f64()).clamp(-89.0, 89.0),
    };
    let radius = 10_f64.powf(dice.real() * 4.0 - 3.0);
    let condition = match dice.roll(6) {
        0 => format!("1 = CONTAINS(POINT({lon}, {lat}), s_region)"),
        1 => format!("1 = INTERSECTS(s_region, CIRCLE({lon}, {lat}, {radius}))"),
        2 => format!("1 = CONTAINS(POINT(s_ra, s_dec), CIRCLE({lon}, {lat}, {radius}))"),
        3 => format!("DISTANCE(s_ra, s_dec, {lon}, {lat}) < {radius} AND calib_level > 1"),
        4 => format!(
            "1 = INTERSECTS(POLYGON({lon}, {lat}, {}, {lat}, {lon}, {}), s_region)",
            (lon + 0.7).rem_euclid(360.0),
            (lat - 0.9).max(-89.9)
        ),
        _ => format!(
            "1 = CONTAINS(s_region, CIRCLE({lon}, {lat}, {})) OR t_min IS NULL",
            radius + 0.5
        ),
    };
    format!(
        "SELECT obs_publisher_did, s_ra, s_dec, s_fov, s_region FROM ivoa.ObsCore WHERE {condition}"
    )
}

/// Places are found by the function, which is all that reads trixels.
#[tokio::test(flavor = "multi_thread")]
async fn places_go_through_the_function() {
    let place = Place::postgres();
    let [_, view] = both(&place, "search", "via_places").await;
    for (condition, call) in [
        ("1 = CONTAINS(POINT(10, 10), s_region)", "obscore_found("),
        ("1 = INTERSECTS(s_region, CIRCLE(10, 10, 1))", "FALSE) AS v"),
        ("1 = CONTAINS(POINT(s_ra, s_dec), CIRCLE(10, 10, 1))", "TRUE) AS v"),
        ("t_min > 60000", "obscore_stored"),
    ] {
        let adql = format!("SELECT obs_id FROM ivoa.ObsCore WHERE {condition}");
        let prepared =
            prepare(&view, &adql, &[]).unwrap_or_else(|wrong| panic!("{}", said(&wrong)));
        let statements = view.statements(&prepared, &[], None, false).await.unwrap();
        let text: String = statements.iter().map(|one| one.written.text.clone()).collect();
        assert!(text.contains(call), "{condition}: {text}");
        assert!(!text.contains("embargo_repo"), "{text}");
    }
}

#[test]
fn the_role_may_read_nothing_else_and_is_told_what_it_lacks() {
    let place = Place::postgres();
    place.sql("CREATE ROLE via_reader LOGIN; CREATE ROLE via_stranger LOGIN");
    let file = place.mapping(MAPPING);
    let (reader, stranger) = (place.as_role("via_reader"), place.as_role("via_stranger"));
    let count = "SELECT COUNT(*) AS n FROM ivoa.ObsCore";
    let via = |repo: &str, file: &str, adql: &str| {
        run(&["query", repo, "-m", file, "--via", "view", adql])
    };
    let fails = |repo: &str, file: &str, code: &str, says: &str| {
        let failed = via(repo, file, count).expect(2);
        assert!(failed.err.contains(code) && failed.err.contains(says), "{}", failed.err);
        failed.err
    };
    let none = fails(&reader, &file, "X010", "there is no view ivoa.obscore that `apply` made");
    insta::assert_snapshot!("X010_not_there", place.plain(&none));
    place.apply(&["--regions", "inline"]).expect(0);
    fails(&reader, &file, "X010", "this role may not read ivoa.obscore");
    place.apply(&["--regions", "inline", "--grant-select", "via_reader"]).expect(0);
    fails(&reader, &file, "X010", "was not made for services");
    place.apply(&["--grant-select", "via_reader"]).expect(0);
    let denied = fails(&stranger, &file, "X010", "this role may not read ivoa.obscore");
    insta::assert_snapshot!("X010_not_readable", place.plain(&denied));
    // The rows, and no right on the registry.
    let rows = via(&reader, &file, count).expect(0).out;
    assert_eq!(rows, run(&["query", &place.repo, "-m", &file, count]).expect(0).out);
    let direct = run(&["query", &reader, "-m", &file, count]).expect(2);
    assert!(direct.err.contains("permission denied for schema embargo_repo"), "{}", direct.err);
    let none = via(&reader, &file, "SELECT id FROM butler.visit").expect(2);
    assert!(none.err.contains("Q101"), "{}", none.err);
    // Rights that are lost one by one.
    let execute = "EXECUTE ON FUNCTION ivoa.obscore_found(double precision[], boolean)";
    place.sql(&format!("REVOKE {execute} FROM via_reader"));
    fails(&reader, &file, "X010", "this role may not call ivoa.obscore_found");
    place.sql(&format!(
        "GRANT {execute} TO via_reader; REVOKE SELECT ON ivoa.obscore_stored FROM via_reader"
    ));
    fails(&reader, &file, "X010", "this role may not read ivoa.obscore_stored");
    place.sql("GRANT SELECT ON ivoa.obscore_stored TO via_reader");
    // Another mapping; then that one is applied.
    let other = place.changed(&[("obs_collection: TEST", "obs_collection: CHANGED")]);
    let stale = fails(&reader, &other, "X011", "another mapping");
    insta::assert_snapshot!("X011_another_mapping", place.plain(&stale));
    place.apply_mapping(&other, &[]).expect(0);
    via(&reader, &other, count).expect(0);
    let sqlite = Place::sqlite();
    fails(&sqlite.repo, &other, "X010", "roles");
}
