//! Every diagnostic of family R, as a user sees it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs
)]

mod registry_support;

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use obscore_view::db::{
    Access, Database, Environment, Options, Repo, SqliteTarget, Target, inspect, introspect,
    resolve,
};
use obscore_view::diag::{CODES, Diagnostic};
use registry_support::{Cluster, environment, make_registries, shown};
use serde_json::json;

/// Collects what is shown, and checks it against the snapshot of its name.
struct Album {
    hidden: Vec<(String, String)>,
    seen: BTreeSet<&'static str>,
}

impl Album {
    fn add(&mut self, name: &str, diagnostic: &Diagnostic) {
        let hidden: Vec<(&str, &str)> =
            self.hidden.iter().map(|(from, to)| (from.as_str(), to.as_str())).collect();
        let text = shown(diagnostic, &hidden);
        assert!(!text.contains("hunter2"), "{name} shows a password: {text}");
        assert!(!diagnostic.message.ends_with('.'), "{name}: {}", diagnostic.message);
        self.seen.insert(diagnostic.code);
        insta::assert_snapshot!(format!("{}_{name}", diagnostic.code), text);
    }

    async fn inspect(&mut self, name: &str, repo: &str, environment: &Environment) {
        let options = Options { patience: Duration::from_millis(800), ..Options::default() };
        match inspect(repo, environment, &options).await {
            Ok(_) => panic!("{name}: {repo} can be read"),
            Err(diagnostic) => self.add(name, &diagnostic),
        }
    }
}

/// A copy of a repository whose database was changed by `sql`.
async fn changed(repo: &Path, folder: &Path, name: &str, sql: &str) -> String {
    let copy = folder.join(format!("{name}.sqlite3"));
    fs::copy(repo.join("gen3.sqlite3"), &copy).unwrap();
    let target = Target::Sqlite(SqliteTarget { path: copy.clone() });
    let database = Database::open(&target, Access::ReadWrite, &Options::default()).await.unwrap();
    let mut session = database.transaction().await.unwrap();
    session.run(sql).await.unwrap();
    session.commit().await.unwrap();
    database.close().await;
    copy.display().to_string()
}

