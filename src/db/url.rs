//! Database URLs, as SQLAlchemy and libpq write them.
//!
//! In: `postgresql://user:password@host:port/database?key=value`, also with a driver
//! (`postgresql+psycopg2`), or `sqlite:///relative`, `sqlite:////absolute`. Out: a [`Target`].
//! Follows `sqlalchemy.engine.make_url` where that and RFC 3986 differ: a password may hold any
//! character but `@`.

use std::path::PathBuf;

use super::Environment;
use super::target::{PostgresTarget, Secret, SqliteTarget, Target};
use crate::diag::{Diagnostic, Result, nearest};

/// Parameters that are passed on to the server connection.
const PASSED: &[&str] = &[
    "sslmode",
    "sslrootcert",
    "sslcert",
    "sslkey",
    "application_name",
    "options",
    "connect_timeout",
    "statement-cache-capacity",
];

/// Parameters of libpq that make no difference to what is read.
const IGNORED: &[&str] = &[
    "keepalives",
    "keepalives_idle",
    "keepalives_interval",
    "keepalives_count",
    "target_session_attrs",
    "client_encoding",
    "channel_binding",
    "gssencmode",
    "sslcompression",
    "fallback_application_name",
    "tcp_user_timeout",
];

const EXAMPLES: &str =
    "examples: postgresql://user@host:5432/database?namespace=schema, sqlite:////data/gen3.sqlite3";

/// Whether `text` begins like a URL; a drive letter or a path does not.
pub fn scheme(text: &str) -> Option<&str> {
    let (scheme, _) = text.split_once("://")?;
    let legal = |c: char| c.is_ascii_alphanumeric() || "+-._".contains(c);
    (!scheme.is_empty() && scheme.chars().all(legal)).then_some(scheme)
}

/// Reads a database URL. `root` stands in for `<butlerRoot>`.
///
/// # Errors
/// R006 when the URL is none, or of another database system.
pub fn parse(text: &str, root: Option<&str>, environment: &Environment) -> Result<Target> {
    let (scheme, rest) = text.split_once(':').unwrap_or((text, ""));
    let dialect = scheme.split('+').next().unwrap_or(scheme);
    match (dialect, rest.strip_prefix("//")) {
        ("postgresql" | "postgres", Some(rest)) => Ok(Target::Postgres(postgres(rest)?)),
        ("sqlite", Some(rest)) => sqlite(rest, root, environment),
        ("postgresql" | "postgres" | "sqlite", None) => {
            Err(bad(format!("the database URL lacks `//` after `{scheme}:`")).into())
        }
        _ => Err(Diagnostic::error(
            "R006",
            format!("a registry in a database of kind `{dialect}` cannot be read"),
        )
        .help("Butler registries live in PostgreSQL or SQLite")
        .help(EXAMPLES)
        .into()),
    }
}

fn bad(message: impl Into<String>) -> Diagnostic {
    Diagnostic::error("R006", message).help(EXAMPLES)
}

fn sqlite(rest: &str, root: Option<&str>, environment: &Environment) -> Result<Target> {
    let Some(path) = rest.strip_prefix('/') else {
        return Err(bad("a SQLite URL names a file after three slashes").into());
    };
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let path = decode(path);
    // The root is put in last: it is a path, in which a percent sign stands for itself.
    let path = match root {
        Some(root) => path.replace(super::butler_yaml::ROOT_TAG, root),
        None => path,
    };
    if path.is_empty() || path == ":memory:" {
        return Err(bad("a SQLite database in memory holds no registry of anyone else's").into());
    }
    let path: PathBuf = environment.path(&path);
    Ok(Target::Sqlite(SqliteTarget { path }))
}

fn postgres(rest: &str) -> Result<PostgresTarget> {
    let (location, query) = split_query(rest);
    // The last `@`: should a password hold one, it must not end up in the host and be printed.
    let (credentials, place) = match location.rsplit_once('@') {
        Some((credentials, place)) => (Some(credentials), place),
        None => (None, location),
    };
    let mut target = PostgresTarget::default();
    if let Some(credentials) = credentials {
        let (user, password) = match credentials.split_once(':') {
            Some((user, password)) => (user, Some(password)),
            None => (credentials, None),
        };
        target.user = non_empty(decode(user));
        target.password = password.map(decode).and_then(non_empty).map(Secret::new);
    }
    let (host, database) = place.split_once('/').unwrap_or((place, ""));
    target.database = non_empty(decode(database));
    let (host, port) = match host.strip_prefix('[').and_then(|host| host.split_once(']')) {
        Some((address, port)) => (address, port.strip_prefix(':')),
        None => match host.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (host, None),
        },
    };
    target.host = non_empty(decode(host));
    target.port = port.filter(|port| !port.is_empty()).map(number).transpose()?;
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        parameter(&mut target, &decode(key), decode(&value.replace('+', " ")))?;
    }
    if target.password.is_some() {
        target.password_from = Some("the URL".to_owned());
    }
    Ok(target)
}

