//! Functions that views share, on PostgreSQL, and Butler at work while views are replaced.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs
)]

mod deploy_support;
mod support;

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use deploy_support::{MAPPING, Place, finish, program};
use obscore_view::db::{Access, Database, Environment, Options, Repo, resolve};
use obscore_view::deploy::{Report, Request, Unwatched, apply, remove};
use obscore_view::diag::Result;
use obscore_view::lower::{
    Definitions, Elements, Governors, Kind, Rights, Script, Stamp, Statement, Target, ViewName,
};
use obscore_view::region::RegionOptions;
use obscore_view::registry::{CollectionKey, IngestDate};
use obscore_view::sql::Dialect;
use obscore_view::sql::region::Strategy;

/// A view that calls a function.
struct Fixture<'a> {
    place: &'a Place,
    name: &'static str,
    tool: &'static str,
    body: &'static str,
    returns: &'static str,
}

impl Fixture<'_> {
    fn target(&self) -> Target {
        Target {
            dialect: Dialect::Postgres,
            namespace: Some("embargo_repo".to_owned()),
            view: ViewName { schema: Some("ivoa".to_owned()), name: self.name.to_owned() },
            strategy: Strategy::Functions,
            regions: RegionOptions::default(),
            collection_key: CollectionKey::Integer,
            ingest_date: IngestDate::Nanoseconds,
            elements: Elements::default(),
            definitions: Definitions::Once,
            governors: Governors::default(),
        }
    }

    fn script(&self) -> Script {
        let statement = |kind, name: &str, sql: String| Statement {
            kind,
            name: name.to_owned(),
            about: "for the test".to_owned(),
            sql,
        };
        let function = format!(
            "CREATE OR REPLACE FUNCTION ivoa.obscore_test(n integer) RETURNS {}\nLANGUAGE sql IMMUTABLE \
             AS $$ {} $$",
            self.returns, self.body
        );
        let view = format!("CREATE VIEW ivoa.{} AS\nSELECT ivoa.obscore_test(1) AS n", self.name);
        Script {
            sidecars: Vec::new(),
            head: Vec::new(),
            statements: vec![
                statement(Kind::Schema, "ivoa", "CREATE SCHEMA IF NOT EXISTS ivoa".to_owned()),
                statement(Kind::Function, "obscore_test", function),
                statement(Kind::View, self.name, view),
            ],
        }
    }

    fn database(&self) -> Database {
        let Repo::Database(target) = resolve(&self.place.repo, &Environment::process()).unwrap()
        else {
            panic!("not a database")
        };
        runtime().block_on(Database::open(&target, Access::ReadWrite, &Options::default())).unwrap()
    }

    fn apply(&self) -> Result<Report> {
        let (target, script) = (self.target(), self.script());
        let stamp = Stamp {
            tool: self.tool.to_owned(),
            mapping: "m".to_owned(),
            universe: 8,
            managers: String::new(),
            view: target.own(&target.view.name),
        };
        let request = Request {
            target: &target,
            script: &script,
            stamp: &stamp,
            rights: &Rights::default(),
            force: false,
            watch: &Unwatched,
        };
        let database = self.database();
        runtime().block_on(apply(&database, request, false))
    }

    fn remove(&self) -> Result<Vec<String>> {
        let database = self.database();
        runtime().block_on(remove(&database, &self.target(), false))
    }
}

fn runtime() -> &'static tokio::runtime::Runtime {
    static RUNTIME: std::sync::OnceLock<tokio::runtime::Runtime> = std::sync::OnceLock::new();
    RUNTIME.get_or_init(|| tokio::runtime::Runtime::new().unwrap())
}

fn lines(report: &Report) -> Vec<String> {
    report.changes.iter().map(obscore_view::deploy::Change::line).collect()
}

