//! Hostile and enormous queries: what users write stays data, what is too much ends with a diagnostic,
//! and what is stopped does not run on.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs
)]

mod query_support;
mod support;

use std::time::{Duration, Instant};

use obscore_view::stream::engine::{Limits, Service};
use query_support::{ask, ask_within, said, service, staged};
use serde_json::json;
use support::postgres::Cluster;
use support::python::newest_universe;
use support::survey::{Repository, Survey};

struct Both {
    sqlite: Service,
    postgres: Service,
    _here: Repository,
    there: Repository,
}

async fn both() -> Both {
    let survey = Survey::new(newest_universe());
    let (here, there) = (survey.sqlite(), survey.postgres(Cluster::shared()));
    Both { sqlite: service(&here).await, postgres: service(&there).await, _here: here, there }
}

impl Both {
    /// The one number that a query answers everywhere.
    async fn number(&self, adql: &str) -> i64 {
        let shown: String = adql.chars().take(200).collect();
        let mut found = Vec::new();
        for service in [&self.sqlite, &self.postgres] {
            for adql in [adql, &staged(adql)] {
                let answer = ask(service, adql, &[]).await;
                let answer = answer.unwrap_or_else(|e| panic!("{shown}: {}", said(&e)));
                found.push(answer.rows[0][0].as_i64().unwrap());
            }
        }
        assert!(found.iter().all(|one| *one == found[0]), "{shown}: {found:?}");
        found[0]
    }

