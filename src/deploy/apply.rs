//! Installing a view.
//!
//! In: a script. Out: the same objects in the database, in one transaction: whoever reads sees the
//! old view or the new one. Locks are waited for briefly, so that nobody queues behind us for long;
//! Butler's own tables are only read.

use super::catalog;
use super::compare::{Action, Difference, compare, stamp_of};
use super::diff::Change;
use super::object::{Deployed, Found, Grant, Names, ObjectKind, Wanted};
use super::seal::{self, Seal};
use super::{obstacles, rights};
use crate::db::{Database, Session};
use crate::diag::{Diagnostic, Result};
use crate::lower::{Kind, Rights, Script, Stamp, Target};

/// What to install.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// Where.
    pub target: &'a Target,
    /// The statements.
    pub script: &'a Script,
    /// What they were made from.
    pub stamp: &'a Stamp,
    /// Who may do what.
    pub rights: &'a Rights,
    /// Whether to replace what a later version of this tool made.
    pub force: bool,
}

/// What was done.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// Objects that changed.
    pub changes: Vec<Change>,
    /// Statements about schema, owners and grants that were run, apart from those that only
    /// restore what was.
    pub rights: Vec<String>,
}

impl Report {
    /// Whether all was in place already.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty() && self.rights.is_empty()
    }
}

/// Installs the view, or with `dry_run` does everything and takes it back.
///
/// # Errors
/// D004 to D006, D009 when something is in the way; R020 to R029 from the database. Nothing is
/// changed then.
pub async fn apply(database: &Database, request: Request<'_>, dry_run: bool) -> Result<Report> {
    let mut session = begin(database, request.target).await?;
    let outcome = Installer { request, wanted: Wanted::of(request.script) }.run(&mut session).await;
    match outcome {
        Ok(report) if dry_run || report.is_empty() => {
            session.rollback().await?;
            Ok(report)
        }
        Ok(report) => {
            session.commit().await?;
            Ok(report)
        }
        Err(mut diagnostic) => {
            // The connection may be gone; the database takes everything back all the same.
            let _ = session.rollback().await;
            if diagnostic.code.starts_with('R') {
                diagnostic.help.push("nothing was changed".to_owned());
            }
            Err(diagnostic)
        }
    }
}

/// Begins a transaction that excludes other `apply` and `drop` in the same schema, and that gives
/// up soon when it would have to wait for a lock.
pub async fn begin(database: &Database, target: &Target) -> Result<Session> {
    let mut session = database.transaction().await?;
    if target.dialect.has_schemas() {
        session.run("SET LOCAL lock_timeout = '60s'").await?;
    }
    session
        .lock(&format!("obscore-view {}", target.view.schema.as_deref().unwrap_or_default()))
        .await?;
    if target.dialect.has_schemas() {
        session
            .run(
                "SET LOCAL lock_timeout = '5s'; SET LOCAL statement_timeout = '5min'; \
                 SET LOCAL idle_in_transaction_session_timeout = '1min'",
            )
            .await?;
    }
    Ok(session)
}

struct Installer<'a> {
    request: Request<'a>,
    wanted: Vec<Wanted>,
}

