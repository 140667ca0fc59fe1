//! Rubin's `db-auth.yaml`.
//!
//! In: `LSST_DB_AUTH_CREDENTIALS` (JSON), or the file of `LSST_DB_AUTH`, by default
//! `~/.lsst/db-auth.yaml`: a list of `{url, username, password}` where host and database of the URL
//! are shell patterns. Out: role and password of the first entry that matches. Follows
//! `lsst.utils.db_auth.DbAuth`.

use std::os::unix::fs::PermissionsExt;

use serde::Deserialize;

use super::Environment;
use super::target::{PostgresTarget, Secret};
use crate::diag::{Diagnostic, Result};

#[derive(Deserialize)]
struct Entry {
    url: String,
    username: Option<String>,
    password: Option<String>,
}

/// The parts of an entry's URL.
struct Pattern<'a> {
    dialect: &'a str,
    user: Option<&'a str>,
    host: String,
    port: Option<&'a str>,
    database: &'a str,
}

/// Takes role and password from the first entry that matches, if there is one. Nothing happens
/// without a host and a database, as then another kind of authentication is meant.
///
/// # Errors
/// R010 when others may read the file, R011 when it is wrong.
pub fn apply(target: &mut PostgresTarget, environment: &Environment) -> Result<()> {
    let (Some(host), Some(database)) = (target.host.clone(), target.database.clone()) else {
        return Ok(());
    };
    let Some((place, entries)) = entries(environment)? else { return Ok(()) };
    for entry in entries {
        let pattern = pattern(&entry.url, &place)?;
        let user = target.user.as_deref();
        let port = target.port.map(|port| port.to_string());
        // An entry for `postgres://` is never used by Butler either.
        let fits = pattern.dialect == "postgresql"
            && (pattern.database.is_empty() || matches(pattern.database, &database))
            && pattern.user.is_none_or(|wanted| user == Some(wanted))
            && matches(&pattern.host, &host)
            && pattern.port.is_none_or(|wanted| port.as_deref() == Some(wanted));
        if !fits {
            continue;
        }
        let Some(password) = entry.password else {
            return Err(wrong(&place, format!("the entry for {} has no password", entry.url)));
        };
        target.user = target.user.take().or(entry.username);
        target.password = Some(Secret::new(password));
        target.password_from = Some(place);
        return Ok(());
    }
    Ok(())
}

#[allow(clippy::unnecessary_box_returns)] // as every Result carries it
fn wrong(place: &str, message: impl Into<String>) -> Box<Diagnostic> {
    Box::new(Diagnostic::error("R011", format!("{place}: {}", message.into())).help(
        "entries look like `- {url: postgresql://*.example.org/db, username: me, password: …}`",
    ))
}

/// The entries and where they are from.
fn entries(environment: &Environment) -> Result<Option<(String, Vec<Entry>)>> {
    const CONTENT: &str = "LSST_DB_AUTH_CREDENTIALS";
    if let Some(json) = environment.get(CONTENT) {
        // The parser's own words could quote a password, so they are left out.
        let entries = serde_json::from_str(json)
            .map_err(|_| wrong(CONTENT, "is not a JSON list of credentials"))?;
        return Ok(Some((CONTENT.to_owned(), entries)));
    }
    let path = environment.path(environment.get("LSST_DB_AUTH").unwrap_or("~/.lsst/db-auth.yaml"));
    let name = path.display().to_string();
    let Ok(metadata) = std::fs::metadata(&path) else { return Ok(None) };
    if !metadata.is_file() {
        return Ok(None);
    }
    let mode = metadata.permissions().mode() & 0o777;
    if mode & 0o077 != 0 {
        let message = format!("{name} holds passwords and others may use it (mode {mode:o})");
        return Err(Box::new(Diagnostic::error("R010", message).help(format!("chmod 600 {name}"))));
    }
    let content = std::fs::read_to_string(&path)
        .map_err(|error| wrong(&name, format!("cannot be read: {error}")))?;
    let entries = serde_yaml::from_str(&content).map_err(|error: serde_yaml::Error| {
        let line = error.location().map_or(String::new(), |at| format!(" (line {})", at.line()));
        wrong(&name, format!("is not a YAML list of credentials{line}"))
    })?;
    Ok(Some((name, entries)))
}

fn pattern<'a>(url: &'a str, place: &str) -> Result<Pattern<'a>> {
    let Some((dialect, rest)) = url.split_once("://").filter(|(dialect, _)| !dialect.is_empty())
    else {
        return Err(wrong(place, format!("the pattern `{url}` does not begin with a dialect")));
    };
    if dialect.contains('+') {
        return Err(wrong(place, format!("the pattern `{url}` must not name a driver")));
    }
    let rest = rest.split(['?', '#']).next().unwrap_or_default();
    let (authority, database) = rest.split_once('/').unwrap_or((rest, ""));
    let (user, place_of_host) = match authority.rsplit_once('@') {
        Some((user, host)) => (user.split(':').next(), host),
        None => (None, authority),
    };
    let (host, port) = match place_of_host.strip_prefix('[').and_then(|host| host.split_once(']')) {
        Some((host, port)) => (host, port.strip_prefix(':')),
        None => match place_of_host.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (place_of_host, None),
        },
    };
    if host.is_empty() {
        return Err(wrong(place, format!("the pattern `{url}` has no host")));
    }
    let database = database.trim_start_matches('/');
    // Python reads the host of a pattern in small letters, and takes the URL's as it is.
    Ok(Pattern {
        dialect,
        user,
        host: host.to_lowercase(),
        port: port.filter(|port| !port.is_empty()),
        database,
    })
}

/// Shell patterns as Python's `fnmatch`: `*`, `?`, `[abc]`, `[!abc]`, `[a-z]`.
fn matches(pattern: &str, text: &str) -> bool {
    let pattern: Vec<char> = pattern.chars().collect();
    let text: Vec<char> = text.chars().collect();
    glob(&pattern, &text)
}

fn glob(pattern: &[char], text: &[char]) -> bool {
    let Some((&first, rest)) = pattern.split_first() else { return text.is_empty() };
    if first == '*' {
        return (0..=text.len()).any(|skip| glob(rest, text.get(skip..).unwrap_or_default()));
    }
    let Some((&character, tail)) = text.split_first() else { return false };
    if first == '[' {
        // A bracket closes at the first `]` that is not the first member.
        let negated = rest.first() == Some(&'!');
        let start = usize::from(negated);
        let end = rest.iter().skip(start + 1).position(|&c| c == ']').map(|at| at + start + 1);
        if let Some(end) = end {
            let set = rest.get(start..end).unwrap_or_default();
            let after = rest.get(end + 1..).unwrap_or_default();
            return in_set(set, character) != negated && glob(after, tail);
        }
    }
    (first == '?' || first == character) && glob(rest, tail)
}

fn in_set(set: &[char], character: char) -> bool {
    match set {
        [low, '-', high, rest @ ..] => {
            (*low..=*high).contains(&character) || in_set(rest, character)
        }
        [one, rest @ ..] => *one == character || in_set(rest, character),
        [] => false,
    }
}
