//! Jobs as clients see them.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::files::Files;
use super::record::{self, Outcome, Request};
use crate::db::Environment;
use crate::db::jobs::{Jobs, Record, Selection, Table};
use crate::diag::{Diagnostic, Result};
use crate::objects::Object;
use crate::serve::parameters::Parameters;
use crate::serve::uws::{Filter, Instant, Job, JobResult, Phase, Wait};

/// What jobs may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Seconds that a new job may run.
    pub duration: u32,
    /// The most seconds that a job may be given; 0 for no limit.
    pub most_duration: u32,
    /// How long a new job is kept.
    pub retention: Duration,
    /// The longest that a job may be kept.
    pub most_retention: Duration,
    /// The most jobs that wait; further ones are HELD.
    pub queued: u64,
    /// The most jobs that are kept.
    pub jobs: u64,
    /// How often a job is begun that a worker left behind.
    pub attempts: u32,
    /// Whether anybody can list the jobs that nobody owns. Knowing its URL is enough to use one.
    pub list_anonymous: bool,
}

/// Names that are not parameters of a job.
pub(super) const CONTROLS: [&str; 6] =
    ["PHASE", "DESTRUCTION", "EXECUTIONDURATION", "ACTION", "RUNID", "WAIT"];
/// Phases whose jobs have not ended.
const LISTED_NEVER: [Phase; 1] = [Phase::Archived];
/// How often a change in another process is looked for.
const POLL: Duration = Duration::from_millis(500);
/// How long the end waits for files that are being removed.
const CLOSING: Duration = Duration::from_secs(5);

/// A parameter of a job.
#[derive(Debug)]
pub enum Asked {
    /// The text of one that has one.
    Text(String),
    /// A file that came with the request, and its media type as the client said.
    File(Object, Option<String>),
}

/// The jobs of a service.
#[derive(Debug)]
pub struct Store {
    pub(super) jobs: Jobs,
    pub(in crate::serve) files: Files,
    pub(super) limits: Limits,
    pub(super) changed: watch::Sender<u64>,
    /// Claims of this process: the job, and what stops the work at it.
    pub(super) running: Mutex<HashMap<String, (String, CancellationToken)>>,
}

