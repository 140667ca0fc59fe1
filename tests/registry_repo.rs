//! REPO in all its forms, and all sources of credentials.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs
)]

mod registry_support;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use obscore_view::db::{
    Access, Database, Options, PostgresTarget, Repo, Secret, Target, inspect, resolve,
};
use obscore_view::value::Cell;
use registry_support::{Cluster, PASSWORD, environment, make_registries, oracle};
use serde_json::{Value, json};

fn private(path: &Path, text: &str) -> String {
    fs::write(path, text).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
    path.display().to_string()
}

/// Expected source, URL, environment.
type Case<'a> = (&'a str, String, Vec<(&'a str, &'a str)>);

fn postgres(repo: Repo) -> PostgresTarget {
    match repo {
        Repo::Database(Target::Postgres(target)) => target,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn every_form_finds_the_same_registry() {
    let folder = tempfile::tempdir().unwrap();
    // A space and a percent sign must survive; Butler itself cannot read a root with a `?`.
    let base = folder.path().join("base dir");
    fs::create_dir(&base).unwrap();
    let root = base.join("repo").display().to_string();
    make_registries(&[json!({"root": root, "universe": 8})]);
    let yaml = format!("{root}/butler.yaml");
    let database = format!("{root}/gen3.sqlite3");
    let at = |name: &str| base.join(name).display().to_string();

    fs::write(at("index.yaml"), format!("main: {root}\nyaml: {yaml}\nuri: file://{yaml}\n"))
        .unwrap();
    fs::write(at("index.json"), json!({"main": root}).to_string()).unwrap();
    fs::write(at("index-include.yaml"), "includeConfigs: index.yaml\nother: /nowhere\n").unwrap();
    // A configuration elsewhere says where the root is, and takes its registry from other files.
    fs::write(
        at("elsewhere.yaml"),
        format!("root: file://{root}\nregistry:\n  db: sqlite:///<butlerRoot>/gen3.sqlite3\n"),
    )
    .unwrap();
    fs::write(at("default-db.yaml"), format!("root: {root}\ndatastore:\n  cls: x.y\n")).unwrap();
    fs::write(
        at("part.yaml"),
        "registry:\n  db: sqlite:///<butlerRoot>/nowhere.sqlite3\n  namespace: x\n",
    )
    .unwrap();
    fs::write(at("merged.yaml"), format!("includeConfigs:\n  - part.yaml\nroot: {root}\nregistry:\n  db: sqlite:///<butlerRoot>/gen3.sqlite3\n")).unwrap();
    fs::write(at("inner.yaml"), "db: sqlite:///<butlerRoot>/gen3.sqlite3\n").unwrap();
    fs::write(at("tagged.yaml"), format!("root: {root}\nregistry: !include inner.yaml\n")).unwrap();
    fs::write(at("variable.yaml"), format!("includeConfigs: ${{PLACE}}/part.yaml\nroot: {root}\nregistry: {{db: 'sqlite:///<butlerRoot>/gen3.sqlite3'}}\n")).unwrap();

    let here = |variables: &[(&str, &str)]| environment(&base, variables);
    let plain = inspect(&root, &here(&[]), &Options::default()).await.unwrap();
    fs::write(at("snapshot.json"), plain.to_json().unwrap()).unwrap();

    let (index, json_index) = (at("index.yaml"), at("index.json"));
    let including = at("index-include.yaml");
    let content = format!("{{main: '{root}'}}");
    let by_file = [("DAF_BUTLER_REPOSITORY_INDEX", index.as_str())];
    let forms: Vec<(String, Vec<(&str, &str)>)> = vec![
        (yaml.clone(), vec![]),
        ("repo".into(), vec![]),
        ("repo/butler.yaml".into(), vec![]),
        (format!("file://{yaml}"), vec![]),
        ("main".into(), by_file.into()),
        ("yaml".into(), by_file.into()),
        ("uri".into(), by_file.into()),
        ("main".into(), vec![("DAF_BUTLER_REPOSITORY_INDEX", json_index.as_str())]),
        ("main".into(), vec![("DAF_BUTLER_REPOSITORY_INDEX", including.as_str())]),
        ("main".into(), vec![("DAF_BUTLER_REPOSITORIES", content.as_str())]),
        // Not an alias although there is an index.
        ("repo".into(), by_file.into()),
        (format!("sqlite:///{database}"), vec![]),
        ("sqlite:///repo/gen3.sqlite3".into(), vec![]),
        (database.clone(), vec![]),
        (at("elsewhere.yaml"), vec![]),
        (at("default-db.yaml"), vec![]),
        (at("merged.yaml"), vec![]),
        (at("tagged.yaml"), vec![]),
        (at("variable.yaml"), vec![("PLACE", base.to_str().unwrap())]),
        ("snapshot.json".into(), vec![]),
    ];
    for (form, variables) in &forms {
        let found = inspect(form, &here(variables), &Options::default()).await;
        let found = found.unwrap_or_else(|error| panic!("{form} {variables:?}: {error}"));
        assert_eq!(found, plain, "{form}");
    }
    println!("{} forms of REPO", forms.len() + 1);
}

#[test]
fn urls_and_db_auth_as_sqlalchemy_and_butler_read_them() {
    let urls = [
        "postgresql://me:secret@db.example.org:5432/butler",
        "postgresql://me@db.example.org:5432/butler",
        "postgresql+psycopg2://db.example.org/butler",
        "postgresql://DB.Example.org/butler_dp1",
        "postgresql://me:a%2Fb%40c%3Ad%25@[2001:db8::1]:6000/x",
        "postgresql://me:a:b@host/x",
        "postgresql://me:a?b@host/x",
        "postgresql://us%40er@host:1/butler",
        "postgresql:///butler",
        "postgresql://host:5433",
        "postgresql://h1.x/db_a?application_name=n%20n",
    ];
    let patterns = [
        "postgresql://db.example.org:5432/butler",
        "postgresql://*.example.org",
        "postgresql://*.example.org/butler_*",
        "postgresql://me@db.example.org/butler",
        "postgresql://you@db.example.org/butler",
        "postgresql://DB.EXAMPLE.ORG:5432",
        "postgresql://h?.?/[c-e]b_[!b]",
        "postgresql://*:6000/",
        "postgresql://*",
        "postgres://*",
        "sqlite://*",
    ];
    let mut questions = Vec::new();
    for url in urls {
        for first in patterns {
            for second in patterns {
                questions.push(json!({"url": url, "entries": [
                    {"url": first, "username": "one", "password": "p1"},
                    {"url": second, "password": "p2"},
                ]}));
            }
        }
    }
    let answers = oracle("connections.py", &[], &json!(questions));
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("butler.yaml");
    for (question, answer) in questions.iter().zip(answers.as_array().unwrap()) {
        let entries = question["entries"].to_string();
        let here = environment(folder.path(), &[("LSST_DB_AUTH_CREDENTIALS", &entries)]);
        // Through butler.yaml, as there Butler's own rules hold.
        fs::write(&config, json!({"registry": {"db": question["url"]}}).to_string()).unwrap();
        let target = postgres(resolve(config.to_str().unwrap(), &here).unwrap());
        let found = json!({
            "host": target.host,
            "port": target.port,
            "database": target.database,
            "user": target.user,
            "password": target.password.as_ref().map(Secret::reveal),
        });
        // An empty host or database is the same as none.
        let expected: Value = answer
            .as_object()
            .unwrap()
            .iter()
            .map(|(key, value)| {
                (key.clone(), if *value == json!("") { Value::Null } else { value.clone() })
            })
            .collect::<serde_json::Map<_, _>>()
            .into();
        assert_eq!(found, expected, "{question}");
    }
    println!("{} connections compared", questions.len());
    assert_eq!(questions.len(), 11 * 11 * 11);
}

#[tokio::test]
async fn every_source_of_credentials_opens_the_server() {
    let cluster = Cluster::start();
    let folder = tempfile::tempdir().unwrap();
    let port = cluster.port;
    let socket = cluster.socket();
    let at = |name: &str| folder.path().join(name);
    let entry = |user: bool| {
        let mut entry =
            json!({"url": format!("postgresql://127.*:{port}/post*"), "password": PASSWORD});
        if user {
            entry["username"] = json!("postgres");
        }
        json!([{"url": "postgresql://other", "password": "x"}, entry]).to_string()
    };
    let auth = private(&at("db-auth.yaml"), &entry(true));
    fs::create_dir(at(".lsst")).unwrap();
    let escaped = PASSWORD.replace('\\', "\\\\").replace(':', "\\:");
    let pass = private(
        &at("pass"),
        &format!("# a comment\n127.0.0.1:1:*:*:wrong\n*:{port}:postgres:postgres:{escaped}\n"),
    );
    let config = at("butler.yaml");
    fs::write(&config, format!("registry:\n  db: postgresql://127.0.0.1\n  port: {port}\n  database: postgres\n  username: postgres\n  password: {}\n", json!(PASSWORD))).unwrap();
    let bare = format!("postgresql://127.0.0.1:{port}/postgres");
    let with_user = format!("postgresql+psycopg2://postgres@127.0.0.1:{port}/postgres");
    let port_text = port.to_string();
    let in_environment = [
        ("PGHOST", "127.0.0.1"),
        ("PGPORT", port_text.as_str()),
        ("PGUSER", "postgres"),
        ("PGDATABASE", "postgres"),
        ("PGPASSWORD", PASSWORD),
    ];
    let credentials = entry(true);
    let without_user = entry(false);
    let cases: Vec<Case<'_>> = vec![
        ("the URL", cluster.url("postgres"), vec![]),
        (
            "LSST_DB_AUTH_CREDENTIALS",
            bare.clone(),
            vec![("LSST_DB_AUTH_CREDENTIALS", &credentials)],
        ),
        (
            "LSST_DB_AUTH_CREDENTIALS",
            with_user.clone(),
            vec![("LSST_DB_AUTH_CREDENTIALS", &without_user)],
        ),
        (&auth, bare.clone(), vec![("LSST_DB_AUTH", &auth)]),
        (
            &auth,
            bare.clone(),
            vec![("LSST_DB_AUTH", &auth), ("PGPASSWORD", "wrong"), ("PGUSER", "wrong")],
        ),
        ("PGPASSWORD", with_user.clone(), vec![("PGPASSWORD", PASSWORD)]),
        (
            "PGPASSWORD",
            with_user.clone(),
            vec![("PGPASSWORD", PASSWORD), ("PGPASSFILE", "/nowhere")],
        ),
        ("PGPASSWORD", "postgresql://".into(), in_environment.into()),
        (&pass, with_user.clone(), vec![("PGPASSFILE", &pass)]),
        (
            "PGPASSWORD",
            format!("postgresql://postgres@:{port}/postgres?host={socket}"),
            vec![("PGPASSWORD", PASSWORD)],
        ),
    ];
    for (from, url, variables) in &cases {
        let here = environment(folder.path(), variables);
        let target = postgres(resolve(url, &here).unwrap());
        assert_eq!(target.password_from.as_deref(), Some(*from), "{url} {variables:?}");
        let target = Target::Postgres(target);
        assert!(!format!("{target:?}{target}").contains("ss:w"), "{target}");
        let database = Database::open(&target, Access::ReadOnly, &Options::default()).await;
        let database = database.unwrap_or_else(|error| panic!("{from}: {error}"));
        let mut session = database.snapshot().await.unwrap();
        let rows = session.rows("SELECT current_setting('application_name')", &[]).await.unwrap();
        assert_eq!(rows[0][0].as_str(), Some("obscore-view"));
        drop(session);
        database.close().await;
    }
    // The default places of both files, and what butler.yaml itself says.
    let default_auth = private(&at(".lsst/db-auth.yaml"), &entry(true));
    let here = environment(folder.path(), &[]);
    assert_eq!(postgres(resolve(&bare, &here).unwrap()).password_from, Some(default_auth));
    fs::remove_file(at(".lsst/db-auth.yaml")).unwrap();
    let default_pass = private(&at(".pgpass"), &format!("127.0.0.1:*:*:*:{escaped}\n"));
    assert_eq!(postgres(resolve(&with_user, &here).unwrap()).password_from, Some(default_pass));
    let target = postgres(resolve(config.to_str().unwrap(), &here).unwrap());
    assert_eq!(target.password_from.as_deref(), config.to_str());
    Database::open(&Target::Postgres(target), Access::ReadOnly, &Options::default()).await.unwrap();
    println!("{} sources of credentials", cases.len() + 3);
}

#[tokio::test]
async fn encryption_as_asked_for() {
    let cluster = Cluster::start();
    let authority = cluster.encrypt();
    let here = environment(Path::new("/"), &[]);
    for (parameters, encrypted) in [
        (String::new(), Some(true)),
        ("sslmode=disable".into(), Some(false)),
        ("sslmode=require".into(), Some(true)),
        (format!("sslmode=verify-full&sslrootcert={authority}"), Some(true)),
        (format!("sslmode=verify-ca&sslrootcert={authority}"), Some(true)),
        // Signed by an authority that nobody knows.
        ("sslmode=verify-full".into(), None),
        ("sslmode=verify-ca&sslrootcert=/nowhere/ca.crt".into(), None),
    ] {
        let url = format!("{}?{parameters}", cluster.url("postgres"));
        let target = Target::Postgres(postgres(resolve(&url, &here).unwrap()));
        match Database::open(&target, Access::ReadOnly, &Options::default()).await {
            Ok(database) => {
                let mut session = database.snapshot().await.unwrap();
                let sql = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()";
                let rows = session.rows(sql, &[]).await.unwrap();
                assert_eq!(Some(rows[0][0].clone()), encrypted.map(Cell::Bool), "{parameters}");
            }
            Err(error) => {
                assert_eq!(encrypted, None, "{parameters}: {error}");
                assert_eq!(error.code, "R025", "{parameters}: {error}");
            }
        }
    }
}
