//! Transactions: values, streams, locks, and reading while Butler writes.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs
)]

mod registry_support;

use std::ffi::c_int;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use futures::StreamExt;
use libsqlite3_sys as ffi;
use obscore_view::db::{Access, Database, Options, Repo, Session, Target, inspect, resolve};
use obscore_view::value::Cell;
use registry_support::{Cluster, environment, make_registries, python};
use serde_json::json;

fn target(repo: &str) -> Target {
    match resolve(repo, &environment(Path::new("/"), &[])).unwrap() {
        Repo::Database(target) => target,
        Repo::Snapshot(_) => panic!(),
    }
}

async fn open(repo: &str, access: Access) -> Database {
    Database::open(&target(repo), access, &Options::default()).await.unwrap()
}

async fn one(session: &mut Session, sql: &str, parameters: &[Cell]) -> Cell {
    session.rows(sql, parameters).await.unwrap().remove(0).remove(0)
}

/// The most memory that this process ever had, in kB.
fn peak_memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

async fn streams_in_constant_memory(database: &Database, sql: &str, expected: u64) {
    let mut session = database.snapshot().await.unwrap();
    let mut stream = session.stream(sql, &[]);
    // Whatever a connection needs once is in the peak before.
    stream.next().await.unwrap().unwrap();
    let before = peak_memory();
    let mut rows = 1;
    while let Some(row) = stream.next().await {
        assert_eq!(row.unwrap()[1].as_str().map(str::len), Some(100));
        rows += 1;
    }
    let grown = peak_memory() - before;
    println!("{rows} rows, memory grew by {grown} kB");
    assert_eq!(rows, expected);
    // All rows together are more than 100 MB.
    assert!(grown < 40_000, "memory grew by {grown} kB");
}

#[tokio::test]
async fn postgres_sessions() {
    let cluster = Cluster::start();
    let url = cluster.url("postgres");
    let database = open(&url, Access::ReadWrite).await;
    let mut session = database.snapshot().await.unwrap();
    let uuid = uuid::Uuid::from_u128(0x1234);
    for (sql, parameters, expected) in [
        ("SELECT NULL::text", vec![], Cell::Null),
        ("SELECT true", vec![], Cell::Bool(true)),
        ("SELECT (-7)::smallint", vec![], Cell::Int(-7)),
        ("SELECT 70000::int", vec![], Cell::Int(70000)),
        ("SELECT $1::bigint", vec![Cell::Int(i64::MIN)], Cell::Int(i64::MIN)),
        ("SELECT 1.5::real", vec![], Cell::Float(1.5)),
        ("SELECT $1::double precision", vec![Cell::Float(0.1)], Cell::Float(0.1)),
        ("SELECT $1", vec![Cell::Text("ä'\"%".into())], Cell::Text("ä'\"%".into())),
        ("SELECT 'x'::varchar(3)", vec![], Cell::Text("x".into())),
        ("SELECT 'x'::char(3)", vec![], Cell::Text("x  ".into())),
        ("SELECT 123456789.000125::numeric", vec![], Cell::Float(123_456_789.000_125)),
        ("SELECT -0.00000001::numeric", vec![], Cell::Float(-1e-8)),
        ("SELECT 0::numeric", vec![], Cell::Float(0.0)),
        ("SELECT 1e30::numeric", vec![], Cell::Float(1e30)),
        ("SELECT 'Infinity'::numeric", vec![], Cell::Float(f64::INFINITY)),
        ("SELECT sum(x) FROM (VALUES (1::bigint), (20000)) AS v(x)", vec![], Cell::Float(20001.0)),
        ("SELECT 'x'::name", vec![], Cell::Text("x".into())),
        ("SELECT '\\x0001ff'::bytea", vec![], Cell::Bytes(vec![0, 1, 255])),
        ("SELECT $1::bytea", vec![Cell::Bytes(vec![9])], Cell::Bytes(vec![9])),
        ("SELECT $1::uuid", vec![Cell::Uuid(uuid)], Cell::Uuid(uuid)),
        ("SELECT '1970-01-01 00:00:01.5'::timestamp", vec![], Cell::Timestamp(1_500_000)),
        (
            "SELECT '1999-12-31 00:00:00+00'::timestamptz",
            vec![],
            Cell::Timestamp(946_598_400_000_000),
        ),
        ("SELECT $1::text IS NULL", vec![Cell::Null], Cell::Bool(true)),
        ("SHOW transaction_read_only", vec![], Cell::Text("on".into())),
        ("SHOW transaction_isolation", vec![], Cell::Text("repeatable read".into())),
    ] {
        assert_eq!(one(&mut session, sql, &parameters).await, expected, "{sql}");
    }
    session.commit().await.unwrap();

    // Nothing stays behind on a connection that others may get next from a pooling proxy.
    let mut session = database.transaction().await.unwrap();
    assert_eq!(
        one(&mut session, "SHOW transaction_read_only", &[]).await,
        Cell::Text("off".into())
    );
    session.run("CREATE TABLE kept (x int); INSERT INTO kept VALUES (1), (2)").await.unwrap();
    session.commit().await.unwrap();
    let mut session = database.transaction().await.unwrap();
    session.run("DELETE FROM kept").await.unwrap();
    drop(session);
    let mut session = database.snapshot().await.unwrap();
    assert_eq!(one(&mut session, "SELECT count(*) FROM kept", &[]).await, Cell::Int(2));
    // A snapshot is of one moment.
    cluster.sql("postgres", "INSERT INTO kept VALUES (3)");
    assert_eq!(one(&mut session, "SELECT count(*) FROM kept", &[]).await, Cell::Int(2));
    drop(session);

    // The second transaction gets the lock when the first one ends.
    let mut first = database.transaction().await.unwrap();
    first.lock("obscore-view test").await.unwrap();
    let mut second = database.transaction().await.unwrap();
    let waiting =
        tokio::time::timeout(Duration::from_millis(300), second.lock("obscore-view test"));
    assert!(waiting.await.is_err());
    drop(second);
    let mut third = database.transaction().await.unwrap();
    third.lock("another").await.unwrap();
    first.commit().await.unwrap();
    third.lock("obscore-view test").await.unwrap();
    drop(third);

    let rows = "SELECT n, repeat('x', 100) FROM generate_series(1, 1000000) AS n";
    streams_in_constant_memory(&database, rows, 1_000_000).await;
    database.close().await;
}