impl Store {
    /// Opens a store at `place` (a SQLite file, or a database URL, and a table there) with its files.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn open(
        (place, table): (&str, Table),
        files: Files,
        limits: Limits,
        environment: &Environment,
    ) -> Result<Self> {
        Ok(Self {
            jobs: Jobs::open(place, table, environment).await?,
            files,
            limits,
            changed: watch::Sender::new(0),
            running: Mutex::default(),
        })
    }

    /// Its limits.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Makes a job in the phase PENDING. What its parameters mean is not looked at.
    ///
    /// # Errors
    /// S011 for a RUNID that is too long, S023 when there are too many jobs, S030.
    pub async fn create(&self, parameters: &Parameters, owner: Option<&str>) -> Result<Job> {
        if self.jobs.count(&[]).await? >= self.limits.jobs {
            return Err(Diagnostic::error("S023", "the service keeps as many jobs as it can")
                .help("delete jobs that are done, or try again later")
                .into());
        }
        let id = Uuid::new_v4().simple().to_string();
        let mut request = Request { values: values(parameters), parts: Vec::new() };
        request.parts = match self.files.keep(&id, parameters.parts()).await {
            Ok(parts) => parts,
            Err(error) => {
                self.files.remove(&id);
                return Err(error);
            }
        };
        let now = Instant::now();
        let record = Record {
            id: id.clone(),
            owner: owner.map(str::to_owned),
            run_id: parameters.run_id()?.map(str::to_owned),
            phase: Phase::Pending.name().to_owned(),
            created: now.0,
            duration: i64::from(self.limits.duration),
            destruction: Some(now.plus(self.limits.retention).0),
            request: record::write(&request),
            ..Record::default()
        };
        self.jobs.insert(&record).await.inspect_err(|_| self.files.remove(&id))?;
        record::job(&record)
    }

    /// A job, for somebody who may see it.
    ///
    /// # Errors
    /// S020, S021.
    pub async fn get(&self, id: &str, caller: Option<&str>) -> Result<Job> {
        record::job(&self.record(id, caller).await?)
    }

    /// Jobs of a caller, newest first.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn list(&self, filter: &Filter, caller: Option<&str>) -> Result<Vec<Job>> {
        if caller.is_none() && !self.limits.list_anonymous {
            return Ok(Vec::new());
        }
        let without = if filter.phases.is_empty() { &LISTED_NEVER[..] } else { &[] };
        let selection = Selection {
            owner: caller,
            phases: filter.phases.iter().map(|phase| phase.name()).collect(),
            without: without.iter().map(|phase| phase.name()).collect(),
            after: filter.after.map(|after| after.0),
            last: filter.last,
        };
        self.jobs.list(&selection).await?.iter().map(record::job).collect()
    }

    /// A job, as soon as there is news of it or the wait is over.
    ///
    /// # Errors
    /// S020, S021.
    pub async fn wait(&self, id: &str, caller: Option<&str>, wait: &Wait) -> Result<Job> {
        let end = tokio::time::Instant::now() + wait.time;
        let mut changed = self.changed.subscribe();
        let mut job = self.get(id, caller).await?;
        let first = job.phase;
        while wait.goes_on(first, job.phase) && tokio::time::Instant::now() < end {
            // Changes by others in this process come at once, those of other processes are polled.
            let next = (tokio::time::Instant::now() + POLL).min(end);
            let _ = tokio::time::timeout_at(next, changed.changed()).await;
            job = self.get(id, caller).await?;
        }
        Ok(job)
    }

    /// A parameter of a job, or a file that came with it.
    ///
    /// # Errors
    /// S020, S021, S030, S034.
    pub async fn parameter(&self, id: &str, name: &str, caller: Option<&str>) -> Result<Asked> {
        let record = self.record(id, caller).await?;
        let request: Request = record::read(&record.request)?;
        if let Some(part) = request.parts.iter().find(|part| part.name == name) {
            let file = self.files.read(id, &part.file).await?;
            return Ok(Asked::File(file, part.media_type.clone()));
        }
        let parameters = without_parts(&record, request);
        let value = parameters.all(&name.to_ascii_uppercase()).next().map(str::to_owned);
        let missing = || Diagnostic::error("S020", format!("there is no parameter `{name}`"));
        Ok(Asked::Text(value.ok_or_else(missing)?))
    }

    /// What is in a result, and what it is.
    ///
    /// # Errors
    /// S020, S021, S030, S034.
    pub async fn result(
        &self,
        id: &str,
        name: &str,
        caller: Option<&str>,
    ) -> Result<(Object, JobResult)> {
        let record = self.record(id, caller).await?;
        let outcome: Outcome = record::read(&record.outcome)?;
        let found = outcome.results.into_iter().find(|(result, _)| result.id == name);
        let (result, file) = found.ok_or_else(|| {
            let message = format!("the job is {} and has no result `{name}`", record.phase);
            let error = Diagnostic::error("S020", message);
            // Some clients look for the reason here.
            match outcome.error {
                Some(reason) => error.help(reason.message),
                None => error,
            }
        })?;
        Ok((self.files.read(id, &file).await?, result))
    }

    /// Closes the database, after what is still being removed has gone.
    pub async fn close(&self) {
        if tokio::time::timeout(CLOSING, self.files.close()).await.is_err() {
            tracing::warn!("files of jobs are left behind");
        }
        self.jobs.close().await;
    }

    pub(super) async fn record(&self, id: &str, caller: Option<&str>) -> Result<Record> {
        let record = self.jobs.get(id).await?.ok_or_else(gone)?;
        match &record.owner {
            Some(owner) if caller != Some(owner) => {
                Err(Diagnostic::error("S021", "the job belongs to somebody else").into())
            }
            _ => Ok(record),
        }
    }

    /// What a job was asked, as a request has it, with its files on this machine.
    pub(super) async fn asked(&self, record: &Record) -> Result<Parameters> {
        let mut request: Request = record::read(&record.request)?;
        let parts = std::mem::take(&mut request.parts);
        let mut parameters = without_parts(record, request);
        for part in &parts {
            parameters.push_part(self.files.part(&record.id, part).await?);
        }
        Ok(parameters)
    }

    /// Wakes whoever waits for news.
    pub(super) fn announce(&self) {
        self.changed.send_modify(|count| *count = count.wrapping_add(1));
    }

    /// Stops the work at a job, if this process is at it.
    pub(super) fn stop(&self, id: &str) {
        let running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        running.values().filter(|(job, _)| job == id).for_each(|(_, token)| token.cancel());
    }
}

fn without_parts(record: &Record, request: Request) -> Parameters {
    let mut parameters = Parameters::from_pairs(request.values);
    if let Some(run_id) = &record.run_id {
        parameters.push("RUNID", run_id);
    }
    parameters
}

/// Values that belong to the job itself.
pub(super) fn values(parameters: &Parameters) -> Vec<(String, String)> {
    parameters
        .entries()
        .filter(|(name, _)| !CONTROLS.contains(name))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

pub(super) fn gone() -> Box<Diagnostic> {
    Box::new(Diagnostic::error("S020", "there is no such job"))
}
