//! The parts of a job, each at a URL of its own (UWS 1.1 section 2.2.2).

use axum::body::Body;
use axum::extract::Path;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};

use super::Answered;
use super::request::JobRequest;
use crate::diag::Diagnostic;
use crate::objects::Object;
use crate::serve::failure;
use crate::serve::http::{text, xml};
use crate::serve::jobs::Asked;
use crate::serve::uws::{self, Instant};

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
    if asked.jobs.errors_are_text {
        return Ok(text(format!("{}\n", error.detail)));
    }
    let kind = [(header::CONTENT_TYPE, "application/x-votable+xml")];
    Ok((kind, failure::document(&error.detail)).into_response())
}

pub async fn parameters(asked: JobRequest) -> Answered {
    let job = asked.job().await?;
    Ok(xml(uws::parameters(&job.parameters, &asked.url())))
}

/// A part that was uploaded, or the text of another parameter.
pub async fn parameter(asked: JobRequest, Path((_, name)): Path<(String, String)>) -> Answered {
    match asked.jobs.store.parameter(&asked.id, &name, asked.caller()).await? {
        Asked::Text(value) => Ok(text(value)),
        Asked::File(object, kind) => {
            let mut response = file(object, &kind.unwrap_or_default());
            // What somebody uploaded must not become a page of this service.
            let attached = HeaderValue::from_static("attachment");
            response.headers_mut().insert(header::CONTENT_DISPOSITION, attached);
            Ok(response)
        }
    }
}

pub async fn results(asked: JobRequest) -> Answered {
    let job = asked.job().await?;
    Ok(xml(uws::results(&job, &asked.url())))
}

pub async fn result(asked: JobRequest, Path((_, name)): Path<(String, String)>) -> Answered {
    let (object, result) = asked.jobs.store.result(&asked.id, &name, asked.caller()).await?;
    let mut response = file(object, &result.media_type);
    if let Some(name) = result.name {
        let plain = |c: &char| c.is_ascii_alphanumeric() || "._-".contains(*c);
        let name: String = name.chars().filter(plain).collect();
        let disposition = HeaderValue::from_str(&format!("attachment; filename=\"{name}\""));
        let headers = response.headers_mut();
        headers.extend(disposition.ok().map(|value| (header::CONTENT_DISPOSITION, value)));
        // What has a name is a file, and is not packed on its way.
        headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("none"));
    }
    Ok(response)
}

fn instant(instant: Option<Instant>) -> Response {
    text(instant.map(|instant| instant.to_string()).unwrap_or_default())
}

/// A file, piece by piece.
fn file(object: Object, media_type: &str) -> Response {
    let mut response = Body::from_stream(object.pieces).into_response();
    let fallback = HeaderValue::from_static("application/octet-stream");
    let kind = Some(media_type).filter(|kind| !kind.is_empty());
    let kind = kind.and_then(|kind| HeaderValue::from_str(kind).ok()).unwrap_or(fallback);
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    response.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from(object.size));
    let nosniff = HeaderValue::from_static("nosniff");
    response.headers_mut().insert(header::X_CONTENT_TYPE_OPTIONS, nosniff);
    response
}
