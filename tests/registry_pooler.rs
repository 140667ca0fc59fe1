//! A real PgBouncer in front of a real server: which connections keep prepared statements.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs
)]

mod support;

use std::fs::Permissions;
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, Command};
use std::slice::from_ref;
use std::time::{Duration, Instant};

use obscore_view::db::{Access, Database, Environment, Options, Prepare, Repo, resolve};
use obscore_view::lower::Wire;
use obscore_view::value::Cell;
use support::postgres::Cluster;

/// A running pooler; it ends with this.
struct Pooler {
    child: Child,
    port: u16,
    _folder: tempfile::TempDir,
}

impl Pooler {
    fn start(cluster: &Cluster, mode: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::set_permissions(folder.path(), Permissions::from_mode(0o755)).unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let file = folder.path().join("pgbouncer.ini");
        let settings = format!(
            "[databases]\n* = host=127.0.0.1 port={}\n[pgbouncer]\nlisten_addr = 127.0.0.1\n\
             listen_port = {port}\nunix_socket_dir =\nauth_type = any\nauth_file =\n\
             ignore_startup_parameters = extra_float_digits\npool_mode = {mode}\n\
             default_pool_size = {}\n",
            cluster.port(),
            if mode == "session" { 20 } else { 3 }
        );
        // Any user of the server is `postgres`.
        let settings = settings.replace("port=", "user=postgres port=");
        std::fs::write(&file, settings).unwrap();
        let is_root = std::fs::metadata("/proc/self").is_ok_and(|own| {
            use std::os::unix::fs::MetadataExt;
            own.uid() == 0
        });
        let mut command = match is_root {
            // PgBouncer refuses to run as root.
            true => {
                let mut command = Command::new("setpriv");
                command.args(["--reuid=postgres", "--clear-groups", "/usr/sbin/pgbouncer"]);
                command
            }
            false => Command::new("/usr/sbin/pgbouncer"),
        };
        let child = command.arg("-q").arg(&file).spawn().expect("pgbouncer (scripts/setup)");
        let pooler = Self { child, port, _folder: folder };
        let begin = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(begin.elapsed() < Duration::from_secs(20), "pgbouncer does not listen");
            std::thread::sleep(Duration::from_millis(20));
        }
        pooler
    }
}

impl Drop for Pooler {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

async fn open(port: u16, prepare: Prepare) -> Database {
    let url = format!("postgresql://postgres@127.0.0.1:{port}/postgres");
    let environment = Environment::new(Path::new("/"), Vec::new());
    let Repo::Database(target) = resolve(&url, &environment).unwrap() else { panic!() };
    let options = Options { connections: 8, prepare, ..Options::default() };
    Database::open(&target, Access::ReadOnly, &options).await.unwrap()
}

/// Each of eight clients asks for its own numbers, all at the same time.
async fn answers_are_right(database: &Database) {
    let ask = |client: i64| {
        let database = database.clone();
        tokio::spawn(async move {
            for number in 0..40 {
                let mut session = database.snapshot().await.unwrap();
                let wanted = 1000 * client + number % 5;
                let rows = session.rows_at_once(&format!("SELECT {wanted}")).await.unwrap();
                assert_eq!(rows, [[Cell::Int(wanted)]]);
                session.rollback().await.unwrap();
            }
        })
    };
    let clients: Vec<_> = (1..=8).map(ask).collect();
    for client in clients {
        client.await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn statements_stay_prepared_where_connections_stay() {
    let cluster = Cluster::shared();
    let direct = open(cluster.port(), Prepare::Direct).await;
    assert!(direct.keeps_prepared());
    answers_are_right(&direct).await;
    // The statements are there, on the server connection that ran them.
    let mut session = direct.snapshot().await.unwrap();
    let kept = "SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE 'SELECT %000'";
    let rows = session.rows(kept, &[]).await.unwrap();
    assert!(matches!(rows[0][0], Cell::Int(count) if count > 0), "{rows:?}");
    session.rollback().await.unwrap();
    assert!(!open(cluster.port(), Prepare::Never).await.keeps_prepared());

    let session = Pooler::start(cluster, "session");
    let pooled = open(session.port, Prepare::Direct).await;
    assert!(pooled.keeps_prepared(), "a session has its own connection");
    answers_are_right(&pooled).await;
}

/// The same text with other parameters is another statement, also where the text refers to none of them.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn statements_are_told_apart_by_their_parameters() {
    let database = open(Cluster::shared().port(), Prepare::Direct).await;
    let mut session = database.snapshot().await.unwrap();
    let (text, int) = (|value: &str| Cell::Text(value.to_owned()), Cell::Int);
    for parameters in [vec![text("a")], vec![], vec![int(1), text("b")], vec![Cell::Null]] {
        let rows = session.rows("SELECT 7", &parameters).await.unwrap();
        assert_eq!(rows, [[int(7)]], "{parameters:?}");
    }
    for (parameter, expected) in [(Cell::Null, Cell::Null), (int(5), int(5)), (text("6"), int(6))] {
        let select = "SELECT CAST($1 AS bigint)";
        let rows = session.rows(select, from_ref(&parameter)).await.unwrap();
        assert_eq!(rows, [[expected]], "{parameter:?}");
        let (to, mut tuples) = tokio::sync::mpsc::channel(4);
        let fields = [Wire::Int];
        session.tuples(select, from_ref(&parameter), &fields, &to).await.unwrap();
        drop(to);
        assert!(tuples.recv().await.is_some());
    }
    session.rollback().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pooler_of_transactions_is_noticed() {
    let cluster = Cluster::shared();
    let pooler = Pooler::start(cluster, "transaction");
    for _ in 0..3 {
        let database = open(pooler.port, Prepare::Direct).await;
        assert!(!database.keeps_prepared());
        answers_are_right(&database).await;
        database.close().await;
    }
    // While others use it as well.
    let busy = open(pooler.port, Prepare::Never).await;
    let others = tokio::spawn(async move {
        loop {
            let mut session = busy.snapshot().await.unwrap();
            session.rows("SELECT pg_sleep(0.002)", &[]).await.unwrap();
            session.rollback().await.unwrap();
        }
    });
    for _ in 0..10 {
        let database = open(pooler.port, Prepare::Direct).await;
        assert!(!database.keeps_prepared());
        database.close().await;
    }
    others.abort();
}