/// Splits at the question mark that begins the parameters, which is not one inside a password.
fn split_query(rest: &str) -> (&str, &str) {
    let Some((location, query)) = rest.split_once('?') else { return (rest, "") };
    let inside_password =
        query.contains('@') && location.contains(':') && !location.contains(['@', '/']);
    if !inside_password {
        return (location, query);
    }
    let at = rest.rfind('@').unwrap_or(rest.len());
    let (credentials, place) = rest.split_at(at);
    match place.split_once('?') {
        Some((place, query)) => {
            (rest.get(..credentials.len() + place.len()).unwrap_or(rest), query)
        }
        None => (rest, ""),
    }
}

fn parameter(target: &mut PostgresTarget, key: &str, value: String) -> Result<()> {
    match key {
        "namespace" => target.namespace = non_empty(value),
        "host" | "hostaddr" => target.host = non_empty(value),
        "port" => target.port = Some(number(&value)?),
        "dbname" => target.database = non_empty(value),
        "user" => target.user = non_empty(value),
        "password" => target.password = non_empty(value).map(Secret::new),
        _ if PASSED.contains(&key) => target.parameters.push((key.to_owned(), value)),
        _ if IGNORED.contains(&key) => {}
        _ => {
            let known = ["namespace", "host", "port", "dbname", "user"].iter().chain(PASSED);
            let mut diagnostic = bad(format!("the database URL has an unknown parameter `{key}`"));
            if let Some(near) = nearest(key, known.copied()) {
                diagnostic = diagnostic.help(format!("did you mean `{near}`?"));
            }
            return Err(diagnostic.into());
        }
    }
    Ok(())
}

fn number(text: &str) -> Result<u16> {
    // Not quoted: where the host is forgotten, a password stands in the port's place.
    text.parse().map_err(|_| {
        bad("the port in the database URL is not a number")
            .help("is the host missing? user:password@host:port")
            .into()
    })
}

fn non_empty(text: String) -> Option<String> {
    Some(text).filter(|text| !text.is_empty())
}

/// Resolves percent escapes; one that is broken stays as it is.
fn decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        let escape = (first == b'%')
            .then(|| tail.get(..2))
            .flatten()
            .filter(|digits| digits.iter().all(u8::is_ascii_hexdigit))
            .and_then(|digits| u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok());
        if let Some(byte) = escape {
            bytes.push(byte);
            rest = tail.get(2..).unwrap_or_default();
        } else {
            bytes.push(first);
            rest = tail;
        }
    }
    String::from_utf8(bytes).unwrap_or_else(|_| text.to_owned())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use super::*;

    fn read(text: &str) -> PostgresTarget {
        match parse(text, None, &Environment::new("/here", [])).unwrap() {
            Target::Postgres(target) => target,
            Target::Sqlite(_) => panic!("{text}"),
        }
    }

    #[test]
    fn every_part_of_a_postgres_url() {
        let target = read(
            "postgresql+psycopg2://me:p%40ss:w@rd@[::1]:5433/a%20b?namespace=x%2By&sslmode=require",
        );
        assert_eq!(target.user.as_deref(), Some("me"));
        assert_eq!(target.password, Some(Secret::new("p@ss:w@rd")));
        assert_eq!(target.host.as_deref(), Some("::1"));
        assert_eq!(target.port, Some(5433));
        assert_eq!(target.database.as_deref(), Some("a b"));
        assert_eq!(target.namespace.as_deref(), Some("x+y"));
        assert_eq!(target.parameters, [("sslmode".to_owned(), "require".to_owned())]);
        assert!(!format!("{target:?} {target}").contains("rd@"));
    }

    #[test]
    fn what_is_missing_stays_open() {
        assert_eq!(read("postgresql:///db").database.as_deref(), Some("db"));
        assert_eq!(read("postgresql:///db").host, None);
        assert_eq!(read("postgres:///db?host=/tmp/socket").host.as_deref(), Some("/tmp/socket"));
        assert_eq!(read("postgresql://a:b?c@h/d?port=1").password, Some(Secret::new("b?c")));
        assert_eq!(read("postgresql://a:b?c@h/d?port=1").port, Some(1));
        assert_eq!(read("postgresql://h:1/d?user=a@b").user.as_deref(), Some("a@b"));
        assert_eq!(read("postgresql://host").host.as_deref(), Some("host"));
    }

    #[test]
    fn sqlite_paths() {
        let here = Environment::new("/here", []);
        for (text, path) in [
            ("sqlite:///a/b.db", "/here/a/b.db"),
            ("sqlite:////a/b.db", "/a/b.db"),
            ("sqlite:////a%20b.db?x=1", "/a b.db"),
            ("sqlite:///<butlerRoot>/g.db", "/root%41/g.db"),
        ] {
            let target = parse(text, Some("/root%41"), &here).unwrap();
            assert_eq!(target, Target::Sqlite(SqliteTarget { path: path.into() }), "{text}");
        }
        assert!(parse("sqlite://", None, &here).is_err());
    }
}