unsafe extern "C" fn answer(
    context: *mut ffi::sqlite3_context,
    _: c_int,
    _: *mut *mut ffi::sqlite3_value,
) {
    // SAFETY: SQLite passes the context of the call.
    unsafe { ffi::sqlite3_result_int(context, 42) }
}

unsafe fn register_answer(connection: *mut ffi::sqlite3) -> c_int {
    let data = std::ptr::null_mut();
    // SAFETY: the caller passes an open connection; the function keeps no state.
    unsafe {
        ffi::sqlite3_create_function_v2(
            connection,
            c"answer".as_ptr(),
            0,
            ffi::SQLITE_UTF8,
            data,
            Some(answer),
            None,
            None,
            None,
        )
    }
}

#[tokio::test]
async fn sqlite_sessions() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("x.sqlite3");
    // SQLite makes a database of an empty file.
    std::fs::write(&file, "").unwrap();
    let url = format!("sqlite:///{}", file.display());
    let database = open(&url, Access::ReadWrite).await;
    let mut session = database.transaction().await.unwrap();
    session
        .run("CREATE TABLE t (x BOOLEAN, y TEXT); INSERT INTO t VALUES (1, 'a'), (NULL, x'00')")
        .await
        .unwrap();
    session.lock("anything").await.unwrap();
    session.commit().await.unwrap();
    let uuid = uuid::Uuid::from_u128(0x1234);
    let mut session = database.snapshot().await.unwrap();
    for (sql, parameters, expected) in [
        ("SELECT NULL", vec![], Cell::Null),
        ("SELECT x FROM t", vec![], Cell::Int(1)),
        ("SELECT y FROM t WHERE x IS NULL", vec![], Cell::Bytes(vec![0])),
        ("SELECT $1", vec![Cell::Int(i64::MIN)], Cell::Int(i64::MIN)),
        ("SELECT $1", vec![Cell::Float(0.1)], Cell::Float(0.1)),
        ("SELECT $2", vec![Cell::Null, Cell::Text("ä'".into())], Cell::Text("ä'".into())),
        ("SELECT $1", vec![Cell::Uuid(uuid)], Cell::Text(uuid.simple().to_string())),
    ] {
        assert_eq!(one(&mut session, sql, &parameters).await, expected, "{sql}");
    }
    drop(session);
    // A function of the host program, on a connection that cannot write.
    let options = Options { sqlite_setup: Some(register_answer), ..Options::default() };
    let equipped = Database::open(&target(&url), Access::ReadOnly, &options).await.unwrap();
    let mut session = equipped.snapshot().await.unwrap();
    assert_eq!(one(&mut session, "SELECT answer()", &[]).await, Cell::Int(42));
    drop(session);
    let rows = "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < 1000000) \
                SELECT n, printf('%100d', n) FROM r";
    streams_in_constant_memory(&database, rows, 1_000_000).await;
    database.close().await;
}

