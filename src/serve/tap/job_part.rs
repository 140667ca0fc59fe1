//! The parts of a job, each at a URL of its own (UWS 1.1 section 2.2.2).

use std::path::PathBuf;

use axum::body::Body;
use axum::extract::Path;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures::{StreamExt, stream};
use tokio::io::AsyncReadExt;

use super::Answered;
use super::job_request::JobRequest;
use crate::diag::{Diagnostic, Result};
use crate::serve::failure;
use crate::serve::http::{text, xml};
use crate::serve::parameters::Content;
use crate::serve::uws::{self, Instant};

/// Bytes that are read from a file at once.
const PIECE: usize = 64 << 10;

pub async fn phase(asked: JobRequest) -> Answered {
    Ok(text(asked.job().await?.phase.name()))
}

pub async fn duration(asked: JobRequest) -> Answered {
    Ok(text(asked.job().await?.duration.to_string()))
}

pub async fn destruction(asked: JobRequest) -> Answered {
    Ok(instant(asked.job().await?.destruction))
}

pub async fn quote(asked: JobRequest) -> Answered {
    Ok(instant(asked.job().await?.quote))
}

pub async fn owner(asked: JobRequest) -> Answered {
    Ok(text(asked.job().await?.owner.unwrap_or_default()))
}

/// The error document: an answer like any other, so its status is 200.
pub async fn error(asked: JobRequest) -> Answered {
    let job = asked.job().await?;
    let missing = || {
        let message = format!("the job is {} and has no error", job.phase);
        Box::new(Diagnostic::error("S020", message))
    };
    let error = job.error.as_ref().ok_or_else(missing)?;
    let kind = [(header::CONTENT_TYPE, "application/x-votable+xml")];
    Ok((kind, failure::document(&error.detail)).into_response())
}

pub async fn parameters(asked: JobRequest) -> Answered {
    let job = asked.job().await?;
    Ok(xml(uws::parameters(&job.parameters, &asked.url())))
}

/// A part that was uploaded, or the text of another parameter.
pub async fn parameter(asked: JobRequest, Path((_, name)): Path<(String, String)>) -> Answered {
    let parameters = asked.service.store.parameters(&asked.id, asked.caller()).await?;
    if let Some(part) = parameters.parts().iter().find(|part| part.name == name)
        && let Content::Stored(path) = &part.content
    {
        let kind = part.media_type.clone().unwrap_or_default();
        let mut response = file(path.clone(), &kind).await?;
        // What somebody uploaded must not become a page of this service.
        let attached = HeaderValue::from_static("attachment");
        response.headers_mut().insert(header::CONTENT_DISPOSITION, attached);
        return Ok(response);
    }
    let value = parameters.all(&name.to_ascii_uppercase()).next().map(text);
    let missing = || Box::new(Diagnostic::error("S020", format!("there is no parameter `{name}`")));
    Ok(value.ok_or_else(missing)?)
}

pub async fn results(asked: JobRequest) -> Answered {
    let job = asked.job().await?;
    Ok(xml(uws::results(&job, &asked.url())))
}

pub async fn result(asked: JobRequest, Path((_, name)): Path<(String, String)>) -> Answered {
    let (path, media_type) = asked.service.store.result(&asked.id, &name, asked.caller()).await?;
    Ok(file(path, &media_type).await?)
}

fn instant(instant: Option<Instant>) -> Response {
    text(instant.map(|instant| instant.to_string()).unwrap_or_default())
}

/// A file, piece by piece.
async fn file(path: PathBuf, media_type: &str) -> Result<Response> {
    let lost = |error: std::io::Error| {
        Box::new(Diagnostic::error("S030", format!("a file of a job cannot be read: {error}")))
    };
    let file = tokio::fs::File::open(&path).await.map_err(lost)?;
    let size = file.metadata().await.map_err(lost)?.len();
    let pieces = stream::try_unfold(file, |mut file| async move {
        let mut piece = vec![0; PIECE];
        let read = file.read(&mut piece).await?;
        piece.truncate(read);
        Ok::<_, std::io::Error>((read > 0).then(|| (Bytes::from(piece), file)))
    });
    let mut response = Body::from_stream(pieces.fuse()).into_response();
    let fallback = HeaderValue::from_static("application/octet-stream");
    let kind = Some(media_type).filter(|kind| !kind.is_empty());
    let kind = kind.and_then(|kind| HeaderValue::from_str(kind).ok()).unwrap_or(fallback);
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    response.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from(size));
    let nosniff = HeaderValue::from_static("nosniff");
    response.headers_mut().insert(header::X_CONTENT_TYPE_OPTIONS, nosniff);
    Ok(response)
}