async fn files(album: &mut Album, folder: &Path) {
    let at = |name: &str| folder.join(name).display().to_string();
    let write = |name: &str, text: &str| {
        fs::write(folder.join(name), text).unwrap();
        at(name)
    };
    let here = environment(folder, &[]);
    album.inspect("nothing_there", "nowhere", &here).await;
    fs::create_dir(folder.join("empty")).unwrap();
    album.inspect("no_butler_yaml", "empty", &here).await;
    let index = write("index.yaml", "main: /repo/main\nembargo: s3://bucket/butler.yaml\n");
    let indexed = environment(folder, &[("DAF_BUTLER_REPOSITORY_INDEX", &index)]);
    album.inspect("alias_misspelt", "mian", &indexed).await;
    album.inspect("alias_leads_nowhere", "main", &indexed).await;
    album.inspect("alias_is_remote", "embargo", &indexed).await;
    let both = environment(
        folder,
        &[("DAF_BUTLER_REPOSITORY_INDEX", &index), ("DAF_BUTLER_REPOSITORIES", "{a: b}")],
    );
    album.inspect("two_indices", "main", &both).await;
    let bad_index = write("bad-index.yaml", "main: [\n");
    let bad = environment(folder, &[("DAF_BUTLER_REPOSITORY_INDEX", &bad_index)]);
    album.inspect("index_unreadable", "main", &bad).await;
    let bad = environment(folder, &[("DAF_BUTLER_REPOSITORIES", "[1, 2]")]);
    album.inspect("index_is_a_list", "main", &bad).await;
    album.inspect("bad_yaml", &write("bad.yaml", "registry:\n  db: 'sqlite\n"), &here).await;
    write("ring-b.yaml", "includeConfigs: ring-a.yaml\n");
    album.inspect("ring", &write("ring-a.yaml", "includeConfigs: ring-b.yaml\n"), &here).await;
    album.inspect("include_missing", &write("lost.yaml", "a: !include lost2.yaml\n"), &here).await;
    let server = "cls: lsst.daf.butler.remote_butler.RemoteButler\nremote_butler:\n  url: https://server/api\n";
    album.inspect("butler_server", &write("server.yaml", server), &here).await;
    album.inspect("web_address", "https://server.example/api/butler", &here).await;
    album.inspect("mysql", "mysql://me:hunter2@host/db", &here).await;
    album
        .inspect(
            "mysql_in_config",
            &write("m.yaml", "registry: {db: 'oracle://u:hunter2@h/d'}"),
            &here,
        )
        .await;
    album.inspect("port", "postgresql://me:hunter2@host:abc/db", &here).await;
    album.inspect("host_forgotten", "postgresql://me:hunter2/db", &here).await;
    album.inspect("slash_forgotten", "postgresql:/me:hunter2@host/db", &here).await;
    let secret = write("secret.yaml", "registry:\n  db: \"postgresql://me:hunter2@host/db\n");
    album.inspect("password_in_bad_yaml", &secret, &here).await;
    let content = [("DAF_BUTLER_REPOSITORIES", "postgresql://me:hunter2@host/db")];
    album.inspect("password_in_index", "main", &environment(folder, &content)).await;
    album.inspect("parameter", "postgresql://me:hunter2@host/db?ssl_mode=require", &here).await;
    album.inspect("parameter_value", "postgresql://me:hunter2@host/db?sslmode=always", &here).await;
    album.inspect("memory", "sqlite://", &here).await;
    album.inspect("one_slash", "sqlite:///", &here).await;
    album.inspect("not_json", &write("bad.json", "{\"format\": 1,\n  oops}\n"), &here).await;
    album.inspect("other_json", &write("other.json", "{\"a\": 1}\n"), &here).await;
    album
        .inspect(
            "wrong_shape",
            &write("shape.json", "{\n  \"format\": 1,\n  \"dialect\": \"oracle\"\n}\n"),
            &here,
        )
        .await;
    album.inspect("newer_format", &write("newer.json", "{\n  \"format\": 99\n}\n"), &here).await;
    let auth = write("open-auth.yaml", "- {url: postgresql://*, password: hunter2}\n");
    fs::set_permissions(&auth, fs::Permissions::from_mode(0o644)).unwrap();
    let url = "postgresql://host.example/db";
    album.inspect("open_to_others", url, &environment(folder, &[("LSST_DB_AUTH", &auth)])).await;
    for (name, text) in [
        ("no_password", "- {url: postgresql://*, username: me}\n"),
        ("no_dialect", "- {url: host.example, password: hunter2}\n"),
        ("driver", "- {url: postgresql+psycopg2://*, password: hunter2}\n"),
        ("no_host", "- {url: postgresql:///db, password: hunter2}\n"),
        ("no_list", "- url: postgresql://*\n  password: [hunter2\n"),
        ("no_url", "- password: hunter2\n"),
    ] {
        let auth = write(&format!("auth-{name}.yaml"), text);
        fs::set_permissions(&auth, fs::Permissions::from_mode(0o600)).unwrap();
        let environment = environment(folder, &[("LSST_DB_AUTH", &auth)]);
        album.inspect(name, url, &environment).await;
    }
    let credentials = [("LSST_DB_AUTH_CREDENTIALS", "[{hunter2")];
    album.inspect("not_json_credentials", url, &environment(folder, &credentials)).await;
    album.inspect("no_sqlite_file", "sqlite:///gone.sqlite3", &here).await;
    write("text.sqlite3", &"not a database, but long enough to have a header\n".repeat(99));
    album.inspect("not_sqlite", "sqlite:///text.sqlite3", &here).await;
}

