//! Whether what is deployed is what would be deployed now.
//!
//! Pure. In: the script, and what a database holds. Out: findings of family D.

use super::Subject;
use crate::deploy::compare::{Action, Difference, compare, newer_tool};
use crate::deploy::object::{Deployed, Found, Integrity, ObjectKind, Wanted};
use crate::deploy::{obstacles, seal};
use crate::diag::Diagnostic;
use crate::lower::Stamp;
use crate::plan::{NameTest, Search};

/// The findings.
pub fn drift(subject: &Subject<'_>, deployed: &Deployed) -> Vec<Diagnostic> {
    let drift = Drift { subject, deployed, wanted: Wanted::of(subject.script) };
    let mut found = Vec::new();
    if let Some(first) = deployed.others.first() {
        found.push(obstacles::in_the_way(first, &deployed.others));
        return found;
    }
    if deployed.views().next().is_none() {
        let view = subject.target.own(&subject.target.view.name);
        found.push(
            Diagnostic::error("D020", format!("{view} is not deployed"))
                .help("`apply` installs it; --schema and --view name another place"),
        );
        return found;
    }
    drift.versions(&mut found);
    let difference = compare(&drift.wanted, deployed, subject.stamp, subject.rights);
    drift.missing(&difference, &mut found);
    drift.changed_by_hand(&mut found);
    drift.differs(&difference, &mut found);
    Drift::rights(&difference, &mut found);
    found
}

struct Drift<'a> {
    subject: &'a Subject<'a>,
    deployed: &'a Deployed,
    wanted: Vec<Wanted>,
}

