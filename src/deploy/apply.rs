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
use super::sidecars::{self, Watch};
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
    /// Who is told how far side tables are filled.
    pub watch: &'a dyn Watch,
}

/// What was done.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// Objects that changed.
    pub changes: Vec<Change>,
    /// Statements about schema, owners and grants that were run, apart from those that only
    /// restore what was.
    pub rights: Vec<String>,
    /// Side tables into which rows went, with their number.
    pub filled: Vec<(String, u64)>,
}

impl Report {
    /// Whether all was in place already.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty() && self.rights.is_empty() && self.filled.is_empty()
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
        // What was written while side tables were filled must be seen at the end.
        session
            .run("SET TRANSACTION ISOLATION LEVEL READ COMMITTED; SET LOCAL lock_timeout = '60s'")
            .await?;
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
            let filled = self.catch_up(session).await?;
            return Ok(Report { filled, ..Report::default() });
        }
        let mut report = Report::default();
        self.schema(session, &before, &mut report).await?;
        report.filled = self.prepare(session, &difference).await?;
        if difference.recreates() || !target.dialect.has_schemas() {
            self.recreate(session, &before, &difference, &names, &mut report.filled).await?;
        }
        // Now that the triggers are there, nothing is missed any more.
        let late = self.catch_up(session).await?;
        report.filled = sidecars::sum(&report.filled, late);
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

    /// Makes new side tables and fills them while the present view is still there for its readers, and
    /// nothing of the registry's is locked.
    async fn prepare(
        &self,
        session: &mut Session,
        difference: &Difference,
    ) -> Result<Vec<(String, u64)>> {
        let sidecars = &self.request.script.sidecars;
        let action = |one: &Wanted| difference.action(one.kind, &one.name);
        // Functions that the present view calls are replaced only after it is gone.
        let mut shared = self.wanted.iter().filter(|one| one.shared);
        if sidecars.is_empty() || shared.any(|one| action(one) == Some(Action::Replace)) {
            return Ok(Vec::new());
        }
        for one in self.wanted.iter().filter(|one| action(one) == Some(Action::Create)) {
            if one.shared || one.kind == ObjectKind::Table {
                session.run(&one.create).await?;
            }
        }
        let mut filled = Vec::new();
        for one in sidecars {
            if difference.action(ObjectKind::Table, &one.name) != Some(Action::Replace) {
                let rows = sidecars::fill(session, one, self.request.watch).await?;
                filled.push((one.table.clone(), rows));
            }
        }
        Ok(filled)
    }

    /// Brings what is in side tables up to date.
    async fn catch_up(&self, session: &mut Session) -> Result<Vec<(String, u64)>> {
        let mut filled = Vec::new();
        for one in &self.request.script.sidecars {
            filled.push((one.table.clone(), sidecars::catch_up(session, one).await?));
        }
        filled.retain(|(_, rows)| *rows > 0);
        Ok(filled)
    }

    async fn recreate(
        &self,
        session: &mut Session,
        before: &Deployed,
        difference: &Difference,
        names: &Names,
        filled: &mut Vec<(String, u64)>,
    ) -> Result<()> {
        let target = self.request.target;
        let goes = |kind, name: &str| {
            matches!(difference.action(kind, name), Some(Action::Remove | Action::Replace))
        };
        let (functions, keepers): (Vec<&Found>, Vec<&Found>) = before
            .functions()
            .filter(|found| goes(ObjectKind::Function, &found.name) && !found.is_search())
            .partition(|found| found.is_shared());
        let tables: Vec<&Found> =
            before.tables().filter(|found| goes(ObjectKind::Table, &found.name)).collect();
        // Functions that other ObsCore views use as well are replaced in place.
        let shared = !before.siblings.is_empty();
        // Their results are of the view's type.
        let searches: Vec<&Found> = before.searches().collect();
        let mut going: Vec<&Found> = before.views().collect();
        going.extend(searches.iter().chain(&keepers).chain(&tables));
        if !shared {
            going.extend(&functions);
        }
        obstacles::dependants(&catalog::dependants(session, target, &going, names).await?)?;
        drop_functions(session, &searches).await?;
        drop_views(session, target, before).await?;
        // This locks the registry's tables, so that nobody waits for us who holds what we need.
        drop_keepers(session, &keepers).await?;
        drop_tables(session, &tables).await?;
        if !shared {
            drop_functions(session, &functions).await?;
        }
        for one in &self.wanted {
            let action = difference.action(one.kind, &one.name);
            let mut sidecars = self.request.script.sidecars.iter();
            let sidecar =
                sidecars.find(|sidecar| one.kind == ObjectKind::Table && sidecar.name == one.name);
            let ready =
                sidecar.is_some_and(|one| filled.iter().any(|(name, _)| *name == one.table));
            let new = matches!(action, Some(Action::Create | Action::Replace));
            if one.kind == ObjectKind::View || one.search || (new && !ready) {
                self.create(session, one).await?;
            }
            if let Some(sidecar) = sidecar.filter(|_| !ready) {
                let rows = sidecars::fill(session, sidecar, self.request.watch).await?;
                filled.push((sidecar.table.clone(), rows));
            }
        }
        Ok(())
    }

    async fn create(&self, session: &mut Session, one: &Wanted) -> Result<()> {
        let sql = if self.request.target.dialect.has_schemas() {
            one.create.clone()
        } else {
            let seal = Seal { text: one.digest(), ..Seal::default() };
            seal::sealed(&one.create, &seal)
        };
        session.run(&sql).await.map_err(|failure| self.may_trigger(one, failure))?;
        for comment in &one.comments {
            session.run(comment).await?;
        }
        Ok(())
    }

    /// What a keeper that could not be made needs.
    fn may_trigger(&self, one: &Wanted, mut failure: Box<Diagnostic>) -> Box<Diagnostic> {
        let of = self.request.script.sidecars.iter().find(|sidecar| sidecar.name == one.name);
        if let Some(sidecar) = of.filter(|_| one.kind == ObjectKind::Function) {
            failure.help.push(format!("whoever applies needs this right: {}", sidecar.right()));
        }
        failure
    }

    /// Stamps and seals what is there now.
    async fn mark(&self, session: &mut Session, made: &Deployed) -> Result<()> {
        let target = self.request.target;
        for one in &self.wanted {
            let Some(found) = present(made, one) else { continue };
            let stamp = stamp_of(one, self.request.stamp);
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
        for one in self.wanted.iter().filter(|one| one.kind != ObjectKind::Function || one.search) {
            let Some(new) = present(made, one) else { continue };
            let Some(old) = before.find(one.kind, &one.name) else {
                let for_all = new.grants.iter().any(|grant| grant.role.is_none());
                if let Some(main) = main.filter(|_| one.search && !for_all) {
                    for statement in rights::as_readers(target, &new.reference, main) {
                        session.run(&statement).await?;
                    }
                }
                continue;
            };
            let not_owners = |grant: &&Grant| grant.role.as_deref() != owner;
            let had: Vec<&Grant> = old.grants.iter().filter(not_owners).collect();
            let has: Vec<&Grant> = new.grants.iter().filter(not_owners).collect();
            let reference = match one.kind {
                ObjectKind::Function => format!("FUNCTION {}", new.reference),
                _ => new.reference.clone(),
            };
            for statement in rights::restore(target, &reference, &had, &has) {
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

/// Drops side tables.
pub async fn drop_tables(session: &mut Session, tables: &[&Found]) -> Result<()> {
    let names: Vec<&str> = tables.iter().map(|found| found.reference.as_str()).collect();
    if !names.is_empty() {
        session.run(&format!("DROP TABLE {}", names.join(", "))).await?;
    }
    Ok(())
}

/// Drops functions that keep side tables, with their triggers: to drop a trigger by itself takes the owner
/// of the registry's table.
pub async fn drop_keepers(session: &mut Session, functions: &[&Found]) -> Result<()> {
    let names: Vec<&str> = functions.iter().map(|found| found.reference.as_str()).collect();
    if !names.is_empty() {
        session.run(&format!("DROP FUNCTION {} CASCADE", names.join(", "))).await?;
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