async fn registries(album: &mut Album, repo: &Path, folder: &Path) {
    let here = environment(folder, &[]);
    let update = |name: &str, value: &str| {
        format!("UPDATE butler_attributes SET value = '{value}' WHERE name = '{name}'")
    };
    let universe = |from: &str, to: &str| {
        format!(
            "UPDATE butler_attributes SET value = replace(value, '{from}', '{to}') WHERE name = 'config:dimensions.json'"
        )
    };
    let datasets = "lsst.daf.butler.registry.datasets.byDimensions._manager.ByDimensionsDatasetRecordStorageManagerUUID";
    for (name, sql) in [
        ("tables_missing", "PRAGMA foreign_keys = OFF; DROP TABLE collection_chain; DROP TABLE dimension_graph_definition".to_owned()),
        ("unknown_manager", update("config:registry.managers.collections", "lsst.daf.butler.registry.collections.uuidKey.UuidKeyCollectionManager")),
        ("foreign_manager", update("config:registry.managers.dimensions", "org.example.StaticDimensionRecordStorageManager")),
        ("major_version", update(&format!("version:{datasets}"), "3.0.0")),
        ("no_version", format!("DELETE FROM butler_attributes WHERE name = 'version:{datasets}'")),
        ("universe_too_new", universe("\"version\": 8", "\"version\": 9")),
        ("universe_of_others", universe("\"namespace\": \"daf_butler\"", "\"namespace\": \"hsc\"")),
        ("universe_broken", update("config:dimensions.json", "{\"version\": 8, \"elements\": ")),
        ("universe_shape", universe("\"governor\": true", "\"governor\": \"yes\"")),
        ("universe_ring", universe("\"implies\": [\"band\"]", "\"implies\": [\"visit\"]")),
        ("universe_gone", "DELETE FROM butler_attributes WHERE name = 'config:dimensions.json'".to_owned()),
        ("column_renamed", "ALTER TABLE exposure RENAME COLUMN can_see_sky TO can_see_skies".to_owned()),
        ("core_column_missing", "ALTER TABLE collection_chain RENAME COLUMN child TO member".to_owned()),
        ("ingest_date", update(&format!("version:{datasets}"), "1.0.0")),
        ("other_keys", update("config:registry.managers.collections", "lsst.daf.butler.registry.collections.nameKey.NameKeyCollectionManager") + "; INSERT INTO butler_attributes VALUES ('version:lsst.daf.butler.registry.collections.nameKey.NameKeyCollectionManager', '2.0.0')"),
        ("no_manager", "DELETE FROM butler_attributes WHERE name = 'config:registry.managers.datasets'".to_owned()),
        ("no_attributes", "DELETE FROM butler_attributes".to_owned()),
        ("collection_type", "UPDATE collection SET type = 7 WHERE name = 'tagged'".to_owned()),
        ("dimensions_unknown", "UPDATE dimension_graph_definition SET dimension_name = 'vist' WHERE dimension_name = 'tract'".to_owned()),
    ] {
        let copy = changed(repo, folder, name, &sql).await;
        album.inspect(name, &copy, &here).await;
    }
    // A newer minor version can be read, by Butler's rule; so can a manager of a new kind.
    let newer = update(&format!("version:{datasets}"), "2.7.3")
        + "; INSERT INTO butler_attributes VALUES ('config:registry.managers.tea', 'x.Tea')";
    let copy = changed(repo, folder, "newer", &newer).await;
    let snapshot = inspect(&copy, &here, &Options::default()).await.unwrap();
    assert_eq!(snapshot.managers["datasets"].version, "2.7.3");
    assert_eq!(snapshot.managers["tea"].class, "x.Tea");
}

async fn sqlite(album: &mut Album, repo: &Path, folder: &Path) {
    let here = environment(folder, &[]);
    let empty = folder.join("empty.sqlite3");
    fs::copy(repo.join("gen3.sqlite3"), &empty).unwrap();
    let path =
        changed(repo, folder, "bare", "ALTER TABLE butler_attributes RENAME TO others").await;
    album.inspect("sqlite_without_registry", &path, &here).await;
    let target = Target::Sqlite(SqliteTarget { path: PathBuf::from(&path) });
    let options = Options { patience: Duration::from_millis(200), ..Options::default() };
    let writer = Database::open(&target, Access::ReadWrite, &options).await.unwrap();
    let mut session = writer.snapshot().await.unwrap();
    let error = session.rows("SELECT * FROM nowhere", &[]).await.unwrap_err();
    album.add("sqlite_no_table", &error);
    let error = session.run("SELEKT").await.unwrap_err();
    album.add("sqlite_syntax", &error);
    drop(session);
    // While another process holds the exclusive lock of a file without a write-ahead log.
    let held = writer.transaction().await.unwrap();
    let other = Database::open(&target, Access::ReadWrite, &options).await.unwrap();
    let error = other.transaction().await.unwrap_err();
    album.add("sqlite_locked", &error);
    drop(held);
    let reader = Database::open(&target, Access::ReadOnly, &options).await.unwrap();
    album.add("opened_read_only", &reader.transaction().await.unwrap_err());
    let mut session = reader.snapshot().await.unwrap();
    let error = session.run("DELETE FROM collection").await.unwrap_err();
    album.add("sqlite_write_refused", &error);
}

