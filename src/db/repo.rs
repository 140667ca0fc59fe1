//! What a user means by REPO.
//!
//! In: a repository directory, a `butler.yaml`, an alias, a database URL, a SQLite file, or a
//! snapshot file. Out: a [`Repo`]: a database with credentials, or a snapshot.

use std::io::Read;
use std::path::Path;

use super::redact::{io_text, redact};
use super::{
    Access, Database, Environment, Options, Target, butler_yaml, credentials, introspect,
    repo_index, url,
};
use crate::diag::{Diagnostic, Result, Source, nearest};
use crate::registry::Snapshot;

/// A registry, alive or as it was.
#[derive(Debug, Clone)]
pub enum Repo {
    /// In a database.
    Database(Target),
    /// In a file written by `inspect`.
    Snapshot(Box<Snapshot>),
}

/// Finds out what `repo` is, and completes it with credentials.
///
/// # Errors
/// R001 to R012; none of them contains a password.
pub fn resolve(repo: &str, environment: &Environment) -> Result<Repo> {
    if let Some(target) = database_url(repo, environment) {
        return finish(target?, false, environment);
    }
    let index = repo_index::aliases(environment);
    if let Some(place) = index.as_ref().ok().and_then(|index| index.get(repo)) {
        let opened = match database_url(place, environment) {
            Some(target) => finish(target?, true, environment),
            None => open(place, environment),
        };
        return opened.map_err(|mut diagnostic| {
            diagnostic.help.push(format!("the repository index gives this place for `{repo}`"));
            diagnostic
        });
    }
    let here = environment.path(repo);
    let mut diagnostic = match open(repo, environment) {
        Err(diagnostic) if diagnostic.code == "R001" && !here.exists() => diagnostic,
        other => return other,
    };
    match index {
        Err(mut broken) => {
            broken.help.push(format!("`{}` is no path, so it may be an alias", redact(repo)));
            return Err(broken);
        }
        Ok(index) if index.is_empty() => {
            let help = "no aliases are known: DAF_BUTLER_REPOSITORY_INDEX is not set";
            diagnostic.help.push(help.to_owned());
        }
        Ok(index) => {
            let names: Vec<&str> = index.keys().map(String::as_str).collect();
            if let Some(near) = nearest(repo, names.iter().copied()) {
                diagnostic.help.push(format!("did you mean the alias `{near}`?"));
            }
            diagnostic.help.push(format!("known aliases: {}", names.join(", ")));
        }
    }
    Err(diagnostic)
}

/// The configuration of a repository; `None` where `repo` is a database or a snapshot, which has none.
///
/// # Errors
/// R001, R003 to R005.
pub fn configuration(
    repo: &str,
    environment: &Environment,
) -> Result<Option<butler_yaml::Configuration>> {
    if database_url(repo, environment).is_some() {
        return Ok(None);
    }
    let index = repo_index::aliases(environment);
    let alias = index.as_ref().ok().and_then(|index| index.get(repo));
    let place = alias.map_or(repo, String::as_str);
    if database_url(place, environment).is_some() {
        return Ok(None);
    }
    let path = butler_yaml::local(place, environment)?;
    let file = if path.is_dir() { path.join("butler.yaml") } else { path };
    let is_none = is_sqlite(&file) || (has_json(&file) && !is_configuration(&file));
    if is_none { Ok(None) } else { butler_yaml::configuration(&file, environment).map(Some) }
}

/// What a URL of a database leads to; `None` for paths, and for places of other files.
fn database_url(text: &str, environment: &Environment) -> Option<Result<Target>> {
    let scheme = url::scheme(text)?;
    let dialect = scheme.split('+').next().unwrap_or(scheme);
    let files = ["file", "http", "https", "s3", "gs", "dav", "davs", "resource"];
    (!files.contains(&dialect)).then(|| url::parse(text, None, environment))
}

/// A directory, a configuration, a SQLite file or a snapshot, at a path or `file://` URI.
fn open(place: &str, environment: &Environment) -> Result<Repo> {
    let path = butler_yaml::local(place, environment)?;
    if path.is_dir() {
        let config = path.join("butler.yaml");
        if !config.exists() {
            let message = format!("{place} is not a repository: it has no butler.yaml");
            return Err(Box::new(Diagnostic::error("R001", message)));
        }
        return finish(butler_yaml::read(&config, environment)?, true, environment);
    }
    if !path.exists() {
        return Err(Box::new(
            Diagnostic::error("R001", format!("there is no repository `{}`", redact(place))).help(
                "give a repository directory, a butler.yaml, an alias, a database URL or a snapshot",
            ),
        ));
    }
    if is_sqlite(&path) {
        return Ok(Repo::Database(Target::Sqlite(super::SqliteTarget { path })));
    }
    if has_json(&path) && !is_configuration(&path) {
        let text = std::fs::read_to_string(&path).map_err(|error| {
            Diagnostic::error("R001", format!("{place} cannot be read: {}", io_text(&error)))
        })?;
        let snapshot = Snapshot::from_json(&Source::new(place, text))?;
        return Ok(Repo::Snapshot(Box::new(snapshot)));
    }
    finish(butler_yaml::read(&path, environment)?, true, environment)
}

fn has_json(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json"))
}

/// Whether JSON is a configuration: a Butler server's is JSON too.
fn is_configuration(path: &Path) -> bool {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    serde_json::from_str::<serde_json::Value>(&text).is_ok_and(|value| {
        ["registry", "datastore", "cls", "remote_butler"].iter().any(|key| value.get(key).is_some())
    })
}

fn is_sqlite(path: &Path) -> bool {
    let mut header = [0; 16];
    std::fs::File::open(path).and_then(|mut file| file.read_exact(&mut header)).is_ok()
        && header == *b"SQLite format 3\0"
}

fn finish(target: Target, configured: bool, environment: &Environment) -> Result<Repo> {
    Ok(Repo::Database(match target {
        Target::Postgres(target) => {
            Target::Postgres(credentials::complete(target, configured, environment)?)
        }
        sqlite @ Target::Sqlite(_) => sqlite,
    }))
}

/// The registry as the compiler sees it: what `inspect` prints and writes.
///
/// # Errors
/// Family R, for everything between the words of the user and the tables of the registry.
pub async fn inspect(repo: &str, environment: &Environment, options: &Options) -> Result<Snapshot> {
    match resolve(repo, environment)? {
        Repo::Snapshot(snapshot) => Ok(*snapshot),
        Repo::Database(target) => {
            let database = Database::open(&target, Access::ReadOnly, options).await?;
            let snapshot = introspect(&database).await;
            database.close().await;
            snapshot
        }
    }
}
