//! `butler.yaml`: where a repository's registry is.
//!
//! In: the file, with `includeConfigs` and `!include` as `lsst.daf.butler.Config` resolves them.
//! Out: a [`Target`] without credentials, for which only the keys of `registry` and `root` are looked at, so
//! any kind of datastore is fine; or all of it, for those who read datastores.

use std::path::{Path, PathBuf};

use serde_yaml::Value;

use super::redact::{io_text, redact};
use super::target::{Secret, Target};
use super::{Environment, url};
use crate::diag::{Diagnostic, Result, Source, Span};

/// Stands for the repository's directory in values of the configuration.
pub const ROOT_TAG: &str = "<butlerRoot>";

/// What Butler's own `registry.yaml` says when a repository says nothing.
const DEFAULT_DB: &str = "sqlite:///<butlerRoot>/gen3.sqlite3";

/// Files that include files deeper than this include each other.
const DEEPEST: usize = 20;

/// A repository's configuration, with everything that it includes.
#[derive(Debug, Clone)]
pub struct Configuration {
    /// Its keys.
    pub value: Value,
    /// What [`ROOT_TAG`] stands for: a path, or the URL of another place.
    pub root: String,
}

/// Reads the configuration in `file`.
///
/// # Errors
/// R001 when it cannot be read, R004 when it is wrong.
pub fn configuration(file: &Path, environment: &Environment) -> Result<Configuration> {
    let value = load(file, environment, 0)?;
    let directory = file.parent().unwrap_or(Path::new("/")).to_string_lossy();
    let root = text(&value, "root").filter(|root| root != ROOT_TAG);
    Ok(Configuration { root: root.unwrap_or_else(|| directory.into_owned()), value })
}

/// Reads the registry's place from the configuration in `file`.
///
/// # Errors
/// R001 when it cannot be read, R004 when it is wrong, R005 for a Butler server, R006 for a
/// database URL that is not understood.
pub fn read(file: &Path, environment: &Environment) -> Result<Target> {
    let config = load(file, environment, 0)?;
    let server = config.get("remote_butler").is_some()
        || text(&config, "cls").is_some_and(|class| class.ends_with("RemoteButler"));
    if server {
        let url = config.get("remote_butler").and_then(|remote| text(remote, "url"));
        return Err(remote(url.as_deref().unwrap_or("a Butler server")));
    }
    let empty = Value::Null;
    let registry = config.get("registry").unwrap_or(&empty);
    // Butler allows an included file to repeat the component's name.
    let registry = registry.get("registry").unwrap_or(registry);
    let db = text(registry, "db").unwrap_or_else(|| DEFAULT_DB.to_owned());
    let directory = file.parent().unwrap_or(Path::new("/"));
    let root = match text(&config, "root") {
        Some(root) if root != ROOT_TAG => local(&root, environment)?,
        _ => directory.to_owned(),
    };
    let root = root.to_string_lossy();
    let mut target = url::parse(&db, Some(&root), environment).map_err(|mut diagnostic| {
        diagnostic.help.push(format!("`registry.db` in {} says so", file.display()));
        diagnostic
    })?;
    if let Target::Postgres(target) = &mut target {
        fill(&mut target.user, registry, "username");
        fill(&mut target.host, registry, "host");
        fill(&mut target.database, registry, "database");
        if target.port.is_none() {
            target.port = text(registry, "port").and_then(|port| port.parse().ok());
        }
        if target.password.is_none() {
            target.password = text(registry, "password").map(Secret::new);
        }
        if target.password.is_some() {
            target.password_from = Some(format!("{}", file.display()));
        }
        if target.namespace.is_none() {
            target.namespace = text(registry, "namespace");
        }
    }
    Ok(target)
}

/// R005: the registry is out of reach.
#[allow(clippy::unnecessary_box_returns)] // as every Result carries it
pub fn remote(place: &str) -> Box<Diagnostic> {
    Box::new(
        Diagnostic::error("R005", format!("{} is not a local repository", redact(place)))
            .help("a view lives in the registry's database: give the database URL itself")
            .help("or copy butler.yaml here; a datastore elsewhere does not matter"),
    )
}

/// The path of a `file://` URI or a plain path; anything else is remote.
pub fn local(text: &str, environment: &Environment) -> Result<PathBuf> {
    match url::scheme(text) {
        Some("file") => {
            let path = text.trim_start_matches("file://");
            Ok(environment.path(path.strip_prefix("localhost").unwrap_or(path)))
        }
        Some(_) => Err(remote(text)),
        None => Ok(environment.path(text)),
    }
}