async fn servers(album: &mut Album, cluster: &Cluster, folder: &Path) {
    let here = environment(folder, &[]);
    let port = cluster.port;
    let place = format!("127.0.0.1:{port}");
    cluster.sql("postgres", "CREATE DATABASE butler");
    cluster.sql("butler", "CREATE EXTENSION btree_gist; CREATE SCHEMA dp1; CREATE SCHEMA other; CREATE ROLE outsider LOGIN PASSWORD 'hunter2'; CREATE ROLE locked NOLOGIN PASSWORD 'hunter2'");
    let root = folder.join("on-server").display().to_string();
    let url = cluster.url("butler").replacen("postgresql", "postgresql+psycopg2", 1);
    make_registries(&[json!({"root": root, "universe": 8, "db": url, "namespace": "dp1"})]);

    album
        .inspect("password_wrong", &format!("postgresql://postgres:hunter2@{place}/butler"), &here)
        .await;
    album
        .inspect("password_missing", &format!("postgresql://postgres@{place}/butler"), &here)
        .await;
    let variable = environment(folder, &[("PGPASSWORD", "hunter2")]);
    album
        .inspect(
            "password_from_variable",
            &format!("postgresql://postgres@{place}/butler"),
            &variable,
        )
        .await;
    let pass = folder.join("open-pass");
    fs::write(&pass, "*:*:*:*:hunter2\n").unwrap();
    fs::set_permissions(&pass, fs::Permissions::from_mode(0o644)).unwrap();
    let open = environment(folder, &[("PGPASSFILE", pass.to_str().unwrap())]);
    album
        .inspect("password_file_open", &format!("postgresql://postgres@{place}/butler"), &open)
        .await;
    album
        .inspect("role_unknown", &format!("postgresql://nobody:hunter2@{place}/butler"), &here)
        .await;
    album
        .inspect("role_locked", &format!("postgresql://locked:hunter2@{place}/butler"), &here)
        .await;
    album
        .inspect("host_unknown", "postgresql://me:hunter2@no-such-host.invalid/butler", &here)
        .await;
    album.inspect("refused", "postgresql://me:hunter2@127.0.0.1:1/butler", &here).await;
    album.inspect("no_socket", "postgresql://me@/butler?host=/nowhere", &here).await;
    album.inspect("no_database", &cluster.url("buttler"), &here).await;
    album.inspect("no_tls", &(cluster.url("butler") + "?sslmode=require"), &here).await;
    album
        .inspect(
            "privilege",
            &format!("postgresql://outsider:hunter2@{place}/butler?namespace=dp1"),
            &here,
        )
        .await;
    album.inspect("schema_without_registry", &cluster.url("butler"), &here).await;
    album.inspect("schema_misspelt", &(cluster.url("butler") + "?namespace=dp2"), &here).await;

    let repo = resolve(&(cluster.url("butler") + "?namespace=dp1"), &here).unwrap();
    let Repo::Database(target) = repo else { panic!() };
    let options =
        Options { statement_timeout: Some(Duration::from_millis(50)), ..Options::default() };
    let database = Database::open(&target, Access::ReadOnly, &options).await.unwrap();
    for (name, sql) in [
        ("statement_timeout", "SELECT count(*) FROM generate_series(1, 1000000000)"),
        ("odd_type", "SELECT '10.0.0.0/8'::inet"),
        ("server_no_table", "SELECT * FROM dp1.nowhere"),
        ("server_syntax", "SELEKT 1"),
        ("server_write_refused", "DELETE FROM dp1.collection"),
    ] {
        let mut session = database.snapshot().await.unwrap();
        let error = session.rows(sql, &[]).await.unwrap_err();
        album.add(name, &error);
    }
    database.close().await;
    // The same checks as on SQLite, through PostgreSQL's catalog.
    cluster.sql(
        "butler",
        "ALTER TABLE dp1.exposure DROP COLUMN can_see_sky, DROP COLUMN has_simulated",
    );
    let database = Database::open(&target, Access::ReadOnly, &Options::default()).await.unwrap();
    album.add("server_columns_gone", &introspect(&database).await.unwrap_err());
    cluster.sql(
        "butler",
        "ALTER TABLE dp1.dataset ALTER COLUMN ingest_date TYPE timestamp USING now()",
    );
    album.add("server_ingest_date", &introspect(&database).await.unwrap_err());
}

#[tokio::test]
async fn every_registry_diagnostic() {
    let cluster = Cluster::start();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let repo = path.join("repo");
    make_registries(&[json!({"root": repo, "universe": 8})]);
    let mut album = Album {
        hidden: vec![
            (path.display().to_string(), "[FOLDER]".to_owned()),
            (format!(":{}", cluster.port), ":[PORT]".to_owned()),
        ],
        seen: BTreeSet::new(),
    };
    files(&mut album, path).await;
    registries(&mut album, &repo, path).await;
    sqlite(&mut album, &repo, path).await;
    servers(&mut album, &cluster, path).await;
    let codes: BTreeSet<&str> = CODES
        .iter()
        .copied()
        .flatten()
        .map(|code| code.code)
        .filter(|code| code.starts_with('R'))
        .collect();
    let unseen: Vec<_> = codes.difference(&album.seen).collect();
    println!("{} codes shown", album.seen.len());
    assert!(unseen.is_empty(), "never shown: {unseen:?}");
}
