//! What the jobs of TAP do: they have a query answered.

use std::sync::Arc;

use futures::FutureExt;
use futures::future::BoxFuture;

use crate::diag::Result;
use crate::serve::jobs::{Outcome, Task, Work};
use crate::serve::query::{Answer, Offer, Query};
use crate::serve::uws::JobResult;

/// Whoever answers queries.
pub struct Queries {
    /// Who answers.
    pub answer: Answer,
    /// What is offered to queries.
    pub offer: Arc<Offer>,
}

impl Work for Queries {
    fn produce<'a>(&'a self, task: Task<'a>) -> BoxFuture<'a, Result<Outcome>> {
        self.answered(task).boxed()
    }
}

impl Queries {
    async fn answered(&self, task: Task<'_>) -> Result<Outcome> {
        let Task { store, record, asked, time, token } = task;
        let mut query = Query::read(&asked, &self.offer, record.owner.clone(), time).await?;
        query.cancel = token.child_token();
        let media_type = query.format.content_type.clone();
        let (output, growing) = store.files.create(&record.id)?;
        let file = growing.file.clone();
        // Removed unless it is complete, however this ends.
        let size = growing.finish(query.answered(&self.answer, output).await).await?;
        let result = JobResult { id: "result".to_owned(), media_type, size, name: None };
        Ok(Outcome { results: vec![(result, file)], error: None })
    }
}
