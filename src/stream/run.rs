//! An export from beginning to end.
//!
//! In: a plan, a session in one snapshot of the registry, columns and a sink. Out: every row of
//! every branch in the sink, once, and a [`Summary`].

use std::sync::Arc;

use super::decode::Part;
use super::gather::{Gathered, PART};
use super::hidden::Hidden;
use super::pipeline::Pipeline;
use super::{OutputColumn, Sink, schema, visits};
use crate::db::Session;
use crate::diag::Result;
use crate::lower::{Form, Found, Target, framed};
use crate::obscore::ColumnType;
use crate::plan::ViewPlan;

/// What to export.
#[derive(Debug, Clone, Copy)]
pub struct Export<'a> {
    /// The plan.
    pub plan: &'a ViewPlan,
    /// How it is written down; the names of its view stand for common table expressions here.
    pub target: &'a Target,
    /// The columns.
    pub columns: &'a [OutputColumn],
    /// Most rows; all if `None`.
    pub limit: Option<usize>,
}

/// How far an export is.
#[derive(Debug, Clone)]
pub struct Progress {
    /// The dataset type that rows come from now.
    pub dataset_type: Arc<str>,
    /// Rows in the batch that was just written.
    pub rows: usize,
}

/// What an export did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Summary {
    /// Rows written.
    pub rows: u64,
    /// Whether the limit left rows out.
    pub overflow: bool,
    /// Distinct regions that could not be decoded and are NULL.
    pub corrupt_regions: u64,
}

impl Export<'_> {
    /// Runs it. Whatever happens after the sink was started, it is told how its rows ended.
    ///
    /// # Errors
    /// Those of the session, of the decoder (X003) and of the sink.
    pub async fn run(
        &self,
        session: &mut Session,
        sink: Box<dyn Sink>,
        progress: impl FnMut(Progress) + Send + 'static,
    ) -> Result<Summary> {
        let schema = schema(self.columns);
        let pipeline =
            Pipeline::start(schema, self.target.regions, sink, self.limit.into(), progress);
        let sent = self.send(session, &pipeline).await;
        pipeline.end(sent).await
    }

    /// Fetches branch after branch.
    async fn send(&self, session: &mut Session, pipeline: &Pipeline) -> Result<()> {
        session.reads_much().await?;
        let found = session.rows_at_once(&self.target.found_select(self.plan)).await?;
        let found = Found::new(found);
        let columns: Vec<(usize, ColumnType)> =
            self.columns.iter().map(|column| (column.index, column.fetched())).collect();
        // One more than wanted, to know whether there are more.
        let limit = self.limit.map(|limit| format!("\nLIMIT {}", limit.saturating_add(1)));
        let limit = limit.unwrap_or_default();
        let definitions = visits::definitions(session, self.target, self.plan).await?;
        let target = Target { definitions, ..self.target.clone() };
        let few = self.limit.is_some_and(|limit| limit as u64 <= PART);
        let mut gathered = Gathered::default();
        for at in 0..self.plan.branches.len() {
            let branch = target.plain_branch(self.plan, at, &found, &columns, Vec::new());
            let Some(branch) = branch else { continue };
            let name: Arc<str> = Arc::from(branch.dataset_type.as_str());
            let helpers = self.target.helper_tables_of(&found, branch.dataset_type_id);
            let bounds = match few {
                true => None,
                false => gathered.bounds(session, pipeline, &branch).await?,
            };
            let form = if bounds.is_some() { Form::Split } else { Form::Joined };
            let selects = branch.all(form);
            let (selects, hidden, _) = Hidden::find(session, &helpers, selects, &[]).await?;
            let (layout, data_id) = hidden.layout(&branch, form);
            let sent = layout.sent();
            for select in selects {
                let keep = hidden.clone().keep(data_id);
                let (fetch, own) = (layout.fetch.clone(), layout.own.clone());
                let bounds = bounds.clone().unwrap_or_default();
                let part = Part { fetch, own, bounds, keep };
                let next = pipeline.branch(Arc::clone(&name), part).await;
                let Some(tuples) = next else { return Ok(()) };
                let limit = if hidden.is_none() { &*limit } else { "" };
                let sql = framed(&helpers, &layout.names, &select, "b", "") + limit;
                session.tuples(&sql, &[], &sent, &tuples).await?;
            }
        }
        Ok(())
    }
}
