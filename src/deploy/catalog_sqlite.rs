//! What a SQLite file holds of a view.
//!
//! SQLite keeps the text of a view as it was written, comments included, so stamp and seal are in
//! it. Names are compared without regard to case, as SQLite does.

use std::collections::BTreeSet;

use super::object::{Deployed, Found, Names};
use super::seal::{Seal, bare};
use crate::db::Session;
use crate::diag::Result;
use crate::lower::{Stamp, Target};
use crate::value::Cell;

/// Reads it. `names` are those that are wanted.
pub async fn deployed(session: &mut Session, target: &Target, names: &Names) -> Result<Deployed> {
    let sql = "SELECT type, name, sql FROM sqlite_schema ORDER BY rowid";
    let mut state = Deployed { schema_exists: true, ..Deployed::default() };
    let view = target.own(&target.view.name);
    for row in session.rows(sql, &[]).await? {
        let Ok([Cell::Text(kind), Cell::Text(name), text]) = <[Cell; 3]>::try_from(row) else {
            continue;
        };
        let text = text.as_str().unwrap_or_default().to_owned();
        let stamp = if kind == "view" { Stamp::find(&text) } else { None };
        let found = Found {
            reference: target.dialect.name(&name),
            seal: Seal::find(&text),
            definition: bare(&text),
            owner: String::new(),
            grants: BTreeSet::new(),
            oid: 0,
            kind,
            name,
            stamp,
        };
        let wanted = names.views.iter().any(|name| name.eq_ignore_ascii_case(&found.name));
        state.add(found, wanted, |stamped| stamped.eq_ignore_ascii_case(&view));
    }
    Ok(state)
}

/// What would be lost or broken without the views `going` (all of which are dropped), of which
/// `staying` are made again: triggers on any of them, and views and triggers that read those that do
/// not come back.
pub async fn dependants(
    session: &mut Session,
    going: &[&str],
    staying: &[&str],
) -> Result<Vec<String>> {
    let sql =
        "SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE type IN ('view', 'trigger')";
    let mut found = BTreeSet::new();
    let mut candidates = Vec::new();
    let among = |list: &[&str], name: &str| list.iter().any(|one| one.eq_ignore_ascii_case(name));
    let lost: Vec<&str> = going.iter().copied().filter(|name| !among(staying, name)).collect();
    for row in session.rows(sql, &[]).await? {
        let Ok([Cell::Text(kind), Cell::Text(name), Cell::Text(on), Cell::Text(text)]) =
            <[Cell; 4]>::try_from(row)
        else {
            continue;
        };
        let names_lost = identifiers(&text).iter().any(|word| among(&lost, word));
        if kind == "trigger" && (among(going, &on) || names_lost) {
            found.insert(format!("trigger {name}"));
        } else if kind == "view" && names_lost && !among(going, &name) {
            candidates.push(name);
        }
    }
    for name in broken(session, going, &candidates).await? {
        found.insert(format!("view {name}"));
    }
    Ok(found.into_iter().collect())
}

/// Those of `candidates` that can be read now, and could not without `going`. A word of a text need
/// not be a table's name, so they are tried.
async fn broken(
    session: &mut Session,
    going: &[&str],
    candidates: &[String],
) -> Result<Vec<String>> {
    let mut readable = Vec::new();
    for name in candidates {
        if session.run(&probe(name)).await.is_ok() {
            readable.push(name.clone());
        }
    }
    if readable.is_empty() {
        return Ok(readable);
    }
    session.run("SAVEPOINT without").await?;
    for name in going {
        session.run(&format!("DROP VIEW {}", quoted(name))).await?;
    }
    let mut broken = Vec::new();
    for name in readable {
        if session.run(&probe(&name)).await.is_err() {
            broken.push(name);
        }
    }
    session.run("ROLLBACK TO without; RELEASE without").await?;
    Ok(broken)
}

fn probe(view: &str) -> String {
    format!("SELECT 1 FROM {} LIMIT 0", quoted(view))
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// The words of a statement that can be names: neither in comments nor in strings.
fn identifiers(sql: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = sql;
    while let Some(first) = rest.chars().next() {
        let length = if rest.starts_with("--") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            rest.find("*/").map_or(rest.len(), |at| at + 2)
        } else if let Some(close) = closing(first) {
            let inner = rest.get(1..).unwrap_or_default();
            let length = inner.find(close).unwrap_or(inner.len());
            if first != '\'' {
                found.extend(inner.get(..length));
            }
            length + 2
        } else if first.is_alphanumeric() || first == '_' {
            let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '$'));
            let length = end.unwrap_or(rest.len());
            found.extend(rest.get(..length));
            length
        } else {
            first.len_utf8()
        };
        rest = rest.get(length..).unwrap_or_default();
    }
    found
}

/// What ends a quoted text or name.
fn closing(open: char) -> Option<char> {
    match open {
        '\'' | '"' | '`' => Some(open),
        '[' => Some(']'),
        _ => None,
    }
}
