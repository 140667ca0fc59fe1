//! A service that makes cutouts.
//!
//! In: a job, posted to a URL as JSON. Out: its answer: the file, or an outcome in JSON, or 204 where nothing
//! overlaps. The job names no output: that is a matter of this side.

use std::fs::File;
use std::path::PathBuf;
use std::time::Duration;

use reqwest::header::CONTENT_TYPE;
use reqwest::{Response, StatusCode};
use tokio::io::AsyncWriteExt;

use super::{beside, failed, unwritable};
use crate::cutout::job::{Job, Outcome};
use crate::diag::{Diagnostic, Result};

/// Most bytes of an outcome.
const MOST: u64 = 1 << 20;

/// A service and its limits.
#[derive(Debug, Clone)]
pub struct Worker {
    /// Where jobs are posted.
    pub url: String,
    /// How long it may take.
    pub time_limit: Duration,
    /// Most bytes of its answer.
    pub most_bytes: u64,
}

impl Worker {
    pub(super) async fn run(&self, job: &Job) -> Result<Outcome> {
        match tokio::time::timeout(self.time_limit, self.work(job)).await {
            Ok(done) => done,
            Err(_) => {
                Err(failed(format!("the worker took longer than {} s", self.time_limit.as_secs())))
            }
        }
    }

    async fn work(&self, job: &Job) -> Result<Outcome> {
        let sent = Job { output: PathBuf::new(), ..job.clone() };
        let document = serde_json::to_vec(&sent)
            .map_err(|error| failed(format!("the job cannot be written: {error}")))?;
        let unanswered = |error: reqwest::Error| {
            failed(format!("the worker does not answer: {}", error.without_url()))
        };
        let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none());
        let client = client.build().map_err(unanswered)?;
        let request =
            client.post(&self.url).header(CONTENT_TYPE, "application/json").body(document);
        let response = request.send().await.map_err(unanswered)?;
        let status = response.status();
        let media_type = response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let media_type = media_type.unwrap_or("application/fits").to_owned();
        if status == StatusCode::NO_CONTENT {
            return Ok(Outcome::NoOverlap);
        }
        if media_type.split(';').next().is_some_and(|kind| kind.trim() == "application/json") {
            return self.told(response, status).await;
        }
        if status != StatusCode::OK {
            return Err(failed(format!("the worker answers with status {status}")));
        }
        let kept = beside(&job.output)?;
        let file = kept.reopen().map_err(|error| unwritable(&job.output, &error))?;
        let mut body = Body::new(file, self.most_bytes);
        download(response, &mut body).await?;
        if body.bytes == 0 {
            return Err(failed("the worker's answer is empty"));
        }
        kept.persist(&job.output).map_err(|error| unwritable(&job.output, &error.error))?;
        Ok(Outcome::Made { media_type, images: Vec::new() })
    }

    /// An outcome without a file.
    async fn told(&self, mut response: Response, status: StatusCode) -> Result<Outcome> {
        let mut text = Vec::new();
        while let Ok(Some(piece)) = response.chunk().await {
            text.extend_from_slice(&piece);
            if text.len() as u64 > MOST {
                break;
            }
        }
        match serde_json::from_slice(&text) {
            Ok(outcome @ (Outcome::Failed { .. } | Outcome::NoOverlap)) => Ok(outcome),
            _ => Err(failed(format!("the worker's answer with status {status} is no outcome"))),
        }
    }
}

/// A file that is filled up to a limit.
#[derive(Debug)]
pub(super) struct Body {
    file: tokio::fs::File,
    bytes: u64,
    most: u64,
}

impl Body {
    pub(super) fn new(file: File, most: u64) -> Self {
        Self { file: tokio::fs::File::from_std(file), bytes: 0, most }
    }

    /// The file, all of it written.
    pub(super) async fn into_file(self) -> File {
        self.file.into_std().await
    }
}

/// Writes the body of an answer.
pub(super) async fn download(mut response: Response, body: &mut Body) -> Result<()> {
    loop {
        let piece = response.chunk().await;
        let piece = piece
            .map_err(|error| failed(format!("an answer breaks off: {}", error.without_url())))?;
        let Some(piece) = piece else { break };
        body.bytes += piece.len() as u64;
        if body.bytes > body.most {
            let message = format!("an answer has more than {} bytes", body.most);
            return Err(Box::new(Diagnostic::error("C004", message)));
        }
        let written = body.file.write_all(&piece).await;
        written.map_err(|error| failed(format!("an answer cannot be kept: {error}")))?;
    }
    body.file.flush().await.map_err(|error| failed(format!("an answer cannot be kept: {error}")))
}