fn fill(slot: &mut Option<String>, registry: &Value, key: &str) {
    if slot.is_none() {
        *slot = text(registry, key);
    }
}

/// A scalar as text.
fn text(value: &Value, key: &str) -> Option<String> {
    match value.get(key)? {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// Reads a YAML or JSON file and everything that it includes.
pub fn load(file: &Path, environment: &Environment, depth: usize) -> Result<Value> {
    let name = file.display().to_string();
    if depth > DEEPEST {
        let message = format!("{name} and other files include each other");
        return Err(Box::new(Diagnostic::error("R004", message)));
    }
    let content = std::fs::read_to_string(file).map_err(|error| {
        let message = format!("{name} cannot be read: {}", io_text(&error));
        if depth > 0 {
            return Diagnostic::error("R004", message).help("a configuration file includes it");
        }
        Diagnostic::error("R001", message)
    })?;
    let value: Value = serde_yaml::from_str(&content).map_err(|error| {
        let start = error.location().map_or(0, |location| location.index());
        let source = Source::new(name.clone(), redact(&content));
        let said = redact(&error.to_string());
        let said = said.split(" at line ").next().unwrap_or_default().to_owned();
        Diagnostic::error("R004", "the configuration is not valid YAML").at(
            &source,
            Span::new(start, start + 1),
            said,
        )
    })?;
    resolve(value, file, environment, depth)
}

/// Resolves the includes inside a value, innermost first.
fn resolve(value: Value, file: &Path, environment: &Environment, depth: usize) -> Result<Value> {
    match value {
        Value::Tagged(tagged) if tagged.tag == "!include" => {
            each(tagged.value, &|name| include(&name, file, environment, depth))
        }
        Value::Tagged(tagged) => resolve(tagged.value, file, environment, depth),
        Value::Sequence(items) => items
            .into_iter()
            .map(|item| resolve(item, file, environment, depth))
            .collect::<Result<Vec<_>>>()
            .map(Value::Sequence),
        Value::Mapping(map) => {
            let mut resolved = serde_yaml::Mapping::new();
            let mut base = Value::Null;
            for (key, item) in map {
                if key.as_str() == Some("includeConfigs") {
                    let names = match item {
                        Value::Sequence(names) => names,
                        name => vec![name],
                    };
                    for name in names.iter().filter_map(Value::as_str) {
                        merge(&mut base, include_config(name, file, environment, depth)?);
                    }
                } else {
                    resolved.insert(key, resolve(item, file, environment, depth)?);
                }
            }
            merge(&mut base, Value::Mapping(resolved));
            Ok(base)
        }
        scalar => Ok(scalar),
    }
}

/// `!include` takes a file name, a list or a map of them.
fn each(value: Value, load: &dyn Fn(String) -> Result<Value>) -> Result<Value> {
    match value {
        Value::String(name) => load(name),
        Value::Sequence(names) => names
            .into_iter()
            .map(|name| each(name, load))
            .collect::<Result<Vec<_>>>()
            .map(Value::Sequence),
        Value::Mapping(map) => map
            .into_iter()
            .map(|(key, name)| Ok((key, each(name, load)?)))
            .collect::<Result<serde_yaml::Mapping>>()
            .map(Value::Mapping),
        _ => Err(Box::new(Diagnostic::error("R004", "`!include` takes file names"))),
    }
}

/// Relative to the file that includes it.
fn include(name: &str, file: &Path, environment: &Environment, depth: usize) -> Result<Value> {
    let path = match url::scheme(name) {
        Some(_) => local(name, environment)?,
        None => file.parent().unwrap_or(Path::new("/")).join(name),
    };
    load(&path, environment, depth + 1)
}

/// Relative to the current directory, then to the file that includes it; variables are expanded.
fn include_config(
    name: &str,
    file: &Path,
    environment: &Environment,
    depth: usize,
) -> Result<Value> {
    let name = environment.expand(name);
    let here = local(&name, environment)?;
    let beside = file.parent().unwrap_or(Path::new("/")).join(&name);
    let path = if here.exists() { here } else { beside };
    load(&path, environment, depth + 1)
}

/// Explicit values win over included ones, key by key.
fn merge(base: &mut Value, over: Value) {
    match (base, over) {
        (Value::Mapping(base), Value::Mapping(over)) => {
            for (key, value) in over {
                match base.get_mut(&key) {
                    Some(existing) => merge(existing, value),
                    None => {
                        base.insert(key, value);
                    }
                }
            }
        }
        (base, over) => *base = over,
    }
}
