//! Owners and grants over a replacement.
//!
//! In: what a view had and what was asked for. Out: the statements that give its successor the
//! same rights.

use super::object::{Found, Grant};
use crate::lower::Target;

/// The statements that give the view at `reference` the `grants` that its predecessor had, and
/// take from `fresh` what default privileges gave.
pub fn restore(
    target: &Target,
    reference: &str,
    grants: &[&Grant],
    fresh: &[&Grant],
) -> Vec<String> {
    let role = |grant: &Grant| match &grant.role {
        Some(role) => target.dialect.name(role),
        None => "PUBLIC".to_owned(),
    };
    let what = |grant: &Grant| match &grant.column {
        Some(column) => format!("{} ({})", grant.privilege, target.dialect.name(column)),
        None => grant.privilege.clone(),
    };
    let mut statements = Vec::new();
    for grant in fresh.iter().filter(|grant| !grants.contains(*grant)) {
        statements.push(format!("REVOKE {} ON {reference} FROM {}", what(grant), role(grant)));
    }
    for grant in grants.iter().filter(|grant| !fresh.contains(*grant)) {
        let option = if grant.grantable { " WITH GRANT OPTION" } else { "" };
        statements.push(format!("GRANT {} ON {reference} TO {}{option}", what(grant), role(grant)));
    }
    statements
}

/// The statements that let who may read the whole view call a new function of it that is not for
/// everybody.
pub fn as_readers(target: &Target, function: &str, view: &Found) -> Vec<String> {
    let readers =
        view.grants.iter().filter(|grant| grant.privilege == "SELECT" && grant.column.is_none());
    let role = |grant: &Grant| match &grant.role {
        Some(role) => target.dialect.name(role),
        None => "PUBLIC".to_owned(),
    };
    readers.map(|one| format!("GRANT EXECUTE ON FUNCTION {function} TO {}", role(one))).collect()
}

/// The owner that new objects are to have: the one that was asked for, else that of the view that
/// they replace.
pub fn owner<'a>(asked: Option<&'a str>, before: Option<&'a Found>) -> Option<&'a str> {
    asked.or_else(|| before.map(|found| found.owner.as_str())).filter(|owner| !owner.is_empty())
}