impl Installer<'_> {
    async fn run(&self, session: &mut Session) -> Result<Report> {
        let Request { target, stamp, rights, force, .. } = self.request;
        let names = Names::of(&self.wanted);
        let before = catalog::deployed(session, target, &names).await?;
        obstacles::names(&before)?;
        if !force {
            obstacles::version(&before, &stamp.tool)?;
        }
        let difference = compare(&self.wanted, &before, stamp, rights);
        if difference.is_empty() {
            return Ok(Report::default());
        }
        let mut report = Report::default();
        self.schema(session, &before, &mut report).await?;
        if difference.recreates() || !target.dialect.has_schemas() {
            self.recreate(session, &before, &difference, &names).await?;
        }
        let made = catalog::deployed(session, target, &names).await?;
        if target.dialect.has_schemas() {
            self.mark(session, &made).await?;
            self.owners_and_grants(session, &before, &made, &difference, &mut report).await?;
        }
        self.try_out(session).await?;
        report.changes = self.changes(&before, &made, &difference);
        Ok(report)
    }

    /// Makes the schema if it is missing; its stamp lets `drop` remove it.
    async fn schema(
        &self,
        session: &mut Session,
        before: &Deployed,
        report: &mut Report,
    ) -> Result<()> {
        let Request { target, script, stamp, .. } = self.request;
        // Asking for an existing one would need a privilege all the same.
        let statement = script.statements.iter().find(|one| one.kind == Kind::Schema);
        let (false, Some(statement)) = (before.schema_exists, statement) else { return Ok(()) };
        session.run(&statement.sql).await?;
        let comment = format!("IVOA views\n{}", stamp.of_schema().line());
        session
            .run(&format!(
                "COMMENT ON SCHEMA {} IS {}",
                target.dialect.name(&statement.name),
                target.dialect.quote(&comment)
            ))
            .await?;
        report.rights.push(statement.sql.clone());
        Ok(())
    }

    async fn recreate(
        &self,
        session: &mut Session,
        before: &Deployed,
        difference: &Difference,
        names: &Names,
    ) -> Result<()> {
        let target = self.request.target;
        let functions: Vec<&Found> = before
            .functions()
            .filter(|found| {
                let action = difference.action(ObjectKind::Function, &found.name);
                matches!(action, Some(Action::Remove | Action::Replace))
            })
            .collect();
        // Functions that other ObsCore views use as well are replaced in place.
        let shared = !before.siblings.is_empty();
        let mut going: Vec<&Found> = before.views().collect();
        if !shared {
            going.extend(&functions);
        }
        obstacles::dependants(&catalog::dependants(session, target, &going, names).await?)?;
        drop_views(session, target, before).await?;
        if !shared {
            drop_functions(session, &functions).await?;
        }
        for one in &self.wanted {
            let kept = one.kind == ObjectKind::Function
                && !matches!(
                    difference.action(one.kind, &one.name),
                    Some(Action::Create | Action::Replace)
                );
            if kept {
                continue;
            }
            let sql = if target.dialect.has_schemas() {
                one.create.clone()
            } else {
                let seal = Seal { text: one.digest(), ..Seal::default() };
                seal::sealed(&one.create, &seal)
            };
            session.run(&sql).await?;
            for comment in &one.comments {
                session.run(comment).await?;
            }
        }
        Ok(())
    }

    /// Stamps and seals what is there now.
    async fn mark(&self, session: &mut Session, made: &Deployed) -> Result<()> {
        let target = self.request.target;
        for one in &self.wanted {
            let Some(found) = present(made, one) else { continue };
            let stamp = stamp_of(one.kind, self.request.stamp);
            let seal = Seal {
                text: one.digest(),
                definition: seal::digest(&found.definition),
                server: made.server.clone(),
            };
            let comment = format!("{}\n{}\n{}", one.about, stamp.line(), seal.line());
            let kind = one.kind.word().to_uppercase();
            session
                .run(&format!(
                    "COMMENT ON {kind} {} IS {}",
                    found.reference,
                    target.dialect.quote(&comment)
                ))
                .await?;
        }
        Ok(())
    }

    async fn owners_and_grants(
        &self,
        session: &mut Session,
        before: &Deployed,
        made: &Deployed,
        difference: &Difference,
        report: &mut Report,
    ) -> Result<()> {
        let Request { target, script, rights: asked, .. } = self.request;
        let main =
            before.find(ObjectKind::View, &target.view.name).or_else(|| before.views().next());
        let owner = rights::owner(asked.owner.as_deref(), main);
        for one in &self.wanted {
            let Some(found) = present(made, one) else { continue };
            if let Some(owner) = owner
                && found.owner != owner
            {
                let kind = one.kind.word().to_uppercase();
                let owner = target.dialect.name(owner);
                session.run(&format!("ALTER {kind} {} OWNER TO {owner}", found.reference)).await?;
            }
        }
        if difference.owner
            && let Some(owner) = owner
        {
            report.rights.push(format!("owner: {owner}"));
        }
        for one in self.wanted.iter().filter(|one| one.kind == ObjectKind::View) {
            let (Some(old), Some(new)) = (before.find(one.kind, &one.name), present(made, one))
            else {
                continue;
            };
            let not_owners = |grant: &&Grant| grant.role.as_deref() != owner;
            let had: Vec<&Grant> = old.grants.iter().filter(not_owners).collect();
            let has: Vec<&Grant> = new.grants.iter().filter(not_owners).collect();
            for statement in rights::restore(target, &new.reference, &had, &has) {
                session.run(&statement).await?;
            }
        }
        for statement in script.statements.iter().filter(|one| one.kind == Kind::Grant) {
            if statement.sql.starts_with("GRANT") {
                session.run(&statement.sql).await?;
            }
        }
        for reader in &difference.readers {
            report.rights.push(format!("may read: {reader}"));
        }
        Ok(())
    }

    /// Lets the database plan a query on the view: a mistake must show now, not to its first user.
    /// Where functions are an extension's, they are not here to be found.
    async fn try_out(&self, session: &mut Session) -> Result<()> {
        let target = self.request.target;
        let extension = !target.dialect.has_schemas()
            && target.strategy == crate::sql::region::Strategy::Functions;
        if extension {
            return Ok(());
        }
        // Counted, because a driver need not know the types of an extension.
        let view = target.own(&target.view.name);
        let sql = format!("SELECT count(*) FROM (SELECT * FROM {view} LIMIT 0) AS t");
        session.rows(&sql, &[]).await.map_err(|failure| {
            Box::new(
                Diagnostic::error("D009", format!("the view cannot be read: {}", failure.message))
                    .help("nothing was changed")
                    .help("the owner of the view needs USAGE and SELECT on the registry"),
            )
        })?;
        Ok(())
    }

    fn changes(&self, before: &Deployed, made: &Deployed, difference: &Difference) -> Vec<Change> {
        let target = self.request.target;
        let change = |(action, kind, name): &(Action, ObjectKind, String)| {
            let old = before.find(*kind, name);
            let one = self.wanted.iter().find(|one| one.kind == *kind && one.name == *name);
            let new = one.and_then(|one| present(made, one));
            Change {
                action: *action,
                kind: *kind,
                reference: target.own(name),
                before: old.map(|found| found.definition.clone()).unwrap_or_default(),
                after: new.map(|found| found.definition.clone()).unwrap_or_default(),
            }
        };
        difference.objects.iter().map(change).collect()
    }
}

