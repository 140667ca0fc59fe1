//! Who makes cutouts.
//!
//! In: a job. Out: an outcome, and the file where the job wants it. Whatever goes wrong is an outcome too, and
//! leaves no file.

mod builtin;
mod command;
mod worker;

pub use command::Command;
pub use worker::Worker;

use std::path::Path;

use super::engine::Limits;
use super::job::{Job, Outcome};
use super::stop::{GivenUp, Stop};
use crate::diag::{Diagnostic, Result};

/// Somebody who can do a [`Job`].
#[derive(Debug, Clone)]
pub enum Backend {
    /// This program.
    Builtin(Limits),
    /// A program that is started for each job.
    Command(Command),
    /// A service.
    Worker(Worker),
}

impl Backend {
    /// Does a job. Where the future is dropped, the work ends soon: this program's own sees it, a command is ended.
    pub async fn run(&self, job: &Job) -> Outcome {
        self.run_in_turn(job, ()).await
    }

    /// Does a job, and keeps `turn` as long as anything works at it, which is a little longer than this future where
    /// that is dropped.
    pub async fn run_in_turn(&self, job: &Job, turn: impl Send + 'static) -> Outcome {
        let done = match self {
            Self::Builtin(limits) => builtin::run(job, *limits, turn).await,
            Self::Command(command) => command.run(job, turn).await,
            Self::Worker(worker) => {
                let done = worker.run(job).await;
                drop(turn);
                done
            }
        };
        done.unwrap_or_else(|diagnostic| Outcome::failed(&diagnostic))
    }
}

/// C007.
fn failed(message: impl Into<String>) -> Box<Diagnostic> {
    Box::new(Diagnostic::error("C007", message))
}

/// C008.
fn unwritable(output: &Path, error: &std::io::Error) -> Box<Diagnostic> {
    let message = format!("the cutout `{}` cannot be written: {error}", output.display());
    Box::new(Diagnostic::error("C008", message))
}

/// A file beside the output, which is gone unless it is kept.
fn beside(output: &Path) -> Result<tempfile::NamedTempFile> {
    use std::os::unix::fs::PermissionsExt;
    let folder = output.parent().filter(|folder| !folder.as_os_str().is_empty());
    tempfile::Builder::new()
        .prefix(".cutout-")
        // As any new file: what the process leaves of it.
        .permissions(std::fs::Permissions::from_mode(0o666))
        .tempfile_in(folder.unwrap_or(Path::new(".")))
        .map_err(|error| unwritable(output, &error))
}

/// Work that blocks, on a thread of its own, which keeps `turn`; told to stop when this future is dropped.
async fn blocking<T: Send + 'static>(
    turn: impl Send + 'static,
    work: impl FnOnce(&Stop) -> Result<T> + Send + 'static,
) -> Result<T> {
    let stop = Stop::default();
    let _guard = stop.guard();
    let work = move || {
        let _turn = turn;
        work(&stop)
    };
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(_) => Err(failed(GivenUp.to_string())),
    }
}
