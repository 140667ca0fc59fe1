//! Working at jobs.
//!
//! In: the store, and whoever answers queries. Out: jobs that have ended, one way or another. What a
//! worker had that is gone (its process was killed, its machine fell) is begun again, up to a
//! limit, by whichever process notices first.

use std::sync::{Arc, PoisonError};
use std::time::Duration;

use futures::future::BoxFuture;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;
use uuid::Uuid;

use super::Store;
use super::record::{self, Outcome};
use crate::db::jobs::{Change, Record, Whose};
use crate::diag::{Diagnostic, Result};
use crate::serve::failure;
use crate::serve::parameters::Parameters;
use crate::serve::uws::{ErrorSummary, Instant, Phase};

/// How work goes on.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    /// Jobs at the same time.
    pub slots: usize,
    /// How often to say that this worker is alive, and to look for what others left behind.
    pub beat: Duration,
    /// After how long without a word a worker is gone; several beats.
    pub silence: Duration,
    /// How long jobs may go on when the service ends.
    pub grace: Duration,
}

/// How often to look for jobs that other processes have queued.
const POLL: Duration = Duration::from_secs(1);

/// A job that is worked at.
pub struct Task<'a> {
    /// Where its results go.
    pub store: &'a Store,
    /// What is kept of it.
    pub record: &'a Record,
    /// What was asked.
    pub asked: Parameters,
    /// How long it may take; `None` for no limit.
    pub time: Option<Duration>,
    /// Cancelled when nobody wants its results any more.
    pub token: &'a CancellationToken,
}

/// What jobs of a protocol do.
pub trait Work: Send + Sync {
    /// Does it; results are kept when they are whole.
    ///
    /// # Errors
    /// Those of the work.
    fn produce<'a>(&'a self, task: Task<'a>) -> BoxFuture<'a, Result<Outcome>>;

    /// All there is to say of an error, for the error document of a job.
    fn detail(&self, error: &Diagnostic) -> String {
        failure::text(error)
    }
}

/// Works at jobs until `end` is cancelled. Then those that run have their grace, and what is not
/// done by then goes back to the queue.
pub async fn work(store: Arc<Store>, work: Arc<dyn Work>, pace: Pace, end: CancellationToken) {
    let slots = Arc::new(Semaphore::new(pace.slots));
    let mut tasks = JoinSet::new();
    // The watch goes on while the last jobs end, or they would be taken for dead.
    let watch =
        AbortOnDropHandle::new(tokio::spawn(watch(Arc::clone(&store), Arc::clone(&work), pace)));
    loop {
        while tasks.try_join_next().is_some() {}
        let permit = tokio::select! {
            permit = Arc::clone(&slots).acquire_owned() => permit,
            () = end.cancelled() => break,
        };
        let mut changed = store.changed.subscribe();
        let now = Instant::now().0;
        let claim = Uuid::new_v4().simple().to_string();
        let phases = (Phase::Queued.name(), Phase::Executing.name());
        match store.jobs.claim(&claim, phases, now).await {
            Ok(Some(record)) => {
                store.announce();
                let (store, work) = (Arc::clone(&store), Arc::clone(&work));
                tasks.spawn(async move {
                    run(&store, &*work, &record, &claim).await;
                    drop(permit);
                });
                continue;
            }
            Ok(None) => {}
            Err(error) => tracing::error!(%error, "no job can be taken"),
        }
        drop(permit);
        tokio::select! {
            _ = tokio::time::timeout(POLL, changed.changed()) => {}
            () = end.cancelled() => break,
        }
    }
    let ended = async { while tasks.join_next().await.is_some() {} };
    if tokio::time::timeout(pace.grace, ended).await.is_err() {
        give_back(&store).await;
    }
    drop(watch);
}

/// The claims of this process.
fn claims(store: &Store) -> Vec<String> {
    let running = store.running.lock().unwrap_or_else(PoisonError::into_inner);
    running.keys().cloned().collect()
}

/// Hands what still runs to the next worker.
async fn give_back(store: &Store) {
    let phases = (Phase::Executing.name(), Phase::Queued.name());
    let claims = claims(store);
    let claims: Vec<&str> = claims.iter().map(String::as_str).collect();
    match store.jobs.give_back(Whose::Claims(&claims), phases).await {
        Ok(jobs) => tracing::info!(jobs = jobs.len(), "jobs went back to the queue"),
        // They are silent from now on, and will be found.
        Err(error) => tracing::error!(%error, "jobs cannot go back to the queue"),
    }
    let running = store.running.lock().unwrap_or_else(PoisonError::into_inner);
    running.values().for_each(|(_, token)| token.cancel());
}

