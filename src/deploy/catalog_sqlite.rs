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
        match &found.stamp {
            Some(stamp) if stamp.view.eq_ignore_ascii_case(&view) => state.ours.push(found),
            Some(stamp) => {
                if !state.siblings.contains(&stamp.view) {
                    state.siblings.push(stamp.view.clone());
                }
                if wanted {
                    state.others.push(found);
                }
            }
            None if wanted => state.others.push(found),
            None => {}
        }
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
    let among = |list: &[&str], name: &str| list.iter().any(|one| one.eq_ignore_ascii_case(name));
    let lost: Vec<&str> = going.iter().copied().filter(|name| !among(staying, name)).collect();
    for row in session.rows(sql, &[]).await? {
        let Ok([Cell::Text(kind), Cell::Text(name), Cell::Text(on), Cell::Text(text)]) =
            <[Cell; 4]>::try_from(row)
        else {
            continue;
        };
        if kind == "view" && among(going, &name) {
            continue;
        }
        let on_ours = kind == "trigger" && among(going, &on);
        if on_ours || words(&text).any(|word| among(&lost, word)) {
            found.insert(format!("{kind} {name}"));
        }
    }
    Ok(found.into_iter().collect())
}

/// The words of a text that can be names.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !(c.is_alphanumeric() || c == '_')).filter(|word| !word.is_empty())
}
