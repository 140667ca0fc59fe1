//! What a question becomes, for people who want to see it.

use super::ask::{Prepared, Question};
use super::running::Running;
use super::service::{Limits, Service};
use super::stage::{Bring, Staged};
use super::upload::Upload;
use crate::db::Session;
use crate::diag::Result;
use crate::query::{TableId, Written};

/// A statement that a database gets.
#[derive(Debug, Clone)]
pub struct Statement {
    /// The database system.
    pub database: &'static str,
    /// What it is for.
    pub purpose: String,
    /// The statement.
    pub written: Written,
    /// The database's plan, line by line; empty where it was not asked for.
    pub plan: Vec<String>,
}

/// What a question reads of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Read {
    /// The table.
    pub table: String,
    /// The columns.
    pub columns: Vec<String>,
}

impl Statement {
    /// Notes a statement of a session down.
    pub(super) async fn noted(
        session: &mut Session,
        purpose: &str,
        written: Written,
        with_plan: bool,
    ) -> Result<Self> {
        let plan = match with_plan {
            true => session.plan(&written.text, &written.parameters).await?,
            false => Vec::new(),
        };
        let database = session.dialect().title();
        Ok(Self { database, purpose: purpose.to_owned(), written, plan })
    }

    /// Notes down what was asked before a statement, where things are noted down.
    pub(super) async fn probes(
        session: &mut Session,
        bring: Bring,
        probed: Vec<Written>,
    ) -> Result<Vec<Self>> {
        let mut noted = Vec::new();
        for written in probed.into_iter().filter(|_| bring != Bring::Rows) {
            let with_plan = bring == Bring::Plans;
            noted.push(Self::noted(session, "rows to look for", written, with_plan).await?);
        }
        Ok(noted)
    }
}

impl Service {
    /// The statements of a question, those that bring rows together first; nothing is fetched.
    ///
    /// # Errors
    /// Those of the databases.
    pub async fn statements(
        &self,
        prepared: &Prepared,
        uploads: &[Upload],
        limit: Option<u64>,
        with_plans: bool,
    ) -> Result<Vec<Statement>> {
        let checked = &prepared.checked;
        let plain = self.plain(checked);
        let home = plain.as_ref().map(|plain| plain.site).or_else(|| self.home(checked));
        let database = match home.and_then(|home| self.sites.get(home)) {
            Some(site) => &site.database,
            None => &self.private,
        };
        let mut session = database.snapshot().await?;
        let bring = if with_plans { Bring::Plans } else { Bring::Statements };
        let (limits, running) = (Limits::default(), Running::default());
        let question = Question { checked, uploads, limit, limits, running: &running };
        if let Some(plain) = &plain {
            let noted = self.plain_statements(&mut session, plain, &question, bring).await;
            session.rollback().await?;
            return noted;
        }
        let mut staged = Staged::new(self, limits, &running, bring);
        let wishes = self.first_rows(&mut session, home, &question, &mut staged).await?;
        let compiled = self.compile(&mut session, home, &question, wishes, &mut staged).await;
        let mut noted = std::mem::take(&mut staged.noted);
        staged.end().await;
        noted.push(Statement::noted(&mut session, "the query", compiled?, with_plans).await?);
        session.rollback().await?;
        Ok(noted)
    }

    /// What a question reads, table by table.
    pub fn reads(&self, prepared: &Prepared, uploads: &[Upload]) -> Vec<Read> {
        let sources = prepared.checked.sources.iter();
        sources
            .map(|source| {
                let columns = match source.table {
                    TableId::Upload(at) => uploads.get(at).map(|one| &one.columns),
                    TableId::Catalog(schema, table) => {
                        let schema = self.inner.schemas.get(schema);
                        schema.and_then(|one| one.tables.get(table)).map(|one| &one.columns)
                    }
                };
                let name = |at: &usize| Some(columns?.get(*at)?.name.clone());
                let table = match source.table {
                    TableId::Upload(at) => {
                        uploads.get(at).map(|one| format!("TAP_UPLOAD.{}", one.name))
                    }
                    table @ TableId::Catalog(..) => Some(self.name(table)),
                };
                let columns = source.used.iter().filter_map(name).collect();
                Read { table: table.unwrap_or_default(), columns }
            })
            .collect()
    }

    /// The name of a table of the catalogue.
    pub(super) fn name(&self, table: TableId) -> String {
        let TableId::Catalog(schema, table) = table else { return String::new() };
        let schema = self.inner.schemas.get(schema);
        let named = schema.and_then(|schema| Some(schema.tables.get(table)?.qualified(schema)));
        named.unwrap_or_default()
    }
}
