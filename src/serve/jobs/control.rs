//! What clients do with their jobs (UWS 1.1 section 2.2.3).

use super::Store;
use super::record::{self, Request};
use super::store::{gone, values};
use crate::db::jobs::Change;
use crate::diag::{Diagnostic, Result};
use crate::serve::parameters::Parameters;
use crate::serve::uws::{Event, Instant, Job, Phase};

/// How often a change is tried again that another one got in the way of.
const TRIES: usize = 5;

fn names(phases: &[Phase]) -> Vec<&'static str> {
    phases.iter().map(|phase| phase.name()).collect()
}

impl Store {
    /// Commits a job: it waits for its turn, or is HELD while too many do.
    ///
    /// # Errors
    /// S020 to S022.
    pub async fn run(&self, id: &str, caller: Option<&str>) -> Result<Job> {
        self.record(id, caller).await?;
        let is_full = self.jobs.count(&[Phase::Queued.name()]).await? >= self.limits.queued;
        let (event, phase) =
            if is_full { (Event::Refuse, Phase::Held) } else { (Event::Run, Phase::Queued) };
        let change = Change {
            phase: Some(phase.name()),
            queued: Some(Instant::now().0),
            ..Change::default()
        };
        self.apply(id, &Phase::before(event), &change, "started").await
    }

    /// Stops a job.
    ///
    /// # Errors
    /// S020 to S022; a job that is ABORTED already stays so without an error.
    pub async fn abort(&self, id: &str, caller: Option<&str>) -> Result<Job> {
        let record = self.record(id, caller).await?;
        if record.phase == Phase::Aborted.name() {
            return record::job(&record);
        }
        let change = Change {
            phase: Some(Phase::Aborted.name()),
            ended: Some(Instant::now().0),
            ..Change::default()
        };
        let job = self.apply(id, &Phase::before(Event::Abort), &change, "aborted").await?;
        self.stop(id);
        Ok(job)
    }

    /// Removes a job with all that it has.
    ///
    /// # Errors
    /// S020, S021.
    pub async fn delete(&self, id: &str, caller: Option<&str>) -> Result<()> {
        self.record(id, caller).await?;
        if !self.jobs.delete(id).await? {
            return Err(gone());
        }
        self.stop(id);
        self.files.remove(id);
        self.announce();
        Ok(())
    }

    /// Adds parameters to a job that is PENDING. One that has a value at most gets the new one;
    /// uploads and parts come on top.
    ///
    /// # Errors
    /// S020 to S022, S030.
    pub async fn add_parameters(
        &self,
        id: &str,
        caller: Option<&str>,
        parameters: &Parameters,
    ) -> Result<Job> {
        let record = self.record(id, caller).await?;
        if record.phase != Phase::Pending.name() {
            return Err(refused(&record.phase, "given parameters"));
        }
        let mut request: Request = record::read(&record.request)?;
        let new = values(parameters);
        request.values.retain(|(name, _)| {
            name == "UPLOAD" || !new.iter().any(|(replaced, _)| replaced == name)
        });
        request.values.extend(new);
        request.parts.extend(self.files.keep(id, parameters.parts()).await?);
        let change = Change {
            request: Some(record::write(&request)),
            run_id: parameters.run_id()?.map(str::to_owned),
            ..Change::default()
        };
        self.apply(id, &[Phase::Pending], &change, "given parameters").await
    }

    /// Sets when a job is to be removed; at most as late as jobs are kept.
    ///
    /// # Errors
    /// S020, S021; S011 for a text that is no instant.
    pub async fn set_destruction(&self, id: &str, caller: Option<&str>, text: &str) -> Result<Job> {
        let record = self.record(id, caller).await?;
        let wanted = Instant::parse(text).ok_or_else(|| {
            Diagnostic::error("S011", format!("DESTRUCTION cannot be `{text}`"))
                .help("it is an instant in UTC such as 2026-01-02T03:04:05.678Z")
        })?;
        let most = Instant(record.created).plus(self.limits.most_retention);
        let destruction = Some(Some(wanted.min(most).0));
        let change = Change { destruction, ..Change::default() };
        self.apply(id, &all(), &change, "changed").await
    }

    /// Sets for how many seconds a job may run; at most as long as jobs may. It cannot be changed
    /// once the job runs.
    ///
    /// # Errors
    /// S020 to S022; S011 for a text that is no number of seconds.
    pub async fn set_duration(&self, id: &str, caller: Option<&str>, text: &str) -> Result<Job> {
        self.record(id, caller).await?;
        let wanted: u64 = text.trim().parse().map_err(|_| {
            Diagnostic::error("S011", format!("EXECUTIONDURATION cannot be `{text}`"))
                .help("it is a whole number of seconds; 0 for as long as possible")
        })?;
        let most = self.limits.most_duration;
        let seconds = match u32::try_from(wanted) {
            // The schema's type is a 32-bit integer with a sign.
            _ if most == 0 => i64::try_from(wanted).unwrap_or(i64::MAX).min(i64::from(i32::MAX)),
            Ok(0) | Err(_) => i64::from(most),
            Ok(seconds) => i64::from(seconds.min(most)),
        };
        let change = Change { duration: Some(seconds), ..Change::default() };
        let before = [Phase::Pending, Phase::Held, Phase::Queued];
        self.apply(id, &before, &change, "given another duration").await
    }

    /// A change that is legal in some phases; tells the phase that it is not legal in.
    async fn apply(&self, id: &str, from: &[Phase], change: &Change, what: &str) -> Result<Job> {
        for _ in 0..TRIES {
            if let Some(record) = self.jobs.change(id, &names(from), None, change).await? {
                self.announce();
                return record::job(&record);
            }
            let record = self.jobs.get(id).await?.ok_or_else(gone)?;
            if !names(from).contains(&record.phase.as_str()) {
                return Err(refused(&record.phase, what));
            }
        }
        Err(Diagnostic::error("S030", "the job changes faster than it can be changed").into())
    }
}

fn all() -> Vec<Phase> {
    Phase::all().collect()
}

fn refused(phase: &str, what: &str) -> Box<Diagnostic> {
    Box::new(Diagnostic::error("S022", format!("a job that is {phase} cannot be {what}")))
}
