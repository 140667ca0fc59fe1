//! What differs between the script and the database.
//!
//! Pure. In: the objects of a script and what a database holds. Out: a [`Difference`], which
//! `apply` carries out and `check` reports.

use super::object::{Deployed, Found, Integrity, ObjectKind, Wanted};
use super::seal;
use crate::lower::{Rights, Stamp};

/// What must happen to an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Action {
    /// It is not there.
    Create,
    /// It is there and must be another.
    Replace,
    /// It is there and should not be.
    Remove,
    /// It is right, but its stamp is not.
    Stamp,
}

/// What differs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Difference {
    /// Objects with what must happen to them, in the order of the script, removals last.
    pub objects: Vec<(Action, ObjectKind, String)>,
    /// Our views that are not owned by the role that should own them.
    pub owner: bool,
    /// Roles that should be able to read and cannot.
    pub readers: Vec<String>,
}

impl Difference {
    /// Whether all is as it should be.
    pub fn is_empty(&self) -> bool {
        self.objects.is_empty() && !self.owner && self.readers.is_empty()
    }

    /// Whether views must be made anew. Views refer to each other, so then all of them are.
    pub fn recreates(&self) -> bool {
        self.objects.iter().any(|(action, _, _)| *action != Action::Stamp)
    }

    /// What must happen to one object.
    pub fn action(&self, kind: ObjectKind, name: &str) -> Option<Action> {
        let found = self.objects.iter().find(|(_, of, called)| *of == kind && called == name);
        found.map(|(action, _, _)| *action)
    }
}

/// Compares. Functions are shared by all ObsCore views of a schema: they are removed only when there
/// is no other.
pub fn compare(
    wanted: &[Wanted],
    deployed: &Deployed,
    stamp: &Stamp,
    rights: &Rights,
) -> Difference {
    let mut difference = Difference::default();
    for one in wanted {
        let action = match deployed.find(one.kind, &one.name) {
            None => Some(Action::Create),
            Some(found) => change(one, found, deployed, stamp),
        };
        difference.objects.extend(action.map(|action| (action, one.kind, one.name.clone())));
    }
    let is_wanted = |found: &&Found| {
        wanted.iter().any(|one| one.name == found.name && one.kind.word() == found.kind)
    };
    for found in deployed.views().filter(|found| !is_wanted(found)) {
        difference.objects.push((Action::Remove, ObjectKind::View, found.name.clone()));
    }
    for found in deployed.tables().filter(|found| !is_wanted(found)) {
        difference.objects.push((Action::Remove, ObjectKind::Table, found.name.clone()));
    }
    for found in deployed.functions().filter(|found| !is_wanted(found)) {
        if deployed.siblings.is_empty() || !found.is_shared() {
            difference.objects.push((Action::Remove, ObjectKind::Function, found.name.clone()));
        }
    }
    if let Some(owner) = &rights.owner {
        difference.owner = deployed.views().any(|found| found.owner != *owner);
    }
    for reader in &rights.readers {
        let reads = |found: &Found| {
            found.owner == *reader
                || found.grants.iter().any(|grant| {
                    grant.role.as_ref() == Some(reader)
                        && grant.privilege == "SELECT"
                        && grant.column.is_none()
                })
        };
        let calls = |found: &Found| {
            found.owner == *reader
                || found.grants.iter().any(|grant| {
                    grant.role.as_ref().is_none_or(|role| role == reader)
                        && grant.privilege == "EXECUTE"
                })
        };
        let none = deployed.views().next().is_none();
        if none || !deployed.views().all(reads) || !deployed.searches().all(calls) {
            difference.readers.push(reader.clone());
        }
    }
    difference
}

fn change(one: &Wanted, found: &Found, deployed: &Deployed, stamp: &Stamp) -> Option<Action> {
    let same_text = found.seal.as_ref().is_some_and(|seal| seal.text == one.digest());
    // Without a seal nobody knows what it is: it was installed by hand from `generate`.
    if !same_text || found.integrity(&deployed.server) != Integrity::Intact {
        return Some(Action::Replace);
    }
    let stamp = stamp_of(one, stamp);
    (found.stamp.as_ref() != Some(&stamp)).then_some(Action::Stamp)
}

/// The stamp of an object.
pub fn stamp_of(one: &Wanted, stamp: &Stamp) -> Stamp {
    if one.shared { stamp.of_schema() } else { stamp.clone() }
}

/// The newest tool version among the stamps, if it is newer than `own`.
pub fn newer_tool(deployed: &Deployed, own: &str) -> Option<String> {
    let mut newest: Option<&str> = None;
    for stamp in deployed.ours.iter().filter_map(|found| found.stamp.as_ref()) {
        if seal::is_newer(&stamp.tool, newest.unwrap_or(own)) {
            newest = Some(&stamp.tool);
        }
    }
    newest.map(str::to_owned)
}
