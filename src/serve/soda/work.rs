//! What the jobs of SODA do: they make cutouts, one for each combination of values.
//!
//! A combination of which nothing is left has a line of text as its result, as SODA 1.0 section 3.5 wants it.

use std::io::Write;
use std::sync::{Arc, Weak};

use futures::FutureExt;
use futures::future::BoxFuture;

use super::kitchen::Served;
use super::{Asked, Part, refusal};
use crate::diag::{Diagnostic, Result};
use crate::serve::jobs::{Outcome, Store, Task, Work};
use crate::serve::uws::JobResult;
use crate::serve::{Service, failure};

/// Whoever makes cutouts; it lives in the service.
pub struct Cutouts(pub Weak<Service>);

impl Work for Cutouts {
    fn produce<'a>(&'a self, task: Task<'a>) -> BoxFuture<'a, Result<Outcome>> {
        async move {
            let ended = || Box::new(Diagnostic::error("S030", "the service ends"));
            let service = self.0.upgrade().ok_or_else(ended)?;
            cut(&service, task).await
        }
        .boxed()
    }
}

async fn cut(service: &Arc<Service>, task: Task<'_>) -> Result<Outcome> {
    let asked = Asked::read(&task.asked)?;
    let parts = asked.parts();
    let mut results: Vec<(JobResult, String)> = Vec::new();
    for (at, part) in parts.iter().enumerate() {
        let id = if parts.len() == 1 { "result".to_owned() } else { format!("result-{}", at + 1) };
        match one(service, &task, part, id, parts.len() == 1).await {
            Ok(result) => results.push(result),
            Err(error) => {
                // What was made before is nobody's.
                for (_, file) in &results {
                    task.store.files.remove_file(&task.record.id, file);
                }
                return Err(error);
            }
        }
    }
    Ok(Outcome { results, error: None })
}

async fn one(
    service: &Arc<Service>,
    task: &Task<'_>,
    part: &Part,
    id: String,
    is_only: bool,
) -> Result<(JobResult, String)> {
    let kitchen = service.kitchen.as_ref();
    let kitchen =
        kitchen.ok_or_else(|| Diagnostic::error("S060", "this service makes no cutouts"))?;
    let text = "text/plain; charset=utf-8".to_owned();
    match kitchen.serve(service, part, task.time).await {
        Ok(Served::Dish(dish)) => {
            let path = dish.path.clone();
            let copy = move |out: &mut dyn Write| {
                std::io::copy(&mut std::fs::File::open(path)?, out).map(drop)
            };
            let file = keep(task.store, &task.record.id, copy).await?;
            Ok((JobResult { id, media_type: dish.media_type.clone(), size: file.1 }, file.0))
        }
        Ok(Served::Nothing) => {
            let line =
                "UsageError: nothing of the dataset is in the shape, band, time or polarization\n";
            let write = move |out: &mut dyn Write| out.write_all(line.as_bytes());
            let file = keep(task.store, &task.record.id, write).await?;
            Ok((JobResult { id, media_type: text, size: file.1 }, file.0))
        }
        Ok(Served::Whole(dataset)) => {
            let message = "nothing is to be cut: there is no POS, CIRCLE or POLYGON";
            let error = Diagnostic::error("S012", message);
            Err(Box::new(error.help(format!("the whole file is at /files/{}", dataset.id))))
        }
        Err(error) if is_only => Err(error),
        // The other cutouts are made in any case.
        Err(error) => {
            let line = format!("{}: {}\n", refusal::word(&error), failure::line(&error));
            let write = move |out: &mut dyn Write| out.write_all(line.as_bytes());
            let file = keep(task.store, &task.record.id, write).await?;
            Ok((JobResult { id, media_type: text, size: file.1 }, file.0))
        }
    }
}

/// Keeps a result; its name and its bytes.
async fn keep(
    store: &Store,
    job: &str,
    write: impl FnOnce(&mut dyn Write) -> std::io::Result<()> + Send + 'static,
) -> Result<(String, u64)> {
    let (mut output, growing) = store.files.create(job)?;
    let name = growing.file.clone();
    let written = tokio::task::spawn_blocking(move || {
        write(&mut *output)?;
        output.flush()
    });
    let failed = |text: String| {
        Box::new(Diagnostic::error("S030", format!("the cutout cannot be kept: {text}")))
    };
    let written = match written.await {
        Ok(written) => written.map_err(|error| failed(error.to_string())),
        Err(error) => Err(failed(error.to_string())),
    };
    let size = growing.finish(written).await?;
    Ok((name, size))
}