/// What a transaction sees has another name after a write, and the same one without.
async fn states_have_names(url: &str, write: impl Fn()) {
    // SQLite's names are those of one connection.
    let options = Options { connections: 1, ..Options::default() };
    let reader = Database::open(&target(url), Access::ReadOnly, &options).await.unwrap();
    let state = async || {
        let mut session = reader.snapshot().await.unwrap();
        let names = [
            session.state().await.unwrap().expect("a name"),
            session.state().await.unwrap().unwrap(),
        ];
        assert_eq!(names[0], names[1]);
        session.rollback().await.unwrap();
        names[0].clone()
    };
    let mut before = state().await;
    for _ in 0..3 {
        assert_eq!(state().await, before);
        write();
        let after = state().await;
        assert_ne!(after, before);
        before = after;
    }
}

#[tokio::test]
async fn what_is_seen_has_a_name() {
    let folder = tempfile::tempdir().unwrap();
    for mode in ["delete", "wal"] {
        let file = folder.path().join(format!("{mode}.sqlite3"));
        let sqlite = |sql: &str| {
            let done = Command::new("sqlite3").arg(&file).arg(sql).output().unwrap();
            assert!(done.status.success());
        };
        sqlite(&format!("PRAGMA journal_mode={mode}; CREATE TABLE t (x)"));
        let url = format!("sqlite:///{}", file.display());
        states_have_names(&url, || sqlite("INSERT INTO t VALUES (1)")).await;
        let reader = open(&url, Access::ReadOnly).await;
        let (mut one, mut other) =
            (reader.snapshot().await.unwrap(), reader.snapshot().await.unwrap());
        assert_ne!(one.state().await.unwrap(), other.state().await.unwrap());
    }
    let cluster = Cluster::start();
    cluster.sql("postgres", "CREATE TABLE t (x int)");
    let insert = || {
        cluster.sql("postgres", "INSERT INTO t VALUES (1)");
    };
    states_have_names(&cluster.url("postgres"), insert).await;
}

/// Reads again and again while another process writes; with and without a write-ahead log.
#[tokio::test]
async fn reading_while_butler_writes() {
    const RUNS: usize = 300;
    let folder = tempfile::tempdir().unwrap();
    let cluster = Cluster::start();
    cluster.sql("postgres", "CREATE EXTENSION btree_gist");
    let at = |name: &str| folder.path().join(name).display().to_string();
    let driver = cluster.url("postgres").replacen("postgresql", "postgresql+psycopg2", 1);
    make_registries(&[
        json!({"root": at("plain"), "universe": 8}),
        json!({"root": at("wal"), "universe": 8}),
        json!({"root": at("server"), "universe": 8, "db": driver}),
    ]);
    let wal = Command::new(python())
        .args([
            "-c",
            "import sqlite3, sys; sqlite3.connect(sys.argv[1]).execute('PRAGMA journal_mode=WAL')",
        ])
        .arg(at("wal/gen3.sqlite3"))
        .status();
    assert!(wal.unwrap().success());
    let here = environment(folder.path(), &[]);
    for name in ["plain", "wal", "server"] {
        let root = at(name);
        let before = inspect(&root, &here, &Options::default()).await.unwrap().collections.len();
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracle/keep_writing.py");
        let mut writer = Command::new(python())
            .arg(script)
            .args([&root, &RUNS.to_string()])
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut seen = vec![before];
        loop {
            let done = writer.try_wait().unwrap();
            let snapshot = inspect(&root, &here, &Options::default()).await;
            let snapshot = snapshot.unwrap_or_else(|error| panic!("{name}: {error}"));
            seen.push(snapshot.collections.len());
            if let Some(status) = done {
                let mut said = String::new();
                std::io::Read::read_to_string(&mut writer.stderr.take().unwrap(), &mut said)
                    .unwrap();
                assert!(status.success(), "{name}: Butler failed:\n{said}");
                break;
            }
        }
        assert!(seen.is_sorted(), "{name}: {seen:?}");
        assert_eq!(seen.last(), Some(&(before + RUNS)), "{name}");
        let moments = seen.iter().collect::<std::collections::BTreeSet<_>>().len();
        println!("{name}: {} reads saw {moments} different moments", seen.len());
        assert!(moments > 5, "{name}: nothing was seen while Butler wrote: {seen:?}");
    }
}
