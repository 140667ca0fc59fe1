//! What the jobs of SODA do: they make cutouts, one for each combination of values.
//!
//! A combination of which nothing is left has a line of text as its result, as SODA 1.0 section 3.5 wants it. All
//! of a job has one limit of time and one of bytes; a job that does not come to its end leaves no result.

use std::io::Write;
use std::sync::{Arc, Weak};

use futures::FutureExt;
use futures::future::BoxFuture;

use super::kitchen::Served;
use super::{Asked, Part, refusal};
use crate::diag::{Diagnostic, Result};
use crate::serve::Service;
use crate::serve::jobs::{Outcome, Store, Task, Work};
use crate::serve::uws::JobResult;

/// Whoever makes cutouts; it lives in the service.
pub struct Cutouts(pub Weak<Service>);

impl Work for Cutouts {
    fn produce<'a>(&'a self, task: Task<'a>) -> BoxFuture<'a, Result<Outcome>> {
        async move {
            let ended = || Box::new(Diagnostic::error("S030", "the service ends"));
            let service = self.0.upgrade().ok_or_else(ended)?;
            let Some(time) = task.time else { return cut(&service, task).await };
            let overrun = || {
                let message = format!("the job took longer than {} seconds", time.as_secs());
                Diagnostic::error("S032", message)
                    .help("set EXECUTIONDURATION, or ask for fewer cutouts")
            };
            match tokio::time::timeout(time, cut(&service, task)).await {
                Ok(done) => done,
                Err(_) => Err(Box::new(overrun())),
            }
        }
        .boxed()
    }

    fn detail(&self, error: &Diagnostic) -> String {
        refusal::line(error)
    }
}

async fn cut(service: &Arc<Service>, task: Task<'_>) -> Result<Outcome> {
    let asked = Asked::read(&task.asked)?;
    let parts = asked.parts();
    let mut kept = Kept {
        store: task.store,
        job: &task.record.id,
        results: Vec::new(),
        bytes: 0,
        most: service.settings.cutouts.job_bytes,
    };
    let is_only = parts.len() == 1;
    for (at, part) in parts.iter().enumerate() {
        let id = if is_only { "result".to_owned() } else { format!("result-{}", at + 1) };
        one(service, &mut kept, part, id, is_only).await?;
    }
    Ok(Outcome { results: std::mem::take(&mut kept.results), error: None })
}

async fn one(
    service: &Arc<Service>,
    kept: &mut Kept<'_>,
    part: &Part,
    id: String,
    is_only: bool,
) -> Result<()> {
    let kitchen = service.kitchen.as_ref();
    let kitchen =
        kitchen.ok_or_else(|| Diagnostic::error("S070", "this service makes no cutouts"))?;
    match kitchen.serve(service, part, None).await {
        Ok(Served::Dish(dish)) => {
            let path = dish.path.clone();
            let found = tokio::fs::metadata(&path).await;
            let size = found.map_err(|error| failed(&error.to_string()))?.len();
            let copy = move |out: &mut dyn Write| {
                std::io::copy(&mut std::fs::File::open(path)?, out).map(drop)
            };
            let name = if is_only { dish.name.clone() } else { format!("{id}-{}", dish.name) };
            let (kind, name) = (dish.media_type.clone(), Some(name));
            kept.add(JobResult { id, media_type: kind, size, name }, copy).await
        }
        Ok(Served::Nothing) => {
            let line =
                "UsageError: nothing of the dataset is in the shape, band, time or polarization\n";
            kept.say(id, line.to_owned()).await
        }
        Ok(Served::Whole(dataset)) => {
            let message = "nothing is to be cut: there is no POS, CIRCLE or POLYGON";
            let error = Diagnostic::error("S012", message);
            Err(Box::new(error.help(format!("the whole file is at /files/{}", dataset.id))))
        }
        Err(error) if is_only => Err(error),
        // The other cutouts are made in any case.
        Err(error) => kept.say(id, format!("{}\n", refusal::line(&error))).await,
    }
}

/// Results of a job that has not ended. Those that nobody takes are removed: the job failed, its time was over, it was
/// aborted, or goes to another process.
struct Kept<'a> {
    store: &'a Store,
    job: &'a str,
    results: Vec<(JobResult, String)>,
    /// Bytes of all of them.
    bytes: u64,
    /// Most bytes.
    most: u64,
}

impl Kept<'_> {
    /// Adds a line of text.
    async fn say(&mut self, id: String, line: String) -> Result<()> {
        let size = line.len() as u64;
        let write = move |out: &mut dyn Write| out.write_all(line.as_bytes());
        let media_type = "text/plain; charset=utf-8".to_owned();
        self.add(JobResult { id, media_type, size, name: None }, write).await
    }

    /// Adds a result.
    async fn add(
        &mut self,
        result: JobResult,
        write: impl FnOnce(&mut dyn Write) -> std::io::Result<()> + Send + 'static,
    ) -> Result<()> {
        self.bytes = self.bytes.saturating_add(result.size);
        if self.bytes > self.most {
            let count = self.results.len();
            let message = format!(
                "the results of the job have more than {} bytes together, after {count} cutouts",
                self.most
            );
            let error = Diagnostic::error("S074", message);
            return Err(Box::new(error.help("make several jobs, or ask for smaller cutouts")));
        }
        let (file, size) = keep(self.store, self.job, write).await?;
        self.results.push((JobResult { size, ..result }, file));
        Ok(())
    }
}

impl Drop for Kept<'_> {
    fn drop(&mut self) {
        for (_, file) in &self.results {
            self.store.files.remove_file(self.job, file);
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
    let written = match written.await {
        Ok(written) => written.map_err(|error| failed(&error.to_string())),
        Err(error) => Err(failed(&error.to_string())),
    };
    let size = growing.finish(written).await?;
    Ok((name, size))
}

#[allow(clippy::unnecessary_box_returns)] // as every Result carries it
fn failed(text: &str) -> Box<Diagnostic> {
    Box::new(Diagnostic::error("S030", format!("the cutout cannot be kept: {text}")))
}