    /// How many tables the registries have: nothing creates or drops one.
    fn tables(&self) -> String {
        let database = self.there.database.rsplit('/').next().unwrap();
        let sql = "SELECT count(*) FROM pg_class WHERE relkind IN ('r', 'v', 't')";
        Cluster::shared().psql(database, sql)
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn texts_and_names_stay_data() {
    let both = both().await;
    let tables = both.tables();
    let texts = [
        "'",
        "''",
        "\"",
        "\\",
        "\\'",
        ";",
        "; DROP TABLE dataset; --",
        "' OR 1=1 --",
        "$1",
        "?1",
        "{0}",
        "%s",
        ":a",
        "@b",
        "/* x */",
        "E'\\x41'",
        "$$",
        "$tag$",
        "\u{1}",
        "\n",
        "\t",
        "\u{feff}",
        "\u{1f600}",
        "\u{202e}",
        "x' UNION SELECT sql FROM sqlite_schema --",
        "NULL",
        "[]",
        "[\"a\"]",
        "{\"a\": 1}",
        "\\u0041",
        "%",
        "_",
    ];
    for text in texts {
        let quoted = text.replace('\'', "''");
        let adql = format!("SELECT COUNT(*) FROM butler.instrument WHERE '{quoted}' = '{quoted}'");
        assert_eq!(both.number(&adql).await, 2, "{text:?}");
        let adql = format!("SELECT COUNT(*) FROM butler.instrument WHERE name LIKE '{quoted}'");
        assert_eq!(both.number(&adql).await, if text == "%" { 2 } else { 0 }, "{text:?}");
        let name = text.replace('"', "\"\"");
        if text.chars().all(|c| !c.is_control()) {
            let adql = format!(
                "SELECT t.\"{name}\" FROM (SELECT COUNT(*) AS \"{name}\" FROM butler.instrument) AS t"
            );
            assert_eq!(both.number(&adql).await, 2, "{text:?}");
        }
        for service in [&both.sqlite, &both.postgres] {
            let adql = format!("SELECT '{quoted}' AS x FROM butler.instrument");
            let answer = ask(service, &adql, &[]).await.unwrap();
            assert_eq!(answer.rows, [[json!(text)], [json!(text)]]);
        }
    }
    assert_eq!(both.tables(), tables);
    for adql in [
        "SELECT COUNT(*) FROM butler.instrument WHERE name = 'a\0b'",
        "SELECT * FROM butler.\"instrument\"\"; DROP TABLE dataset; --\"",
        "SELECT \"name\"\"\" FROM butler.instrument",
        "SELECT * FROM sqlite_schema",
        "SELECT * FROM pg_catalog.pg_class",
        "SELECT * FROM \"embargo_repo\".dataset",
    ] {
        let wrong = ask(&both.sqlite, adql, &[]).await.unwrap_err();
        assert!(wrong[0].code.starts_with('Q'), "{}", said(&wrong));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn long_and_deep_queries_are_answered() {
    let both = both().await;
    let numbers: Vec<String> = (0..20_000).map(|number| (10_001 + number).to_string()).collect();
    let list = numbers.join(", ");
    let adql = format!("SELECT COUNT(*) FROM butler.visit WHERE id IN ({list})");
    assert_eq!(both.number(&adql).await, 32);
    let texts: Vec<String> = (0..70_000).map(|number| format!("'it''s \"{number}\" \\'")).collect();
    let list = texts.join(", ");
    let adql =
        format!("SELECT COUNT(*) FROM butler.visit WHERE name IN ('10001', '10002', {list})");
    assert_eq!(both.number(&adql).await, 2);
    let adql = format!("SELECT COUNT(*) FROM butler.visit WHERE name NOT IN ('10001', {list})");
    assert_eq!(both.number(&adql).await, 113);
    let mut nested = "SELECT id FROM butler.visit".to_owned();
    for level in 0..30 {
        nested = format!("SELECT t{level}.id FROM ({nested}) AS t{level}");
    }
    assert_eq!(both.number(&format!("SELECT COUNT(*) FROM ({nested}) AS t")).await, 114);
    let mut inside = "SELECT id FROM butler.visit".to_owned();
    for _ in 0..20 {
        inside = format!("SELECT id FROM butler.visit WHERE id IN ({inside})");
    }
    assert_eq!(both.number(&format!("SELECT COUNT(*) FROM ({inside}) AS t")).await, 114);
    let many: Vec<String> = (0..2_000).map(|number| format!("id = {}", 10_001 + number)).collect();
    let adql = format!("SELECT COUNT(*) FROM butler.visit WHERE {}", many.join(" OR "));
    assert_eq!(both.number(&adql).await, 16);
    let many: Vec<String> = (0..2_000).map(|number| format!("name <> 'n{number}'")).collect();
    let adql = format!("SELECT COUNT(*) FROM butler.visit WHERE {}", many.join(" AND "));
    assert_eq!(both.number(&adql).await, 114);
    let chain = vec!["id"; 100].join(" + ");
    let adql = format!("SELECT COUNT(*) FROM butler.visit WHERE {chain} > 0");
    assert_eq!(both.number(&adql).await, 114);
    let unions = vec!["SELECT id FROM butler.visit"; 50].join(" UNION ");
    assert!(both.number(&format!("SELECT COUNT(*) FROM ({unions}) AS t")).await > 50);
    let deep =
        (0..20).fold("exposure_time".to_owned(), |one, _| format!("POWER(ROUND({one}, 3), 1)"));
    assert_eq!(
        both.number(&format!("SELECT COUNT({deep}) FROM butler.visit WHERE id < 20000")).await,
        16
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn too_large_queries_are_refused() {
    let both = both().await;
    let joins =
        (0..70).map(|n| format!("butler.instrument AS t{n}")).collect::<Vec<_>>().join(", ");
    let many: Vec<String> = (0..70_000).map(|number| format!("name = 'n{number}'")).collect();
    for adql in [
        format!("SELECT COUNT(*) FROM {joins} WHERE t0.name = 'x'"),
        format!("SELECT COUNT(*) FROM butler.visit WHERE {}", many.join(" OR ")),
    ] {
        let wrong = ask(&both.sqlite, &adql, &[]).await.unwrap_err();
        assert_eq!(wrong[0].code, "Q120", "{}", said(&wrong).chars().take(500).collect::<String>());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn maxrec_and_overflow() {
    let both = both().await;
    let adql = "SELECT id FROM butler.visit";
    for service in [&both.sqlite, &both.postgres] {
        for (most, rows, overflow) in [
            (0, 0, true),
            (1, 1, true),
            (113, 113, true),
            (114, 114, false),
            (u64::MAX, 114, false),
        ] {
            for adql in [adql, &staged(adql)] {
                let never = std::future::pending();
                let answer =
                    ask_within(service, adql, &[], Some(most), Limits::default(), never).await;
                let answer = answer.unwrap_or_else(|e| panic!("{}", said(&e)));
                assert_eq!((answer.rows.len(), answer.overflow), (rows, overflow), "{most}");
            }
        }
        let limits = Limits { staged_rows: 100, ..Limits::default() };
        let never = std::future::pending();
        let refused = ask_within(
            service,
            &staged("SELECT AREA(s_region) FROM ivoa.ObsCore"),
            &[],
            None,
            limits,
            never,
        )
        .await;
        // SQLite computes where the rows are.
        match refused {
            Ok(answer) => assert_eq!(answer.rows.len(), 1770),
            Err(wrong) => assert_eq!(wrong[0].code, "Q119"),
        }
    }
}

/// Queries that would run for hours: whole, and with rows brought from PostgreSQL.
const ENDLESS: [&str; 2] = [
    "SELECT COUNT(*) FROM butler.dataset AS a, butler.dataset AS b, butler.dataset AS c WHERE a.id || b.id < c.id || 'x'",
    "SELECT a.id, b.id FROM butler.dataset AS a, butler.dataset AS b, butler.dataset AS c",
];

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_is_stopped_does_not_run_on() {
    let both = both().await;
    for (name, service) in [("SQLite", &both.sqlite), ("PostgreSQL", &both.postgres)] {
        for adql in ENDLESS {
            for adql in [adql.to_owned(), staged(adql)] {
                for by_time in [true, false] {
                    let began = Instant::now();
                    let time = Duration::from_millis(700);
                    let limits = Limits { time: by_time.then_some(time), ..Limits::default() };
                    let stopped = async move {
                        match by_time {
                            true => std::future::pending().await,
                            false => tokio::time::sleep(time).await,
                        }
                    };
                    let wrong = ask_within(service, &adql, &[], None, limits, stopped).await;
                    let wrong = wrong.map(|found| found.rows.len());
                    let wrong = wrong
                        .expect_err(&format!("{name}, {by_time}, {:?}: {adql}", began.elapsed()));
                    assert_eq!(wrong[0].code, "Q118", "{name}: {}", said(&wrong));
                    assert!(
                        began.elapsed() < Duration::from_secs(10),
                        "{name}: {:?}",
                        began.elapsed()
                    );
                    nothing_runs();
                    // The connections are still good.
                    let answer = ask(service, "SELECT COUNT(*) FROM butler.visit", &[]).await;
                    assert_eq!(answer.unwrap().rows, [[json!(114)]]);
                }
            }
        }
    }
}

/// No session of this process is at work on the server.
fn nothing_runs() {
    let sql = format!(
        "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND application_name LIKE 'obscore-view {} %'",
        std::process::id()
    );
    let mut left = String::new();
    for _ in 0..30 {
        left = Cluster::shared().psql("postgres", &sql);
        if left.trim() == "0" {
            return;
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    panic!("{left} sessions are still at work");
}
