//! The reference of all keys as Markdown, from the key table.
//!
//! `docs/mapping.md` holds it after a hand-written introduction; a test keeps the two in step.

use std::fmt::Write;

use super::keys::{Key, Kind, OBSCORE_COLUMNS, Owner, ROOT, Table};

/// The reference, beginning with a heading of the second level.
pub fn reference() -> String {
    let mut text = String::from("## Reference\n");
    let mut tables = Vec::new();
    collect(&ROOT, &mut tables);
    for table in tables {
        section(&mut text, table);
    }
    let _ = writeln!(text, "\n### ObsCore columns\n\nUnder `obscore_view: columns`:\n");
    for name in OBSCORE_COLUMNS {
        let _ = writeln!(text, "- `{name}`");
    }
    text
}

/// The table and those that its keys lead to, each once, in the order of first mention.
fn collect(table: &'static Table, found: &mut Vec<&'static Table>) {
    if found.iter().any(|known| known.name == table.name) {
        return;
    }
    found.push(table);
    for key in table.keys {
        if let Some(inner) = inner(&key.kind) {
            collect(inner, found);
        }
    }
}

fn inner(kind: &Kind) -> Option<&'static Table> {
    match kind {
        Kind::Block(table) | Kind::Blocks(table) => Some(table),
        Kind::Named(kind) => inner(kind),
        Kind::Column | Kind::ObsCoreColumns => Some(&super::keys::COLUMN),
        _ => None,
    }
}

fn section(text: &mut String, table: &Table) {
    let _ = writeln!(text, "\n### {}\n\n{}\n", table.name, table.doc);
    let _ = writeln!(text, "| key | value | default | read by | meaning |");
    let _ = writeln!(text, "|---|---|---|---|---|");
    for key in table.keys {
        let default = match (key.required, key.default) {
            (true, _) => "required".to_owned(),
            (false, "") => String::new(),
            (false, json) => format!("`{}`", json.replace("\\\\", "\\")),
        };
        let _ = writeln!(
            text,
            "| `{}` | {} | {default} | {} | {} |",
            key.name,
            value(key),
            owner(key.owner),
            key.doc.replace('|', "\\|")
        );
    }
}

fn owner(owner: Owner) -> &'static str {
    match owner {
        Owner::Butler => "Butler",
        Owner::Exporter => "exporter",
        Owner::Live => "live manager",
        Owner::Own => "obscore-view",
    }
}

fn value(key: &Key) -> String {
    let value = describe(&key.kind);
    if key.nullable { format!("{value} or null") } else { value }
}

fn describe(kind: &Kind) -> String {
    match kind {
        Kind::Text => "text".to_owned(),
        Kind::Template => "template".to_owned(),
        Kind::Where => "expression".to_owned(),
        Kind::Integer => "integer".to_owned(),
        Kind::Number => "number".to_owned(),
        Kind::Switch => "true or false".to_owned(),
        Kind::Date => "date".to_owned(),
        Kind::Choice(choices) => {
            choices.iter().map(|choice| format!("`{choice}`")).collect::<Vec<_>>().join(", ")
        }
        Kind::Texts => "list of texts".to_owned(),
        Kind::OneOrMoreTexts => "text or list of texts".to_owned(),
        Kind::IntegerPair => "`[integer, integer]`".to_owned(),
        Kind::NumberPair => "`[number, number]`, null allowed".to_owned(),
        Kind::Column => "constant or [column](#column)".to_owned(),
        Kind::Any => "text, number, timestamp, list".to_owned(),
        Kind::Block(table) => format!("[{0}](#{0})", table.name),
        Kind::Blocks(table) => format!("list of [{0}](#{0})", table.name),
        Kind::Named(inner) => format!("name → {}", describe(inner)),
        Kind::ObsCoreColumns => {
            "[ObsCore column](#obscore-columns) → constant or [column](#column)".to_owned()
        }
    }
}