impl Drift<'_> {
    fn main(&self) -> Option<&Found> {
        self.deployed.find(ObjectKind::View, &self.subject.target.view.name)
    }

    /// The stamp that speaks for the whole.
    fn stamp(&self) -> Option<&Stamp> {
        self.main().or_else(|| self.deployed.views().next())?.stamp.as_ref()
    }

    /// Whether the view was made from this very mapping.
    fn same_mapping(&self) -> bool {
        self.stamp().is_some_and(|stamp| stamp.mapping == self.subject.stamp.mapping)
    }

    fn versions(&self, found: &mut Vec<Diagnostic>) {
        let own = self.subject.stamp;
        if let Some(newer) = newer_tool(self.deployed, &own.tool) {
            let message =
                format!("the view was made by obscore-view {newer}; this is {}", own.tool);
            found.push(Diagnostic::warning("D026", message).help("check with that version"));
        }
        let Some(stamp) = self.stamp() else { return };
        if seal::is_newer(&own.tool, &stamp.tool) {
            let message =
                format!("the view was made by obscore-view {}; this is {}", stamp.tool, own.tool);
            found.push(Diagnostic::note("D027", message).help("`apply` brings it up to date"));
        }
        if stamp.universe != own.universe {
            let message = format!(
                "the dimension universe was {} when the view was made, and is {} now",
                stamp.universe, own.universe
            );
            found.push(
                Diagnostic::error("D028", message)
                    .help("columns of the view may be wrong or missing; apply again"),
            );
        } else if !stamp.managers.is_empty() && stamp.managers != own.managers {
            let message =
                "the registry's managers are of other versions than when the view was made";
            found.push(Diagnostic::error("D028", message).help("apply again"));
        }
    }

    /// Parts that are not there: lost, or not known when the view was made.
    fn missing(&self, difference: &Difference, found: &mut Vec<Diagnostic>) {
        let target = self.subject.target;
        let mentioned = |name: &str| {
            // Whatever is not a branch is always made.
            let branch = self.subject.plan.branches.iter();
            let mut branches = branch.map(|one| target.view.branch(&one.dataset_type));
            let is_branch = branches.any(|branch| branch == name);
            !is_branch || self.main().is_some_and(|main| mentions(&main.definition, name))
        };
        let mut lost = Vec::new();
        for (action, kind, name) in &difference.objects {
            if *action != Action::Create {
                continue;
            }
            let all_lost = self.main().is_none();
            if mentioned(name) || (all_lost && self.same_mapping()) {
                lost.push(format!("{} {}", kind.word(), target.own(name)));
            } else if self.same_mapping() {
                found.push(self.registered_since(name));
            }
        }
        if !lost.is_empty() {
            found.push(
                Diagnostic::error("D025", format!("parts are missing: {}", some(&lost)))
                    .help("somebody dropped them; `apply` makes them again"),
            );
        }
    }

    fn registered_since(&self, name: &str) -> Diagnostic {
        let Subject { mapping, plan, target, .. } = self.subject;
        let branch = plan.branches.iter().find(|one| target.view.branch(&one.dataset_type) == name);
        let dataset_type = branch.map_or(name, |branch| branch.dataset_type.as_str());
        let message =
            format!("dataset type `{dataset_type}` has been registered since the view was made");
        let finding = Diagnostic::error("D022", message).help("`apply` adds its rows");
        match mapping.dataset_types.get(dataset_type) {
            Some(block) => finding.at(&mapping.source, block.span, "its rows are not in the view"),
            None => finding,
        }
    }

    fn changed_by_hand(&self, found: &mut Vec<Diagnostic>) {
        let server = &self.deployed.server;
        let of = |integrity: Integrity| -> Vec<String> {
            let ours = self.deployed.ours.iter();
            let those = ours.filter(|one| one.integrity(server) == integrity);
            those.map(|one| one.reference.clone()).collect()
        };
        let changed = of(Integrity::Changed);
        if !changed.is_empty() {
            let message = format!("changed by hand: {}", some(&changed));
            found.push(
                Diagnostic::error("D024", message)
                    .help("`apply --dry-run` shows how; `apply` undoes it"),
            );
        }
        let unknown = of(Integrity::Unknown);
        if !unknown.is_empty() {
            let message = format!("it cannot be told whether anybody changed: {}", some(&unknown));
            found.push(
                Diagnostic::note("D031", message)
                    .help("they were installed without `apply`, or before the server was upgraded")
                    .help("`apply` makes them anew, with what it takes to tell"),
            );
        }
    }

    /// What is there, was not touched, and should be another.
    fn differs(&self, difference: &Difference, found: &mut Vec<Diagnostic>) {
        let Subject { target, .. } = self.subject;
        let registered = found.iter().any(|one| one.code == "D022");
        let mut names = Vec::new();
        let mut runs = Vec::new();
        for (action, kind, name) in &difference.objects {
            let deployed = self.deployed.find(*kind, name);
            let intact = deployed
                .is_some_and(|one| one.integrity(&self.deployed.server) == Integrity::Intact);
            match action {
                Action::Remove => names.push(target.own(name)),
                Action::Replace if intact => {
                    if self.same_mapping() && *name == target.view.collections() {
                        runs.extend(deployed.into_iter().flat_map(|one| self.new_runs(one)));
                        if !runs.is_empty() {
                            continue;
                        }
                    }
                    // What has all branches changes with them.
                    let is_whole = [&target.view.name, &target.view.stored()].contains(&name)
                        || self.is_search(*kind, name);
                    if !(registered && is_whole) {
                        names.push(target.own(name));
                    }
                }
                Action::Create if !self.same_mapping() => names.push(target.own(name)),
                Action::Create | Action::Replace | Action::Stamp => {}
            }
        }
        if !runs.is_empty() {
            let message = format!("runs that match since the view was made: {}", runs.join(", "));
            found.push(Diagnostic::error("D023", message).help("`apply` adds their rows"));
        }
        if !names.is_empty() {
            let why = if self.same_mapping() {
                "the mapping is the same: the options (--regions, --parity), the tool's version or \
                 the registry differ"
            } else {
                "the mapping has changed since the view was made, or it was made from another one"
            };
            found.push(
                Diagnostic::error("D021", format!("not what the mapping says: {}", some(&names)))
                    .help(why)
                    .help("`apply --dry-run` shows the difference"),
            );
        } else if !difference.recreates() && !difference.objects.is_empty() {
            let message = "the mapping file has changed, and the view stays the same";
            found.push(
                Diagnostic::note("D032", message).help("`apply` brings the stamp up to date"),
            );
        }
    }

    fn is_search(&self, kind: ObjectKind, name: &str) -> bool {
        self.wanted.iter().any(|one| one.search && one.kind == kind && one.name == name)
    }

    /// Runs that the resolved patterns match now and that the deployed view does not name.
    fn new_runs(&self, collections: &Found) -> Vec<String> {
        let Search::Runs(tests) = &self.subject.plan.search else { return Vec::new() };
        let dialect = self.subject.target.dialect;
        let mut new = Vec::new();
        for test in tests {
            let NameTest::Resolved { names, .. } = test else { continue };
            let unknown =
                names.iter().filter(|name| !collections.definition.contains(&dialect.quote(name)));
            new.extend(unknown.cloned());
        }
        new
    }

    fn rights(difference: &Difference, found: &mut Vec<Diagnostic>) {
        let mut wrong = Vec::new();
        if difference.owner {
            wrong.push("the owner is another role".to_owned());
        }
        wrong.extend(difference.readers.iter().map(|reader| format!("{reader} may not read it")));
        if !wrong.is_empty() {
            let message = format!("rights differ: {}", wrong.join(", "));
            found.push(
                Diagnostic::warning("D033", message)
                    .help("`apply` with the same --owner and --grant-select puts that right"),
            );
        }
    }
}

/// The first few names, and how many there are besides.
fn some(names: &[String]) -> String {
    let (first, rest) = names.split_at(names.len().min(8));
    let more = if rest.is_empty() { String::new() } else { format!(" and {} more", rest.len()) };
    format!("{}{more}", first.join(", "))
}

/// Whether a definition names a view.
fn mentions(definition: &str, name: &str) -> bool {
    let part = |c: char| c.is_alphanumeric() || c == '_';
    definition.match_indices(name).any(|(at, _)| {
        let before = definition.get(..at).and_then(|text| text.chars().next_back());
        let after = definition.get(at + name.len()..).and_then(|text| text.chars().next());
        !before.is_some_and(part) && !after.is_some_and(part)
    })
}
