//! The collection rule of a mapping.
//!
//! In: `collections` and `collection_type`. Out: a [`Search`]. Names stay names, so that a
//! collection made later shows at once; only patterns that the database cannot test are resolved
//! now, and `check` notices new matches.

use super::pattern;
use crate::diag::{Diagnostic, nearest};
use crate::mapping::{CollectionRule, Mapping, Spanned};
use crate::plan::{NameTest, Search};
use crate::registry::{CollectionType, Snapshot};
use crate::sql::Dialect;

/// The search of `mapping`; findings go to `said`.
pub fn search(
    mapping: &Mapping,
    snapshot: &Snapshot,
    dialect: Dialect,
    said: &mut Vec<Diagnostic>,
) -> Search {
    let names = &mapping.collections.names;
    match mapping.collections.rule {
        CollectionRule::SearchPath => {
            for name in names {
                known(mapping, snapshot, name, None, said);
            }
            Search::Path(names.iter().map(|name| name.value.clone()).collect())
        }
        CollectionRule::Tagged => {
            let name = names.first();
            if let Some(name) = name {
                known(mapping, snapshot, name, Some(CollectionType::Tagged), said);
            }
            Search::Tagged(name.map(|name| name.value.clone()).unwrap_or_default())
        }
        CollectionRule::RunPatterns => Search::Runs(
            names
                .iter()
                .filter_map(|name| run_test(mapping, snapshot, dialect, name, said))
                .collect(),
        ),
    }
}

/// Warns of a collection that does not exist yet, or is of another type than it must be.
fn known(
    mapping: &Mapping,
    snapshot: &Snapshot,
    name: &Spanned<String>,
    kind: Option<CollectionType>,
    said: &mut Vec<Diagnostic>,
) {
    match (snapshot.collections.get(&name.value), kind) {
        (Some(found), Some(kind)) if found.kind != kind => said.push(
            Diagnostic::error("P007", format!("collection `{}` is not TAGGED", name.value))
                .at(&mapping.source, name.span, "of another type")
                .help("`collection_type: TAGGED` needs a TAGGED collection"),
        ),
        (Some(_), _) => {}
        (None, _) => {
            let diagnostic = Diagnostic::warning(
                "P006",
                format!("collection `{}` does not exist in this repository", name.value),
            )
            .at(&mapping.source, name.span, "no rows come from it until it is made");
            let near = nearest(&name.value, snapshot.collections.keys().map(String::as_str));
            said.push(match near {
                Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
                None => diagnostic,
            });
        }
    }
}

fn run_test(
    mapping: &Mapping,
    snapshot: &Snapshot,
    dialect: Dialect,
    name: &Spanned<String>,
    said: &mut Vec<Diagnostic>,
) -> Option<NameTest> {
    let matcher = match pattern::python(&name.value) {
        Ok(matcher) => matcher,
        Err(error) => {
            said.push(
                Diagnostic::error("P008", format!("not a regular expression: {error}"))
                    .at(&mapping.source, name.span, "this pattern")
                    .help("patterns are Python's, and must match the whole name of a run"),
            );
            return None;
        }
    };
    if let Some(test) = pattern::live(&name.value, dialect) {
        return Some(test);
    }
    let runs = snapshot.collections.iter().filter(|(_, one)| one.kind == CollectionType::Run);
    let names: Vec<String> = runs
        .filter(|(run, _)| matcher.is_match(run).unwrap_or(false))
        .map(|(run, _)| run.clone())
        .collect();
    said.push(
        Diagnostic::note(
            "P009",
            format!("pattern `{}` is resolved now, to {} runs", name.value, names.len()),
        )
        .at(&mapping.source, name.span, "the database cannot test this pattern")
        .help("`check` reports new runs that match; apply again to show them"),
    );
    Some(NameTest::Resolved { pattern: name.value.clone(), names })
}