/// What was made for `one`: before it is stamped it is among the others.
fn present<'a>(made: &'a Deployed, one: &Wanted) -> Option<&'a Found> {
    let mut all = made.ours.iter().chain(&made.others);
    all.find(|found| found.kind == one.kind.word() && found.name == one.name)
}

/// Drops our views; the one that everybody reads goes first, so that locks are taken in the
/// order in which readers take them.
pub async fn drop_views(session: &mut Session, target: &Target, deployed: &Deployed) -> Result<()> {
    let mut views: Vec<&Found> = deployed.views().collect();
    views.reverse();
    views.sort_by_key(|found| found.name != target.view.name);
    if target.dialect.has_schemas() {
        let names: Vec<&str> = views.iter().map(|found| found.reference.as_str()).collect();
        if !names.is_empty() {
            session.run(&format!("DROP VIEW {}", names.join(", "))).await?;
        }
        return Ok(());
    }
    for view in views {
        session.run(&format!("DROP VIEW {}", view.reference)).await?;
    }
    Ok(())
}

/// Drops functions.
pub async fn drop_functions(session: &mut Session, functions: &[&Found]) -> Result<()> {
    let names: Vec<&str> = functions.iter().map(|found| found.reference.as_str()).collect();
    if !names.is_empty() {
        session.run(&format!("DROP FUNCTION {}", names.join(", "))).await?;
    }
    Ok(())
}