#[test]
fn functions_are_shared_and_go_with_the_last_view() {
    let place = Place::postgres();
    let before = place.state();
    let first =
        Fixture { place: &place, name: "one", tool: "1.0.0", body: "SELECT n", returns: "integer" };
    let second = Fixture { name: "two", ..first };
    assert_eq!(
        lines(&first.apply().unwrap()),
        ["create function ivoa.obscore_test", "create view ivoa.one"]
    );
    assert!(first.apply().unwrap().is_empty());
    assert_eq!(lines(&second.apply().unwrap()), ["create view ivoa.two"]);
    // A better function replaces the one that both use, in place.
    let better = Fixture { tool: "1.1.0", body: "SELECT n + 1", ..first };
    let report = better.apply().unwrap();
    assert_eq!(lines(&report), ["replace function ivoa.obscore_test", "stamp view ivoa.one"]);
    assert_eq!(place.sql("SELECT n FROM ivoa.two").trim(), "2");
    // The second mapping is of an older tool now, which must not put the old function back.
    assert_eq!(second.apply().unwrap_err().code, "D005");
    assert_eq!(second.remove().unwrap(), ["view ivoa.two"]);
    // Alone, it can even get another type.
    let other = Fixture { tool: "1.2.0", body: "SELECT n::text", returns: "text", ..first };
    other.apply().unwrap();
    assert_eq!(place.sql("SELECT pg_typeof(n) FROM ivoa.one").trim(), "text");
    assert_eq!(
        other.remove().unwrap(),
        ["function ivoa.obscore_test(integer)", "view ivoa.one", "schema ivoa"]
    );
    assert_eq!(place.state(), before);
}

#[test]
fn functions_changed_by_hand_or_used_by_others() {
    let place = Place::postgres();
    let view =
        Fixture { place: &place, name: "one", tool: "1.0.0", body: "SELECT n", returns: "integer" };
    view.apply().unwrap();
    place.sql(
        "CREATE OR REPLACE FUNCTION ivoa.obscore_test(n integer) RETURNS integer LANGUAGE sql \
         IMMUTABLE AS 'SELECT 7'",
    );
    assert_eq!(lines(&view.apply().unwrap())[0], "replace function ivoa.obscore_test");
    assert_eq!(place.sql("SELECT n FROM ivoa.one").trim(), "1");
    place.sql("CREATE VIEW public.user_of AS SELECT ivoa.obscore_test(3)");
    let state = place.state();
    assert_eq!(view.remove().unwrap_err().code, "D006");
    assert_eq!(place.state(), state);
    place.sql("DROP VIEW public.user_of; COMMENT ON FUNCTION ivoa.obscore_test(integer) IS NULL");
    // Without its stamp it is somebody else's.
    assert_eq!(view.apply().unwrap_err().code, "D004");
}

/// Readers see the old view or the new one, never none, and Butler writes on.
#[test]
fn readers_and_butler_do_not_notice_a_replacement() {
    for place in Place::both() {
        place.apply(&[]).expect(0);
        let texts =
            [MAPPING.to_owned(), MAPPING.replace("obs_collection: TEST", "obs_collection: OTHER")];
        let files: Vec<String> = (0..2)
            .map(|index| {
                let path = place.repository.root.join(format!("mapping{index}.yaml"));
                std::fs::write(&path, &texts[index]).unwrap();
                path.display().to_string()
            })
            .collect();
        let stop = AtomicBool::new(false);
        let (reads, applied) = std::thread::scope(|scope| {
            let reader = scope.spawn(|| {
                let mut reads = 0;
                while !stop.load(Ordering::Relaxed) {
                    let sql = format!("SELECT DISTINCT obs_collection FROM {}", place.view());
                    let value = if place.is_postgres() {
                        place.sql(&sql)
                    } else {
                        // A reader of a file waits while a change is written down.
                        place.sql(&format!(".timeout 20000\n{sql};"))
                    };
                    assert!(["TEST", "OTHER"].contains(&value.trim()), "{value}");
                    reads += 1;
                }
                reads
            });
            let replacer = scope.spawn(|| {
                let mut applied = 0;
                while !stop.load(Ordering::Relaxed) {
                    for file in &files {
                        let run =
                            finish(program().args(["apply", &place.repo, "-m", file])).expect(0);
                        applied += u32::from(run.out.contains("replace view"));
                    }
                }
                applied
            });
            let start = Instant::now();
            place.butler(
                "import time\nslowest = 0\nuniverse = butler.dimensions\n\
                 butler.collections.register('busy')\n\
                 types = [DatasetType(f'busy_{i}', ('instrument',), 'StructuredDataDict', universe=universe) for i in range(20)]\n\
                 for kind in types:\n\
                 \x20   t = time.monotonic()\n\
                 \x20   butler.registry.registerDatasetType(kind)\n\
                 \x20   butler.registry.insertDatasets(kind, [dict(instrument='SynthCam')], run='busy')\n\
                 \x20   slowest = max(slowest, time.monotonic() - t)\n\
                 assert slowest < 5, slowest",
            );
            println!("Butler's writes took {:?} beside the replacements", start.elapsed());
            stop.store(true, Ordering::Relaxed);
            (reader.join().unwrap(), replacer.join().unwrap())
        });
        println!("{reads} reads during {applied} replacements on {}", place.view());
        assert!(reads > 2 && applied > 2);
    }
}