/// Says that this worker is alive, stops what is no longer its own, and looks after the jobs of
/// workers that are gone and of those whose time has come.
async fn watch(store: Arc<Store>, work: Arc<dyn Work>, pace: Pace) {
    let mut beat = tokio::time::interval(pace.beat);
    beat.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        beat.tick().await;
        if let Err(error) = look_after(&store, &*work, &pace).await {
            tracing::error!(%error, "jobs cannot be looked after");
        }
    }
}

async fn look_after(store: &Store, work: &dyn Work, pace: &Pace) -> Result<()> {
    let (executing, queued) = (Phase::Executing.name(), Phase::Queued.name());
    let known = claims(store);
    let known: Vec<&str> = known.iter().map(String::as_str).collect();
    let now = Instant::now();
    let own = store.jobs.beat(&known, executing, now.0).await?;
    // Aborted or deleted through another process, or begun again while this one was silent.
    {
        let running = store.running.lock().unwrap_or_else(PoisonError::into_inner);
        let lost = known.iter().filter(|claim| !own.iter().any(|held| held == *claim));
        lost.filter_map(|claim| running.get(*claim)).for_each(|(_, token)| token.cancel());
    }
    let since = now.minus(pace.silence).0;
    let attempts = i64::from(store.limits.attempts);
    let whose = Whose::Silent { since, attempts };
    let mut changed = store.jobs.give_back(whose, (executing, queued)).await?;
    let error = Diagnostic::error("S024", "the job was interrupted several times");
    let outcome = record::write(&failed(work, &error, true));
    let phases = (executing, Phase::Error.name());
    changed.extend(store.jobs.give_up(since, phases, &outcome, now.0).await?);
    let expired = store.jobs.expire(now.0).await?;
    for id in &expired {
        store.stop(id);
        store.files.remove(id);
    }
    if !changed.is_empty() || !expired.is_empty() {
        tracing::info!(interrupted = changed.len(), expired = expired.len(), "jobs looked after");
        store.announce();
    }
    Ok(())
}

/// Works at one job to its end.
async fn run(store: &Store, work: &dyn Work, record: &Record, claim: &str) {
    let token = CancellationToken::new();
    {
        let mut running = store.running.lock().unwrap_or_else(PoisonError::into_inner);
        running.insert(claim.to_owned(), (record.id.clone(), token.clone()));
    }
    let started = std::time::Instant::now();
    let (phase, outcome) = tokio::select! {
        done = produce(store, work, record, &token) => match done {
            Ok(outcome) => (Phase::Completed, outcome),
            Err(error) => {
                (ending(&error), failed(work, &error, failure::is_transient(error.code)))
            }
        },
        // Whoever cancelled has changed the phase as well.
        () = token.cancelled() => (Phase::Aborted, Outcome::default()),
    };
    let change = Change {
        phase: Some(phase.name()),
        ended: Some(Instant::now().0),
        outcome: Some(record::write(&outcome)),
        ..Change::default()
    };
    let from = [Phase::Executing.name()];
    let milliseconds = started.elapsed().as_millis();
    match store.jobs.change(&record.id, &from, Some(claim), &change).await {
        Ok(Some(_)) => tracing::info!(job = record.id, %phase, milliseconds, "job ended"),
        // Aborted, deleted, or given to another worker: what came out is nobody's.
        Ok(None) => {
            tracing::info!(job = record.id, milliseconds, "job was taken away");
            outcome.results.iter().for_each(|(_, file)| store.files.remove_file(&record.id, file));
        }
        Err(error) => tracing::error!(job = record.id, %error, "the end of a job cannot be kept"),
    }
    let mut running = store.running.lock().unwrap_or_else(PoisonError::into_inner);
    running.remove(claim);
    drop(running);
    store.announce();
}

/// An overrun has the effect of an ABORT (UWS 1.1 section 2.1.9).
fn ending(error: &Diagnostic) -> Phase {
    if error.code == "S032" { Phase::Aborted } else { Phase::Error }
}

fn failed(work: &dyn Work, error: &Diagnostic, transient: bool) -> Outcome {
    let error =
        ErrorSummary { message: failure::line(error), detail: work.detail(error), transient };
    Outcome { results: Vec::new(), error: Some(error) }
}

async fn produce(
    store: &Store,
    work: &dyn Work,
    record: &Record,
    token: &CancellationToken,
) -> Result<Outcome> {
    let seconds = u64::try_from(record.duration).ok().filter(|seconds| *seconds > 0);
    let time = seconds.map(Duration::from_secs);
    let asked = store.asked(record).await?;
    work.produce(Task { store, record, asked, time, token }).await
}
